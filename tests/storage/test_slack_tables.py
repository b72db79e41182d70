"""slack_sdk's own tables, which its stores read and write, are the ones of the schema."""

import pytest
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import MetaData, Text

from storage.schema import metadata

THEIRS = MetaData()
SQLAlchemyInstallationStore.build_installations_table(THEIRS, "slack_installations")
SQLAlchemyInstallationStore.build_bots_table(THEIRS, "slack_bots")
SQLAlchemyOAuthStateStore.build_oauth_states_table(THEIRS, "slack_oauth_states")


@pytest.mark.parametrize("table", THEIRS.sorted_tables, ids=lambda each: each.name)
def test_every_column_that_slack_sdk_names_is_there(table) -> None:
    assert set(table.c.keys()) == set(metadata.tables[table.name].c.keys())


def test_what_is_sealed_has_no_longest_length() -> None:
    tables = (metadata.tables["slack_installations"], metadata.tables["slack_bots"])
    sealed = [column for table in tables for column in table.c if column.name.endswith("_token")]
    assert len(sealed) == 6
    assert all(isinstance(column.type, Text) for column in sealed)

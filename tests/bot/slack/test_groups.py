"""Roles by Slack user group: who is in which is asked rarely, and never in the way of an answer."""

import pytest

from bot.slack.client import slack_client
from bot.slack.groups import Groups
from tests.bot.slack.fake_slack import ASKER, BOT_TOKEN, TEAM


@pytest.fixture
def client(fake):
    return slack_client(fake.api, BOT_TOKEN)


async def test_groups_are_asked_once_for_everybody(fake, client):
    fake.groups = {"S01": [ASKER, "U0OTHER0001"], "S02": ["U0OTHER0001"]}
    groups = Groups(wanted=lambda: True)

    assert await groups.of(client, TEAM, ASKER) == {"S01"}
    assert await groups.of(client, TEAM, "U0OTHER0001") == {"S01", "S02"}
    assert len(fake.called("usergroups.list")) == 1


async def test_where_no_role_is_given_to_a_group_nothing_is_asked(fake, client):
    assert await Groups().of(client, TEAM, ASKER) == frozenset()
    assert fake.called("usergroups.list") == []


async def test_without_the_scope_nobody_is_in_a_group_and_the_log_names_it(fake, client, caplog):
    fake.refused["usergroups.list"] = "missing_scope"

    assert await Groups(wanted=lambda: True).of(client, TEAM, ASKER) == frozenset()
    assert "usergroups:read" in caplog.text

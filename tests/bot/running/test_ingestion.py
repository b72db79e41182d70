from dataclasses import replace
from pathlib import Path

import pytest

from bot.running.ingestion import _table_access, check_also
from bot.running.sources_page import opt_in_line, permissions_of
from bot.settings import SettingsError, load
from connectors.claude import claude
from connectors.connector import Permission
from connectors.errors import ConfigurationError
from tests.connectors.tables.toy import table, toy


def test_a_service_account_and_its_administrator_come_from_the_settings_whole(tmp_path: Path) -> None:
    held = '{\n "type": "service_account",\n "private_key": "-----BEGIN\\n"\n}'
    key = tmp_path / "service-account.json"
    key.write_text(held + "\n", encoding="utf-8")
    key.chmod(0o600)
    settings = tmp_path / "ai-usage.toml"
    settings.write_text(
        '[sources.gemini]\nkey = "file:service-account.json"\nadmin = "admin@example.com"\n', encoding="utf-8"
    )
    access = _table_access("gemini", load(settings).sources["gemini"], tmp_path, None)
    assert (access.token, access.scopes.admin) == (held, "admin@example.com")


def test_tables_on_request_come_from_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_KEY", "x")
    settings = tmp_path / "ai-usage.toml"
    settings.write_text('[sources.copilot]\nkey = "env:TOY_KEY"\nalso = ["interactions"]\n', encoding="utf-8")
    assert _table_access("copilot", load(settings).sources["copilot"], tmp_path, None).also == ("interactions",)


def test_an_operators_logins_lie_beside_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_KEY", "x")
    (tmp_path / "logins.csv").write_text("login,email\nOcto-Ana,ana@example.com\n", encoding="utf-8")
    settings = tmp_path / "ai-usage.toml"
    tables = '[sources.{}]\nkey = "env:TOY_KEY"\nenterprise = "octo"\nlogins = "{}"\n'
    settings.write_text(tables.format("github-copilot", "logins.csv") + tables.format("cursor", "logins.csv"))
    sources = load(settings).sources
    access = _table_access("github-copilot", sources["github-copilot"], tmp_path, None)
    assert ([each.id for each in access.logins.accounts], access.scopes.enterprise) == (["octo-ana"], "octo")
    assert "ana" not in repr(access)
    with pytest.raises(SettingsError, match=r"sources\.cursor\.logins: Cursor tells addresses itself"):
        _table_access("cursor", sources["cursor"], tmp_path, None)
    settings.write_text(tables.format("github-copilot", "absent.csv"))
    with pytest.raises(ConfigurationError, match=r"absent\.csv cannot be read"):
        _table_access("github-copilot", load(settings).sources["github-copilot"], tmp_path, None)


def test_a_table_that_nobody_can_ask_for_is_named_with_the_nearest_one() -> None:
    connector = toy(table("daily"), table("interactions", opt_in=True), table("agents", opt_in=True))
    check_also("toy", ["interactions", "agents"], connector)
    with pytest.raises(
        SettingsError, match=r'sources.toy.also has no table "interaction": did you mean "interactions"'
    ):
        check_also("toy", ["interaction"], connector)
    with pytest.raises(SettingsError, match="there are agents, interactions"):
        check_also("toy", ["daily"], connector)
    with pytest.raises(SettingsError, match="no table that is read only on request"):
        check_also("claude", ["daily"], claude)


def test_what_a_table_on_request_needs_is_told_apart_from_what_the_source_needs() -> None:
    more = Permission(name="more", where="elsewhere")
    asked = replace(table("interactions", opt_in=True), permission=more)
    assert more not in permissions_of(toy(table("daily"), asked))
    assert opt_in_line(asked) == '"interactions" is read only with `also = ["interactions"]`, and needs more'

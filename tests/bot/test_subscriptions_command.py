"""`ai-usage subscriptions`: what is sent where and when, and settling what is in doubt."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import app
from storage import outbox
from storage.outbox import delivered
from storage.store import open_store

KEY, PERIOD = "digest:leaders:C1", "2026-W07"
NOW = datetime(2026, 2, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "ai-usage.toml"
    path.write_text('[[subscriptions]]\nto = "C1"\nat = "07:30"\ntimezone = "Europe/Lisbon"\n', encoding="utf-8")
    return path


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--config", str(config), "subscriptions", *words])


def test_they_are_listed_with_the_next_time(config: Path) -> None:
    told = run(config).output
    assert "Mondays at 07:30" in told
    assert "digest for leaders" in told
    (only,) = json.loads(run(config, "--json").output)
    assert (only["key"], only["number"], only["day"]) == (KEY, "f1", "monday")


@pytest.mark.parametrize(("option", "state"), [("--arrived", "sent"), ("--missing", "failed")])
def test_what_is_in_doubt_is_settled_by_who_looked(config: Path, option: str, state: str) -> None:
    store = open_store(f"sqlite:///{config.parent / 'ai-usage.db'}")
    token = outbox.claim(store, KEY, PERIOD, NOW)
    outbox.close(store, KEY, PERIOD, now=NOW, state="unknown", token=token)
    assert run(config, option, KEY, PERIOD).exit_code == 0
    assert delivered(store, KEY, PERIOD) == state
    again = run(config, option, KEY, PERIOD)
    assert again.exit_code != 0
    assert "in doubt" in again.output
    store.close()

"""Two ways to read one tool, as a user meets them: the setting, downloaded files, and what `sources` tells."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import app
from bot.running.ingestion import connector_of
from bot.settings import SettingsError
from tests.connectors.test_codex_logs import EVENTS, HERE
from tests.connectors.test_codex_logs import event as answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    key = tmp_path / "identity.key"
    key.write_text("k" * 40, encoding="utf-8")
    key.chmod(0o600)
    return tmp_path


def run(folder: Path, source: str, *arguments: str) -> Result:
    settings = folder / "ai-usage.toml"
    store = f'[store]\nurl = "sqlite:///{folder / "store.db"}"\n[privacy]\nkey = "file:identity.key"\n'
    settings.write_text(store + source, encoding="utf-8")
    return CliRunner().invoke(app, ["--config", str(settings), *arguments])


@pytest.mark.parametrize("source", ["", "[sources.codex]\n", '[sources.codex]\nkind = "logs"\n'])
def test_downloaded_logs_of_codex_are_read_whatever_the_kind(folder: Path, source: str) -> None:
    result = run(folder, source, "ingest", "codex", "--from", str(HERE / "log.jsonl"))
    assert result.exit_code == 0, result.output
    status = json.loads(run(folder, source, "status", "--json").output)
    (codex,) = [each for each in status["sources"] if each["source"] == "codex"]
    assert (codex["first_day"], codex["last_day"], codex["error"]) == ("2026-11-10", "2026-11-11", None)
    assert sum(codex["skipped"].values()) == 6


def test_a_kind_that_there_is_not_is_refused_with_the_nearest_one(folder: Path) -> None:
    result = run(folder, '[sources.codex]\nkind = "log"\nworkspace = "ws-1"\n', "ingest", "codex")
    assert result.exit_code != 0
    assert 'sources.codex.kind is "log": did you mean "logs"?' in " ".join(result.output.split())


def test_without_a_kind_codex_is_its_analytics() -> None:
    assert connector_of("codex").title == "Codex"
    assert connector_of("codex", "logs") is connector_of("codex").kinds["logs"]
    assert connector_of("chatgpt", "csv") is connector_of("chatgpt")
    with pytest.raises(SettingsError):
        connector_of("codex", "csv")


def test_sources_tells_each_way_with_what_it_reports(folder: Path) -> None:
    told = json.loads(run(folder, "", "sources", "--json").output)
    ways = {each["kind"]: each for each in told if each["tool"] == "codex"}
    assert set(ways) == {"", "logs"}
    assert "prompt_characters" in ways["logs"]["measures"]
    assert "prompt_characters" not in ways[""]["measures"]
    chatgpt = next(each for each in told if each["tool"] == "chatgpt")
    permissions = {stream["permission"]["name"]: stream["optional"] for stream in chatgpt["streams"]}
    assert permissions["enterprise.analytics.usage.read"] is True


def test_the_same_file_given_twice_counts_once(folder: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (folder / name).write_text("".join(json.dumps(each) + "\n" for each in [*EVENTS, answer(1)]), encoding="utf-8")
        assert run(folder, "", "ingest", "codex", "--from", str(folder / name)).exit_code == 0
    last = json.loads(run(folder, "", "status", "--json").output)["sources"][0]
    assert last["rows"] == 0

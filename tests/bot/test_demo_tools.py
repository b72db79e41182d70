"""`ai-usage demo --tools all`: the same people use nine tools, each read from its own vendor over HTTP."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bot.test_demo import TODAY, ai_usage, config, read

NAMES = {
    "chatgpt": "ChatGPT",
    "claude": "Claude",
    "claude-code": "Claude Code",
    "codex": "Codex",
    "copilot": "Microsoft 365 Copilot",
    "cursor": "Cursor",
    "gemini": "Gemini",
    "github-copilot": "GitHub Copilot",
    "openai-api": "OpenAI API",
}
TOOLS = set(NAMES)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    size = ("--people", "120", "--weeks", "18", "--as-of", str(TODAY))
    told = ai_usage("demo", "--no-serve", "--tools", "all", *size, "--out", "out", folder=folder)
    assert "AI usage, week of 9–15 Nov 2026" in told
    return folder


def test_asking_about_tools_sets_all_side_by_side_and_counts_people_once(demo: Path) -> None:
    told = json.loads(ai_usage(*config(demo), "ask", "tools", "--json", "--as-of", str(TODAY), folder=demo))
    *tools, together = told["card"]["table"]["rows"]
    assert [row[0] for row in tools] == list(NAMES.values())
    assert together[0] == "All together"
    each = [int(row[1]) for row in tools]
    assert min(each) >= 5
    assert max(each) < int(together[1]) < sum(each)


def test_what_the_api_is_billed_as_a_whole_is_told_beside_the_others_and_in_no_total(demo: Path) -> None:
    told = json.loads(ai_usage(*config(demo), "ask", "tools", "--json", "--as-of", str(TODAY), folder=demo))["card"]
    rows = {row[0]: row[-1] for row in told["table"]["rows"]}
    assert rows["OpenAI API"].endswith(" as a whole")
    assert "OpenAI API is billed as a whole and by no person" in told["text"]
    by_person = [rows[name] for name in ("Claude", "Claude Code", "Cursor")]
    assert float(rows["All together"].strip("$")) == pytest.approx(sum(float(each.strip("$")) for each in by_person))


def test_the_digest_is_about_all_tools_together_and_shows_them(demo: Path) -> None:
    told = read(demo)
    assert {row["tool"] for row in told["figures"]} == {"*", *TOOLS}
    assert "AI tools" in (demo / "out" / "digest.html").read_text(encoding="utf-8")
    assert (demo / "out" / "ai-tools.png").stat().st_size > 0


def test_every_tool_was_read_without_an_error_and_the_doctor_finds_nothing_wrong(demo: Path) -> None:
    status = json.loads(ai_usage(*config(demo), "status", "--json", folder=demo))
    assert {each["source"]: each["error"] for each in status["sources"]} == dict.fromkeys({*TOOLS, "directory"})
    assert [warning for each in status["sources"] for warning in each["warnings"]] == []
    checks = json.loads(ai_usage(*config(demo), "doctor", "--json", folder=demo))
    assert not [check for check in checks if check["state"] == "wrong"]


def test_copilot_was_read_on_each_day_so_that_it_has_a_history(demo: Path) -> None:
    rows = json.loads(ai_usage(*config(demo), "export", "--json", "--as-of", str(TODAY), folder=demo))
    weeks = {
        row["week"]: row["value"] for row in rows if (row["tool"], row["metric"]) == ("copilot", "weekly_active_users")
    }
    last = [weeks[str(TODAY - timedelta(days=2 + 7 * back))] for back in range(1, 17)]
    assert min(last) >= 0.4 * max(last)


def test_keys_are_in_files_of_their_own_that_only_the_owner_reads(demo: Path) -> None:
    keys = {path.name: path for path in (demo / "out").glob("*.key")}
    assert set(keys) == {"identity.key", "vendor.key", *(f"{tool}.key" for tool in TOOLS - {"chatgpt"})}
    assert all(path.stat().st_mode & 0o077 == 0 for path in keys.values())
    settings = (demo / "out" / "ai-usage.toml").read_text(encoding="utf-8")
    assert not [name for name, path in keys.items() if path.read_text(encoding="utf-8").strip() in settings]


def test_nobody_is_found_in_what_was_written(demo: Path) -> None:
    people = (demo / "out" / "people.csv").read_text(encoding="utf-8").lower().splitlines()[1:]
    addresses = {row.split(",")[1] for row in people}
    logins = {address.split("@")[0].replace(".", "-") + "-nw" for address in addresses}
    for path in (demo / "out").iterdir():
        if path.name != "people.csv":
            content = path.read_bytes().lower()
            assert not [each for each in addresses | logins if each.encode() in content], path.name

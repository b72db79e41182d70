"""`ai-usage import` and the card about what was before, as people use them."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.answers.answer import ask
from bot.cli import app
from bot.installation import open_installation
from connectors.door import Door
from storage import ingestion, rollups
from storage.facts import Usage

KEY = "0123456789abcdef0123456789abcdef"
HEADING = "cadence,period_start,period_end,public_id,email,is_active,messages,model_to_messages\n"
MONDAY = date(2026, 11, 9)


def month(people: int = 40) -> str:
    lines = (
        f"Monthly,2026-03-01,2026-03-28,user-{n},p{n}@x.example,{int(n % 2 == 0)},{120 if n % 2 == 0 else 0},\n"
        for n in range(people)
    )
    return HEADING + "".join(lines)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AI_USAGE_KEY", KEY)
    (tmp_path / "ai-usage.toml").write_text("[contracts.github-copilot]\nprice = 19.0\n", encoding="utf-8")
    (tmp_path / "month.csv").write_text(month())
    people = "".join(f"p{n}@x.example,{'Sales' if n < 20 else 'Support'}\n" for n in range(40))
    (tmp_path / "people.csv").write_text("work_email,department\n" + people)
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--config", str(folder / "ai-usage.toml"), *arguments])


def test_an_import_says_in_words_what_it_kept(folder: Path) -> None:
    done = run(folder, "import", str(folder / "month.csv"), "--as-of", "2026-11-18")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "month.csv: ChatGPT user report",
        "  ChatGPT, 2026-03-01 to 2026-03-28 (totals of 28 days): 40 people listed, 20 active; 2,400 messages",
        "Totals of periods are kept apart from days: ask `ai-usage ask baseline` for them.",
    ]
    assert "chatgpt-users" in run(folder, "status").stdout


def test_a_refused_file_ends_in_an_error_and_the_others_are_kept(folder: Path) -> None:
    (folder / "bad.csv").write_text("x,y\n1,2\n")
    done = run(folder, "import", str(folder / "bad.csv"), str(folder / "month.csv"), "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [(each["kind"], bool(each["error"])) for each in told["files"]] == [("", True), ("chatgpt-users", False)]
    assert told["files"][1]["parts"][0]["totals"] == {"messages": 2400}


def test_a_dry_run_says_the_same_and_leaves_nothing_behind(folder: Path) -> None:
    done = run(folder, "import", str(folder / "month.csv"), "--dry-run")
    assert "20 active" in done.stdout
    assert done.stdout.endswith("Nothing was written: this was a dry run.\n")
    assert "No history was imported yet" in run(folder, "ask", "baseline").stdout


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--period", "October", "write the first and the last day"),
        ("--period", "2026-10-28..2026-10-01", "the last day lies after the first"),
        ("--kind", "gemini", 'did you mean "gemini-usage"?'),
    ],
)
def test_a_wrong_option_is_answered_with_the_right_one(folder: Path, option: str, value: str, why: str) -> None:
    done = run(folder, "import", str(folder / "month.csv"), option, value)
    assert done.exit_code == 2
    assert why in " ".join(done.stderr.split())


def test_a_folder_without_files_is_an_error(folder: Path) -> None:
    (folder / "empty").mkdir()
    done = run(folder, "import", str(folder / "empty"))
    assert (done.exit_code, "there are no files in it" in done.stderr) == (1, True)


@pytest.mark.parametrize("question", ["baseline", "history", "before the roll-out", "chatgpt before the rollout"])
def test_the_card_tells_each_period_of_the_company(folder: Path, question: str) -> None:
    run(folder, "import", str(folder / "month.csv"))
    card = ask(question, open_installation(folder / "ai-usage.toml").basis(date(2026, 11, 18))).card
    assert card.text == (
        "ChatGPT, 1–28 Mar 2026: 20 of 40 listed people were active, with 120 messages per active person, 30 a week."
    )
    assert card.table is not None
    assert card.table.rows == (("ChatGPT", "1–28 Mar 2026 (28 days)", "20 of 40", "120 messages", "30"),)
    assert card.table.caption == "Period totals, not days"


def test_a_department_is_asked_about_once_the_directory_is_there(folder: Path) -> None:
    run(folder, "import", str(folder / "month.csv"))
    run(folder, "ingest", "directory", "--from", str(folder / "people.csv"))
    card = ask("history sales", open_installation(folder / "ai-usage.toml").basis(date(2026, 11, 18))).card
    assert card.title == "Sales · Before the roll-out"
    assert "10 of 20 listed people were active" in card.text
    both = ask("baseline sales vs support", open_installation(folder / "ai-usage.toml").basis(date(2026, 11, 18))).card
    assert both.table is not None
    assert [row[:2] for row in both.table.rows] == [("ChatGPT", "Sales"), ("ChatGPT", "Support")]


def test_the_card_sets_the_latest_week_of_the_same_tool_beside_it(folder: Path) -> None:
    run(folder, "import", str(folder / "month.csv"))
    installation = open_installation(folder / "ai-usage.toml")
    people = [Door(KEY.encode(), "chatgpt").person(f"p{n}@x.example") for n in range(30)]
    days = [MONDAY + timedelta(days=n) for n in range(5)]
    facts = [
        Usage(day=day, person=person, tool="chatgpt", model="gpt-5", messages=9)
        for day in days
        for person in people
        if person
    ]
    ingestion.replace_usage(installation.store, "chatgpt", days, facts)
    rollups.refresh(installation.store)
    card = ask("baseline", installation.basis(date(2026, 11, 18))).card
    assert card.text.endswith(
        "Now, in the week of 9–15 Nov 2026: 30 active people, with 45 messages per active person."
    )


def test_a_period_shorter_than_a_week_is_not_compared(folder: Path) -> None:
    (folder / "month.csv").write_text(month().replace("2026-03-28", "2026-03-04"))
    run(folder, "import", str(folder / "month.csv"))
    card = ask("baseline", open_installation(folder / "ai-usage.toml").basis(date(2026, 11, 18))).card
    assert card.table is not None
    assert card.table.rows[0][-1] == "–"
    assert "a week" not in card.text

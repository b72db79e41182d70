"""Whose seats can be taken back: only who holds the directory and the key can tell, and only from what stands idle."""

import csv
import json
import stat
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import app
from bot.installation import Installation, open_installation
from connectors.directory import read_directory
from connectors.door import Door
from storage import ingestion, rollups
from storage.facts import Alias, Seat, Usage

KEY = "k" * 40
MONDAY = date(2026, 10, 5)
TODAY = MONDAY + timedelta(weeks=6)
DIRECTORY = """\
employee_id,work_email,alias_emails,department,start_date,end_date,status
1,ana@example.com,,Sales,2020-01-01,,active
2,bo@example.com,bo.old@example.com,Sales,2020-01-01,,active
3,cy@example.com,,Legal,2020-01-01,,On parental leave
4,di@example.com,,Legal,2020-01-01,2026-11-01,
5,=ed@example.com,,Legal,2020-01-01,,
6,fu@example.com,,Legal,2026-11-10,,
7,gi@example.com,,Legal,2020-01-01,,
"""


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Everybody has a seat; gi uses it, ana did once, bo has a second address, a shared account is nobody's."""
    monkeypatch.setenv("AI_USAGE_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ai-usage.toml").write_text("[organisation]\nname = 'Test'\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text(DIRECTORY, encoding="utf-8")
    there = open_installation(tmp_path / "ai-usage.toml")
    door = Door(KEY.encode(), "chatgpt")
    known = read_directory(tmp_path / "people.csv", door)
    ingestion.replace_members(there.store, "directory", known.members, known.aliases)
    people = {each: door.person(f"{each}@example.com") for each in ("ana", "bo.old", "cy", "di", "=ed", "fu", "gi")}
    people["shared"] = door.account("shared-account")
    seats = [Seat(person=each, tool="chatgpt", start=date(2026, 1, 5)) for each in people.values() if each]
    ingestion.replace_seats(there.store, "chatgpt", seats)
    used = [("gi", MONDAY + timedelta(weeks=week)) for week in range(6)] + [("ana", MONDAY)]
    rows = [
        Usage(day=day + timedelta(days=4), person=person, tool="chatgpt", model="gpt-4o", sessions=1)
        for name, day in used
        if (person := people[name])
    ]
    ingestion.replace_usage(there.store, "chatgpt", sorted({each.day for each in rows}), rows)
    rollups.refresh(there.store)
    yield there
    there.store.close()


def run(*arguments: str) -> dict[str, object]:
    asked = ["reclaim", "--tool", "chatgpt", "--directory", "people.csv", "--as-of", TODAY.isoformat(), *arguments]
    ended = CliRunner().invoke(app, [*asked, "--json"])
    assert ended.exit_code == 0, ended.output
    return json.loads(ended.stdout)


def listed(path: Path = Path("reclaim.csv")) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


@pytest.mark.usefixtures("installation")
def test_idle_seats_are_listed_by_department_with_the_reason() -> None:
    told = run()
    assert listed() == [
        ["address", "department", "why"],
        ["'=ed@example.com", "Legal", "never used"],
        ["di@example.com", "Legal", "has left"],
        ["ana@example.com", "Sales", "not used in 28 days"],
        ["bo@example.com", "Sales", "never used"],
    ]
    assert told["by_department"] == {"Legal": 2, "Sales": 2}


@pytest.mark.usefixtures("installation")
def test_who_is_on_leave_is_left_alone_and_what_is_nobodys_is_counted() -> None:
    told = run()
    assert (told["left_alone"], told["not_in_the_directory"]) == (1, 1)


@pytest.mark.usefixtures("installation")
def test_a_joiner_of_the_last_thirty_days_is_not_listed() -> None:
    run()
    assert not any("fu@" in each[0] for each in listed())


@pytest.mark.usefixtures("installation")
def test_the_list_is_readable_by_its_owner_alone_even_where_a_file_was_before() -> None:
    Path("reclaim.csv").write_text("old", encoding="utf-8")
    Path("reclaim.csv").chmod(0o644)
    run()
    assert stat.S_IMODE(Path("reclaim.csv").stat().st_mode) == 0o600
    assert not list(Path().glob(".reclaim*"))


def test_no_address_reaches_the_store_or_the_log(installation: Installation, caplog: pytest.LogCaptureFixture) -> None:
    run()
    assert "reclaim list of chatgpt written: 4 seats" in caplog.text
    assert "@example.com" not in caplog.text
    database = b"".join(each.read_bytes() for each in Path().glob("ai-usage.db*"))
    assert b"example.com" not in database
    assert installation.store


@pytest.mark.usefixtures("installation")
def test_another_key_finds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_USAGE_KEY", "x" * 40)
    told = run()
    assert (told["seats"], told["file"]) == (0, None)
    assert not Path("reclaim.csv").exists()


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--tool", "chatgtp", "--directory", "people.csv"), 'did you mean "chatgpt"'),
        (("--tool", "chatgpt", "--directory", "nobody.csv"), "does not exist"),
    ],
)
def test_wrong_words_say_what_to_write(arguments: tuple[str, ...], says: str) -> None:
    ended = CliRunner().invoke(app, ["reclaim", *arguments])
    assert ended.exit_code != 0
    assert says in ended.output


def test_an_account_that_the_directory_knows_by_another_address_is_found(installation: Installation) -> None:
    door = Door(KEY.encode(), "chatgpt")
    account, gi, ana = door.account("acct-9"), door.person("gi@example.com"), door.person("ana@example.com")
    assert account
    assert gi
    assert ana
    ingestion.replace_seats(
        installation.store, "chatgpt", [Seat(person=account, tool="chatgpt", start=date(2026, 1, 5))]
    )
    known = read_directory(Path("people.csv"), door)
    aliases = [*known.aliases, Alias(alias=account, person=ana)]
    ingestion.replace_members(installation.store, "directory", known.members, aliases)
    rollups.refresh(installation.store)
    run()
    assert [each[0] for each in listed()[1:]] == ["ana@example.com"]

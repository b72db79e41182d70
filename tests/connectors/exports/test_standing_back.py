"""Imports never overwrite or double what a source tells, and a file that comes again changes nothing."""

from datetime import date
from pathlib import Path

import pytest

from connectors.importing import DOUBLED, TOLD
from storage import ingestion
from storage.facts import Person, Seat, Usage
from storage.schema import metadata
from storage.store import Store
from tests.connectors.exports.files import (
    ADMIN_CENTRE,
    ANA,
    EVENTS,
    GEMINI,
    OCTOBER,
    OWN,
    SEATS,
    chatgpt,
    folder_of,
    known,
    load,
    load_text,
    rows,
)
from tests.connectors.lines import door

DAY = date(2026, 10, 1)
ZOE = Person(b"z" * 32)
EVENT = f"{EVENTS}\n2026-10-01T10:00:00.1Z,ana@example.com,,,On-Demand,gpt-5,No,0,10,9,5,15,1\n"
OLDER = EVENT + "2026-09-30T10:00:00.1Z,ana@example.com,,,On-Demand,gpt-5,No,0,7,9,5,15,1\n"


def usage(tool: str, day: date = DAY, person: Person = ZOE) -> Usage:
    return Usage(day=day, person=person, tool=tool, model="", prompts=1)


def days(store: Store) -> list[tuple[object, ...]]:
    return known(store, "usage", "source", "day", "input_tokens")


@pytest.mark.parametrize(
    "text",
    [
        chatgpt(),
        EVENT,
        f"{SEATS}\n2026-10-20,octo-ana,,2026-10-12,\n",
        f"{ADMIN_CENTRE}\nana@example.com,Ana,142,19,2026-10-27\n",
        f"{GEMINI}\nana@example.com,31,9,12,8,8\n",
        f"{OWN}\nana@example.com,windsurf,2026-09-02,,,,,3,,\n",
    ],
    ids=["chatgpt", "cursor", "github", "copilot", "gemini", "own"],
)
def test_the_same_file_again_changes_nothing(store: Store, tmp_path: Path, text: str) -> None:
    def everything() -> dict[str, object]:
        return {name: rows(store, name) for name in metadata.tables if name not in {"run", "alembic_version"}}

    load_text(store, tmp_path, text, period=OCTOBER)
    before = everything()
    load_text(store, tmp_path, text, period=OCTOBER)
    assert everything() == before


def test_a_corrected_file_replaces_its_period_and_no_other(store: Store, tmp_path: Path) -> None:
    february = {"period_start": "2026-02-01", "period_end": "2026-02-07"}
    load_text(store, tmp_path, chatgpt({}, {**february, "messages": "30"}))
    load_text(store, tmp_path, chatgpt({"messages": "24", "model_to_messages": ""}))
    totals: dict[object, int] = {}
    for first, told in known(store, "period_usage", "first", "messages"):
        totals[first] = totals.get(first, 0) + (told or 0)
    assert totals == {date(2026, 2, 1): 30, date(2026, 3, 1): 24}


def test_a_day_that_the_source_tells_is_left_to_it(store: Store, tmp_path: Path) -> None:
    ingestion.replace_usage(store, "cursor", [DAY], [usage("cursor")])
    report = load_text(store, tmp_path, OLDER)
    assert report.skipped == {TOLD: 1}
    assert days(store) == [("cursor", DAY, None), ("import:cursor-events", date(2026, 9, 30), 7)]


def test_what_was_imported_goes_when_the_source_comes_to_tell_it(store: Store, tmp_path: Path) -> None:
    load_text(store, tmp_path, OLDER)
    ingestion.replace_usage(store, "claude", [DAY], [usage("claude")])
    assert len(days(store)) == 3
    ingestion.replace_usage(store, "cursor", [DAY], [usage("cursor")])
    assert days(store) == [
        ("claude", DAY, None),
        ("cursor", DAY, None),
        ("import:cursor-events", date(2026, 9, 30), 7),
    ]


def test_a_source_that_tells_last_days_only_yields_and_is_yielded_to_by_person(store: Store, tmp_path: Path) -> None:
    bo = door("copilot").person("bo@example.com")
    assert bo is not None
    ingestion.merge_usage(store, "copilot", [DAY], [usage("copilot", person=ZOE)])
    text = f"{ADMIN_CENTRE}\nana@example.com,Ana,1,1,2026-10-01\nbo@example.com,Bo,1,1,2026-10-01\n"
    load_text(store, tmp_path, text, period=OCTOBER)
    assert len(rows(store, "usage")) == 3
    ingestion.merge_usage(store, "copilot", [DAY], [usage("copilot", person=bo)])
    assert sorted(known(store, "usage", "source")) == [("copilot",), ("copilot",), ("import:copilot-usage",)]


def test_two_imports_do_not_tell_the_same_twice(store: Store, tmp_path: Path) -> None:
    load_text(store, tmp_path, EVENT)
    own = f"{OWN}\nana@example.com,cursor,2026-10-01,,,,,3,,0.5\n"
    assert load_text(store, tmp_path, own).skipped == {DOUBLED: 1}
    assert load_text(store, tmp_path, own.replace("0.5", "")).skipped == {}


def test_seats_that_the_source_tells_are_left_to_it(store: Store, tmp_path: Path) -> None:
    ingestion.replace_seats(store, "github-copilot", [Seat(person=ZOE, tool="github-copilot", start=DAY)])
    report = load_text(store, tmp_path, f"{SEATS}\n2026-10-20,octo-ana,,2026-10-12,\n")
    assert report.warnings == ("its seats are left out: the source github-copilot tells who holds one",)
    assert known(store, "seat", "source") == [("github-copilot",)]


def test_imported_seats_go_when_the_source_comes_to_tell_them(store: Store, tmp_path: Path) -> None:
    load_text(store, tmp_path, f"{SEATS}\n2026-10-20,octo-ana,,2026-10-12,\n")
    ingestion.replace_seats(store, "cursor", [Seat(person=ZOE, tool="cursor", start=DAY)])
    assert known(store, "seat", "source") == [("cursor",), ("import:github-copilot-seats",)]
    ingestion.replace_seats(store, "github-copilot", [Seat(person=ZOE, tool="github-copilot", start=DAY)])
    assert known(store, "seat", "source") == [("cursor",), ("github-copilot",)]


def test_two_files_of_one_period_are_not_both_taken(store: Store, tmp_path: Path) -> None:
    told = {"september.csv": 30, "october.csv": 31}
    files = {name: f"{GEMINI}\nana@example.com,{uses},9,12,8,8\n" for name, uses in told.items()}
    october, september = load(store, folder_of(tmp_path, files), period=OCTOBER)
    assert october.error == ""
    assert september.error.startswith("october.csv tells gemini from 2026-10-01 to 2026-10-28, too")
    assert known(store, "period_usage", "prompts") == [(31,)]


def test_a_file_that_holds_the_same_as_another_is_passed_over(store: Store, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a.csv": chatgpt(), "copy of a.csv": chatgpt()})
    assert load(store, folder)[1].warnings == ("it holds the same as a.csv: passed over",)


def test_a_dry_run_writes_nothing(store: Store, tmp_path: Path) -> None:
    seats = f"{SEATS}\n2026-10-20,o,,2026-10-12,\n"
    folder = folder_of(tmp_path, {"a.csv": chatgpt(), "b.csv": OLDER, "c.csv": seats})
    assert [(len(each.parts), each.seats) for each in load(store, folder, dry=True)] == [(1, None), (1, None), (1, 1)]
    assert all(rows(store, name) == [] for name in ("usage", "period_usage", "seat", "alias", "run", "watermark"))


def test_a_run_is_noted_for_each_kind_with_what_was_skipped_and_damaged(store: Store, tmp_path: Path) -> None:
    load(store, folder_of(tmp_path, {"a.csv": chatgpt(), "b.csv": chatgpt({"messages": "x"}), "c.csv": OLDER}))
    assert known(store, "run", "source", "files", "rows", "error") == [
        ("import:chatgpt-users", 1, 3, "1 damaged file was not read"),
        ("import:cursor-events", 1, 2, None),
    ]
    assert ANA["email"].lower() not in str(rows(store, "run")).lower()

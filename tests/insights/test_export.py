"""Tidy rows: nine columns, hidden cells that say so, and nothing a spreadsheet would run."""

import csv
import io
import json
from datetime import date, timedelta

import pandas as pd
import pytest

from insights.basis import Basis
from insights.export import COLUMNS, as_csv, as_json, export
from insights.metrics import METRICS
from storage import ingestion, rollups
from storage.facts import Member, Person, Seat, Usage
from storage.store import Store

MONDAY = date(2026, 3, 2)
SIZES = {"=cmd|' /C calc'!A0": 20, "Legal": 3, "Finance": 8, "Sales": 30}


@pytest.fixture
def basis(store: Store) -> Basis:
    people = [
        (Person(bytes([n]) * 32), name)
        for n, name in enumerate(name for name, size in SIZES.items() for _ in range(size))
    ]
    days = [MONDAY + timedelta(days=n) for n in range(21)]
    rows = [
        Usage(day=day, person=person, tool="chatgpt", model="gpt-4o", sessions=2, messages=9, prompts=4)
        for day in days
        for person, _ in people
    ]
    members = [Member(person=person, since=date(2020, 1, 1), department=name) for person, name in people]
    ingestion.replace_members(store, "directory", members, [])
    ingestion.replace_seats(
        store, "chatgpt", [Seat(person=person, tool="chatgpt", start=MONDAY, price=30.0) for person, _ in people]
    )
    ingestion.replace_usage(store, "test", days, rows)
    rollups.refresh(store)
    return Basis(store=store, as_of=MONDAY + timedelta(days=21))


def test_every_metric_of_the_company_is_there_for_every_week(basis: Basis) -> None:
    rows = export(basis)
    assert {row.department for row in rows} == {""}
    assert {row.tool for row in rows} == {"chatgpt"}
    told = {each.id for each in METRICS if each.only != "department" and each.needs and not each.across}
    expected = told | {"model_mix:GPT-4o"}
    for week in range(3):
        assert {row.metric for row in rows if row.week == MONDAY + timedelta(weeks=week)} == expected


def test_a_value_comes_with_what_it_is_made_of(basis: Basis) -> None:
    row = next(row for row in export(basis) if row.metric == "messages_per_session")
    assert (row.value, row.numerator, row.denominator, row.people) == (4.5, 61 * 7 * 9, 61 * 7 * 2, 61)


def test_hidden_cells_say_so_and_carry_nothing_else(basis: Basis) -> None:
    rows = [row for row in export(basis, by="department") if row.metric == "sessions"]
    hidden = [row for row in rows if row.value == "suppressed"]
    assert {row.department for row in hidden} == {"Legal", "Finance"}
    assert all((row.numerator, row.denominator, row.people) == (None, None, None) for row in hidden)
    text = as_csv(export(basis, by="department"))
    assert ",sessions,suppressed,,,,false\n" in text
    assert '"value": "suppressed", "numerator": null' in as_json(hidden)


def test_a_measure_nobody_reports_is_empty(basis: Basis) -> None:
    rows = export(basis)
    assert next(row for row in rows if row.metric == "output_to_input_ratio").value is None
    assert ",output_to_input_ratio,,,,,false\n" in as_csv(rows)


def test_csv_has_nine_columns_and_runs_no_formula(basis: Basis) -> None:
    table = list(csv.DictReader(io.StringIO(as_csv(export(basis, by="department")))))
    assert tuple(table[0]) == COLUMNS
    assert COLUMNS == (
        "week",
        "department",
        "tool",
        "metric",
        "value",
        "numerator",
        "denominator",
        "people",
        "estimated",
    )
    assert "'=cmd|' /C calc'!A0" in {row["department"] for row in table}
    for row in table:
        assert not any(each.startswith(("=", "+", "@", "-")) for each in row.values())


def test_json_reads_back_as_the_same_rows(basis: Basis) -> None:
    rows = export(basis, by="department")
    read = json.loads(as_json(rows))
    assert len(read) == len(rows)
    assert tuple(read[0]) == COLUMNS
    assert read[0]["week"] == "2026-03-02"
    assert {each["department"] for each in read} == set(SIZES)


def test_pandas_reads_the_numbers(basis: Basis) -> None:
    table = pd.read_csv(io.StringIO(as_csv(export(basis, by="department"))))
    sessions = pd.to_numeric(table[table["metric"] == "sessions"]["value"], errors="coerce")
    assert sessions.sum() == 3 * 50 * 14


def test_dates_choose_the_weeks_that_hold_them(basis: Basis) -> None:
    rows = export(basis, first=MONDAY + timedelta(days=9), last=MONDAY + timedelta(days=13))
    assert {row.week for row in rows} == {MONDAY + timedelta(weeks=1)}
    assert export(basis, last=MONDAY - timedelta(days=1)) == []


def test_a_tool_can_be_chosen_and_an_unknown_one_has_no_rows(basis: Basis) -> None:
    assert {row.tool for row in export(basis, tool="chatgpt")} == {"chatgpt"}
    assert export(basis, tool="gemini") == []


def test_with_several_tools_all_of_them_together_are_told_as_well(basis: Basis) -> None:
    people = [Person(bytes([n]) * 32) for n in range(40, 61)]
    rows = [Usage(day=MONDAY, person=each, tool="codex", model="", sessions=1) for each in people]
    ingestion.replace_usage(basis.store, "codex", [MONDAY], rows)
    rollups.refresh(basis.store)
    assert {row.tool for row in export(basis)} == {"*", "chatgpt", "codex"}

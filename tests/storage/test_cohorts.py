"""Who kept, came, returned and stopped, against the same worked out by sets from the same facts."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from storage import cohorts, ingestion, reading, rollups
from storage.facts import Member, Person, Usage
from storage.store import Store

MONDAY = date(2025, 1, 6)
WEEK = timedelta(weeks=1)
WEEKS = 20
LATE, BEGINS = "claude", 9
"""A tool whose facts begin in a later week."""

PEOPLE = [Person(bytes([number]) * 32) for number in range(1, 41)]
MOVER, MOVED = PEOPLE[0], MONDAY + 13 * WEEK

Active = dict[str, dict[int, set[Person]]]


def activity() -> Active:
    """Who is active with each tool in each week; people come, pause and stop."""
    rng = random.Random(11)
    found: Active = {"chatgpt": {}, LATE: {}}
    for tool, weeks in found.items():
        spans = {each: sorted(rng.sample(range(WEEKS + 6), 2)) for each in PEOPLE}
        for week in range(BEGINS if tool == LATE else 0, WEEKS):
            weeks[week] = {each for each, (a, b) in spans.items() if a <= week < b and rng.random() < 0.4}
    for week in range(WEEKS):
        found["chatgpt"][week].add(MOVER)
    return found


def write(store: Store, weeks: range) -> None:
    rows = [
        Usage(day=MONDAY + week * WEEK, person=each, tool=tool, model="", sessions=1)
        for tool, active in activity().items()
        for week in weeks
        for each in active.get(week, ())
    ]
    ingestion.replace_usage(store, "test", [MONDAY + week * WEEK for week in weeks], rows)
    rollups.refresh(store)


@pytest.fixture
def filled(store: Store) -> Store:
    members = [
        Member(person=each, since=date(2020, 1, 1), department="AB"[number % 2])
        for number, each in enumerate(PEOPLE)
        if each != MOVER
    ]
    members += [
        Member(person=MOVER, since=date(2020, 1, 1), until=MOVED, department="A"),
        Member(person=MOVER, since=MOVED, department="B"),
    ]
    ingestion.replace_members(store, "directory", members, [])
    write(store, range(WEEKS))
    return store


def by_hand(week: int) -> dict[tuple[str, str], Counter[str]]:
    """Return the counts of each (tool, department), '' the company, that has any."""
    active = activity()
    every = {n: set().union(*(weeks.get(n, set()) for weeks in active.values())) for n in range(WEEKS)}
    found: dict[tuple[str, str], Counter[str]] = {}
    for tool, weeks in {**active, "*": every}.items():
        if week - 7 < (BEGINS if tool == LATE else 0):
            continue
        for person in PEOPLE:
            mine = [n for n in range(week + 1) if person in weeks.get(n, ())]
            now, before = any(n > week - 4 for n in mine), any(week - 8 < n <= week - 4 for n in mine)
            if not (now or before):
                continue
            cohort = ("kept" if before else "returned" if mine[0] < week - 3 else "newcomers") if now else "lapsed"
            number = PEOPLE.index(person)
            department = "AB"[mine[-1] >= 13] if person == MOVER else "AB"[number % 2]
            for name in ("", department):
                found.setdefault((tool, name), Counter())[cohort] += 1
    return found


def stored(store: Store, week: int) -> dict[tuple[str, str], Counter[str]]:
    rows = reading.cohort_weeks(store, MONDAY + week * WEEK, MONDAY + week * WEEK)
    cells = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    names = ("kept", "newcomers", "returned", "lapsed")
    return {(each["tool"], each["name"]): Counter({n: each[n] for n in names if each[n]}) for each in cells}


@pytest.mark.parametrize("week", range(WEEKS))
def test_cohorts_are_those_of_the_sets(filled: Store, week: int) -> None:
    assert stored(filled, week) == by_hand(week)


def test_every_cohort_occurs_in_what_is_compared() -> None:
    whole = sum((by_hand(week)["*", ""] for week in range(7, WEEKS)), Counter())
    assert min(whole[each] for each in ("kept", "newcomers", "returned", "lapsed")) > 5


def test_a_move_between_departments_is_neither_gain_nor_lapse(filled: Store) -> None:
    weeks = [MONDAY + week * WEEK for week in range(WEEKS)]
    rows = [Usage(day=each, person=MOVER, tool="chatgpt", model="", sessions=1) for each in weeks]
    ingestion.replace_usage(filled, "test", weeks, rows)
    rollups.refresh(filled)
    kept = Counter({"kept": 1})
    assert stored(filled, 12) == dict.fromkeys([("*", ""), ("*", "A"), ("chatgpt", ""), ("chatgpt", "A")], kept)
    assert stored(filled, 13) == dict.fromkeys([("*", ""), ("*", "B"), ("chatgpt", ""), ("chatgpt", "B")], kept)


def test_older_facts_that_come_later_make_newcomers_into_returned(store: Store) -> None:
    ingestion.replace_members(store, "directory", [], [])
    write(store, range(5, WEEKS))
    fewer = stored(store, WEEKS - 1)["*", ""]["returned"]
    write(store, range(5))
    assert stored(store, WEEKS - 1)["*", ""] == by_hand(WEEKS - 1)["*", ""]
    assert stored(store, WEEKS - 1)["*", ""]["returned"] >= fewer


def test_a_week_without_facts_has_no_cohorts(filled: Store) -> None:
    ingestion.replace_usage(filled, "test", [MONDAY + 15 * WEEK], [])
    rollups.refresh(filled)
    assert stored(filled, 15) == {}
    assert stored(filled, 16)


def test_filling_again_changes_nothing(filled: Store) -> None:
    before = stored(filled, 12)
    with filled.writing() as connection:
        cohorts.fill_cohorts(connection, MONDAY + 12 * WEEK)
    assert stored(filled, 12) == before


def test_an_upgraded_store_gets_its_cohorts_by_the_next_refresh(filled: Store) -> None:
    with filled.writing() as connection:
        connection.execute(text("DELETE FROM cohort_week"))
        connection.execute(text("INSERT INTO rollup_due SELECT DISTINCT week, false FROM group_week"))
    rollups.refresh(filled)
    assert stored(filled, WEEKS - 1) == by_hand(WEEKS - 1)

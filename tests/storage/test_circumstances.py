"""What is known beside the numbers, counted from real tables."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from storage import circumstances, ingestion, rollups
from storage.circumstances import Move
from storage.facts import Member, Person, Usage
from storage.store import Store

MONDAY = date(2026, 3, 2)
WEEK = timedelta(weeks=1)
PEOPLE = [Person(bytes([number]) * 32) for number in range(1, 41)]
LONG_AGO = date(2019, 5, 1)


def lived(store: Store, members: list[Member]) -> None:
    ingestion.replace_members(store, "directory", members, [])


def used(store: Store, day: date, *, tool: str = "chatgpt", people: int = 10, messages: int = 20) -> None:
    facts = [
        Usage(day=day, person=each, tool=tool, model="gpt-4o", sessions=2, messages=messages)
        for each in PEOPLE[:people]
    ]
    ingestion.replace_usage(store, tool, [day], facts)


def test_members_are_counted_by_department_and_location_until_they_leave(store: Store) -> None:
    lived(
        store,
        [
            Member(person=PEOPLE[0], since=LONG_AGO, department="Sales", location="Berlin"),
            Member(person=PEOPLE[1], since=date(2020, 1, 1), department="Sales", location="Berlin"),
            Member(
                person=PEOPLE[2],
                since=LONG_AGO,
                department="Sales",
                location="Berlin",
                end=MONDAY + timedelta(days=2),
            ),
            Member(person=PEOPLE[3], since=LONG_AGO, until=MONDAY, department="Sales"),
            Member(person=PEOPLE[4], since=MONDAY + WEEK, department="Legal", location="Austin, TX"),
        ],
    )
    found = circumstances.stays(store, MONDAY, MONDAY + 2 * WEEK)
    assert {(each.since, each.until, each.department, each.location, each.members) for each in found} == {
        (MONDAY, None, "Sales", "Berlin", 2),
        (MONDAY, MONDAY + timedelta(days=3), "Sales", "Berlin", 1),
        (MONDAY + WEEK, None, "Legal", "Austin, TX", 1),
    }


def test_who_changes_department_moves_and_who_is_hired_or_leaves_does_not(store: Store) -> None:
    day = MONDAY + timedelta(days=1)
    moved = [
        row
        for each in PEOPLE[:3]
        for row in (
            Member(person=each, since=LONG_AGO, until=day, department="Support", start=LONG_AGO),
            Member(person=each, since=day, department="Sales", start=LONG_AGO),
        )
    ]
    lived(
        store,
        [
            *moved,
            Member(person=PEOPLE[3], since=day, department="Sales", start=day),
            Member(person=PEOPLE[4], since=day, department="Sales"),
            Member(person=PEOPLE[5], since=LONG_AGO, department="Support", end=day),
            Member(person=PEOPLE[6], since=LONG_AGO, until=day, department="Sales", team="East"),
            Member(person=PEOPLE[6], since=day, department="Sales", team="West"),
            Member(person=PEOPLE[7], since=day, department="Legal", start=LONG_AGO),
        ],
    )
    assert circumstances.moves(store, MONDAY, MONDAY + WEEK) == [
        Move(day=day, source="", target="Legal", people=1),
        Move(day=day, source="Support", target="Sales", people=3),
    ]
    assert circumstances.moves(store, MONDAY + WEEK, MONDAY + 2 * WEEK) == []


def test_each_tool_tells_how_far_its_own_facts_reach(store: Store) -> None:
    for day in (MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK + timedelta(days=4)):
        used(store, day)
    used(store, MONDAY + 2 * WEEK + timedelta(days=1), tool="claude")
    used(store, MONDAY + timedelta(days=1), tool="cursor")
    rollups.refresh(store)
    assert circumstances.last_days(store, ["chatgpt", "claude", "cursor", "gemini"], MONDAY + 2 * WEEK) == {
        "chatgpt": MONDAY + 2 * WEEK + timedelta(days=4),
        "claude": MONDAY + 2 * WEEK + timedelta(days=1),
        "cursor": MONDAY + timedelta(days=6),
    }


@pytest.fixture
def told(store: Store) -> Callable[..., list[tuple[date, str, float, float]]]:
    """Return a function that writes a week anew and says what was then restated."""
    for week in range(6):
        used(store, MONDAY + week * WEEK)
    rollups.refresh(store)

    def again(week: int, **facts: int) -> list[tuple[date, str, float, float]]:
        used(store, MONDAY + week * WEEK, **facts)
        rollups.refresh(store, windows={"chatgpt": 10})
        return [
            (each.week, each.measure, each.before, each.after)
            for each in circumstances.restatements(store, date(2000, 1, 1), date(2100, 1, 1))
        ]

    return again


def test_a_week_long_complete_that_is_told_otherwise_is_noted(told: Callable[..., list[object]]) -> None:
    assert told(2, messages=30) == [(MONDAY + 2 * WEEK, "messages", 200.0, 300.0)]


def test_the_first_total_is_kept_when_a_week_is_restated_twice(told: Callable[..., list[object]]) -> None:
    told(2, messages=30)
    assert told(2, messages=40) == [(MONDAY + 2 * WEEK, "messages", 200.0, 400.0)]


@pytest.mark.parametrize("week", [3, 4, 5], ids=["within its window", "just over", "newest"])
def test_a_week_that_its_source_still_corrects_as_a_rule_is_not_noted(
    told: Callable[..., list[object]], week: int
) -> None:
    assert told(week, messages=30) == []


def test_the_oldest_week_may_have_been_cut_off_and_is_not_noted(told: Callable[..., list[object]]) -> None:
    assert told(0, messages=30) == []


def test_small_corrections_and_a_tool_of_other_weeks_are_not_noted(told: Callable[..., list[object]]) -> None:
    assert told(2, messages=21) == []


def test_a_directory_that_changes_restates_nothing(store: Store, told: Callable[..., list[object]]) -> None:
    lived(store, [Member(person=each, since=LONG_AGO, department="Sales") for each in PEOPLE])
    assert told(5) == []


def test_a_restatement_carries_the_day_of_the_run_that_brought_it(
    store: Store, told: Callable[..., list[object]]
) -> None:
    ingestion.start_run(store, "chatgpt", datetime(2026, 4, 20, 6, tzinfo=UTC))
    told(1, messages=50)
    assert [each.noted for each in circumstances.restatements(store, date(2026, 4, 1), date(2026, 4, 30))] == [
        date(2026, 4, 20)
    ]
    assert circumstances.restatements(store, date(2026, 5, 1), date(2026, 5, 30)) == []

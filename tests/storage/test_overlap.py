"""Seats in several tools against the same counts worked out person by person."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from storage import ingestion, reading, rollups
from storage.facts import Alias, Member, Person, Seat, Usage
from storage.store import Store

MONDAY = date(2025, 3, 3)
WEEKS = 6
LAST = MONDAY + timedelta(weeks=WEEKS - 1)
PEOPLE = [Person(bytes([number]) * 32) for number in range(1, 61)]
ACCOUNT = Person(b"z" * 32)
PRICES = {"chatgpt": 30.0, "claude": None, "cursor": 40.0, "gemini": 20.0}

Company = Callable[..., Store]


def usage(day: date, person: Person, tool: str) -> Usage:
    return Usage(day=day, person=person, tool=tool, model="", sessions=1)


@pytest.fixture
def company(store: Store) -> Company:
    """Return a function that fills the store with members, who holds what, and (person, tool, weeks ago) of use."""

    def fill(
        held: dict[str, list[Person]],
        used: list[tuple[Person, str, int]],
        prices: dict[str, float | None] = PRICES,
    ) -> Store:
        members = [
            Member(person=person, since=date(2020, 1, 1), department="ABC"[number % 3])
            for number, person in enumerate(PEOPLE[:-4])
        ]
        ingestion.replace_members(store, "directory", members, [Alias(alias=ACCOUNT, person=PEOPLE[0])])
        for tool, holders in held.items():
            seats = [Seat(person=each, tool=tool, start=MONDAY, price=prices[tool]) for each in holders]
            ingestion.replace_seats(store, tool, seats)
        # Somebody without a seat keeps every week from being empty.
        rows = [usage(MONDAY + timedelta(weeks=n), PEOPLE[-1], "chatgpt") for n in range(WEEKS)]
        rows += [usage(LAST - timedelta(weeks=ago), person, tool) for person, tool, ago in used]
        unique = {(row.day, row.person, row.tool): row for row in rows}.values()
        ingestion.replace_usage(store, "test", sorted({row.day for row in unique}), list(unique))
        rollups.refresh(store)
        return store

    return fill


def several(store: Store, name: str = "") -> tuple[object, ...]:
    found = reading.group_weeks(store, LAST, LAST)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    row = next(row for row in rows if row["tool"] == "*" and row["name"] == name)
    columns = ("several_seats", "several_using_none", "several_using_one", "several_using_more", "several_unused_spend")
    return tuple(row[each] for each in columns)


def pairs(store: Store) -> dict[tuple[str, str, str], tuple[int, ...]]:
    """Return (holders, used both, used the first, used the other, used neither) by department and pair."""
    found = reading.seat_pairs(store, LAST, LAST)
    return {(row[2], row[3], row[4]): row[5:] for row in found.rows}


def test_the_counts_equal_those_made_person_by_person(company: Company) -> None:
    rng = random.Random(5)
    held = {tool: rng.sample(PEOPLE, 35) for tool in ("chatgpt", "claude", "cursor")}
    used = [
        (person, tool, ago)
        for person in PEOPLE
        for tool in held
        for ago in range(WEEKS)
        if rng.random() < 0.15  # also of people without a seat, and before the last four weeks
    ]
    store = company(held, used)
    active = {(PEOPLE[-1], "chatgpt"), *((person, tool) for person, tool, ago in used if ago < 4)}
    expected_pairs: dict[tuple[str, str, str], Counter[int]] = {}
    for name in ("", "A", "B", "C", "Unmapped"):
        counts, spend = Counter[int](), 0.0
        for number, person in enumerate(PEOPLE):
            department = "ABC"[number % 3] if number < len(PEOPLE) - 4 else "Unmapped"
            mine = sorted(tool for tool in held if person in held[tool])
            if name not in ("", department) or len(mine) < 2:
                continue
            using = [tool for tool in mine if (person, tool) in active]
            counts[min(len(using), 2)] += 1
            spend += sum(PRICES[tool] or 0.0 for tool in mine if tool not in using)
            for n, tool in enumerate(mine):
                for other in mine[n + 1 :]:
                    place = {(True, True): 1, (True, False): 2, (False, True): 3, (False, False): 4}
                    cells = expected_pairs.setdefault((name, tool, other), Counter())
                    cells.update((0, place[tool in using, other in using]))
        assert several(store, name) == (counts.total(), counts[0], counts[1], counts[2], spend)
    assert pairs(store) == {key: tuple(each[n] for n in range(5)) for key, each in expected_pairs.items()}


def test_a_seat_and_use_under_two_accounts_of_one_person_are_hers(company: Company) -> None:
    store = company(
        {"chatgpt": [PEOPLE[0]], "cursor": [ACCOUNT, PEOPLE[3]]}, [(ACCOUNT, "chatgpt", 1), (PEOPLE[0], "cursor", 2)]
    )
    assert several(store) == (1, 0, 0, 1, 0.0)


def test_seats_whose_use_nobody_tells_are_left_out(company: Company) -> None:
    both = PEOPLE[:10]
    store = company({"chatgpt": both, "cursor": both, "gemini": both}, [(each, "cursor", 0) for each in both[:4]])
    assert set(pairs(store)) == {("", "chatgpt", "cursor"), *((name, "chatgpt", "cursor") for name in "ABC")}
    assert several(store) == (10, 6, 4, 0, 10 * 30.0 + 6 * 40.0)


def test_one_tool_with_seats_and_use_overlaps_with_nothing(company: Company) -> None:
    store = company({"chatgpt": PEOPLE[:10], "gemini": PEOPLE[:10]}, [])
    assert several(store) == (None,) * 5
    assert pairs(store) == {}


def test_a_department_without_such_people_has_none_which_is_not_unknown(company: Company) -> None:
    only_a = PEOPLE[0:30:3]
    store = company({"chatgpt": only_a, "cursor": only_a}, [(only_a[0], "cursor", 0)])
    assert several(store, "A") == (10, 9, 1, 0, 9 * 70.0 + 30.0)
    assert several(store, "Unmapped") == (0, 0, 0, 0, 0.0)


def test_what_unused_seats_cost_is_unknown_where_no_price_is(company: Company) -> None:
    both = PEOPLE[:10]
    prices = dict.fromkeys(PRICES)
    store = company({"chatgpt": both, "cursor": both}, [(both[0], "cursor", 0)], prices)
    assert several(store) == (10, 9, 1, 0, None)


def test_a_seat_given_back_overlaps_no_more(company: Company) -> None:
    both = PEOPLE[:10]
    store = company({"chatgpt": both, "cursor": both}, [(both[0], "cursor", 0)])
    ended = [Seat(person=each, tool="cursor", start=MONDAY, end=LAST) for each in both]
    ingestion.replace_seats(store, "cursor", ended)
    rollups.refresh(store)
    assert pairs(store) == {}
    assert several(store) == (None,) * 5

"""Periods behind the gate: what is about too few people is hidden, and so is what would give it away."""

import random
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from insights.baseline import PeriodNumbers, baseline
from insights.basis import Basis
from storage import ingestion
from storage.facts import Member, PeriodUsage, Person
from storage.periods import refresh_periods
from storage.store import Store

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
WEEK = (date(2026, 3, 1), date(2026, 3, 7))
APRIL = (date(2026, 4, 1), date(2026, 4, 30))
Period = tuple[date, date]


def plant(store: Store, periods: Mapping[Period, Mapping[str, tuple[int, int]]]) -> Basis:
    """Keep periods of listed and active people by department; ten messages an active person and day."""
    members: dict[Person, Member] = {}
    for (first, last), departments in periods.items():
        totals = []
        for number, (department, (listed, active)) in enumerate(sorted(departments.items())):
            for each in range(listed):
                person = Person(bytes([number]) + each.to_bytes(31, "big"))
                members[person] = Member(person=person, since=date(2020, 1, 1), department=department)
                messages = 10 * ((last - first).days + 1) if each < active else 0
                totals.append(
                    PeriodUsage(
                        first=first, last=last, person=person, tool="chatgpt", active=each < active, messages=messages
                    )
                )
        ingestion.replace_period(store, "import:chatgpt-users", "chatgpt", first, last, totals)
    ingestion.replace_members(store, "directory", list(members.values()), [])
    refresh_periods(store)
    return Basis(store=store, as_of=date(2026, 11, 20))


def shown(basis: Basis, *departments: str) -> dict[tuple[Period, str], PeriodNumbers]:
    return {((each.first, each.last), each.department): each for each in baseline(basis, departments)}


def test_a_period_tells_listed_active_and_what_each_did(store: Store) -> None:
    basis = plant(store, {MARCH: {"Sales": (20, 10), "Support": (30, 20)}})
    company, sales = shown(basis)[MARCH, ""], shown(basis, "Sales")[MARCH, "Sales"]
    assert (company.listed, company.people, company.measures["messages"]) == (50, 30, 9300)
    assert (sales.listed, sales.people, sales.per_person("messages"), sales.days) == (20, 10, 310, 31)
    assert company.per_person("prompts") is None


def test_a_small_department_is_hidden_and_so_is_what_would_give_it_away(store: Store) -> None:
    basis = plant(store, {MARCH: {"Sales": (20, 10), "Support": (30, 20), "Legal": (9, 3)}})
    told = shown(basis, "Sales", "Support", "Legal", "")
    hidden = {name for (_, name), each in told.items() if each.people is None}
    assert hidden == {"Legal", "Sales"}
    assert all(not told[MARCH, name].measures for name in hidden)
    assert told[MARCH, "Legal"].listed == 9


def test_where_the_listed_are_hidden_so_are_the_active(store: Store) -> None:
    basis = plant(store, {MARCH: {"Sales": (20, 10), "Support": (30, 20), "Legal": (3, 0)}})
    told = shown(basis, "Sales", "Support", "Legal")
    assert {name for (_, name), each in told.items() if each.listed is None} == {"Legal", "Sales"}
    assert {name for (_, name), each in told.items() if each.people is None} == {"Legal", "Sales"}


def test_a_tiny_company_is_hidden_whole(store: Store) -> None:
    (only,) = baseline(plant(store, {MARCH: {"Sales": (4, 4)}}))
    assert (only.listed, only.people, dict(only.measures)) == (None, None, {})


def test_what_is_hidden_in_a_week_is_hidden_in_its_month_and_not_in_another(store: Store) -> None:
    small, large = {"Sales": (20, 10), "Support": (30, 20), "Legal": (9, 3)}, {"Legal": (9, 8)}
    basis = plant(store, {WEEK: small, MARCH: {**small, **large}, APRIL: {**small, **large}})
    told = shown(basis, "Legal")
    assert [told[period, "Legal"].people for period in (WEEK, MARCH, APRIL)] == [None, None, 8]


def test_a_period_that_was_not_over_yet_is_not_told(store: Store) -> None:
    basis = plant(store, {MARCH: {"Sales": (20, 10)}, APRIL: {"Sales": (20, 10)}})
    early = Basis(store=basis.store, as_of=date(2026, 4, 2))
    assert [each.first for each in baseline(early)] == [MARCH[0]]


@pytest.mark.parametrize("seed", range(25))
def test_nothing_small_can_be_worked_out_from_the_rest_of_a_period(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    names = [f"D{number}" for number in range(chance.randint(1, 6))]
    weeks = [(date(2026, 3, 1) + timedelta(days=7 * n), date(2026, 3, 7) + timedelta(days=7 * n)) for n in range(4)]

    def some() -> dict[str, tuple[int, int]]:
        return {name: (listed := chance.randint(1, 20), chance.randint(0, listed)) for name in names}

    planted: dict[Period, dict[str, tuple[int, int]]] = {period: some() for period in (*weeks, MARCH)}
    told = shown(plant(store, planted), *names, "")
    for period, departments in planted.items():
        hidden = [name for name in names if told[period, name].people is None]
        assert all(told[period, name].people != 0 or departments[name][0] >= 5 for name in names)
        assert all(departments[name][1] >= 5 or departments[name][1] == 0 for name in names if name not in hidden)
        if hidden and told[period, ""].people:
            rest = sum(departments[name][1] for name in hidden)
            assert len(hidden) > 1, "one hidden department is the rest of the company"
            assert rest >= 5 or rest == 0

"""What is told before a contract renews: which seats cost money unused, and how many will be needed."""

from datetime import date, timedelta

import pytest

from insights.basis import Basis
from insights.renewal import Renewal, notice_day, renewals
from storage import ingestion, rollups
from storage.facts import Contract, Member, Person, Seat, Usage
from storage.store import Store

FIRST = date(2026, 1, 5)
WEEKS = 17
TODAY = FIRST + timedelta(weeks=WEEKS)


def people(many: int) -> list[Person]:
    return [Person(number.to_bytes(32, "big")) for number in range(1, many + 1)]


def usage(person: Person, week: int) -> Usage:
    return Usage(day=FIRST + timedelta(weeks=week, days=4), person=person, tool="chatgpt", model="gpt-4o", sessions=2)


def company(store: Store, contract: Contract, *, held: int = 80, used: int = 60, weeks: int = WEEKS) -> Basis:
    """A company where the first `used` of `held` people with seats use them, every week; two departments alike."""
    everybody = people(held)
    joined = date(2020, 1, 1)
    members = [
        Member(person=each, since=joined, start=joined, department=("Sales", "Legal")[n % 2])
        for n, each in enumerate(everybody)
    ]
    ingestion.replace_members(store, "directory", members, [])
    ingestion.replace_seats(store, "chatgpt", [Seat(person=each, tool="chatgpt", start=joined) for each in everybody])
    ingestion.replace_contracts(store, [contract])
    rows = [usage(each, week) for week in range(weeks) for each in everybody[:used]]
    ingestion.replace_usage(store, "chatgpt", sorted({each.day for each in rows}), rows)
    rollups.refresh(store)
    return Basis(store=store, as_of=FIRST + timedelta(weeks=weeks))


def terms(**changed: object) -> Contract:
    known: dict[str, object] = {
        "tool": "chatgpt",
        "seats": 100,
        "price": 30.0,
        "renews": TODAY + timedelta(days=112),
        "notice_days": 56,
    }
    return Contract(**{**known, **changed})  # type: ignore[arg-type]


def only(basis: Basis) -> Renewal:
    (found,) = renewals(basis)
    return found


def test_three_amounts_are_told_apart(store: Store) -> None:
    found = only(company(store, terms()))
    assert (found.purchased, found.assigned, found.active, found.idle, found.unassigned) == (100, 80, 60, 20, 20)
    assert found.reassignable == 20 * 30
    assert found.at_risk == pytest.approx(40 * 30 * 112 / (365.25 / 12))
    assert found.surplus == 40
    assert found.reducible == 40 * 30 * 12
    assert found.cost_per_active == 100 * 30 / 60


def test_notice_is_due_its_days_before_the_renewal(store: Store) -> None:
    found = only(company(store, terms()))
    assert (found.notice, found.days_to_notice) == (TODAY + timedelta(days=56), 56)
    assert notice_day(terms(renews=None)) is None


def test_the_forecast_is_for_the_week_of_the_notice(store: Store) -> None:
    told = only(company(store, terms())).active_then
    assert told is not None
    assert (told.weeks, told.value, told.low, told.high) == (9, 60, 60, 60)


def test_a_history_that_is_too_short_foretells_nothing(store: Store) -> None:
    found = only(company(store, terms(), weeks=6))
    assert found.active_then is None
    assert found.surplus is None
    assert found.wasted_share is None


def test_a_past_day_of_notice_foretells_nothing(store: Store) -> None:
    found = only(company(store, terms(renews=TODAY + timedelta(days=20))))
    assert found.days_to_notice == -36
    assert found.active_then is None


def test_without_a_number_of_seats_those_given_out_are_paid_for(store: Store) -> None:
    found = only(company(store, terms(seats=None)))
    assert (found.purchased, found.unassigned, found.unused) == (80, None, 20)


def test_more_seats_given_out_than_bought_leave_none_unassigned(store: Store) -> None:
    assert only(company(store, terms(seats=70))).unassigned == 0


def test_without_a_price_no_amount_is_told(store: Store) -> None:
    found = only(company(store, terms(price=None)))
    assert (found.at_risk, found.reassignable, found.reducible, found.cost_per_active) == (None, None, None, None)


def test_departments_that_use_nearly_every_seat_may_need_more(store: Store) -> None:
    found = only(company(store, terms(), used=80))
    assert [each.full for each in found.departments] == [True, True]
    assert not any(each.full for each in only(company(store, terms())).departments)


def test_contracts_come_by_their_day_of_notice(store: Store) -> None:
    basis = company(store, terms())
    ingestion.replace_contracts(
        store, [terms(), terms(tool="cursor", renews=TODAY + timedelta(days=60)), terms(tool="claude", renews=None)]
    )
    assert [each.contract.tool for each in renewals(basis)] == ["cursor", "chatgpt", "claude"]


def test_a_store_without_facts_has_no_renewals(store: Store) -> None:
    ingestion.replace_contracts(store, [terms()])
    assert renewals(Basis(store=store, as_of=TODAY)) == ()

"""Metered spend in a month: so far, by its end, by department; and the alert about a budget, once a month."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.answers.budget_card import budget_alert
from bot.dialogue import Said, reply
from bot.people.rights import Asker
from bot.sending.letters import letter_of
from bot.sending.subscriptions import subscriptions_of
from bot.settings import BudgetSettings, Roles
from bot.settings import Subscription as InSettings
from insights.basis import Basis
from insights.budget import monthly_costs
from storage import ingestion, outbox, rollups
from storage.facts import Member, Person, Usage
from storage.store import Store
from tests.bot.company import installation

FIRST = date(2026, 6, 1)
WEEKS = 20
TODAY = FIRST + timedelta(weeks=WEEKS)
"""Monday, 19 October: two weeks of October and four days of the week that September shares are over."""

ADMIN = Asker(platform="slack", user="T1:U0ADMIN")
ROLES = Roles(administrators=["U0ADMIN"])


@pytest.fixture
def metered(store: Store) -> Store:
    """Two departments of ten people; each person costs a dollar on each of seven days a week, in Sales two."""
    people = [Person(number.to_bytes(32, "big")) for number in range(1, 21)]
    place = {each: ("Sales", "Legal")[n % 2] for n, each in enumerate(people)}
    members = [Member(person=each, since=date(2020, 1, 1), department=name) for each, name in place.items()]
    ingestion.replace_members(store, "directory", members, [])
    rows = [
        Usage(
            day=FIRST + timedelta(days=day),
            person=each,
            tool="claude-code",
            model="claude-sonnet-4",
            sessions=1,
            cost=2.0 if place[each] == "Sales" else 1.0,
        )
        for day in range(7 * WEEKS)
        for each in people
    ]
    ingestion.replace_usage(store, "claude-code", sorted({each.day for each in rows}), rows)
    rollups.refresh(store)
    return store


def test_a_month_adds_up_by_its_days(metered: Store) -> None:
    (cost,) = monthly_costs(Basis(store=metered, as_of=TODAY))
    assert (cost.month, cost.until) == (date(2026, 10, 1), date(2026, 10, 18))
    assert cost.spent == pytest.approx(18 * 30)
    assert (cost.value, cost.low, cost.high) == pytest.approx((31 * 30,) * 3)
    assert [(name, round(spent)) for name, spent in cost.departments] == [("Sales", 360), ("Legal", 180)]


def test_the_card_tells_month_to_date_forecast_and_budget(metered: Store) -> None:
    made = installation(metered, ROLES, budgets={"claude-code": BudgetSettings(monthly=900)})
    card = reply(Said(text="budget", asker=ADMIN), made, TODAY).card
    assert card.title == "Metered spend · October 2026"
    assert "Claude Code: $540 up to 18 Oct" in card.text
    assert "above the budget of $900" in card.text
    assert card.table is not None
    assert [row[0] for row in card.table.rows] == ["Claude Code", "· Sales", "· Legal"]


def test_an_alert_comes_once_a_month_and_only_over_the_budget(metered: Store) -> None:
    basis = Basis(store=metered, as_of=TODAY)
    assert budget_alert("key", basis, {"claude-code": BudgetSettings(monthly=1000)}) is None
    made = installation(
        metered,
        ROLES,
        budgets={"claude-code": BudgetSettings(monthly=900)},
        subscriptions=[InSettings(to="C1", what="renewal", audience="enablement")],
    )
    (subscription,) = subscriptions_of(made)
    letter = letter_of(subscription, TODAY, frozenset(), made)
    assert letter is not None
    assert letter.digest.card.title == "Over budget · Claude Code · October 2026"
    outbox.note_told(metered, subscription.key, [letter.period], datetime.now(UTC), None)
    assert letter_of(subscription, TODAY, frozenset(), made) is None


def test_a_company_without_metered_cost_says_so(store: Store) -> None:
    card = reply(Said(text="budget?", asker=ADMIN), installation(store, ROLES), TODAY).card
    assert "No tool tells" in card.text

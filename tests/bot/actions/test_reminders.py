"""Owners are reminded once before the day and once after it, by whoever delivers on their platform."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.actions.reminders import remind, reminders, when
from bot.card import Card
from bot.sending.deliver import NotPostedError, Posted, Postman
from storage.store import Store
from storage.taken import Taken, keep
from tests.bot.company import installation

DUE = date(2026, 10, 20)
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)


def action(due: date = DUE, owner: str = "T1:U7") -> Taken:
    return Taken(
        action="multi_turn_workshop",
        metric="messages_per_session",
        state="assigned",
        at=NOON,
        who="T1:U1",
        finding="changes:Sales:chatgpt",
        departments=("Sales",),
        owner=owner,
        due=due,
    )


def test_a_day_has_one_reminder_before_it_and_one_after() -> None:
    days = {each: when(action(), DUE + timedelta(days=each)) for each in range(-5, 12)}
    assert [each for each, kind in days.items() if kind == "before"] == [-2, -1]
    assert [each for each, kind in days.items() if kind == "after"] == [1, 2, 3, 4, 5, 6, 7]
    assert days[0] is None


async def refused(_parcel: object, _place: str) -> Posted:
    raise NotPostedError("nothing is posted here")


@pytest.mark.parametrize(("offset", "title"), [(1, "Due soon"), (-3, "Was it done?")])
async def test_the_owner_is_told_once(store: Store, offset: int, title: str) -> None:
    made, told = installation(store), []

    async def tell(card: Card, owner: str) -> None:
        told.append((card.title, owner))

    keep(store, action(made.basis().as_of + timedelta(days=offset)))
    postmen = {"slack": Postman(post=refused, tell=tell)}
    for _ in range(3):
        await remind(made, postmen, datetime.now(UTC))
    assert told == [(title, "T1:U7")]
    assert reminders(made) == ()


async def test_what_could_not_be_told_is_told_in_a_later_round(store: Store) -> None:
    made, told = installation(store), []
    keep(store, action(made.basis().as_of + timedelta(days=1)))

    async def down(card: Card, owner: str) -> None:
        raise NotPostedError("Slack is down")

    async def tell(card: Card, owner: str) -> None:
        told.append(owner)

    await remind(made, {"slack": Postman(post=refused, tell=down)}, datetime.now(UTC))
    await remind(made, {"slack": Postman(post=refused, tell=tell)}, datetime.now(UTC))
    assert told == ["T1:U7"]


async def test_an_owner_of_the_terminal_is_reminded_by_nobody(store: Store) -> None:
    made = installation(store)
    keep(store, action(made.basis().as_of + timedelta(days=1), owner=""))
    assert reminders(made) == ()

"""Polite reminders of actions: to the owner, once shortly before the day and once after it; then the digests say it."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from bot.actions.taking import action_of, title_of
from bot.card import Button, Card
from bot.format import format_day
from bot.installation import Installation
from bot.sending.deliver import NotPostedError, PerhapsPostedError, Postman
from bot.sending.subscriptions import platform_of
from insights.words import counted
from storage import outbox
from storage.taken import Taken, ongoing, taken

log = logging.getLogger(__name__)

BEFORE = timedelta(days=2)
LATE = timedelta(days=7)
"""What is overdue for longer than this was reminded of, or is no news any more: the digest's footer has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """A card for the owner of an action, to be told once: `key` and `period` are what the outbox knows it by."""

    owner: str
    key: str
    period: str
    card: Card


def reminders(installation: Installation) -> tuple[Reminder, ...]:
    """Return what owners are to be reminded of today and were not yet."""
    today = installation.basis().as_of
    found = []
    for each in ongoing(taken(installation.store)):
        kind = when(each, today)
        if kind is None or each.due is None or not each.owner:
            continue
        key, period = f"reminder {each.id}", f"{each.due}/{kind}"
        if outbox.delivered(installation.store, key, period) in {None, "failed"}:
            found.append(Reminder(owner=each.owner, key=key, period=period, card=reminder_card(each, today)))
    return tuple(found)


def when(action: Taken, today: date) -> Literal["before", "after"] | None:
    """Return which reminder of an action falls on a day; None where none does, as on the day itself."""
    if action.due is None:
        return None
    if today < action.due <= today + BEFORE:
        return "before"
    return "after" if action.due < today <= action.due + LATE else None


def reminder_card(action: Taken, today: date) -> Card:
    """Return what the owner is told: what is due when, its steps, and that it can be noted as done."""
    due = action.due or today
    days = abs((due - today).days)
    away = f"in {counted(days, 'day')}" if due > today else f"{counted(days, 'day')} ago"
    made = action_of(action)
    steps = " ".join(f"{number}. {step}" for number, step in enumerate(made.steps if made else (), 1))
    return Card(
        title="Due soon" if due > today else "Was it done?",
        text=f"{title_of(action)}: due on {format_day(due)}, {away}. {steps}".strip(),
        buttons=(Button(label="Done", do=f"done {action.finding}"),) if action.finding else (),
        footer="You are reminded once before and once after the day; then the weekly digest says what is overdue.",
    )


async def remind(installation: Installation, postmen: Mapping[str, Postman], now: datetime) -> None:
    """Tell owners what is due; what can't be told is tried again in the next round, and stops nobody else."""
    for each in await asyncio.to_thread(reminders, installation):
        postman = postmen.get(platform_of(each.owner))
        if postman is None:
            continue
        token = await asyncio.to_thread(outbox.claim, installation.store, each.key, each.period, now)
        if token is None:
            continue
        state, error = await _tell(postman, each)
        await asyncio.to_thread(
            outbox.close, installation.store, each.key, each.period, now=now, state=state, token=token, error=error
        )


async def _tell(postman: Postman, reminder: Reminder) -> tuple[outbox.State, str | None]:
    try:
        await postman.tell(reminder.card, reminder.owner)
    except NotPostedError as error:
        return ("unknown" if error.gone else "failed"), str(error)
    except PerhapsPostedError as error:
        return "unknown", str(error)
    except Exception as error:
        log.exception("a reminder failed in an unforeseen way")
        return "unknown", f"{type(error).__name__}: see the log"
    return "sent", None

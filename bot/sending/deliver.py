"""Delivering a letter exactly once: claimed in the outbox, marked right before it is posted, closed after."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.card import Card
from bot.sending.letters import Letter
from storage import outbox
from storage.store import Store

log = logging.getLogger(__name__)


class NotPostedError(Exception):
    """The platform refused: nothing stands in the channel. The message says why and what to do.

    `gone`: the place is archived, does not exist any more, or the bot is not in it.
    """

    def __init__(self, message: str, *, gone: bool = False) -> None:
        super().__init__(message)
        self.gone = gone


class PerhapsPostedError(Exception):
    """The post went out and no answer came back: it may stand in the channel. Never sent again by itself."""


class ClaimLostError(Exception):
    """Somebody else has claimed the delivery meanwhile: nothing may be posted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """The platform's id of the main message, and what went wrong after it, in sentences for the operator."""

    message: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Whether a message stands in a place: its id, "" where it surely does not; None where that can't be told."""

    message: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A letter on its way. `key` marks the message, so that it can be found again; it says nothing to a reader.

    `going` is awaited right before the main message is posted, after all that takes time, and `arrived` with its id
    right after: what follows in the thread may be cut off without a doubt about the message itself.
    """

    letter: Letter
    key: str
    going: Callable[[], Awaitable[None]]
    arrived: Callable[[str], Awaitable[None]]


Post = Callable[[Parcel, str], Awaitable[Posted]]
"""Posts a letter to a place: NotPostedError, PerhapsPostedError, and whatever `going` raises."""


Find = Callable[[str, str, datetime], Awaitable[Found]]
"""Looks for the message with a key that went to a place since a moment."""


async def cannot_tell(place: str, key: str, since: datetime) -> Found:  # noqa: ARG001 - of the type Find
    """Where a platform can't look for its messages."""
    return Found(message=None)


async def _no_groups(user: str) -> frozenset[str]:  # noqa: ARG001 - of the type Postman.groups
    return frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Postman:
    """How one platform delivers.

    `tell` gives a card to one person, `groups` are the user groups that somebody is in.
    """

    post: Post
    tell: Callable[[Card, str], Awaitable[None]]
    find: Find = cannot_tell
    groups: Callable[[str], Awaitable[frozenset[str]]] = _no_groups


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """How one delivery ended. `already` means that this or another replica has delivered, or is about to."""

    state: outbox.State | Literal["already"]
    message: str | None = None
    error: str | None = None
    gone: bool = False


def key_of(subscription: str, period: str) -> str:
    """What marks the message of a subscription and period."""
    return hashlib.sha256(f"{subscription}\n{period}".encode()).hexdigest()[:24]


async def deliver(
    letter: Letter,
    subscription: str,
    place: str,
    *,
    store: Store,
    post: Post,
    clock: Callable[[], datetime],
    lease: timedelta = outbox.LEASE,
) -> Delivery:
    """Deliver unless this period was delivered before. Never raises but when cancelled: the outbox has the outcome."""
    period = letter.period
    token = await asyncio.to_thread(outbox.claim, store, subscription, period, clock(), lease)
    if token is None:
        log.info("%s for %s: delivered before", period, subscription)
        return Delivery(state="already")

    def closed(state: outbox.State, message: str | None, error: str | None = None) -> None:
        outbox.close(store, subscription, period, now=clock(), state=state, token=token, message=message, error=error)

    async def going() -> None:
        if not await asyncio.to_thread(outbox.sending, store, subscription, period, token, clock()):
            raise ClaimLostError

    async def arrived(message: str) -> None:
        await asyncio.to_thread(closed, state="sent", message=message)

    parcel = Parcel(letter=letter, key=key_of(subscription, period), going=going, arrived=arrived)
    try:
        delivery = await _post(parcel, place, post)
    except asyncio.CancelledError:
        _close_cancelled(store, subscription, period, token, clock())
        raise
    if delivery.state != "already":
        await asyncio.to_thread(closed, state=delivery.state, message=delivery.message, error=delivery.error)
    if delivery.state == "sent":
        await asyncio.to_thread(outbox.note_told, store, subscription, letter.parts, clock(), delivery.message)
    log.log(
        logging.INFO if delivery.state in {"sent", "already"} and delivery.error is None else logging.WARNING,
        "%s for %s: %s %s",
        period,
        subscription,
        delivery.state,
        delivery.error or "",
    )
    return delivery


def _close_cancelled(store: Store, subscription: str, period: str, token: str, now: datetime) -> None:
    """Stopped before it was posted it is to be sent again; while it was posted nobody knows."""
    reached = outbox.delivered(store, subscription, period)
    if reached == "sent":
        return
    state: outbox.State = "unknown" if reached == "sending" else "failed"
    outbox.close(store, subscription, period, now=now, state=state, token=token, error="stopped while sending")


async def _post(parcel: Parcel, place: str, post: Post) -> Delivery:
    try:
        posted = await post(parcel, place)
    except ClaimLostError:
        return Delivery(state="already")
    except NotPostedError as error:
        return Delivery(state="failed", error=str(error), gone=error.gone)
    except PerhapsPostedError as error:
        return Delivery(state="unknown", error=str(error))
    except Exception as error:
        log.exception("delivering a letter failed in an unforeseen way")
        return Delivery(state="unknown", error=f"{type(error).__name__}: see the log")
    return Delivery(state="sent", message=posted.message, error="; ".join(posted.problems) or None)


async def settle(
    row: outbox.Row, place: str, find: Find, *, store: Store, clock: Callable[[], datetime]
) -> outbox.State:
    """Find out what became of a delivery whose process died while it posted, or whose answer never came.

    A message that stands there was sent, one that does not may be sent again, and where that can't be told it is
    unknown and stays so: never sent twice.
    """
    try:
        found = await find(place, key_of(row.subscription, row.period), row.claimed)
    except Exception:
        log.exception("whether %s for %s was posted could not be found out", row.period, row.subscription)
        found = Found(message=None)
    state: outbox.State
    if found.message is None:
        state, error = "unknown", row.error or "stopped while sending: look whether it stands there"
    elif not found.message:
        state, error = "failed", "stopped before it was posted"
    else:
        state, error = "sent", None
    await asyncio.to_thread(
        outbox.close,
        store,
        row.subscription,
        row.period,
        now=clock(),
        state=state,
        message=found.message or None,
        error=error,
    )
    log.warning("%s for %s was left while it was sent: %s", row.period, row.subscription, state)
    return state

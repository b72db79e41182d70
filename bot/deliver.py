"""Delivering a digest to a subscription exactly once: claimed in the outbox before it is sent, closed after."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.card import Digest
from bot.settings import Subscription
from storage import outbox
from storage.store import Store

log = logging.getLogger(__name__)


class NotPostedError(Exception):
    """The platform refused: nothing stands in the channel. The message says why and what to do."""


class PerhapsPostedError(Exception):
    """The post went out and no answer came back: it may stand in the channel. Never sent again by itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """The platform's id of the main message, and what went wrong after it, in sentences for the operator."""

    message: str
    problems: tuple[str, ...] = ()


Post = Callable[[Digest, str], Awaitable[Posted]]
"""Posts a digest to a channel or person. NotPostedError, PerhapsPostedError."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """How one delivery ended. `already` means that this or another replica has delivered, or is about to."""

    state: outbox.State | Literal["already"]
    message: str | None = None
    error: str | None = None


def subscription_key(subscription: Subscription) -> str:
    """What the outbox knows a subscription by: a new hour or day of the same digest does not send it again."""
    return f"{subscription.what}:{subscription.audience}:{subscription.to}"


def period_of(digest: Digest) -> str:
    """The ISO week that the digest is about: "2026-W07"."""
    year, week, _ = digest.week.isocalendar()
    return f"{year}-W{week:02d}"


async def deliver(
    digest: Digest, subscription: Subscription, *, store: Store, post: Post, clock: Callable[[], datetime]
) -> Delivery:
    """Deliver unless this period was delivered before. Never raises but when cancelled: the outbox has the outcome."""
    key, period = subscription_key(subscription), period_of(digest)
    if not await asyncio.to_thread(outbox.claim, store, key, period, clock()):
        log.info("digest %s for %s: delivered before", period, key)
        return Delivery(state="already")
    try:
        delivery = await _post(digest, subscription.to, post)
    except asyncio.CancelledError:
        outbox.close(store, key, period, now=clock(), state="unknown", message=None, error="stopped while sending")
        raise
    if delivery.state != "already":
        await asyncio.to_thread(
            outbox.close,
            store,
            key,
            period,
            now=clock(),
            state=delivery.state,
            message=delivery.message,
            error=delivery.error,
        )
    log.log(
        logging.INFO if delivery.state == "sent" and delivery.error is None else logging.WARNING,
        "digest %s for %s: %s %s",
        period,
        key,
        delivery.state,
        delivery.error or "",
    )
    return delivery


async def _post(digest: Digest, to: str, post: Post) -> Delivery:
    try:
        posted = await post(digest, to)
    except NotPostedError as error:
        return Delivery(state="failed", error=str(error))
    except PerhapsPostedError as error:
        return Delivery(state="unknown", error=str(error))
    except Exception as error:
        log.exception("delivering a digest failed in an unforeseen way")
        return Delivery(state="unknown", error=f"{type(error).__name__}: see the log")
    return Delivery(state="sent", message=posted.message, error="; ".join(posted.problems) or None)

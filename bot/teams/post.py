"""Posting: one message to one conversation, as often tried and as patiently as Teams asks for.

Limits and what to repeat: learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from bot.render.teams import TeamsMessage
from bot.teams.pictures import Pictures
from bot.teams.wire import CARD, JSON, RefusedError, Wire
from storage.conversations import Conversation, suspend
from storage.shown import keep_card
from storage.store import Store

log = logging.getLogger(__name__)

AGAIN = frozenset({412, 429, 502, 504})
NOT_TAKEN = frozenset({412, 429})
"""Those of them that say for sure that nothing was done; after a gateway's fault the message may stand there."""
ATTEMPTS = 5
LONGEST_WAIT = 60.0  # seconds; an answer an hour late answers nobody
FIRST_WAIT = 1.0

GONE = {"MessageWritesBlocked", "BotNotInConversationRoster", "ConversationNotFound", "ConversationBlockedByUser"}
"""Words for: the person blocked or removed the bot, it was taken out, the conversation is not there any more."""

Told = TypeVar("Told")


class GoneError(Exception):
    """The conversation can't be posted to any more. The message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """What posting needs. `pause` waits, given seconds; `tell` tells whoever runs the bot, once a conversation."""

    wire: Wire
    store: Store
    pictures: Pictures
    native: bool = False
    pause: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep)
    tell: Callable[[str], None] = field(default=log.error)


async def post(
    office: Office, place: Conversation, message: TeamsMessage, thread: str = "", *, once: bool = False
) -> str:
    """Post a card to a conversation, or into a thread of it, and return the message's id.

    With `once` it is not repeated where the first attempt may have arrived.
    GoneError where nothing can be posted there any more; RefusedError, NoTokenError, UnreachableError, NoAnswerError.
    """
    where = thread or place.id
    activity = envelope(place, message)
    try:
        again = NOT_TAKEN if once else AGAIN
        sent = await patiently(office, lambda: office.wire.send(service_url(place), where, activity), again)
    except RefusedError as error:
        await _if_gone(office, place, error)
        raise
    if sent and changeable(message.card):
        await asyncio.to_thread(keep_card, office.store, place.id, sent, message.card, datetime.now(UTC))
    return sent


async def replace_card(office: Office, place: Conversation, thread: str, sent: str, message: TeamsMessage) -> None:
    """Put another card in a message's place. The errors of `post`."""
    activity = envelope(place, message) | {"id": sent}
    await patiently(office, lambda: office.wire.update(service_url(place), thread or place.id, sent, activity))
    await asyncio.to_thread(keep_card, office.store, place.id, sent, message.card, datetime.now(UTC))


async def patiently(office: Office, call: Callable[[], Awaitable[Told]], again: frozenset[int] = AGAIN) -> Told:
    """What the call returns, tried again where Teams says so: after Retry-After, else ever longer."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await call()
        except RefusedError as error:
            wait = error.wait if error.wait is not None else FIRST_WAIT * 2 ** (attempt - 1)
            if error.status not in again or attempt == ATTEMPTS or wait > LONGEST_WAIT:
                raise
            log.info("Teams wants patience (%s), attempt %d", error, attempt)
            await office.pause(wait + random.random() / 4)  # noqa: S311 - so that replicas do not return in step
    raise AssertionError("the last attempt returns or raises")


def envelope(place: Conversation, message: TeamsMessage) -> JSON:
    """The message as an activity. The tenant is said here: botbuilder writes it under another name elsewhere."""
    return {
        "type": "message",
        "summary": message.summary,
        "attachments": [{"contentType": CARD, "content": message.card}],
        "channelData": {"tenant": {"id": place.tenant}},
    }


def service_url(place: Conversation) -> str:
    """Where the conversation's Teams is reached."""
    return str(place.reference["serviceUrl"])


def changeable(card: object) -> bool:
    """Whether a button of the card changes it."""
    match card:
        case {"verb": "do", "data": {"about": _}}:
            return True
        case dict():
            return any(map(changeable, card.values()))
        case list():
            return any(map(changeable, card))
        case _:
            return False


async def _if_gone(office: Office, place: Conversation, error: RefusedError) -> None:
    if error.code not in GONE and error.status != 404:
        return
    first = await asyncio.to_thread(suspend, office.store, place.id, "paused", str(error), datetime.now(UTC))
    told = (
        f"Teams does not let me post to the {place.kind} conversation {place.id} any more ({error}): it is paused "
        "until somebody writes to me there or adds the app again"
    )
    if first:
        office.tell(told)
    raise GoneError(told) from error

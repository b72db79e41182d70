"""The weekly digest in Teams: in a channel a post with a reply a view, elsewhere a message that offers the views."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.card import Card, Digest
from bot.reference import new_reference
from bot.render.teams import TeamsMessage, teams_digest, teams_messages
from bot.sending.deliver import NotPostedError, PerhapsPostedError, Posted
from bot.teams.post import GoneError, Office, post
from bot.teams.wire import NoAnswerError, NoTokenError, RefusedError, UnreachableError
from storage.conversations import Conversation, conversation

log = logging.getLogger(__name__)

Going = Callable[[], Awaitable[None]]
Arrived = Callable[[str], Awaitable[None]]

PAUSE = 0.5  # seconds between two messages to one thread: Teams allows 7 in one second, 60 in thirty
UNSURE = {500, 502, 503, 504}
"""Statuses after which the message may stand there all the same."""


async def _at_once() -> None:
    """What is to be done before posting where nothing is."""


async def _noted(message: str) -> None:
    """What is to be done after posting where nothing is."""


async def post_digest(
    office: Office, digest: Digest, to: str, *, going: Going = _at_once, arrived: Arrived = _noted
) -> Posted:
    """Post the digest to a conversation or person. A reply that fails stops nothing, and is told in `problems`.

    `going` is awaited right before the main message, `arrived` with its id right after. NotPostedError where it was
    refused, PerhapsPostedError where no answer came back.
    """
    place = await place_of(office, to)
    in_channel = place.kind == "channel"
    card, picture = await asyncio.to_thread(office.pictures.shown, digest.card)
    messages = teams_digest(replace(digest, card=card), picture, native=office.native, threaded=in_channel)
    await going()
    sent = await first_posted(office, place, messages[0])
    await arrived(sent)
    thread = f"{place.id};messageid={sent}" if in_channel else ""
    problems = [_unpictured(card, picture)]
    problems += [await _reply(office, place, thread, message, card.title) for message in messages[1:]]
    for view in digest.views if in_channel else ():
        told, picture = await asyncio.to_thread(office.pictures.shown, view)
        problems.append(_unpictured(view, picture))
        for message in teams_messages(told, picture, native=office.native):
            problems.append(await _reply(office, place, thread, message, view.title))
    return Posted(message=sent, problems=tuple(filter(None, problems)))


def _unpictured(card: Card, picture: str) -> str:
    return f"no picture for {card.title!r}" if card.chart and not picture else ""


async def place_of(office: Office, to: str) -> Conversation:
    """The conversation that a subscription names, by its id or the account it is with. NotPostedError."""
    place = await asyncio.to_thread(conversation, office.store, to)
    if place is None:
        raise NotPostedError(
            f"Teams has not told me of a conversation {to} yet: add the app there (a person: install it), or write to "
            "me there once",
            gone=True,
        )
    if place.state != "active":
        raise NotPostedError(
            f"the Teams conversation {to} is {place.state} ({place.reason}): write to me there, or add the app again",
            gone=True,
        )
    return place


async def first_posted(office: Office, place: Conversation, message: TeamsMessage) -> str:
    """Post what has to arrive once, and return its id. NotPostedError, PerhapsPostedError."""
    try:
        return await post(office, place, message, once=True)
    except GoneError as error:
        raise NotPostedError(str(error), gone=True) from error
    except RefusedError as error:
        if error.status in UNSURE:
            raise PerhapsPostedError(
                f"Teams did not say whether it posted to {place.id} ({error}); look there"
            ) from error
        raise NotPostedError(f"Teams refused the message for {place.id}: {error}") from error
    except (NoTokenError, UnreachableError) as error:
        raise NotPostedError(str(error)) from error
    except NoAnswerError as error:
        raise PerhapsPostedError(f"no answer from Teams after posting to {place.id}: {error}; look there") from error


async def _reply(office: Office, place: Conversation, thread: str, message: TeamsMessage, title: str) -> str:
    """Post one more message, after a pause; returns what went wrong, if anything."""
    await office.pause(PAUSE)
    try:
        await post(office, place, message, thread)
    except (GoneError, RefusedError, NoTokenError, UnreachableError, NoAnswerError) as error:
        reference = new_reference()
        log.exception("a part of the digest could not be posted [%s]", reference)
        return f"{title!r} is missing: {error} (reference {reference})"
    return ""

"""Answering one person: what they wrote or pressed becomes a question or a deed, and a card where it was said."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.actions.deeds import Deed, NotDoneError, read
from bot.actions.verbs import Done, not_done
from bot.answers.offering import offered, written
from bot.card import Button, Card
from bot.dialogue import Asker, Reply, Said
from bot.reference import new_reference
from bot.render.teams import TeamsMessage, teams_messages
from bot.render.teams_outcome import said_of, with_outcome
from bot.teams.incoming import Heard
from bot.teams.post import GoneError, Office, post, replace_card
from bot.teams.welcome import welcome_card
from bot.teams.wire import CARD, JSON, WORDS
from storage.conversations import Conversation, greet_once
from storage.shown import card as card_of

log = logging.getLogger(__name__)

TELLING = {"explain", "table", "share"}
"""Deeds that change nothing: what they tell is a message of its own."""

YOURS = "Yours now"


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamsVoice:
    """The blocking functions that make what is said; each runs in a thread. An empty text asks for the overview.

    `perform` does what was pressed; `first_heard` tells whether an event's id is new. `gone` pauses what is sent to a
    conversation that the bot was taken out of.
    """

    reply: Callable[[Said], Reply]
    perform: Callable[[Deed, Asker], Done]
    first_heard: Callable[[str], bool]
    gone: Callable[[str], None] = lambda _: None


async def answer(office: Office, voice: TeamsVoice, heard: Heard) -> None:
    """Answer a question, or say in one sentence what went wrong with a reference that the log has too. Never raises."""
    try:
        card = (await _done(voice, heard)).card if heard.verb == "do" else await _replied(voice, heard)
        await say(office, heard.place, heard.thread, card)
    except GoneError:
        return
    except Exception:
        reference = new_reference()
        log.exception("answering in Teams failed [%s]", reference)
        await _apologise(office, heard, reference)


def changes(heard: Heard) -> bool:
    """Whether a pressed button changes the card that it is on; others ask for a message of their own."""
    return heard.verb == "do" and heard.words.partition(" ")[0] not in TELLING


async def changed(office: Office, voice: TeamsVoice, heard: Heard) -> JSON:
    """Do what a button says, and answer it with the changed card or a line for who pressed it. Never raises."""
    try:
        return await _changed(office, voice, heard)
    except Exception:
        reference = new_reference()
        log.exception("a button in Teams failed [%s]", reference)
        return line(_sorry(reference))


async def greet(office: Office, place: Conversation) -> None:
    """Welcome who brought the bot here, once. Never raises."""
    try:
        if await asyncio.to_thread(greet_once, office.store, place.id):
            await say(office, place, "", welcome_card(place.kind))
    except Exception:
        log.exception("a welcome in Teams failed [%s]", new_reference())


async def say(office: Office, place: Conversation, thread: str, card: Card) -> list[str]:
    """Post a card with its picture, in as many messages as it needs; returns their ids. The errors of `post`."""
    messages = await rendered(office, card)
    return [await post(office, place, message, thread) for message in messages]


async def rendered(office: Office, card: Card) -> list[TeamsMessage]:
    """The card as messages, its chart drawn."""
    shown, picture = await asyncio.to_thread(office.pictures.shown, card)
    return teams_messages(shown, picture, native=office.native)


def asker_of(heard: Heard) -> Asker:
    """Who asks: the Microsoft Entra id of their account, with their tenant before it."""
    return Asker(platform="teams", user=f"{heard.place.tenant}:{heard.user}" if heard.place.tenant else heard.user)


async def _replied(voice: TeamsVoice, heard: Heard) -> Card:
    """The reply; where others would see what is for the asker alone, first the caution and a button that shows it."""
    private = heard.place.kind == "personal"
    text = heard.words or heard.text
    said = Said(text=text, asker=asker_of(heard), thread=_context(heard), place=heard.place.id, private=private)
    reply = await asyncio.to_thread(voice.reply, said)
    if private or not reply.caution:
        return offered(reply, share=False)
    question = written(reply.question) if reply.question is not None else text
    return Card(
        title="Shall everybody here see this?",
        text=f"{reply.caution} In a personal chat with me only you do.",
        buttons=(Button(label="Show it here", do=f"share {question}"),),
    )


def _context(heard: Heard) -> str:
    """The key under which a follow-up finds what it follows: in a shared conversation each asker's own."""
    return heard.thread if heard.place.kind == "personal" else f"{heard.thread}:{heard.user}"


async def _changed(office: Office, voice: TeamsVoice, heard: Heard) -> JSON:
    """Do it, and write what became of it into the card that stands there, for everybody who sees it."""
    before = await asyncio.to_thread(card_of, office.store, heard.place.id, heard.message)
    done = await _done(voice, heard)
    if not done.changed:
        return line(said_of(done.card))
    outcome = done.card
    if outcome.title == YOURS and heard.place.kind != "personal":
        outcome = replace(outcome, title="Taken")
    undone = heard.words.startswith("restore ")
    card = with_outcome(before, heard.about, outcome, undone=undone) if before and heard.about else None
    if card is None:
        await say(office, heard.place, heard.thread, outcome)
        return line(said_of(outcome))
    message = TeamsMessage(card=card, summary=str(card.get("fallbackText", "")))
    try:
        await replace_card(office, heard.place, heard.thread, heard.message, message)
    except Exception:
        log.exception("a card in Teams could not be replaced [%s]", new_reference())
    return {"statusCode": 200, "type": CARD, "value": card}


async def _done(voice: TeamsVoice, heard: Heard) -> Done:
    try:
        deed = read(heard.words)
    except NotDoneError as error:
        return Done(card=not_done(str(error)))
    return await asyncio.to_thread(voice.perform, deed, asker_of(heard))


def line(text: str) -> JSON:
    """What answers a pressed button with a line that only who pressed it sees."""
    return {"statusCode": 200, "type": WORDS, "value": text}


def _sorry(reference: str) -> str:
    return f"Sorry, that did not work. Tell whoever runs this bot the reference {reference}: the log has the cause."


async def _apologise(office: Office, heard: Heard, reference: str) -> None:
    try:
        await say(office, heard.place, heard.thread, Card(title="Something went wrong", text=_sorry(reference)))
    except Exception:
        log.exception("the apology could not be delivered [%s]", reference)

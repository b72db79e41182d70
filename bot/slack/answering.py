"""Answering one person: what was asked in whatever way becomes a reply, where it belongs and for whose eyes it is."""

import asyncio
import html
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.answers.offering import offered
from bot.card import Card
from bot.dialogue import Asker, Reply, Said
from bot.reference import new_reference
from bot.render.slack import SlackMessage, escape_mrkdwn, slack_blocks
from bot.slack.client import refusal
from bot.slack.post import ABSENT, Place, picture, post, post_with_picture, respond, with_note, words
from bot.slack.voice import Workspace
from bot.slack.work import BusyError

log = logging.getLogger(__name__)

LONGEST_QUESTION = 500  # characters; the longest sensible question has a tenth
ELSEWHERE = "I can't show pictures here because I am not in this conversation; its numbers are in the text."
LOOKING = "is looking at the numbers …"
BUSY = "I am answering many people at once just now. Ask again in a minute, please."
ONLY_YOU = "Only you can see this."


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question as Slack hands it over.

    `thread` is the message beneath which the answer goes. `openly` says that whoever is in the channel may read the
    answer, where nothing in it is for the asker alone; `direct` that nobody but the asker is there anyway. A command
    and a button have a `response_url`. `context` is the key under which a follow-up finds what was asked before.
    """

    text: str
    user: str
    team: str
    channel: str
    response_url: str = ""
    thread: str | None = None
    openly: bool = False
    direct: bool = False
    context: str = ""

    @property
    def place(self) -> Place:
        """Where the answer goes, and whether only the asker sees it."""
        alone = not (self.openly or self.direct)
        return Place(channel=self.channel, thread=self.thread, only_for=self.user if alone else None)


async def answer(workspace: Workspace, asked: Asked) -> None:
    """Answer, or say in one sentence what went wrong with a reference that the log has too. Never raises."""
    async with looking(workspace, asked), apologising(workspace, asked):
        reply = await workspace.work.do(workspace.voice.reply, await said(workspace, asked))
        await give(workspace, asked, reply)


async def give(workspace: Workspace, asked: Asked, reply: Reply) -> None:
    """Post a reply where it belongs: openly only what is for everybody's eyes, else to the asker with a word of why."""
    if reply.refused:
        await tell(workspace, replace(asked, openly=False), reply.card, _whom(reply))
        return
    openly = asked.openly and not reply.caution
    note = f"{ONLY_YOU} {escape_mrkdwn(reply.caution)}" if asked.openly and reply.caution else ""
    card = offered(reply, share=not (openly or asked.direct))
    await tell(workspace, replace(asked, openly=openly), card, note)


async def said(workspace: Workspace, asked: Asked) -> Said:
    """What was asked, as every platform says it."""
    return Said(
        text=html.unescape(asked.text).strip()[:LONGEST_QUESTION],
        asker=await asker(workspace, asked.team, asked.user),
        thread=asked.context,
        place=asked.channel,
        private=not asked.openly,
    )


async def asker(workspace: Workspace, team: str, user: str) -> Asker:
    """Who asks, with the user groups they are in."""
    return Asker(
        platform="slack", user=f"{team}:{user}", groups=await workspace.groups.of(workspace.client, team, user)
    )


async def tell(workspace: Workspace, asked: Asked, card: Card, note: str = "") -> None:
    """Show a card with its picture, and a small line under it. Without the picture rather than not at all."""
    file, missing = await picture(workspace, card.chart) if card.chart is not None else (None, "")
    notes = " ".join(each for each in (note, missing) if each)

    def render(shown: str | None) -> SlackMessage:
        made = slack_blocks(card, shown)
        return with_note(made, note) if note else made

    if file is None and asked.response_url and asked.place.only_for:
        await respond(workspace, asked.response_url, _noted(slack_blocks(card, None), notes))
        return
    try:
        await post_with_picture(workspace, asked.place, render, file, missing)
    except SlackApiError as error:
        if refusal(error) not in ABSENT or not asked.response_url:
            raise
        elsewhere = ELSEWHERE if card.chart is not None else ""
        await respond(workspace, asked.response_url, _noted(slack_blocks(card, None), f"{note} {elsewhere}".strip()))


async def tell_words(workspace: Workspace, asked: Asked, text: str) -> None:
    """Say one paragraph of our own where the answer would have gone."""
    if asked.response_url:
        await respond(workspace, asked.response_url, words(text))
    else:
        await post(workspace, asked.place, words(text))


@asynccontextmanager
async def apologising(workspace: Workspace, asked: Asked) -> AsyncIterator[None]:
    """Say what went wrong within the block, in a sentence with a reference that the log has too. Nothing is raised."""
    try:
        yield
    except BusyError:
        log.warning("too many wait for an answer: one more was turned away")
        await _told(workspace, asked, BUSY)
    except Exception:
        reference = new_reference()
        log.exception("answering in Slack failed [%s]", reference)
        sorry = (
            f"Sorry, that did not work. Tell whoever runs this bot the reference `{reference}`: the log has the cause."
        )
        await _told(workspace, asked, sorry)


async def _told(workspace: Workspace, asked: Asked, text: str) -> None:
    try:
        await tell_words(workspace, replace(asked, openly=False), text)
    except Exception:
        log.exception("an apology could not be delivered")


@asynccontextmanager
async def looking(workspace: Workspace, asked: Asked) -> AsyncIterator[None]:
    """Show in a direct message that the bot is at work, where Slack can: an answer takes the sign away by itself."""
    if not (asked.direct and asked.thread):
        yield
        return
    showing = asyncio.ensure_future(_status(workspace, asked, LOOKING))
    try:
        yield
    finally:
        await showing


async def _status(workspace: Workspace, asked: Asked, status: str) -> None:
    with suppress(SlackApiError, aiohttp.ClientError, TimeoutError):
        await workspace.client.assistant_threads_setStatus(
            channel_id=asked.channel, thread_ts=asked.thread or "", status=status
        )


def _noted(message: SlackMessage, note: str) -> SlackMessage:
    return with_note(message, note) if note else message


def _whom(reply: Reply) -> str:
    names = " or ".join(f"<@{each.rpartition(':')[2]}>" for each in reply.whom)
    return f"Ask {names}." if names else ""

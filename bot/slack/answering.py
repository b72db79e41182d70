"""Answering one person: a slash command or a button becomes a question, and the card goes to the asker only."""

import asyncio
import html
import logging
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.card import Card
from bot.dialogue import Asker, Said
from bot.reference import new_reference
from bot.render.slack import slack_blocks
from bot.slack.client import refusal
from bot.slack.post import ABSENT, Place, picture, post_with_picture, respond, with_note, words
from bot.slack.voice import Workspace

log = logging.getLogger(__name__)

LONGEST_QUESTION = 500  # characters; the longest sensible question has a tenth
ELSEWHERE = "I can't show pictures here because I am not in this conversation; its numbers are in the text."


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question as Slack hands it over. `thread` is set where it was asked by a button inside a thread."""

    text: str
    user: str
    team: str
    channel: str
    response_url: str
    thread: str | None = None


async def answer(workspace: Workspace, asked: Asked) -> None:
    """Answer, or say in one sentence what went wrong with a reference that the log has too. Never raises."""
    try:
        reply = await asyncio.to_thread(workspace.voice.reply, said(asked))
        if reply.whom:
            whom = " or ".join(f"<@{each.rpartition(':')[2]}>" for each in reply.whom)
            await respond(workspace, asked.response_url, with_note(slack_blocks(reply.card, None), f"Ask {whom}."))
            return
        await _say(workspace, asked, reply.card)
    except Exception:
        reference = new_reference()
        log.exception("answering in Slack failed [%s]", reference)
        await _apologise(workspace, asked, reference)


def said(asked: Asked) -> Said:
    """What was asked, as every platform says it."""
    return Said(
        text=html.unescape(asked.text).strip()[:LONGEST_QUESTION],
        asker=Asker(platform="slack", user=f"{asked.team}:{asked.user}"),
        place=asked.channel,
    )


async def _say(workspace: Workspace, asked: Asked, card: Card) -> None:
    if card.chart is None:
        await respond(workspace, asked.response_url, slack_blocks(card, None))
        return
    file, note = await picture(workspace, card.chart)
    place = Place(channel=asked.channel, thread=asked.thread, only_for=asked.user)
    if file is not None:
        try:
            await post_with_picture(workspace, place, lambda shown: slack_blocks(card, shown), file)
        except SlackApiError as error:
            if refusal(error) not in ABSENT:
                raise
            note = ELSEWHERE
        else:
            return
    await respond(workspace, asked.response_url, with_note(slack_blocks(card, None), note))


async def _apologise(workspace: Workspace, asked: Asked, reference: str) -> None:
    text = f"Sorry, that did not work. Tell whoever runs this bot the reference `{reference}`: the log has the cause."
    try:
        await respond(workspace, asked.response_url, words(text))
    except Exception:
        log.exception("the apology could not be delivered [%s]", reference)

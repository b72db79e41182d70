"""Posting: one message to one place, never lost because of its picture, never posted twice."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.card import Chart
from bot.reference import new_reference
from bot.render.slack import Block, SlackMessage
from bot.slack.client import refused_blocks, response_client
from bot.slack.pictures import PictureError, upload
from bot.slack.voice import Workspace

log = logging.getLogger(__name__)

MOST_BLOCKS = 50
BETWEEN_TRIES = 1.0  # seconds
PICTURE_TRIES = 3  # files.info can run ahead of what chat.postMessage sees
ABSENT = {"not_in_channel", "channel_not_found", "user_not_in_channel", "is_archived", "no_permission"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A channel or person; a thread in it; with `only_for`, a message that only this person sees and nobody keeps."""

    channel: str
    thread: str | None = None
    only_for: str | None = None


def words(text: str) -> SlackMessage:
    """One paragraph. `text` is ours, never somebody's: it is not escaped."""
    return SlackMessage(text=text, blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": text}}])


def with_note(message: SlackMessage, note: str) -> SlackMessage:
    """The message with a small line under it, at the cost of its last block where there is no room."""
    line: Block = {"type": "context", "elements": [{"type": "mrkdwn", "text": note}]}
    return SlackMessage(text=f"{message.text}\n{note}", blocks=[*message.blocks[: MOST_BLOCKS - 1], line])


async def post(workspace: Workspace, place: Place, message: SlackMessage) -> str:
    """Post, and return the message's id (`ts`). SlackApiError where Slack refuses; it is not posted then."""
    client = workspace.client
    if place.only_for is not None:
        answer = await client.chat_postEphemeral(
            channel=place.channel,
            user=place.only_for,
            text=message.text,
            blocks=message.blocks,
            thread_ts=place.thread,
        )
        return str(answer["message_ts"])
    answer = await client.chat_postMessage(
        channel=place.channel,
        text=message.text,
        blocks=message.blocks,
        thread_ts=place.thread,
        unfurl_links=False,
        unfurl_media=False,
    )
    return str(answer["ts"])


async def picture(workspace: Workspace, chart: Chart) -> tuple[str | None, str]:
    """The chart's file id, or None and the note that says so; what went wrong is in the log."""
    try:
        return await upload(workspace.client, chart, workspace.voice.draw), ""
    except PictureError:
        reference = new_reference()
        log.exception("posting without picture [%s]", reference)
        return None, no_picture(reference)


def no_picture(reference: str) -> str:
    """What a message says when it goes out without its picture."""
    return f"The picture could not be added; its numbers are in the text. (reference {reference})"


async def post_with_picture(
    workspace: Workspace, place: Place, render: Callable[[str | None], SlackMessage], file: str | None, note: str = ""
) -> str:
    """Post what `render` makes of the picture; without it, and saying so, where Slack keeps refusing the picture."""
    for attempt in range(PICTURE_TRIES if file is not None else 0):
        try:
            return await post(workspace, place, render(file))
        except SlackApiError as error:
            why = refused_blocks(error)
            if not why:
                raise
            if attempt + 1 == PICTURE_TRIES:
                reference = new_reference()
                log.warning("Slack refused picture %s [%s]: %s", file, reference, why)
                note = no_picture(reference)
            else:
                await asyncio.sleep(BETWEEN_TRIES)
    message = render(None)
    return await post(workspace, place, with_note(message, note) if note else message)


async def respond(workspace: Workspace, url: str, message: SlackMessage) -> None:
    """Answer through a command's or button's response_url: only the asker sees it, wherever that was.

    Pictures do not work here: Slack refuses `slack_file` in such posts. RuntimeError where Slack does not take it.
    """
    answer = await response_client(workspace.client, url).send_dict(
        {
            "text": message.text,
            "blocks": message.blocks,
            "response_type": "ephemeral",
            "replace_original": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
    )
    if answer.status_code != 200:
        raise RuntimeError(f"Slack did not take the answer: {answer.status_code} {answer.body[:200]}")

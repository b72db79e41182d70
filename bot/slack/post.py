"""Posting: one message and what follows it to one place, never lost because of its picture, never posted twice."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.card import Chart
from bot.reference import new_reference
from bot.render.slack import Block, Render, SlackMessage
from bot.render.slack_native import native_chart
from bot.slack.client import refused_blocks, response_client
from bot.slack.pictures import PictureError, upload
from bot.slack.voice import Workspace

log = logging.getLogger(__name__)

RESPONSES = 4  # Slack takes five by one response_url; one is left for an apology
BETWEEN_TRIES = 1.0  # seconds
PICTURE_TRIES = 3  # files.info can run ahead of what chat.postMessage sees
MARK = "ai_usage_delivery"
"""The type of the metadata that marks a message which has to arrive once."""

ABSENT = {"not_in_channel", "channel_not_found", "user_not_in_channel", "is_archived", "no_permission"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A channel or person; a thread in it; with `only_for`, a message that only this person sees and nobody keeps.

    With `key` the message is marked, so that it can be found again. Everybody in the channel may read the mark.
    """

    channel: str
    thread: str | None = None
    only_for: str | None = None
    key: str = ""


def words(text: str) -> SlackMessage:
    """One paragraph. `text` is ours, never somebody's: it is not escaped."""
    return SlackMessage(text=text, blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": text}}])


def with_note(message: SlackMessage, note: str) -> SlackMessage:
    """The message with a small line under it, for which every message leaves room."""
    line: Block = {"type": "context", "elements": [{"type": "mrkdwn", "text": note}]}
    return replace(message, text=f"{message.text}\n{note}", blocks=[*message.blocks, line])


@dataclass(frozen=True, kw_only=True, slots=True)
class Pictured:
    """A chart's picture: the file that shows it, or the note that says why none does. Neither without chart."""

    file: str | None = None
    note: str = ""


async def say(
    workspace: Workspace, place: Place, chart: Chart | None, render: Render, pictured: Pictured | None = None
) -> str:
    """Post a message with its chart: drawn by Slack where that is wanted and works, else its picture, else its words.

    Returns the message's id. `pictured` is the picture where it was uploaded before. SlackApiError as `post`.
    """
    if chart is not None and drawn_by_slack(workspace, chart):
        try:
            return await post_all(workspace, place, render(None, native=True))
        except SlackApiError as error:
            why = refused_blocks(error)
            if not why:
                raise
            workspace.uploads.without_native.add(_token(workspace))
            log.warning("Slack draws no charts here, pictures are posted instead: %s", why)
            pictured = None
    if pictured is None:
        pictured = await pictured_by(workspace, chart)
    return await post_with_picture(workspace, place, render, pictured.file, pictured.note)


def drawn_by_slack(workspace: Workspace, chart: Chart) -> bool:
    """Whether Slack is asked to draw this chart."""
    refused = _token(workspace) in workspace.uploads.without_native
    return workspace.native_charts and not refused and native_chart(chart) is not None


def _token(workspace: Workspace) -> str:
    """What tells one workspace from another: a file, and what Slack can do, is one workspace's."""
    return workspace.client.token or ""


async def post_all(workspace: Workspace, place: Place, message: SlackMessage) -> str:
    """Post a message and what follows it, in its thread; returns the first's id. SlackApiError where that is refused.

    A message that only one person sees has no thread: what follows stands under it. What follows and fails is logged:
    the message stands.
    """
    ts = await post(workspace, place, message)
    thread = place.thread or (None if place.only_for else ts)
    for part in message.more:
        try:
            await post(workspace, replace(place, thread=thread, key=""), part)
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            log.exception("a part of a message is missing [%s]", new_reference())
    return ts


async def post(workspace: Workspace, place: Place, message: SlackMessage) -> str:
    """Post one message, and return its id (`ts`). SlackApiError where Slack refuses; it is not posted then."""
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
        metadata={"event_type": MARK, "event_payload": {"key": place.key}} if place.key else None,
        unfurl_links=False,
        unfurl_media=False,
    )
    return str(answer["ts"])


async def pictured_by(workspace: Workspace, chart: Chart | None) -> Pictured:
    """The chart's picture, uploaded unless it was lately, or the note that says so; what went wrong is in the log."""
    if chart is None:
        return Pictured()
    try:
        file = await workspace.uploads.file(
            _token(workspace), chart, lambda: upload(workspace.client, chart, workspace.voice.draw)
        )
    except PictureError:
        reference = new_reference()
        log.exception("posting without picture [%s]", reference)
        return Pictured(note=no_picture(reference))
    return Pictured(file=file)


async def picture(workspace: Workspace, chart: Chart) -> tuple[str | None, str]:
    """The chart's file id, or None and the note that says so."""
    made = await pictured_by(workspace, chart)
    return made.file, made.note


def no_picture(reference: str) -> str:
    """What a message says when it goes out without its picture."""
    return f"The picture could not be added; its numbers are in the text. (reference {reference})"


async def post_with_picture(
    workspace: Workspace, place: Place, render: Callable[[str | None], SlackMessage], file: str | None, note: str = ""
) -> str:
    """Post what `render` makes of the picture; without it, and saying so, where Slack keeps refusing the picture."""
    for attempt in range(PICTURE_TRIES if file is not None else 0):
        try:
            return await post_all(workspace, place, render(file))
        except SlackApiError as error:
            why = refused_blocks(error)
            if not why:
                raise
            if attempt + 1 == PICTURE_TRIES:
                reference = new_reference()
                log.warning("Slack refused picture %s [%s]: %s", file, reference, why)
                workspace.uploads.forget(file or "")
                note = no_picture(reference)
            else:
                await asyncio.sleep(BETWEEN_TRIES)
    message = render(None)
    return await post_all(workspace, place, with_note(message, note) if note else message)


async def respond(workspace: Workspace, url: str, message: SlackMessage) -> None:
    """Answer through a command's or button's response_url: only the asker sees it, wherever that was.

    Pictures do not work here: Slack refuses `slack_file` in such posts. RuntimeError where Slack does not take it.
    """
    parts = [message, *message.more]
    if len(parts) > RESPONSES:
        left = len(parts) - RESPONSES
        parts[RESPONSES - 1] = with_note(parts[RESPONSES - 1], f"Slack takes no more here: {left} more parts are left.")
    for part in parts[:RESPONSES]:
        await _respond(workspace, url, part)


async def _respond(workspace: Workspace, url: str, message: SlackMessage) -> None:
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

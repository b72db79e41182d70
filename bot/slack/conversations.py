"""Conversations: mentions in channels, direct messages, and the app's Messages tab.

Messages of bots, our own among them, and edits are not answered. `bot/slack/lifecycle.py` lets an event in once.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.answering import Asked, answer
from bot.slack.voice import Workspace

log = logging.getLogger(__name__)

PROMPTS = (
    {"title": "How are we doing?", "message": "overview"},
    {"title": "Which departments lead?", "message": "departments"},
    {"title": "Which licences are unused?", "message": "licenses"},
    {"title": "What can I ask?", "message": "help"},
)
"""What the Messages tab offers; Slack takes at most four."""

LINK = re.compile(r"<(?:[#!]|https?:|mailto:|tel:)[^|>]*(?:\|([^>]*))?>")


async def mentioned(workspace: Workspace, body: Mapping[str, Any]) -> None:
    """Answer a mention in a channel, in its thread: openly, unless something in the answer is for the asker alone."""
    event = body["event"]
    if is_somebodys(event):
        await answer(workspace, asked_openly(body, event))


async def written(workspace: Workspace, body: Mapping[str, Any]) -> None:
    """Answer a direct message, in a thread beneath it or in the one it was written in."""
    event = body["event"]
    if event.get("channel_type") == "im" and is_somebodys(event):
        await answer(workspace, asked_directly(body, event))


async def opened(workspace: Workspace, body: Mapping[str, Any]) -> None:
    """Offer questions to whoever opens the app's Messages tab."""
    event = body["event"]
    try:
        await workspace.client.assistant_threads_setSuggestedPrompts(
            channel_id=event["channel"], title="Ask about your AI tools", prompts=[dict(each) for each in PROMPTS]
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.info("Slack shows no suggested questions: %s", error)


def is_somebodys(event: Mapping[str, Any]) -> bool:
    """Whether a person wrote this message just now: no bot, no edit, and nothing that only tells of a message."""
    return (
        bool(event.get("user"))
        and not (event.get("bot_id") or event.get("bot_profile") or event.get("edited") or event.get("hidden"))
        and event.get("subtype") in (None, "file_share", "thread_broadcast")
    )


def asked_openly(body: Mapping[str, Any], event: Mapping[str, Any]) -> Asked:
    """The question in a mention. Everything after the bot's name is the question; nothing asks for the overview."""
    return _asked(body, event, openly=True)


def asked_directly(body: Mapping[str, Any], event: Mapping[str, Any]) -> Asked:
    """The question in a direct message."""
    return _asked(body, event, direct=True)


def _asked(body: Mapping[str, Any], event: Mapping[str, Any], *, openly: bool = False, direct: bool = False) -> Asked:
    team = str(event.get("team") or body.get("team_id") or "")
    thread = str(event.get("thread_ts") or event["ts"])
    channel = str(event["channel"])
    return Asked(
        text=plain(str(event.get("text") or ""), _own(body)),
        user=str(event["user"]),
        team=team,
        channel=channel,
        thread=thread,
        openly=openly,
        direct=direct,
        context=context_of(team, channel, thread),
    )


def context_of(team: str, channel: str, thread: str) -> str:
    """The key under which follow-ups in a Slack thread find what was asked before."""
    return f"slack:{team}:{channel}:{thread}"


def plain(text: str, own: str = "") -> str:
    """A message as somebody typed it: without the bot's own name, with links and channels by their words."""
    named = re.sub(rf"<@{own}(?:\|[^>]*)?>", " ", text) if own else text
    return " ".join(LINK.sub(lambda found: found[1] or " ", named).split())


def _own(body: Mapping[str, Any]) -> str:
    """The bot's own user id in the workspace that an event came from."""
    return next((str(each["user_id"]) for each in body.get("authorizations") or () if each.get("user_id")), "")

"""What was pressed beneath a card: a question, or a verb (`bot/actions/deeds.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.actions.deeds import Deed, NotDoneError, read
from bot.actions.verbs import Done, not_done
from bot.answers.offering import offered
from bot.card import Button, Card
from bot.render.slack import pressed
from bot.slack.answering import Asked, apologising, asker, give, looking, tell
from bot.slack.client import refusal
from bot.slack.conversations import context_of
from bot.slack.post import ABSENT
from bot.slack.voice import Workspace

ANYWAY = "anyway "
"""Before a question that is to be shared after its warning was read."""

FORMS = ("assign", "done", "did")
"""Verbs that somebody fills in more for."""

NOT_HERE = "I can't post in this channel: invite me with `/invite`, and press again."


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """A press of a button: its words, and where the answer goes.

    `beneath` is the message beneath which all may be told of it; '' where only the one who pressed sees the button.
    """

    words: str
    asked: Asked
    trigger: str
    beneath: str


def press_of(body: Mapping[str, Any]) -> Press:
    """Read a press from Slack's payload. Pressed in a thread or a direct message, the answer goes to that thread."""
    seen: Mapping[str, Any] = body.get("container") or {}
    # what is pressed on the Home tab is answered in a direct message
    channel = (body.get("channel") or {}).get("id") or seen.get("channel_id") or body["user"]["id"]
    direct = not channel.startswith(("C", "G"))
    message = seen.get("message_ts") if direct else None
    thread = seen.get("thread_ts") or message
    team = team_of(body)
    words = pressed(body["actions"][0])
    asked = Asked(
        text=words,
        user=body["user"]["id"],
        team=team,
        channel=channel,
        response_url=body.get("response_url") or "",
        thread=thread,
        direct=direct,
        context=context_of(team, channel, thread or seen.get("message_ts") or ""),
    )
    public = not direct and not seen.get("is_ephemeral")
    beneath = (thread or seen.get("message_ts") or "") if public else ""
    return Press(words=words, asked=asked, trigger=body.get("trigger_id") or "", beneath=beneath)


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace in which something was pressed; an organisation's own button names only the person's."""
    return (body.get("team") or {}).get("id") or body["user"].get("team_id") or ""


def wants_form(press: Press) -> Deed | None:
    """Return the deed that wants more to be filled in; None for one that is done at once."""
    try:
        deed = read(press.words)
    except NotDoneError:
        return None
    return deed if deed.verb in FORMS and deed.day is None else None


async def do_pressed(workspace: Workspace, press: Press) -> None:
    """Do what was pressed and say so to who pressed it; to all in the thread, where it changes what all are told."""
    async with looking(workspace, press.asked), apologising(workspace, press.asked):
        try:
            deed = read(press.words)
        except NotDoneError as error:
            await tell(workspace, press.asked, not_done(str(error)))
            return
        if deed.verb == "share":
            await _share(workspace, press, deed.words)
            return
        who = await asker(workspace, press.asked.team, press.asked.user)
        done = await workspace.work.do(workspace.voice.perform, deed, who)
        await tell_done(workspace, press.asked, done, press.beneath)


async def tell_done(workspace: Workspace, asked: Asked, done: Done, beneath: str) -> None:
    """Say what was done: to all `beneath` a message, or to who did it. Say to a new owner what is to be done."""
    if done.changed and beneath:
        await tell(workspace, replace(asked, openly=True, thread=beneath), done.card, f"By <@{asked.user}>.")
    else:
        await tell(workspace, asked, done.card)
    if done.brief is not None:
        owner = done.owner.rpartition(":")[2]
        to_owner = replace(asked, user=owner, channel=owner, direct=True, thread=None, response_url="")
        await tell(workspace, to_owner, done.brief, f"From <@{asked.user}>.")


async def _share(workspace: Workspace, press: Press, words: str) -> None:
    """Post an answer where others read it; before that, what is not for all of them wants a second press."""
    sure = words.startswith(ANYWAY)
    question = words.removeprefix(ANYWAY)
    who = await asker(workspace, press.asked.team, press.asked.user)
    reply = await workspace.work.do(workspace.voice.again, question, who)
    if reply.refused or reply.question is None:
        await give(workspace, press.asked, reply)
        return
    if reply.caution and not sure:
        again = Button(label="Share all the same", do=f"share {ANYWAY}{question}")
        await tell(workspace, press.asked, Card(title="For all to see?", text=reply.caution, buttons=(again,)))
        return
    shared = replace(press.asked, openly=True, response_url="")
    try:
        await tell(workspace, shared, offered(reply, share=False), f"Shared by <@{press.asked.user}>.")
    except SlackApiError as error:
        if refusal(error) not in ABSENT:
            raise
        await tell(workspace, press.asked, Card(title="Not shared", text=NOT_HERE))

"""What the app listens to. Everything is acknowledged first and answered after: Slack waits three seconds."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.slack.answering import Asked, answer
from bot.slack.client import slack_client
from bot.slack.conversations import mentioned, opened, written
from bot.slack.home import NEW, REFRESH, SUBSCRIPTION, publish
from bot.slack.modals import CALLBACK, open_form, problems, submitted
from bot.slack.pressing import do_pressed, press_of, team_of, wants_form
from bot.slack.subscribing import CALLBACK as KEEP
from bot.slack.subscribing import open_subscription, subscribed
from bot.slack.voice import Workspace

COMMAND = "/ai-usage"
ASK = re.compile(r"^ask:")
DO = re.compile(r"^do:")
ANY = re.compile("")

JSON = dict[str, Any]
Here = Callable[[AsyncBoltContext], Workspace]


def listen(app: AsyncApp, workspace: Workspace) -> None:
    """Register every listener. `workspace` speaks with the token of whichever workspace something came from."""
    _hear_people(app, partial(speaking, workspace))
    _hear_events(app, partial(speaking, workspace))


def _hear_people(app: AsyncApp, here: Here) -> None:
    """Commands, buttons and forms: each waits for its acknowledgement."""

    async def command(ack: AsyncAck, body: JSON, context: AsyncBoltContext) -> None:
        await ack()
        await answer(here(context), asked_by_command(body))

    async def question(ack: AsyncAck, body: JSON, context: AsyncBoltContext) -> None:
        await ack()
        asked = press_of(body).asked
        await answer(here(context), asked)
        if asked.channel == asked.user:  # at home, what was pressed may have changed what stands there
            await publish(here(context), asked.team, asked.user)

    async def verb(ack: AsyncAck, body: JSON, context: AsyncBoltContext) -> None:
        await ack()
        press = press_of(body)
        deed = wants_form(press)
        if deed is not None and press.trigger:
            await open_form(here(context), press, deed)
        else:
            await do_pressed(here(context), press)

    async def form(ack: AsyncAck, body: JSON, context: AsyncBoltContext) -> None:
        wrong = problems(body, datetime.now(UTC).date())
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        await submitted(here(context), body)

    async def link(ack: AsyncAck) -> None:
        await ack()

    app.command(COMMAND)(command)
    app.action(ASK)(question)
    app.action(DO)(verb)
    app.view(CALLBACK)(form)
    _hear_home(app, here)
    app.action(ANY)(link)


def _hear_home(app: AsyncApp, here: Here) -> None:
    """What is pressed on the Home tab besides."""

    async def refresh(ack: AsyncAck, body: JSON, context: AsyncBoltContext) -> None:
        await ack()
        await publish(here(context), team_of(body), body["user"]["id"])

    async def subscription(ack: AsyncAck, body: JSON, context: AsyncBoltContext) -> None:
        await ack()
        number = body["actions"][0].get("value") or NEW
        await open_subscription(here(context), team_of(body), body["user"]["id"], body["trigger_id"], number)

    async def keep(ack: AsyncAck, body: JSON, context: AsyncBoltContext) -> None:
        await ack()
        await subscribed(here(context), body)

    app.action(REFRESH)(refresh)
    app.action(re.compile(f"^{SUBSCRIPTION}"))(subscription)
    app.view(KEEP)(keep)


def _hear_events(app: AsyncApp, here: Here) -> None:
    """Events: Bolt acknowledges them by itself. One that nobody heard would be sent again and again."""

    async def mention(body: JSON, context: AsyncBoltContext) -> None:
        await mentioned(here(context), body)

    async def message(body: JSON, context: AsyncBoltContext) -> None:
        await written(here(context), body)

    async def tab(body: JSON, context: AsyncBoltContext) -> None:
        if body["event"].get("tab") == "messages":
            await opened(here(context), body)
        else:
            await publish(here(context), body.get("team_id") or "", body["event"]["user"])

    async def nothing() -> None:
        return

    app.event("app_mention")(mention)
    app.event("message")(message)
    app.event("app_home_opened")(tab)
    app.event(ANY)(nothing)


def speaking(workspace: Workspace, context: AsyncBoltContext) -> Workspace:
    """The workspace with the token under which Bolt let something in: another one's where several installed the app."""
    token = context.bot_token
    if not token or token == workspace.client.token:
        return workspace
    return replace(workspace, client=slack_client(workspace.client.base_url, token))


def asked_by_command(body: Mapping[str, Any]) -> Asked:
    """The question in a slash command's payload; an empty text asks for the overview.

    One person's commands in one channel follow each other, as messages in a thread do.
    """
    team, user, channel = body.get("team_id") or "", body["user_id"], body["channel_id"]
    return Asked(
        text=body.get("text") or "",
        user=user,
        team=team,
        channel=channel,
        response_url=body["response_url"],
        context=f"slack:{team}:{channel}:{user}",
    )

"""The Slack app: what it listens to, and how it is connected (Socket Mode, or HTTP behind the chat page's server)."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.render.slack import pressed
from bot.slack.answering import Asked, answer
from bot.slack.checking import UNREACHABLE, SlackKeys, SlackUnreachableError, check_tokens
from bot.slack.client import slack_client
from bot.slack.install import Installs, at, authorizing
from bot.slack.lifecycle import Lost, listen_once, listen_to_leaving
from bot.slack.voice import Voice, Workspace
from storage.store import Store

log = logging.getLogger(__name__)

COMMAND = "/ai-usage"
ASK = re.compile(r"^ask:")
PING = 10.0  # seconds between signs of life, and between attempts to connect
FIRST_CONNECTION = 10.0  # seconds to wait for before serving without it; the handler goes on trying

JSON = dict[str, Any]
Authorize = Callable[[str | None, str | None], Awaitable[AuthorizeResult | None]]
"""Who the bot is in an enterprise and team, by their ids. Bolt gives both by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slack:
    """The running app. In HTTP mode `handler` is None and `bot/slack/events.py` brings what Slack sends."""

    app: AsyncApp
    workspace: Workspace
    handler: AsyncSocketModeHandler | None = None
    connecting: asyncio.Future[None] | None = None
    installs: Installs | None = None

    async def close(self) -> None:
        """Leave Slack; what is being answered is not waited for."""
        if self.connecting is not None:
            self.connecting.cancel()
        if self.handler is not None:
            await self.handler.client.close()  # type: ignore[no-untyped-call]
        if self.installs is not None:
            await self.installs.close()


def slack_workspace(base_url: str, keys: SlackKeys, voice: Voice) -> Workspace:
    """The workspace that the bot token belongs to. Enough for posting without listening."""
    return Workspace(client=slack_client(base_url, keys.bot_token), voice=voice)


def authorizer(client: AsyncWebClient) -> Authorize:
    """Who the bot is, asked once: Bolt's own way asks between the first command and its acknowledgement."""
    known: list[AuthorizeResult] = []

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:  # noqa: ARG001
        if not known:
            found = await client.auth_test()
            known.append(AuthorizeResult.from_auth_test_response(auth_test_response=found, bot_token=client.token))
        return known[0]

    return authorize


def build_app(
    workspace: Workspace,
    authorize: Authorize,
    signing_secret: str = "",
    *,
    installs: Installs | None = None,
    store: Store | None = None,
    lost: Lost | None = None,
) -> AsyncApp:
    """The app with its listeners. Everything is acknowledged first and answered after: Slack waits three seconds.

    `installs` where several workspaces have the app; `store` where replicas share which events were seen.
    """
    app = AsyncApp(
        client=slack_client(workspace.client.base_url, None),
        authorize=authorize,  # type: ignore[arg-type] # None is Bolt's own word for not installed
        signing_secret=signing_secret,
        logger=log,
    )

    async def here(context: AsyncBoltContext) -> Workspace:
        return await at(workspace, installs, context.team_id, context.enterprise_id)

    async def command(ack: AsyncAck, body: JSON, context: AsyncBoltContext) -> None:
        await ack()
        await answer(await here(context), asked_by_command(body))

    async def button(ack: AsyncAck, body: JSON, context: AsyncBoltContext) -> None:
        await ack()
        await answer(await here(context), asked_by_button(body))

    async def link(ack: AsyncAck) -> None:
        await ack()

    listen_once(app, store)
    listen_to_leaving(app, installs, lost)
    app.command(COMMAND)(command)
    app.action(ASK)(button)
    app.action(re.compile(""))(link)
    app.event(re.compile(""))(link)
    return app


def asked_by_command(body: Mapping[str, Any]) -> Asked:
    """The question in a slash command's payload; an empty text asks for the overview."""
    return Asked(
        text=body.get("text") or "",
        user=body["user_id"],
        team=body.get("team_id") or "",
        channel=body["channel_id"],
        response_url=body["response_url"],
    )


def asked_by_button(body: Mapping[str, Any]) -> Asked:
    """The question in a button's value. Pressed inside a thread, the answer goes to that thread."""
    seen: Mapping[str, Any] = body.get("container") or {}
    return Asked(
        text=pressed(body["actions"][0]),
        user=body["user"]["id"],
        team=(body.get("team") or {}).get("id") or "",
        channel=(body.get("channel") or {}).get("id") or seen["channel_id"],
        response_url=body["response_url"],
        thread=seen.get("thread_ts"),
    )


async def start_slack(
    workspace: Workspace,
    mode: str,
    base_url: str,
    keys: SlackKeys,
    *,
    installs: Installs | None = None,
    store: Store | None = None,
    lost: Lost | None = None,
) -> Slack:
    """Check the tokens and connect.

    SettingsError where Slack refuses a token; where Slack can't be reached it goes on trying and the log says so.
    """
    try:
        await check_tokens(mode, base_url, keys, installed=installs is not None)
    except SlackUnreachableError as error:
        log.warning("%s: the bot goes on trying", error)
    authorize = authorizing(installs) if installs is not None else authorizer(workspace.client)
    if installs is None:
        with suppress(SlackApiError, *UNREACHABLE):
            await authorize(None, None)
    app = build_app(workspace, authorize, keys.signing_secret, installs=installs, store=store, lost=lost)
    if mode == "http":
        return Slack(app=app, workspace=workspace, installs=installs)
    listening = slack_client(base_url, keys.app_token)
    handler = AsyncSocketModeHandler(app, keys.app_token, logger=log, web_client=listening, ping_interval=PING)
    if listening.proxy is None:
        handler.client.proxy = None
    first = asyncio.ensure_future(handler.client.connect())  # type: ignore[no-untyped-call]
    done, _ = await asyncio.wait({first}, timeout=FIRST_CONNECTION)
    if not done:
        log.warning("Slack can't be reached yet: the bot goes on trying")
    return Slack(app=app, workspace=workspace, handler=handler, connecting=first, installs=installs)

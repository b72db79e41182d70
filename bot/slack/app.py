"""The Slack app: what it listens to, and how it is connected (Socket Mode, or HTTP behind the chat page's server)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.checking import UNREACHABLE, SlackKeys, SlackUnreachableError, check_tokens
from bot.slack.client import slack_client
from bot.slack.groups import Groups
from bot.slack.install import Installs, authorizing
from bot.slack.lifecycle import Lost, listen_once, listen_to_leaving
from bot.slack.listening import listen
from bot.slack.voice import Voice, Workspace
from storage.store import Store

log = logging.getLogger(__name__)

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
        self.workspace.work.close()
        if self.connecting is not None:
            self.connecting.cancel()
        if self.handler is not None:
            await self.handler.client.close()  # type: ignore[no-untyped-call]
        if self.installs is not None:
            await self.installs.close()


def slack_workspace(base_url: str, keys: SlackKeys, voice: Voice, *, native_charts: bool = False) -> Workspace:
    """The workspace that the bot token belongs to. Enough for posting without listening."""
    return Workspace(
        client=slack_client(base_url, keys.bot_token),
        voice=voice,
        groups=Groups(wanted=voice.by_group),
        native_charts=native_charts,
    )


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
    listen_once(app, store)
    listen_to_leaving(app, installs, lost)
    listen(app, workspace)
    return app


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

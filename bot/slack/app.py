"""The Slack app: what it listens to, and how it is connected (Socket Mode, or HTTP behind the chat page's server)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.settings import SettingsError
from bot.slack.client import refusal, slack_client
from bot.slack.groups import Groups
from bot.slack.listening import listen
from bot.slack.voice import Voice, Workspace

log = logging.getLogger(__name__)

PING = 10.0  # seconds between signs of life, and between attempts to connect
FIRST_CONNECTION = 10.0  # seconds to wait for before serving without it; the handler goes on trying

SCOPES = frozenset({"commands", "chat:write", "files:write", "files:read"})
"""Without these the bot does not work; manifest.yml asks for them and for what is only handy."""
UNREACHABLE = (aiohttp.ClientError, TimeoutError)

JSON = dict[str, Any]
Authorize = Callable[[str | None, str | None], Awaitable[AuthorizeResult]]
"""Who the bot is in an enterprise and team, by their ids. Bolt gives both by name."""


class SlackUnreachableError(SettingsError):
    """Slack is not there to be asked: no network, a wrong base_url, or a fault of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackKeys:
    """The secrets themselves, resolved. `app_token` for Socket Mode, `signing_secret` for HTTP."""

    bot_token: str
    app_token: str = ""
    signing_secret: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slack:
    """The running app. In HTTP mode `handler` is None and `bot/slack/events.py` brings what Slack sends."""

    app: AsyncApp
    workspace: Workspace
    handler: AsyncSocketModeHandler | None = None
    connecting: asyncio.Future[None] | None = None

    async def close(self) -> None:
        """Leave Slack; what is being answered is not waited for."""
        self.workspace.work.close()
        if self.connecting is not None:
            self.connecting.cancel()
        if self.handler is not None:
            await self.handler.client.close()  # type: ignore[no-untyped-call]


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


def build_app(workspace: Workspace, authorize: Authorize, signing_secret: str = "") -> AsyncApp:
    """The app with its listeners. Everything is acknowledged first and answered after: Slack waits three seconds."""
    app = AsyncApp(
        client=slack_client(workspace.client.base_url, None),
        authorize=authorize,
        signing_secret=signing_secret,
        logger=log,
    )
    listen(app, workspace)
    return app


async def start_slack(workspace: Workspace, mode: str, base_url: str, keys: SlackKeys) -> Slack:
    """Check the tokens and connect.

    SettingsError where Slack refuses a token; where Slack can't be reached it goes on trying and the log says so.
    """
    try:
        await check_tokens(mode, base_url, keys)
    except SlackUnreachableError as error:
        log.warning("%s: the bot goes on trying", error)
    authorize = authorizer(workspace.client)
    with suppress(SlackApiError, *UNREACHABLE):
        await authorize(None, None)
    if mode == "http":
        return Slack(app=build_app(workspace, authorize, keys.signing_secret), workspace=workspace)
    listening = slack_client(base_url, keys.app_token)
    app = build_app(workspace, authorize)
    handler = AsyncSocketModeHandler(app, keys.app_token, logger=log, web_client=listening, ping_interval=PING)
    if listening.proxy is None:
        handler.client.proxy = None
    first = asyncio.ensure_future(handler.client.connect())  # type: ignore[no-untyped-call]
    done, _ = await asyncio.wait({first}, timeout=FIRST_CONNECTION)
    if not done:
        log.warning("Slack can't be reached yet: the bot goes on trying")
    return Slack(app=app, workspace=workspace, handler=handler, connecting=first)


async def check_tokens(mode: str, base_url: str, keys: SlackKeys) -> None:
    """Ask Slack whether it takes the tokens that the mode needs, and whether the app has the scopes it needs.

    SettingsError says what to renew; its kind SlackUnreachableError that Slack was not there to ask.
    """
    if mode == "http" and not keys.signing_secret:
        raise SettingsError('[slack] mode = "http" needs signing_secret (Basic Information, App Credentials)')
    if mode == "socket" and not keys.app_token:
        raise SettingsError('[slack] mode = "socket" needs app_token (Basic Information, App-Level Tokens)')
    known = await _taken(
        slack_client(base_url, keys.bot_token).auth_test(),
        "bot_token",
        "install the app again and copy its Bot User OAuth Token, which starts with xoxb-",
    )
    # servers other than Slack's own do not tell the scopes
    granted = known.headers.get("x-oauth-scopes", "").replace(" ", "")
    missing = SCOPES - set(granted.split(",")) if granted else set()
    if missing:
        raise SettingsError(f"the Slack app lacks {', '.join(sorted(missing))}: install it again with manifest.yml")
    if mode == "socket":
        await _taken(
            slack_client(base_url, keys.app_token).apps_connections_open(app_token=keys.app_token),
            "app_token",
            "make an App-Level Token with connections:write; it starts with xapp-",
        )


async def _taken(call: Awaitable[AsyncSlackResponse], setting: str, remedy: str) -> AsyncSlackResponse:
    try:
        return await call
    except SlackApiError as error:
        code = refusal(error)
        if not code or code == "ratelimited":
            raise SlackUnreachableError(f"Slack did not check {setting} now ({code or 'no clear answer'})") from error
        raise SettingsError(f"[slack] {setting} was refused by Slack ({code}): {remedy}") from error
    except UNREACHABLE as error:
        raise SlackUnreachableError(f"Slack can't be reached: {error}") from error

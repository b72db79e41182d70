"""Whether Slack takes the secrets, and grants what the bot cannot do without."""

from collections.abc import Awaitable
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.settings import SettingsError
from bot.slack.client import refusal, slack_client

NEEDED = frozenset({"commands", "chat:write", "files:write", "files:read"})
"""Without these the bot does not start; manifest.yml asks for them and for what single features need."""
UNREACHABLE = (aiohttp.ClientError, TimeoutError)


class SlackUnreachableError(SettingsError):
    """Slack is not there to be asked: no network, a wrong base_url, or a fault of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackKeys:
    """The secrets themselves, resolved. `app_token` for Socket Mode, `signing_secret` for HTTP.

    No `bot_token` where OAuth installs the app.
    """

    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""


async def check_tokens(mode: str, base_url: str, keys: SlackKeys, *, installed: bool = False) -> frozenset[str] | None:
    """Ask Slack whether it takes the tokens that the mode needs; return the scopes granted, None where it did not say.

    With `installed` there is no bot token to try: each install has its own. SettingsError says what to renew; its kind
    SlackUnreachableError that Slack was not there to ask.
    """
    if mode == "http" and not keys.signing_secret:
        raise SettingsError('[slack] mode = "http" needs signing_secret (Basic Information, App Credentials)')
    if mode == "socket" and not keys.app_token:
        raise SettingsError('[slack] mode = "socket" needs app_token (Basic Information, App-Level Tokens)')
    if mode == "socket":
        await _taken(
            slack_client(base_url, keys.app_token).apps_connections_open(app_token=keys.app_token),
            "app_token",
            "make an App-Level Token with connections:write; it starts with xapp-",
        )
    if installed:
        return None
    known = await _taken(
        slack_client(base_url, keys.bot_token).auth_test(),
        "bot_token",
        "install the app again and copy its Bot User OAuth Token, which starts with xoxb-",
    )
    granted = granted_scopes(known)
    missing = NEEDED - granted if granted is not None else set()
    if missing:
        raise SettingsError(f"the Slack app lacks {', '.join(sorted(missing))}: install it again with manifest.yml")
    return granted


def granted_scopes(answer: AsyncSlackResponse) -> frozenset[str] | None:
    """The scopes of the token that asked; None where the server does not tell, which only others than Slack do."""
    said = str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "")
    return frozenset(said.split(",")) if said else None


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

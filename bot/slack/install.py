"""Where the app is installed: OAuth for workspaces and organisations, a client for each, tokens renewed in time."""

import asyncio
import logging
import re
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError, SlackTokenRotationError
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.settings import SettingsError, SlackSettings, secret
from bot.slack.client import WaitAsAsked, is_here, refusal
from bot.slack.tokens import Seal, SealedInstallations, States
from bot.slack.voice import Workspace
from storage.slack import async_engine, dead_installs, end_turn, mark_alive, mark_dead, take_turn
from storage.store import Store

log = logging.getLogger(__name__)

DEAD = frozenset({"invalid_auth", "account_inactive", "token_revoked", "org_login_required", "team_access_not_granted"})
"""Slack's codes for a token that works never again: the app has to be installed anew."""
ID = re.compile(r"[TE][A-Z0-9]{1,30}")
RENEWED_BEFORE = 120  # minutes of the twelve hours that a token lives
TURN = timedelta(seconds=60)
WAITS, WAIT = 20, 0.5
KNOWN_FOR = 30.0  # seconds until another replica's installs are seen here
STATE_LIVES = 600  # seconds between /slack/install and Slack's answer


class NotInstalledError(SettingsError):
    """The app is not, or no longer, installed there. The message says where and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AppKeys:
    """The app's own identity, resolved. `workspaces` are the ids of those that may install it (T… or E…)."""

    client_id: str
    client_secret: str
    token_key: str
    workspaces: frozenset[str]
    address: str = ""

    @property
    def install_url(self) -> str:
        """Where a workspace begins to install the app."""
        return f"{self.address or 'https://your.host'}/slack/install"


def app_keys(settings: SlackSettings, folder: Path) -> AppKeys | None:
    """Return the app's identity where OAuth installs it, None with a single bot_token. SettingsError says why."""
    if not settings.client_id:
        if not settings.bot_token:
            raise SettingsError(
                "[slack] has neither bot_token (one workspace) nor client_id (several): docs/slack.md has the steps"
            )
        return None
    if settings.bot_token:
        raise SettingsError(
            "[slack] has bot_token, for one workspace, and client_id, for several: remove bot_token, and install the "
            "app in that workspace again over /slack/install"
        )
    if not settings.workspaces:
        raise SettingsError(
            '[slack] workspaces is empty: name the workspaces and organisations that may install the app, ["T0123…"] '
            'or ["E0123…"]; their people can ask about your organisation\'s data'
        )
    wrong = next((each for each in settings.workspaces if not ID.fullmatch(each)), None)
    if wrong is not None:
        raise SettingsError(
            f'[slack] workspaces holds "{wrong}": write ids, T… of a workspace (in its address in a browser) or E… of '
            "an organisation, not names"
        )
    if settings.address and not settings.address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise SettingsError(
            f'[slack] address is "{settings.address}": write one such as "https://ai-usage.example.com"'
        )
    is_reference = settings.client_id.startswith(("env:", "file:"))
    return AppKeys(
        client_id=secret(settings.client_id, "slack.client_id", folder) if is_reference else settings.client_id,
        client_secret=secret(settings.client_secret, "slack.client_secret", folder),
        token_key=secret(settings.token_key, "slack.token_key", folder),
        workspaces=frozenset(settings.workspaces),
        address=settings.address.rstrip("/"),
    )


def name_of(bot: Bot) -> str:
    """Return the install's name: the workspace's id, or the organisation's where it is installed in all of it."""
    return str(bot.enterprise_id if bot.is_enterprise_install else bot.team_id)


def place_of(to: str) -> tuple[str | None, str | None, str]:
    """Return (organisation, workspace, channel) of "E…/T…/C…", "T…/C…", "T…:C…" or "C…", where that may be a person."""
    *before, channel = to.replace(":", "/").split("/")
    enterprise = next((each for each in before if each.startswith("E")), None)
    team = next((each for each in before if not each.startswith("E")), None)
    return enterprise, team, channel


class InstalledClient(AsyncWebClient):
    """A client that tells when Slack takes its token no more."""

    told: Callable[[str], Awaitable[None]] | None = None

    async def api_call(self, *args: Any, **kwargs: Any) -> AsyncSlackResponse:  # noqa: ANN401 - the library's
        """Call, and tell a refusal that will stay."""
        try:
            return await super().api_call(*args, **kwargs)
        except SlackApiError as error:
            if self.told is not None and refusal(error) in DEAD:
                await self.told(refusal(error))
            raise


class Installs:
    """Every install of the app, kept sealed in the installation's own store."""

    def __init__(
        self, keys: AppKeys, store: Store, base_url: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.keys = keys
        self.base_url = base_url.rstrip("/") + "/"
        self._store = store
        self._engine = async_engine(store)
        self.kept = SealedInstallations(keys.client_id, self._engine, Seal(keys.token_key))
        self.states = States(STATE_LIVES, self._engine, logger=log)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._holder = uuid.uuid4().hex
        self._clock = clock
        self._known: tuple[float, Sequence[Bot], Mapping[str, str]] | None = None

    async def client_for(self, team: str | None, enterprise: str | None = None) -> AsyncWebClient:
        """Return a client whose token is good for hours.

        NotInstalledError where the app is not installed there, or not any more. With neither id: the only install.
        """
        bot = await self._alive(team, enterprise)
        client = InstalledClient(
            token=bot.bot_token,
            base_url=self.base_url,
            team_id=team if bot.is_enterprise_install else None,
            retry_handlers=[WaitAsAsked()],
        )
        if is_here(self.base_url):
            client.proxy = None
        client.told = lambda reason: self.died(name_of(bot), reason)
        return client

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        """Who the bot is there, for Bolt; None where it is not installed."""
        try:
            bot = await self._alive(team_id, enterprise_id)
        except SettingsError as error:
            log.warning("%s", error)
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_id=bot.bot_id,
            bot_user_id=bot.bot_user_id,
            bot_token=bot.bot_token,
            bot_scopes=list(bot.bot_scopes),
        )

    async def all(self) -> tuple[Sequence[Bot], Mapping[str, str]]:
        """Return every install, and Slack's reason by name of those whose token it takes no more."""
        now = self._clock()
        if self._known is None or now - self._known[0] > KNOWN_FOR:
            self._known = (now, await self.kept.all_bots(), await asyncio.to_thread(dead_installs, self._store))
        return self._known[1], self._known[2]

    async def added(self, enterprise: str | None, team: str | None) -> None:
        """Take note of a new install: what was dead lives again."""
        await asyncio.to_thread(mark_alive, self._store, str(team or enterprise))
        self._known = None

    async def removed(self, enterprise: str | None, team: str | None, reason: str, at: float) -> None:
        """Forget the tokens of an install whose workspace removed the app at a time (Unix seconds); the log tells it.

        An install made since stays: Slack's word of the removal may come late.
        """
        for bot in await self.kept.all_bots():
            if bot.installed_at > at + 1:
                continue
            is_of_team = not bot.is_enterprise_install and team is not None and bot.team_id == team
            is_of_all = bot.is_enterprise_install and team is None and bot.enterprise_id == enterprise
            if is_of_team or is_of_all:
                await self.kept.async_delete_all(enterprise_id=bot.enterprise_id, team_id=bot.team_id)
                await asyncio.to_thread(mark_alive, self._store, name_of(bot))
                log.warning("Slack: %s removed the app (%s): its tokens are forgotten", _called(bot), reason)
        self._known = None

    async def died(self, install: str, reason: str) -> None:
        """Mark an install whose token Slack takes no more; the log tells it once."""
        if await asyncio.to_thread(mark_dead, self._store, install, reason, datetime.now(UTC)):
            log.error(
                "Slack takes the token of %s no more (%s): install the app there again, %s",
                install,
                reason,
                self.keys.install_url,
            )
        self._known = None

    async def close(self) -> None:
        """Let go of the database."""
        await self._engine.dispose()

    def may_install(self, enterprise: str | None, team: str | None) -> bool:
        """Whether [slack] workspaces names the workspace, or the organisation that it belongs to."""
        return bool(self.keys.workspaces & {enterprise, team})

    async def _alive(self, team: str | None, enterprise: str | None) -> Bot:
        bots, dead = await self.all()
        bot = chosen([each for each in bots if self.may_install(each.enterprise_id, each.team_id)], team, enterprise)
        if bot is None:
            raise NotInstalledError(self._nowhere(team or enterprise, bots))
        if name_of(bot) in dead:
            raise NotInstalledError(
                f"Slack takes the token of {_called(bot)} no more ({dead[name_of(bot)]}): install the app there again, "
                f"{self.keys.install_url}"
            )
        return await self._renewed(bot)

    def _nowhere(self, where: str | None, bots: Sequence[Bot]) -> str:
        if where is None and bots:
            names = ", ".join(name_of(each) for each in bots)
            return f'the app is installed in several workspaces ({names}): write which, to = "T…/C…"'
        if where is not None and any(name_of(each) == where for each in bots):
            return f"{where} installed the app, and is not in [slack] workspaces: add it there"
        return f"the app is not installed in {where or 'any workspace'}: open {self.keys.install_url}"

    async def _renewed(self, bot: Bot) -> Bot:
        if not _is_due(bot):
            return bot
        async with self._turns[name_of(bot)]:
            # cancelled between Slack's answer and the store, the only refresh token would be lost
            return await asyncio.shield(self._in_turn(bot))

    async def _in_turn(self, bot: Bot) -> Bot:
        """Renew, one at a time over all replicas: a refresh token works once."""
        name = name_of(bot)
        for _ in range(WAITS):
            now = datetime.now(UTC)
            if await asyncio.to_thread(take_turn, self._store, name, self._holder, now, now + TURN):
                try:
                    return await self._renew(await self._again(bot))
                finally:
                    await asyncio.to_thread(end_turn, self._store, name, self._holder)
            await asyncio.sleep(WAIT)
            bot = await self._again(bot)
            if not _is_due(bot):
                return bot
        return bot

    async def _again(self, bot: Bot) -> Bot:
        """The install as it is kept now."""
        found = await self.kept.async_find_bot(enterprise_id=bot.enterprise_id, team_id=bot.team_id)
        if found is None:
            raise NotInstalledError(f"{_called(bot)} removed the app: open {self.keys.install_url}")
        return found

    async def _renew(self, bot: Bot) -> Bot:
        if not _is_due(bot):
            return bot
        rotator = AsyncTokenRotator(
            client_id=self.keys.client_id,
            client_secret=self.keys.client_secret,
            client=bare_client(self.base_url),
        )
        try:
            renewed = await rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=RENEWED_BEFORE)
        except SlackTokenRotationError as error:
            code = refusal(error.api_error)
            if not code or code == "ratelimited":
                log.warning("Slack did not renew the token of %s now: tried again with the next message", _called(bot))
                return bot
            await self.died(name_of(bot), code)
            raise NotInstalledError(
                f"Slack did not renew the token of {_called(bot)} ({code}): install the app there again, "
                f"{self.keys.install_url}"
            ) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("Slack can't be reached to renew the token of %s: %s", _called(bot), error)
            return bot
        if renewed is None:
            return bot
        await self.kept.async_save_bot(renewed)
        self._known = None
        return renewed


def chosen(bots: Sequence[Bot], team: str | None, enterprise: str | None) -> Bot | None:
    """Return the install that speaks for a workspace: its own, else that of its organisation; None if unclear."""
    if team is None and enterprise is None:
        return bots[0] if len(bots) == 1 else None
    own = [each for each in bots if not each.is_enterprise_install and each.team_id == team]
    if own and team is not None:
        return own[-1]
    wide = [each for each in bots if each.is_enterprise_install and enterprise in (None, each.enterprise_id)]
    return wide[0] if len(wide) == 1 else None


async def at(workspace: Workspace, installs: Installs | None, team: str | None, enterprise: str | None) -> Workspace:
    """Return the workspace as it speaks there; with a single bot_token it speaks in one place only."""
    if installs is None:
        return workspace
    return replace(workspace, client=await installs.client_for(team, enterprise))


def authorizing(installs: Installs) -> Callable[[str | None, str | None], Awaitable[AuthorizeResult | None]]:
    """Return `installs.authorize` as a function: Bolt takes the `self` of a method for an argument it should fill."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        return await installs.authorize(enterprise_id, team_id)

    return authorize


def bare_client(base_url: str) -> AsyncWebClient:
    """A client without a token: OAuth brings its own secrets."""
    client = AsyncWebClient(base_url=base_url, retry_handlers=[WaitAsAsked()])
    if is_here(base_url):
        client.proxy = None
    return client


def _is_due(bot: Bot) -> bool:
    return bot.bot_token_expires_at is not None and bot.bot_token_expires_at <= time.time() + RENEWED_BEFORE * 60


def _called(bot: Bot) -> str:
    name = bot.enterprise_name if bot.is_enterprise_install else bot.team_name
    return f"{name} ({name_of(bot)})" if name else name_of(bot)

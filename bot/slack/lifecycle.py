"""What happens to the app besides questions: events that come twice, workspaces that leave, channels that are gone."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack.install import Installs
from storage.heard import first_heard
from storage.store import Store

log = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds that the store may take to say whether an event is new; Slack waits three for the answer
MOST_SEEN = 10_000

JSON = dict[str, Any]
Next = Callable[[], Awaitable[BoltResponse | None]]
Lost = Callable[[str, str, str], Awaitable[None]]
"""Told of a channel that can't be posted to any more: the workspace's id, the channel's, and why, in words."""

GONE: Mapping[str, str] = {
    "channel_archive": "the channel was archived",
    "channel_deleted": "the channel was deleted",
    "channel_left": "the bot was removed from the channel",
    "member_left_channel": "the bot was removed from the channel",
}


class Seen:
    """The events that were dispatched, in this process and, with a store, in every replica."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._here: OrderedDict[str, None] = OrderedDict()

    async def first(self, event_id: str) -> bool:
        """Note the event; False where it was dispatched before. A store that is busy is not waited for."""
        if event_id in self._here:
            return False
        self._here[event_id] = None
        while len(self._here) > MOST_SEEN:
            self._here.popitem(last=False)
        if self._store is None:
            return True
        asked = asyncio.ensure_future(
            asyncio.to_thread(first_heard, self._store, f"slack:{event_id}", datetime.now(UTC))
        )
        done, _ = await asyncio.wait({asked}, timeout=PATIENCE)
        return asked.result() if done else True


def listen_once(app: AsyncApp, store: Store | None) -> None:
    """Answer an event that Slack brings again without doing anything: it repeats what it heard no answer to.

    It is noted as it is dispatched, past Bolt's own checks, so that what was turned away may come again.
    """
    seen = Seen(store)

    async def once(req: AsyncBoltRequest, next: Next) -> BoltResponse | None:  # noqa: A002 - Bolt's name for it
        event_id = req.body.get("event_id") if req.body.get("type") == "event_callback" else None
        if isinstance(event_id, str) and not await seen.first(event_id[:64]):
            return BoltResponse(status=200, body="")
        return await next()

    app.use(once)


def listen_to_leaving(app: AsyncApp, installs: Installs | None, lost: Lost | None) -> None:
    """Forget the tokens of a workspace that removed the app, and tell `lost` of channels that are gone."""

    async def uninstalled(context: AsyncBoltContext, body: JSON) -> None:
        if installs is not None:
            await installs.removed(*_who(body, context), "app_uninstalled", body.get("event_time") or time.time())
        else:
            log.error("Slack: the app was uninstalled: install it again, and renew [slack] bot_token")

    async def revoked(context: AsyncBoltContext, body: JSON, event: JSON) -> None:
        if not (event.get("tokens") or {}).get("bot"):
            return
        if installs is not None:
            await installs.removed(*_who(body, context), "tokens_revoked", body.get("event_time") or time.time())
        else:
            log.error("Slack: [slack] bot_token was revoked: install the app again and renew it")

    async def gone(context: AsyncBoltContext, event: JSON) -> None:
        is_other = event["type"] == "member_left_channel" and event.get("user") != context.bot_user_id
        channel = event.get("channel")
        if lost is None or is_other or not isinstance(channel, str):
            return
        await lost(context.team_id or "", channel, GONE[event["type"]])

    async def renamed(event: JSON) -> None:
        channel = event.get("channel") or {}
        log.info("Slack: channel %s is called %s now: it is known by its id", channel.get("id"), channel.get("name"))

    app.event("app_uninstalled")(uninstalled)
    app.event("tokens_revoked")(revoked)
    app.event("channel_rename")(renamed)
    for name in GONE:
        app.event(name)(gone)


def _who(body: JSON, context: AsyncBoltContext) -> tuple[str | None, str | None]:
    """The organisation and workspace that the event is about; no workspace where the whole organisation left."""
    is_wide = any(each.get("is_enterprise_install") for each in body.get("authorizations") or [])
    return context.enterprise_id, None if is_wide or context.is_enterprise_install else context.team_id

"""The Teams bot: the route that Teams posts to, who may post there, and what is done with it."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from aiohttp import web

from bot.teams.answering import TeamsVoice, answer, changed, changes, greet, line
from bot.teams.incoming import Heard, NotAnActivityError, heard, parsed, tenant_of
from bot.teams.pictures import picture_route
from bot.teams.post import Office
from bot.teams.wire import JSON, NotAllowedError
from storage.conversations import remember_conversation, suspend

log = logging.getLogger(__name__)

PATH = "/api/messages"
HEARD = 128  # characters of an id that are kept; the message's own are at its end
LEAVING = 10.0  # seconds for what is being answered when the bot stops

TEAMS_HOSTS = frozenset(
    {
        "smba.trafficmanager.net",
        "smba.infra.gcc.teams.microsoft.com",
        "smba.infra.gov.teams.microsoft.us",
        "smba.infra.dod.teams.microsoft.us",
    }
)
"""Where Teams is answered: our token is sent there, so nowhere else.
Source: learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """Whose messages are taken: the tenants, and the hosts that they may be answered at. No tenant means any."""

    tenants: frozenset[str]
    hosts: frozenset[str] = TEAMS_HOSTS
    insecure: bool = False

    def check(self, activity: JSON) -> None:
        """Return if it comes from where it may. NotAllowedError."""
        tenant = tenant_of(activity)
        if self.tenants and tenant not in self.tenants:
            raise NotAllowedError(f"tenant {tenant or '(none)'} may not use this bot", 403)
        address = urlsplit(activity["serviceUrl"])
        if address.hostname not in self.hosts or not (address.scheme == "https" or self.insecure):
            raise NotAllowedError("this service URL is not one of Teams'", 403)


@dataclass(frozen=True, kw_only=True, slots=True)
class Teams:
    """The running bot."""

    office: Office
    voice: TeamsVoice
    allowed: Allowed
    running: set[asyncio.Task[None]] = field(default_factory=set)

    def routes(self) -> list[web.RouteDef]:
        """What to mount into the server that faces Teams."""
        return [web.post(PATH, self.receive), picture_route(self.office.store)]

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Take what Teams sends: 400 for what is no activity, 401 and 403 for who may not, else 200 or 202."""
        try:
            activity = parsed(await request.read(), request.content_type)
        except NotAnActivityError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        try:
            await self.office.wire.check(request.headers.get("Authorization"), activity)
            self.allowed.check(activity)
        except NotAllowedError as error:
            log.warning("a request to %s was refused: %d, %s", PATH, error.status, error)
            raise _REFUSALS[error.status](text="not allowed") from error
        return await self._done(heard(activity))

    async def close(self) -> None:
        """Finish what is being answered, for a while."""
        if self.running:
            _, late = await asyncio.wait(self.running, timeout=LEAVING)
            for each in late:
                each.cancel()

    async def _done(self, what: Heard) -> web.StreamResponse:
        if what.event == "unknown invoke":
            return web.Response(status=501, text="not implemented")
        if what.event == "removed":
            why, now = "the app was removed", datetime.now(UTC)
            await asyncio.to_thread(suspend, self.office.store, what.place.id, "removed", why, now)
            await asyncio.to_thread(self.voice.gone, what.place.id)
            return web.Response(status=200)
        if what.event == "nothing":
            return web.Response(status=200)
        await asyncio.to_thread(remember_conversation, self.office.store, what.place, datetime.now(UTC))
        if what.event == "pressed":
            if changes(what):
                return web.json_response(await changed(self.office, self.voice, what))
            self._start(answer(self.office, self.voice, what))
            return web.json_response(line("The answer is below."))
        if what.event == "added":
            self._start(greet(self.office, what.place))
        elif await asyncio.to_thread(self.voice.first_heard, f"teams:{what.place.id}:{what.message}"[-HEARD:]):
            self._start(answer(self.office, self.voice, what))
        return web.Response(status=202)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        """Teams waits some ten seconds for an answer to its request, so what takes longer comes by itself."""
        task = asyncio.get_running_loop().create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)


_REFUSALS: dict[int, type[web.HTTPException]] = {
    401: web.HTTPUnauthorized,
    403: web.HTTPForbidden,
    503: web.HTTPServiceUnavailable,
}

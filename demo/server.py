"""The vendor's server on loopback: the Compliance Logs Platform, users, usage analytics, over a simulated company.

Strict where the vendor is: a missing parameter or a time without zone is 422, a wrong key 401, a type asked of the
wrong scope 400, and the storage that a download is redirected to refuses a request that carries the Authorization
header.
"""

import asyncio
import bisect
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from aiohttp import web

from demo.analytics import SECONDS_A_DAY, usage_rows
from demo.chaos import Chaos, with_chaos
from demo.company import Company
from demo.costs import costs_feed
from demo.events import conversation_feed
from demo.files import Feed, LogFile
from demo.roster import User, users, users_page

RETENTION = timedelta(days=30)
LOGS_AT_MOST, USERS_AT_MOST, ROWS_AT_MOST = 100, 1000, 30_000
EMPTY_TYPES = ("AUTH_LOG", "AUDIT_LOG", "APP_LOG", "APP_AUTH_LOG", "CODEX_LOG", "CODEX_SECURITY_LOG")
"""Types the vendor knows and this workspace has nothing of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Vendor:
    """What the server answers from."""

    key: str
    scopes: dict[tuple[str, str], tuple[str, ...]]
    """Event types by scope and id."""
    feeds: dict[str, Feed]
    everybody: tuple[User, ...]
    oldest: Callable[[], datetime]
    """Files that ended at or before this are gone."""
    newest: Callable[[], datetime]
    """Files that end after this are not written yet."""
    secret: bytes
    usage: Callable[[], list[dict[str, Any]]] | None
    """Rows of the usage analytics; None where they are not enabled for the workspace."""

    def known(self, kind: str, scope_id: str) -> tuple[str, ...]:
        """Return the event types of a scope; answers 404 where there is no such scope."""
        try:
            return self.scopes[(kind, scope_id)]
        except KeyError:
            raise _refusal(web.HTTPNotFound, f"no such scope: {kind}/{scope_id}") from None

    def files(self, event_type: str) -> tuple[LogFile, ...]:
        """Return the type's files that are still kept, by end time."""
        feed = self.feeds.get(event_type)
        if feed is None:
            return ()
        gone = bisect.bisect_right(feed.files, self.oldest(), key=lambda file: file.end_time)
        written = bisect.bisect_right(feed.files, self.newest(), key=lambda file: file.end_time)
        return feed.files[gone:written]

    def find(self, types: tuple[str, ...], file_id: str) -> tuple[Feed, LogFile]:
        """Return a kept file and its feed; answers 404 where there is none."""
        for event_type in types:
            for file in self.files(event_type):
                if file.id == file_id:
                    return self.feeds[event_type], file
        raise _refusal(web.HTTPNotFound, f"log file not found: {file_id}")

    def sign(self, file_id: str) -> str:
        """Return what a storage address must carry."""
        return hmac.new(self.secret, file_id.encode(), hashlib.sha256).hexdigest()[:32]


VENDOR = web.AppKey("vendor", _Vendor)


def _refusal(kind: Callable[..., web.HTTPException], detail: object) -> web.HTTPException:
    return kind(text=web.json_response({"detail": detail}).text, content_type="application/json")


def _invalid(name: str, problem: str, why: str = "value_error") -> web.HTTPException:
    return _refusal(web.HTTPUnprocessableEntity, [{"type": why, "loc": ["query", name], "msg": problem}])


def _moment(query: dict[str, str], name: str) -> datetime | None:
    if name not in query:
        return None
    try:
        moment = datetime.fromisoformat(query[name])
    except ValueError:
        raise _invalid(name, "Input should be a valid datetime", "datetime_parsing") from None
    if moment.tzinfo is None:
        raise _invalid(name, "Input should have timezone info", "timezone_aware")
    return moment


def _limit(query: dict[str, str], default: int, most: int) -> int:
    text = query.get("limit", str(default))
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= most:
        raise _invalid("limit", f"Input should be a whole number from 1 to {most}")
    return int(text)


@web.middleware
async def _with_key(request: web.Request, handler: Callable[[web.Request], object]) -> web.StreamResponse:
    vendor = request.app[VENDOR]
    if request.path.startswith("/v1/"):
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {vendor.key}".encode()):
            raise _refusal(web.HTTPUnauthorized, "missing or invalid API key")
    response: web.StreamResponse = await handler(request)  # type: ignore[misc]  # aiohttp hands over a coroutine function
    return response


async def _list_logs(request: web.Request) -> web.Response:
    vendor, query = request.app[VENDOR], dict(request.query)
    kind = request.match_info["kind"]
    types = vendor.known(kind, request.match_info["scope"])
    for name in ("event_type", "after"):
        if name not in query:
            raise _invalid(name, "Field required", "missing")
    event_type = query["event_type"]
    if event_type not in {*vendor.feeds, *EMPTY_TYPES}:
        raise _invalid("event_type", f"unknown event type {event_type}", "enum")
    if event_type not in types:
        other = "organizations" if kind == "workspaces" else "workspaces"
        raise _refusal(web.HTTPBadRequest, f"{event_type} is only available at /v1/compliance/{other}/{{id}}/logs")
    after, before = _moment(query, "after"), _moment(query, "before")
    limit = _limit(query, LOGS_AT_MOST, LOGS_AT_MOST)
    found = [
        f for f in vendor.files(event_type) if (not after or f.end_time > after) and (not before or f.end_time < before)
    ]
    page = found[:limit]
    data = await asyncio.to_thread(lambda: [_entry(vendor.feeds[event_type], file) for file in page])
    last = data[-1]["end_time"] if data else None
    return web.json_response({"object": "list", "data": data, "has_more": len(found) > limit, "last_end_time": last})


def _entry(feed: Feed, file: LogFile) -> dict[str, str | int]:
    size, sha256 = feed.facts(file)
    return {
        "id": file.id,
        "event_type": file.event_type,
        "end_time": file.end_time.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "file_name": file.name,
        "file_size": size,
        "file_sha256": sha256,
    }


async def _redirect(request: web.Request) -> web.Response:
    vendor = request.app[VENDOR]
    _, file = vendor.find(
        vendor.known(request.match_info["kind"], request.match_info["scope"]), request.match_info["file"]
    )
    location = request.url.origin() / "storage" / vendor.sign(file.id) / file.id
    raise web.HTTPTemporaryRedirect(location=location)


async def _storage(request: web.Request) -> web.Response:
    vendor, file_id = request.app[VENDOR], request.match_info["file"]
    if "Authorization" in request.headers:
        raise _refusal(
            web.HTTPBadRequest, "only one authentication mechanism is allowed: leave out the Authorization header"
        )
    if not hmac.compare_digest(request.match_info["signature"].encode(), vendor.sign(file_id).encode()):
        raise _refusal(web.HTTPForbidden, "signature does not match")
    feed, file = vendor.find(tuple(vendor.feeds), file_id)
    body = await asyncio.to_thread(feed.body, file)
    return web.Response(body=body.data, content_type="application/x-ndjson")


async def _list_users(request: web.Request) -> web.Response:
    vendor, query = request.app[VENDOR], dict(request.query)
    vendor.known("workspaces", request.match_info["scope"])
    try:
        page = users_page(vendor.everybody, query.get("after"), _limit(query, 200, USERS_AT_MOST))
    except KeyError:
        raise _invalid("after", "no user with this id") from None
    return web.json_response(page.json())


async def _usage(request: web.Request) -> web.Response:
    vendor, query = request.app[VENDOR], dict(request.query)
    vendor.known("workspaces", request.match_info["scope"])
    if vendor.usage is None:
        raise _refusal(web.HTTPNotFound, "usage analytics are not enabled for this workspace")
    first, end = (_midnight(query, name) for name in ("start_time", "end_time"))
    limit, begin = _limit(query, 1000, ROWS_AT_MOST), query.get("page", "0")
    if not (begin.isascii() and begin.isdigit()):
        raise _invalid("page", "no such page")
    rows = await asyncio.to_thread(vendor.usage)
    found = [row for row in rows if first <= row["start_time"] < end]
    following = int(begin) + limit
    more = following < len(found)
    page = {"object": "page", "data": found[int(begin) : following], "has_more": more}
    return web.json_response(page | {"next_page": str(following) if more else None})


def _midnight(query: dict[str, str], name: str) -> int:
    text = query.get(name, "")
    if not (text.isascii() and text.isdigit()) or int(text) % SECONDS_A_DAY:
        raise _invalid(name, "Input should be a UTC midnight in unix seconds")
    return int(text)


def vendor_app(
    company: Company,
    *,
    key: str,
    archive: bool = True,
    bad_lines: bool = False,
    analytics: bool = False,
    now: Callable[[], datetime] | None = None,
) -> web.Application:
    """Return the vendor's server over a company.

    With `archive` every file is there; else only those whose `end_time` lies in the 30 days before `now` (by default
    the clock's). Where `now` is given, files that end after it are not there yet. `bad_lines` puts damaged copies of a
    few lines among the good ones. `analytics` are enabled on demand.
    """
    clock = now or (lambda: datetime.now(UTC))
    feeds = {
        feed.event_type: feed
        for feed in (conversation_feed(company, bad_lines=bad_lines), costs_feed(company, bad_lines=bad_lines))
    }
    app = web.Application(middlewares=[_with_key])
    app[VENDOR] = _Vendor(
        key=key,
        feeds=feeds,
        everybody=users(company),
        secret=company.workspace_id.encode(),
        usage=cache(lambda: usage_rows(company)) if analytics else None,
        oldest=(lambda: datetime.min.replace(tzinfo=UTC)) if archive else (lambda: clock() - RETENTION),
        newest=now or (lambda: datetime.max.replace(tzinfo=UTC)),
        scopes={
            ("workspaces", company.workspace_id): ("CONVERSATION_MESSAGE", "COSTS", *EMPTY_TYPES),
            ("organizations", company.organisation_id): ("COSTS",),
        },
    )
    logs = "/v1/compliance/{kind:workspaces|organizations}/{scope}/logs"
    app.add_routes(
        [
            web.get(logs, _list_logs),
            web.get(logs + "/{file}", _redirect),
            web.get("/storage/{signature}/{file}", _storage),
            web.get("/v1/compliance/workspaces/{scope}/users", _list_users),
            web.get("/v1/analytics/workspaces/{scope}/usage", _usage),
        ]
    )
    return app


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningServer:
    """A server that listens on loopback. `base_url` is what a connector is given: http://127.0.0.1:PORT/v1."""

    base_url: str
    _runner: web.AppRunner

    async def close(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()


async def start(
    company: Company,
    *,
    key: str,
    archive: bool = True,
    bad_lines: bool = False,
    analytics: bool = False,
    now: Callable[[], datetime] | None = None,
    port: int = 0,
    chaos: Chaos | None = None,
) -> RunningServer:
    """Serve the company on 127.0.0.1, on a free port unless one is named, until closed.

    See `vendor_app`; `chaos` makes it faulty.
    """
    app = vendor_app(company, key=key, archive=archive, bad_lines=bad_lines, analytics=analytics, now=now)
    runner = web.AppRunner(with_chaos(app, chaos) if chaos else app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    address = runner.addresses[0]
    return RunningServer(base_url=f"http://127.0.0.1:{address[1]}/v1", _runner=runner)

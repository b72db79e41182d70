"""A vendor's server on loopback that speaks the Compliance Logs Platform, and can be made to misbehave."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

WORKSPACE, ORGANIZATION, TOKEN = "ws-1", "org-1", "sk-test"


@dataclass(kw_only=True)
class Vendor:
    """What the vendor holds, and what it does wrong. `failures` are answers given first, by path's last part."""

    files: list[dict[str, Any]] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    users: list[dict[str, Any]] = field(default_factory=list)
    failures: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    page: int = 2
    stuck: bool = False
    no_cursor: bool = False
    costs_enabled: bool = True
    usage: list[dict[str, Any]] | None = None
    codex: list[dict[str, Any]] = field(default_factory=list)
    no_next_page: bool = False
    same_page: bool = False
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    keys_shown_to_storage: list[str] = field(default_factory=list)
    served: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, end: str, events: Iterable[object], kind: str = "CONVERSATION_MESSAGE") -> None:
        body = b"".join(json.dumps(each).encode() + b"\n" for each in events)
        self.bodies[name] = body
        digest = hashlib.sha256(body).hexdigest().upper()
        self.files.append(
            {"id": name, "event_type": kind, "end_time": end, "file_size": len(body), "file_sha256": digest}
        )
        self.files.sort(key=lambda each: str(each["end_time"]))

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/v1/compliance/{scope}/{id}/users", self._users)
        app.router.add_get("/v1/compliance/{scope}/{id}/logs", self._logs)
        app.router.add_get("/v1/compliance/{scope}/{id}/logs/{file}", self._redirect)
        app.router.add_get("/storage/{file}", self._body)
        app.router.add_get("/v1/analytics/workspaces/{id}/usage", self._usage)
        app.router.add_get("/v1/analytics/codex/workspaces/{id}/usage", self._usage)
        return app

    def _trouble(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401, text="no")
        self.asked.append((request.path, dict(request.query)))
        waiting = self.failures.get(request.path.rsplit("/", 1)[-1])
        if waiting:
            status, headers = waiting.pop(0)
            return web.Response(status=status, headers=headers)
        return None

    async def _users(self, request: web.Request) -> web.Response:
        if trouble := self._trouble(request):
            return trouble
        ids = [each["id"] for each in self.users]
        start = ids.index(request.query["after"]) + 1 if "after" in request.query else 0
        page = self.users[start : start + self.page]
        more = start + self.page < len(ids)
        return web.json_response(
            {"object": "list", "data": page, "has_more": more, "last_id": page[-1]["id"] if page else None}
        )

    async def _logs(self, request: web.Request) -> web.Response:
        if trouble := self._trouble(request):
            return trouble
        kind, after = request.query["event_type"], request.query["after"]
        if kind == "COSTS" and (not self.costs_enabled or request.match_info["scope"] != "organizations"):
            return web.Response(status=422)
        found = [each for each in self.files if each["event_type"] == kind and str(each["end_time"]) > after]
        page = found[: self.page]
        cursor = page[-1]["end_time"] if page else None
        if self.stuck:
            cursor = after
        more = len(found) > len(page) or self.stuck
        return web.json_response({"data": page, "has_more": more, "last_end_time": None if self.no_cursor else cursor})

    async def _usage(self, request: web.Request) -> web.Response:
        """Answer with the rows of the days asked for; `usage` None: not enabled for the workspace."""
        if trouble := self._trouble(request):
            return trouble
        rows = self.codex if "codex" in request.path else self.usage
        if rows is None or request.match_info["id"] != WORKSPACE:
            return web.Response(status=404)
        first, end = int(request.query["start_time"]), int(request.query["end_time"])
        found = [each for each in rows if first <= int(each["start_time"]) < end]
        start = int(request.query.get("page", "page_0").removeprefix("page_"))
        following = 0 if self.same_page else start + self.page
        more = start + self.page < len(found) or self.same_page
        cursor = f"page_{following}" if more and not self.no_next_page else None
        page = found[start : start + self.page]
        return web.json_response({"object": "page", "data": page, "has_more": more, "next_page": cursor})

    async def _redirect(self, request: web.Request) -> web.Response:
        if trouble := self._trouble(request):
            return trouble
        return web.Response(status=307, headers={"Location": f"/storage/{request.match_info['file']}?signature=x"})

    async def _body(self, request: web.Request) -> web.Response:
        if key := request.headers.get("Authorization"):
            self.keys_shown_to_storage.append(key)
        name = request.match_info["file"]
        self.served[name] += 1
        return web.Response(body=self.bodies[name])

"""A small strict Slack on loopback: the Web API methods the bot uses, uploads, response_url and Socket Mode.

It speaks the wire formats of the real thing and refuses what the real one refuses: blocks over their limits, image
blocks that name a file it has not looked at yet, posts where the bot is no member, more posts than a client may make.
"""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.bot.slack.fake_people import APP, ASKER, BOT, DIRECT, MEMBER_OF, STRANGE, TEAM, TRIGGER_LIVES, FakePeople
from tests.bot.slack.fake_views import wrong_view
from tests.bot.slack.limits import complaints

__all__ = ["APP_TOKEN", "ASKER", "BOT", "BOT_TOKEN", "DIRECT", "MEMBER_OF", "STRANGE", "TEAM", "FakeSlack"]

BOT_TOKEN = "xoxb-invented"
APP_TOKEN = "xapp-1-invented"

USES = 5  # of a response_url


@dataclass
class Uploaded:
    id: str
    length: int
    looks_left: int
    content: bytes = b""
    complete: bool = False

    @property
    def ready(self) -> bool:
        return self.complete and self.looks_left <= 0


@dataclass(kw_only=True)
class FakeSlack(FakePeople):
    """`looks` is how often files.info must be asked before a file is ready; `limited` queues Retry-After answers a
    method gives first; `dropped` are methods whose connection is closed after the work is done, `silent` those that
    never answer."""

    looks: int = 2
    scopes: str = "commands,chat:write,chat:write.public,files:write,files:read"
    limited: dict[str, deque[str]] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    refused_to: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    never_in_blocks: bool = False
    native_charts: bool = False
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    responses: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, Uploaded] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    prompts: list[dict[str, Any]] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=8 * 2**20)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._api),
                web.post("/upload/{file}", self._upload),
                web.post("/response/{id}", self._response),
                web.get("/socket", self._socket),
            ]
        )
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        self.stopping.set()
        for socket in self.sockets:
            await socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    def called(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    # what the bot does

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0000000001"}})
        self.changed.set()
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                self.took(message.data)
        return socket

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append((method, arguments))
        self.changed.set()
        waits = self.limited.get(method)
        if waits:
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": waits.popleft()}
            )
        token = arguments.pop("token", None) or request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
            return _no("invalid_auth")
        if method in self.refused:
            return _no(self.refused[method])
        if arguments.get("channel") in self.refused_to:
            return _no(self.refused_to[arguments["channel"]])
        if method in self.silent:
            await self.stopping.wait()
        answer = self._answer(method, arguments)
        if method in self.dropped and request.transport is not None:
            request.transport.abort()
        return answer

    def _answer(self, method: str, arguments: dict[str, Any]) -> web.Response:  # noqa: C901, PLR0911, PLR0912 - one a method
        match method:
            case "auth.test":
                identity = {"url": "https://example.test/", "team": "Example", "user": "ai-usage"}
                answer = _yes(**identity, team_id=TEAM, user_id=BOT, bot_id="B0000000001", is_enterprise_install=False)
                answer.headers["x-oauth-scopes"] = self.scopes
                return answer
            case "apps.connections.open":
                return _yes(url=self.url.replace("http", "ws") + "/socket")
            case "chat.postMessage" | "chat.postEphemeral":
                return self._post(method, arguments)
            case "conversations.history":
                found = [each for each in self.messages if each["channel"] == arguments["channel"]]
                roots = [each for each in reversed(found) if not each.get("thread_ts")]
                told = [each | {"metadata": _json(each.get("metadata") or {})} for each in roots]
                most = int(arguments.get("limit", 100))
                return _yes(messages=told[:most], has_more=len(told) > most)
            case "files.getUploadURLExternal":
                uploaded = Uploaded(f"F{next(self.number):010d}", int(arguments["length"]), self.looks)
                self.files[uploaded.id] = uploaded
                return _yes(upload_url=f"{self.url}/upload/{uploaded.id}", file_id=uploaded.id)
            case "files.completeUploadExternal":
                for named in _json(arguments["files"]):
                    uploaded = self.files[named["id"]]
                    if not uploaded.content:
                        return _no("file_not_found")
                    uploaded.complete = True
                return _yes(files=[{"id": named["id"]} for named in _json(arguments["files"])])
            case "files.info":
                uploaded = self.files[arguments["file"]]
                uploaded.looks_left -= 1
                kind = (
                    {"mimetype": "image/png", "filetype": "png"} if uploaded.ready else {"mimetype": "", "filetype": ""}
                )
                return _yes(file={"id": uploaded.id, "size": uploaded.length, "channels": [], **kind})
            case "views.open" | "views.update" | "views.publish":
                return self._view(method, arguments)
            case "assistant.threads.setStatus":
                self.statuses.append(arguments)
                return _yes()
            case "assistant.threads.setSuggestedPrompts":
                prompts = _json(arguments["prompts"])
                if not 1 <= len(prompts) <= 4 or any(set(each) != {"title", "message"} for each in prompts):
                    return _no("invalid_arguments")
                self.prompts.append(arguments | {"prompts": prompts})
                return _yes()
            case "usergroups.list":
                groups = [{"id": each, "handle": each, "users": users} for each, users in self.groups.items()]
                return _yes(usergroups=groups)
            case _:
                return _no("unknown_method")

    def _view(self, method: str, arguments: dict[str, Any]) -> web.Response:
        view = _json(arguments["view"])
        wrong = wrong_view(view, "home" if method == "views.publish" else "modal")
        if wrong:
            return _no("invalid_arguments", response_metadata={"messages": wrong})
        if method == "views.open":
            given = self.triggers.pop(arguments["trigger_id"], None)
            if given is None:
                return _no("exchanged_trigger_id")
            if asyncio.get_running_loop().time() - given > TRIGGER_LIVES:
                return _no("expired_trigger_id")
        known = arguments.get("view_id") or f"V{next(self.number):010d}"
        if method == "views.update" and known not in self.views:
            return _no("not_found")
        kept = view | {"id": known, "hash": f"1.{next(self.number)}", "team_id": TEAM, "app_id": APP}
        if method == "views.publish":
            self.homes[arguments["user_id"]] = kept
        else:
            self.views[known] = kept
        self.changed.set()
        return _yes(view=kept)

    def _post(self, method: str, arguments: dict[str, Any]) -> web.Response:
        if arguments["channel"] not in (MEMBER_OF, DIRECT) and not arguments["channel"].startswith("U"):
            return _no("channel_not_found")
        if not arguments.get("text"):
            return _no("no_text")
        wrong = self.wrong_blocks(_json(arguments.get("blocks") or []), arguments["text"])
        if wrong:
            return _no("invalid_blocks", errors=wrong, response_metadata={"messages": wrong})
        ts = f"{1_700_000_000 + next(self.number)}.000100"
        self.messages.append({**arguments, "blocks": _json(arguments.get("blocks") or []), "method": method, "ts": ts})
        self.changed.set()
        return (
            _yes(message_ts=ts)
            if method == "chat.postEphemeral"
            else _yes(ts=ts, channel=arguments["channel"], message={})
        )

    def wrong_blocks(self, blocks: list[dict[str, Any]], text: str = "…") -> list[str]:
        """What Slack would say is wrong with the blocks, with a JSON pointer."""
        wrong = complaints({"text": text, "blocks": blocks})
        for number, block in enumerate(blocks):
            if block.get("type") == "data_visualization" and not self.native_charts:
                wrong.append(f"[ERROR] unsupported type: data_visualization [json-pointer:/blocks/{number}/type]")
            if block.get("type") != "image" or "slack_file" not in block:
                continue
            uploaded = self.files.get(block["slack_file"].get("id", ""))
            if uploaded is None or not uploaded.ready or self.never_in_blocks:
                wrong.append(f"[ERROR] invalid slack file [json-pointer:/blocks/{number}/slack_file]")
        return wrong

    async def _upload(self, request: web.Request) -> web.Response:
        uploaded = self.files[request.match_info["file"]]
        content = await request.read()
        if len(content) != uploaded.length or not content.startswith(b"\x89PNG"):
            return web.Response(status=400, text="wrong content")
        uploaded.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def _response(self, request: web.Request) -> web.Response:
        said = await request.json()
        blocks = said.get("blocks") or []
        if sum(each["url"] == str(request.url) for each in self.responses) >= USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        if any("slack_file" in block for block in blocks) or self.wrong_blocks(blocks):
            return web.json_response({"ok": False, "error": "invalid_blocks"}, status=400)
        self.responses.append({**said, "url": str(request.url)})
        self.changed.set()
        return web.Response(text="ok")


async def _arguments(request: web.Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    else:
        given |= dict(await request.post())
    return given


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _yes(**more: Any) -> web.Response:
    return web.json_response({"ok": True, **more})


def _no(error: str, **more: Any) -> web.Response:
    return web.json_response({"ok": False, "error": error, **more})

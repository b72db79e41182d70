"""A strict Teams on loopback: Microsoft's signing keys, and the connector with its limits, in the words of its API."""

import asyncio
import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.render.teams_elements import size_of

JSON = dict[str, Any]

APP = "11111111-2222-3333-4444-555555555555"
TENANT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
ASKER = "99999999-8888-7777-6666-555555555555"
BOT = f"28:{APP}"
OURS = "the-bot's-own-token"
PERSONAL, GROUP, CHANNEL = "a:personal", "19:group@thread.v2", "19:general@thread.tacv2"
ISSUER = "https://api.botframework.com"
SCHEMA = Path(__file__).resolve().parents[4] / "shared" / "schemas" / "adaptive-card.1.5.0.json"
OWN = {"msteams", "layouts", "targetWidth"}
"""What Teams adds to the schema; its charts are another addition."""

LARGEST = 100_000
MOST_A_SECOND = 7


@dataclass
class Posted:
    method: str
    conversation: str
    message: str
    activity: JSON

    @property
    def card(self) -> JSON:
        return self.activity["attachments"][0]["content"]


@dataclass
class FakeTeams:
    """`answers` are given instead of the usual ones, in order; `gone` maps conversations to the code that says why."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    kid: str = "first"
    endorsements: tuple[str, ...] = ("msteams",)
    posted: list[Posted] = field(default_factory=list)
    attempts: int = 0
    lookups: int = 0
    answers: deque[tuple[int, object, dict[str, str]]] = field(default_factory=deque)
    gone: dict[str, str] = field(default_factory=dict)
    limited: bool = False
    url: str = ""
    keys_work: bool = True
    _times: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=10 * 2**20)
        app.add_routes(
            [
                web.get("/openid", self._openid),
                web.get("/keys", self._keys),
                web.post("/teams/v3/conversations/{conversation}/activities", self._take),
                web.put("/teams/v3/conversations/{conversation}/activities/{message}", self._take),
            ]
        )
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    @property
    def service_url(self) -> str:
        return f"{self.url}/teams/"

    def token(self, key: rsa.RSAPrivateKey | None = None, kid: str | None = "", **claims: object) -> str:
        now = datetime.now(UTC)
        told = {
            "iss": ISSUER,
            "aud": APP,
            "serviceurl": self.service_url,
            "nbf": now - timedelta(minutes=1),
            "exp": now + timedelta(hours=1),
        } | claims
        headers = {} if kid is None else {"kid": kid or self.kid}
        given = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(given, key or self.key, "RS256", headers=headers)

    def activity(self, kind: str = "message", where: str = PERSONAL, **more: object) -> JSON:
        scope = {PERSONAL: "personal", GROUP: "groupChat", CHANNEL: "channel"}[where.partition(";")[0]]
        return {
            "type": kind,
            "id": f"m{time.monotonic_ns()}",
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "from": {"id": "29:asker", "name": "Ada Lovelace", "aadObjectId": ASKER},
            "recipient": {"id": BOT, "name": "AI Usage"},
            "conversation": {"id": where, "conversationType": scope, "tenantId": TENANT, "name": "A secret plan"},
            "channelData": {"tenant": {"id": TENANT}},
        } | more

    async def until(self, count: int) -> list[Posted]:
        for _ in range(400):
            if len(self.posted) >= count:
                return self.posted
            await asyncio.sleep(0.025)
        raise TimeoutError(f"{len(self.posted)} messages were posted, not {count}")

    async def _openid(self, request: web.Request) -> web.Response:  # noqa: ARG002
        if not self.keys_work:
            raise web.HTTPBadGateway
        return web.json_response({"jwks_uri": f"{self.url}/keys"})

    async def _keys(self, request: web.Request) -> web.Response:  # noqa: ARG002
        self.lookups += 1
        told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return web.json_response({"keys": [told | {"kid": self.kid, "endorsements": list(self.endorsements)}]})

    async def _take(self, request: web.Request) -> web.Response:  # noqa: PLR0911 - a return a rule
        self.attempts += 1
        where = request.match_info["conversation"]
        if request.headers.get("Authorization") != f"Bearer {OURS}":
            return refusal(401, "Unauthorized", "whose token is this?")
        if self.answers:
            status, body, headers = self.answers.popleft()
            if status == 0:
                request.transport.close()
            if isinstance(body, str):
                return web.Response(status=status, text=body, content_type="text/html", headers=headers)
            return web.json_response(body, status=status, headers=headers)
        if where.partition(";")[0] in self.gone:
            code = self.gone[where.partition(";")[0]]
            return refusal(404 if code == "ConversationNotFound" else 403, code, "no")
        if self.limited and self._too_fast(where):
            return refusal(429, "TooManyRequests", "slower", {"Retry-After": "1"})
        activity = await request.json()
        if fault := fault_of(activity):
            return refusal(413 if fault == "MessageSizeTooBig" else 400, fault, fault)
        message = request.match_info.get("message") or f"1{len(self.posted):012d}"
        self.posted.append(Posted(request.method, where, message, activity))
        return web.json_response({"id": message}, status=201 if request.method == "POST" else 200)

    def _too_fast(self, where: str) -> bool:
        now, times = time.monotonic(), self._times[where]
        while times and times[0] < now - 1:
            times.popleft()
        times.append(now)
        return len(times) > MOST_A_SECOND


def refusal(status: int, code: str, said: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"code": code, "message": said}}, status=status, headers=headers)


def fault_of(activity: JSON) -> str:
    """What Teams would refuse of a message, "" for nothing."""
    if activity.get("channelData", {}).get("tenant", {}).get("id") != TENANT:
        return "the tenant is missing"
    if not activity.get("summary"):
        return "the notification would say: sent a card"
    for each in activity["attachments"]:
        if size_of(each["content"]) > LARGEST:
            return "MessageSizeTooBig"
        assert_a_card(each["content"])
    return ""


def assert_a_card(card: JSON) -> None:
    """Fail on what the schema of Adaptive Cards 1.5 does not allow, besides what Teams adds to it."""
    assert card["version"] == "1.5"
    if SCHEMA.exists():
        VALIDATOR.validate(bare(card))


def bare(part: object) -> Any:
    """The card as it is without Teams' additions: a chart is what it falls back to."""
    match part:
        case {"type": str(kind), "fallback": dict(fallback)} if kind.startswith("Chart."):
            return bare(fallback)
        case dict():
            return {name: bare(value) for name, value in part.items() if name not in OWN}
        case list():
            return [bare(each) for each in part]
        case _:
            return part


VALIDATOR = jsonschema.Draft6Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))) if SCHEMA.exists() else None

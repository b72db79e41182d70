"""Google's Reports API: the log of what Gemini did in Workspace, and the endpoint that gives tokens for it.

The token is given for a statement that the service account's key signed (OAuth, RFC 7523), in an administrator's name.
"""

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from demo.company import Company
from demo.names import DOMAIN
from demo.tools import ToolDay, ToolUse, shown_address

ADMIN = f"workspace-admin@{DOMAIN}"
"""In whose name the service account may ask. No person of the company."""

SCOPE = "https://www.googleapis.com/auth/admin.reports.audit.readonly"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
APPLICATION = "gemini_in_workspace_apps"
CUSTOMER = "C0brightw"
PAGE = 100
LONGEST = 3600
"""Seconds that a statement may hold good."""

ANY_ACCOUNT = "105250506097979753968"
"""The profile of an account that is not named."""

ACTIVE = (
    ("generate_text", "docs", "active_generate"),
    ("conversation", "gemini_app", "active_conversations"),
    ("summarize", "gmail", "active_summarize"),
)
PASSIVE = (("summarize_proactive", "gmail", "inactive"), ("auto_proofread", "docs", "inactive"))
UNKNOWN = ("classic_use_case_gemini_app", "gemini_app", "unknown")
Item = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signatory:
    """A service account: who it is, and its private key."""

    address: str
    key_id: str
    private: rsa.RSAPrivateKey


def new_signatory() -> Signatory:
    """Return a service account with a key that was just made."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = private.public_key().public_numbers()
    return Signatory(
        address="reports-reader@brightwater-demo.iam.gserviceaccount.com",
        key_id=hashlib.sha256(str(numbers.n).encode()).hexdigest()[:40],
        private=private,
    )


def key_file(signatory: Signatory, origin: str) -> str:
    """Return the key as Google hands it out: JSON. `origin` is where this server is reached."""
    pem = signatory.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    held = {
        "type": "service_account",
        "project_id": "brightwater-demo",
        "private_key_id": signatory.key_id,
        "private_key": pem.decode(),
        "client_email": signatory.address,
        "client_id": "100000000000000000000",
        "token_uri": _token_address(origin),
    }
    return json.dumps(held)


def token(key: str) -> str:
    """Return the bearer token that stands for `key`."""
    return "ya29." + hmac.new(key.encode(), b"token", hashlib.sha256).hexdigest()


def _token_address(origin: str) -> str:
    return f"{origin}/google/token"


def routes(company: Company, use: ToolUse, signatory: Signatory | None, key: str) -> list[web.RouteDef]:
    """Return the addresses of the log and of the token endpoint. `key` is what tokens are made of.

    Nobody is given a token where there is no `signatory`.
    """

    @lru_cache(maxsize=2)
    def items_of(day: int) -> list[Item]:
        # A day is told in pages: it is not made anew for each.
        return _items(company, use, day)

    async def grant(request: web.Request) -> web.Response:
        form = await request.post()
        address = _token_address(str(request.url.origin()))
        refusal = _refusal(signatory, form, address) if signatory else "invalid_client"
        if refusal:
            return web.json_response({"error": refusal}, status=401 if refusal == "unauthorized_client" else 400)
        return web.json_response({"access_token": token(key), "expires_in": 3599, "token_type": "Bearer"})

    async def activities(request: web.Request) -> web.Response:
        if request.match_info["user"] != "all" or request.match_info["application"] != APPLICATION:
            raise web.HTTPBadRequest(text="this simulation knows the log of Gemini for all users")
        begin, end = _moment(request, "startTime"), _moment(request, "endTime")
        if end <= begin:
            raise web.HTTPBadRequest(text="endTime must be later than startTime")
        first, last = ((moment.date() - company.first_day).days for moment in (begin, end))
        items = [item for day in range(last, first - 1, -1) for item in items_of(day)]
        return _page(request, [item for item in items if begin <= _told(item) < end])

    log = "/google/admin/reports/v1/activity/users/{user}/applications/{application}"
    return [web.post("/google/token", grant), web.get(log, activities)]


def _refusal(signatory: Signatory, form: Any, address: str) -> str:  # noqa: ANN401 - a form of any fields
    """Return why no token is given, in OAuth's words; "" where one is."""
    if form.get("grant_type") != GRANT:
        return "unsupported_grant_type"
    try:
        claims = jwt.decode(
            str(form.get("assertion")),
            signatory.private.public_key(),
            algorithms=["RS256"],
            audience=address,
            issuer=signatory.address,
            leeway=300,
            options={"require": ["exp", "iat", "sub", "scope"]},
        )
    except jwt.PyJWTError:
        return "invalid_grant"
    if claims["exp"] - claims["iat"] > LONGEST or "@" not in claims["sub"]:
        return "invalid_grant"
    if claims["sub"] != ADMIN or claims["scope"] != SCOPE:
        return "unauthorized_client"
    return ""


def _moment(request: web.Request, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(request.query[name])
    except (KeyError, ValueError):
        raise web.HTTPBadRequest(text=f"{name}: a time in RFC 3339 is required") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _told(item: Item) -> datetime:
    return datetime.fromisoformat(item["id"]["time"])


def _page(request: web.Request, items: Sequence[Item]) -> web.Response:
    """Return the page asked for. Each begins with the item that the page before ended with: the log grows meanwhile."""
    size = min(PAGE, int(request.query.get("maxResults", PAGE)))
    text = base64.urlsafe_b64decode(request.query.get("pageToken", "")).decode()
    begin = int(text.removeprefix("A:") or 0)
    end = begin + size
    shown = items[max(begin - 1, 0) : end]
    told: Item = {"kind": "admin#reports#activities", "etag": '"made-up"'}
    if shown:
        told["items"] = shown
    if end < len(items):
        told["nextPageToken"] = base64.urlsafe_b64encode(f"A:{end}".encode()).decode()
    return web.json_response(told)


def _items(company: Company, use: ToolUse, day: int) -> list[Item]:
    """Return a day's activities, newest first: what people did, more that Gemini did unasked, and one of nobody's."""
    active = use.days.get(day, ())
    made = [item for each in active for item in _of_person(company, each)]
    if active:
        made.append(_item(company, day, ANY_ACCOUNT, 0, {"callerType": "KEY", "profileId": ANY_ACCOUNT}, ACTIVE[:1]))
        unasked = [person for person in use.members if (person + day) % 3 == 0]
        made += [_item(company, day, str(each), 1, _actor(company, each, day), PASSIVE) for each in unasked]
    return sorted(made, key=lambda item: str(item["id"]["time"]), reverse=True)


def _of_person(company: Company, each: ToolDay) -> Iterator[Item]:
    """A prompt is an active event; two of them may share an activity, which may hold other events too.

    All but the first activity of a day may lack the address.
    """
    actor = _actor(company, each.person, each.day)
    number = itertools.count(2)
    for begin in range(0, each.prompts, 2):
        events = [ACTIVE[place % len(ACTIVE)] for place in range(begin, min(begin + 2, each.prompts))]
        hidden = begin > 0 and (each.person + begin) % 5 == 0
        shown = {name: value for name, value in actor.items() if name != "email" or not hidden}
        more = [PASSIVE[0]] if begin % 4 else [UNKNOWN] if begin % 6 == 0 else []
        yield _item(company, each.day, actor["profileId"], next(number), shown, [*events, *more])
    yield _item(company, each.day, actor["profileId"], next(number), actor, PASSIVE)


def _actor(company: Company, person: int, day: int) -> dict[str, str]:
    address = shown_address(company.people[person], person + day)
    return {"callerType": "USER", "email": address, "profileId": f"1{person:020d}"}


def _item(
    company: Company,
    day: int,
    profile: str,
    number: int,
    actor: dict[str, str],
    events: Sequence[tuple[str, str, str]],
) -> Item:
    """Return an activity. Times and qualifiers follow from whose it is and its number that day."""
    digest = hashlib.sha256(f"{profile} {day} {number}".encode()).digest()
    moment = datetime.combine(company.day(day), time(7), UTC) + timedelta(
        milliseconds=int.from_bytes(digest[:4]) % 43_200_000
    )
    return {
        "kind": "admin#reports#activity",
        "id": {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "uniqueQualifier": str(int.from_bytes(digest[8:16], signed=True)),
            "applicationName": APPLICATION,
            "customerId": CUSTOMER,
        },
        "etag": '"made-up"',
        "actor": actor,
        "ipAddress": "192.0.2.1",
        "events": [_event(*event) for event in events],
    }


def _event(action: str, app: str, category: str) -> Item:
    parameters = {"action": action, "app_name": app, "event_category": category}
    return {
        "type": "ai_usage_event",
        "name": "feature_utilization",
        "parameters": [{"name": name, "value": value} for name, value in parameters.items()],
    }

"""HTTP mode: what Slack sends to /slack/events, guarded and handed to Bolt.

Bolt reads a body before it checks who signed it, and answers 500 to what it can't read. Here everything that Slack does
not send is the caller's fault, and answered so before Bolt sees it.
"""

import json
import time
from collections import OrderedDict
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

PATH = "/slack/events"
WINDOW = 300  # seconds; Slack's own rule for old requests
MOST_SEEN = 10_000
LARGEST = 512 * 1024  # bytes; what Slack sends about a message of 50 blocks has a fifth
KINDS = ("application/json", "application/x-www-form-urlencoded")


def slack_routes(app: AsyncApp, signing_secret: str) -> list[web.RouteDef]:
    """The route to mount into the server that faces Slack."""
    seen: OrderedDict[str, float] = OrderedDict()
    verifier = SignatureVerifier(signing_secret)

    async def events(request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        signature = _checked(request, body, verifier)
        # a signed request stays valid for five minutes: taken twice it would answer twice
        if _seen_before(seen, signature, time.monotonic()):
            raise web.HTTPConflict(text="seen before")
        _check_shape(request, body)
        answer = await app.async_dispatch(
            AsyncBoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
        )
        if answer.status != 200:
            seen.pop(signature, None)
        return await to_aiohttp_response(answer)

    return [web.post(PATH, events)]


async def _body(request: web.Request) -> str:
    """The body as text; 413, 415 or 400 for what is none of Slack's."""
    if request.content_type not in KINDS:
        raise web.HTTPUnsupportedMediaType(text="Slack sends JSON or a form")
    if (request.content_length or 0) > LARGEST:
        raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length or 0)
    read = await request.content.read(LARGEST + 1)
    while len(read) <= LARGEST and (more := await request.content.read(LARGEST + 1 - len(read))):
        read += more
    if len(read) > LARGEST:
        raise web.HTTPRequestEntityTooLarge(LARGEST, len(read))
    try:
        return read.decode()
    except UnicodeDecodeError:
        raise web.HTTPBadRequest(text="this is not UTF-8") from None


def _checked(request: web.Request, body: str, verifier: SignatureVerifier) -> str:
    """The request's signature; 400 where it or the time is missing or malformed, 401 where it is old or not Slack's."""
    signature = request.headers.get("X-Slack-Signature", "")
    sent = request.headers.get("X-Slack-Request-Timestamp", "")
    is_time = sent.isascii() and sent.isdecimal() and len(sent) <= 12
    if not (signature.startswith("v0=") and signature.isascii() and is_time):
        raise web.HTTPBadRequest(text="not signed by Slack")
    if not verifier.is_valid(body=body, timestamp=sent, signature=signature):
        raise web.HTTPUnauthorized(text="not signed by Slack, or more than five minutes ago")
    return signature


def _check_shape(request: web.Request, body: str) -> None:
    """400 for a body that no listener could read. Only who has the signing secret comes this far."""
    try:
        given = json.loads(body) if request.content_type == "application/json" else _form(body)
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(text="this can't be read") from None
    if not isinstance(given, dict) or not _is_known(given):
        raise web.HTTPBadRequest(text="this is nothing that Slack sends")


def _form(body: str) -> object:
    form = {name: values[0] for name, values in parse_qs(body).items()}
    return json.loads(form["payload"]) if "payload" in form else form


def _is_known(given: dict[str, object]) -> bool:
    match given:
        case (
            {"type": "event_callback", "event": {"type": str()}, "event_id": str()}
            | {"type": "url_verification", "challenge": str()}
            | {"command": str(), "user_id": str(), "channel_id": str(), "response_url": str()}
            | {"type": "block_actions", "user": {"id": str()}, "actions": [{"action_id": str()}, *_]}
            | {"type": "view_submission" | "view_closed", "user": {"id": str()}, "view": {"id": str()}}
            | {"type": "block_suggestion" | "shortcut" | "message_action" | "app_rate_limited"}
            | {"ssl_check": str()}
        ):
            return True
        case _:
            return False


def _seen_before(seen: OrderedDict[str, float], signature: str, now: float) -> bool:
    while seen and (next(iter(seen.values())) < now - WINDOW or len(seen) > MOST_SEEN):
        seen.popitem(last=False)
    if signature in seen:
        return True
    seen[signature] = now
    return False

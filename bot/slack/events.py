"""HTTP mode: what Slack sends to /slack/events, guarded and handed to Bolt."""

import time
from collections import OrderedDict

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"
WINDOW = 300  # seconds; Slack's own rule for old requests
MOST_SEEN = 10_000


def slack_routes(app: AsyncApp) -> list[web.RouteDef]:
    """The route to mount into the server that faces Slack. The signature is checked by Bolt."""
    seen: OrderedDict[str, float] = OrderedDict()

    async def events(request: web.Request) -> web.StreamResponse:
        signature = _signature(request)
        # a signed request stays valid for five minutes: taken twice it would answer twice
        if _seen_before(seen, signature, time.monotonic()):
            raise web.HTTPConflict(text="seen before")
        answer = await app.async_dispatch(await to_bolt_request(request))
        if answer.status != 200:
            seen.pop(signature, None)
        return await to_aiohttp_response(answer)

    return [web.post(PATH, events)]


def _signature(request: web.Request) -> str:
    """The request's signature; 400 where it or the time is missing or malformed, which Bolt would answer with 500."""
    signature = request.headers.get("X-Slack-Signature", "")
    sent = request.headers.get("X-Slack-Request-Timestamp", "")
    if not signature.startswith("v0=") or not (sent.isascii() and sent.isdecimal()) or len(sent) > 12:
        raise web.HTTPBadRequest(text="not signed by Slack")
    return signature


def _seen_before(seen: OrderedDict[str, float], signature: str, now: float) -> bool:
    while seen and (next(iter(seen.values())) < now - WINDOW or len(seen) > MOST_SEEN):
        seen.popitem(last=False)
    if signature in seen:
        return True
    seen[signature] = now
    return False

"""Who may open the page: the token, the Host header, the origin of a POST, and the headers every answer carries."""

import asyncio
import hashlib
import hmac
import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.settings import SettingsError, WebSettings
from bot.web.page import login_page

COOKIE = "ai_usage_token"
OPEN = ("/healthz", "/login", "/static/")
EMBEDDING = "Cross-Origin-Resource-Policy"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # not no-referrer: browsers then send "Origin: null" with the page's own forms, and we could not tell whose it is
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    EMBEDDING: "same-origin",
    "Server": "ai-usage",
}
WRONG_TOKEN_PAUSE = 1.0  # seconds, one attempt after another


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check_exposure(settings: WebSettings, token: str) -> None:
    """SettingsError for a page that others could open without a token."""
    if not is_loopback(settings.host) and not token:
        raise SettingsError(
            f'[web] host = "{settings.host}" can be reached from other machines: set host = "127.0.0.1", or a token '
            'to be asked for, [web] token = "env:AI_USAGE_WEB_TOKEN"'
        )


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on every answer."""
    # what a route says about who may embed it is kept: Teams shows pictures in pages of its own
    embedding = response.headers.get(EMBEDDING, HEADERS[EMBEDDING])
    response.headers.update(HEADERS | {EMBEDDING: embedding})
    default = "no-cache" if request.path.startswith("/static/") else "no-store"
    response.headers.setdefault("Cache-Control", default)


def guard(token: str, mounted: Collection[str]) -> Middleware:
    """The middleware that lets in who may. Routes in `mounted` look after themselves (Slack signs what it sends)."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if _route(request) in mounted:
            return await handler(request)
        if not token and not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
            # a page of somebody else's whose name was pointed at this machine (DNS rebinding)
            raise web.HTTPForbidden(text="this page is served under 127.0.0.1 or localhost only")
        if request.method not in {"GET", "HEAD"} and not is_same_origin(request):
            raise web.HTTPForbidden(text="asked from another page")
        if token and not request.path.startswith(OPEN) and not knows(request, token):
            if request.method == "GET":
                return web.Response(status=401, text=login_page(wrong=False), content_type="text/html")
            raise web.HTTPUnauthorized(text="the token is missing")
        return await handler(request)

    return guarded


def _route(request: web.Request) -> str:
    """The path as its route was given, with names for what varies."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""


def is_same_origin(request: web.Request) -> bool:
    """Whether our own page sent this, or no browser at all. Browsers name themselves by one header or the other."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def knows(request: web.Request, token: str) -> bool:
    """Whether the request carries the token, or the cookie that stands for it."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    cookie = request.cookies.get(COOKIE, "")
    return _same(bearer, token) or _same(cookie, stands_for(token))


def stands_for(token: str) -> str:
    """What the cookie holds: it opens the page as long as the token is the same, and does not tell the token."""
    return hmac.new(token.encode(), b"ai-usage chat page", hashlib.sha256).hexdigest()


def login(token: str) -> Handler:
    """Take the token from the form and keep its stand-in as a cookie."""
    trying = asyncio.Lock()

    async def answer(request: web.Request) -> web.StreamResponse:
        given = (await request.post()).get("token", "")
        if not token or not _same(str(given), token):
            async with trying:
                await asyncio.sleep(WRONG_TOKEN_PAUSE)
            return web.Response(status=401, text=login_page(wrong=True), content_type="text/html")
        opened = web.HTTPSeeOther("/")
        opened.set_cookie(
            COOKIE, stands_for(token), httponly=True, samesite="Strict", secure=request.secure, max_age=30 * 86_400
        )
        raise opened

    return answer


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())

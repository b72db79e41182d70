"""The chat page: one light page that shows cards as a person would see them."""

import asyncio
import errno
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web

from bot.card import Card, Digest
from bot.reference import new_reference
from bot.render.html import render_card
from bot.settings import SettingsError, WebSettings
from bot.web import page
from bot.web.guard import add_headers, check_exposure, guard, login
from bot.web.memory import Exchange, Pictures, ThisWeek, Visitors
from bot.web.voice import WebVoice

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
COOKIE = "ai_usage_visitor"
LARGEST_QUESTION = 16 * 2**10  # bytes of a POST body
LARGEST_BODY = 2**20  # what Slack may send where its route is mounted


@dataclass(frozen=True, kw_only=True, slots=True)
class WebServer:
    """The running page."""

    url: str
    runner: web.AppRunner

    async def close(self) -> None:
        """Stop serving."""
        await self.runner.cleanup()


async def start_web(
    settings: WebSettings, voice: WebVoice, *, token: str = "", routes: Sequence[web.RouteDef] = ()
) -> WebServer:
    """Serve the page, and `routes` beside it. `token` is the secret itself.

    SettingsError where the page would be open to others without a token, or the address can't be had.
    """
    check_exposure(settings, token)
    runner = web.AppRunner(build_web(voice, token=token, routes=routes), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        await runner.cleanup()
        raise SettingsError(_cannot_listen(settings, error)) from error
    port = runner.addresses[0][1]
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    return WebServer(url=f"http://{name}:{port}", runner=runner)


def build_web(voice: WebVoice, *, token: str = "", routes: Sequence[web.RouteDef] = ()) -> web.Application:
    """The page's application."""
    chat = Chat(voice=voice, pictures=Pictures(voice.draw), visitors=Visitors(), week=ThisWeek(voice.digest))
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[guard(token, {route.path for route in routes})])
    app.on_response_prepare.append(add_headers)
    app.add_routes(
        [
            web.get("/", chat.show),
            web.post("/ask", chat.ask),
            web.get("/digest", chat.digest),
            web.get("/chart/{id}.png", chat.chart),
            web.get("/healthz", _healthy),
            web.post("/login", login(token)),
            web.static("/static", STATIC),
            *routes,
        ]
    )
    return app


@dataclass(frozen=True, kw_only=True, slots=True)
class Chat:
    """The page's handlers and what they remember."""

    voice: WebVoice
    pictures: Pictures
    visitors: Visitors
    week: ThisWeek

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page; with `?q=` that question is asked first, as buttons do where there is no script."""
        visitor = self.visitors.known(request.cookies.get(COOKIE))
        question = request.query.get("q")
        if question is not None:
            await self._answer(visitor, question)
        return self._to(visitor, await self._page(visitor))

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """Answer a question: sent as JSON with the card as a fragment, sent by a form with the whole page."""
        is_json = request.content_type == "application/json"
        question = await _question(request, is_json=is_json)
        visitor = self.visitors.known(request.cookies.get(COOKIE))
        fragment, worked = await self._answer(visitor, question)
        html = fragment if is_json else await self._page(visitor)
        return self._to(visitor, html, status=200 if worked else 500)

    async def digest(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - a handler's signature
        """The week's digest with every view."""
        try:
            digest = await self.week.digest()
            main, *views = [
                await self._render(card, level=1 if card is digest.card else 2) for card in (digest.card, *digest.views)
            ]
        except Exception:
            reference = new_reference()
            log.exception("the digest could not be shown [%s]", reference)
            html = page.plain_page("AI usage", page.broken(reference))
            return web.Response(status=500, text=html, content_type="text/html")
        html = page.digest_page(self.voice.organisation, digest, main, views)
        return web.Response(text=html, content_type="text/html")

    async def chart(self, request: web.Request) -> web.StreamResponse:
        """A picture that some card showed."""
        try:
            png = await self.pictures.png(request.match_info["id"])
        except Exception as error:
            reference = new_reference()
            log.exception("a picture could not be drawn [%s]", reference)
            raise web.HTTPInternalServerError(text=page.sorry(reference)) from error
        if png is None:
            raise web.HTTPNotFound(text="this picture is not kept any more: ask again")
        return web.Response(body=png, content_type="image/png", headers={"Cache-Control": "private, max-age=3600"})

    async def _answer(self, visitor: str, question: str) -> tuple[str, bool]:
        """The exchange as HTML, and whether it worked. Remembered either way."""
        question = " ".join(question.split())[: page.LONGEST_QUESTION]
        try:
            card = await asyncio.to_thread(self.voice.ask, question, visitor)
            html, worked = page.exchange(question, await self._render(card)), True
        except Exception:
            reference = new_reference()
            log.exception("answering on the page failed [%s]", reference)
            card = Card(title=page.BROKEN, text=page.sorry(reference))
            html, worked = page.exchange(question, page.broken(reference)), False
        self.visitors.remember(visitor, Exchange(question=question, card=card))
        return html, worked

    async def _page(self, visitor: str) -> str:
        opening, suggested = await self._opening()
        history = self.visitors.history(visitor)
        exchanges = [
            page.exchange(each.question, await self._render(each.card), last=each is history[-1]) for each in history
        ]
        return page.chat_page(self.voice.organisation, opening, exchanges, suggested)

    async def _opening(self) -> tuple[str, list[tuple[str, str]]]:
        """The digest in short, and what to ask: what the digest suggests, then what is always good."""
        try:
            digest = await self.week.digest()
            short = replace(digest.card, advice=(), table=None, buttons=())
            html = page.opening(await self._render(short), digest.card.advice)
        except Exception:
            reference = new_reference()
            log.exception("the page's opening could not be shown [%s]", reference)
            return page.broken(reference), _suggested(None)
        return html, _suggested(digest)

    async def _render(self, card: Card, *, level: int = 2) -> str:
        images = self.pictures.hang(card.chart) if card.chart is not None else None
        return await asyncio.to_thread(render_card, card, images, level=level, ask_url=page.ASK_URL)

    def _to(self, visitor: str, html: str, *, status: int = 200) -> web.Response:
        response = web.Response(status=status, text=html, content_type="text/html")
        response.set_cookie(COOKIE, visitor, httponly=True, samesite="Strict")
        return response


async def _question(request: web.Request, *, is_json: bool) -> str:
    body = await request.read()
    if len(body) > LARGEST_QUESTION:
        raise web.HTTPRequestEntityTooLarge(LARGEST_QUESTION, len(body))
    if not is_json:
        return str((await request.post()).get("q", ""))
    try:
        given = json.loads(body)
    except ValueError:
        raise web.HTTPBadRequest(text="this is not JSON") from None
    if not isinstance(given, dict) or not isinstance(given.get("q", ""), str):
        raise web.HTTPBadRequest(text='send {"q": "sales"}')
    return str(given.get("q", ""))


def _suggested(digest: Digest | None) -> list[tuple[str, str]]:
    own = [(button.label, button.ask) for button in digest.card.buttons] if digest is not None else []
    asked = {question for _, question in own}
    return (own + [(each.capitalize(), each) for each in page.SUGGESTED if each not in asked])[: len(page.SUGGESTED)]


def _cannot_listen(settings: WebSettings, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {settings.port} on {settings.host} is in use: stop what uses it, or set [web] port to another"
        case errno.EACCES:
            return f"port {settings.port} may not be used by this user: set [web] port to one above 1023"
        case _:
            return f"[web] host = {settings.host!r}, port = {settings.port} cannot be served: {error.strerror or error}"


async def _healthy(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - a handler's signature
    return web.Response(text="ok")

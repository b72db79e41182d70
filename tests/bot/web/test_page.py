"""The chat page over HTTP, as a browser and as somebody unwelcome would meet it."""

import asyncio
import logging
import re
import socket
from collections import Counter
from html.parser import HTMLParser

import aiohttp
import pytest

from bot.card import Chart
from bot.settings import SettingsError, WebSettings
from bot.web import memory
from bot.web.app import build_web, start_web
from bot.web.memory import Exchange, Pictures, Visitors
from bot.web.voice import WebVoice
from tests.bot import cards


def ask(text, _visitor=""):
    match text:
        case "break":
            raise ValueError("somebody@example.test is not in the store")
        case "hostile":
            return cards.HOSTILE
        case "undrawable":
            return cards.DEPTH_CARD
        case "models":
            return cards.MODELS_CARD
        case _:
            return cards.OVERVIEW


def draw(chart: Chart, theme: str) -> bytes:
    if chart == cards.DEPTH_CARD.chart:
        raise ValueError("no such colour")
    return b"\x89PNG " + theme.encode()


@pytest.fixture
def voice():
    return WebVoice(ask=ask, digest=lambda: cards.DIGEST, draw=draw, organisation="A & B <Ltd>")


@pytest.fixture
async def client(voice, aiohttp_client):
    return await aiohttp_client(build_web(voice))


@pytest.fixture
async def locked(voice, aiohttp_client):
    return await aiohttp_client(build_web(voice, token="invented-token"))


class Outline(HTMLParser):
    """What a page is made of: tags, and the elements that may not nest or repeat."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


async def text_of(answer) -> str:
    return await answer.text()


async def test_the_page_opens_with_the_digest_in_short_and_questions_to_press(client):
    html = await text_of(await client.get("/"))

    assert cards.DIGEST.card.title in html
    assert all(each.headline in html and each.action in html for each in cards.DIGEST.card.advice[:1])
    assert cards.DIGEST.card.advice[0].steps[0] not in html
    assert 'href="/digest"' in html
    assert html.count('type="submit" name="q"') >= 4
    assert "A &amp; B &lt;Ltd&gt;" in html


async def test_the_page_is_sound_for_those_who_hear_it(client):
    await client.post("/ask", data={"q": "models"})
    outline = Outline(await text_of(await client.get("/"))).tags

    log = next(attributes for tag, attributes in outline if attributes.get("role") == "log")
    assert log["aria-live"] == "polite"
    labelled = {attributes["for"] for tag, attributes in outline if tag == "label"}
    assert labelled == {attributes["id"] for tag, attributes in outline if tag == "input"}
    ids = Counter(attributes["id"] for _, attributes in outline if "id" in attributes)
    assert max(ids.values()) == 1
    assert all(attributes.get("alt") for tag, attributes in outline if tag == "img")


async def test_a_question_by_form_gives_the_whole_page_with_the_answer(client):
    answer = await client.post("/ask", data={"q": "models"})
    html = await text_of(answer)

    assert answer.status == 200
    assert html.startswith("<!doctype html>")
    assert cards.MODELS_CARD.text.split(",")[0] in html


async def test_a_question_by_script_gives_the_card_alone(client):
    html = await text_of(await client.post("/ask", json={"q": "models"}))

    assert html.startswith("<section")
    assert cards.MODELS_CARD.text.split(",")[0] in html


async def test_a_buttons_address_asks_its_question(client):
    html = await text_of(await client.get("/", params={"q": "models"}))

    assert cards.MODELS_CARD.text.split(",")[0] in html


async def test_a_visitor_finds_what_they_asked_again_and_nobody_else_does(client, voice, aiohttp_client):
    await client.post("/ask", json={"q": "models"})
    mine = await text_of(await client.get("/"))
    client.session.cookie_jar.clear()
    theirs = await text_of(await client.get("/"))

    assert mine.count('class="exchange"') == 1
    assert theirs.count('class="exchange"') == 0


async def test_a_card_shows_a_light_and_a_dark_picture(client):
    html = await text_of(await client.post("/ask", json={"q": "models"}))
    pictures = re.findall(r"/chart/[\w-]+\.png", html)
    contents = [await (await client.get(picture)).read() for picture in pictures]

    assert sorted(contents) == [b"\x89PNG dark", b"\x89PNG light"]


async def test_a_picture_is_drawn_once_however_many_look(voice):
    drawn = []
    pictures = Pictures(lambda *what: drawn.append(what) or b"png")
    address = pictures.hang(cards.TREND)["light"]
    picture = re.sub(r"/chart/|\.png", "", address)
    await asyncio.gather(*(pictures.png(picture) for _ in range(5)))

    assert pictures.hang(cards.TREND)["light"] == address
    assert drawn == [(cards.TREND, "light")]


async def test_old_pictures_and_visitors_are_forgotten(monkeypatch):
    monkeypatch.setattr(memory, "MOST_PICTURES", 4)
    monkeypatch.setattr(memory, "MOST_VISITORS", 2)
    pictures, visitors = Pictures(draw), Visitors()
    first = pictures.hang(cards.TREND)["light"].removeprefix("/chart/").removesuffix(".png")
    for chart in (cards.TOKENS, cards.PROMPTS, cards.MODELS):
        pictures.hang(chart)
    visitor = visitors.known(None)
    visitors.remember(visitor, Exchange(question="models", card=cards.MODELS_CARD))
    for _ in range(3):
        visitors.known(None)

    assert await pictures.png(first) is None
    assert len(pictures.ids) == len(pictures.charts) == 4
    assert visitors.history(visitor) == []


async def test_an_unknown_picture_is_not_found(client):
    assert (await client.get("/chart/guessed.png")).status == 404


async def test_a_picture_that_cannot_be_drawn_leaves_its_words_and_a_reference(client, caplog):
    html = await text_of(await client.post("/ask", json={"q": "undrawable"}))
    picture = re.findall(r"/chart/[\w-]+\.png", html)[0]
    with caplog.at_level(logging.ERROR):
        answer = await client.get(picture)
        said = await text_of(answer)

    reference = re.search(r"reference ([0-9a-f]{8})", said)
    assert answer.status == 500
    assert reference is not None
    assert f"[{reference[1]}]" in caplog.text
    assert "from 5.4 to 6.8" in html


@pytest.mark.parametrize("as_script", [True, False])
async def test_an_error_is_a_card_with_a_reference_that_the_log_has_too(client, caplog, as_script):
    sent = {"json": {"q": "break"}} if as_script else {"data": {"q": "break"}}
    with caplog.at_level(logging.ERROR):
        answer = await client.post("/ask", **sent)
        html = await text_of(answer)

    reference = re.search(r"reference ([0-9a-f]{8})", html)
    assert answer.status == 500
    assert 'class="card"' in html
    assert reference is not None
    assert f"[{reference[1]}]" in caplog.text
    assert "example.test" not in html


async def test_the_page_opens_even_when_there_is_no_digest(voice, aiohttp_client, caplog):
    def nothing():
        raise ValueError("the store is empty")

    silent = WebVoice(ask=ask, digest=nothing, draw=draw)
    client = await aiohttp_client(build_web(silent))

    assert (await client.get("/")).status == 200
    assert (await client.get("/digest")).status == 500
    assert "the store is empty" in caplog.text


async def test_the_digest_page_has_every_view(client):
    html = await text_of(await client.get("/digest"))

    assert all(view.title in html for view in cards.DIGEST.views)
    assert cards.DIGEST.card.advice[0].action in html
    assert html.count("<h1") == 1


async def test_hostile_names_stay_words(client):
    for html in (
        await text_of(await client.post("/ask", json={"q": "hostile"})),
        await text_of(await client.post("/ask", data={"q": '"><script>alert(1)</script>'})),
    ):
        scripts = [attributes for tag, attributes in Outline(html).tags if tag == "script"]
        assert all(attributes == {"src": "/static/chat.js", "defer": None} for attributes in scripts)
        assert not [
            attributes for _, attributes in Outline(html).tags if any(name.startswith("on") for name in attributes)
        ]


async def test_every_answer_forbids_foreign_script_and_sniffing(client):
    for path in ("/", "/healthz", "/static/page.css", "/chart/none.png", "/nowhere"):
        headers = (await client.get(path)).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["/static/page.css", "/static/card.css", "/static/chat.js", "/static/icon.svg", "/healthz"]
)
async def test_what_the_page_needs_is_served_by_itself(client, path):
    assert (await client.get(path)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.test"},
        {"Origin": "null"},
    ],
)
async def test_a_question_from_another_page_is_refused(client, headers):
    assert (await client.post("/ask", data={"q": "models"}, headers=headers)).status == 403


async def test_a_question_from_our_own_page_is_taken(client):
    own = f"http://{client.host}:{client.port}"

    assert (await client.post("/ask", data={"q": "models"}, headers={"Origin": own})).status == 200
    assert (await client.post("/ask", data={"q": "models"}, headers={"Sec-Fetch-Site": "same-origin"})).status == 200


@pytest.mark.parametrize(
    ("host", "status"), [("localhost:8080", 200), ("[::1]:8080", 200), ("evil.test", 403), ("", 403)]
)
async def test_a_name_pointed_at_this_machine_opens_nothing(client, host, status):
    assert (await client.get("/", headers={"Host": host})).status == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": {"q": "x" * 20_000}}, 413),
        ({"data": b"[1", "headers": {"Content-Type": "application/json"}}, 400),
        ({"json": {"q": 5}}, 400),
        ({"json": ["models"]}, 400),
        ({"json": {"q": "y" * 5_000}}, 200),
    ],
)
async def test_bodies_are_bounded_and_checked(client, sent, status):
    assert (await client.post("/ask", **sent)).status == status


async def test_a_token_is_asked_for_once_and_kept_as_a_cookie_that_does_not_tell_it(locked, monkeypatch):
    monkeypatch.setattr("bot.web.guard.WRONG_TOKEN_PAUSE", 0.0)
    closed = await locked.get("/")
    wrong = await locked.post("/login", data={"token": "guess"})
    right = await locked.post("/login", data={"token": "invented-token"}, allow_redirects=False)
    cookie = right.cookies["ai_usage_token"]
    opened = await locked.get("/")

    assert (closed.status, wrong.status, right.status, opened.status) == (401, 401, 303, 200)
    assert cards.DIGEST.card.title not in await text_of(closed)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert "invented-token" not in cookie.value


@pytest.mark.parametrize("path", ["/", "/digest", "/chart/some.png"])
async def test_nothing_is_shown_without_the_token(locked, path):
    assert (await locked.get(path)).status == 401
    assert (await locked.get(path, headers={"Authorization": "Bearer guess"})).status == 401


async def test_questions_need_the_token_too(locked):
    assert (await locked.post("/ask", json={"q": "models"})).status == 401
    authorised = {"Authorization": "Bearer invented-token"}
    assert (await locked.post("/ask", json={"q": "models"}, headers=authorised)).status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "ai.example.test"])  # noqa: S104 - refused here
async def test_a_page_others_could_open_wants_a_token(voice, host):
    with pytest.raises(SettingsError, match=r"\[web\] token"):
        await start_web(WebSettings(host=host, port=0), voice)


async def test_a_port_in_use_is_named_with_its_setting(voice):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"port {port} .* in use.*\[web\] port"):
            await start_web(WebSettings(port=port), voice)


async def test_a_started_page_tells_its_address_and_closes(voice):
    server = await start_web(WebSettings(port=0), voice)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{server.url}/healthz") as answer:
            assert await answer.text() == "ok"
        await server.close()
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"{server.url}/healthz")

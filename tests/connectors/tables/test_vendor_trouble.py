"""What the engine does with vendors that lose their place, cut answers, fall silent, refuse or are not ready."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import Counter
from datetime import date

import pytest
from aiohttp import web

from connectors.errors import PermissionMissingError, SourceFailedError, TryAgainError
from connectors.net.http import get_page, open_api
from connectors.rows import Request
from connectors.tables.fold import AGAIN
from storage import ingestion
from storage.store import Store
from tests.connectors.tables.toy import MAY, Vendor, at_once, company, facts, read, row, table, toy

ANA, BO = "ana@example.com", "bo@example.com"
D17, D18, D19 = "2026-11-17", "2026-11-18", "2026-11-19"
PAGES = [
    {"rows": [row(ANA, D18, prompts=1)]},
    {"rows": [row(ANA, D18, prompts=2)]},
    {"rows": [row(BO, D18, prompts=4)]},
]
WHOLE = [(D18, "ana", "", 3), (D18, "bo", "", 4)]


@pytest.fixture
async def vendor(aiohttp_server) -> Vendor:
    vendor = Vendor()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", vendor.reply)
    vendor.base = str((await aiohttp_server(app)).make_url(""))
    vendor.pages["log"] = PAGES
    return vendor


def gone(page: str, times: int, status: int = 410):
    """Answer that a page is gone, so many times."""
    left = [times]

    def answer(request: web.Request) -> web.Response | None:
        if request.query.get("page", "0") != page or not left[0]:
            return None
        left[0] -= 1
        return web.Response(status=status)

    return answer


@pytest.mark.parametrize("status", [400, 404, 410])
@pytest.mark.parametrize("times", [1, 2])
async def test_a_page_that_is_gone_has_the_question_asked_anew_and_nothing_counts_twice(
    vendor: Vendor, store: Store, status: int, times: int
) -> None:
    vendor.answer = gone("2", times, status)
    report = await read(vendor, store, toy(table("log")))
    assert facts(store) == WHOLE
    assert (report.rows, report.warnings) == (3, ())
    assert Counter("page" in each for each in vendor.asked)[False] == times + 1


async def test_an_event_is_counted_once_and_again_after_its_page_was_thrown_away(vendor: Vendor, store: Store) -> None:
    first = {**row(ANA, D18, prompts=1), "event": "e1"}
    vendor.pages["log"] = [{"rows": [first, first]}, {"rows": [first, {**first, "event": "e2"}]}]
    vendor.answer = gone("1", 1)
    report = await read(vendor, store, toy(table("log")))
    assert facts(store) == [(D18, "ana", "", 2)]
    assert report.skipped == {AGAIN: 2}


async def test_an_event_that_two_questions_tell_is_counted_once(vendor: Vendor, store: Store) -> None:
    told = {**row(ANA, D18, prompts=1), "event": "e1"}
    vendor.pages["log"] = vendor.pages["copy"] = [{"rows": [told]}]
    await read(vendor, store, toy(table("log"), table("copy")))
    assert facts(store) == [(D18, "ana", "", 1)]


async def test_days_whose_pages_stay_gone_are_late_and_read_by_the_next_run(vendor: Vendor, store: Store) -> None:
    vendor.answer = gone("1", 3)
    report = await read(vendor, store, toy(table("log")))
    assert facts(store) == []
    (warning,) = report.warnings
    assert warning.startswith("log is read again by the next run for 2026-11-10 to 2026-11-19: page 2 was gone")
    assert date(2026, 11, 18) in ingestion.late_days(store, "toy")
    await read(vendor, store, toy(table("log")))
    assert facts(store) == WHOLE
    assert ingestion.late_days(store, "toy") == []


def cut(times: int, body: str = '{"rows": [{"da'):
    """Answer the second page with JSON that breaks off, so many times."""
    left = [times]

    def answer(request: web.Request) -> web.Response | None:
        if request.query.get("page") != "1" or not left[0]:
            return None
        left[0] -= 1
        return web.Response(text=body)

    return answer


@pytest.mark.parametrize("times", [1, 2])
async def test_an_answer_that_cannot_be_read_is_asked_for_again(vendor: Vendor, store: Store, times: int) -> None:
    vendor.answer = cut(times)
    await read(vendor, store, toy(table("log")))
    assert facts(store) == WHOLE


async def test_a_page_that_stays_unreadable_is_named(vendor: Vendor, store: Store) -> None:
    vendor.answer = cut(99)
    with pytest.raises(SourceFailedError, match="page 2 of log cannot be read, 3 times over"):
        await read(vendor, store, toy(table("log")))
    assert facts(store) == []


async def test_a_body_that_breaks_off_is_asked_for_again_and_never_a_short_count(aiohttp_server, store: Store) -> None:
    vendor = Vendor()
    vendor.pages["log"] = PAGES
    broken = [2]

    async def reply(request: web.Request) -> web.StreamResponse:
        whole = await vendor.reply(request)
        assert isinstance(whole, web.Response)
        if not broken[0] or request.query.get("page") != "1":
            return whole
        broken[0] -= 1
        half = web.StreamResponse(headers={"Content-Length": str(len(bytes(whole.body or b"")))})  # type: ignore[arg-type]
        await half.prepare(request)
        await half.write(b"{")
        assert request.transport
        request.transport.close()
        return half

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", reply)
    vendor.base = str((await aiohttp_server(app)).make_url(""))
    await read(vendor, store, toy(table("log")))
    assert (facts(store), broken) == (WHOLE, [0])


@pytest.mark.parametrize("trickle", [False, True])
async def test_a_vendor_that_falls_silent_or_trickles_is_asked_again(
    aiohttp_server, store: Store, *, trickle: bool
) -> None:
    vendor = Vendor()
    vendor.pages["log"] = PAGES
    silent = [1]

    async def reply(request: web.Request) -> web.StreamResponse:
        if not silent[0]:
            return await vendor.reply(request)
        silent[0] -= 1
        answer = web.StreamResponse()
        if trickle:
            await answer.prepare(request)
        for _ in range(40):
            await asyncio.sleep(0.05)
            if trickle:
                await answer.write(b" ")
        return answer

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", reply)
    vendor.base = str((await aiohttp_server(app)).make_url(""))
    await read(vendor, store, toy(table("log")), timeout=0.3)
    assert facts(store) == WHOLE


async def test_a_vendor_that_never_answers_is_given_up_for_now(aiohttp_server, store: Store) -> None:
    async def reply(_request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", reply)
    vendor = Vendor(base=str((await aiohttp_server(app)).make_url("")))
    with pytest.raises(TryAgainError, match="tried 6 times"):
        await read(vendor, store, toy(table("log")), timeout=0.05)


@pytest.mark.parametrize(
    ("status", "headers", "after"),
    [
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800"}, 1e9),
        (
            429,
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2100-01-01T00:00:00Z",
            },
            1e9,
        ),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "700"}, 700),
        (403, {"retry-after": "700"}, 700),
    ],
)
async def test_a_spent_limit_is_no_missing_permission_and_ends_the_run_until_it_is_filled(
    vendor: Vendor, store: Store, status: int, headers: dict[str, str], after: float
) -> None:
    vendor.answer = lambda _request: web.Response(status=status, headers=headers)
    with pytest.raises(TryAgainError) as caught:
        await read(vendor, store, toy(table("log")))
    assert caught.value.after
    assert caught.value.after >= after
    assert len(vendor.asked) == 1


@pytest.mark.parametrize(
    "headers", [{"x-ratelimit-remaining": "0"}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "3"}]
)
async def test_a_short_wait_is_waited(vendor: Vendor, store: Store, headers: dict[str, str]) -> None:
    refusals = [web.Response(status=403, headers=headers)]
    vendor.answer = lambda _request: refusals.pop() if refusals else None
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    await read(vendor, store, toy(table("log")), sleep=sleep)
    assert facts(store) == WHOLE
    wanted = 3 if "x-ratelimit-reset" in headers else 60
    assert wanted - 1 <= sum(waited) <= wanted * 1.5


@pytest.mark.parametrize("headers", [{}, {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "4102444800"}])
async def test_a_refusal_with_some_of_the_limit_left_is_a_missing_permission(
    vendor: Vendor, store: Store, headers: dict[str, str]
) -> None:
    vendor.answer = lambda _request: web.Response(status=403, headers=headers)
    with pytest.raises(PermissionMissingError, match="may:read"):
        await read(vendor, store, toy(table("log")))


async def test_days_that_are_not_ready_are_late_and_do_not_hold_the_older_ones_up(vendor: Vendor, store: Store) -> None:
    vendor.answer = lambda request: web.Response(status=400) if request.query["last"] > D18 else None
    await read(vendor, store, toy(table("log")))
    assert facts(store) == WHOLE
    assert ingestion.late_days(store, "toy") == [date(2026, 11, 19)]
    vendor.answer = lambda _request: None
    vendor.pages["log"] = [*PAGES, {"rows": [row(BO, D19, prompts=8)]}]
    await read(vendor, store, toy(table("log")))
    assert facts(store) == [*WHOLE, (D19, "bo", "", 8)]
    assert ingestion.late_days(store, "toy") == []


async def test_an_optional_table_that_was_never_read_is_left_out(vendor: Vendor, store: Store) -> None:
    vendor.answer = lambda request: web.Response(status=403) if "extra" in request.path else None
    report = await read(vendor, store, toy(table("log"), table("extra", optional=True)))
    assert facts(store) == WHOLE
    assert report.warnings[0].startswith("extra is not read: extra refused the key (403)")


async def test_what_an_optional_table_told_is_not_lost_when_it_is_refused_later(vendor: Vendor, store: Store) -> None:
    connector = toy(table("log"), table("extra", optional=True, measures=frozenset({"prompts"})))
    vendor.pages["extra"] = [{"rows": [row(ANA, D18, prompts=100)]}]
    await read(vendor, store, connector)
    before = facts(store)
    assert before == [(D18, "ana", "", 103), (D18, "bo", "", 4)]
    vendor.answer = lambda request: web.Response(status=403) if "extra" in request.path else None
    with pytest.raises(PermissionMissingError, match=r"extra, which was read before, is refused now.*may:read"):
        await read(vendor, store, connector)
    assert facts(store) == before
    vendor.answer = lambda _request: None
    vendor.pages["extra"] = [{"rows": [row(ANA, D18, prompts=200)]}]
    await read(vendor, store, connector)
    assert facts(store)[0] == (D18, "ana", "", 203)


async def test_an_optional_table_of_the_whole_organisation_does_not_hold_people_up_when_it_is_refused_later(
    vendor: Vendor, store: Store
) -> None:
    connector = toy(table("log"), table("extra", optional=True))
    vendor.pages["extra"] = [{"company": [{"day": D18, "measures": {"merged": 5}}]}]
    await read(vendor, store, connector)
    vendor.answer = lambda request: web.Response(status=403) if "extra" in request.path else None
    vendor.pages["log"] = [{"rows": [row(BO, D18, prompts=9)]}]
    report = await read(vendor, store, connector)
    assert facts(store) == [(D18, "bo", "", 9)]
    assert company(store) == [(D18, "merged", 5)]
    assert report.warnings[0].startswith("extra is not read: extra refused the key (403)")


SECRET = b"the storage host's own secret"
ODD = "/a%2Fb/c%2B+d%20e/f=%7E~;x?sig={sig}&x-date=20261118T00%3A00%3A00Z&n=a%2Bb%2fc&empty=&flag"


@pytest.mark.parametrize("redirected", [False, True])
async def test_a_signed_link_is_sent_as_it_was_written(aiohttp_server, *, redirected: bool) -> None:
    def signature(raw: str) -> str:
        before, _, after = raw.partition("sig=")
        whole = f"{before}{after[after.index('&') :]}"
        return (
            base64.urlsafe_b64encode(hmac.digest(SECRET, whole.encode(), hashlib.sha256)).decode().replace("=", "%3D")
        )

    link = ODD.format(sig=signature(ODD))

    async def reply(request: web.Request) -> web.Response:
        raw = request.raw_path
        if raw == "/report":
            return web.Response(status=302, headers={"Location": link})
        sound = f"sig={signature(raw)}&" in raw and "Authorization" not in request.headers
        return web.Response(status=200 if sound else 403, text="the file" if sound else "")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", reply)
    base = str((await aiohttp_server(app)).make_url("")).rstrip("/")
    async with open_api(base, "key", MAY, sleep=at_once) as api:
        request = Request(path="report") if redirected else Request(path=base + link, link=True)
        assert await get_page(api, request) == b"the file"


async def test_a_link_that_is_too_old_has_the_report_asked_for_anew(aiohttp_server, store: Store) -> None:
    asked: list[str] = []

    async def reply(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=403 if len(asked) == 2 else 200, text=json.dumps({}))

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", reply)
    base = str((await aiohttp_server(app)).make_url("/"))
    plain = table("log")

    def parse(answer: bytes, request: Request):
        page = plain.parse(answer, request)
        return page if request.link else type(page)(then=(Request(path=f"{base}file", link=True),))

    connector = toy(type(plain)(name="log", permission=MAY, ask=plain.ask, parse=parse))
    await read(Vendor(base=base), store, connector)
    assert asked == ["/log", "/file", "/log", "/file"]

"""What every connector of day tables must do, shown with nothing but files.

A folder `tests/connectors/<tool>/` holds `exchanges.json`: a list of {"method", "path", "query", "body",
"status", "answer" (a file beside it, or inline JSON under "json", or "text"), "headers"}, and `golden.json`: the facts
that come of the days `first`..`last`, then the organisation's own numbers. `{base}` in an answer is the address of the
server that plays the vendor.
"""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

import connectors
from connectors.connector import Connector, Scopes, TableFeed, opt_in_tables, table_feed
from connectors.door import Door
from connectors.errors import ConnectorError
from connectors.ingest import Source
from connectors.report import Quiet
from connectors.tables.logins import Logins, read_logins
from connectors.tables.run import ingest_tables
from connectors.tables.state import TableAccess
from storage.discover import discover
from storage.schema import MEASURES, company_day, usage
from storage.store import Store, open_store
from tests.bot.golden import assert_golden
from tests.connectors import changes
from tests.connectors.played import body_of, fits

HERE = Path(__file__).parent
KEY = b"the organisation's own key, long enough"
CONNECTORS = {each.tool: each for each in discover(connectors, Connector) if isinstance(each.feed, TableFeed)}
CASES = sorted(path.parent.name for path in HERE.glob("*/exchanges.json"))
CANARY_ADDRESS, CANARY = "canary.person@example.com", "The canary sentence nobody should ever find"


@dataclass
class Vendor:
    """Answers what a case's exchanges say; `damage` or `change` may change an answer before it goes out."""

    folder: Path
    exchanges: list[dict[str, Any]]
    base: str = ""
    asked: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    damage: Callable[[int, bytes], web.Response | bytes] = lambda _number, body: body
    change: Callable[[web.Request, object, bytes], Awaitable[web.StreamResponse | bytes]] | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        for each in self.exchanges:
            if self._fits(each, request, body):
                self.asked.append(f"{request.method} {request.path_qs}")
                given: web.StreamResponse | bytes = self.damage(len(self.asked), self._body(each))
                if self.change and isinstance(given, bytes):
                    given = await self.change(request, body, given)
                if isinstance(given, web.StreamResponse):
                    return given
                return web.Response(body=given, status=each.get("status", 200), headers=each.get("headers"))
        self.unknown.append(f"{request.method} {request.path_qs} {body}")
        return web.Response(status=404)

    def _fits(self, each: dict[str, Any], request: web.Request, body: object) -> bool:
        query = {name: request.query.getall(name) for name in request.query}
        return fits(each, request.method, request.path, query, body)

    def _body(self, each: dict[str, Any]) -> bytes:
        return body_of(each, self.folder, self.base)


@pytest.fixture
def play(aiohttp_server) -> Callable[..., Any]:
    async def start(tool: str) -> Vendor:
        folder = HERE / tool
        vendor = Vendor(folder=folder, exchanges=json.loads((folder / "exchanges.json").read_text(encoding="utf-8")))
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", vendor.answer)
        server = await aiohttp_server(app)
        vendor.base = f"http://127.0.0.1:{server.port}"
        return vendor

    return start


def case(tool: str) -> dict[str, Any]:
    """Return the settings of a case: `first`, `last`, `workspace`, `organization`, `also`, `logins` (a file)."""
    path = HERE / tool / "case.json"
    return json.loads(path.read_text(encoding="utf-8"))


async def run(tool: str, vendor: Vendor, store: Store, **more: Any) -> Any:
    settings = case(tool)
    first, last = date.fromisoformat(settings["first"]), date.fromisoformat(settings["last"])
    source = Source(store=store, name=tool, connector=CONNECTORS[tool], door=Door(KEY, tool), price=None)
    scopes = Scopes(workspace=settings.get("workspace", ""), organization=settings.get("organization", ""))
    also = tuple(settings.get("also", ()))
    logins = Logins()
    if "logins" in settings:
        logins = read_logins(HERE / tool / settings["logins"], table_feed(CONNECTORS[tool]).account_id or str)
    access = TableAccess(
        token="key-of-the-test",
        scopes=scopes,
        base_url=vendor.base,
        since=first,
        also=also,
        logins=logins,
        timeout=more.pop("timeout", 60.0),
    )

    async def at_once(_seconds: float) -> None:
        return None

    today = more.pop("today", last + timedelta(days=1))
    return await ingest_tables(source, access, today=today, progress=Quiet(), sleep=at_once)


def facts(store: Store) -> list[dict[str, Any]]:
    with store.reading() as connection:
        rows = connection.execute(select(usage).order_by(*usage.primary_key.columns)).mappings().all()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def told(store: Store) -> str:
    shown = [{**row, "person": row["person"].hex()[:12], "day": str(row["day"])} for row in facts(store)]
    with store.reading() as connection:
        numbers = connection.execute(select(company_day).order_by(*company_day.primary_key.columns)).mappings().all()
    shown += [{**row, "day": str(row["day"])} for row in numbers]
    return json.dumps(shown, indent=1) + "\n"


def test_every_connector_of_tables_has_a_case() -> None:
    assert sorted(CONNECTORS) == CASES


@pytest.mark.parametrize("tool", CASES)
async def test_the_facts_are_the_golden_ones(tool: str, play, store: Store) -> None:
    vendor = await play(tool)
    await run(tool, vendor, store)
    assert not vendor.unknown, vendor.unknown
    assert_golden(HERE / tool / "golden.json", told(store))


@pytest.mark.parametrize("tool", CASES)
async def test_nothing_identifying_is_kept(tool: str, play, store: Store, tmp_path: Path, caplog) -> None:
    vendor = await play(tool)

    def canaries(_number: int, body: bytes) -> bytes:
        return body.replace(b"example.com", b"canary.example.com")

    vendor.damage = canaries
    await run(tool, vendor, store)
    assert facts(store)
    for path in tmp_path.iterdir():
        assert b"canary.example.com" not in path.read_bytes(), path.name
    assert "canary.example.com" not in caplog.text


@pytest.mark.parametrize("tool", CASES)
async def test_only_declared_measures_are_kept_and_what_is_absent_is_not_zero(tool: str, play, store: Store) -> None:
    await run(tool, await play(tool), store)
    kept = {name for row in facts(store) for name in row if name in MEASURES}
    declared = CONNECTORS[tool].measures.union(*(each.measures for each in opt_in_tables(CONNECTORS[tool])))
    assert kept <= declared
    assert kept or not declared, "the case shows no measure at all"


@pytest.mark.parametrize("tool", CASES)
async def test_a_second_run_changes_nothing(tool: str, play, store: Store) -> None:
    vendor = await play(tool)
    await run(tool, vendor, store)
    before = told(store)
    await run(tool, vendor, store)
    assert told(store) == before


@pytest.mark.parametrize("tool", CASES)
@pytest.mark.parametrize("seed", range(3))
async def test_trouble_on_the_way_changes_nothing(tool: str, seed: int, play, store: Store, tmp_path: Path) -> None:
    vendor = await play(tool)
    calm = open_store(f"sqlite:///{tmp_path / 'calm.db'}")
    await run(tool, vendor, calm)
    rng = random.Random(seed)
    last = ""

    def trouble(_number: int, body: bytes) -> web.Response | bytes:
        nonlocal last
        if last == "trouble" or rng.random() < 0.6:
            last = ""
            return body
        last = "trouble"
        return rng.choice(
            [
                web.Response(status=429, headers={"Retry-After": "0"}),
                web.Response(status=429),
                web.Response(status=500),
                web.Response(status=503),
            ]
        )

    vendor.damage = trouble
    await run(tool, vendor, store)
    assert told(store) == told(calm)
    calm.close()


@pytest.mark.parametrize("tool", CASES)
async def test_stopped_after_any_answer_and_run_again_ends_with_the_same_facts(
    tool: str, play, store: Store, tmp_path: Path
) -> None:
    vendor = await play(tool)
    calm = open_store(f"sqlite:///{tmp_path / 'calm.db'}")
    await run(tool, vendor, calm)
    answers = len(vendor.asked)
    expected = told(calm)
    calm.close()
    for stop in sorted({1, 2, answers // 2, answers - 1} & set(range(1, answers))):

        def refuse(number: int, body: bytes, stop: int = stop, begun: int = len(vendor.asked)) -> web.Response | bytes:
            return web.Response(status=401) if number - begun > stop else body

        vendor.damage = refuse
        with pytest.raises(ConnectorError):
            await run(tool, vendor, store)
    vendor.damage = lambda _number, body: body
    await run(tool, vendor, store)
    assert told(store) == expected


@pytest.mark.parametrize("tool", CASES)
@pytest.mark.parametrize("cut", [0.3, 0.9])
async def test_a_cut_answer_is_an_error_and_never_a_short_count(tool: str, cut: float, play, store: Store) -> None:
    vendor = await play(tool)
    vendor.damage = lambda _number, body: body[: int(len(body) * cut)] if len(body) > 20 else body
    with pytest.raises(ConnectorError):
        await run(tool, vendor, store)
    assert facts(store) == []


@pytest.mark.parametrize("tool", CASES)
async def test_a_refused_key_says_which_permission_is_missing(tool: str, play, store: Store) -> None:
    vendor = await play(tool)
    vendor.damage = lambda _number, _body: web.Response(status=403)
    with pytest.raises(ConnectorError, match="permission"):
        await run(tool, vendor, store)


@pytest.mark.parametrize("tool", CASES)
def test_a_connector_says_what_it_reads_and_what_it_needs(tool: str) -> None:
    connector = CONNECTORS[tool]
    assert connector.reads
    assert connector.never_reads
    assert connector.active
    assert connector.measures <= set(MEASURES)
    assert asdict(connector.users)["where"]


async def test_a_day_that_was_asked_for_too_early_is_asked_for_again_however_long_after(play, store: Store) -> None:
    vendor = await play("claude-code")
    vendor.damage = lambda number, body: web.Response(status=404) if number == 2 else body
    await run("claude-code", vendor, store)
    assert facts(store) == []
    vendor.damage = lambda _number, body: body
    vendor.exchanges += [
        {"path": "/organizations/usage_report/claude_code", "query": {"starting_at": str(day)}, "json": {"data": []}}
        for day in (date(2026, 11, 19) + timedelta(days=n) for n in range(60))
    ]
    await run("claude-code", vendor, store, today=date(2026, 12, 30))
    assert {str(row["day"]) for row in facts(store)} == {"2026-11-18"}
    asked = len(vendor.asked)
    await run("claude-code", vendor, store, today=date(2026, 12, 30))
    assert not [each for each in vendor.asked[asked:] if "2026-11-18" in each]


@pytest.mark.parametrize("tool", CASES)
async def test_an_answer_that_makes_no_sense_stops_the_source_with_the_table_and_the_page(
    tool: str, play, store: Store
) -> None:
    """What of any other change becomes is shown in `test_any_answer`."""
    vendor = await play(tool)
    vendor.damage = lambda _number, _body: b'{"data": 7, "value": 7, "total_seats": "seven"}'
    with pytest.raises(ConnectorError, match=r"page 1 of .+ cannot be read"):
        await run(tool, vendor, store)
    assert facts(store) == []


def usage_paths(tool: str) -> set[str]:
    """Where a case's tables of usage are asked for; what is not there is about people."""
    settings, feed = case(tool), CONNECTORS[tool].feed
    scopes = Scopes(workspace=settings.get("workspace", ""), organization=settings.get("organization", ""))
    first, last = date.fromisoformat(settings["first"]), date.fromisoformat(settings["last"])
    assert isinstance(feed, TableFeed)
    asked = [each for table in feed.tables if not table.opt_in for each in table.ask(scopes, first, last)]
    for each in asked:  # which grows by what is asked in its place
        asked += [each.otherwise] if each.otherwise else []
    return {f"/{each.path}" for each in asked}


def is_usage(tool: str, request: web.Request) -> bool:
    """Whether a question is about what people did. One of each person is known by the end of its path."""
    of_a_person = request.path.endswith("/getAllEnterpriseInteractions")
    return of_a_person or request.path in usage_paths(tool) or request.path.startswith("/signed")


def is_led_to(request: web.Request, body: Any) -> bool:
    """Whether a question came out of an answer: it names a further page, or is a signed link."""
    sent = body if isinstance(body, dict) else {}
    pages = [request.query.get("page"), sent.get("page")]
    cursors = [request.query.get(name) for name in ("pageToken", "cursor", "after", "$skiptoken")]
    cursors.append(sent.get("variables", {}).get("after"))
    return any(str(each or 1) != "1" for each in pages) or any(cursors) or request.path.startswith("/signed")


def changing(vendor: Vendor, change: Callable[[bytes], bytes], *, only: Callable[[web.Request], bool] = bool) -> None:
    """Do something to every answer, or to `only` some."""

    async def each(request: web.Request, _body: object, answer: bytes) -> bytes:
        return change(answer) if answer and only(request) else answer

    vendor.change = each


async def calm(tool: str, vendor: Vendor, folder: Path) -> list[dict[str, Any]]:
    """Return the facts of a run in which nothing happens."""
    opened = open_store(f"sqlite:///{folder / 'calm.db'}")
    await run(tool, vendor, opened)
    told = facts(opened)
    opened.close()
    return told


@pytest.mark.parametrize("tool", CASES)
async def test_the_order_of_rows_does_not_matter(tool: str, play, store: Store, tmp_path: Path) -> None:
    vendor = await play(tool)
    expected = await calm(tool, vendor, tmp_path)
    rng = random.Random(tool)
    changing(vendor, lambda body: changes.shuffled(body, rng))
    await run(tool, vendor, store)
    assert facts(store) == expected


@pytest.mark.parametrize("tool", CASES)
async def test_the_order_of_pages_does_not_matter(tool: str, play, store: Store, tmp_path: Path) -> None:
    vendor = await play(tool)
    expected = await calm(tool, vendor, tmp_path)
    vendor.exchanges = changes.with_pages_turned(vendor.exchanges)
    await run(tool, vendor, store)
    assert facts(store) == expected


@pytest.mark.parametrize("tool", CASES)
async def test_fields_that_nobody_knows_change_nothing(tool: str, play, store: Store, tmp_path: Path) -> None:
    vendor = await play(tool)
    expected = await calm(tool, vendor, tmp_path)
    changing(vendor, changes.with_unknown_fields)
    await run(tool, vendor, store)
    assert facts(store) == expected


@pytest.mark.parametrize("tool", CASES)
async def test_words_that_nobody_knows_are_no_error(tool: str, play, tmp_path: Path) -> None:
    vendor = await play(tool)
    for name in sorted(changes.KINDS):
        changing(vendor, lambda body, name=name: changes.with_unknown_kind(body, name))  # type: ignore[misc]
        opened = open_store(f"sqlite:///{tmp_path / f'{name}.db'}")
        await run(tool, vendor, opened)
        opened.close()


@pytest.mark.parametrize("tool", CASES)
async def test_a_page_that_is_gone_when_it_is_asked_for_changes_nothing(
    tool: str, play, store: Store, tmp_path: Path
) -> None:
    vendor = await play(tool)
    expected = await calm(tool, vendor, tmp_path)
    gone: set[str] = set()

    async def expire(request: web.Request, body: object, answer: bytes) -> web.StreamResponse | bytes:
        if not is_led_to(request, body) or request.path in gone:
            return answer
        gone.add(request.path)
        return web.Response(status=410)

    vendor.change = expire
    await run(tool, vendor, store)
    assert gone, "no page leads to another"
    assert facts(store) == expected


@pytest.mark.parametrize("tool", CASES)
@pytest.mark.parametrize("trouble", ["silence", "breaks off"])
async def test_an_answer_that_does_not_come_whole_is_asked_for_again(
    tool: str, trouble: str, play, store: Store, tmp_path: Path
) -> None:
    vendor = await play(tool)
    expected = await calm(tool, vendor, tmp_path)
    troubled: set[str] = set()

    async def once(request: web.Request, body: object, answer: bytes) -> web.StreamResponse | bytes:
        key = f"{request.path_qs} {body}"
        if key in troubled or len(answer) < 20:
            return answer
        troubled.add(key)
        if trouble == "silence":
            # Only once: each silence lasts until the patience of the run is over.
            await asyncio.sleep(0.4 if len(troubled) == 2 else 0)
            return answer
        half = web.StreamResponse(headers={"Content-Length": str(len(answer))})
        await half.prepare(request)
        await half.write(answer[: len(answer) // 2])
        assert request.transport
        request.transport.close()
        return half

    vendor.change = once
    asked = len(vendor.asked)
    await run(tool, vendor, store, timeout=0.3 if trouble == "silence" else 60.0)
    assert len(vendor.asked) - asked > asked
    assert facts(store) == expected


@pytest.mark.parametrize("tool", CASES)
async def test_days_without_anything_are_no_error_and_no_facts(tool: str, play, store: Store) -> None:
    vendor = await play(tool)

    async def empty(request: web.Request, _body: object, answer: bytes) -> bytes:
        # A file behind a link is lines of JSON: without any, it is empty.
        without = b"" if request.path.startswith("/signed") else changes.emptied(answer)
        return without if is_usage(tool, request) else answer

    vendor.change = empty
    await run(tool, vendor, store)
    assert facts(store) == []


def addresses(vendor: Vendor) -> list[str]:
    """Return the addresses that a case's answers hold, in small letters."""
    told = b" ".join(vendor._body(each) for each in vendor.exchanges).decode().lower()
    return sorted(set(re.findall(r"[a-z.]+@example\.com", told)))


@pytest.mark.parametrize("tool", CASES)
async def test_an_account_without_an_address_leaves_the_others_as_they_are(
    tool: str, play, store: Store, tmp_path: Path
) -> None:
    vendor = await play(tool)
    expected = await calm(tool, vendor, tmp_path)
    (address, *_) = [each for each in addresses(vendor) if Door(KEY, tool).person(each) in people(expected)]
    changing(vendor, lambda body: changes.without_address(body, address))
    await run(tool, vendor, store)
    others = [row for row in expected if row["person"] != Door(KEY, tool).person(address)]
    assert [row for row in facts(store) if row["person"] in people(others)] == others


@pytest.mark.parametrize("tool", CASES)
async def test_somebody_who_is_removed_keeps_what_they_did(tool: str, play, store: Store) -> None:
    vendor = await play(tool)
    await run(tool, vendor, store)
    before = facts(store)
    (address, *_) = addresses(vendor)
    changing(vendor, lambda body: changes.without_person(body, address), only=lambda each: not is_usage(tool, each))
    await run(tool, vendor, store)
    assert facts(store) == before


@pytest.mark.parametrize("tool", CASES)
async def test_days_that_are_restated_are_as_if_they_had_always_been_told_so(
    tool: str, play, store: Store, tmp_path: Path
) -> None:
    vendor = await play(tool)
    await run(tool, vendor, store)
    before = facts(store)
    changing(vendor, changes.shortened, only=lambda request: is_usage(tool, request))
    restated = await calm(tool, vendor, tmp_path)
    await run(tool, vendor, store)
    feed = CONNECTORS[tool].feed
    assert isinstance(feed, TableFeed)
    expected = restated
    if any(each.adds for each in feed.tables):
        # Of a day that is told no more stays that somebody was active.
        told = {identified(row) for row in restated}
        unmeasured = [{name: value for name, value in row.items() if name not in MEASURES} for row in before]
        expected = [*restated, *(row for row in unmeasured if identified(row) not in told)]
    assert restated != before
    assert facts(store) == sorted(expected, key=identified)


def identified(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in usage.primary_key.columns)


def people(rows: list[dict[str, Any]]) -> set[bytes]:
    return {row["person"] for row in rows}

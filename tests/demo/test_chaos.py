"""Vendors on a bad day: each fault as a client meets it, and that none of them stays."""

import json
from collections import Counter
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from connectors.chatgpt import chatgpt
from connectors.door import Door
from connectors.errors import BadFileError, ConnectorError
from connectors.files.fetch import Access, ingest
from connectors.ingest import Source
from connectors.report import Quiet
from demo.chaos import MOST_IN_A_ROW, SOUND, Chaos, Fault, with_chaos
from demo.server import start
from demo.tools import TOOLS
from demo.vendors import start_vendors
from storage.ingestion import late_days
from storage.schema import usage
from storage.store import open_store
from tests.demo.vendors import KEYS, at_once, kept, read, source_of

ROWS = [{"id": n, "role": "member", "type": "person"} for n in range(5)]
WHOLE = {"items": ROWS, "next_page": "page_2"}
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


@pytest.fixture
def serve(aiohttp_server):
    """Serve JSON under any path, and lines under /lines, with chaos; return a client's question."""

    async def started(chaos):
        async def told(_request):
            return web.json_response(WHOLE)

        async def lines(_request):
            return web.Response(text=LINES, content_type="application/x-ndjson")

        app = web.Application()
        app.add_routes([web.get("/lines", lines), web.get("/missing", missing), web.get("/{rest:.*}", told)])
        return await aiohttp_server(with_chaos(app, chaos))

    async def missing(_request):
        raise web.HTTPNotFound

    return started


async def ask(server, path="/things", **parameters):
    """Return the answer's status and what its body holds."""
    async with (
        aiohttp.ClientSession() as client,
        client.get(server.make_url(path), params=parameters) as answer,
    ):
        body = await answer.read()
        return answer.status, body, answer.headers


def only(fault):
    return Chaos(odds={fault: 1.0})


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.WAIT, 429), (Fault.BUSY, 429), (Fault.BROKEN, 500), (Fault.AWAY, 503)]
)
async def test_a_busy_vendor_answers_with_its_status(serve, fault, status):
    told, _, headers = await ask(await serve(only(fault)))
    assert told == status
    assert headers.get("Retry-After") in ({"0", "1"} if fault is Fault.WAIT else {None})


async def test_a_connection_is_closed_without_an_answer(serve):
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ask(await serve(only(Fault.NO_ANSWER)))


async def test_a_connection_breaks_in_the_middle_of_the_body(serve):
    with pytest.raises(aiohttp.ClientPayloadError):
        await ask(await serve(only(Fault.BREAK)))


@pytest.mark.parametrize("path", ["/things", "/lines"])
async def test_a_body_that_is_cut_has_the_length_it_says_and_cannot_be_read(serve, path):
    status, body, headers = await ask(await serve(only(Fault.CUT)), path)
    assert (status, headers["Content-Length"]) == (200, str(len(body)))
    with pytest.raises(ValueError):  # noqa: PT011 - json's own
        json.loads(body.splitlines()[-1])


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        ("/things", {}, 200),
        ("/things", {"page": "1"}, 200),
        ("/things", {"page": "page_2"}, 410),
        ("/things", {"pageToken": "A:1"}, 410),
        ("/v1.0/users", {"$skiptoken": "a"}, 410),
        ("/scope/logs", {"after": "2026-01-01T00:00:00Z"}, 200),
    ],
)
async def test_only_a_question_with_a_pages_cursor_can_come_too_late(serve, path, parameters, status):
    assert (await ask(await serve(only(Fault.EXPIRED)), path, **parameters))[0] == status


async def test_a_row_comes_twice_where_rows_have_ids_and_nowhere_else(serve):
    server = await serve(only(Fault.TWICE))
    _, body, _ = await ask(server, "/google/admin/log")
    items = json.loads(body)["items"]
    assert Counter(each["id"] for each in items).most_common(1)[0][1] == 2
    assert len(items) == len(ROWS) + 1
    assert json.loads((await ask(server, "/cursor/events"))[1]) == WHOLE


async def test_a_new_field_is_beside_what_was_there(serve):
    _, body, _ = await ask(await serve(only(Fault.NEW_FIELD)))
    told = json.loads(body)
    assert told.pop("field_of_tomorrow")
    assert all(each.pop("field_of_tomorrow") for each in told["items"])
    assert told == WHOLE


async def test_a_new_word_stands_only_where_it_does_no_harm(serve):
    _, body, _ = await ask(await serve(only(Fault.NEW_WORD)))
    told = json.loads(body)
    assert {each["role"] for each in told["items"]} == {"a value of tomorrow"}
    assert {each["type"] for each in told["items"]} == {"person"}


async def test_lines_and_refusals_are_never_made_odd(serve):
    server = await serve(Chaos(odds=dict.fromkeys(SOUND, 1.0)))
    assert (await ask(server, "/lines"))[1].decode() == LINES
    assert (await ask(server, "/missing"))[0] == 404


async def test_the_same_question_is_answered_soundly_after_it_failed_some_times(serve):
    server = await serve(Chaos(odds={fault: 1.0 for fault in Fault if fault not in SOUND}))
    told = [(await ask(server, page=page))[0] for _ in range(MOST_IN_A_ROW + 1) for page in "12"]
    assert told == [429] * 2 * MOST_IN_A_ROW + [200, 200]
    assert (await ask(server))[0] == 429


async def test_nothing_goes_wrong_while_it_is_calm(serve):
    chaos = Chaos(odds=dict.fromkeys(Fault, 1.0), calm=True)
    server = await serve(chaos)
    assert (await ask(server))[:2] == (200, json.dumps(WHOLE).encode())
    chaos.calm = False
    assert (await ask(server))[0] == 429
    assert chaos.done.total() == 1


async def test_the_same_seed_makes_the_same_faults(serve):
    async def faults(seed):
        chaos = Chaos(seed=seed, odds=dict.fromkeys((Fault.BROKEN, Fault.AWAY, Fault.BUSY), 0.2))
        server = await serve(chaos)
        return [(await ask(server))[0] for _ in range(40)]

    assert await faults(1) == await faults(1) != await faults(2)


RUNS = 60
BAD_DAYS = {**dict.fromkeys(Fault, 0.04), Fault.CUT: 0.003}
"""An answer that is cut ends a run, so that more of them would leave no run that comes to its end."""


async def run_until_all_is_read(source, run):
    """Run again after each failure and while days are late, as the schedule does."""
    for _ in range(RUNS):
        try:
            await run(source)
        except ConnectorError:
            continue
        if not late_days(source.store, source.name):
            return
    pytest.fail(f"{RUNS} runs were not enough")


@pytest.mark.parametrize("tool", sorted(TOOLS))
async def test_what_is_read_on_bad_days_is_what_is_read_on_good_ones(company, tool, tmp_path):
    chaos = Chaos(seed=11, odds=BAD_DAYS)
    running = await start_vendors(company, keys=KEYS, chaos=chaos)
    facts = {}
    for weather in ("bad", "good"):
        chaos.calm = weather == "good"
        source = source_of(open_store(f"sqlite:///{tmp_path / weather}.db"), tool)
        await run_until_all_is_read(source, lambda source: read(company, running, source, weeks=4))
        facts[weather] = kept(source.store, tool)
        source.store.close()
    await running.close()
    assert chaos.done
    assert facts["good"][0]
    assert facts["bad"] == facts["good"]


@pytest.mark.parametrize("seed", [11, 12])
async def test_chatgpts_files_too_are_read_whole_on_bad_days(company, seed, tmp_path):
    chaos, since = Chaos(seed=seed, odds=BAD_DAYS), company.end - timedelta(weeks=2)
    server = await start(company, key="a key", chaos=chaos)
    facts = []
    for weather in ("bad", "good"):
        chaos.calm = weather == "good"
        store = open_store(f"sqlite:///{tmp_path / weather}.db")
        source = Source(store=store, name="chatgpt", connector=chatgpt, door=Door(b"a key long enough", "chatgpt"))
        access = Access(
            token="a key",
            workspace=company.workspace_id,
            organization=company.organisation_id,
            base_url=f"{server.base_url}/compliance",
            since=since,
        )

        async def run(source, access=access):
            report = await ingest(source, access, today=company.end, progress=Quiet(), sleep=at_once)
            if report.damaged:
                raise BadFileError("some files are to be read again")

        await run_until_all_is_read(source, run)
        # A second run lists files from some days before the first one's end, and so may read older days too.
        with store.reading() as connection:
            rows = connection.execute(select(usage).where(usage.c.day >= since))
            facts.append({(row.day, row.person, row.model): tuple(row) for row in rows})
        store.close()
    await server.close()
    assert chaos.done
    assert len(facts[1]) > 300
    assert facts[0] == facts[1]

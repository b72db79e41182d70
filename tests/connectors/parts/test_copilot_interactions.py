"""What people did with Microsoft 365 Copilot, from answers that hold what they wrote: only counts and lengths go on."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from connectors.connector import Scopes
from connectors.copilot import copilot
from connectors.door import Door
from connectors.errors import PermissionMissingError, SourceFailedError
from connectors.ingest import Source
from connectors.parts.copilot_interactions import INTERACTIONS, NO_KIND, parse
from connectors.report import Quiet, RunReport
from connectors.rows import Request
from connectors.tables.pages import REFUSED
from connectors.tables.run import ingest_tables
from connectors.tables.state import TableAccess
from storage.schema import usage
from storage.store import Store

DOOR = Door(b"the organisation's own key, long enough", "copilot")
TODAY = date(2026, 11, 19)
ANA, BO = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
QUESTION = Request(path=INTERACTIONS, person=ANA, about="ana@example.com")
SECRET = "The canary sentence nobody should ever find"


def interaction(number: int, kind: str = "userPrompt", content: str | None = "Why?", **more: Any) -> dict[str, Any]:
    """Return an interaction as Microsoft writes it."""
    return {
        "id": str(number),
        "sessionId": "thread-1",
        "requestId": f"request-{number}",
        "interactionType": kind,
        "createdDateTime": "2026-11-17T09:00:00.5Z",
        "body": {"contentType": "text", "content": content},
        "attachments": [{"content": SECRET, "name": SECRET}],
        **more,
    }


class Graph:
    """Plays Microsoft Graph; `told` are the interactions by person, `status` what is answered in their place."""

    def __init__(self) -> None:
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.status: dict[str, int] = {}
        self.base = ""

    async def answer(self, request: web.Request) -> web.Response:
        if "subscribedSkus" in request.path:
            return web.json_response({"value": [{"skuId": "sku", "skuPartNumber": "Microsoft_365_Copilot"}]})
        if request.path.endswith("/v1.0/users"):
            names = ((ANA, "ana"), (BO, "bo"))
            held = [{"skuId": "sku"}]
            users = [
                {"id": key, "userPrincipalName": f"{name}@example.com", "assignedLicenses": held} for key, name in names
            ]
            return web.json_response({"value": users})
        if "reports" in request.path:
            return web.Response(text="User Principal Name,Last Activity Date,Report Date\n")
        person = request.path.split("/")[4]
        return web.json_response({"value": self.told.get(person, [])}, status=self.status.get(person, 200))


@pytest.fixture
async def graph(aiohttp_server) -> Graph:
    vendor = Graph()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", vendor.answer)
    vendor.base = str((await aiohttp_server(app)).make_url(""))
    return vendor


@pytest.fixture
def read(graph: Graph, store: Store) -> Callable[..., Awaitable[RunReport]]:
    """Read the interactions, too."""

    async def start(today: date = TODAY) -> RunReport:
        access = TableAccess(token="key", scopes=Scopes(), base_url=graph.base, also=("interactions",))
        source = Source(store=store, name="copilot", connector=copilot, door=DOOR)
        return await ingest_tables(source, access, today=today, progress=Quiet())

    return start


def prompts(store: Store) -> dict[bytes, int | None]:
    with store.reading() as connection:
        return {row.person: row.prompts for row in connection.execute(select(usage))}


def measured(*told: dict[str, Any]) -> dict[str, float]:
    """Return what interactions add up to, each of their names once."""
    sums: dict[str, float] = {}
    for row in parse(json.dumps({"value": told}).encode(), QUESTION).rows:
        for name, value in row.measures.items():
            sums[name] = sums.get(name, 0) + value
    return sums


@pytest.mark.parametrize(
    ("content", "characters", "short", "long"),
    [
        ("x" * 49, 49, 1, 0),
        ("x" * 50, 50, 0, 0),
        ("x" * 200, 200, 0, 0),
        ("x" * 201, 201, 0, 1),
        (" <b> is a tag \n", 12, 1, 0),
        ('Sum it up<attachment id="a"></attachment>', 9, 1, 0),
        ('{"length": 300, "word_count": 40}', 300, 0, 1),
        ("", 0, 0, 0),
        (None, 0, 0, 0),
    ],
)
def test_the_length_of_a_prompt_is_measured_without_what_nobody_wrote(
    content: str | None, characters: int, short: int, long: int
) -> None:
    told = measured(interaction(1, content=content))
    assert (told["prompt_characters"], told["short_prompts"], told["long_prompts"]) == (characters, short, long)
    assert (told["prompts"], told["messages"], told["sessions"]) == (1, 1, 1)


def test_markup_is_no_part_of_a_prompt() -> None:
    html = {"contentType": "html", "content": '<p class="x">Fish &amp; chips</p>\r\n<attachment id="1"></attachment>'}
    assert measured(interaction(1, body=html))["prompt_characters"] == len("Fish & chips")


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<", "&"])
def test_broken_markup_counts_as_text_however_much_there_is(piece: str) -> None:
    told = measured(interaction(1, body={"contentType": "html", "content": piece * 300_000}))
    assert told["prompt_characters"] == len((piece * 300_000).strip())


def test_prompts_and_answers_are_messages_and_a_thread_is_a_session_a_day() -> None:
    later = {"createdDateTime": "2026-11-18T09:00:00Z"}
    told = measured(
        interaction(1),
        interaction(1),
        interaction(2, "aiResponse", "x" * 500),
        interaction(3, **later),
        interaction(4, sessionId="thread-2"),
        interaction(1, sessionId="thread-2"),
    )
    assert told == {
        "messages": 5,
        "prompts": 4,
        "sessions": 3,
        "prompt_characters": 16,
        "short_prompts": 4,
        "long_prompts": 0,
    }


def test_an_answer_after_midnight_belongs_to_the_day_of_its_prompt() -> None:
    asked = interaction(1, createdDateTime="2026-11-17T23:59:59Z", requestId="r")
    given = interaction(2, "aiResponse", createdDateTime="2026-11-18T00:00:04Z", requestId="r")
    page = parse(json.dumps({"value": [given, asked]}).encode(), QUESTION)
    assert {row.day for row in page.rows} == {date(2026, 11, 17)}


def test_what_is_neither_a_prompt_nor_an_answer_is_counted_and_left_out() -> None:
    odd = [
        interaction(1, "unknownFutureValue"),
        interaction(2, "a kind of tomorrow"),
        interaction(3, createdDateTime=""),
    ]
    page = parse(json.dumps({"value": odd}).encode(), QUESTION)
    assert (page.rows, page.passed, sum(page.bad.values())) == ((), {NO_KIND: 2}, 1)


def test_no_text_leaves_the_parser() -> None:
    told = [interaction(1, content=SECRET), interaction(2, "aiResponse", SECRET)]
    assert SECRET not in repr(parse(json.dumps({"value": told}).encode(), QUESTION))


def test_a_link_that_leads_to_another_function_is_an_error() -> None:
    answer = {"value": [], "@odata.nextLink": "https://graph.microsoft.com/v1.0/users?$skiptoken=a"}
    with pytest.raises(ValueError, match="somewhere else"):
        parse(json.dumps(answer).encode(), QUESTION)


async def test_only_counts_and_lengths_are_kept(read, graph: Graph, store: Store, tmp_path: Path, caplog) -> None:
    graph.told = {ANA: [interaction(1, content=SECRET), interaction(2, "aiResponse", SECRET)]}
    await read()
    assert prompts(store) == {DOOR.person("ana@example.com"): 1}
    for hidden in (SECRET, ANA, "ana@example.com", "thread-1", "request-1"):
        assert hidden not in caplog.text
        assert not [path.name for path in tmp_path.iterdir() if hidden.encode() in path.read_bytes()]


async def test_somebody_of_whom_microsoft_does_not_tell_stops_nobody_else(read, graph: Graph, store: Store) -> None:
    graph.told, graph.status = {ANA: [interaction(1)]}, {BO: 403}
    report = await read()
    assert prompts(store) == {DOOR.person("ana@example.com"): 1}
    assert report.skipped[REFUSED] == 1


async def test_somebody_without_interactions_is_nobody_to_worry_about(read, graph: Graph, store: Store) -> None:
    graph.told, graph.status = {ANA: [interaction(1)]}, {BO: 404}
    report = await read()
    assert (len(prompts(store)), dict(report.skipped)) == (1, {})


async def test_a_key_without_the_permission_is_told_which_and_no_id_of_a_person(
    read, graph: Graph, store: Store
) -> None:
    graph.told = {ANA: [interaction(1)]}
    await read()
    graph.status = {ANA: 403, BO: 403}
    with pytest.raises(PermissionMissingError, match=r"AiEnterpriseInteraction\.Read\.All") as caught:
        await read()
    assert ANA not in str(caught.value)
    assert prompts(store) == {DOOR.person("ana@example.com"): 1}


async def test_a_key_that_ends_on_the_way_is_an_error_and_no_short_count(read, graph: Graph, store: Store) -> None:
    graph.told, graph.status = {ANA: [interaction(1)]}, {BO: 401}
    with pytest.raises(PermissionMissingError):
        await read()
    assert prompts(store) == {}


async def test_days_of_which_microsoft_tells_nothing_at_all_keep_what_was_known(
    read, graph: Graph, store: Store
) -> None:
    graph.told = {ANA: [interaction(1)]}
    await read()
    graph.status = {ANA: 404, BO: 404}
    await read()
    assert prompts(store) == {DOOR.person("ana@example.com"): 1}


async def test_an_error_does_not_tell_whose_answer_it_was(read, graph: Graph) -> None:
    graph.told = {ANA: [{"interactionType": 7, "id": SECRET}]}
    with pytest.raises(SourceFailedError) as caught:
        await read()
    assert ANA not in str(caught.value)
    assert SECRET not in str(caught.value)

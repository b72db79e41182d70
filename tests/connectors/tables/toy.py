"""A made-up vendor of day tables, in plain JSON: what the engine does with tables is shown on it."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from aiohttp import web
from sqlalchemy import select

from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.door import Door
from connectors.ingest import Source
from connectors.report import Quiet, RunReport
from connectors.rows import CompanyRow, DayRow, Request, TablePage
from connectors.tables.run import ingest_tables
from connectors.tables.state import TableAccess
from storage.schema import MEASURES, company_day, usage
from storage.store import Store

MAY = Permission(name="may:read", where="in the toy box")
DOOR = Door(b"the organisation's own key, long enough", "toy")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def table(name: str, **more: Any) -> Table:
    """Return a table that is asked for at /<name>, page by page."""

    def ask(_scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
        return (Request(path=name, parameters={"first": str(first), "last": str(last)}),)

    def parse(answer: bytes, request: Request) -> TablePage:
        told = json.loads(answer)
        then = (replace(request, parameters={**request.parameters, "page": told["next"]}),) if "next" in told else ()
        return TablePage(
            rows=tuple(DayRow(**{**row, "day": date.fromisoformat(row["day"])}) for row in told.get("rows", ())),
            company=tuple(
                CompanyRow(**{**row, "day": date.fromisoformat(row["day"])}) for row in told.get("company", ())
            ),
            then=then,
            no_data=told.get("no_data", False),
        )

    return Table(name=name, permission=MAY, ask=ask, parse=parse, **more)


def toy(*tables: Table, **more: Any) -> Connector:
    """Return a connector of these tables."""
    return Connector(
        tool="toy",
        title="Toy",
        base_url="https://toy.example.com",
        users=MAY,
        reads=("toys",),
        never_reads=("names",),
        measures=frozenset(MEASURES),
        retention_days=10,
        restatement_days=3,
        lag_hours=24,
        feed=TableFeed(tables=tables, **more),
    )


def row(email: str | None, day: str, model: str | None = None, **measures: float) -> dict[str, Any]:
    """Return a row as the vendor writes it."""
    return {"email": email, "day": day, "model": model, "measures": measures}


Answer = Callable[[web.Request], web.StreamResponse | None]


@dataclass
class Vendor:
    """Answers with `pages[table]`, in their order; rows outside the days asked for are left out.

    `answer` may answer in their place. `asked` are the requests that came.
    """

    pages: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(lambda: [{}]))
    answer: Answer = lambda _request: None
    asked: list[str] = field(default_factory=list)
    base: str = ""

    async def reply(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        self.asked.append(request.path_qs)
        given = self.answer(request)
        if given is not None:
            return given
        number = int(request.query.get("page", "0"))
        pages = self.pages[request.path.strip("/")]
        page = dict(pages[number])
        first, last = request.query["first"], request.query["last"]
        for part in ("rows", "company"):
            page[part] = [each for each in page.get(part, ()) if first <= each["day"] <= last]
        return web.json_response({**page, **({"next": str(number + 1)} if number + 1 < len(pages) else {})})


async def read(vendor: Vendor, store: Store, connector: Connector, **more: Any) -> RunReport:
    """Read the vendor as it stands."""
    source = Source(store=store, name="toy", connector=connector, door=DOOR)
    today = more.pop("today", TODAY)
    sleep = more.pop("sleep", at_once)
    access = TableAccess(token=more.pop("token", "key-of-the-test"), scopes=Scopes(), base_url=vendor.base, **more)
    return await ingest_tables(source, access, today=today, progress=Quiet(), clock=lambda: NOON, sleep=sleep)


async def at_once(_seconds: float) -> None:
    """Not wait."""


def facts(store: Store) -> list[tuple[str, str, str, int | None]]:
    """Return day, the beginning of the pseudonym, model and prompts of every fact."""
    wanted = select(usage.c.day, usage.c.person, usage.c.model, usage.c.prompts)
    with store.reading() as connection:
        rows = connection.execute(wanted).all()
    return sorted((str(each.day), who(each.person), each.model, each.prompts) for each in rows)


def who(person: bytes) -> str:
    """Return the name before the @ where the pseudonym is one of the toy's people."""
    known = {DOOR.person(f"{name}@example.com"): name for name in ("ana", "bo", "cy", "di")}
    return known.get(person, person.hex()[:6])  # type: ignore[call-overload]  # bytes


def company(store: Store) -> list[tuple[str, str, float]]:
    """Return what is kept of the whole organisation."""
    wanted = select(company_day.c.day, company_day.c.measure, company_day.c.value).order_by(
        company_day.c.day, company_day.c.measure
    )
    with store.reading() as connection:
        return [(str(each.day), each.measure, each.value) for each in connection.execute(wanted)]

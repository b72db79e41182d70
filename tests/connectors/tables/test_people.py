"""Whose rows are whose: users without licences, machines among them, and addresses that only some rows tell."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest
from aiohttp import web
from sqlalchemy import select

from connectors.codex import codex
from connectors.connector import Connector, Scopes, TableFeed
from connectors.door import Door
from connectors.ingest import Source
from connectors.openai_api import openai_api
from connectors.report import Quiet, RunReport
from connectors.tables.fold import MACHINE, NOBODY
from connectors.tables.run import ingest_tables
from connectors.tables.state import TableAccess
from storage import ingestion
from storage.facts import Person
from storage.schema import usage
from storage.store import Store

KEY = b"the organisation's own key, long enough"
DAY, NEXT = date(2026, 11, 17), date(2026, 11, 18)
SECONDS = 1794873600
Run = Callable[..., Awaitable[RunReport]]


@pytest.fixture
def run(aiohttp_server, store: Store) -> Run:
    """Read the two days from a server that answers, by the last word of the path, the JSON given."""

    async def start(connector: Connector, answers: Mapping[str, object], since: date = DAY) -> RunReport:
        async def answer(request: web.Request) -> web.Response:
            return web.json_response(answers[request.path.rsplit("/", 1)[-1]])

        app = web.Application()
        app.router.add_get("/{rest:.*}", answer)
        server = await aiohttp_server(app)
        access = TableAccess(
            token="key-of-the-test", scopes=Scopes(workspace="ws"), base_url=str(server.make_url("/")), since=since
        )
        source = Source(store=store, name="here", connector=connector, door=Door(KEY, connector.tool), price=30.0)
        return await ingest_tables(source, access, today=date(2026, 11, 19), progress=Quiet())

    return start


def api_answers(*users: str) -> dict[str, object]:
    """Somebody, a service account and a project's key, with one row each. `users` are the ids whose row is wanted."""
    return {
        "users": {
            "data": [
                {"id": "user-ana", "email": "ana@example.com"},
                {"id": "user-robot", "email": "ci@example.com", "is_service_account": True},
            ]
        },
        "costs": {"data": []},
        "completions": {
            "data": [
                {
                    "start_time": SECONDS,
                    "results": [
                        {"user_id": each or None, "input_tokens": 5, "num_model_requests": 1} for each in users
                    ],
                }
            ]
        },
    }


def codex_answer(*rows: tuple[int, str, str | None]) -> dict[str, object]:
    """One thread for each day (counted from the first), user and address."""
    return {
        "usage": {
            "data": [
                {
                    "start_time": SECONDS + 86400 * day,
                    "user_id": user,
                    "actor": {"email": email},
                    "totals": {"threads": 1},
                }
                for day, user, email in rows
            ]
        }
    }


def people(store: Store) -> list[tuple[date, Person]]:
    with store.reading() as connection:
        rows = connection.execute(select(usage.c.day, usage.c.person).order_by(usage.c.day)).all()
    return [(row.day, Person(row.person)) for row in rows]


def person(connector: Connector, email: str) -> Person | None:
    return Door(KEY, connector.tool).person(email)


async def test_users_that_are_no_licences_hold_no_seats_but_lend_their_address(run: Run, store: Store) -> None:
    await run(openai_api, api_answers("user-ana"))
    assert ingestion.read_seats(store, "here") == []
    assert people(store) == [(DAY, person(openai_api, "ana@example.com"))]


async def test_users_hold_seats_where_the_feed_does_not_say_otherwise(run: Run, store: Store) -> None:
    assert isinstance(openai_api.feed, TableFeed)
    with_seats = replace(openai_api, feed=replace(openai_api.feed, seats=True))
    await run(with_seats, api_answers("user-ana"))
    assert [seat.person for seat in ingestion.read_seats(store, "here")] == [person(openai_api, "ana@example.com")]


async def test_service_accounts_and_project_keys_are_counted_and_nobodys(run: Run, store: Store) -> None:
    report = await run(openai_api, api_answers("user-ana", "user-robot", ""))
    assert len(people(store)) == 1
    assert report.skipped[MACHINE] == 1
    assert report.skipped["use by a project's key: no user is named"] == 1
    assert NOBODY not in report.skipped


async def test_a_row_without_address_belongs_to_whom_another_row_of_the_account_names(run: Run, store: Store) -> None:
    await run(codex, codex_answer((0, "user-ana", None), (1, "user-ana", "Ana@example.com")))
    ana = person(codex, "ana@example.com")
    assert people(store) == [(DAY, ana), (NEXT, ana)]


async def test_an_address_learned_in_one_run_serves_the_next(run: Run, store: Store) -> None:
    await run(codex, codex_answer((1, "user-ana", "ana@example.com")), since=NEXT)
    await run(codex, codex_answer((0, "user-ana", None), (1, "user-ana", None)))
    ana = person(codex, "ana@example.com")
    assert people(store) == [(DAY, ana), (NEXT, ana)]


async def test_the_newest_address_of_an_account_is_the_one_that_counts(run: Run, store: Store) -> None:
    await run(codex, codex_answer((1, "u", "new@example.com"), (0, "u", "old@example.com"), (0, "u", None)))
    aliases = ingestion.account_aliases(store, "here")
    assert list(aliases.values()) == [person(codex, "new@example.com")]

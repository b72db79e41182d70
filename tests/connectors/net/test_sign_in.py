"""Signing in where the vendor is busy or broken, and again where what it gave has ended."""

from datetime import date

import aiohttp
import pytest
from aiohttp import web

from connectors.connector import Scopes
from connectors.door import seats_of
from connectors.errors import PermissionMissingError
from connectors.ingest import Source
from connectors.net.http import ATTEMPTS, post_form
from connectors.report import Quiet
from connectors.rows import Account
from connectors.tables.run import ingest_tables
from connectors.tables.state import TableAccess
from storage.store import Store
from tests.connectors.tables.toy import DOOR, TODAY, Vendor, at_once, facts, row, table, toy

D18 = "2026-11-18"


class SignIn:
    """Gives tokens, after some `answers` of another kind: a status, or 0 for none. A token opens `lives` answers."""

    def __init__(self, answers: list[int], lives: int = 1000) -> None:
        self.answers, self.lives = answers, lives
        self.given = self.left = 0
        self.vendor = Vendor()
        self.vendor.pages["log"] = [{"rows": [row("ana@example.com", D18, prompts=1)]} for _ in range(4)]

    async def reply(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        if not request.path.endswith("/token"):
            self.left -= 1
            known = request.headers["Authorization"] == f"Bearer token {self.given}"
            return await self.vendor.reply(request) if known and self.left >= 0 else web.Response(status=401)
        if self.answers:
            status = self.answers.pop(0)
            if not status and request.transport:
                request.transport.abort()
            return web.Response(status=status or 200, headers={"Retry-After": "7"} if status == 429 else None)
        self.given, self.left = self.given + 1, self.lives
        return web.json_response({"access_token": f"token {self.given}"})


@pytest.fixture
def serve(aiohttp_server):
    async def started(sign_in: SignIn) -> str:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", sign_in.reply)
        return str((await aiohttp_server(app)).make_url("")).rstrip("/")

    return started


async def run(base: str, store: Store) -> None:
    source = Source(store=store, name="toy", connector=toy(table("log"), login=base), door=DOOR)
    access = TableAccess(token="a secret", scopes=Scopes(tenant="t.example.com", client_id="c"), base_url=base)
    await ingest_tables(source, access, today=TODAY, progress=Quiet(), sleep=at_once)


async def test_a_sign_in_that_is_busy_or_broken_is_tried_again_as_slowly_as_it_wants(serve) -> None:
    base, pauses = await serve(SignIn([429, 503, 0])), []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    status, body = await post_form(f"{base}/token", {"grant_type": "x"}, sleep)
    assert (status, body) == (200, b'{"access_token": "token 1"}')
    assert [round(each) >= least for each, least in zip(pauses, (7, 2, 4), strict=True)] == [True] * 3


async def test_a_sign_in_that_stays_away_is_given_up(serve) -> None:
    sign_in = SignIn([0] * 2 * ATTEMPTS)
    with pytest.raises(aiohttp.ClientError):
        await post_form(f"{await serve(sign_in)}/token", {}, at_once)


async def test_a_refused_sign_in_is_not_tried_again(serve) -> None:
    sign_in = SignIn([401, 200])
    assert (await post_form(f"{await serve(sign_in)}/token", {}, at_once))[0] == 401
    assert sign_in.answers == [200]


@pytest.mark.parametrize("lives", [1, 3])
async def test_a_token_that_ends_in_the_middle_of_a_run_is_renewed_and_nothing_is_lost(
    serve, store: Store, lives: int
) -> None:
    sign_in = SignIn([503], lives)
    await run(await serve(sign_in), store)
    assert facts(store) == [(D18, "ana", "", 4)]
    assert sign_in.given == -(-4 // lives)


async def test_a_new_token_that_is_refused_too_is_a_missing_permission(serve, store: Store) -> None:
    sign_in = SignIn([], lives=0)
    with pytest.raises(PermissionMissingError, match="may:read"):
        await run(await serve(sign_in), store)
    assert sign_in.given == 2


def test_a_seat_of_unknown_beginning_begins_where_the_vendors_history_does_and_stays_so() -> None:
    account = Account(id="a", email="ana@example.com", active=True, created=None)
    begins = date(2026, 11, 13)
    (first,), _ = seats_of(DOOR, [account], {}, None, today=TODAY, unknown=begins)
    (later,), _ = seats_of(DOOR, [account], {first.person: first}, None, today=TODAY, unknown=date(2026, 12, 1))
    assert (first.start, later.start) == (begins, begins)

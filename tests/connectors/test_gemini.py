"""What the reader of Gemini's log does with answers that the case does not show, and whose key it shows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from connectors.connector import Scopes, TableFeed
from connectors.door import Door
from connectors.errors import ConfigurationError, ConnectorError, PermissionMissingError, TryAgainError
from connectors.gemini import ANY_ACCOUNT, PASSIVE, UNKNOWN, ask, gemini, parse
from connectors.ingest import Source
from connectors.net.auth import ServiceAccount, bearer_token, grant, service_account
from connectors.parts.parsing import NO_DAY
from connectors.report import Quiet, RunReport
from connectors.rows import Request
from connectors.tables.fold import AGAIN
from connectors.tables.run import ingest_tables, probe_tables
from connectors.tables.state import TableAccess
from storage.schema import usage
from storage.store import Store

REQUEST = Request(path="there", parameters={"startTime": "a"})
ADMIN = "admin@example.com"
KIND = {"kind": "admin#reports#activities"}
NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)


def activity(
    *categories: str,
    time: str = "2026-11-17T10:00:00.000Z",
    qualifier: str | None = "1",
    profile: str = "10",
    application: str = "gemini_in_workspace_apps",
) -> dict[str, object]:
    """Return one activity of Ana's."""
    events = [{"parameters": [{"name": "event_category", "value": each}]} for each in categories]
    name = {"time": time, "uniqueQualifier": qualifier, "applicationName": application, "customerId": "C0"}
    return {"id": name, "actor": {"email": "ana@example.com", "profileId": profile}, "events": events}


def answer_of(*items: Mapping[str, object], **more: object) -> bytes:
    return json.dumps({**KIND, "items": items, **more}).encode()


def test_the_days_are_asked_for_to_the_midnight_at_their_end() -> None:
    (request,) = ask(Scopes(), date(2026, 11, 16), date(2026, 11, 18))
    assert request.parameters["startTime"] == "2026-11-16T00:00:00.000Z"
    assert request.parameters["endTime"] == "2026-11-19T00:00:00.000Z"


def test_a_page_leads_to_the_next_one_with_the_same_days() -> None:
    (then,) = parse(answer_of(nextPageToken="A:1"), REQUEST).then
    assert then.parameters == {"startTime": "a", "pageToken": "A:1"}


def test_an_empty_day_has_no_items_and_leads_nowhere() -> None:
    page = parse(json.dumps(KIND).encode(), REQUEST)
    assert (page.rows, page.then, dict(page.passed)) == ((), (), {})


def test_an_answer_that_is_no_list_of_activities_is_an_error_and_not_an_empty_day() -> None:
    with pytest.raises(ValueError, match="no list"):
        parse(b'{"error": "something else"}', REQUEST)


def test_only_active_use_is_a_prompt_and_the_rest_is_told_apart() -> None:
    page = parse(
        answer_of(activity("active_generate", "inactive", "active_x", "unknown", "new", "inactively")), REQUEST
    )
    assert [dict(row.measures) for row in page.rows] == [{"prompts": 2}]
    assert dict(page.passed) == {PASSIVE: 1, UNKNOWN: 3}


def test_a_day_is_that_of_utc() -> None:
    page = parse(answer_of(activity("active_x", time="2026-11-17T01:00:00+02:00")), REQUEST)
    assert [row.day for row in page.rows] == [date(2026, 11, 16)]


def test_active_use_at_no_readable_time_is_counted_as_bad() -> None:
    page = parse(answer_of(activity("active_x", time="soon")), REQUEST)
    assert (page.rows, page.bad) == ((), {NO_DAY: 1})


def test_the_account_that_stands_for_any_is_nobodys() -> None:
    page = parse(answer_of(activity("active_x", profile=ANY_ACCOUNT)), REQUEST)
    assert [row.account for row in page.rows] == [None]


@dataclass
class Google:
    """Plays the log, in two pages a day, and the endpoint that gives tokens."""

    public: rsa.RSAPublicKey
    pages: tuple[bytes, bytes]
    base: str = ""
    shown: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    tokens: int = 0

    async def log(self, request: web.Request) -> web.Response:
        self.shown.append(request.headers["Authorization"])
        if self.refusals:
            told = {"error": {"code": 403, "errors": [{"reason": self.refusals.pop()}]}}
            return web.json_response(told, status=403)
        if not request.query["startTime"].startswith("2026-11-17"):
            return web.json_response(KIND)
        return web.Response(body=self.pages["pageToken" in request.query])

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        claims = jwt.decode(
            str(form["assertion"]),
            self.public,
            algorithms=["RS256"],
            audience=f"{self.base}token",
            options={"verify_exp": False, "verify_iat": False},
        )
        assert claims["scope"] == "https://www.googleapis.com/auth/admin.reports.audit.readonly"
        assert claims["exp"] - claims["iat"] == 3600
        match claims["sub"]:
            case "admin@example.com":
                self.tokens += 1
                return web.json_response({"access_token": f"short-lived-{self.tokens}", "expires_in": 3599})
            case "member@example.com":
                return web.json_response({"error": "unauthorized_client"}, status=401)
            case "busy@example.com":
                return web.Response(status=503)
            case "odd@example.com":
                return web.json_response(["nothing"])
            case other:
                told = {"error": "invalid_grant", "error_description": f"Invalid email or User ID: {other}"}
                return web.json_response(told, status=400)


@pytest.fixture(scope="module")
def private() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
async def google(aiohttp_server, private: rsa.RSAPrivateKey) -> Google:
    first = answer_of(activity("active_x"), activity("active_x", qualifier="2"), nextPageToken="A:1")
    second = answer_of(
        activity("active_x"),
        activity("active_x", application="another"),
        activity("active_x", time="2026-11-17T10:00:00.001Z"),
        activity("active_x", qualifier=None),
        activity("active_x", qualifier=None),
    )
    played = Google(public=private.public_key(), pages=(first, second))
    app = web.Application()
    app.router.add_get("/admin/{rest:.*}", played.log)
    app.router.add_post("/token", played.token)
    played.base = str((await aiohttp_server(app)).make_url("/"))
    return played


def key_file(google: Google, private: rsa.RSAPrivateKey, **more: str) -> str:
    """Return a service account's key as Google hands it out."""
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    held = {
        "type": "service_account",
        "project_id": "made-up",
        "private_key_id": "k1",
        "private_key": pem.decode(),
        "client_email": "reader@made-up.example.com",
        "token_uri": f"{google.base}token",
    }
    return json.dumps({**held, **more}, indent=1)


async def run(google: Google, store: Store, key: str, admin: str = "", since: date = date(2026, 11, 17)) -> RunReport:
    source = Source(
        store=store, name="gemini", connector=gemini, door=Door(b"a key that is long enough " * 2, "gemini")
    )
    access = TableAccess(token=key, scopes=Scopes(admin=admin), base_url=google.base, since=since)

    async def at_once(_seconds: float) -> None:
        return None

    return await ingest_tables(
        source, access, today=date(2026, 11, 18), progress=Quiet(), clock=lambda: NOON, sleep=at_once
    )


def prompts(store: Store) -> list[int | None]:
    with store.reading() as connection:
        return list(connection.execute(select(usage.c.prompts)).scalars())


async def test_an_activity_that_two_pages_tell_counts_once(google: Google, store: Store) -> None:
    report = await run(google, store, "a-token")
    # Two on the first page; on the second one of another application, one at another time, and two without a name.
    assert prompts(store) == [6]
    assert report.skipped[AGAIN] == 1


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded"])
async def test_a_refusal_for_too_many_questions_is_waited_out(google: Google, store: Store, reason: str) -> None:
    google.refusals = [reason, reason]
    await run(google, store, "a-token")
    assert prompts(store) == [6]


async def test_a_refusal_for_another_reason_is_a_missing_permission(google: Google, store: Store) -> None:
    google.refusals = ["forbidden"]
    with pytest.raises(PermissionMissingError, match="reports"):
        await run(google, store, "a-token")
    assert len(google.shown) == 1


async def test_a_key_that_is_no_service_account_is_shown_as_it_is(google: Google, store: Store) -> None:
    await run(google, store, "a-token")
    assert set(google.shown) == {"Bearer a-token"}
    assert google.tokens == 0


async def test_a_service_account_asks_with_the_token_it_was_given_and_never_with_its_key(
    google: Google, store: Store, private: rsa.RSAPrivateKey
) -> None:
    await run(google, store, key_file(google, private), ADMIN)
    assert set(google.shown) == {"Bearer short-lived-1"}
    assert prompts(store) == [6]


async def test_a_long_run_gets_a_new_token_for_each_window(
    google: Google, store: Store, private: rsa.RSAPrivateKey
) -> None:
    await run(google, store, key_file(google, private), ADMIN, since=date(2026, 10, 10))
    assert list(dict.fromkeys(google.shown)) == ["Bearer short-lived-1", "Bearer short-lived-2"]


async def test_trying_a_source_uses_the_service_account_too(google: Google, private: rsa.RSAPrivateKey) -> None:
    access = TableAccess(token=key_file(google, private), scopes=Scopes(admin=ADMIN), base_url=google.base)
    await probe_tables(gemini, access, date(2026, 11, 18))
    assert google.shown == ["Bearer short-lived-1"]


@pytest.mark.parametrize(
    ("admin", "kind", "word"),
    [
        ("nobody@example.com", ConfigurationError, "`admin` must be the address of an administrator"),
        ("member@example.com", PermissionMissingError, "admin.reports.audit.readonly"),
        ("", ConfigurationError, "`admin` of this source is not set"),
        ("busy@example.com", TryAgainError, "503"),
        ("odd@example.com", ConnectorError, "no token"),
    ],
)
async def test_a_token_that_is_refused_says_what_to_fix_and_names_nobody(
    google: Google, store: Store, private: rsa.RSAPrivateKey, admin: str, kind: type[ConnectorError], word: str
) -> None:
    with pytest.raises(kind, match=word) as caught:
        await run(google, store, key_file(google, private), admin)
    assert "@" not in str(caught.value)
    assert google.shown == []


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"type": "authorized_user"}, "service account"),
        ({"token_uri": "http://tokens.example.com/"}, "https"),
        ({"private_key": "not a key"}, "private_key"),
    ],
)
async def test_a_key_file_that_cannot_be_used_says_so(
    google: Google, private: rsa.RSAPrivateKey, more: dict[str, str], word: str
) -> None:
    with pytest.raises(ConfigurationError, match=word):
        await bearer_token(key_file(google, private, **more), scope="s", admin=ADMIN, at=NOON)


@pytest.mark.parametrize("key", ["{", "{}", '{"type": "service_account"}'])
def test_json_that_is_no_key_is_never_shown_to_the_vendor(key: str) -> None:
    with pytest.raises(ConfigurationError, match="service account"):
        service_account(key)


async def test_a_token_endpoint_that_is_not_there_is_tried_again_later(
    google: Google, private: rsa.RSAPrivateKey, unused_tcp_port: int
) -> None:
    key = key_file(google, private, token_uri=f"http://127.0.0.1:{unused_tcp_port}/token")

    async def at_once(_seconds: float) -> None:
        return None

    with pytest.raises(TryAgainError):
        await bearer_token(key, scope="s", admin=ADMIN, at=NOON, sleep=at_once)


def test_what_holds_a_secret_does_not_show_it(private: rsa.RSAPrivateKey) -> None:
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = ServiceAccount(
        type="service_account", client_email="r@example.com", private_key=pem, token_uri="https://t.example.com/"
    )
    asked = grant(account, scope="s", admin=ADMIN, at=NOON)
    assert "PRIVATE" not in repr(account)
    assert asked.form["assertion"] not in repr(asked)


def test_the_feed_asks_for_the_scope_that_the_permission_names() -> None:
    assert isinstance(gemini.feed, TableFeed)
    assert gemini.feed.oauth_scope == gemini.users.name

"""GitHub Copilot: what its answers mean, and how seats and addresses come together."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from sqlalchemy import select

from connectors.connector import Scopes
from connectors.door import Door, seats_of
from connectors.errors import (
    ConfigurationError,
    NotPublishedError,
    PermissionMissingError,
    SourceFailedError,
    TryAgainError,
)
from connectors.github_copilot import ask_seats, github_copilot, parse_seats
from connectors.ingest import Source
from connectors.net.http import download, get_page, open_api
from connectors.parts.github_logins import UNVERIFIED, ask_members, ask_saml, parse_members, parse_saml
from connectors.parts.github_reports import (
    ANOTHER_DAY,
    IDLE,
    IDLE_CREDITS,
    MERGED,
    ask_company,
    ask_people,
    parse_company,
    parse_people,
)
from connectors.parts.parsing import BAD_LINE
from connectors.report import Quiet, RunReport
from connectors.rows import Account, Request
from connectors.tables.logins import Logins, read_logins, settle
from connectors.tables.people import DISPUTED
from connectors.tables.run import ingest_tables
from connectors.tables.state import TableAccess
from storage import ingestion
from storage.facts import Alias, Seat
from storage.schema import company_day, usage
from storage.store import Store

DOOR = Door(b"the organisation's own key, long enough", "github-copilot")
OCTO = Scopes(organization="octo-org")
TODAY = date(2026, 11, 20)
DAY = date(2026, 11, 18)
FILE = Request(path="https://files.example/one", link=True, about=str(DAY))


def line(**changes: Any) -> bytes:
    told = {"day": str(DAY), "user_login": "octo-ana", "user_initiated_interaction_count": 3, **changes}
    return json.dumps(told).encode() + b"\n"


def seats_page(total: int, count: int) -> bytes:
    seats = [{"assignee": {"login": f"octo-{number}", "id": number}} for number in range(count)]
    return json.dumps({"total_seats": total, "seats": seats}).encode()


# Seats --------------------------------------------------------------------------------------------------------------


def test_seats_are_asked_for_until_all_that_are_counted_came() -> None:
    (first,) = ask_seats(OCTO, TODAY, TODAY)
    (second,) = parse_seats(seats_page(120, 70), first).then
    assert second.parameters == {"page": "2", "per_page": "100"}
    assert parse_seats(seats_page(120, 50), second).then == ()


def test_a_full_page_is_followed_up_though_the_count_is_reached() -> None:
    (first,) = ask_seats(OCTO, TODAY, TODAY)
    (second,) = parse_seats(seats_page(100, 100), first).then
    assert parse_seats(seats_page(100, 0), second).then == ()


def test_a_list_that_ends_before_its_count_is_an_error() -> None:
    (first,) = ask_seats(OCTO, TODAY, TODAY)
    with pytest.raises(ValueError, match="shorter"):
        parse_seats(seats_page(3, 0), first)


def test_a_seat_tells_its_start_in_utc_its_plan_and_whether_it_was_cancelled() -> None:
    def seat(login: str, cancelled: str | None) -> dict[str, object]:
        return {
            "assignee": {"login": login},
            "created_at": "2026-08-03T18:00:00-06:00",
            "plan_type": "business",
            "pending_cancellation_date": cancelled,
        }

    (first,) = ask_seats(OCTO, TODAY, TODAY)
    seats = [seat("Octo-Ana", None), seat("octo-bo", "2026-11-19"), seat("octo-cy", "2026-11-20")]
    page = parse_seats(json.dumps({"total_seats": 3, "seats": seats}).encode(), first)
    assert [(each.id, each.active) for each in page.accounts] == [
        ("octo-ana", True),
        ("octo-bo", False),
        ("octo-cy", True),
    ]
    assert (page.accounts[0].created, page.accounts[0].plan) == (date(2026, 8, 4), "business")


def test_a_missing_organisation_is_told_before_anything_is_asked() -> None:
    for ask in (ask_seats, ask_people, ask_company):
        with pytest.raises(ConfigurationError, match=r"`organization`.*or `enterprise`"):
            ask(Scopes(), TODAY, TODAY)


# SAML ---------------------------------------------------------------------------------------------------------------


def saml(answer: object) -> Any:
    return parse_saml(json.dumps(answer).encode(), ask_saml(OCTO, TODAY, TODAY)[0])


def identities(*nodes: object, **info: object) -> dict[str, Any]:
    found = {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None, **info}}
    return {"data": {"organization": {"samlIdentityProvider": {"externalIdentities": found}}}}


def test_an_organisation_without_saml_names_nobody() -> None:
    page = saml({"data": {"organization": {"samlIdentityProvider": None}}})
    assert (page.accounts, page.then, dict(page.passed)) == ((), (), {})


def test_only_an_address_or_its_token_names_an_account() -> None:
    names = ["ana@example.com", "t~dG9rZW4", "G-7f3a", None]
    nodes = [{"samlIdentity": {"nameId": name}, "user": {"login": "Octo"}} for name in names]
    page = saml(identities(*nodes, {"samlIdentity": None, "user": {"login": "octo"}}, None))
    assert [(each.id, each.email) for each in page.accounts] == [("octo", "ana@example.com"), ("octo", "t~dG9rZW4")]
    assert sum(page.passed.values()) == 4


def test_the_next_page_of_identities_is_asked_for_by_its_cursor() -> None:
    (then,) = saml(identities(hasNextPage=True, endCursor="next")).then
    assert then.body["variables"] == {"of": "octo-org", "after": "next"}
    with pytest.raises(ValueError, match="not where"):
        saml(identities(hasNextPage=True))


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        ({"type": "FORBIDDEN", "message": "x"}, PermissionMissingError),
        ({"type": "INSUFFICIENT_SCOPES"}, PermissionMissingError),
        ({"extensions": {"code": "undefinedField"}}, NotPublishedError),
        ({"type": "NOT_FOUND"}, PermissionMissingError),
        ({"type": "RATE_LIMITED"}, TryAgainError),
        ({"type": "SERVICE_UNAVAILABLE"}, ValueError),
        ({}, ValueError),
    ],
)
def test_an_error_told_with_status_200_is_not_taken_for_an_answer(error: object, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        saml({**identities(), "errors": [error]})


def test_an_enterprise_has_identities_of_its_own_beside_its_organisations() -> None:
    both = ask_saml(Scopes(organization="octo-org", enterprise="octo"), TODAY, TODAY)
    assert [(each.about, each.body["variables"]["of"]) for each in both if each.body] == [
        ("enterprise", "octo"),
        ("organization", "octo-org"),
    ]
    node = {"samlIdentity": {"nameId": "ana@example.com"}, "user": {"login": "octo"}}
    told = {"data": {"enterprise": {"ownerInfo": identities(node)["data"]["organization"]}}}
    (account,) = parse_saml(json.dumps(told).encode(), both[0]).accounts
    assert (account.id, account.email) == ("octo", "ana@example.com")
    with pytest.raises(PermissionMissingError, match="read:enterprise"):
        parse_saml(b'{"data": {"enterprise": {"ownerInfo": null}}}', both[0])


def test_members_are_known_by_addresses_of_verified_domains_and_never_by_their_profiles() -> None:
    (first,) = ask_members(OCTO, TODAY, TODAY)
    assert " email" not in str(first.body)
    nodes = [
        {"login": "Octo", "organizationVerifiedDomainEmails": ["b@example.com", "a@example.com"]},
        {"login": "octo-none", "organizationVerifiedDomainEmails": [], "email": "profile@example.com"},
        None,
    ]
    found = {"nodes": nodes, "pageInfo": {"hasNextPage": True, "endCursor": "next"}}
    page = parse_members(json.dumps({"data": {"organization": {"membersWithRole": found}}}).encode(), first)
    assert [(each.id, each.email, each.active) for each in page.accounts] == [("octo", "a@example.com", False)]
    assert (page.passed, page.then[0].body) == (
        {UNVERIFIED: 2},
        {**first.body, "variables": {"of": "octo-org", "after": "next"}},
    )
    assert ask_members(Scopes(enterprise="octo"), TODAY, TODAY) == ()


# The operator's list ------------------------------------------------------------------------------------------------


def listed(tmp_path: Path, text: str) -> Logins:
    path = tmp_path / "logins.csv"
    path.write_text(text, encoding="utf-8")
    return read_logins(path, str.lower)


def test_an_operators_list_names_logins_whatever_their_case(tmp_path: Path) -> None:
    logins = listed(tmp_path, "\ufeffE-mail;GitHub login\nana@example.com;Octo-Ana\n\n")
    assert [(each.id, each.email, each.active) for each in logins.accounts] == [("octo-ana", "ana@example.com", False)]
    assert logins.bad == ()


def test_bad_lines_of_an_operators_list_are_told_by_line_and_column_and_hold_nothing_of_it(tmp_path: Path) -> None:
    lines = ["login,email", ",ana@example.com", "octo-bo", "octo-cy,cy", "octo,a@example.com", "OCTO,b@example.com"]
    logins = listed(tmp_path, "\n".join(lines))
    assert [(each.line, each.why.split()[0]) for each in logins.bad] == [
        (2, "login"),
        (3, "email"),
        (4, "email"),
        (6, "login"),
    ]
    assert len(logins.accounts) == 1
    assert not any("@example" in each.why or "octo" in each.why for each in logins.bad)
    assert "example.com" not in repr(logins)


@pytest.mark.parametrize(
    ("text", "told"), [("", "column login"), ("login,address\n", "column email"), ("octo,ana@example.com\n", "login")]
)
def test_an_operators_list_without_a_column_is_refused_by_its_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"logins\.csv.*{told}") as refused:
        listed(tmp_path, text)
    assert "ana@" not in str(refused.value)


def test_an_operators_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"absent\.csv"):
        read_logins(tmp_path / "absent.csv", str.lower)


def test_a_sign_in_outranks_the_operator_and_the_operator_a_verified_domain() -> None:
    def by(doubt: int, email: str, login: str = "octo") -> Account:
        return Account(id=login, email=email, active=False, created=None, doubt=doubt)

    seats = [Account(id=each, email=None, active=True, created=None) for each in ("octo", "octo-bo", "octo-cy", "")]
    lists = [by(2, "c@example.com"), by(1, "b@example.com"), by(0, "A@example.com"), by(2, "bo@example.com", "octo-bo")]
    settled = settle([*seats, *lists, by(1, "BO@example.com", "octo-bo")], DOOR, {})
    assert [each.email for each in settled.accounts[:4]] == ["A@example.com", "BO@example.com", None, None]
    assert {each.email for each in settled.accounts if each.id == "octo"} == {"A@example.com"}
    assert (settled.unknown, settled.disputed) == (1, 1)


@pytest.mark.parametrize(("doubt", "taken"), [(0, True), (1, True), (2, False)])
def test_an_address_on_a_verified_domain_takes_a_login_from_nobody_to_whom_it_belonged(
    doubt: int, *, taken: bool
) -> None:
    told = Account(id="octo", email="other@example.com", active=True, created=None, doubt=doubt)
    own, before = DOOR.account("octo"), DOOR.person("ana@example.com")
    assert own
    assert before
    settled = settle([Account(id="octo", email=None, active=True, created=None), told], DOOR, {own: before})
    assert {each.email for each in settled.accounts} == {"other@example.com" if taken else None}
    assert settled.unknown == 0


# Usage --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [b"", b" \n", b'""', b"null", b'{"download_links": []}'])
def test_an_empty_answer_is_a_day_without_data(answer: bytes) -> None:
    page = parse_people(answer, ask_people(OCTO, DAY, DAY)[0])
    assert (page.rows, page.then, page.no_data) == ((), (), True)


def test_nothing_is_asked_for_before_the_first_day() -> None:
    assert ask_people(OCTO, date(2025, 10, 9), date(2025, 10, 9)) == ()
    assert ask_people(OCTO, date(2025, 10, 10), date(2025, 10, 10))[0].parameters == {"day": "2025-10-10"}


def test_links_are_fetched_as_links_and_each_once() -> None:
    answer = b'{"download_links": ["https://a/1?s=x", "https://a/2?s=y", "https://a/1?s=x"]}'
    then = parse_people(answer, ask_people(OCTO, DAY, DAY)[0]).then
    assert [(each.path, each.link, each.about) for each in then] == [
        ("https://a/1?s=x", True, str(DAY)),
        ("https://a/2?s=y", True, str(DAY)),
    ]


def test_measures_that_are_not_reported_are_left_out() -> None:
    (row,) = parse_people(line(), FILE).rows
    assert (row.account, dict(row.measures)) == ("octo-ana", {"prompts": 3})
    (row,) = parse_people(line(totals_by_cli={"session_count": 0, "token_usage": None}, ai_credits_used=0.0), FILE).rows
    assert row.measures == {"prompts": 3, "sessions": 0, "credits": 0.0}


def test_somebody_with_prompts_in_the_cli_alone_is_active_and_one_with_none_is_idle() -> None:
    by_cli = line(user_initiated_interaction_count=0, totals_by_cli={"prompt_count": 5})
    idle = line(user_initiated_interaction_count=0, totals_by_cli={"prompt_count": 0, "session_count": 16})
    page = parse_people(by_cli + idle + line(user_initiated_interaction_count=None), FILE)
    assert [dict(row.measures) for row in page.rows] == [{"prompts": 5}]
    assert page.passed == {IDLE: 2}


def test_credits_of_somebody_idle_make_nobody_active_and_are_told_apart() -> None:
    idle = line(user_initiated_interaction_count=0, code_generation_activity_count=30, ai_credits_used=4.25)
    page = parse_people(line(ai_credits_used=1) + idle + idle, FILE)
    assert [dict(row.measures) for row in page.rows] == [{"prompts": 3, "credits": 1}]
    assert page.passed == {IDLE: 2, IDLE_CREDITS: 9}


def test_bad_lines_are_counted_and_skipped() -> None:
    file = b"{oops\n" + line(user_initiated_interaction_count=-1) + b"\n" + line(day="2026-11-17") + line()
    page = parse_people(file, FILE)
    assert len(page.rows) == 1
    assert page.bad == {BAD_LINE: 2, ANOTHER_DAY: 1}


def test_a_cut_file_and_a_page_of_something_else_are_errors() -> None:
    with pytest.raises(ValueError, match="cut short"):
        parse_people(line() + line()[:40], FILE)
    with pytest.raises(ValueError, match="no line"):
        parse_people(b"<html>\nLater, please\n</html>\n", FILE)
    assert len(parse_people(line() + line()[:-1], FILE).rows) == 2


def test_a_file_about_another_day_is_an_error_and_no_day_without_use() -> None:
    with pytest.raises(ValueError, match="another day"):
        parse_people(line(day="2026-11-17"), FILE)


def test_a_proxys_tokens_stay_as_they_are() -> None:
    (row,) = parse_people(line(user_login="t~AbC"), FILE).rows
    assert row.account == "t~AbC"


def test_the_vendors_own_examples_are_read(shared: Path) -> None:
    examples = shared / "examples" / "github-copilot"
    file = Request(path="https://files.example/one", link=True, about="2026-04-25")
    page = parse_people((examples / "derived_users-1-day.ndjson").read_bytes(), file)
    (row,) = page.rows
    assert row.account == "hubot"
    assert row.measures == {
        "prompts": 24,
        "sessions": 2,
        "input_tokens": 23229028,
        "output_tokens": 121157,
        "credits": 2.5,
    }
    assert page.passed == {IDLE: 1, IDLE_CREDITS: 5}
    listed = parse_seats(
        (examples / "get_orgs__org__copilot__billing__seats.200.json").read_bytes(), ask_seats(OCTO, TODAY, TODAY)[0]
    )
    assert [(each.id, each.active) for each in listed.accounts] == [("octocat", True), ("octokitten", False)]
    links = (examples / "get_orgs__org__copilot__metrics__reports__users-1-day.200.json").read_bytes()
    assert len(parse_people(links, ask_people(OCTO, DAY, DAY)[0]).then) == 2


# The whole organisation ----------------------------------------------------------------------------------------------


def whole(**changes: Any) -> bytes:
    return json.dumps({"day": str(DAY), "daily_active_users": 9, **changes}).encode()


def test_an_enterprise_is_asked_by_its_own_paths_and_report() -> None:
    octo = Scopes(enterprise="octo", organization="octo-org")
    paths = [ask(octo, DAY, DAY)[0].path for ask in (ask_seats, ask_people, ask_company)]
    reports = "enterprises/octo/copilot/metrics/reports"
    assert paths == ["enterprises/octo/copilot/billing/seats", f"{reports}/users-1-day", f"{reports}/enterprise-1-day"]
    assert ask_company(OCTO, DAY, DAY)[0].path == "orgs/octo-org/copilot/metrics/reports/organization-1-day"
    assert ask_company(OCTO, date(2025, 10, 9), date(2025, 10, 9)) == ()


def test_pull_requests_are_the_organisations_and_what_is_not_told_is_left_out() -> None:
    (row,) = parse_company(whole(pull_requests={"total_merged": 0, "median_minutes_to_merge": None}), FILE).company
    assert (row.day, row.measures) == (DAY, {"merged_pull_requests": 0})
    assert parse_company(whole(), FILE).company == ()
    assert parse_company(whole(pull_requests=None), FILE).company == ()


def test_a_report_of_another_day_or_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="another day"):
        parse_company(whole(day="2026-11-17"), FILE)
    assert parse_company(b"\n", FILE).no_data
    for answer in (b"null", b"[]", whole(pull_requests={"total_merged": -1})):
        with pytest.raises(msgspec.DecodeError):
            parse_company(answer, FILE)


# Seats and addresses -------------------------------------------------------------------------------------------------


def account(**changes: Any) -> Account:
    told: dict[str, Any] = {"id": "octo-ana", "email": None, "active": True, "created": date(2026, 1, 1)}
    return Account(**told | changes)


SEATED = account(plan="business")
NAMED = account(email="ana@example.com", active=False, created=None)


@pytest.mark.parametrize("accounts", [[SEATED, NAMED], [NAMED, SEATED]])
def test_a_seat_without_an_address_takes_it_from_the_account_of_the_same_id(accounts: list[Account]) -> None:
    seats, aliases = seats_of(DOOR, accounts, {}, None, today=TODAY, unknown=date(2026, 1, 1))
    ana, own = DOOR.person("ana@example.com"), DOOR.account("octo-ana")
    assert ana
    assert own
    assert seats == [Seat(person=ana, tool="github-copilot", start=date(2026, 1, 1), plan="business")]
    assert aliases == [Alias(alias=own, person=ana)]


def test_an_address_without_a_seat_is_an_alias_and_no_seat() -> None:
    seats, aliases = seats_of(DOOR, [NAMED], {}, None, today=TODAY, unknown=date(2026, 1, 1))
    assert (seats, len(aliases)) == ([], 1)


def test_accounts_without_ids_do_not_lend_each_other_addresses() -> None:
    seats, _ = seats_of(
        DOOR, [account(id="", email="ana@example.com"), account(id="")], {}, None, today=TODAY, unknown=date(2026, 1, 1)
    )
    assert len(seats) == 1


def test_a_seat_that_is_listed_no_more_ended_when_that_was_first_seen() -> None:
    ana = DOOR.person("ana@example.com")
    assert ana
    held = Seat(person=ana, tool="github-copilot", start=date(2026, 1, 1), plan="business")
    (ended,), _ = seats_of(DOOR, [NAMED], {ana: held}, None, today=TODAY, unknown=date(2026, 1, 1))
    assert (ended.start, ended.end, ended.plan) == (date(2026, 1, 1), TODAY, "business")
    (again,), _ = seats_of(DOOR, [NAMED], {ana: ended}, None, today=date(2026, 11, 25), unknown=date(2026, 1, 1))
    assert again == ended


# Runs ---------------------------------------------------------------------------------------------------------------


class GitHub:
    """A server that gives each path its answer, and notes which keys it was shown."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "/orgs/octo-org/copilot/billing/seats": seats_page(1, 1),
            "/orgs/octo-org/copilot/billing": b'{"seat_breakdown": {"total": 1}}',
            "/graphql": json.dumps(identities()).encode(),
            "/orgs/octo-org/copilot/metrics/reports/organization-1-day": b'{"download_links": ["{base}/whole"]}',
            "/whole": whole(pull_requests={"total_merged": 9, "median_minutes_to_merge": 61.5}),
            "/orgs/octo-org/copilot/metrics/reports/users-1-day": b'{"download_links": ["{base}/file"]}',
            "/file": line(user_login="octo-0"),
        }
        found = {"nodes": [], "pageInfo": {"hasNextPage": False}}
        self.members: Any = json.dumps({"data": {"organization": {"membersWithRole": found}}}).encode()
        self.keys: dict[str, str | None] = {}
        self.headers: dict[str, str] = {}
        self.base = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.keys[request.path] = request.headers.get("Authorization")
        self.headers = dict(request.headers) if request.path.startswith("/orgs") else self.headers
        given = self.answers[request.path]
        if request.path == "/graphql" and "membersWithRole" in (await request.json())["query"]:
            given = self.members
        given = given.pop(0) if isinstance(given, list) else given
        if isinstance(given, bytes):
            return web.Response(body=given.replace(b"{base}", self.base.encode()))
        return web.Response(status=given[0], headers=given[1])


@pytest.fixture
async def github(aiohttp_server) -> GitHub:
    vendor = GitHub()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", vendor.answer)
    server = await aiohttp_server(app)
    vendor.base = f"http://127.0.0.1:{server.port}"
    return vendor


async def run(github: GitHub, store: Store, logins: Logins = Logins(), since: date = DAY) -> RunReport:  # noqa: B008
    source = Source(store=store, name="github-copilot", connector=github_copilot, door=DOOR)
    access = TableAccess(token="key-of-the-test", scopes=OCTO, base_url=github.base, since=since, logins=logins)

    async def at_once(_seconds: float) -> None:
        return None

    return await ingest_tables(source, access, today=date(2026, 11, 19), progress=Quiet(), sleep=at_once)


async def test_the_key_is_shown_to_github_and_not_to_the_signed_links(github: GitHub, store: Store) -> None:
    report = await run(github, store)
    assert report.rows == 1
    assert (github.keys.pop("/file"), github.keys.pop("/whole")) == (None, None)
    assert set(github.keys.values()) == {"Bearer key-of-the-test"}
    assert github.headers["Accept"] == "application/vnd.github+json"
    assert github.headers["X-GitHub-Api-Version"]


@pytest.mark.parametrize(
    "refusal", [(403, {}), (404, {}), json.dumps({**identities(), "errors": [{"type": "FORBIDDEN"}]}).encode()]
)
async def test_a_key_that_may_not_read_saml_reads_all_else_with_a_warning(
    github: GitHub, store: Store, refusal: object
) -> None:
    github.answers["/graphql"] = refusal
    report = await run(github, store)
    assert report.rows == 1
    assert "SAML identities are not read" in report.warnings[0]
    assert [seat.person for seat in ingestion.read_seats(store, "github-copilot")] == [DOOR.account("octo-0")]


async def test_graphql_with_another_error_stops_the_source(github: GitHub, store: Store) -> None:
    github.answers["/graphql"] = b'{"data": null, "errors": [{"type": "SOMETHING"}]}'
    with pytest.raises(SourceFailedError, match="SAML"):
        await run(github, store)


async def test_a_rate_limit_told_with_status_200_is_tried_again_later(github: GitHub, store: Store) -> None:
    github.members = b'{"errors": [{"type": "RATE_LIMITED"}]}'
    with pytest.raises(TryAgainError, match="verified addresses"):
        await run(github, store)


async def test_logins_with_seats_but_no_address_are_counted_and_told_how_to_mend(
    github: GitHub, store: Store, tmp_path: Path
) -> None:
    github.answers["/orgs/octo-org/copilot/billing/seats"] = seats_page(2, 2)
    (warning,) = (await run(github, store)).warnings
    assert warning.startswith("2 logins with seats have no e-mail address")
    assert "`logins` of [sources.github-copilot]" in warning
    (warning,) = (await run(github, store, listed(tmp_path, "login,email\nocto-0,ana@example.com\noops,\n"))).warnings
    assert warning.startswith("1 login with a seat has no e-mail address")
    assert DOOR.person("ana@example.com") in {each.person for each in ingestion.read_seats(store, "github-copilot")}


async def test_an_operators_bad_lines_and_disputes_are_counted(github: GitHub, store: Store, tmp_path: Path) -> None:
    node = {"samlIdentity": {"nameId": "ana@example.com"}, "user": {"login": "octo-0"}}
    github.answers["/graphql"] = json.dumps(identities(node)).encode()
    report = await run(github, store, listed(tmp_path, "login,email\nocto-0,bo@example.com\noops,\n"))
    assert report.skipped[DISPUTED] == 1
    assert any(each.startswith("logins.csv, line 3: email is empty") for each in report.problems)
    (seat,) = ingestion.read_seats(store, "github-copilot")
    assert seat.person == DOOR.person("ana@example.com")


async def test_no_address_of_a_list_or_a_domain_is_kept_or_told(
    github: GitHub, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nodes = [{"login": "octo-0", "organizationVerifiedDomainEmails": ["canary@verified.example"]}]
    found = {"nodes": nodes, "pageInfo": {"hasNextPage": False}}
    github.members = json.dumps({"data": {"organization": {"membersWithRole": found}}}).encode()
    folder = tmp_path / "lists"
    folder.mkdir()
    report = await run(github, store, listed(folder, "login,email\nocto-0,canary@listed.example\nocto-canary,x\n"))
    assert report.skipped[DISPUTED] == 1
    for path in tmp_path.glob("*.db*"):
        assert b"canary" not in path.read_bytes(), path.name
    assert "canary" not in f"{report} {caplog.text}"


def numbers(store: Store) -> dict[str, float]:
    with store.reading() as connection:
        return {row.measure: row.value for row in connection.execute(select(company_day)) if row.measure in MERGED}


@pytest.mark.parametrize("silence", [(204, {}), (403, {}), (404, {}), b'""'])
async def test_without_the_report_of_pull_requests_people_are_read_and_what_was_known_stays(
    github: GitHub, store: Store, silence: object
) -> None:
    await run(github, store)
    assert numbers(store) == {"merged_pull_requests": 9, "median_minutes_to_merge": 61.5}
    github.answers["/orgs/octo-org/copilot/metrics/reports/organization-1-day"] = silence
    github.answers["/file"] = line(user_login="octo-0", user_initiated_interaction_count=8)
    report = await run(github, store)
    assert report.rows == 1
    assert any("pull requests is not read" in each for each in report.warnings) == (silence == (403, {}))
    with store.reading() as connection:
        assert [row.prompts for row in connection.execute(select(usage))] == [8]
    assert numbers(store) == {"merged_pull_requests": 9, "median_minutes_to_merge": 61.5}


async def test_what_every_window_lacks_is_warned_of_once(github: GitHub, store: Store) -> None:
    reports = "/orgs/octo-org/copilot/metrics/reports"
    github.answers |= {f"{reports}/organization-1-day": (403, {}), f"{reports}/users-1-day": (204, {})}
    report = await run(github, store, since=date(2026, 8, 1))
    assert sum("pull requests is not read" in each for each in report.warnings) == 1


async def test_an_enterprises_seat_of_two_organisations_is_one(github: GitHub, store: Store) -> None:
    twice = [{"assignee": {"login": "octo-0", "id": 7}, "created_at": f"2026-0{n}-01T00:00:00Z"} for n in (2, 3)]
    github.answers["/orgs/octo-org/copilot/billing/seats"] = json.dumps({"total_seats": 2, "seats": twice}).encode()
    await run(github, store)
    assert len(ingestion.read_seats(store, "github-copilot")) == 1


async def test_a_refused_report_names_its_own_permission(github: GitHub, store: Store) -> None:
    github.answers["/orgs/octo-org/copilot/metrics/reports/users-1-day"] = (403, {})
    with pytest.raises(PermissionMissingError, match="Copilot metrics"):
        await run(github, store)


async def test_a_403_that_asks_to_wait_is_patience_not_a_missing_permission(github: GitHub, store: Store) -> None:
    github.answers["/orgs/octo-org/copilot/billing/seats"] = [(403, {"Retry-After": "0"}), seats_page(1, 1)]
    assert (await run(github, store)).rows == 1


@pytest.mark.parametrize("nothing", [(204, {}), b'""', b'{"download_links": []}'])
async def test_a_day_the_vendor_has_nothing_to_tell_of_keeps_what_was_known(
    github: GitHub, store: Store, nothing: object
) -> None:
    await run(github, store)
    with store.reading() as connection:
        before = connection.execute(select(usage)).all()
    assert before
    github.answers["/orgs/octo-org/copilot/metrics/reports/users-1-day"] = nothing
    await run(github, store)
    with store.reading() as connection:
        assert connection.execute(select(usage)).all() == before


async def test_an_answer_of_204_is_an_empty_page_but_no_file(github: GitHub) -> None:
    github.answers["/file"] = (204, {})
    async with open_api(github.base, "key-of-the-test", github_copilot.users) as api:
        assert await get_page(api, Request(path="file")) == b""
        with pytest.raises(SourceFailedError, match="204"):
            await download(api, Request(path="file"), None)

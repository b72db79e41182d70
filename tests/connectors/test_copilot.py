"""What the reader of Microsoft 365 Copilot does beyond its case: snapshots, licences, concealed names and sign-in."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest
from aiohttp import web
from sqlalchemy import delete, select

from connectors.connector import Scopes, TableFeed
from connectors.copilot import CONCEALED, ask_usage, copilot, parse_people, parse_usage
from connectors.door import Door
from connectors.errors import ConfigurationError, ConnectorError, NotPublishedError, TryAgainError
from connectors.ingest import Source
from connectors.net.auth_microsoft import Application, get_token
from connectors.parts.copilot_trend import parse_trend
from connectors.parts.graph import USERS
from connectors.report import Quiet, RunReport
from connectors.rows import CompanyRow, Request
from connectors.tables.run import ingest_tables
from connectors.tables.state import TableAccess
from storage import ingestion
from storage.facts import Person
from storage.schema import company_day, rollup_due, usage
from storage.store import Store

DOOR = Door(b"the organisation's own key, long enough", "copilot")
REPORT = Request(path="report")
PAGE = Request(path=USERS, about="|sku-copilot")
HEADER = "Report Refresh Date,User Principal Name,Last Activity Date"
DETAIL, TREND = "getMicrosoft365CopilotUsageUserDetail", "getMicrosoft365CopilotUserCountTrend"
NEW, OLD = "(period='D28',version='v2')", "(period='D30')"
CHAIN = (
    f"/v1.0/copilot/reports/{DETAIL}{NEW}",
    f"/beta/copilot/reports/{DETAIL}{NEW}",
    f"/v1.0/copilot/reports/{DETAIL}{OLD}",
    f"/beta/reports/{DETAIL}{OLD}",
)


class Graph:
    """Plays Microsoft Graph and its sign-in; `lines` are the report's, `status` what is answered to which question.

    With `moved` the reports lie elsewhere, as signed links do.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.trend: list[str] = []
        self.moved = False
        self.status: dict[str, int] = {}
        self.asked: list[str] = []
        self.keys: set[str | None] = set()
        self.signed: set[str | None] = set()
        self.form: dict[str, object] = {}
        self.base = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        for ending, status in self.status.items():
            if request.path.endswith(ending):
                return web.Response(status=status)
        if request.path.endswith("/token"):
            self.form = dict(await request.post())
            return web.json_response({"access_token": "the token", "expires_in": 3599})
        (self.signed if "/signed" in request.path else self.keys).add(request.headers.get("Authorization"))
        if request.path.endswith("subscribedSkus"):
            return web.json_response({"value": [{"skuId": "sku-copilot", "skuPartNumber": "Microsoft_365_Copilot"}]})
        if request.path.endswith("users"):
            names = ("ana@example.com", "bo@example.com")
            licences = ([{"skuId": "sku-copilot"}], [{"skuId": "another"}])
            users = [
                {"userPrincipalName": name, "mail": name, "assignedLicenses": held}
                for name, held in zip(names, licences, strict=True)
            ]
            return web.json_response({"value": users})
        return self.report(request)

    def report(self, request: web.Request) -> web.Response:
        if self.moved and "/signed" not in request.path:
            return web.Response(status=302, headers={"Location": f"/signed{request.path}?sig=secret"})
        if TREND in request.path:
            return web.Response(text="\n".join(["Report Date,Any App Active Users,Prompts submitted", *self.trend, ""]))
        return web.Response(text="\n".join([HEADER, *self.lines, ""]))


@pytest.fixture
async def graph(aiohttp_server) -> Graph:
    vendor = Graph()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", vendor.answer)
    vendor.base = str((await aiohttp_server(app)).make_url(""))
    return vendor


async def at_once(_seconds: float) -> None:
    """Not wait."""


@pytest.fixture
def read(graph: Graph, store: Store) -> Callable[..., Awaitable[RunReport]]:
    """Read the report as it stands on a day."""

    async def start(today: date, scopes: Scopes | None = None) -> RunReport:
        assert isinstance(copilot.feed, TableFeed)
        connector = replace(copilot, feed=replace(copilot.feed, login=graph.base))
        access = TableAccess(token="key-of-the-test", scopes=scopes or Scopes(), base_url=graph.base)
        source = Source(store=store, name="copilot", connector=connector, door=DOOR)
        return await ingest_tables(source, access, today=today, progress=Quiet(), sleep=at_once)

    return start


def active(store: Store) -> list[tuple[date, Person]]:
    with store.reading() as connection:
        rows = connection.execute(select(usage.c.day, usage.c.person).order_by(usage.c.day)).all()
    return [(row.day, Person(row.person)) for row in rows]


def due(store: Store) -> list[date]:
    with store.reading() as connection:
        return sorted(connection.scalars(select(rollup_due.c.week)))


def nothing_due(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(delete(rollup_due))


async def test_each_reading_adds_a_day_and_takes_none_away(read, graph: Graph, store: Store) -> None:
    ana = DOOR.person("ana@example.com")
    graph.lines = ["2026-11-12,ana@example.com,2026-11-11"]
    await read(date(2026, 11, 13))
    nothing_due(store)
    graph.lines = ["2026-11-18,ana@example.com,2026-11-17"]
    await read(date(2026, 11, 19))
    assert active(store) == [(date(2026, 11, 11), ana), (date(2026, 11, 17), ana)]
    assert due(store) == [date(2026, 11, 16)]


async def test_a_second_reading_of_the_same_snapshot_changes_nothing(read, graph: Graph, store: Store) -> None:
    graph.lines = ["2026-11-18,ana@example.com,2026-11-17"]
    await read(date(2026, 11, 19))
    before = active(store)
    nothing_due(store)
    await read(date(2026, 11, 19))
    assert (active(store), due(store)) == (before, [])


async def test_a_day_that_comes_late_is_kept_though_newer_days_were_read(read, graph: Graph, store: Store) -> None:
    await read(date(2026, 11, 19))
    graph.lines = ["2026-11-18,ana@example.com,2026-11-14"]
    await read(date(2026, 11, 20))
    assert [day for day, _ in active(store)] == [date(2026, 11, 14)]


async def test_the_licensed_hold_seats_and_others_do_not(read, store: Store) -> None:
    await read(date(2026, 11, 19))
    assert [seat.person for seat in ingestion.read_seats(store, "copilot")] == [DOOR.person("ana@example.com")]


@pytest.mark.parametrize("missing", range(len(CHAIN)))
async def test_an_older_report_is_read_where_there_is_none_newer(
    read, graph: Graph, store: Store, missing: int
) -> None:
    graph.lines, graph.status = ["2026-11-18,ana@example.com,2026-11-17"], dict.fromkeys(CHAIN[:missing], 400)
    await read(date(2026, 11, 19))
    assert [each for each in graph.asked if DETAIL in each] == list(CHAIN[: missing + 1])
    assert len(active(store)) == 1


async def test_no_report_at_all_is_an_error_and_not_a_late_day(read, graph: Graph, store: Store) -> None:
    graph.status = dict.fromkeys(CHAIN, 404)
    with pytest.raises(NotPublishedError):
        await read(date(2026, 11, 19))
    assert ingestion.late_days(store, "copilot") == []


async def test_a_report_that_lies_elsewhere_is_fetched_without_the_key(read, graph: Graph, store: Store) -> None:
    graph.lines, graph.moved = ["2026-11-18,ana@example.com,2026-11-17"], True
    await read(date(2026, 11, 19))
    assert (len(active(store)), graph.signed) == (1, {None})


async def test_the_days_of_the_whole_tenant_are_kept_apart_from_those_of_people(
    read, graph: Graph, store: Store
) -> None:
    graph.trend = ["2026-11-17,12,80", "2026-11-18,0,", "2026-10-01,1,1"]
    await read(date(2026, 11, 19))
    with store.reading() as connection:
        rows = connection.execute(select(company_day).order_by(company_day.c.day, company_day.c.measure)).all()
    assert [(str(each.day), each.measure, each.value) for each in rows] == [
        ("2026-11-17", "active_people", 12.0),
        ("2026-11-17", "prompts", 80.0),
        ("2026-11-18", "active_people", 0.0),
    ]
    assert active(store) == []


async def test_a_tenant_without_the_trend_is_read_all_the_same(read, graph: Graph, store: Store) -> None:
    graph.lines = ["2026-11-18,ana@example.com,2026-11-17"]
    graph.status = {f"{TREND}{NEW}": 400, f"{TREND}{OLD}": 404}
    report = await read(date(2026, 11, 19))
    assert len(active(store)) == 1
    (warning,) = report.warnings
    assert warning.startswith("trend is not read")


async def test_the_interactions_are_not_asked_for_unless_they_are_named(read, graph: Graph) -> None:
    await read(date(2026, 11, 19))
    assert not [each for each in graph.asked if "interaction" in each.lower()]


@pytest.mark.parametrize("name", ["0123456789ABCDEF0123456789ABCDEF", "nobody's name", ""])
def test_concealed_names_are_counted_and_left_out(name: str) -> None:
    page = parse_usage(f"{HEADER}\n2026-11-18,{name},2026-11-17\n".encode(), REPORT)
    assert (page.rows, dict(page.passed)) == ((), {CONCEALED: 1})
    assert "Org settings, Reports" in CONCEALED


def test_columns_are_found_by_their_names_wherever_they_are() -> None:
    page = parse_usage("\ufefflast activity date (UTC),User name\r\n2026-11-17,Ana@Example.com\r\n".encode(), REPORT)
    assert [(row.day, row.account, dict(row.measures)) for row in page.rows] == [
        (date(2026, 11, 17), "ana@example.com", {})
    ]


def test_each_app_has_its_own_day_and_somebody_was_active_on_all_of_them() -> None:
    header = "User Principal Name,Last Activity Date,Word Copilot Last Activity Date,Edge Last Activity Date"
    page = parse_usage(f"{header}\nana@example.com,2026-11-18,2026-11-12,2026-11-18\n".encode(), REPORT)
    assert [row.day for row in page.rows] == [date(2026, 11, 12), date(2026, 11, 18)]


def test_the_preview_is_read_page_by_page_whether_its_names_lie_on_the_row_or_in_its_period() -> None:
    (first,) = ask_usage(Scopes(), date(2026, 11, 12), date(2026, 11, 18))
    beta = first.otherwise
    assert beta is not None
    link = f"https://elsewhere.example/beta/copilot/reports/{DETAIL}(period=%27D28%27,version=%27v2%27)?$skiptoken=b"
    days = '{"reportPeriod": "28", "promptsSubmitted": "7", "copilotAgentLastActivityDate": "2026-11-16"}'
    answer = (
        '{"value": [{"userPrincipalName": "Ana@example.com", "lastActivityDate": "2026-11-18", '
        f'"wordCopilotLastActivityDate": null, "details": [{days}]}}], "@odata.nextLink": "{link}"}}'
    )
    page = parse_usage(answer.encode(), beta)
    assert [row.day for row in page.rows] == [date(2026, 11, 16), date(2026, 11, 18)]
    assert page.then == (Request(path=beta.path, parameters={"$skiptoken": "b"}),)


def test_the_trend_is_read_of_json_and_numbers_may_be_texts() -> None:
    day = '{"reportDate": "2026-11-18", "anyAppActiveUsers": 12, "promptsSubmitted": "80"}'
    answer = f'{{"value": [{{"reportPeriod": 28, "adoptionByDate": [{day}, {{"reportDate": "soon"}}]}}]}}'
    page = parse_trend(answer.encode(), REPORT)
    assert page.company == (CompanyRow(day=date(2026, 11, 18), measures={"active_people": 12, "prompts": 80}),)
    assert sum(page.bad.values()) == 1


@pytest.mark.parametrize("parse", [parse_usage, parse_trend])
def test_a_tenant_that_nobody_uses_is_no_error(parse) -> None:
    page = parse(b'{"value": []}', REPORT)
    assert (page.rows, page.company, page.then) == ((), (), ())


@pytest.mark.parametrize("report", ["", "Name,Last Activity Date\n", f"{HEADER}\n2026-11-18,ana@exam", f'{HEADER}\n"a'])
def test_a_report_that_is_cut_or_another_one_is_an_error(report: str) -> None:
    with pytest.raises(ValueError, match=r"report|table"):
        parse_usage(report.encode(), REPORT)


def test_the_next_page_is_asked_of_the_same_host_whatever_the_link_names() -> None:
    answer = b'{"value": [], "@odata.nextLink": "https://elsewhere.example/v1.0/users?$top=999&$skiptoken=a%2Bb"}'
    (then,) = parse_people(answer, PAGE).then
    assert then == Request(path=USERS, parameters={"$top": "999", "$skiptoken": "a+b"}, about="|sku-copilot")
    assert not then.link


@pytest.mark.parametrize(
    "path", ["https://graph.microsoft.com/v1.0/groups?a=b", "https://graph.microsoft.com/v1.0/users"]
)
def test_a_link_that_leads_to_no_further_users_is_an_error(path: str) -> None:
    with pytest.raises(ValueError, match="somewhere else"):
        parse_people(f'{{"value": [], "@odata.nextLink": "{path}"}}'.encode(), PAGE)


async def test_a_client_secret_is_exchanged_for_the_token_that_is_shown(read, graph: Graph) -> None:
    await read(date(2026, 11, 19), Scopes(tenant="example.com", client_id="app-1"))
    assert graph.asked[0] == "/example.com/oauth2/v2.0/token"
    assert graph.form == {
        "grant_type": "client_credentials",
        "client_id": "app-1",
        "client_secret": "key-of-the-test",
        "scope": "https://graph.microsoft.com/.default",
    }
    assert graph.keys == {"Bearer the token"}


async def test_without_an_application_the_key_is_shown_as_it_is(read, graph: Graph) -> None:
    await read(date(2026, 11, 19))
    assert graph.keys == {"Bearer key-of-the-test"}


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (401, ConfigurationError, "client secret"),
        (400, ConfigurationError, "tenant"),
        (429, TryAgainError, "patience"),
        (503, TryAgainError, "503"),
    ],
)
async def test_a_refused_sign_in_says_what_to_do(
    read, graph: Graph, status: int, error: type[ConnectorError], told: str
) -> None:
    graph.status = {"/token": status}
    with pytest.raises(error, match=told) as caught:
        await read(date(2026, 11, 19), Scopes(tenant="example.com", client_id="app-1"))
    assert "key-of-the-test" not in str(caught.value)


@pytest.mark.parametrize(("tenant", "client"), [("", "app-1"), ("example.com", ""), ("../elsewhere", "app-1")])
async def test_ids_that_are_missing_or_none_are_named(tenant: str, client: str) -> None:
    application = Application(tenant=tenant, client_id=client, secret="s", api=copilot.base_url)
    with pytest.raises(ConfigurationError, match="tenant" if client else "client_id"):
        await get_token(application, "http://127.0.0.1:1")
    assert "secret" not in repr(application)


async def test_a_secret_is_not_sent_where_others_could_read_it() -> None:
    application = Application(tenant="example.com", client_id="app-1", secret="s", api=copilot.base_url)
    with pytest.raises(ConfigurationError, match="https"):
        await get_token(application, "http://login.example.com")

"""ChatGPT's usage analytics: one source of tokens a day, restated in place, and optional."""

import json
import logging
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.door import NOT_A_PERSON
from connectors.errors import ConfigurationError, SourceFailedError
from connectors.files.fetch import Access, ingest
from connectors.ingest import CLOSED_DAY
from connectors.parts.chatgpt_usage import CODEX, TWO_BILLS
from connectors.parts.openai_usage import IDLE
from connectors.report import Quiet, RunReport
from storage import ingestion
from storage.store import Store, open_store
from tests.bot.golden import assert_golden
from tests.connectors.changes import mutated
from tests.connectors.lines import NOON, TODAY, costs, door, facts, message, source
from tests.connectors.vendor import ORGANIZATION, TOKEN, WORKSPACE, Vendor

HERE = Path(__file__).parent.parent
ANALYTICS = f"/v1/analytics/workspaces/{WORKSPACE}/usage"
DAY = NOON.date()

Row = dict[str, Any]


def usage(day: date = DAY, user: str = "ana@example.com", **totals: float | None) -> Row:
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return {
        "object": "workspace.usage.result",
        "start_time": start,
        "end_time": start + 86400,
        "user_id": f"user-{user}",
        "actor": {"type": "ACCOUNT_USER", "user_id": f"user-{user}", "email": user},
        "totals": totals,
        "clients": [],
    }


def payload() -> list[Row]:
    rows: list[Row] = json.loads((HERE / "meter" / "usage.json").read_text(encoding="utf-8"))
    return rows


@pytest.fixture
def vendor() -> Vendor:
    vendor = Vendor(usage=[])
    vendor.add("eclf_1", "2026-11-10T14:00:00.000000Z", [message(0), message(1, "assistant")])
    return vendor


class Run:
    def __init__(self, store: Store, server: TestServer) -> None:
        self._source = source(store)
        self._url = str(server.make_url("/v1/compliance"))

    async def __call__(
        self, *, today: date = TODAY, organization: str = "", since: date | None = None, base_url: str = ""
    ) -> RunReport:
        access = Access(
            token=TOKEN,
            workspace=WORKSPACE,
            organization=organization,
            base_url=base_url or self._url,
            since=since,
        )

        async def at_once(_seconds: float) -> None:
            return None

        return await ingest(self._source, access, today=today, progress=Quiet(), sleep=at_once)


@pytest.fixture
async def run(store: Store, vendor: Vendor, aiohttp_server: Callable[..., Any]) -> Run:
    return Run(store, await aiohttp_server(vendor.app()))


def asked(vendor: Vendor) -> list[dict[str, str]]:
    return [query for path, query in vendor.asked if path == ANALYTICS]


def day_asked(query: dict[str, str], name: str) -> date:
    return datetime.fromtimestamp(int(query[name]), UTC).date()


def told(store: Store) -> list[tuple[object, ...]]:
    return [
        (str(row["day"]), row["model"], row["sessions"], row["input_tokens"], row["output_tokens"], row["credits"])
        for row in facts(store)
    ]


async def test_the_facts_of_a_payload_are_the_golden_ones(run: Run, store: Store, vendor: Vendor) -> None:
    vendor.usage = payload()
    report = await run()
    assert report.skipped == {CODEX: 2, IDLE: 1, NOT_A_PERSON: 1, TWO_BILLS: 1}
    assert report.warnings == ()
    shown = [
        {name: value for name, value in row.items() if value is not None}
        | {"person": row["person"].hex()[:12], "day": str(row["day"])}
        for row in facts(store)
    ]
    assert_golden(HERE / "meter" / "golden.json", json.dumps(shown, indent=1) + "\n")


async def test_metered_tokens_take_the_place_of_estimates_and_leave_the_sessions(
    run: Run, store: Store, vendor: Vendor
) -> None:
    vendor.usage = [usage(uncached_text_input_tokens=300, text_output_tokens=50, credits=2, estimated_cost_usd=9)]
    await run()
    assert told(store) == [
        (str(DAY), "", None, 300, 50, 2.0),
        (str(DAY), "gpt-4o", 1, None, None, None),
    ]
    assert not any(row["tokens_estimated"] or row["cost"] for row in facts(store))


async def test_a_person_whom_the_analytics_leave_out_keeps_the_estimate(run: Run, store: Store, vendor: Vendor) -> None:
    vendor.usage = [usage(user="bo@example.com", text_output_tokens=50)]
    await run()
    assert [(row["tokens_estimated"], row["output_tokens"]) for row in facts(store)] in (
        [(True, 3), (False, 50)],
        [(False, 50), (True, 3)],
    )


async def test_with_an_organization_its_costs_are_the_meter_and_the_analytics_are_not_asked(
    run: Run, store: Store, vendor: Vendor
) -> None:
    vendor.add("eclf_cost", "2026-11-10T16:00:00.000000Z", [costs(1)], "COSTS")
    vendor.usage = [usage(uncached_text_input_tokens=7)]
    await run(organization=ORGANIZATION)
    assert asked(vendor) == []
    assert [row["input_tokens"] for row in facts(store)] == [100]


async def test_costs_and_analytics_of_one_day_are_never_added_together(run: Run, store: Store, vendor: Vendor) -> None:
    other = costs(2, day="2026-11-11") | {"timestamp": "2026-11-11T14:59:59Z"}
    vendor.add("eclf_cost", "2026-11-11T16:00:00.000000Z", [costs(1), other], "COSTS")
    vendor.usage = [usage(uncached_text_input_tokens=7, credits=1)]
    await run(organization=ORGANIZATION)
    assert [(row["input_tokens"], row["credits"]) for row in facts(store)] == [(100, 3.0), (100, 3.0)]
    one = [("2026-11-10", "", None, 7, None, 1.0), ("2026-11-10", "gpt-4o", 1, None, None, None)]
    both = [*one, ("2026-11-11", "gpt-4o", None, 100, 40, 3.0)]
    await run()
    assert told(store) == both
    await run(organization=ORGANIZATION)
    assert told(store) == both


async def test_a_second_run_changes_nothing_and_works_out_no_day(run: Run, store: Store, vendor: Vendor) -> None:
    vendor.usage = payload()
    await run()
    before = facts(store)
    report = await run()
    assert (facts(store), report.days) == (before, 0)


async def test_days_that_may_be_restated_are_asked_for_again_and_older_ones_are_not(
    run: Run, store: Store, vendor: Vendor
) -> None:
    yesterday = TODAY - timedelta(days=1)
    vendor.usage = [usage(yesterday, text_output_tokens=50)]
    await run()
    vendor.asked.clear()
    vendor.usage = [usage(yesterday, text_output_tokens=80)]
    await run(today=TODAY + timedelta(days=1))
    (query,) = asked(vendor)
    assert (day_asked(query, "start_time"), day_asked(query, "end_time")) == (
        TODAY - timedelta(days=7),
        TODAY + timedelta(days=1),
    )
    assert (str(yesterday), "", None, None, 80, None) in told(store)
    assert len(told(store)) == 2


async def test_a_day_that_is_no_longer_told_loses_its_tokens_and_keeps_its_messages(
    run: Run, store: Store, vendor: Vendor
) -> None:
    today = DAY + timedelta(days=3)
    vendor.usage = [usage(text_output_tokens=50), usage(DAY - timedelta(days=1), text_output_tokens=20)]
    await run(today=today)
    assert len(told(store)) == 3
    vendor.usage = []
    await run(today=today)
    (row,) = facts(store)
    assert (row["day"], row["tokens_estimated"], row["output_tokens"]) == (DAY, True, 3)


async def test_the_order_of_rows_and_pages_does_not_matter(run: Run, store: Store, vendor: Vendor) -> None:
    vendor.usage = payload()
    await run()
    before = facts(store)
    random.Random(3).shuffle(vendor.usage)
    vendor.page = 3
    report = await run()
    assert (facts(store), report.days) == (before, 0)


async def test_a_row_that_comes_on_two_pages_counts_once(run: Run, store: Store, vendor: Vendor) -> None:
    vendor.usage = [usage(text_output_tokens=50)] * 3
    await run()
    assert [row["output_tokens"] for row in facts(store) if not row["sessions"]] == [50]


async def test_not_enabled_is_told_once_and_the_messages_are_read(run: Run, store: Store, vendor: Vendor) -> None:
    vendor.usage = None
    report = await run()
    (warning,) = report.warnings
    assert "the usage analytics are not read, so tokens are estimated" in warning
    assert "answered 404" in warning
    assert "`organization`" in warning
    assert len(asked(vendor)) == 1
    assert [row["tokens_estimated"] for row in facts(store)] == [True]


async def test_a_key_that_lacks_the_permission_is_told_which(run: Run, store: Store, vendor: Vendor) -> None:
    vendor.failures = {"usage": [(403, {})]}
    (warning,) = (await run()).warnings
    assert "enterprise.analytics.usage.read" in warning
    assert len(facts(store)) == 1


@pytest.mark.parametrize("fault", ["same_page", "no_next_page"])
async def test_pages_that_lead_nowhere_are_an_error_and_the_messages_are_kept(
    run: Run, store: Store, vendor: Vendor, fault: str
) -> None:
    vendor.usage = [usage(user=f"p{number}@example.com", text_output_tokens=9) for number in range(5)]
    setattr(vendor, fault, True)
    with pytest.raises(SourceFailedError, match="usage analytics"):
        await run()
    assert [row["sessions"] for row in facts(store)] == [1]


@pytest.mark.parametrize(("times", "kept"), [(1, 6), (2, 6), (3, 1)])
async def test_a_cursor_that_expired_has_the_window_asked_anew_and_one_that_stays_expired_is_no_short_count(
    run: Run, store: Store, vendor: Vendor, times: int, kept: int
) -> None:
    vendor.usage = [usage(user=f"p{number}@example.com", text_output_tokens=9) for number in range(5)]
    answers = iter([None, 400] * times)
    trouble = vendor._trouble

    def expired(request: web.Request) -> web.Response | None:
        given = next(answers, None) if request.path == ANALYTICS else None
        return web.Response(status=given) if given else trouble(request)

    vendor._trouble = expired  # type: ignore[method-assign]
    if kept == 1:
        with pytest.raises(SourceFailedError, match="broke off"):
            await run()
    else:
        await run()
    assert len(facts(store)) == kept
    assert (await run()).warnings == ()
    assert len(facts(store)) == 6


async def test_a_cut_answer_is_an_error(run: Run, store: Store, vendor: Vendor) -> None:
    trouble = vendor._trouble

    def cut(request: web.Request) -> web.Response | None:
        if request.path == ANALYTICS:
            return web.Response(text='{"object":"page","has_more":false,"data":[{"start_time":17')
        return trouble(request)

    vendor._trouble = cut  # type: ignore[method-assign]
    with pytest.raises(SourceFailedError, match="cannot be read"):
        await run()
    assert [row["tokens_estimated"] for row in facts(store)] == [True]


async def test_the_first_run_reaches_back_a_year_and_old_days_have_tokens_but_no_sessions(
    run: Run, store: Store, vendor: Vendor
) -> None:
    old = TODAY - timedelta(days=300)
    vendor.usage = [usage(old, text_output_tokens=50)]
    await run()
    assert min(day_asked(query, "start_time") for query in asked(vendor)) == TODAY - timedelta(days=365)
    assert told(store)[0] == (str(old), "", None, None, 50, None)
    assert old in ingestion.closed_days(store, "chatgpt")


async def test_the_first_run_begins_where_it_is_told(run: Run, vendor: Vendor) -> None:
    await run(since=date(2026, 11, 1))
    assert {day_asked(query, "start_time") for query in asked(vendor)} == {date(2026, 11, 1)}


async def test_older_days_that_are_not_to_be_had_end_the_reading_without_a_warning(
    run: Run, store: Store, vendor: Vendor
) -> None:
    vendor.usage = [usage(text_output_tokens=50)]
    trouble = vendor._trouble

    def young(request: web.Request) -> web.Response | None:
        start = int(request.query.get("start_time", 2**40))
        return web.Response(status=422) if start < 1_788_000_000 else trouble(request)

    vendor._trouble = young  # type: ignore[method-assign]
    assert (await run()).warnings == ()
    assert len(facts(store)) == 2


async def test_what_comes_for_a_closed_day_is_refused_and_counted(run: Run, store: Store, vendor: Vendor) -> None:
    old = NOON - timedelta(days=60)
    vendor.usage = None
    vendor.add("eclf_old", "2026-11-10T09:00:00.000000Z", [message(0, conversation="old", moment=old)])
    await run()
    before = facts(store)
    assert ingestion.closed_days(store, "chatgpt") == {old.date()}
    vendor.usage = [usage(old.date(), text_output_tokens=50)]
    report = await run()
    assert report.skipped[CLOSED_DAY] == 1
    assert facts(store) == before


@pytest.mark.parametrize("ending", ["/v1/compliance", "/v1/compliance/"])
async def test_the_analytics_are_asked_beside_the_compliance_api(
    run: Run, vendor: Vendor, store: Store, ending: str, aiohttp_server: Callable[..., Any]
) -> None:
    vendor.usage = [usage(text_output_tokens=50)]
    server = await aiohttp_server(vendor.app())
    await run(base_url=str(server.make_url("/")).rstrip("/") + ending)
    assert len(asked(vendor)) == 14
    assert len(facts(store)) == 2


async def test_a_proxy_in_place_of_the_compliance_api_is_asked_as_before(
    run: Run, vendor: Vendor, store: Store, aiohttp_server: Callable[..., Any]
) -> None:
    outer = web.Application()
    outer.router.add_get("/proxy/workspaces/{id}/users", vendor._users)
    outer.router.add_get("/proxy/{scope}/{id}/logs", vendor._logs)
    outer.router.add_get("/proxy/{scope}/{id}/logs/{file}", vendor._redirect)
    outer.router.add_get("/storage/{file}", vendor._body)
    server = await aiohttp_server(outer)
    report = await run(base_url=str(server.make_url("/proxy")))
    assert report.files == 1
    assert len(report.warnings) == 1


async def test_nothing_identifying_of_a_report_is_kept(
    run: Run, store: Store, vendor: Vendor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bird = "canary.person@canary.example"
    row = usage(user=bird, text_output_tokens=50) | {"name": bird, bird: bird, "code_attribution": {"repo": bird}}
    models = [{"model": f"The canary {bird}", "text_output_tokens": 40}]
    clients = [{"client_id": bird, "text_output_tokens": 50}]
    yesterday = int(usage(TODAY - timedelta(days=1))["start_time"])
    bad = row | {"start_time": yesterday, "totals": {"text_output_tokens": bird}}
    vendor.usage = [row | {"models": models, "clients": clients}]
    await run()
    assert door().person(bird) in {each["person"] for each in facts(store)}
    vendor.usage = [bad]
    with pytest.raises(SourceFailedError) as caught:
        await run()
    assert "canary" not in str(caught.value)
    assert "canary" not in caplog.text.lower()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes().lower(), path.name


async def test_a_report_that_was_tampered_with_is_read_or_refused_and_never_a_crash(
    vendor: Vendor, tmp_path: Path, aiohttp_server: Callable[..., Any]
) -> None:
    rng = random.Random(1)
    body = json.dumps({"object": "page", "has_more": False, "next_page": None, "data": payload()}).encode()
    trouble = vendor._trouble

    def tampered(request: web.Request) -> web.Response | None:
        return web.Response(body=mutated(body, rng)) if request.path == ANALYTICS else trouble(request)

    vendor._trouble = tampered  # type: ignore[method-assign]
    server = await aiohttp_server(vendor.app())
    refused = 0
    for number in range(40):
        opened = open_store(f"sqlite:///{tmp_path / f'{number}.db'}")
        try:
            await Run(opened, server)(since=DAY)
        except SourceFailedError:
            refused += 1
        rows = facts(opened)
        assert rows[0]["messages"] == 2 or len(rows) > 1
        assert all(0 <= (row[name] or 0) < 2**63 for row in rows for name in ("input_tokens", "output_tokens"))
        opened.close()
    assert 0 < refused < 40


async def test_a_missing_workspace_is_named(store: Store) -> None:
    with pytest.raises(ConfigurationError, match="workspace"):
        await ingest(source(store), Access(token=TOKEN, workspace=""), today=TODAY, progress=Quiet())

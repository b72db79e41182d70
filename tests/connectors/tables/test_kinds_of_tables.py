"""Tables that add, tables that are read on request, and tables of the whole organisation."""

from datetime import date, timedelta

import pytest
from aiohttp import web

from connectors.errors import NotPublishedError
from storage import ingestion
from storage.store import Store
from tests.connectors.tables.toy import TODAY, Vendor, company, facts, read, row, table, toy

SNAPSHOT, LOG = table("snapshot", adds=True), table("log", opt_in=True)
BOTH = toy(SNAPSHOT, LOG)
ANA, BO = "ana@example.com", "bo@example.com"
D17, D18, D19 = "2026-11-17", "2026-11-18", "2026-11-19"


@pytest.fixture
async def vendor(aiohttp_server) -> Vendor:
    vendor = Vendor()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", vendor.reply)
    vendor.base = str((await aiohttp_server(app)).make_url(""))
    return vendor


async def test_an_opt_in_table_is_not_asked_for_unless_it_is_named(vendor: Vendor, store: Store) -> None:
    await read(vendor, store, BOTH)
    assert {each.split("?")[0] for each in vendor.asked} == {"/snapshot"}
    await read(vendor, store, BOTH, also=("log",))
    assert {each.split("?")[0] for each in vendor.asked} == {"/snapshot", "/log"}


async def test_activity_and_measures_of_one_person_and_day_are_one_fact(vendor: Vendor, store: Store) -> None:
    vendor.pages["snapshot"] = [{"rows": [row(ANA, D18), row(BO, D17, prompts=99)]}]
    vendor.pages["log"] = [{"rows": [row(ANA, D18, prompts=5), row(ANA, D18, "gpt-5", prompts=2)]}]
    for _ in range(2):
        await read(vendor, store, BOTH, also=("log",))
        assert facts(store) == [(D17, "bo", "", None), (D18, "ana", "", 5), (D18, "ana", "gpt-5", 2)]


async def test_what_an_adding_table_said_stays_while_measures_are_replaced(vendor: Vendor, store: Store) -> None:
    vendor.pages["snapshot"] = [{"rows": [row(ANA, D17)]}]
    vendor.pages["log"] = [{"rows": [row(ANA, D18, prompts=5), row(BO, D18, "gpt-5", prompts=2)]}]
    await read(vendor, store, BOTH, also=("log",))
    vendor.pages["snapshot"] = [{"rows": [row(ANA, D19)]}]
    vendor.pages["log"] = [{"rows": [row(ANA, D18, prompts=4)]}]
    await read(vendor, store, BOTH, also=("log",))
    assert facts(store) == [(D17, "ana", "", None), (D18, "ana", "", 4), (D19, "ana", "", None)]


async def test_measures_stay_when_an_opt_in_table_is_no_longer_read(vendor: Vendor, store: Store) -> None:
    vendor.pages["log"] = [{"rows": [row(ANA, D18, prompts=5)]}]
    await read(vendor, store, BOTH, also=("log",))
    await read(vendor, store, BOTH)
    assert facts(store) == [(D18, "ana", "", 5)]


async def test_a_table_that_is_switched_on_later_is_read_as_far_back_as_the_vendor_keeps(
    vendor: Vendor, store: Store
) -> None:
    connector = toy(table("daily"), LOG)
    await read(vendor, store, connector)
    vendor.asked.clear()
    await read(vendor, store, connector)
    assert vendor.asked == ["/daily?first=2026-11-17&last=2026-11-19"]
    vendor.asked.clear()
    await read(vendor, store, connector, also=("log",))
    assert set(vendor.asked) == {f"/{name}?first=2026-11-10&last=2026-11-19" for name in ("daily", "log")}
    vendor.asked.clear()
    await read(vendor, store, connector, also=("log",))
    assert "/log?first=2026-11-17&last=2026-11-19" in vendor.asked


async def test_a_snapshot_that_is_not_there_is_an_error_unless_it_is_optional(vendor: Vendor, store: Store) -> None:
    vendor.answer = lambda request: web.Response(status=404) if "snapshot" in request.path else None
    with pytest.raises(NotPublishedError):
        await read(vendor, store, BOTH)
    vendor.pages["daily"] = [{"rows": [row(ANA, D18, prompts=1)]}]
    report = await read(vendor, store, toy(table("snapshot", adds=True, optional=True), table("daily")))
    assert report.warnings == ("snapshot is not read: snapshot answered 404",)
    assert facts(store) == [(D18, "ana", "", 1)]


async def test_days_of_a_log_that_are_late_keep_what_was_known(vendor: Vendor, store: Store) -> None:
    vendor.pages["log"] = [{"rows": [row(ANA, D18, prompts=5)]}]
    await read(vendor, store, BOTH, also=("log",))
    vendor.answer = lambda request: web.Response(status=404) if "log" in request.path else None
    await read(vendor, store, BOTH, also=("log",))
    assert facts(store) == [(D18, "ana", "", 5)]
    assert date(2026, 11, 18) in ingestion.late_days(store, "toy")


def number(day: str, **measures: float) -> dict[str, object]:
    return {"day": day, "measures": measures}


async def test_numbers_of_the_whole_organisation_are_kept_by_day_and_replaced_when_restated(
    vendor: Vendor, store: Store
) -> None:
    connector = toy(table("daily"))
    vendor.pages["daily"] = [{"company": [number("2026-11-12", merged=3), number(D18, merged=7, median_minutes=2.5)]}]
    await read(vendor, store, connector)
    assert company(store) == [("2026-11-12", "merged", 3.0), (D18, "median_minutes", 2.5), (D18, "merged", 7.0)]
    vendor.pages["daily"] = [{"company": [number(D18, merged=8), number(D19, merged=1)]}]
    await read(vendor, store, connector)
    assert company(store) == [("2026-11-12", "merged", 3.0), (D18, "merged", 8.0), (D19, "merged", 1.0)]


@pytest.mark.parametrize("silence", [{"no_data": True}, None])
async def test_what_the_organisation_did_on_days_that_are_untold_or_late_stays(
    vendor: Vendor, store: Store, silence: dict[str, object] | None
) -> None:
    connector = toy(table("daily", span_days=1))
    vendor.pages["daily"] = [{"company": [number(D18, merged=7)]}]
    await read(vendor, store, connector)
    vendor.pages["daily"] = [{}]
    vendor.answer = lambda request: (
        (web.json_response(silence) if silence else web.Response(status=404)) if request.query["first"] == D18 else None
    )
    await read(vendor, store, connector)
    assert company(store) == [(D18, "merged", 7.0)]
    vendor.answer = lambda _request: None
    await read(vendor, store, connector)
    assert company(store) == []


async def test_numbers_of_the_organisation_that_cannot_be_are_counted_and_left_out(
    vendor: Vendor, store: Store
) -> None:
    vendor.pages["daily"] = [{"company": [number(D18, merged=-1), number(D19, **{"Not a name": 1})]}]
    report = await read(vendor, store, toy(table("daily")))
    assert (company(store), sum(report.skipped.values())) == ([], 2)


async def test_nothing_is_asked_for_before_the_first_day(vendor: Vendor, store: Store) -> None:
    await read(vendor, store, BOTH, since=TODAY + timedelta(days=1))
    assert vendor.asked == []

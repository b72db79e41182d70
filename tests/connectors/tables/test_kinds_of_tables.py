"""Tables that add, tables that are read on request, and tables of the whole organisation."""

from datetime import date, timedelta

import pytest
from aiohttp import web

from connectors.errors import NotPublishedError
from storage import ingestion
from storage.reading import company_days, project_days
from storage.store import Store
from tests.connectors.tables.toy import TODAY, Vendor, company, facts, read, row, table, toy

SNAPSHOT, LOG = table("snapshot", adds=True), table("log", opt_in=True)
BOTH = toy(SNAPSHOT, LOG)
ANA, BO = "ana@example.com", "bo@example.com"
TOLD = frozenset({"merged", "median_minutes"})
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
    connector = toy(table("daily", whole=TOLD))
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
    connector = toy(table("daily", span_days=1, whole=TOLD))
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


async def test_numbers_that_add_up_do_so_over_pages_and_projects_stay_apart(vendor: Vendor, store: Store) -> None:
    def bill(cost: float, project: str = "") -> dict[str, object]:
        return {**number(D18, cost=cost), "project": project, "adds": True}

    vendor.pages["bills"] = [{"company": [bill(1), bill(2, "proj_a")]}, {"company": [bill(4), bill(8, "proj_b")]}]
    connector = toy(table("bills", whole=frozenset({"cost"})))
    for _ in range(2):
        await read(vendor, store, connector)
        days = project_days(store, "toy", date(2026, 11, 18), date(2026, 11, 18)).items()
        assert {project: told["cost"] for (_, project), told in days} == {"": 5, "proj_a": 2, "proj_b": 8}
    assert company_days(store, "toy", date(2026, 11, 18), date(2026, 11, 18)) == {date(2026, 11, 18): {"cost": 15}}
    vendor.pages["bills"] = [{"company": [bill(3, "proj_a")]}]
    await read(vendor, store, connector)
    assert company(store) == [(D18, "cost", 3.0)]


async def test_one_table_takes_nothing_away_of_what_another_told_of_the_organisation(
    vendor: Vendor, store: Store
) -> None:
    seats, bills = (table(name, optional=True, whole=frozenset({name})) for name in ("seats", "bills"))
    vendor.pages["seats"], vendor.pages["bills"] = [{"company": [number(D18, seats=9)]}], [{"company": []}]
    connector = toy(seats, bills)
    vendor.pages["bills"] = [{"company": [number(D18, bills=5)]}]
    await read(vendor, store, connector)
    vendor.pages["seats"] = [{"company": [number(D18, seats=8)]}]
    vendor.answer = lambda request: web.Response(status=403) if "bills" in request.path else None
    await read(vendor, store, connector)
    assert company(store) == [(D18, "bills", 5.0), (D18, "seats", 8.0)]


async def test_a_snapshot_of_the_organisation_is_kept_under_today_and_stays(vendor: Vendor, store: Store) -> None:
    spend = table("spend", whole=frozenset({"spend"}))
    connector = toy(table("daily", whole=frozenset({"merged"})), people=(spend,))
    vendor.pages["spend"] = [{"company": [number(str(TODAY), spend=9)]}]
    await read(vendor, store, connector)
    vendor.pages["spend"] = [{"company": []}]
    await read(vendor, store, connector, today=TODAY + timedelta(days=1))
    assert company(store) == [(str(TODAY), "spend", 9.0)]


async def test_people_in_a_project_are_counted_by_day_without_machines_and_each_once(
    vendor: Vendor, store: Store
) -> None:
    told = [{**row(each, D18, model, prompts=1), "project": "proj_a"} for each in (ANA, BO) for model in "xy"]
    nobody = {**row(None, D18, prompts=1), "project": "proj_a"}
    vendor.pages["log"] = [{"rows": [*told, nobody, row(ANA, D19, prompts=1)]}]
    await read(vendor, store, toy(table("log", whole=frozenset({"people"}))))
    assert company(store) == [(D18, "people", 2.0)]


async def test_a_report_that_is_not_to_be_had_for_many_days_is_told(vendor: Vendor, store: Store) -> None:
    vendor.answer = lambda request: web.Response(status=404) if "bills" in request.path else None
    report = await read(vendor, store, toy(table("daily"), table("bills", optional=True, whole=frozenset({"cost"}))))
    assert report.warnings == ("bills is not read: bills answered 404",)


async def test_numbers_of_the_organisation_that_cannot_be_are_counted_and_left_out(
    vendor: Vendor, store: Store
) -> None:
    vendor.pages["daily"] = [{"company": [number(D18, merged=-1), number(D19, **{"Not a name": 1})]}]
    report = await read(vendor, store, toy(table("daily")))
    assert (company(store), sum(report.skipped.values())) == ([], 2)


async def test_nothing_is_asked_for_before_the_first_day(vendor: Vendor, store: Store) -> None:
    await read(vendor, store, BOTH, since=TODAY + timedelta(days=1))
    assert vendor.asked == []

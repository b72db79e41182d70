"""Over HTTP: pages, the cursor, redirects, patience, checksums, permissions."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from aiohttp.test_utils import TestServer

from connectors.errors import (
    ConfigurationError,
    PermissionMissingError,
    SourceFailedError,
    TryAgainError,
)
from connectors.files.fetch import Access, ingest
from connectors.report import Quiet, RunReport
from storage import ingestion
from storage.store import Store
from tests.connectors.lines import NOON, TODAY, costs, door, facts, message, only, source
from tests.connectors.vendor import ORGANIZATION, TOKEN, WORKSPACE, Vendor


@pytest.fixture
def vendor() -> Vendor:
    vendor = Vendor()
    for number in range(5):
        events = [message(number, "assistant" if number % 2 else "user")]
        vendor.add(f"eclf_{number}", f"2026-11-10T1{number}:00:00.000000Z", events)
    vendor.add("eclf_cost", "2026-11-10T16:00:00.000000Z", [costs(1)], "COSTS")
    vendor.users = [
        {"id": f"user-{number}", "email": f"p{number}@example.com", "created_at": 1_790_000_000, "status": "active"}
        for number in range(5)
    ]
    return vendor


class Run:
    """Runs against the fake vendor, and remembers how long it was told to wait."""

    def __init__(self, store: Store, server: TestServer) -> None:
        self._source = source(store)
        self._url = str(server.make_url("/v1/compliance"))
        self.pauses: list[float] = []

    async def __call__(self, *, token: str = TOKEN, today: date = TODAY, **changes: str) -> RunReport:
        access = Access(
            **{"token": token, "workspace": WORKSPACE, "organization": ORGANIZATION, "base_url": self._url} | changes
        )

        async def sleep(seconds: float) -> None:
            self.pauses.append(seconds)

        return await ingest(self._source, access, today=today, progress=Quiet(), sleep=sleep)


@pytest.fixture
async def run(store: Store, vendor: Vendor, aiohttp_server: Callable[..., object]) -> Run:
    server = await aiohttp_server(vendor.app())  # type: ignore[misc]
    return Run(store, server)


async def test_everything_listed_is_read_page_by_page(run: Run, store: Store, vendor: Vendor) -> None:
    report = await run()
    assert (report.files, report.rows, report.warnings) == (6, 6, ())
    fact = only(facts(store))
    assert (fact["messages"], fact["prompts"], fact["input_tokens"], fact["credits"]) == (5, 3, 100, 3.0)
    assert len(ingestion.read_seats(store, "chatgpt")) == 5
    assert run.pauses == []


async def test_the_storage_host_is_not_shown_the_key(run: Run, vendor: Vendor) -> None:
    await run()
    assert vendor.served["eclf_0"] == 1
    assert vendor.keys_shown_to_storage == []


async def test_a_second_run_lists_again_from_a_margin_and_reads_only_what_is_new(
    run: Run, store: Store, vendor: Vendor
) -> None:
    await run()
    vendor.add("eclf_late", "2026-11-10T12:30:00.000000Z", [message(9)])
    vendor.asked.clear()
    report = await run()
    assert (report.files, report.known_files) == (1, 6)
    assert vendor.served["eclf_0"] == 1
    first = next(query["after"] for path, query in vendor.asked if query.get("event_type") == "CONVERSATION_MESSAGE")
    assert first == "2026-11-07T14:00:00Z"
    assert ingestion.get_watermark(store, "chatgpt", "CONVERSATION_MESSAGE") == "2026-11-10T14:00:00.000000Z"


async def test_a_first_run_reads_the_newest_files_first_and_goes_on_where_it_was_stopped(
    run: Run, store: Store, vendor: Vendor
) -> None:
    names = [f"eclf_{number}" for number in range(5)]
    vendor.failures = {"eclf_1": [(401, {})]}
    with pytest.raises(PermissionMissingError):
        await run()
    done = ingestion.done_files(store, "chatgpt")
    assert done == {"eclf_2", "eclf_3", "eclf_4"}
    # What is older is still to come, and may fall out of what the vendor keeps: that is what status goes by.
    assert ingestion.get_watermark(store, "chatgpt", "CONVERSATION_MESSAGE") == "2026-10-21T00:00:00Z"
    vendor.add("eclf_new", "2026-11-10T15:00:00.000000Z", [message(9)])
    vendor.asked.clear()
    await run()
    fetched = {path.rsplit("/", 1)[-1] for path, _ in vendor.asked if "eclf_" in path}
    assert fetched & {*names, "eclf_new"} == {"eclf_new", "eclf_1", "eclf_0"}
    assert ingestion.get_watermark(store, "chatgpt", "CONVERSATION_MESSAGE") == "2026-11-10T15:00:00.000000Z"


async def test_an_empty_list_does_not_move_the_watermark(run: Run, store: Store, vendor: Vendor) -> None:
    vendor.files.clear()
    await run()
    assert ingestion.get_watermark(store, "chatgpt", "CONVERSATION_MESSAGE") is None


async def test_the_first_run_reaches_back_as_far_as_the_vendor_keeps(run: Run, vendor: Vendor) -> None:
    await run()
    after = [query["after"] for _, query in vendor.asked if "after" in query and "event_type" in query]
    assert after[0] == "2026-10-21T00:00:00Z"


async def test_retry_after_is_honoured_and_server_errors_are_tried_again(
    run: Run, store: Store, vendor: Vendor
) -> None:
    vendor.failures = {"eclf_1": [(429, {"Retry-After": "7"}), (500, {})], "logs": [(503, {})]}
    report = await run()
    assert report.files == 6
    assert len(run.pauses) == 3
    assert any(7 <= pause <= 7 * 1.25 for pause in run.pauses)


async def test_a_vendor_that_asks_for_an_hour_gets_it(run: Run, store: Store, vendor: Vendor) -> None:
    vendor.failures = {"users": [(429, {"Retry-After": "3600"})]}
    with pytest.raises(TryAgainError) as caught:
        await run()
    assert caught.value.after == 3600
    assert run.pauses == []


async def test_a_vendor_that_stays_down_is_given_up_for_now(run: Run, vendor: Vendor) -> None:
    vendor.failures = {"users": [(502, {})] * 50}
    with pytest.raises(TryAgainError, match="502"):
        await run()
    assert run.pauses == sorted(run.pauses)


async def test_a_refused_key_names_the_permission_and_where_it_is_granted(run: Run, store: Store) -> None:
    with pytest.raises(PermissionMissingError, match="compliance read") as caught:
        await run(token="sk-wrong")
    assert "Workspace settings" in str(caught.value)
    assert "sk-wrong" not in str(caught.value)
    with store.reading() as connection:
        assert "compliance read" in connection.exec_driver_sql("SELECT error FROM run").scalar_one()


@pytest.mark.parametrize("fault", ["stuck", "no_cursor"])
async def test_a_cursor_that_leads_nowhere_is_an_error(run: Run, vendor: Vendor, fault: str) -> None:
    setattr(vendor, fault, True)
    with pytest.raises(SourceFailedError):
        await run()


async def test_a_file_with_a_wrong_checksum_is_not_done_and_stops_nobody(
    run: Run, store: Store, vendor: Vendor
) -> None:
    sound = vendor.bodies["eclf_1"]
    vendor.bodies["eclf_1"] = sound.replace(b"Hello", b"Jello")
    report = await run()
    assert report.damaged == ("CONVERSATION_MESSAGE eclf_1",)
    assert (report.files, only(facts(store))["messages"]) == (5, 4)
    assert ingestion.get_watermark(store, "chatgpt", "CONVERSATION_MESSAGE") == "2026-11-10T10:00:00.000000Z"
    vendor.bodies["eclf_1"] = sound
    assert (await run()).damaged == ()
    assert only(facts(store))["messages"] == 5


async def test_no_run_lists_files_from_before_the_first_one_began(run: Run, store: Store, vendor: Vendor) -> None:
    sound = vendor.bodies["eclf_1"]
    vendor.bodies["eclf_1"] = sound + b"x"
    begin = date(2026, 11, 10)
    await run(since=begin)
    vendor.bodies["eclf_1"] = sound
    vendor.add("eclf_before", "2026-11-08T10:00:00.000000Z", [message(0, moment=NOON - timedelta(days=2))])
    await run()
    assert {row["day"] for row in facts(store)} == {begin}


async def test_a_stream_that_is_not_switched_on_is_a_warning(run: Run, store: Store, vendor: Vendor) -> None:
    vendor.costs_enabled = False
    report = await run()
    assert len(report.warnings) == 1
    assert only(facts(store))["tokens_estimated"]
    assert len((await run(organization="")).warnings) == 1


async def test_days_older_than_the_vendor_keeps_are_closed(run: Run, store: Store, vendor: Vendor) -> None:
    old = NOON - timedelta(days=60)
    vendor.add("eclf_old", "2026-11-10T09:00:00.000000Z", [message(0, conversation="old", moment=old)])
    await run()
    assert ingestion.closed_days(store, "chatgpt") == {old.date()}
    assert len(facts(store)) == 2


async def test_nothing_is_closed_while_a_file_is_damaged(run: Run, store: Store, vendor: Vendor) -> None:
    old = NOON - timedelta(days=60)
    vendor.add("eclf_old", "2026-11-10T09:00:00.000000Z", [message(0, conversation="old", moment=old)])
    vendor.bodies["eclf_2"] += b"x"
    await run()
    assert ingestion.closed_days(store, "chatgpt") == set()


async def test_a_seat_given_up_ends_on_the_day_it_was_first_seen_so(run: Run, store: Store, vendor: Vendor) -> None:
    await run()
    vendor.users[0]["status"] = "inactive"
    await run(today=date(2026, 11, 15))
    await run(today=date(2026, 11, 18))
    ends = {seat.person: seat.end for seat in ingestion.read_seats(store, "chatgpt")}
    assert ends.pop(door().person("p0@example.com")) == date(2026, 11, 15)  # type: ignore[arg-type]
    assert set(ends.values()) == {None}


async def test_a_key_is_not_sent_where_others_could_read_it(run: Run) -> None:
    with pytest.raises(ConfigurationError, match="https"):
        await run(base_url="http://vendor.example/v1")


async def test_a_missing_workspace_is_named(run: Run) -> None:
    with pytest.raises(ConfigurationError, match="workspace"):
        await run(workspace="")

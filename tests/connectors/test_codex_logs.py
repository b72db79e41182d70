"""Codex from CODEX_LOG files: what counts, and that the analytics and the logs are never both counted."""

import json
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.codex import codex
from connectors.connector import FileFeed, Scopes, from_files
from connectors.door import NOT_A_PERSON, Door
from connectors.errors import ConfigurationError
from connectors.files.fetch import Access, ingest
from connectors.ingest import CLOSED_DAY, Source, ingest_path
from connectors.parts.codex_log import TOOLS, UNKNOWN
from connectors.parts.jsonl import FOREIGN
from connectors.report import Quiet, RunReport
from connectors.tables.run import ingest_tables
from connectors.tables.state import TableAccess
from storage import ingestion
from storage.schema import MEASURES
from storage.store import Store
from tests.bot.golden import assert_golden
from tests.connectors.lines import KEY, TODAY, facts, merge, write
from tests.connectors.test_privacy import planted
from tests.connectors.vendor import TOKEN, WORKSPACE, Vendor

HERE = Path(__file__).parent / "codex_logs"
EVENTS: list[dict[str, Any]] = [json.loads(line) for line in (HERE / "log.jsonl").read_text("utf-8").splitlines()]
LOGS = codex.kinds["logs"]
DAY = date(2026, 11, 10)
BIRD, SENTENCE = "canary.person@canary-corp.example", "The canary sings at midnight"


def source(store: Store) -> Source:
    return Source(store=store, name="codex", connector=LOGS, door=Door(KEY, "codex"))


def read(store: Store, path: Path) -> RunReport:
    return ingest_path(source(store), path, today=TODAY, progress=Quiet())


def event(number: int, day: date = DAY, **changes: Any) -> dict[str, Any]:
    """Return an answer on a day, with 100 tokens in and 10 out."""
    used = {"input_tokens": 100, "cached_input_tokens": 40, "output_tokens": 10, "reasoning_output_tokens": 5}
    answer = merge(EVENTS[4], {"event_id": f"e-{number}", "timestamp": f"{day}T09:00:00Z"})
    return merge(answer, {"event_details": {"token_usage": used, "session_id": f"s-{number}"}, **changes})


def reported(day: date) -> dict[str, Any]:
    """Return a row of the analytics: 3 threads, 7 turns."""
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    actor = {"type": "ACCOUNT_USER", "user_id": "user-ana@example.com", "email": "ana@example.com"}
    totals = {"threads": 3, "turns": 7, "credits": 1.5, "uncached_text_input_tokens": 5000}
    return {
        "start_time": start,
        "end_time": start + 86400,
        "user_id": actor["user_id"],
        "actor": actor,
        "totals": totals,
    }


def told(store: Store) -> dict[str, tuple[object, ...]]:
    """Return sessions, prompts, tokens in and credits by day; one row a day is expected."""
    rows = facts(store)
    found = {str(row["day"]): (row["sessions"], row["prompts"], row["input_tokens"], row["credits"]) for row in rows}
    assert len(found) == len(rows), rows
    return found


BY_ANALYTICS, BY_LOGS = (3, 7, 5000, 1.5), (1, 0, 100, None)


class Both:
    """Reads the same store in either way from one vendor."""

    def __init__(self, store: Store, base_url: str) -> None:
        self._source, self._url = source(store), base_url

    async def analytics(self, today: date = TODAY) -> RunReport:
        access = TableAccess(token=TOKEN, scopes=Scopes(workspace=WORKSPACE), base_url=self._url)
        by_tables = replace(self._source, connector=codex)
        return await ingest_tables(by_tables, access, today=today, progress=Quiet(), sleep=at_once)

    async def logs(self, today: date = TODAY) -> RunReport:
        access = Access(token=TOKEN, workspace=WORKSPACE, base_url=self._url)
        return await ingest(self._source, access, today=today, progress=Quiet(), sleep=at_once)


async def at_once(_seconds: float) -> None:
    """Not wait."""


@pytest.fixture
def vendor() -> Vendor:
    return Vendor(page=50)


@pytest.fixture
async def both(store: Store, vendor: Vendor, aiohttp_server: Callable[..., Any]) -> Both:
    server = await aiohttp_server(vendor.app())
    return Both(store, str(server.make_url("/v1")))


def test_the_facts_of_a_log_are_the_golden_ones(store: Store) -> None:
    report = read(store, HERE / "log.jsonl")
    assert report.skipped == {TOOLS: 3, UNKNOWN: 1, FOREIGN: 1, NOT_A_PERSON: 1}
    assert report.problems == ()
    shown = [
        {name: value for name, value in row.items() if value is not None}
        | {"person": row["person"].hex()[:12], "day": str(row["day"])}
        for row in facts(store)
    ]
    assert_golden(HERE / "golden.json", json.dumps(shown, indent=1) + "\n")
    assert {name for row in shown for name in row if name in MEASURES} == LOGS.measures


def test_tokens_that_are_not_told_are_absent_and_never_estimated(store: Store, tmp_path: Path) -> None:
    untold = merge(event(1), {"event_details": {"token_usage": None}})
    read(store, write(tmp_path / "a.jsonl", [untold]))
    (row,) = facts(store)
    assert (row["messages"], row["input_tokens"], row["output_tokens"], row["tokens_estimated"]) == (
        1,
        None,
        None,
        False,
    )


def test_a_second_run_changes_nothing(store: Store) -> None:
    read(store, HERE / "log.jsonl")
    before = facts(store)
    report = read(store, HERE / "log.jsonl")
    assert (facts(store), report.known_files, report.rows) == (before, 1, 0)


@pytest.mark.parametrize("seed", range(3))
def test_events_in_any_order_and_in_several_files_count_once(store: Store, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    for number in range(4):
        write(tmp_path / f"{rng.random()}-{number}.jsonl", rng.sample(EVENTS, 9))
    write(tmp_path / f"{rng.random()}.jsonl", rng.sample(EVENTS, len(EVENTS)))
    read(store, tmp_path)
    shown = [
        {name: value for name, value in row.items() if value is not None}
        | {"person": row["person"].hex()[:12], "day": str(row["day"])}
        for row in facts(store)
    ]
    assert json.dumps(shown, indent=1) + "\n" == (HERE / "golden.json").read_text(encoding="utf-8")


def test_lines_that_cannot_be_counted_are_told_once_by_number(store: Store, tmp_path: Path) -> None:
    lines = [
        merge(event(1), {"event_id": None}),
        merge(event(2), {"event_details": {"session_id": None}}),
        merge(event(3), {"timestamp": "yesterday"}),
        merge(event(4), {"event_type": None, "event_details": {"detail_type": None}}),
        merge(event(5), {"event_details": {"token_usage": {"input_tokens": -1}}}),
        event(6),
    ]
    report = read(store, write(tmp_path / "a.jsonl", lines))
    assert report.problems == (
        "a.jsonl, line 1: no event id; skipped",
        "a.jsonl, line 2: no session id; skipped",
        "a.jsonl, line 3: no readable time; skipped",
        "a.jsonl, line 4: no detail_type; skipped",
        "a.jsonl, line 5: tokens or amounts that cannot be; skipped",
    )
    assert sum(row["input_tokens"] for row in facts(store)) == 100


def test_a_file_that_is_cut_short_is_read_again(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [event(1), event(2)])
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert read(store, path).damaged == ("a.jsonl",)
    path.write_bytes(whole)
    assert read(store, path).damaged == ()
    assert [row["input_tokens"] for row in facts(store)] == [200]


def test_nothing_identifying_is_kept(store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    events = [each for base in EVENTS for text in (BIRD, SENTENCE) for each in planted(base, text)]
    sound = merge(
        EVENTS[0],
        {
            "event_id": "evt-own",
            "actor": {"user_id": BIRD, "user_email": BIRD},
            "event_details": {"prompt_text": SENTENCE},
        },
    )
    folder = tmp_path / "in"
    write(folder / "a.jsonl", [*events, sound])
    (folder / "b.jsonl").write_bytes(BIRD.encode() + b"\n" + json.dumps(sound).encode()[:-9])
    report = read(store, folder)
    assert Door(KEY, "codex").person(BIRD) in {row["person"] for row in facts(store)}
    kept = [path for path in tmp_path.iterdir() if path.is_file()]
    assert kept
    for path in kept:
        assert b"canary" not in path.read_bytes().lower(), path.name
    assert "canary" not in (repr(report) + caplog.text).lower()


async def test_the_logs_are_read_from_the_platform_and_make_no_seats(both: Both, store: Store, vendor: Vendor) -> None:
    vendor.users = [{"id": "user-bo", "email": "Bo@example.com", "status": "active"}]
    vendor.add("eclf_1", "2026-11-10T18:00:00.000000Z", EVENTS, "CODEX_LOG")
    vendor.add("eclf_2", "2026-11-10T18:00:00.000000Z", [], "CODEX_TURN")
    report = await both.logs()
    assert (report.files, report.warnings) == (1, ())
    assert {query.get("event_type") for _, query in vendor.asked if "event_type" in query} == {"CODEX_LOG"}
    assert ingestion.read_seats(store, "codex") == []
    assert Door(KEY, "codex").person("bo@example.com") in {row["person"] for row in facts(store)}


async def test_a_day_read_by_analytics_and_then_by_logs_counts_once(both: Both, store: Store, vendor: Vendor) -> None:
    before = DAY - timedelta(days=1)
    vendor.codex = [reported(before), reported(DAY)]
    await both.analytics()
    assert told(store) == {str(before): BY_ANALYTICS, str(DAY): BY_ANALYTICS}
    vendor.add("eclf_1", "2026-11-10T18:00:00.000000Z", [event(1)], "CODEX_LOG")
    await both.logs()
    # The day before holds no event: what the analytics told of it stands.
    assert told(store) == {str(before): BY_ANALYTICS, str(DAY): BY_LOGS}
    await both.logs()
    assert told(store) == {str(before): BY_ANALYTICS, str(DAY): BY_LOGS}


async def test_a_day_read_by_logs_and_then_by_analytics_counts_once_and_back_again(
    both: Both, store: Store, vendor: Vendor
) -> None:
    vendor.add("eclf_1", "2026-11-10T18:00:00.000000Z", [event(1)], "CODEX_LOG")
    vendor.codex = [reported(DAY)]
    await both.logs()
    assert told(store) == {str(DAY): BY_LOGS}
    await both.analytics()
    assert told(store) == {str(DAY): BY_ANALYTICS}
    vendor.add("eclf_2", "2026-11-10T19:00:00.000000Z", [event(2)], "CODEX_LOG")
    await both.logs()
    assert told(store) == {str(DAY): (2, 0, 200, None)}


async def test_the_day_in_which_the_logs_begin_stands_for_they_hold_a_part_of_it(
    both: Both, store: Store, vendor: Vendor
) -> None:
    first = TODAY - timedelta(days=LOGS.retention_days)
    days = [first - timedelta(days=1), first, first + timedelta(days=1)]
    vendor.codex = [reported(day) for day in days]
    await both.analytics()
    vendor.add("eclf_1", f"{days[2]}T23:00:00.000000Z", [event(n, day) for n, day in enumerate(days)], "CODEX_LOG")
    report = await both.logs()
    assert report.skipped[CLOSED_DAY] == 2 * 2
    assert told(store) == {str(days[0]): BY_ANALYTICS, str(days[1]): BY_ANALYTICS, str(days[2]): BY_LOGS}


async def test_logs_come_in_for_a_day_that_the_analytics_had_not_published(
    both: Both, store: Store, vendor: Vendor
) -> None:
    yesterday = TODAY - timedelta(days=1)
    ingestion.mark_late(store, "codex", [yesterday])
    vendor.add("eclf_1", f"{yesterday}T18:00:00.000000Z", [event(1, yesterday)], "CODEX_LOG")
    await both.logs()
    assert told(store) == {str(yesterday): BY_LOGS}
    assert ingestion.late_days(store, "codex") == []


async def test_an_account_that_is_learnt_takes_no_facts_of_the_analytics_away(
    both: Both, store: Store, vendor: Vendor
) -> None:
    unnamed = reported(DAY)
    unnamed["actor"]["email"] = None
    vendor.codex = [unnamed]
    await both.analytics()
    vendor.users = [{"id": "user-ana@example.com", "email": "ana@example.com", "status": "active"}]
    yesterday = TODAY - timedelta(days=1)
    vendor.add("eclf_1", f"{yesterday}T18:00:00.000000Z", [event(1, yesterday)], "CODEX_LOG")
    await both.logs()
    assert told(store) == {str(DAY): BY_ANALYTICS, str(yesterday): BY_LOGS}
    assert ingestion.waiting_days(store, "codex") == []


async def test_logs_that_are_not_switched_on_are_an_error_that_says_so(both: Both, vendor: Vendor) -> None:
    vendor.failures = {"logs": [(400, {})]}
    with pytest.raises(ConfigurationError, match="are compliance logs switched on"):
        await both.logs()


def test_downloaded_files_are_read_as_logs_whatever_the_kind() -> None:
    assert from_files(codex) is LOGS
    assert isinstance(LOGS.feed, FileFeed)


def test_each_way_declares_what_it_reports() -> None:
    assert "prompt_characters" in LOGS.measures - codex.measures
    assert "credits" in codex.measures - LOGS.measures

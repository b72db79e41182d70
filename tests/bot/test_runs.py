"""Sources side by side: one that fails stops no other, every run leaves its row, and all can be stopped and go on."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.running.ingestion import ingest_all, ingest_one
from bot.running.status import status_of
from bot.running.stopping import Stop
from bot.settings import SettingsError
from connectors.errors import BeingReadError, PermissionMissingError
from connectors.report import Quiet, StoppedError
from demo.company import Company, simulate
from storage.claim import claimed, is_claimed
from storage.ingestion import late_days
from storage.reading import last_runs
from storage.store import open_store
from tests.bot.vendors import ALL, Vendors, facts, installed, served

TODAY = date(2026, 6, 10)
HOLDER = """
import sys, time
from datetime import UTC, datetime
from storage.claim import claimed
from storage.ingestion import start_run
from storage.store import open_store

store = open_store(sys.argv[1])
with claimed(store, "cursor"):
    start_run(store, "cursor", datetime(2026, 6, 10, 5, tzinfo=UTC))
    print("held", flush=True)
    time.sleep(600)
"""
NOT_READY = (TODAY - timedelta(days=1), TODAY - timedelta(days=2))


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(people=100, weeks=18, last_week=date(2026, 6, 1))


@pytest.fixture
def vendors(company: Company) -> Iterator[Vendors]:
    with served(company) as running:
        yield running


async def at_once(_seconds: float) -> None:
    return None


def read_all(installation, **more):
    since = TODAY - timedelta(days=40)
    return {
        each.source: each for each in ingest_all(installation, Quiet(), since=since, today=TODAY, sleep=at_once, **more)
    }


async def busy(request: web.Request) -> web.StreamResponse | None:
    return web.Response(status=429, headers={"Retry-After": "3600"}) if request.path.startswith("/cursor") else None


async def not_ready(request: web.Request) -> web.StreamResponse | None:
    late = request.path.startswith("/github") and request.query.get("day") in {str(day) for day in NOT_READY}
    return web.Response(status=404) if late else None


def runs_of(installation):
    return {each.source: each for each in last_runs(installation.store)}


def test_one_refused_one_busy_and_one_not_ready_leave_the_others_as_they_are_alone(
    company: Company, vendors: Vendors, tmp_path: Path
) -> None:
    vendors.troubles += [busy, not_ready]
    together = installed(tmp_path / "together", company, vendors, *ALL, wrong_key="claude")
    begun = datetime.now(UTC)
    outcomes = read_all(together)

    assert {name for name, each in outcomes.items() if each.error} == {"claude", "cursor"}
    assert "refused the key" in (outcomes["claude"].error or "")
    for tool in ("chatgpt", "claude-code", "github-copilot"):
        alone = installed(tmp_path / tool, company, vendors, tool)
        read_all(alone)
        assert facts(together.store, tool) == facts(alone.store, tool)
        assert facts(together.store, tool)
    assert facts(together.store, "claude") == facts(together.store, "cursor") == []
    assert late_days(together.store, "github-copilot") == sorted(NOT_READY)

    runs = runs_of(together)
    assert set(runs) == {*ALL, "directory"}
    assert all(each.finished and each.finished >= each.started >= begun for each in runs.values())
    assert runs["claude"].error == outcomes["claude"].error
    assert runs["claude"].next_try is None
    wait = (runs["cursor"].next_try or begun) - begun
    assert timedelta(minutes=59) < wait < timedelta(minutes=62)
    assert (runs["claude-code"].asked_from, runs["claude-code"].asked_to) == (date(2026, 5, 1), date(2026, 6, 9))
    assert (runs["chatgpt"].asked_from, runs["chatgpt"].asked_to) == (date(2026, 5, 1), TODAY)
    assert runs["chatgpt"].pages > runs["chatgpt"].files > 0
    assert runs["claude-code"].pages > 0
    assert runs["claude-code"].skipped


def test_all_of_them_wait_for_their_vendors_at_the_same_time(
    company: Company, vendors: Vendors, tmp_path: Path
) -> None:
    seen, both = set(), threading.Event()

    async def wait_for_another(request: web.Request) -> web.StreamResponse | None:
        # Nobody is answered before both have asked: read one after the other, neither ever would be.
        seen.update(name for name in ("cursor", "github") if request.path.startswith(f"/{name}"))
        if len(seen) == 2:
            both.set()
        # long enough for a busy machine to begin the other
        await asyncio.to_thread(both.wait, 20)
        return None if both.is_set() else web.Response(status=503, headers={"Retry-After": "0"})

    vendors.troubles.append(wait_for_another)
    outcomes = read_all(installed(tmp_path, company, vendors, "cursor", "github-copilot"))

    assert [each.error for each in outcomes.values()] == [None, None, None]


def test_what_the_settings_lack_leaves_a_row_too(company: Company, vendors: Vendors, tmp_path: Path) -> None:
    installation = installed(tmp_path, company, vendors, "cursor")
    (tmp_path / "cursor.key").unlink()
    with pytest.raises(SettingsError):
        ingest_one(installation, "cursor", Quiet(), today=TODAY)
    assert "sources.cursor.key" in (runs_of(installation)["cursor"].error or "")


def test_a_refused_key_leaves_one_row_and_not_two(company: Company, vendors: Vendors, tmp_path: Path) -> None:
    installation = installed(tmp_path, company, vendors, "cursor", wrong_key="cursor")
    with pytest.raises(PermissionMissingError):
        ingest_one(installation, "cursor", Quiet(), today=TODAY, sleep=at_once)
    with installation.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM run").scalar() == 1


def test_a_fault_of_the_program_is_told_by_its_place_without_its_message(
    company: Company, vendors: Vendors, tmp_path: Path
) -> None:
    class Faulty(Quiet):
        def begin(self, _what: str, _total: int) -> None:
            raise KeyError("somebody@example.com")

    class FaultyForOne(Quiet):
        def of(self, source: str) -> Quiet:
            return Faulty() if source == "cursor" else self

    installation = installed(tmp_path, company, vendors, "cursor", "claude-code")
    outcomes = ingest_all(installation, FaultyForOne(), since=date(2026, 6, 1), today=TODAY, sleep=at_once)
    told = {each.source: each.error for each in outcomes}

    assert re.fullmatch(r"a fault of ai-usage itself: KeyError at test_runs.py, line \d+", told["cursor"] or "")
    assert runs_of(installation)["cursor"].error == told["cursor"]
    assert told["claude-code"] is None


def test_a_source_that_another_process_reads_is_left_alone_and_the_lock_ends_with_its_process(
    company: Company, vendors: Vendors, tmp_path: Path
) -> None:
    installation = installed(tmp_path, company, vendors, "cursor")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, f"sqlite:///{tmp_path / 'ai-usage.db'}"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(BeingReadError, match="another process since 2026-06-10 05:00 UTC"):
        ingest_one(installation, "cursor", Quiet(), today=TODAY, sleep=at_once)
    assert {each.source: each.state for each in status_of(installation.basis(TODAY)).sources} == {"cursor": "reading"}

    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert {each.source: each.state for each in status_of(installation.basis(TODAY)).sources} == {"cursor": "stopped"}
    ingest_one(installation, "cursor", Quiet(), since=date(2026, 6, 1), today=TODAY, sleep=at_once)
    assert runs_of(installation)["cursor"].error is None
    assert list(tmp_path.glob("*.lock")) == []


def test_a_claim_is_held_once_and_let_go_of(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    with claimed(store, "cursor") as first, claimed(store, "cursor") as second, claimed(store, "claude") as other:
        assert (first, second, other) == (True, False, True)
        assert is_claimed(store, "cursor")
    assert not is_claimed(store, "cursor")
    with claimed(store, "cursor") as again:
        assert again
    store.close()


def test_runs_that_wait_for_their_vendor_end_at_once_and_the_next_ones_end_with_the_same_facts(
    company: Company, vendors: Vendors, tmp_path: Path
) -> None:
    whole = installed(tmp_path / "whole", company, vendors, "cursor")
    ingest_one(whole, "cursor", Quiet(), since=date(2026, 5, 1), today=TODAY, sleep=at_once)
    last = sum(path.startswith("/cursor") for path in vendors.asked)
    answered, stop = 0, Stop()

    async def hang_after_some(request: web.Request) -> web.StreamResponse | None:
        nonlocal answered
        if request.path.startswith("/cursor"):
            answered += 1
            if answered == last:
                stop.end_all()
                return await vendors.hang(request)
        return None

    vendors.troubles.append(hang_after_some)
    installation = installed(tmp_path / "stopped", company, vendors, "cursor")
    with pytest.raises(StoppedError):
        ingest_one(installation, "cursor", Quiet(), since=date(2026, 5, 1), today=TODAY, sleep=at_once, stop=stop)
    assert runs_of(installation)["cursor"].error == "stopped before its end"
    assert status_of(installation.basis(TODAY)).sources[-1].state == "stopped"
    assert 0 < len(facts(installation.store, "cursor")) < len(facts(whole.store, "cursor"))
    vendors.release.set()
    ingest_one(installation, "cursor", Quiet(), since=date(2026, 5, 1), today=TODAY, sleep=at_once)
    assert facts(installation.store, "cursor") == facts(whole.store, "cursor")


def test_catching_up_that_is_stopped_leaves_no_hole(company: Company, vendors: Vendors, tmp_path: Path) -> None:
    whole = installed(tmp_path / "whole", company, vendors, "cursor")
    ingest_one(whole, "cursor", Quiet(), since=date(2026, 4, 20), today=TODAY, sleep=at_once)
    installation = installed(tmp_path / "stopped", company, vendors, "cursor")
    first = {"since": date(2026, 4, 20), "sleep": at_once}
    ingest_one(installation, "cursor", Quiet(), today=date(2026, 4, 25), **first)

    class OneWindow(Quiet):
        def advance(self, units: int) -> None:
            if units:
                raise StoppedError

    with pytest.raises(StoppedError):
        ingest_one(installation, "cursor", OneWindow(), today=TODAY, **first)
    ingest_one(installation, "cursor", Quiet(), today=TODAY, **first)
    assert facts(installation.store, "cursor") == facts(whole.store, "cursor")


def test_ctrl_c_ends_every_run_at_once_says_how_to_go_on_and_exits_130(
    company: Company, vendors: Vendors, tmp_path: Path
) -> None:
    vendors.troubles.append(vendors.hang)
    installed(tmp_path, company, vendors, *ALL).store.close()
    command = [sys.executable, "-c", "from bot.cli import main; main()", "ingest"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    going_on = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, env=environment)
    deadline = time.monotonic() + 60
    while not any(path.startswith("/cursor") for path in vendors.asked) and time.monotonic() < deadline:
        time.sleep(0.02)
    going_on.send_signal(signal.SIGINT)
    _, told = going_on.communicate(timeout=30)

    assert going_on.returncode == 130
    assert told.decode().splitlines()[-1] == "Stopped. What was read is kept: run it again to go on."
    assert "Traceback" not in told.decode()
    store = open_store(f"sqlite:///{tmp_path / 'ai-usage.db'}")
    errors = {each.source: each.error for each in last_runs(store)}
    assert errors["cursor"] == errors["github-copilot"] == "stopped before its end"
    assert all(each.finished for each in last_runs(store))
    store.close()


def test_the_command_tells_each_source_and_when_to_ask_again(
    company: Company, vendors: Vendors, tmp_path: Path
) -> None:
    vendors.troubles.append(busy)
    installed(tmp_path, company, vendors, "cursor").store.close()
    command = [sys.executable, "-c", "from bot.cli import main; main()", "ingest"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)

    assert done.returncode == 1
    assert "directory: " in done.stdout
    assert re.search(r"cursor: .* asks to wait 3600 s; ask again from \d{4}-\d\d-\d\d \d\d:\d\d UTC on", done.stderr)
    status = [*command[:-1], "status", "--json"]
    told = json.loads(subprocess.run(status, cwd=tmp_path, capture_output=True, env=environment, check=True).stdout)
    assert {each["source"]: each["state"] for each in told["sources"]} == {"cursor": "waits", "directory": "ok"}

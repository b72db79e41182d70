"""The runs of `serve`: side by side, rolled up after each, never two of one source, and ended when it stops."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.running.serving import Reading
from demo.company import Company, simulate
from storage import reading
from storage.reading import last_runs
from tests.bot.vendors import Vendors, installed, served


@pytest.fixture(scope="module")
def company() -> Company:
    monday = datetime.now(UTC).date() - timedelta(days=datetime.now(UTC).weekday())
    return simulate(people=100, weeks=18, last_week=monday - timedelta(days=7))


@pytest.fixture
def vendors(company: Company) -> Iterator[Vendors]:
    with served(company) as running:
        yield running


async def test_each_run_is_rolled_up_and_a_fault_of_one_is_told_and_stops_no_other(
    company: Company, vendors: Vendors, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def busy(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=429, headers={"Retry-After": "3600"}) if request.path.startswith("/cursor") else None

    vendors.troubles.append(busy)
    installation = installed(tmp_path, company, vendors, "chatgpt", "claude", "cursor", wrong_key="claude")
    runs = Reading(installation)
    begun = datetime.now(UTC)
    await runs.ingest("directory")
    again = await asyncio.gather(*(runs.ingest(each) for each in ("chatgpt", "claude", "cursor")))
    await runs.close()

    assert again[:2] == [None, None]
    assert again[2] is not None
    assert timedelta(minutes=59) < again[2] - begun < timedelta(minutes=62)
    assert reading.tools(installation.store) == ("chatgpt",)
    assert reading.first_week(installation.store) is not None
    assert "ingest claude: " in caplog.text
    assert "refused the key" in caplog.text
    assert "next try" in caplog.text
    assert "Traceback" not in caplog.text
    errors = {each.source: bool(each.error) for each in last_runs(installation.store)}
    assert errors == {"chatgpt": False, "claude": True, "cursor": True, "directory": False}


async def test_stopping_ends_what_waits_for_a_vendor_and_the_row_says_so(
    company: Company, vendors: Vendors, tmp_path: Path
) -> None:
    vendors.troubles.append(vendors.hang)
    installation = installed(tmp_path, company, vendors, "cursor", "github-copilot")
    runs = Reading(installation)
    going_on = [asyncio.create_task(runs.ingest(each)) for each in ("cursor", "github-copilot")]
    deadline = time.monotonic() + 30
    # Another thread's loop writes it.
    while len({path.split("/")[1] for path in vendors.asked}) < 2 and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await runs.ingest("cursor")  # in vain: it is being read
    assert [each.finished for each in last_runs(installation.store)] == [None, None]
    async with asyncio.timeout(20):
        await runs.close()
        await asyncio.gather(*going_on)
    assert {each.error for each in last_runs(installation.store)} == {"stopped before its end"}

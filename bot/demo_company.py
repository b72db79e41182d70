"""The demo: a simulated company served in its vendors' own wire formats, ingested like any other."""

import asyncio
import secrets
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from bot.installation import Installation, installation_of
from bot.running.ingestion import Outcome, ingest_all, ingest_one
from bot.running.progress import TerminalProgress
from bot.settings import SettingsError, load
from connectors.errors import ConnectorError
from connectors.report import Quiet
from demo.company import Company, simulate
from demo.profile import Scenario
from demo.roster import directory_csv
from demo.server import start
from demo.tools import TOOLS
from demo.vendor_github import ORGANISATION
from demo.vendor_google import ADMIN
from demo.vendors import start_vendors

MARK = "# Made by `ai-usage demo`; made anew each time it runs."
CONFIG = "ai-usage.toml"
SEAT_PRICE = 30
SEAT_PRICES = {"cursor": 40, "github-copilot": 19, "copilot": 30}
"""US dollars a month, where a vendor tells whose the seats are."""

SNAPSHOTS = "copilot"
"""Its report tells of each person only the last day of use: a history comes of a reading a day."""

SNAPSHOT_WEEKS = 18
"""For how long the demo has been reading it, as if it had been there then: what 14 weeks are compared by, and four
more in which a seat may have been used."""

REFERENCE = {"2025": "gpt-4o", "2026": "gpt-5"}
Tools = Literal["chatgpt", "all"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPlan:
    """What to simulate, and the folder that holds it. With `tools` "all" the same people use eight more."""

    folder: Path
    people: int
    weeks: int
    seed: int
    scenario: Scenario
    today: date
    tools: Tools = "chatgpt"


@dataclass(kw_only=True, slots=True)
class _Calendar:
    """The day that it is for the vendors."""

    today: date


@dataclass(frozen=True, kw_only=True, slots=True)
class _Served:
    """By tool: the vendors' base addresses, and the keys that they gave."""

    base_urls: Mapping[str, str]
    keys: Mapping[str, str]


def make_demo(plan: DemoPlan) -> tuple[Installation, list[Outcome]]:
    """Simulate, serve, ingest over HTTP, roll up; return the installation and how each source went."""
    _clear(plan.folder)
    last_week = plan.today - timedelta(days=plan.today.weekday() + 7)
    with TerminalProgress() as progress:
        progress.begin(f"Simulating {plan.people} people over {plan.weeks} weeks", 1)
        company = simulate(
            people=plan.people, weeks=plan.weeks, last_week=last_week, seed=plan.seed, scenario=plan.scenario
        )
        keys = {tool: secrets.token_urlsafe(24) for tool in ("chatgpt", *(TOOLS if plan.tools == "all" else ()))}
        calendar = _Calendar(today=plan.today)
        with _served(company, keys, lambda: calendar.today) as served:
            _write_settings(plan, company, served)
            installation = installation_of(load(plan.folder / CONFIG))
            if SNAPSHOTS in keys:
                _read_day_by_day(installation, calendar, progress)
            outcomes = ingest_all(installation, progress, since=company.first_day, today=plan.today, sleep=_at_once)
    return installation, outcomes


def _read_day_by_day(installation: Installation, calendar: _Calendar, progress: TerminalProgress) -> None:
    """Read the snapshots of the last weeks as they were on each day before today."""
    today = calendar.today
    days = [today - timedelta(days=back) for back in range(7 * SNAPSHOT_WEEKS, 0, -1)]
    progress.begin(f"Reading Microsoft 365 Copilot as it was on each of {len(days)} days", len(days))
    try:
        for calendar.today in days:
            ingest_one(installation, SNAPSHOTS, Quiet(), today=calendar.today, sleep=_at_once)
            progress.advance(1)
    except ConnectorError as error:
        # What the reading of today says of it is what is told.
        progress.note(str(error))
    finally:
        calendar.today = today


async def _at_once(_seconds: float) -> None:
    """Not wait: these vendors have no limit but patience."""


@contextmanager
def _served(company: Company, keys: Mapping[str, str], today: Callable[[], date]) -> Iterator[_Served]:
    """Run the vendors' servers in a thread of their own, as somebody else's machine would."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulated vendors", daemon=True)
    thread.start()
    servers = AsyncExitStack()
    try:
        try:
            yield asyncio.run_coroutine_threadsafe(_start(company, keys, today, servers), loop).result()
        finally:
            asyncio.run_coroutine_threadsafe(servers.aclose(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _start(
    company: Company, keys: Mapping[str, str], today: Callable[[], date], servers: AsyncExitStack
) -> _Served:
    """Start a server for each vendor that there is a key of."""
    server = await start(company, key=keys["chatgpt"])
    servers.push_async_callback(server.close)
    chatgpt = {"chatgpt": f"{server.base_url}/compliance"}
    if len(keys) == 1:
        return _Served(base_urls=chatgpt, keys=keys)
    vendors = await start_vendors(company, keys=keys, today=today)
    servers.push_async_callback(vendors.close)
    return _Served(base_urls={**chatgpt, **vendors.base_urls}, keys={**keys, **vendors.keys})


def _clear(folder: Path) -> None:
    """Take away what an earlier demo left; never what somebody else made."""
    config = folder / CONFIG
    if config.exists() and not config.read_text(encoding="utf-8").startswith(MARK):
        raise SettingsError(f"{config} is not the demo's: choose another folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("demo.db", "demo.db-wal", "demo.db-shm", *(_key_file(tool) for tool in TOOLS)):
        (folder / name).unlink(missing_ok=True)


def _write_settings(plan: DemoPlan, company: Company, served: _Served) -> None:
    folder = plan.folder
    tables = [_source(tool, base_url, company) for tool, base_url in served.base_urls.items() if tool != "chatgpt"]
    _write_secret(folder / "identity.key", secrets.token_urlsafe(48))
    for tool, key in served.keys.items():
        _write_secret(folder / _key_file(tool), key)
    (folder / "people.csv").write_text(directory_csv(company), encoding="utf-8")
    renews = plan.today + timedelta(days=75)
    (folder / CONFIG).write_text(
        f"""{MARK}
[organisation]
name = "Northwind (demo)"
timezone = "UTC"
reference_model = "{REFERENCE[plan.scenario]}"

[store]
url = "sqlite:///demo.db"

[privacy]
key = "file:identity.key"

[sources.chatgpt]
workspace = "{company.workspace_id}"
organization = "{company.organisation_id}"
key = "file:{_key_file("chatgpt")}"
base_url = "{served.base_urls["chatgpt"]}"
schedule = "never"

{"".join(tables)}[sources.directory]
kind = "csv"
path = "people.csv"
schedule = "never"

[contracts.chatgpt]
seats = {plan.people}
price = {SEAT_PRICE}
renews = {renews}
notice_days = 60

[roles]
administrators = ["*"]
""",
        encoding="utf-8",
    )


def _source(tool: str, base_url: str, company: Company) -> str:
    scopes = {
        "github-copilot": f'organization = "{ORGANISATION}"\n',
        "codex": f'workspace = "{company.workspace_id}"\n',
        "gemini": f'admin = "{ADMIN}"\n',
    }
    contract = f"[contracts.{tool}]\nprice = {SEAT_PRICES[tool]}\n\n" if tool in SEAT_PRICES else ""
    return f"""[sources.{tool}]
{scopes.get(tool, "")}key = "file:{_key_file(tool)}"
base_url = "{base_url}"
schedule = "never"

{contract}"""


def _key_file(tool: str) -> str:
    return "vendor.key" if tool == "chatgpt" else f"{tool}.key"


def _write_secret(path: Path, value: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
    path.write_text(value + "\n", encoding="utf-8")

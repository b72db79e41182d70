"""The demo: a simulated company served by its vendor's own wire format, ingested like any other."""

import asyncio
import secrets
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.ingestion import Outcome, ingest_all
from bot.installation import Installation, installation_of
from bot.progress import TerminalProgress
from bot.settings import SettingsError, load
from demo.company import Company, simulate
from demo.profile import Scenario
from demo.roster import directory_csv
from demo.server import RunningServer, start

MARK = "# Made by `ai-usage demo`; made anew each time it runs."
CONFIG = "ai-usage.toml"
SEAT_PRICE = 30
REFERENCE = {"2025": "gpt-4o", "2026": "gpt-5"}


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPlan:
    """What to simulate, and the folder that holds it."""

    folder: Path
    people: int
    weeks: int
    seed: int
    scenario: Scenario
    today: date


def make_demo(plan: DemoPlan) -> tuple[Installation, list[Outcome]]:
    """Simulate, serve, ingest over HTTP, roll up; return the installation and how each source went."""
    _clear(plan.folder)
    last_week = plan.today - timedelta(days=plan.today.weekday() + 7)
    with TerminalProgress() as progress:
        progress.begin(f"Simulating {plan.people} people over {plan.weeks} weeks", 1)
        company = simulate(
            people=plan.people, weeks=plan.weeks, last_week=last_week, seed=plan.seed, scenario=plan.scenario
        )
        key = secrets.token_urlsafe(24)
        with _served(company, key) as base_url:
            _write_settings(plan, company, key, base_url)
            installation = installation_of(load(plan.folder / CONFIG))
            outcomes = ingest_all(installation, progress, since=company.first_day)
    return installation, outcomes


@contextmanager
def _served(company: Company, key: str) -> Iterator[str]:
    """Run the vendor's server in a thread of its own, as somebody else's machine would."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulated vendor", daemon=True)
    thread.start()
    try:
        server: RunningServer = asyncio.run_coroutine_threadsafe(start(company, key=key), loop).result()
        try:
            yield f"{server.base_url}/compliance"
        finally:
            asyncio.run_coroutine_threadsafe(server.close(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _clear(folder: Path) -> None:
    """Take away what an earlier demo left; never what somebody else made."""
    config = folder / CONFIG
    if config.exists() and not config.read_text(encoding="utf-8").startswith(MARK):
        raise SettingsError(f"{config} is not the demo's: choose another folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("demo.db", "demo.db-wal", "demo.db-shm"):
        (folder / name).unlink(missing_ok=True)


def _write_settings(plan: DemoPlan, company: Company, key: str, base_url: str) -> None:
    folder = plan.folder
    _write_secret(folder / "identity.key", secrets.token_urlsafe(48))
    _write_secret(folder / "vendor.key", key)
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
key = "file:vendor.key"
base_url = "{base_url}"
schedule = "never"

[sources.directory]
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


def _write_secret(path: Path, value: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
    path.write_text(value + "\n", encoding="utf-8")

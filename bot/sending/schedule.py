"""When things happen: ingestion by each source's own schedule, and rounds that send what is due.

Jobs are given as functions; this file only knows when. When a subscription is due `bot/sending/subscriptions.py` says.
"""

import asyncio
import logging
import random
import re
import zoneinfo
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.base import BaseTrigger  # type: ignore[import-untyped]
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

from bot.settings import DIRECTORY, Settings, SettingsError

log = logging.getLogger(__name__)

EVERY_ROUND = timedelta(seconds=10)
"""How often it is looked whether something is to be sent."""

ROUNDS = "subscriptions"

T = TypeVar("T")
Job = Callable[[], Awaitable[None]]
EVERY = re.compile(r"every (\d{1,4}) (minute|hour|day)s?")
AT = re.compile(r"daily at ([01]\d|2[0-3]):([0-5]\d)")
EXAMPLES = ("hourly", "daily", "daily at 06:00", "every 6 hours", "every 30 minutes", "never")
SHORTEST = timedelta(minutes=5)  # vendors publish by the hour or the day
JITTER = timedelta(minutes=1)
"""A vendor that turned several away is not asked by all of them in the same second."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A job and when it runs next, in its own zone."""

    job: str
    at: datetime


def source_trigger(source: str, words: str, zone: str) -> BaseTrigger | None:
    """When to ingest, from the words in [sources.<source>] schedule; None for never. SettingsError for other words."""
    said = " ".join(words.lower().split()) or "hourly"
    if said == "never":
        return None
    if said == "hourly":
        return IntervalTrigger(hours=1, timezone=UTC)
    if said == "daily":
        said = "daily at 05:00"
    if at := AT.fullmatch(said):
        return CronTrigger(hour=int(at[1]), minute=int(at[2]), timezone=zoneinfo.ZoneInfo(zone))
    if every := EVERY.fullmatch(said):
        length = timedelta(**{f"{every[2]}s": int(every[1])})
        if length < SHORTEST:
            raise SettingsError(f"[sources.{source}] schedule = {words!r}: not more often than every 5 minutes")
        return IntervalTrigger(seconds=length.total_seconds(), timezone=UTC)
    close = get_close_matches(said, EXAMPLES, n=1)
    hint = f'did you mean "{close[0]}"?' if close else "write " + ", ".join(f'"{each}"' for each in EXAMPLES)
    raise SettingsError(f"[sources.{source}] schedule = {words!r} is not understood: {hint}")


def next_run(trigger: BaseTrigger, last: datetime) -> datetime | None:
    """When a source that was read at `last` is read again by its schedule."""
    due: datetime | None = trigger.get_next_fire_time(last, last)
    return due


@dataclass(frozen=True, slots=True)
class Schedule:
    """A running schedule."""

    scheduler: AsyncIOScheduler

    def next_runs(self) -> list[Run]:
        """Every job with its next run, soonest first."""
        jobs = self.scheduler.get_jobs()
        return sorted((Run(job=job.id, at=job.next_run_time) for job in jobs), key=lambda run: run.at)

    def close(self) -> None:
        """Stop; what is running is not waited for."""
        self.scheduler.shutdown(wait=False)


def start_schedule(
    settings: Settings,
    *,
    ingest: Callable[[str], Awaitable[datetime | None]],
    rounds: Callable[[], Awaitable[None]],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    not_before: Mapping[str, datetime] | None = None,
) -> Schedule:
    """Start the jobs "ingest chatgpt" and "subscriptions" on the running event loop.

    `ingest` takes a source's name and runs at once and then on schedule; the directory goes first. Where it returns a
    moment, the vendor wanted patience: the next run is then, be that before or after the schedule's own, and the
    schedule goes on from there. `not_before` has the sources that were told so before the start.

    `rounds` sends what is due; it runs every few seconds, first when every source was read once, or has to wait: a
    digest made up for at start would otherwise tell of the week before. A job that is still running is not started a
    second time, and missed runs are made up for by one. SettingsError for a schedule that is not understood, before
    anything is started.
    """
    zone = settings.organisation.timezone
    triggers = {name: source_trigger(name, source.schedule, zone) for name, source in settings.sources.items()}
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
    read = {name: asyncio.Event() for name, trigger in triggers.items() if trigger is not None}

    begin = {name: max(now(), (not_before or {}).get(name, now())) for name in read}
    for name, moment in begin.items():
        if moment > now():
            read[name].set()

    async def ingest_and_tell(source: str) -> None:
        if source != DIRECTORY and DIRECTORY in read:
            await read[DIRECTORY].wait()
        try:
            again = await ingest(source)
        finally:
            read[source].set()
        if again is not None:
            jitter = random.uniform(0, JITTER.total_seconds())  # noqa: S311 - no secret
            scheduler.modify_job(_job(source), next_run_time=again + timedelta(seconds=jitter))

    async def round_when_read(_: str) -> None:
        for each in read.values():
            await each.wait()
        await rounds()

    _add_ingestion(scheduler, triggers, ingest_and_tell, begin)
    scheduler.add_job(
        _guarded(ROUNDS, round_when_read, ROUNDS),
        IntervalTrigger(seconds=EVERY_ROUND.total_seconds(), timezone=UTC),
        id=ROUNDS,
        next_run_time=now(),
        misfire_grace_time=None,
    )
    scheduler.start()
    return Schedule(scheduler)


def _add_ingestion(
    scheduler: AsyncIOScheduler,
    triggers: Mapping[str, BaseTrigger | None],
    ingest: Callable[[str], Awaitable[None]],
    begin: Mapping[str, datetime],
) -> None:
    for name, trigger in triggers.items():
        if trigger is not None:
            job, first = _job(name), begin[name]
            scheduler.add_job(
                _guarded(job, ingest, name), trigger, id=job, next_run_time=first, misfire_grace_time=None
            )


def _job(source: str) -> str:
    return f"ingest {source}"


def _guarded(job: str, run: Callable[[T], Awaitable[None]], argument: T) -> Job:
    """The job, whose fault is logged and stops nothing else."""

    async def guarded() -> None:
        try:
            await run(argument)
        except Exception:
            log.exception("%s failed", job)

    return guarded

"""How far a source was read, what of it is still to come, and what is about to be lost for good."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.answers.wording import tool_name
from bot.format import format_day
from connectors.connector import Connector, TableFeed
from connectors.files.timestamps import UNREADABLE, read_time
from connectors.tables.windows import NEWEST, OLDEST
from storage.ingestion import late_days, waiting_days
from storage.reading import Coverage, Run, watermarks
from storage.store import Store

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gaps:
    """Days of a source that are not there.

    `late`: its vendor has not published them yet, and need not have. `missing`: it should have by now; they are asked
    for again. `lost`: it no longer keeps them. `unread`: the first and last day of what a first run did not come to.
    `to_work_out`: how many days have events whose facts the next run works out.
    """

    late: tuple[date, ...] = ()
    missing: tuple[date, ...] = ()
    lost: tuple[date, ...] = ()
    unread: tuple[date, date] | None = None
    to_work_out: int = 0


def gaps_of(store: Store, connector: Connector, source: str, as_of: date, last: Run | None) -> Gaps:
    """Return what is not there of a source whose last run was `last`."""
    days = late_days(store, source)
    kept_from = as_of - timedelta(days=connector.retention_days)
    due = as_of - _lag(connector)
    unread = None
    oldest = watermarks(store, source).get(OLDEST)
    if oldest and last and (last.error or not last.finished) and date.fromisoformat(oldest) > kept_from:
        unread = (kept_from, date.fromisoformat(oldest) - DAY)
    return Gaps(
        late=tuple(day for day in days if day >= due),
        missing=tuple(day for day in days if kept_from <= day < due),
        lost=tuple(day for day in days if day < kept_from),
        unread=unread,
        to_work_out=len(waiting_days(store, source)),
    )


def alarms_of(
    store: Store, connector: Connector, source: str, as_of: date, covered: Coverage | None, begun: datetime, last: Run
) -> Iterator[str]:
    """Yield a sentence for each stream that was not read for more than half of what its vendor keeps.

    What counts is how far it was read, not when it was last tried. A vendor whose days always come late is given that
    time. A source without any watermark counts from its facts, or else from its first run.
    """
    reached = _reached(connector, watermarks(store, source))
    if not reached:
        reached = {"": covered.last_day if covered else begun.date()}
    allowed = max(timedelta(days=connector.retention_days) / 2, _lag(connector))
    for stream, day in reached.items():
        if as_of - day > allowed:
            yield _alarm(connector, source, stream, day, as_of, last)


def _reached(connector: Connector, marks: dict[str, str]) -> dict[str, date]:
    """Return the last day that was read, by stream; a table feed has one, which has no name."""
    if isinstance(connector.feed, TableFeed):
        return {"": date.fromisoformat(marks[NEWEST])} if NEWEST in marks else {}
    ends = {stream.name: read_time(marks.get(stream.name)) for stream in connector.streams}
    return {name: datetime.fromtimestamp(end / 1e6, UTC).date() for name, end in ends.items() if end != UNREADABLE}


def _lag(connector: Connector) -> timedelta:
    """How old a vendor's newest day may be: as late as its days come, and the day on which it is asked."""
    return timedelta(days=-(-connector.lag_hours // 24) + 1)


def _alarm(connector: Connector, source: str, stream: str, day: date, as_of: date, last: Run) -> str:
    name = f"{tool_name(source)} ({stream})" if stream else tool_name(source)
    gone = day + timedelta(days=connector.retention_days + 1)
    keeps = f"its vendor keeps {connector.retention_days} days"
    if last.finished and not last.error and last.started.date() > day:
        reads = f"{name} was asked on {_dated(last.started.date())} and has told nothing newer than {_dated(day)}"
        return f"{reads}: is it still switched on there? As {keeps}, what falls out of that is lost for good."
    lost = "days are being lost for good" if gone <= as_of else f"days are lost for good from {_dated(gone)} on"
    return f"{name} was read up to {_dated(day)} only; {keeps}, so {lost}. Run `ai-usage ingest {source}`."


def _dated(day: date) -> str:
    return f"{format_day(day)} {day.year}"

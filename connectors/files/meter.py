"""What a vendor metered, read by day beside a feed of files.

A day's rows are kept as one batch of events, which takes the place of the day's batch before: numbers that are restated
count once. The day's facts are then worked out from all its batches, so tokens have one source.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from connectors.connector import Meter, Scopes
from connectors.door import Entry
from connectors.errors import NotPublishedError, PermissionMissingError
from connectors.files.events import METERED, batches_of, nothing
from connectors.ingest import CLOSED_DAY, Source
from connectors.net.http import Api
from connectors.report import Tally
from connectors.rows import CostRow, DayRow, Rows
from connectors.tables.run import read_table
from connectors.tables.windows import DAY, cut, days_of
from storage import ingestion
from storage.facts import EventBatch

NEWEST, OLDEST = "newest metered day", "oldest metered day"


async def read_meter(
    source: Source, api: Api, meter: Meter, scopes: Scopes, tally: Tally, *, since: date | None, today: date
) -> None:
    """Read what is missing, newest days first, and again what may have been restated. Days that are closed stay.

    A meter that is not switched on or not allowed is told as a warning: the run goes on without it. Where older days
    than were read are not to be had, that is how far it reaches.
    """
    beside = replace(api, base_url=api.base_url.removesuffix(meter.beside))
    windows = list(_windows(source, meter, since, today))
    tally.progress.begin(f"Reading {meter.table.name}", len(windows))
    read = False
    for first, last in windows:
        try:
            rows = await read_table(source, beside, meter.table, scopes, first, last, tally)
        except (PermissionMissingError, NotPublishedError) as error:
            if read and isinstance(error, NotPublishedError):
                return
            tally.warn(
                f"{meter.table.name} are not read, so tokens are estimated: {error}. It has to be enabled for the "
                f"workspace; or set `organization` of this source: {meter.instead_of} is then read in its place"
            )
            return
        await asyncio.to_thread(_keep, source, tally, rows, first, last)
        read = True
        tally.progress.advance(1)


def _windows(source: Source, meter: Meter, since: date | None, today: date) -> Iterator[tuple[date, date]]:
    earliest, last = since or today - timedelta(days=meter.history_days), today - DAY
    newest, oldest = (ingestion.get_watermark(source.store, source.name, each) for each in (NEWEST, OLDEST))
    if newest is None or oldest is None:
        yield from cut(earliest, last)
        return
    again = date.fromisoformat(newest) - timedelta(days=meter.restatement_days - 1)
    yield from cut(again, last)
    yield from cut(earliest, date.fromisoformat(oldest) - DAY)


def _keep(source: Source, tally: Tally, rows: Sequence[DayRow], first: date, last: date) -> None:
    closed = ingestion.closed_days(source.store, source.name)
    days = list(days_of(first, last))
    wanted = [row for row in rows if first <= row.day <= last]
    if refused := sum(row.day in closed for row in wanted):
        tally.skipped[CLOSED_DAY] += refused
    batches = _batches(source, tally, [row for row in wanted if row.day not in closed])
    told = {each.day: each for each in batches}
    untold = [EventBatch(file=METERED, day=day, rows=0, columns=nothing()) for day in days if day not in told]
    known = {each: ingestion.get_watermark(source.store, source.name, each) for each in (NEWEST, OLDEST)}
    positions = {NEWEST: max(known[NEWEST] or "", str(last)), OLDEST: min(known[OLDEST] or "9", str(first))}
    kept = [*batches, *(each for each in untold if each.day not in closed)]
    ingestion.replace_batches(source.store, source.name, METERED, kept, positions)
    tally.rows += sum(each.rows for each in batches)
    tally.seen |= told.keys()


def _batches(source: Source, tally: Tally, rows: Sequence[DayRow]) -> list[EventBatch]:
    """Take rows through the door; return a batch a day."""
    # By name: the order in which pages come is not to make other bytes of the same rows.
    ordered = sorted(rows, key=lambda row: row.event or "")
    costs = tuple(_cost(row, place) for place, row in enumerate(ordered, start=1))
    entry = Entry(source.door)
    entry.admit(Rows(lines=len(costs), costs=costs))
    admitted = entry.admitted()
    tally.skipped.update(each.why for each in admitted.bad)
    tally.skipped.update(admitted.passed)
    return list(batches_of(admitted.events, METERED))


def _cost(row: DayRow, place: int) -> CostRow:
    told = row.measures
    tokens = {name: int(told[name]) for name in ("input_tokens", "output_tokens") if name in told}
    return CostRow(
        line=place,
        event=row.event or "nobody's",
        time=f"{row.day}T12:00:00Z",
        email=row.email,
        account=row.account,
        model=row.model,
        input_tokens=tokens.get("input_tokens"),
        output_tokens=tokens.get("output_tokens"),
        credits=told.get("credits"),
        cost=told.get("cost"),
    )

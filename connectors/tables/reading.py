"""The tables of days: snapshots that add, and windows that take the place of what was known of them."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import date, timedelta

from connectors.connector import Table
from connectors.errors import ExpiredCursorError, ForbiddenError, NotPublishedError
from connectors.tables.fold import Fold
from connectors.tables.keeping import facts_of, keep_company, keep_window, mark_of
from connectors.tables.pages import from_the_start
from connectors.tables.state import Run, by_window
from connectors.tables.windows import DAY, NEWEST, OLDEST, days_of, earliest, spans
from storage import ingestion
from storage.facts import Usage


async def read_snapshots(run: Run, tables: Sequence[Table]) -> None:
    """Read the tables that add. A snapshot holds what it holds, whatever was read before."""
    days = list(days_of(earliest(run), run.today - DAY))
    if not days:
        return
    fold = Fold(run.source.door, days, run.machines)
    for table in tables:
        try:
            part = await from_the_start(run, table, days[0], days[-1], fold.part)
        except (ForbiddenError, NotPublishedError) as error:
            if not table.optional:
                raise
            run.tally.warn(f"{table.name} is not read: {error}")
        else:
            # A snapshot tells of no day that nothing happened: what it told of earlier ones stays.
            fold.take(part, days, measures=False)
            run.tally.skipped.update(part.skipped)
    run.tally.asked(days[0], days[-1])
    facts = await asyncio.to_thread(facts_of, run, fold)
    # How far the run came is told by the tables that are read by window, where there are some.
    positions = {} if by_window(run) else {NEWEST: str(days[-1]), OLDEST: str(days[0])}
    await asyncio.to_thread(keep_company, run, fold.company, {}, days)
    await asyncio.to_thread(ingestion.merge_usage, run.source.store, run.source.name, days, facts, positions)
    _count(run, fold, facts)


async def read_window(run: Run, first: date, last: date) -> None:
    """Read a window and keep it."""
    run.tally.asked(first, last)
    fold = Fold(run.source.door, list(days_of(first, last)), run.machines)
    read: list[Table] = []
    for table in by_window(run):
        try:
            await _read_table(run, fold, table, first, last)
            read.append(table)
        except ForbiddenError as error:
            if not table.optional:
                raise
            if table.measures and ingestion.get_watermark(run.source.store, run.source.name, mark_of(table)):
                # Writing the window without it would wipe what it told.
                raise ForbiddenError(
                    f"{table.name}, which was read before, is refused now: everything up to {last} stays as it was, so "
                    f"that nothing it told is lost. {error}"
                ) from error
            run.tally.warn(f"{table.name} is not read: {error}")
    if fold.late:
        await asyncio.to_thread(ingestion.mark_late, run.source.store, run.source.name, fold.late)
    if days := sorted(fold.days - fold.late):
        facts = await asyncio.to_thread(facts_of, run, fold)
        await asyncio.to_thread(keep_window, run, days, fold, facts, read)
        _count(run, fold, facts)


async def _read_table(run: Run, fold: Fold, table: Table, first: date, last: date) -> None:
    """Read one table for a window. What the vendor has not published, or could not tell to its end, is late."""
    settled = run.today - timedelta(days=run.source.connector.lag_hours // 24 + 1)
    waiting = deque(spans(first, last, table.span_days))
    # A single day may have nothing to tell; of many days, nothing at all says that the report is not to be had.
    silence, told = "", table.span_days == 1 or first > settled
    while waiting:
        begin, end = waiting.popleft()
        try:
            part = await from_the_start(run, table, begin, end, fold.part)
        except ExpiredCursorError as error:
            run.tally.warn(f"{table.name} is read again by the next run for {begin} to {end}: {error}")
            fold.late |= set(days_of(begin, end))
        except NotPublishedError as error:
            silence = str(error)
            # Where only the newest days are missing, the others need not wait for them.
            if begin <= settled < end:
                waiting.appendleft((begin, settled))
                begin = settled + DAY
            # Days stand without an optional table: the other tables' numbers of them are whole.
            fold.late |= set() if table.optional else set(days_of(begin, end))
        else:
            told = True
            whole = () if part.untold else table.whole
            part.untold &= not table.optional
            fold.take(part, list(days_of(begin, end)), whole=whole)
            run.tally.skipped.update(part.skipped)
    if silence and not told and table.optional:
        run.tally.warn(f"{table.name} is not read: {silence}")


def _count(run: Run, fold: Fold, facts: Sequence[Usage]) -> None:
    run.tally.rows += fold.rows
    run.tally.seen |= {fact.day for fact in facts}

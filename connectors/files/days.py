"""Working out the facts of the days that wait, in the processes that read where there are some."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from datetime import date, timedelta

from connectors.connector import Connector, file_feed
from connectors.files.events import people_of
from connectors.files.usage import Row, rows_of_day
from connectors.report import Tally
from storage import ingestion
from storage.facts import EventBatch, Person
from storage.store import Store

_ROWS_AT_ONCE = 20_000
"""Facts written in one transaction, about."""

_AHEAD = 4
"""Days handed out but not yet written."""


def work_out_days(store: Store, name: str, connector: Connector, tally: Tally, pool: Executor) -> None:
    """Work out the facts of every day that waits, oldest first.

    The facts of a day without events stand: it waits for nothing, or was read in another way.
    """
    waiting, held = ingestion.waiting_days(store, name), ingestion.days_of_batches(store, name)
    ingestion.settle_days(store, name, [day for day in waiting if day not in held])
    days = [day for day in waiting if day in held]
    if not days:
        return
    tally.progress.begin("Working out days", len(days))
    rows: list[Row] = []
    done: list[date] = []
    for day, found in _worked_out(store, name, connector, days, pool):
        rows += found
        done.append(day)
        if len(rows) >= _ROWS_AT_ONCE or day == days[-1]:
            ingestion.replace_usage_rows(store, name, done, rows)
            tally.days += len(done)
            tally.progress.advance(len(done))
            rows, done = [], []


def _worked_out(
    store: Store, name: str, connector: Connector, days: Sequence[date], pool: Executor
) -> Iterator[tuple[date, list[Row]]]:
    aliases, estimates = ingestion.account_aliases(store, name), file_feed(connector).estimates
    coming: deque[tuple[date, Future[list[Row]]]] = deque()
    read: dict[date, list[EventBatch]] = {}
    for day in days:
        wanted = (day, day + timedelta(days=1))
        read = {each: read[each] if each in read else ingestion.read_batches(store, name, each) for each in wanted}
        today, following = read.values()
        owners = _owners(aliases, (*today, *following))
        task = pool.submit(rows_of_day, today, following, owners, day=day, tool=connector.tool, estimates=estimates)
        coming.append((day, task))
        if len(coming) > _AHEAD:
            first, rows = coming.popleft()
            yield first, rows.result()
    for first, rows in coming:
        yield first, rows.result()


def _owners(aliases: Mapping[Person, Person], batches: Sequence[EventBatch]) -> dict[Person, Person]:
    """Return the aliases of those alone whom the batches name: a whole company's would cost more to hand over."""
    if not aliases:
        return {}
    people = {person for batch in batches for person in people_of(batch.columns)}
    return {person: aliases[person] for person in people if person in aliases}

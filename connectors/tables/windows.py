"""Which days a run reads, a window at a time, and the watermarks that say how far it came."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256

from connectors.tables.state import Run, by_window
from storage import ingestion

NEWEST, OLDEST = "newest day", "oldest day"
WINDOW = 28
"""Days that are read, and kept, together."""

DAY = timedelta(days=1)


def earliest(run: Run) -> date:
    """Return the first day that a run may ask for."""
    return max(run.access.since or date.min, run.today - timedelta(days=run.source.connector.retention_days))


def marks(run: Run) -> list[tuple[str, str]]:
    """The names of the watermarks that a run moves; the last are those that say where it goes on.

    Opt-in tables have their own: switched on, they are read as far back as the vendor keeps.
    """
    wanted = sorted(each.name for each in by_window(run) if each.opt_in)
    own = f" with {sha256(' '.join(wanted).encode()).hexdigest()[:16]}" if wanted else ""
    return [(NEWEST, OLDEST), *([(NEWEST + own, OLDEST + own)] if own else [])]


def windows_of(run: Run) -> Iterator[tuple[date, date]]:
    """The windows to read: what may have been restated, oldest first, then what was never read, newest first."""
    source, begin, last = run.source, earliest(run), run.today - DAY
    newest, oldest = (ingestion.get_watermark(source.store, source.name, each) for each in marks(run)[-1])
    if newest is None or oldest is None:
        yield from cut(begin, last)
        return
    again = date.fromisoformat(newest) - timedelta(days=source.connector.restatement_days - 1)
    # Oldest first: `newest` moves with each window, and stopped anywhere leaves no hole behind it.
    yield from reversed(list(cut(max(again, begin), last)))
    yield from cut(begin, date.fromisoformat(oldest) - DAY)
    for day in ingestion.late_days(source.store, source.name):
        if max(begin, date.fromisoformat(oldest)) <= day < again:
            yield day, day


def cut(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the windows of the days from the first to the last, newest first."""
    while first <= last:
        begin = max(first, last - timedelta(days=WINDOW - 1))
        yield begin, last
        last = begin - DAY


def spans(first: date, last: date, days: int) -> Iterator[tuple[date, date]]:
    """Yield the same days in spans of so many `days`, oldest first."""
    while first <= last:
        end = min(last, first + timedelta(days=days - 1))
        yield first, end
        first = end + DAY


def days_of(first: date, last: date) -> Iterator[date]:
    """Yield the days from the first to the last, both included."""
    while first <= last:
        yield first
        first += DAY

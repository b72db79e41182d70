"""A run: what is new in a source comes in through the door, and the days it touches get their facts worked out anew.

Killed at any moment and run again, it ends with the same facts: a file is kept whole or not at all, and a day waits
until its facts are written.
"""

import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import assert_never

from connectors.connector import Connector, file_feed
from connectors.directory import read_directory
from connectors.door import Door, seats_of
from connectors.errors import BeingReadError, ConnectorError, TryAgainError
from connectors.files.days import work_out_days
from connectors.files.pieces import LogFile, files_in, opened
from connectors.files.readahead import End, read_ahead
from connectors.files.reading import Read, Reader, ReadersAndCaller
from connectors.report import Progress, RunReport, StoppedError, Tally
from connectors.rows import Account
from storage import ingestion
from storage.claim import claimed
from storage.reading import last_runs
from storage.store import Store

CLOSED_DAY = "of a day that is closed: its events are gone"
FOLDER = "folder"
"""The stream of files that were given as a path."""

STOPPED = "stopped before its end"
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(days=1)
"""Vendors publish by the hour or the day; and none is left alone for longer because an answer says so."""

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a run's facts go: the store, the source's name in it, its connector, and the door.

    `price` is what a seat costs a month, where the contract says.
    """

    store: Store
    name: str
    connector: Connector
    door: Door
    price: float | None = None


def ingest_path(source: Source, path: Path, *, today: date, progress: Progress, clock: Clock = now) -> RunReport:
    """Read downloaded logs, and lists of users among them, from a folder, file or archive.

    Files read before are passed over; so is what holds the same events, wherever it lies. No day is closed: an
    archive may come in any order, older files after newer ones. Raises ConfigurationError where there is nothing.
    """
    files = files_in(path)
    with noted(source.store, source.name, progress, clock) as tally:
        feed = file_feed(source.connector)
        keep_accounts(source, list(_accounts(source, tally, files)), today=today, seats=feed.seats)
        logs = [each for each in files if not each.is_users]
        size = sum(each.size for each in logs)
        progress.begin("Reading logs", size)
        with ReadersAndCaller(Reader(parse=feed.parse, door=source.door), size) as pool:
            _read_logs(source, tally, logs, pool)
            work_out_days(source.store, source.name, source.connector, tally, pool)
    return tally.report()


def ingest_directory(
    store: Store, name: str, door: Door, path: Path, *, progress: Progress, clock: Clock = now
) -> RunReport:
    """Read an HR file in place of the one before. Bad rows are told by line and skipped."""
    with noted(store, name, progress, clock) as tally:
        progress.begin("Reading the directory", 1)
        directory = read_directory(path, door)
        tally.bad_lines(path.name, directory.bad)
        ingestion.replace_members(store, name, directory.members, directory.aliases)
        tally.files, tally.rows = 1, len(directory.members)
        progress.advance(1)
    return tally.report()


@contextmanager
def noted(store: Store, name: str, progress: Progress, clock: Clock) -> Iterator[Tally]:
    """Hold the source, and note in the store how its run went. A run that was killed stays there without an end.

    Raises BeingReadError where another process reads the source.
    """
    tally = Tally(source=name, progress=progress)
    with claimed(store, name) as free:
        if not free:
            raise BeingReadError(f"it is being read by another process{_since(store, name)}: let that one finish")
        number = ingestion.start_run(store, name, clock())
        error: str | None = STOPPED
        again: datetime | None = None
        try:
            yield tally
            error = _damaged(len(tally.damaged)) if tally.damaged else None
        except ConnectorError as failure:
            error = str(failure)
            again = next_try(failure, clock()) if isinstance(failure, TryAgainError) else None
            raise
        except StoppedError:
            raise
        except Exception as fault:
            error = fault_in_words(fault)
            raise
        finally:
            _note(store, number, tally.report(), clock(), error, again)


def next_try(error: TryAgainError, at: datetime) -> datetime:
    """Return when to ask again a vendor that wanted patience at `at`: as long as it said, within what makes sense."""
    wait = min(max(SHORTEST_WAIT.total_seconds(), error.after or 0), LONGEST_WAIT.total_seconds())
    return at + timedelta(seconds=wait)


def fault_in_words(fault: Exception) -> str:
    """Return what and where a fault of this program is. Its own message may hold what must not be told."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    return f"a fault of ai-usage itself: {type(fault).__name__} at {Path(place.filename).name}, line {place.lineno}"


def _damaged(files: int) -> str:
    return "1 damaged file was not read" if files == 1 else f"{files} damaged files were not read"


def _since(store: Store, name: str) -> str:
    going_on = [each.started for each in last_runs(store) if each.source == name and each.finished is None]
    return f" since {going_on[0]:%Y-%m-%d %H:%M} UTC" if going_on else ""


def _note(
    store: Store, number: int, report: RunReport, at: datetime, error: str | None, again: datetime | None
) -> None:
    ingestion.finish_run(
        store,
        number,
        finished=at,
        first_day=report.first_day,
        last_day=report.last_day,
        asked_from=report.asked_from,
        asked_to=report.asked_to,
        pages=report.pages,
        files=report.files,
        rows=report.rows,
        skipped=report.skipped,
        warnings=report.warnings,
        error=error,
        next_try=again,
    )


def keep_accounts(source: Source, accounts: Sequence[Account], *, today: date, seats: bool = True) -> None:
    """Keep a vendor's whole list of users as seats, and whose account is whose. An empty list changes nothing.

    Without `seats` it is kept whose account is whose, and no more. A seat of which the vendor does not tell since when
    begins, at the first reading, where the vendor's own history does: nobody can tell whether it was used before.
    """
    if not accounts:
        return
    known = {seat.person: seat for seat in ingestion.read_seats(source.store, source.name)}
    unknown = today - timedelta(days=source.connector.retention_days)
    held, aliases = seats_of(source.door, accounts, known, source.price, today=today, unknown=unknown)
    if seats:
        ingestion.replace_seats(source.store, source.name, held)
    ingestion.add_aliases(source.store, source.name, aliases)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Under which stream and position a file is kept, and `also` under which other names it is done."""

    stream: str
    position: str | None = None
    also: tuple[str, ...] = ()


def keep(source: Source, tally: Tally, result: Read, closed: set[date], kept: Kept) -> None:
    """Write what a piece held. Events of closed days are counted and left out."""
    batches = [each for each in result.batches if each.day not in closed]
    refused = sum(each.rows for each in result.batches if each.day in closed)
    tally.progress.advance(0)  # between the pieces of a large file a run can be stopped, too
    tally.skipped.update(result.passed)
    if refused:
        tally.skipped[CLOSED_DAY] += refused
    tally.rows += result.rows - refused
    tally.seen |= {each.day for each in batches}
    ingestion.save_file(
        source.store,
        source=source.name,
        stream=kept.stream,
        file=result.file,
        rows=result.rows,
        skipped=len(result.bad) + sum(result.passed.values()) + refused,
        batches=batches,
        position=kept.position,
        also=kept.also,
    )


def _accounts(source: Source, tally: Tally, files: Sequence[LogFile]) -> Iterator[Account]:
    for file in files:
        if not file.is_users:
            continue
        try:
            with opened(file) as stream:
                yield from file_feed(source.connector).parse_users(stream.read()).accounts
        except (ValueError, EOFError, OSError):
            tally.damage(file.name, "it is no list of users that can be read")


def _read_logs(source: Source, tally: Tally, files: Sequence[LogFile], pool: Executor) -> None:
    closed = ingestion.closed_days(source.store, source.name)
    done = ingestion.done_files(source.store, source.name)
    last: Read | None = None
    damage = ""
    for file, fingerprint, outcome in read_ahead(pool, files, source.door.key, frozenset(done)):
        match outcome:
            case Read(cut=True):
                damage = "its last line is cut short"
            case Read():
                tally.bad_lines(file.name, outcome.bad)
                if outcome.file not in done:
                    done.add(outcome.file)
                    if last:
                        keep(source, tally, last, closed, Kept(stream=FOLDER))
                    last = outcome
            case End(known=True):
                tally.known_files += 1
            case End():
                # The last piece is kept together with the word that the file was read whole.
                whole = not (damage or outcome.damage)
                if last or whole:
                    kept = Kept(stream=FOLDER, also=(fingerprint,) if whole else ())
                    keep(source, tally, last or Read(file=fingerprint), closed, kept)
                if whole:
                    tally.files += bool(last)
                    tally.known_files += not last
                else:
                    tally.damage(file.name, damage or outcome.damage)
                tally.progress.advance(file.size)
                last, damage = None, ""
            case _:
                assert_never(outcome)

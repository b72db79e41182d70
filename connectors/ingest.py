"""A run: what is new in a source comes in through the door, and the days it touches get their facts worked out anew.

Killed at any moment and run again, it ends with the same facts: a file is kept whole or not at all, and a day waits
until its facts are written.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import assert_never

from connectors.connector import Connector
from connectors.directory import read_directory
from connectors.door import Door, seats_of
from connectors.errors import BadFileError, ConnectorError
from connectors.pieces import LogFile, files_in, opened, pieces_of
from connectors.reading import Read, Reader, read, start_readers
from connectors.report import Progress, RunReport, Tally
from connectors.rows import Account
from connectors.usage import usage_of_day
from storage import ingestion
from storage.facts import EventBatch, Usage
from storage.store import Store

CLOSED_DAY = "of a day that is closed: its events are gone"
FOLDER = "folder"
"""The stream of files that were given as a path."""

_AHEAD = 4
"""Pieces handed out but not yet kept: enough that no process waits, few enough that memory stays put."""

_FACTS_AT_ONCE = 20_000

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

    Files read before are passed over by their content. No day is closed: an archive may come in any order, older
    files after newer ones. Raises ConfigurationError where there is nothing to read.
    """
    files = files_in(path)
    with noted(source.store, source.name, progress, clock) as tally:
        keep_accounts(source, list(_accounts(source, tally, files)), today=today)
        _read_logs(source, tally, [each for each in files if not each.is_users])
        work_out_days(source, tally)
    return tally.report()


def ingest_directory(
    store: Store, name: str, door: Door, path: Path, *, progress: Progress, clock: Clock = now
) -> RunReport:
    """Read an HR file in place of the one before. Bad rows are told by line and skipped."""
    with noted(store, name, progress, clock) as tally:
        progress.begin("Reading the directory", 1)
        directory = read_directory(path, door)
        tally.bad_lines(path.name, 0, directory.bad)
        ingestion.replace_members(store, name, directory.members, directory.aliases)
        tally.files, tally.rows = 1, len(directory.members)
        progress.advance(1)
    return tally.report()


@contextmanager
def noted(store: Store, name: str, progress: Progress, clock: Clock) -> Iterator[Tally]:
    """Note in the store how a run went. A run that was killed stays there without an end."""
    tally = Tally(source=name, progress=progress)
    number = ingestion.start_run(store, name, clock())
    error: str | None = "stopped before its end"
    try:
        yield tally
        error = f"{len(tally.damaged)} damaged files were not read" if tally.damaged else None
    except ConnectorError as failure:
        error = str(failure)
        raise
    finally:
        report = tally.report()
        ingestion.finish_run(
            store,
            number,
            finished=clock(),
            first_day=report.first_day,
            last_day=report.last_day,
            files=report.files,
            rows=report.rows,
            skipped=report.skipped,
            error=error,
        )


def keep_accounts(source: Source, accounts: Sequence[Account], *, today: date) -> None:
    """Keep a vendor's whole list of users as seats, and whose account is whose. An empty list changes nothing."""
    if not accounts:
        return
    known = {seat.person: seat for seat in ingestion.read_seats(source.store, source.name)}
    seats, aliases = seats_of(source.door, accounts, known, source.price, today)
    ingestion.replace_seats(source.store, source.name, seats)
    ingestion.add_aliases(source.store, source.name, aliases)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A file that was read, and under which stream and position it is kept."""

    stream: str
    position: str | None = None


def keep(source: Source, tally: Tally, result: Read, closed: set[date], kept: Kept) -> None:
    """Write what a piece held. Events of closed days are counted and left out."""
    batches = [each for each in result.batches if each.day not in closed]
    refused = sum(each.rows for each in result.batches if each.day in closed)
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
        aliases=(),
        position=kept.position,
    )


def work_out_days(source: Source, tally: Tally) -> None:
    """Work out the facts of every day that waits, oldest first."""
    days = ingestion.waiting_days(source.store, source.name)
    if not days:
        return
    tally.progress.begin("Working out days", len(days))
    aliases = ingestion.account_aliases(source.store, source.name)
    facts: list[Usage] = []
    done: list[date] = []
    ahead: dict[date, list[EventBatch]] = {}
    for day in days:
        following = day + timedelta(days=1)
        batches = ahead.get(day) or ingestion.read_batches(source.store, source.name, day)
        ahead = {following: ingestion.read_batches(source.store, source.name, following)}
        facts += usage_of_day(batches, ahead[following], aliases, day=day, tool=source.connector.tool)
        done.append(day)
        if len(facts) >= _FACTS_AT_ONCE or day == days[-1]:
            ingestion.replace_usage(source.store, source.name, done, facts)
            tally.days += len(done)
            tally.progress.advance(len(done))
            facts, done = [], []


def _accounts(source: Source, tally: Tally, files: Sequence[LogFile]) -> Iterator[Account]:
    for file in files:
        if not file.is_users:
            continue
        try:
            with opened(file) as stream:
                yield from source.connector.feed.parse_users(stream.read()).accounts
        except (ValueError, EOFError, OSError):
            tally.damage(file.name, "it is no list of users that can be read")


def _read_logs(source: Source, tally: Tally, files: Sequence[LogFile]) -> None:
    closed = ingestion.closed_days(source.store, source.name)
    done = frozenset(ingestion.done_files(source.store, source.name))
    size = sum(each.size for each in files)
    tally.progress.begin("Reading logs", size)
    reader = Reader(parse=source.connector.feed.parse, door=source.door, done=done)
    with start_readers(reader, size) as pool:
        lines, news, damaged = 0, False, False
        for file, outcome in _read_ahead(pool, files):
            match outcome:
                case Read(known=True):
                    lines += outcome.lines
                case Read(cut=True):
                    damaged = True
                    tally.damage(file.name, "its last line is cut short")
                case Read():
                    tally.bad_lines(file.name, lines, outcome.bad)
                    keep(source, tally, outcome, closed, Kept(stream=FOLDER))
                    lines, news = lines + outcome.lines, True
                case End(damage=damage):
                    if damage:
                        tally.damage(file.name, damage)
                    elif not damaged:
                        tally.files += news
                        tally.known_files += not news
                    tally.progress.advance(file.size)
                    lines, news, damaged = 0, False, False
                case _:
                    assert_never(outcome)


@dataclass(frozen=True, slots=True)
class End:
    """A file is over. `damage` says what is wrong with it, if something is."""

    damage: str = ""


def _read_ahead(pool: Executor, files: Sequence[LogFile]) -> Iterator[tuple[LogFile, Read | End]]:
    """Yield each file's results in order, then its End; a few pieces are read ahead of them, across files."""
    ahead: deque[tuple[LogFile, Future[Read] | End]] = deque()
    for file, coming in _submitted(pool, files):
        ahead.append((file, coming))
        if len(ahead) > _AHEAD:
            yield _arrived(*ahead.popleft())
    while ahead:
        yield _arrived(*ahead.popleft())


def _arrived(file: LogFile, coming: Future[Read] | End) -> tuple[LogFile, Read | End]:
    return file, coming if isinstance(coming, End) else coming.result()


def _submitted(pool: Executor, files: Sequence[LogFile]) -> Iterator[tuple[LogFile, Future[Read] | End]]:
    """Hand out every piece of every file."""
    for file in files:
        damage = ""
        try:
            for piece in pieces_of(file):
                yield file, pool.submit(read, piece)
        except BadFileError as error:
            damage = str(error)
        except OSError as error:
            damage = f"it cannot be read ({error.strerror})"
        yield file, End(damage)

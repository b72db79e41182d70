"""Log files as the vendor delivers them: every row in the file of its time, some late, some twice, none over 15 MB."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import numpy as np

from demo.company import Company
from demo.distributions import Integers

FILE_AT_MOST = 15_000_000
_FILL = 13_000_000
"""Estimated bytes at which a file is closed: estimates may be a tenth too low."""
KEPT_BYTES = 96_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LogFile:
    """One file of the list: what it is called and when its last event may have happened, not yet its content."""

    id: str
    event_type: str
    end_time: datetime
    rows: tuple[int, ...]
    """Rows in the order of the file. A negative one is a damaged copy of row -n-1."""

    @property
    def name(self) -> str:
        """The vendor's pattern: type and end time with microseconds and offset."""
        return f"{self.event_type}_{self.end_time.isoformat(timespec='microseconds')}.jsonl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A rendered file."""

    data: bytes
    sha256: str


@dataclass(kw_only=True, slots=True)
class Feed:
    """Every file of one event type, by end time, rendered when first asked for and kept while there is room."""

    event_type: str
    files: tuple[LogFile, ...]
    render: Callable[[LogFile], bytes]
    damaged: int
    """Damaged lines in all files together."""
    _kept: dict[str, Body] = field(default_factory=dict)
    _facts: dict[str, tuple[int, str]] = field(default_factory=dict)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def body(self, file: LogFile) -> Body:
        """Return a file's content."""
        with self._one_at_a_time:
            if (kept := self._kept.get(file.id)) is not None:
                return kept
            data = self.render(file)
            body = Body(data=data, sha256=hashlib.sha256(data).hexdigest())
            self._kept[file.id] = body
            self._facts[file.id] = (len(data), body.sha256)
            while sum(len(b.data) for b in self._kept.values()) > KEPT_BYTES and len(self._kept) > 1:
                del self._kept[next(iter(self._kept))]
            return body

    def facts(self, file: LogFile) -> tuple[int, str]:
        """Return a file's size in bytes and SHA-256."""
        if file.id not in self._facts:
            self.body(file)
        return self._facts[file.id]


@dataclass(frozen=True, kw_only=True, slots=True)
class Troubles:
    """How much of a feed comes late, twice, or damaged. `slots_late` is the most files that a row may be late by."""

    late: float
    twice: float
    slots_late: int
    damaged: float = 0.0


def lay_out(
    company: Company,
    event_type: str,
    slot: Integers,
    *,
    slots_a_day: int,
    sizes: Integers,
    troubles: Troubles,
) -> tuple[tuple[LogFile, ...], int]:
    """Return the files of rows, given each row's time slot and estimated bytes, and the number of damaged lines.

    Every slot has a file but where nothing happened. Rows are in time order: so are they within a file, the late ones
    first.
    """
    rng = np.random.default_rng([company.seed, len(slot), slots_a_day])
    last = company.weeks * 7 * slots_a_day - 1
    count = len(slot)
    late = np.where(rng.random(count) < troubles.late, rng.integers(1, troubles.slots_late + 1, count), 0)
    home = np.minimum(slot + late, last)
    twice = np.flatnonzero(rng.random(count) < troubles.twice)
    again = np.maximum(
        home[twice], np.minimum(slot[twice] + rng.integers(0, troubles.slots_late + 1, len(twice)), last)
    )
    damaged = np.flatnonzero(rng.random(count) < troubles.damaged)
    row = np.concatenate((np.arange(count), twice, -damaged - 1))
    source = np.concatenate((np.arange(count), twice, damaged))
    at = np.concatenate((home, again, home[damaged]))
    order = np.lexsort((source, at))
    part = _parts(at[order], sizes[source[order]])
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    midnight = datetime.combine(company.first_day, time(), UTC)
    files: list[LogFile] = []
    for first, rows in zip(starts.tolist(), np.split(row[order], starts[1:]), strict=True):
        until = midnight + timedelta(days=1) / slots_a_day * (int(at[order[first]]) + 1)
        end = until + timedelta(seconds=int(rng.integers(1, 3)), microseconds=int(rng.integers(1, 900_000)))
        if files and end <= files[-1].end_time:
            end = files[-1].end_time + timedelta(microseconds=317)
        files.append(
            LogFile(id="eclf_" + rng.bytes(10).hex(), event_type=event_type, end_time=end, rows=tuple(rows.tolist()))
        )
    return tuple(files), len(damaged)


def _parts(at: Integers, sizes: Integers) -> Integers:
    """Return the number of the file of each row: a new one at every slot, and where one would grow too large."""
    if not len(at):
        return at
    starts = np.flatnonzero(np.diff(at, prepend=-1))
    reached = np.cumsum(sizes)
    before = np.repeat((reached - sizes)[starts], np.diff(np.append(starts, len(at))))
    piece = (reached - before) // _FILL
    return np.cumsum((np.diff(at, prepend=at[0]) != 0) | (np.diff(piece, prepend=piece[0]) != 0))


def spoil(line: bytes, kind: int) -> bytes:
    """Return a damaged copy of a line (with its line break): cut off, not JSON, not UTF-8, or of another shape."""
    return (
        line[: len(line) // 2] + b"\n",
        b"<html>502 Bad Gateway</html>\n",
        line[:40] + b"\xff\xfe\xfa" + line[40:],
        b'["not", "an", "event"]\n',
        line[:-2] + b"}}}\n",
    )[kind % 5]

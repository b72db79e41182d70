"""Reading pieces of files: parse, then the door, in other processes where that pays.

What comes back holds nobody's address and no text.
"""

import gc
import hashlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any, TypeVar

from connectors.door import Door, Entry, Names
from connectors.files.events import batches_of
from connectors.files.pieces import Piece
from connectors.rows import BadLine, ParseRows
from storage.facts import EventBatch

T = TypeVar("T")

CHUNK = 1 << 18
"""Bytes parsed at a time: rows that stay in the processor's cache until they are through the door."""

_SMALL = 16 << 20
"""Bytes below which starting processes takes longer than it saves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """What came of a piece. `file` names it in the store. `cut`: its last line is cut short."""

    file: str
    rows: int = 0
    batches: tuple[EventBatch, ...] = ()
    bad: tuple[BadLine, ...] = ()
    passed: Mapping[str, int] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How pieces are read: one vendor's parser, and the door."""

    parse: ParseRows
    door: Door


def read_piece(reader: Reader, piece: Piece, file: str | None = None, names: Names | None = None) -> Read:
    """Read a piece. `file` names it in the store; None: the SHA-256 of what came through the door does.

    `names` are codes given out before, by the same door.
    """
    entry = Entry(reader.door, names)
    lines = 0
    bad: list[BadLine] = []
    passed: dict[str, int] = {}
    cut = False
    for chunk in piece.chunks(CHUNK):
        rows = reader.parse(chunk)
        entry.admit(rows)
        bad += [BadLine(line=lines + each.line, why=each.why) for each in rows.bad]
        _add(passed, rows.passed)
        lines += rows.lines
        cut = rows.cut
    admitted = entry.admitted()
    _add(passed, admitted.passed)
    batches = tuple(batches_of(admitted.events, ""))
    name = file or hashlib.sha256(b"".join(each.columns for each in batches)).hexdigest()
    return Read(
        file=name,
        rows=admitted.events.rows,
        batches=tuple(EventBatch(file=name, day=each.day, rows=each.rows, columns=each.columns) for each in batches),
        bad=_numbered(piece, [*bad, *admitted.bad]),
        passed=passed,
        cut=cut,
    )


def start_readers(reader: Reader, size: int, processes: int = 0) -> Executor:
    """Return processes that read pieces of `size` bytes in all; a thread where starting them would not pay.

    `processes` are as many as suit the machine, unless told.
    """
    if size < _SMALL:
        return ThreadPoolExecutor(max_workers=1, initializer=_start_thread, initargs=(reader,))
    # Spawned, not forked: the caller may run an event loop and threads, whose locks a fork would copy as they are.
    return ProcessPoolExecutor(
        max_workers=processes or min(_processes(), 2),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_process,
        initargs=(reader,),
    )


class ReadersAndCaller(Executor):
    """Readers whose caller lends a hand: what finds them all busy is done at once, in the calling thread.

    One process less has to be started and to hold memory, and nobody waits while it starts.
    """

    def __init__(self, reader: Reader, size: int) -> None:
        _start_thread(reader)
        self._readers = start_readers(reader, size, _processes() - 1) if size >= _SMALL and _processes() > 1 else None
        self._busy: list[Future[Any]] = []

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: ANN401
        """Hand work to a reader, or do it."""
        self._busy = [each for each in self._busy if not each.done()]
        if self._readers and len(self._busy) < 2 * (_processes() - 1):
            handed = self._readers.submit(work, *args, **kwargs)
            self._busy.append(handed)
            return handed
        done: Future[T] = Future()
        with _without_collections():
            try:
                done.set_result(work(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - as every executor does
                done.set_exception(error)
        return done

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        """End the readers."""
        if self._readers:
            self._readers.shutdown(wait, cancel_futures=cancel_futures)


def _processes() -> int:
    # More would be faster still, but each holds some 80 MB, and 300 MB are promised for all together.
    return min(os.cpu_count() or 1, 3)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Rows are made and dropped by the hundred thousand and never form cycles; looking for some costs a third."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


_READERS = threading.local()


def read(piece: Piece, file: str | None = None) -> Read:
    """Read a piece with the reader that this process or thread was started with."""
    reader: Reader = _READERS.reader
    if _READERS.names.full:
        _READERS.names = Names(reader.door)
    return read_piece(reader, piece, file, _READERS.names)


def _start_thread(reader: Reader) -> None:
    _READERS.reader, _READERS.names = reader, Names(reader.door)


def _start_process(reader: Reader) -> None:
    _start_thread(reader)
    gc.disable()  # as in _without_collections
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal: the caller ends this one
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """End with the process that started this one, also when that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for reason, count in more.items():
        counts[reason] = counts.get(reason, 0) + count


def _numbered(piece: Piece, bad: list[BadLine]) -> tuple[BadLine, ...]:
    """Turn places among the lines that are not blank into line numbers of the file.

    Lines are counted only now, since a piece seldom has bad ones.
    """
    if not bad:
        return ()
    wanted = {each.line for each in bad}
    numbers = {place: number for place, number in enumerate(_filled_lines(piece), start=1) if place in wanted}
    before = piece.lines_before()
    placed = [BadLine(line=before + numbers.get(each.line, each.line), why=each.why) for each in bad]
    return tuple(sorted(placed, key=lambda each: each.line))


def _filled_lines(piece: Piece) -> Iterator[int]:
    number = 0
    for chunk in piece.chunks(CHUNK):
        for line in chunk.removesuffix(b"\n").split(b"\n"):
            number += 1
            if line.strip():
                yield number

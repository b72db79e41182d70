"""Reading pieces in other processes: parse, then the door. What comes back holds nobody's address and no text."""

import gc
import hashlib
import multiprocessing
import os
import threading
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import wait

from connectors.door import Door, Entry
from connectors.events import batches_of
from connectors.pieces import Piece
from connectors.rows import BadLine, ParseRows
from storage.facts import EventBatch

CHUNK = 4 << 20
"""Bytes parsed at a time."""

_SMALL = 16 << 20
"""Bytes below which starting processes takes longer than it saves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """What came of a piece. `known` says that a piece with the same bytes was read before: nothing else is told."""

    file: str
    lines: int = 0
    rows: int = 0
    batches: tuple[EventBatch, ...] = ()
    bad: tuple[BadLine, ...] = ()
    passed: Mapping[str, int] = field(default_factory=dict)
    cut: bool = False
    known: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How pieces are read: one vendor's parser, the door, and the ids of pieces that need not be read again."""

    parse: ParseRows
    door: Door
    done: AbstractSet[str]


def read_piece(reader: Reader, piece: Piece, file: str | None = None) -> Read:
    """Read a piece. `file` names it in the store; None: the SHA-256 of its bytes does."""
    data = piece.read()
    name = file or hashlib.sha256(data).hexdigest()
    if name in reader.done:
        return Read(file=name, lines=data.count(b"\n"), known=True)
    entry = Entry(reader.door)
    lines = 0
    bad: list[BadLine] = []
    passed: dict[str, int] = {}
    cut = False
    for chunk in _chunks(data):
        rows = reader.parse(chunk)
        refused, over = entry.admit(rows)
        bad += [BadLine(line=lines + each.line, why=each.why) for each in (*rows.bad, *refused)]
        for counts in (rows.passed, over):
            for reason, count in counts.items():
                passed[reason] = passed.get(reason, 0) + count
        lines += rows.lines
        cut = rows.cut
    events = entry.events()
    return Read(
        file=name,
        lines=lines,
        rows=events.rows,
        batches=tuple(batches_of(events, name)),
        bad=tuple(sorted(bad, key=lambda each: each.line)),
        passed=passed,
        cut=cut,
    )


def start_readers(reader: Reader, size: int) -> Executor:
    """Return processes that read pieces of `size` bytes in all; a thread where starting them would not pay."""
    if size < _SMALL:
        _start_thread(reader)
        return ThreadPoolExecutor(max_workers=1, initializer=_start_thread, initargs=(reader,))
    # Spawned, not forked: the caller may run an event loop and threads, whose locks a fork would copy as they are.
    return ProcessPoolExecutor(
        max_workers=max(os.cpu_count() or 1, 1),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_process,
        initargs=(reader,),
    )


_READERS = threading.local()


def read(piece: Piece, file: str | None = None) -> Read:
    """Read a piece with the reader that this process or thread was started with."""
    reader: Reader = _READERS.reader
    return read_piece(reader, piece, file)


def _start_thread(reader: Reader) -> None:
    _READERS.reader = reader


def _start_process(reader: Reader) -> None:
    _start_thread(reader)
    # Rows are made and dropped by the hundred thousand and never form cycles; looking for some costs a third.
    gc.disable()
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """End with the process that started this one, also when that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _chunks(data: bytes) -> list[bytes]:
    chunks = []
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + CHUNK) + 1 or len(data)
        chunks.append(data[start:end])
        start = end
    return chunks

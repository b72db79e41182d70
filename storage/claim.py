"""Whose turn it is to read a source: one process at a time, across processes that share a SQLite store."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl

    _HAS_LOCKS = True
except ImportError:  # Windows has no flock: two processes are not kept apart there
    _HAS_LOCKS = False

from storage.store import Store

_LOOKS, _LOOK = 4, 0.05
"""How often, and after how many seconds, a claim is tried: `is_claimed` holds one for a moment."""


@contextmanager
def claimed(store: Store, source: str) -> Iterator[bool]:
    """Hold `source` while the block goes on; yields False where somebody else does.

    It is a lock on a file beside the store. The operating system lets go of it when its process ends, however that
    ends, so that no claim outlives who made it. A store that is no file, and one on a server, has no such claims.
    """
    path = _lock_file(store, source)
    if path is None:
        yield True
        return
    held = _lock(path)
    if held is None:
        yield False
        return
    try:
        yield True
    finally:
        # Before the lock goes: whoever has opened the file meanwhile sees that it is gone, and makes a new one.
        path.unlink(missing_ok=True)
        os.close(held)


def is_claimed(store: Store, source: str) -> bool:
    """Tell whether somebody reads `source` now."""
    path = _lock_file(store, source)
    if path is None or not path.exists():
        return False
    with claimed(store, source) as free:
        return not free


def _lock_file(store: Store, source: str) -> Path | None:
    database = store.engine.url.database if store.engine.dialect.name == "sqlite" else None
    if not _HAS_LOCKS or not database or database == ":memory:":
        return None
    return Path(f"{database}-{source}.lock")


def _lock(path: Path) -> int | None:
    """Return the locked file's descriptor, or None where another holds it for longer than a look takes."""
    for _ in range(_LOOKS):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                return descriptor
        except OSError:
            time.sleep(_LOOK)
        os.close(descriptor)
    return None

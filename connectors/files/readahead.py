"""Files of a folder, read a few pieces ahead of where they are kept."""

from collections import deque
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from connectors.errors import BadFileError
from connectors.files.pieces import LogFile, pieces_of
from connectors.files.reading import Read, read

_AHEAD = 24
"""Pieces and ends of files that may wait to be kept: enough that nobody waits for a process to start, few enough that
memory stays put: what waits has been through the door, and takes a twentieth of the log."""


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """A file is over. `known` says that it was read before, `damage` what is wrong with it, if something is."""

    damage: str = ""
    known: bool = False


_Coming = tuple[LogFile, str, Future[Read] | End]


def read_ahead(
    pool: Executor, files: Sequence[LogFile], key: bytes, done: AbstractSet[str]
) -> Iterator[tuple[LogFile, str, Read | End]]:
    """Yield each file with its fingerprint and what its pieces hold, in order, then its End.

    A file whose fingerprint is in `done` is not read: it has its End alone.
    """
    ahead: deque[_Coming] = deque()
    for each in _handed_out(pool, files, key, done):
        ahead.append(each)
        if len(ahead) > _AHEAD:
            yield _arrived(*ahead.popleft())
    while ahead:
        yield _arrived(*ahead.popleft())


def _arrived(file: LogFile, fingerprint: str, coming: Future[Read] | End) -> tuple[LogFile, str, Read | End]:
    return file, fingerprint, coming if isinstance(coming, End) else coming.result()


def _handed_out(pool: Executor, files: Sequence[LogFile], key: bytes, done: AbstractSet[str]) -> Iterator[_Coming]:
    for file in files:
        fingerprint = file.fingerprint(key)
        if fingerprint in done:
            yield file, fingerprint, End(known=True)
            continue
        damage = ""
        try:
            for piece in pieces_of(file):
                yield file, fingerprint, pool.submit(read, piece)
        except BadFileError as error:
            damage = str(error)
        except OSError as error:
            damage = _unreadable(error)
        yield file, fingerprint, End(damage=damage)


def _unreadable(error: OSError) -> str:
    return f"it cannot be read ({error.strerror})"

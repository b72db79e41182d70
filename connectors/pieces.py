"""Files of log lines, cut into pieces that end at a line's end, so that no file is ever held whole.

Reads a folder, a file, a .zip or a .tar(.gz); the logs in it plain or .gz.
"""

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from connectors.errors import BadFileError, ConfigurationError

PIECE = 8 << 20
"""Bytes in a piece, about. Two processes with a piece each, parsed, stay well under 100 MB."""

MAX_LINE = 64 << 20
"""A line longer than this is damage, not a message."""

_LOGS = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_USERS = (".json", ".json.gz")
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of a file that ends at a line's end: bytes, or a place in a file that the reader opens itself."""

    data: bytes | None = None
    path: Path | None = None
    offset: int = 0
    size: int

    def read(self) -> bytes:
        """Return the bytes."""
        if self.data is not None:
            return self.data
        if self.path is None:
            raise ValueError("a piece has neither bytes nor a path")
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.size)


@dataclass(frozen=True, kw_only=True, slots=True)
class LogFile:
    """A file to be read. `name` is shown to the operator and never stored; `inside` is its place in an archive."""

    name: str
    path: Path
    inside: str = ""
    size: int

    @property
    def is_users(self) -> bool:
        """Whether it is a JSON document, which only lists of users are, rather than log lines."""
        return (self.inside or self.name).lower().endswith(_USERS)


def files_in(path: Path) -> list[LogFile]:
    """Return the log files and lists of users at a path, in the order of their names.

    Raises ConfigurationError where there are none, or the path does not exist.
    """
    if not path.exists():
        raise ConfigurationError(f"there is no {path}")
    if path.is_file():
        found = list(_files_of(path, path.name))
    else:
        inside = sorted(each for each in path.rglob("*") if each.is_file())
        found = [file for each in inside for file in _files_of(each, str(each.relative_to(path)))]
    if not found:
        raise ConfigurationError(f"{path} holds no log files: looked for {', '.join((*_LOGS, *_USERS, *_ARCHIVES))}")
    return found


def pieces_of(file: LogFile) -> Iterator[Piece]:
    """Yield a file's pieces. Raises BadFileError where it turns out damaged, after the pieces before the damage."""
    if not file.inside and not file.name.lower().endswith(".gz"):
        yield from _places_of(file.path)
        return
    try:
        with opened(file) as stream:
            yield from pieces_of_stream(stream)
    except _DAMAGE as error:
        raise BadFileError("it is damaged or cut short") from error


def pieces_of_stream(stream: IO[bytes]) -> Iterator[Piece]:
    """Yield what a stream holds, a piece at a time."""
    kept = b""
    while block := stream.read(PIECE):
        block = kept + block
        end = block.rfind(b"\n") + 1
        if not end and len(block) > MAX_LINE:
            raise BadFileError(f"it has a line of more than {MAX_LINE >> 20} MB")
        if end:
            yield Piece(data=block[:end], size=end)
        kept = block[end:]
    if kept:
        yield Piece(data=kept, size=len(kept))


@contextmanager
def opened(file: LogFile) -> Iterator[IO[bytes]]:
    """Open a file, from inside its archive where it is in one, unpacked where it is packed."""
    with ExitStack() as stack:
        stream: IO[bytes]
        if not file.inside:
            stream = stack.enter_context(file.path.open("rb"))
        elif file.path.suffix.lower() == ".zip":
            stream = stack.enter_context(stack.enter_context(zipfile.ZipFile(file.path)).open(file.inside))
        else:
            archive = stack.enter_context(tarfile.open(file.path))
            member = archive.extractfile(file.inside)
            if member is None:
                raise BadFileError("it is no plain file inside its archive")
            stream = stack.enter_context(member)
        if (file.inside or file.name).lower().endswith(".gz"):
            stream = stack.enter_context(cast("IO[bytes]", gzip.GzipFile(fileobj=stream)))
        yield stream


def _files_of(path: Path, name: str) -> Iterator[LogFile]:
    lower = path.name.lower()
    if lower.endswith((*_LOGS, *_USERS)):
        yield LogFile(name=name, path=path, size=path.stat().st_size)
    elif lower.endswith(_ARCHIVES):
        try:
            members = _members(path)
        except _DAMAGE as error:
            raise ConfigurationError(f"{name} is damaged: it cannot be opened as an archive") from error
        for inside, size in sorted(members):
            if inside.lower().endswith((*_LOGS, *_USERS)):
                yield LogFile(name=f"{name}/{inside}", path=path, inside=inside, size=size)


def _members(path: Path) -> list[tuple[str, int]]:
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            return [(each.filename, each.file_size) for each in archive.infolist()]
    with tarfile.open(path) as archive:
        return [(each.name, each.size) for each in archive if each.isfile()]


def _places_of(path: Path) -> Iterator[Piece]:
    """Yield the pieces of a plain file without reading more of it than where its lines end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = 0
        while start < size:
            end = _line_end(file, min(start + PIECE, size), size)
            if end - start > PIECE + MAX_LINE:
                raise BadFileError(f"it has a line of more than {MAX_LINE >> 20} MB")
            yield Piece(path=path, offset=start, size=end - start)
            start = end


def _line_end(file: IO[bytes], at: int, size: int) -> int:
    """Return the place after the first line end at or after the byte before `at`."""
    if at >= size:
        return size
    file.seek(at - 1)
    while block := file.read(1 << 16):
        found = block.find(b"\n")
        if found >= 0:
            return file.tell() - len(block) + found + 1
    return size

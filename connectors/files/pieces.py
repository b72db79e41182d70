"""Files of log lines, cut into pieces that end at a line's end, so that no file is ever held whole.

Reads a folder, a file, a .zip or a .tar(.gz); the logs in it plain or .gz.
"""

import gzip
import hmac
import io
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

PIECE = 16 << 20
"""Bytes in a piece that a reader opens itself, about. Only a chunk of them is held at a time."""

BLOCK = 4 << 20
"""Bytes in a piece that is handed over, about. A few of them are held at a time."""

MAX_LINE = 64 << 20
"""A line longer than this is damage, not a message."""

_LOGS = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_USERS = (".json", ".json.gz")
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A part of a plain file that ends at a line's end, which the reader opens itself."""

    path: Path
    offset: int
    size: int

    def chunks(self, size: int) -> Iterator[bytes]:
        """Yield the bytes, about `size` at a time, cut at lines' ends."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            yield from _cut(file, self.size, size)

    def lines_before(self) -> int:
        """Return how many lines of the file come before."""
        with self.path.open("rb") as file:
            return sum(block.count(b"\n") for block in _blocks(file, self.offset))


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A part of a packed or fetched file that ends at a line's end, and how many lines of the file come before."""

    data: bytes
    before: int

    def chunks(self, size: int) -> Iterator[bytes]:
        """Yield the bytes, about `size` at a time, cut at lines' ends."""
        yield from _cut(io.BytesIO(self.data), len(self.data), size)

    def lines_before(self) -> int:
        """Return how many lines of the file come before."""
        return self.before


Piece = Place | Block


@dataclass(frozen=True, kw_only=True, slots=True)
class LogFile:
    """A file to be read. `name` is shown to the operator and never stored; `inside` is its place in an archive."""

    name: str
    path: Path
    inside: str = ""
    size: int

    def fingerprint(self, key: bytes) -> str:
        """Return what tells, without reading it, that a file is as it was: its place, size and times, hashed."""
        state = self.path.stat()
        parts = (
            self.path.resolve(),
            self.inside,
            state.st_dev,
            state.st_ino,
            state.st_size,
            state.st_mtime_ns,
            state.st_ctime_ns,
        )
        return hmac.new(key, "\0".join(map(str, parts)).encode("utf-8", "surrogateescape"), "sha256").hexdigest()

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
    lines = 0
    while block := stream.read(BLOCK):
        block = kept + block
        end = block.rfind(b"\n") + 1
        if not end and len(block) > MAX_LINE:
            raise BadFileError(f"it has a line of more than {MAX_LINE >> 20} MB")
        if end:
            piece = Block(data=block[:end], before=lines)
            lines += piece.data.count(b"\n")
            yield piece
        kept = block[end:]
    if kept:
        yield Block(data=kept, before=lines)


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
            yield Place(path=path, offset=start, size=end - start)
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


def _cut(file: IO[bytes], size: int, chunk: int) -> Iterator[bytes]:
    """Yield `size` bytes, about a `chunk` at a time, each cut at a line's end but the last."""
    kept: list[bytes] = []
    for block in _blocks(file, size, chunk):
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join((*kept, block[:end]))
            kept = []
        if end < len(block):
            kept.append(block[end:])
    if kept:
        yield b"".join(kept)


def _blocks(file: IO[bytes], size: int, block: int = 1 << 20) -> Iterator[bytes]:
    """Yield `size` bytes, a block at a time."""
    while size > 0 and (data := file.read(min(block, size))):
        size -= len(data)
        yield data

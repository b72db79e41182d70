"""A table in a text file, in every guise in which people save one: its headings, and its lines by number.

UTF-8 with or without a mark, UTF-16, else Windows-1252; separated by commas, semicolons, tabs or bars, with or without
Excel's line `sep=;`; plain, .gz or .zip. What a file is, its first bytes tell, not its name.
"""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connectors.errors import BadFileError
from connectors.rows import BadLine

MOST_BYTES = 512 << 20
"""A file larger than this, unpacked, is no export that anybody saved by hand."""

MOST_COLUMNS = 1000
_SEPARATORS = ",;\t|"
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_OTHER_KINDS = (
    (b"%PDF", "it is a PDF: export it as CSV"),
    (b"\xd0\xcf\x11\xe0", "it is an Excel workbook: save it as “CSV UTF-8”"),
    (b"{", "it is JSON, no CSV: what a vendor's API answers is read by `ai-usage ingest`"),
    (b"[", "it is JSON, no CSV: what a vendor's API answers is read by `ai-usage ingest`"),
    (b"<", "it is a page of HTML or XML, no CSV: export it again, and save what comes"),
)
TOO_LONG = "it has more fields than the heading: quote values that hold separators"
TOO_SHORT = "it has fewer fields than the heading"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a table: its number in the file, and its trimmed values under our names of their columns."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def __contains__(self, name: str) -> bool:
        return name in self.values


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A table as it was saved: every row that is not blank, with the number of its first line in the file.

    `notes` are sentences about how it was read. `ends_whole`: the last line has its line end.
    """

    rows: Sequence[tuple[int, Sequence[str]]]
    ends_whole: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """The lines under a heading; `bad` are those that do not fit it."""

    lines: tuple[Line, ...]
    bad: tuple[BadLine, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetFile:
    """A file that may hold a table. `name` is shown to the operator; `inside` is its place in an archive."""

    name: str
    path: Path
    inside: str = field(default="")

    def read(self) -> bytes:
        """Return its bytes, unpacked. Raises BadFileError."""
        try:
            return _unpacked(_inside(self.path, self.inside) if self.inside else _plain_bytes(self.path))
        except OSError as error:
            raise BadFileError(f"it cannot be read: {error.strerror or 'it is damaged'}") from error
        except (EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise BadFileError("it is damaged, cut short, or locked by a password: export or pack it again") from error


def sheet_files(path: Path) -> Iterator[SheetFile]:
    """Yield the files at a path: itself, those of a folder and its folders, and those in an archive, by name.

    Hidden files are passed over. Whether a file holds a table shows when it is read.
    """
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            name = each.relative_to(path)
            if each.is_file() and not any(part.startswith(".") for part in name.parts):
                yield from _in_file(each, str(name))
    else:
        yield from _in_file(path, path.name)


def read_sheet(data: bytes) -> Sheet:
    """Return the table in the bytes of a file. Raises BadFileError that says which line is wrong, and how."""
    for mark, why in _OTHER_KINDS:
        if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(mark):
            raise BadFileError(why)
    text, notes = _decoded(data)
    if not text.strip():
        raise BadFileError("it is empty")
    separator, text, skipped = _separator(text)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, Sequence[str]]] = []
    start = skipped + 1
    try:
        for row in table:
            number, start = start, table.line_num + skipped + 1
            if any(each.strip() for each in row):
                rows.append((number, row))
    except csv.Error as error:
        raise BadFileError(f"line {start}: {_fault(str(error))}") from error
    return Sheet(rows=rows, ends_whole=text.endswith(("\n", "\r")), notes=notes)


def under(sheet: Sheet, at: int, names: Sequence[str]) -> Lines:
    """Return the lines after row `at`, the heading, by our `names` of its columns; "" is a column that is not used.

    A heading that comes again, as where two exports were put one after the other, is passed over. Raises BadFileError
    where the last line is cut short: what stood in the place of the rest nobody knows.
    """
    heading = [each.strip() for each in sheet.rows[at][1]]
    lines: list[Line] = []
    bad: list[BadLine] = []
    last = len(sheet.rows) - 1
    for place, (number, row) in enumerate(sheet.rows[at + 1 :], at + 1):
        if len(row) < len(heading) and place == last and not sheet.ends_whole:
            raise BadFileError(
                f"line {number}: it ends after {len(row)} of {len(heading)} fields: the file is cut short, export it "
                "again"
            )
        if len(row) < len(heading) or any(each.strip() for each in row[len(heading) :]):
            bad.append(BadLine(line=number, why=TOO_SHORT if len(row) < len(heading) else TOO_LONG))
        elif [each.strip() for each in row[: len(heading)]] != heading:
            values = {name: value.strip() for name, value in zip(names, row, strict=False) if name}
            lines.append(Line(number=number, values=values))
    return Lines(lines=tuple(lines), bad=tuple(bad))


def plain(heading: str) -> str:
    """Return a heading as headings are compared: letters and digits, small."""
    return "".join(each for each in heading.casefold() if each.isalnum())


def _in_file(path: Path, name: str) -> Iterator[SheetFile]:
    try:
        with path.open("rb") as file:
            packed = file.read(4) == _ZIP
        members = zipfile.ZipFile(path).namelist() if packed else []
    except (OSError, zipfile.BadZipFile, NotImplementedError):
        # What is wrong is told when it is read, beside the other files.
        members = []
    if any(each in {"[Content_Types].xml", "mimetype"} for each in members):
        members = []
    inside = [each for each in sorted(members) if not each.endswith("/") and not _is_hidden(each)]
    if inside:
        yield from (SheetFile(name=f"{name}/{each}", path=path, inside=each) for each in inside)
    else:
        yield SheetFile(name=name, path=path)


def _is_hidden(inside: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in inside.split("/"))


def _plain_bytes(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise BadFileError(f"it has more than {MOST_BYTES >> 20} MB: split it")
    return path.read_bytes()


def _inside(path: Path, inside: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo(inside).file_size > MOST_BYTES:
            raise BadFileError(f"it has more than {MOST_BYTES >> 20} MB unpacked: split it")
        return archive.read(inside)


def _unpacked(data: bytes) -> bytes:
    if data.startswith(_GZIP):
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise BadFileError(f"it has more than {MOST_BYTES >> 20} MB unpacked: split it")
    if data.startswith(_ZIP):
        raise BadFileError(
            "it is a workbook, to be saved as “CSV UTF-8”, or an archive that is empty, damaged or in another one"
        )
    return data


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text, and a sentence where its encoding had to be guessed."""
    form = "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        form = "utf-16"
    elif b"\0" in data[:200]:
        # Without a mark the letters of the heading leave every second byte empty.
        form = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    try:
        return data.decode(form), ()
    except UnicodeDecodeError as error:
        if form != "utf-8-sig":
            raise BadFileError("it ends inside a character, or is no text: export it again") from error
        before, line = data[: error.start], data.count(b"\n", 0, error.start) + 1
        if error.end >= len(data) and error.reason == "unexpected end of data":
            raise BadFileError(f"line {line}: it ends inside a character: the file is cut short") from error
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise BadFileError(f"line {line}: it is neither UTF-8 nor UTF-16: save it as “CSV UTF-8”") from error
    if b"\0" in before[:200]:
        raise BadFileError("it is no text: export it as CSV")
    return text, (f"not in UTF-8 (line {line}): read as Windows-1252",)


def _separator(text: str) -> tuple[str, str, int]:
    """Return the separator, the text after Excel's own line about it, and how many lines that line takes."""
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"').lower()
    if told.startswith("sep=") and len(told) <= 5:
        mark = first.strip().strip('"')[4:] or "\t"
        return mark if mark in _SEPARATORS else ",", rest, 1
    heading = next((each for each in text.splitlines() if each.strip()), "")
    outside = "".join(heading.split('"')[::2])
    return max(_SEPARATORS, key=outside.count), text, 0


def _fault(told: str) -> str:
    if "end of data" in told:
        return "a quote is opened there and never closed: the file is cut short, export it again"
    if "larger than field limit" in told:
        return f"a field of more than {csv.field_size_limit():,} characters: is a quote missing there?"
    return f"it is no CSV ({told}): is a quote missing or left over there?"

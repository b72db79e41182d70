"""Lines whose values are found by their headings, however a vendor spells these and wherever they stand."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The lines of a table, each by plain heading. A line of JSON may lack some of the `headings`."""

    headings: tuple[str, ...]
    lines: tuple[Mapping[str, str], ...]

    def heading(self, *names: str) -> str:
        """Return the first of these plain names that is a heading. Raises ValueError where none is."""
        for name in names:
            if name in self.headings:
                return name
        raise ValueError(f"the table has no column {names[0]}")


def plain(heading: str) -> str:
    """Return a heading in small letters and digits alone: "Active Days (UTC)" is "activedaysutc"."""
    return "".join(filter(str.isalnum, heading.lower()))


def read_csv(content: bytes) -> Sheet:
    """Return a CSV's lines, with or without a byte order mark. Raises ValueError for one that is cut or none.

    Of columns with the same heading the first counts.
    """
    raw = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    try:
        headings = [plain(each) for each in next(raw, [])]
        lines = [line for line in raw if line]
    except csv.Error as error:
        raise ValueError("the table cannot be read") from error
    if not any(headings):
        raise ValueError("the table has no headings")
    if any(len(line) != len(headings) for line in lines):
        raise ValueError("a line of the table is cut")
    backwards = headings[::-1]
    return Sheet(
        headings=tuple(dict.fromkeys(headings)),
        lines=tuple({name: value.strip() for name, value in zip(backwards, line[::-1], strict=True)} for line in lines),
    )


def sheet_of(records: Iterable[Mapping[str, object]]) -> Sheet:
    """Return records of JSON as lines: their names are the headings. Lists and objects are no values."""
    lines = tuple(dict(_values(record)) for record in records)
    return Sheet(headings=tuple(dict.fromkeys(name for line in lines for name in line)), lines=lines)


def read_day(text: str) -> date | None:
    """Return the day with which a text begins, as YYYY-MM-DD; None where there is none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def number_in(line: Mapping[str, str], *names: str) -> float | None:
    """Return the number under the first of these plain headings that holds something; None where it is no number."""
    text = next((line[name] for name in names if line.get(name)), "")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _values(record: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        # A truth value is told as its word: where a day or a number is wanted, it is counted as none that can be read.
        text = str(value) if isinstance(value, str | int | float) else ""
        yield plain(name), text.strip()

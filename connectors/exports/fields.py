"""The fields of an export's line. Each function returns None where the field is empty: absent is not zero.

Where it cannot be read for sure they raise ValueError that names the field and says how to write it, and shows nothing
of what it holds.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from connectors.exports.export import Period
from connectors.exports.sheet import Line
from connectors.files.timestamps import DAY as MICROSECONDS
from connectors.files.timestamps import EARLIEST, EPOCH, LATEST, UNREADABLE, date_of, read_time

NO_ANSWER = frozenset({"", "-", "–", "—", "n/a", "na", "nan", "null", "none", "never", "(blank)"})
MOST = 10**12
"""No person does more of anything in a period."""

_FIRST, _LAST = EPOCH + timedelta(days=EARLIEST // MICROSECONDS), EPOCH + timedelta(days=LATEST // MICROSECONDS)
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y")
_THOUSANDS = re.compile(r"\d{1,3}(?:[,'\u2019 \u00a0\u202f]\d{3})+(?:\.\d+)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")


def whole(line: Line, name: str) -> int | None:
    """Return a count."""
    value = _number(line, name, "a whole number")
    if value is not None and value != int(value):
        raise ValueError(f"{told(name)} is no whole number: write it as 1234")
    return None if value is None else int(value)


def amount(line: Line, name: str, free: frozenset[str] = frozenset()) -> float | None:
    """Return a number that may have decimals, or a dollar sign before it; None also for the words of `free`."""
    text = line[name]
    if text.lower() in free:
        return None
    if "," in text and "." not in text:
        raise ValueError(f"{told(name)} has a comma, which may part thousands or decimals: write it as 1234.5")
    return _number(line, name, "a number")


def measured(line: Line, names: Sequence[str]) -> dict[str, float]:
    """Return the counts among `names` that a line tells."""
    told = {name: whole(line, name) for name in names}
    return {name: value for name, value in told.items() if value is not None}


def flag(line: Line, name: str) -> bool | None:
    """Return yes or no."""
    match line[name].lower():
        case "1" | "1.0" | "true" | "yes" | "y" | "active":
            return True
        case "0" | "0.0" | "false" | "no" | "n" | "inactive":
            return False
        case text if text in NO_ANSWER:
            return None
        case _:
            raise ValueError(f"{told(name)} is neither yes nor no: write it as 1 or 0")


def day(line: Line, name: str) -> date | None:
    """Return a day, or the UTC day of a moment."""
    text = line[name]
    if text.lower() in NO_ANSWER:
        return None
    found = _day(text)
    if found is None:
        raise ValueError(f"{told(name)} is no day that can be read for sure: write it as 2026-01-31")
    if not _FIRST <= found < _LAST:
        raise ValueError(f"{told(name)} lies before {_FIRST.year} or after {_LAST.year}: is the year right?")
    return found


def whose(line: Line, *names: str) -> str | None:
    """Return the first of the fields that holds something."""
    return next((line[name] for name in names if line[name].lower() not in NO_ANSWER), None)


def address(line: Line, name: str = "email") -> str | None:
    """Return an address."""
    text = whose(line, name)
    if text is None or text.startswith(("t~", "p~", "{")):
        return text
    if "@" not in text:
        raise ValueError(f"{told(name)} is no address: it has no @")
    if re.search(r"[\s<>,;]", text):
        raise ValueError(f"{told(name)} is more than an address: write it as ana@example.com")
    return text


def period_of(line: Line, first: str = "first", last: str = "last") -> Period:
    """Return the period that a line says. Raises ValueError where it says none, or one that cannot be."""
    begins, ends = day(line, first), day(line, last)
    if begins is None or ends is None:
        raise ValueError(f"{told(first if begins is None else last)} is empty: write it as 2026-01-31")
    if ends < begins:
        raise ValueError(f"{told(last)} lies before {told(first)}: swap or correct them")
    if (ends - begins).days > 366:
        raise ValueError(f"{told(last)} lies more than a year after {told(first)}: is the year right?")
    return Period(first=begins, last=ends)


def told(name: str) -> str:
    """Return our name of a column as it is told."""
    return name.replace("_", " ") if name not in {"first", "last"} else {"first": "from", "last": "to"}[name]


def _number(line: Line, name: str, what: str) -> float | None:
    text = line[name].strip().removeprefix("$").strip()
    if text.lower() in NO_ANSWER:
        return None
    if _THOUSANDS.fullmatch(text):
        text = re.sub(r"[,'\u2019 \u00a0\u202f]", "", text)
    if not _NUMBER.fullmatch(text) or not text.isascii():
        raise ValueError(f"{told(name)} is no number from 0 on that can be read for sure: write {what} as 1234")
    value = float(text)
    if value > MOST:
        raise ValueError(f"{told(name)} is more than anybody can do: {what} of at most {MOST:,} is read")
    return value


# A file tells the same few days in every line.
@lru_cache(maxsize=1 << 12)
def _day(text: str) -> date | None:
    for form in _DAYS:
        try:
            # A day has no time zone.
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    if not text.isascii():
        return None
    if text.isdecimal() and len(text) in (10, 13):
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC).date()
    moment = read_time(re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", re.sub(r"\s+(?:UTC|GMT)$", "+00:00", text)))
    return None if moment == UNREADABLE else date_of(moment // MICROSECONDS)

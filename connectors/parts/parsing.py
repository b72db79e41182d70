"""What the parsers of many vendors do alike: measures that are told, moments as numbers, lines of JSON, the next page.

All of it is pure. Whatever raises ValueError says that an answer makes no sense.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import msgspec

from connectors.connector import Scopes
from connectors.rows import Request

BAD_LINE = "a line that cannot be read"
NO_DAY = "no readable day"

T = TypeVar("T")


def known(**measures: float | None) -> dict[str, float]:
    """Return the measures that are reported: what is absent is left out, and never 0."""
    return {name: value for name, value in measures.items() if value is not None}


def nonzero(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Return the counts that are not 0, for `passed` and `bad` of a page."""
    return {reason: count for reason, count in counts.items() if count}


def cents(amount: float | None) -> float | None:
    """Return an amount of hundredths as whole units of money."""
    return None if amount is None else amount / 100


def unix_seconds(day: date) -> int:
    """Return the seconds from 1970 to the midnight, in UTC, with which a day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def unix_milliseconds(day: date) -> int:
    """Return the same in milliseconds."""
    return unix_seconds(day) * 1000


def day_of_milliseconds(moment: str | float | None) -> date | None:
    """Return the UTC day of a moment in milliseconds since 1970; None where it cannot be read."""
    try:
        return None if moment is None else datetime.fromtimestamp(int(moment) / 1000, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def day_of_text(moment: str | None) -> date | None:
    """Return the UTC day of a moment in ISO 8601, which is in UTC where it names no offset; None if unreadable."""
    try:
        read = datetime.fromisoformat(moment or "")
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC).date()
    except (ValueError, OverflowError):
        return None


def midnights(first: date, last: date, form: str = "{}T00:00:00Z") -> tuple[str, str]:
    """Return the moments at which the first day begins and the last one ends, both in UTC."""
    return form.format(first), form.format(last + timedelta(days=1))


def always(request: Request) -> Callable[[Scopes, date, date], tuple[Request, ...]]:
    """Return the question that is the same for all ids and days: for a list of people, or a report as it stands."""

    def ask(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
        del scopes, first, last
        return (request,)

    return ask


def next_page(request: Request, name: str, cursor: str | None, *, more: bool | None = None) -> tuple[Request, ...]:
    """Return the same question for the page that `cursor` names, given as the parameter `name`; nothing after the last.

    `more` is what the vendor says of there being another page; where it does not say, the cursor tells. Raises
    ValueError where there is more and no cursor: the answer would be taken for a whole one.
    """
    if more and not cursor:
        raise ValueError("the answer says that there is more, but not where")
    if more is False or not cursor:
        return ()
    return (replace(request, parameters={**request.parameters, name: cursor}),)


def json_lines(answer: bytes, decoder: msgspec.json.Decoder[T]) -> tuple[list[T], int]:
    """Return the lines of a file with one JSON value a line, and how many others cannot be read.

    Raises ValueError for a file that is cut short, and for one of which no line can be read.
    """
    found: list[T] = []
    bad = 0
    for line in answer.splitlines(keepends=True):
        if not line.strip():
            continue
        try:
            found.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            if not line.endswith(b"\n") and not isinstance(error, msgspec.ValidationError):
                raise ValueError("the file is cut short") from error
            bad += 1
    if bad and not found:
        raise ValueError("no line of the file can be read")
    return found, bad

"""Times as vendors write them, to microseconds since 1970 in UTC, a column at a time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from connectors.files.distinct import distinct

Microseconds = NDArray[np.int64]

DAY = 86_400_000_000
"""Microseconds in a day."""

UNREADABLE = np.iinfo(np.int64).min
"""Stands for a time that cannot be read, or lies outside EARLIEST to LATEST."""

EPOCH = date(1970, 1, 1)
EARLIEST = (date(2015, 1, 1) - EPOCH).days * DAY
LATEST = (date(2100, 1, 1) - EPOCH).days * DAY

_SEPARATORS = ((4, b"-"), (7, b"-"), (10, b"T"), (13, b":"), (16, b":"))
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_MONTH_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def read_times(times: Sequence[str | float | None]) -> Microseconds:
    """Return each time in microseconds: ISO 8601 with Z, an offset or none (then UTC), or Unix seconds."""
    try:
        lengths = np.fromiter(map(len, times), np.int64, len(times))  # type: ignore[arg-type]
    except TypeError:
        lengths = np.array([len(each) if isinstance(each, str) else 0 for each in times], np.int64)
    found = np.full(len(times), UNREADABLE, np.int64)
    for length in distinct(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        if 20 <= length <= 35:
            alike: Sequence[str] = times if rows.size == len(times) else [times[row] for row in rows.tolist()]  # type: ignore[assignment, misc]
            joined = "".join(alike).encode("utf-8", "replace")
            if len(joined) == rows.size * length:
                found[rows] = _read_table(np.frombuffer(joined, np.uint8).reshape(rows.size, length))
    for row in np.flatnonzero(found == UNREADABLE).tolist():
        found[row] = read_time(times[row])
    return np.where((found >= EARLIEST) & (found < LATEST), found, UNREADABLE)


def read_time(time: str | float | None) -> int:
    """Return one time in microseconds, or UNREADABLE."""
    try:
        if isinstance(time, str):
            moment = datetime.fromisoformat(time.strip())
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        if time is not None and EARLIEST <= time * 1e6 < LATEST:
            return round(time * 1e6)
    except (ValueError, OverflowError):
        pass
    return UNREADABLE


def date_of(day_number: int) -> date:
    """Return the date so many days after 1970-01-01."""
    return EPOCH + timedelta(days=day_number)


def day_number(day: date) -> int:
    """Return the days from 1970-01-01 to a date."""
    return (day - EPOCH).days


def _read_table(table: NDArray[np.uint8]) -> Microseconds:
    """Read rows of one length that end in Z or +00:00; UNREADABLE where a row is written another way."""
    sound = np.ones(len(table), bool)
    for at, mark in _SEPARATORS:
        sound &= table[:, at] == mark[0]
    ends_in_z = bool(table[0, -1] == ord("Z"))
    tail = b"Z" if ends_in_z else b"+00:00"
    sound &= (table[:, -len(tail) :] == np.frombuffer(tail, np.uint8)).all(axis=1)
    fraction = table.shape[1] - 19 - len(tail)
    if not (fraction == 0 or 2 <= fraction <= 10):
        return np.full(len(table), UNREADABLE, np.int64)
    digits = table[:, [*_DIGITS, *range(20, 19 + fraction)]].astype(np.int64) - ord("0")
    sound &= ((digits >= 0) & (digits <= 9)).all(axis=1)
    if fraction:
        sound &= table[:, 19] == ord(".")
    year = digits[:, 0] * 1000 + digits[:, 1] * 100 + digits[:, 2] * 10 + digits[:, 3]
    month, day, hour, minute, second = (digits[:, at] * 10 + digits[:, at + 1] for at in range(4, 14, 2))
    sound &= (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60) & (year >= 1970)
    month = np.where(sound, month, 1)
    leap = (month == 2) & (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    sound &= (day >= 1) & (day <= _MONTH_LENGTHS[month] + leap)
    whole = _days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    micros = np.zeros(len(table), np.int64)
    for place in range(min(fraction - 1, 6)):
        micros += digits[:, 14 + place] * 10 ** (5 - place)
    return np.where(sound, whole * 1_000_000 + micros, UNREADABLE)


def _days(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days since 1970-01-01 in the Gregorian calendar, the year counted from March so that leap days come last."""
    shifted = year - (month <= 2)
    era_year = shifted % 400
    day_of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    return shifted // 400 * 146_097 + era_year * 365 + era_year // 4 - era_year // 100 + day_of_year - 719_468

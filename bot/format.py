"""Dates and outside names as people read them, beside the numbers. Pure; every platform writes them the same way."""

import unicodedata
from datetime import date, timedelta

from insights.numbers import NOTHING, format_change, format_short, format_value

__all__ = [
    "NOTHING",
    "clean",
    "format_change",
    "format_day",
    "format_period",
    "format_short",
    "format_value",
    "format_week",
    "one_line",
    "shorten",
]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KEPT_MARKS = {"\u200d"}  # the joiner holds families and flags together; without it one emoji becomes four


def format_day(day: date) -> str:
    """A day without its year, as under a chart: "11 Aug"."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def format_week(monday: date) -> str:
    """The seven days from `monday`: "3–9 Nov 2025", "27 Oct – 2 Nov 2025"."""
    return format_period(monday, monday)


def format_period(first: date, last: date) -> str:
    """The weeks from the Monday `first` to the Monday `last`, both whole: "4 Aug – 9 Nov 2025"."""
    end = last + timedelta(days=6)
    if (first.year, first.month) == (end.year, end.month):
        return f"{first.day}–{format_day(end)} {end.year}"
    if first.year == end.year:
        return f"{format_day(first)} – {format_day(end)} {end.year}"
    return f"{format_day(first)} {first.year} – {format_day(end)} {end.year}"


def clean(text: str) -> str:
    """Text from outside without what could steer a terminal or turn a line around; line breaks stay.

    Control characters, direction marks and other invisible marks go, as do halves of surrogate pairs.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\u2028", "\n")
    return "".join(
        letter
        for letter in text.replace("\u2029", "\n")
        if letter == "\n" or letter in _KEPT_MARKS or unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}
    )


def one_line(text: str) -> str:
    """`clean` text with every run of white space made one space."""
    return " ".join(clean(text).split())


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters; what is cut ends in an ellipsis, at a word's end where one is near."""
    if len(text) <= limit:
        return text
    if limit < 2:
        return "…"[:limit]
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit * 0.7 else cut).rstrip(" ,;:–-") + "…"

"""Spans of time as people write them: "last month", "since March", "Q2", "before and after 12 May", "week of 3 Nov".

A span is whole weeks: from the week that holds its first day to the week that holds its last. What reaches up to today
ends with the last week that is over.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from insights.basis import WEEK, monday
from insights.question import Weeks

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
SHORT = {
    **{name[:3]: n for n, name in enumerate(MONTHS, 1)},
    "sept": 9,
    **{name: n for n, name in enumerate(MONTHS, 1)},
}
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "couple": 2, "three": 3, "few": 4, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "thirteen": 13, "twenty six": 26, "half a": 0.5, "half": 0.5,
}  # fmt: skip
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
WEEKS_IN = {"day": 1 / 7, "week": 1.0, "fortnight": 2.0, "month": 52 / 12, "quarter": 13.0, "year": 52.0}
EVERYTHING = 104
"""Weeks that "all time" means."""
BEFORE = 14
"""Weeks that "before" a day means, which names no beginning."""

_MONTH = "|".join(sorted(SHORT, key=len, reverse=True))
_DAY = r"(?:the )?\d{1,2}(?:st|nd|rd|th|\.)?"
_DATE = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    rf"|{_DAY}(?: of)? (?:{_MONTH})(?: \d{{4}})?|(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?: \d{{4}})?)"
)
_QUARTER = r"(?:q ?[1-4]|(?:first|second|third|fourth|1st|2nd|3rd|4th) quarter)(?:(?: of)? \d{4})?"
_NAMED = (
    rf"(?:{_DATE}|(?:{_MONTH}) \d{{4}}|(?:{_MONTH})|{_QUARTER}"
    r"|(?:this|last|previous) (?:week|month|quarter|year)|20\d\d|yesterday)"
)
_COUNT = rf"(?:\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_UNIT = "day|week|fortnight|month|quarter|year"


Kind = Literal["span", "around", "ahead", "earlier"]
"""A span of weeks; what lies on both sides of a day; the future; the weeks before those that are named."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """What was said about time: the weeks meant, those to compare them with, and which words said it.

    `ahead` tells that it lies in the future, of which there are no weeks.
    """

    weeks: Weeks | None = None
    compare: Weeks | None = None
    ahead: bool = False
    covered: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Days:
    """The first and the last day of a span."""

    first: date
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """One stretch of text that a rule has read; `days` None where the rule only says when they are not."""

    kind: Kind
    first: int
    last: int
    days: _Days | None


def read_times(words: Sequence[str], today: date) -> Span:
    """Return the span that the words name, and which of them (from, to) named it."""
    text = " ".join(words)
    found = sorted(_found(text, today), key=lambda each: each.first)
    covered = tuple((text[: each.first].count(" "), text[: each.last].count(" ") + 1) for each in found)
    spans = [(each, each.days) for each in found if each.days is not None]
    kinds = {each.kind for each in found}
    ahead = "ahead" in kinds
    if around := next((days for each, days in spans if each.kind == "around"), None):
        return _around(around.first, today, covered)
    if not spans:
        return Span(ahead=ahead, covered=covered)
    weeks, compare = _weeks(spans[0][1], today), None
    if len(spans) > 1:
        compare = _weeks(spans[1][1], today)
    elif "earlier" in kinds:
        length = weeks.last - weeks.first + WEEK
        compare = Weeks(first=weeks.first - length, last=weeks.first - WEEK)
    elif AGAINST.search(text[: spans[0][0].first]):
        return Span(compare=weeks, ahead=ahead, covered=covered)
    return Span(weeks=weeks, compare=compare, ahead=ahead, covered=covered)


def _found(text: str, today: date) -> Iterator[_Found]:
    """Yield what the rules read, the most telling rule first; what one has taken the next leaves."""
    taken: list[tuple[int, int]] = []
    for rule in GRAMMAR:
        for match in rule.pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            try:
                days = rule.read(match, today) if rule.read else None
            except (ValueError, KeyError, OverflowError):
                continue  # the 31st of June
            taken.append(match.span())
            yield _Found(kind=rule.kind, first=match.start(), last=match.end(), days=days)


AGAINST = re.compile(
    r"\b(?:vs|against|than|compared? (?:to|with)|compare (?:it|that|this) (?:to|with))(?: in)?(?: the)? ?$"
)


def _weeks(days: _Days, today: date) -> Weeks:
    newest = monday(today) - WEEK
    first, last = monday(days.first), monday(days.last)
    if days.last >= today and first <= newest:
        last = newest
    return Weeks(first=first, last=max(first, last))


def _around(day: date, today: date, covered: tuple[tuple[int, int], ...]) -> Span:
    """The weeks from a day on, and as many before it."""
    first, newest = monday(day), monday(today) - WEEK
    last = max(first, newest)
    count = (last - first).days // 7 + 1
    before = Weeks(first=first - count * WEEK, last=first - WEEK)
    return Span(weeks=Weeks(first=first, last=last), compare=before, covered=covered)


def _year(text: str | None, today: date, first: Callable[[int], date]) -> int:
    """The year that was said, else the newest in which it has begun."""
    if text:
        return int(text) + (2000 if int(text) < 100 else 0)
    return today.year if first(today.year) <= today else today.year - 1


def _day(text: str, today: date) -> date:
    """Return the day that a date names; without a year the newest one that is over."""
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        return date(*map(int, match.groups()))
    if match := re.fullmatch(r"(\d{1,2})([./])(\d{1,2})[./](\d{2,4})", text):
        one, two = int(match[1]), int(match[3])
        day, month = (two, one) if two > 12 else (one, two)
        return date(_year(match[4], today, lambda _: today), month, day)
    match = re.search(rf"\b({_MONTH})\b", text)
    if match is None:
        raise ValueError(text)
    month = SHORT[match[1]]
    year = re.search(r"\b(\d{4})\b", text)
    number = re.search(r"\b(\d{1,2})(?:st|nd|rd|th|\.)?(?: |$)", text)
    day = int(number[1]) if number else 1
    return date(_year(year and year[1], today, lambda each: date(each, month, day)), month, day)


def read_day(text: str, today: date, *, ahead: bool = False) -> tuple[date | None, str]:
    """Return the first day that a text of folded words names, and the text without it; None where it names none.

    Without a year it is the newest that is over, or with `ahead` the next that comes.
    """
    near = {"yesterday": today - timedelta(days=1), "today": today, "tomorrow": today + timedelta(days=1)}
    for match in re.finditer(rf"\b(?:{_DATE}|yesterday|today|tomorrow)(?!\w)", text):
        try:
            day = near.get(match[0]) or _day(match[0], today)
            if ahead and day < today and not re.search(r"\d{4}|[./]\d{2}$", match[0]):
                day = day.replace(year=day.year + 1)
        except ValueError:
            continue
        return day, f"{text[: match.start()]} {text[match.end() :]}"
    return None, text


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _months(first: date, count: int) -> _Days:
    last = first
    for _ in range(count - 1):
        last = _month_end(last) + timedelta(days=1)
    return _Days(first=first, last=_month_end(last))


def _named(text: str, today: date) -> _Days:
    """Return the days of a date, month, quarter, year, or of "last month" and its like."""
    if match := re.fullmatch(rf"({_MONTH})(?: (\d{{4}}))?", text):
        month = SHORT[match[1]]
        return _months(date(_year(match[2], today, lambda each: date(each, month, 1)), month, 1), 1)
    if match := re.fullmatch(rf"(?:q ?([1-4])|({'|'.join(ORDINALS)}) quarter)(?:(?: of)? (\d{{4}}))?", text):
        month = 3 * (int(match[1]) if match[1] else ORDINALS[match[2]]) - 2
        return _months(date(_year(match[3], today, lambda each: date(each, month, 1)), month, 1), 3)
    if match := re.fullmatch(r"(this|last|previous) (week|month|quarter|year)", text):
        return _calendar(match[2], today, back=match[1] != "this")
    if re.fullmatch(r"20\d\d", text):
        return _Days(first=date(int(text), 1, 1), last=date(int(text), 12, 31))
    if text == "yesterday":
        return _Days(first=today - timedelta(days=1), last=today - timedelta(days=1))
    day = _day(text, today)
    return _Days(first=day, last=day)


def _calendar(unit: str, today: date, *, back: bool) -> _Days:
    match unit:
        case "week":
            first = monday(today) - (WEEK if back else timedelta(0))
            return _Days(first=first, last=first + timedelta(days=6))
        case "month":
            first = today.replace(day=1)
            return _months((first - timedelta(days=1)).replace(day=1) if back else first, 1)
        case "quarter":
            first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
            before = first - timedelta(days=1)
            return _months(date(before.year, before.month - 2, 1) if back else first, 3)
        case _:
            year = today.year - back
            return _Days(first=date(year, 1, 1), last=date(year, 12, 31))


def _rolling(count: str | None, unit: str, today: date) -> _Days:
    """Return as many weeks as come nearest, up to the last that is over."""
    number = (NUMBERS[count] if count in NUMBERS else int(count)) if count else 1
    weeks = max(1, round(number * WEEKS_IN[unit]))
    last = monday(today) - WEEK
    return _Days(first=last - (weeks - 1) * WEEK, last=last)


def _since(text: str, today: date) -> _Days:
    return _Days(first=_named(text, today).first, last=today)


def _between(one: str, other: str, today: date) -> _Days:
    last = _named(other, today)
    first = _named(one, today)
    if first.first > last.last:
        first = _Days(first=first.first.replace(year=first.first.year - 1), last=first.last)
    return _Days(first=first.first, last=last.last)


def _before(text: str, today: date) -> _Days:
    last = monday(_named(text, today).first) - timedelta(days=1)
    return _Days(first=last - BEFORE * WEEK + timedelta(days=1), last=last)


def _ago(count: str, unit: str, today: date) -> _Days:
    number = NUMBERS[count] if count in NUMBERS else int(count)
    day = today - timedelta(days=round(7 * number * WEEKS_IN[unit]))
    return _Days(first=day, last=day)


def _iso(week: str, year: str | None, today: date) -> _Days:
    chosen = _year(year, today, lambda each: date.fromisocalendar(each, int(week), 1))
    first = date.fromisocalendar(chosen, int(week), 1)
    return _Days(first=first, last=first)


Reader = Callable[[re.Match[str], date], _Days]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One way to write a time. Without `read` it names no weeks: they lie ahead, or before the ones that are named."""

    kind: Kind
    pattern: re.Pattern[str]
    read: Reader | None


def _rule(pattern: str, read: Reader | None, kind: Kind = "span") -> Rule:
    return Rule(kind=kind, pattern=re.compile(rf"\b{pattern}\b"), read=read)


_GAP = r"(?:(?!vs\b)\w+ ){0,4}?"
_OF_EVENT = r"(?:the \w+ (?:in|on|of) )?"
_OVER = r"(?:(?:in|over|for|during|within|of|on|throughout) )?(?:the )?"
_PLAIN_MONTH = "|".join(sorted(SHORT.keys() - {"may", "mar", "march"}, key=len, reverse=True))
_THIS = r"(?:this|last|previous) (?:week|month|quarter|year)"


def _first(match: re.Match[str]) -> str:
    return next(each for each in match.groups() if each)


GRAMMAR = (
    _rule(rf"before (?:and|vs|or) after {_GAP}({_NAMED})", lambda m, t: _named(m[1], t), "around"),
    _rule(rf"{_OVER}(?:next|coming|upcoming) (?:{_COUNT} )?(?:{_UNIT})s?", None, "ahead"),
    _rule(rf"by (?:the end of )?(?:{_MONTH})(?: 20\d\d)?", None, "ahead"),
    _rule(r"(?:by )?(?:the )?end of (?:the|this|next) (?:month|quarter|year)|by year end", None, "ahead"),
    _rule(
        rf"(?:between|from) ({_NAMED}) (?:and|to|until|till|through) ({_NAMED})", lambda m, t: _between(m[1], m[2], t)
    ),
    _rule(rf"({_MONTH}) (?:to|until|through) ({_MONTH})", lambda m, t: _between(m[1], m[2], t)),
    _rule(rf"weeks?(?: commencing| beginning| starting)?(?: of| from| on)? ({_DATE})", lambda m, t: _named(m[1], t)),
    _rule(r"(?:(?:calendar )?week|kw|cw|w) ?(\d{1,2})(?:(?: of)? (\d{4}))?", lambda m, t: _iso(m[1], m[2], t)),
    _rule(rf"(?:ever since|since|starting|as of) {_GAP}({_NAMED})", lambda m, t: _since(m[1], t)),
    _rule(rf"(?:after|from) {_OF_EVENT}({_NAMED})(?: (?:on|onwards?))?", lambda m, t: _since(m[1], t)),
    _rule(rf"before {_OF_EVENT}({_NAMED})", lambda m, t: _before(m[1], t)),
    _rule(rf"({_COUNT})(?: of)? ({_UNIT})s? (?:ago|earlier|before)", lambda m, t: _ago(m[1], m[2], t)),
    _rule(
        rf"{_OVER}(?:last|past|previous|recent|these) ({_COUNT})(?: of)? ({_UNIT})s?",
        lambda m, t: _rolling(m[1], m[2], t),
    ),
    _rule(rf"{_OVER}past ({_UNIT})", lambda m, t: _rolling(None, m[1], t)),
    _rule(r"(?:a|the) (?:one|week|month|quarter|year)s? before", None, "earlier"),
    _rule(r"(?:year to date|ytd|so far this year)", lambda _, t: _calendar("year", t, back=False)),
    _rule(
        r"(?:of )?all time|since the (?:start|beginning|launch|rollout)|from the (?:start|beginning)",
        lambda _, t: _rolling(str(EVERYTHING), "week", t),
    ),
    _rule(rf"{_OVER}({_THIS}|{_QUARTER}|{_DATE}|(?:{_MONTH}) 20\d\d|yesterday)", lambda m, t: _named(_first(m), t)),
    _rule(
        rf"(?:in|during|for|of|throughout|and|vs|with|than|about|compare) ({_MONTH}|20\d\d)",
        lambda m, t: _named(m[1], t),
    ),
    _rule(rf"({_PLAIN_MONTH})", lambda m, t: _named(m[1], t)),
    _rule(r"(may|mar|march|20[12]\d)$", lambda m, t: _named(m[1], t)),
    _rule(rf"(?<!top )(?<!bottom )({_COUNT}) (week|month|quarter|year)s", lambda m, t: _rolling(m[1], m[2], t)),
)
"""What is looked for, the most telling first."""

TIME_WORDS = frozenset(
    {*MONTHS, *SHORT, *NUMBERS, *_UNIT.split("|"), "since", "last", "past", "previous", "this", "next", "yesterday"}
)

"""The state of an installation as a card: first whether all is fresh, then what is wrong and what to do about it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.answers.wording import tool_name
from bot.card import Button, Card, Table
from bot.format import format_day, format_week
from bot.running.status import SourceStatus, Status, is_overdue
from bot.settings import DIRECTORY
from insights.words import counted, listing, verb

COLUMNS = ("Source", "State", "Facts", "Last run", "Read", "Next")
MOST_SPANS = 4
NEVER_READ = "No source has been read yet: fill one in in the settings, then `ai-usage ingest`."


def status_card(status: Status) -> Card:
    """Return the state as a card of six narrow columns."""
    if not status.sources:
        return Card(
            title="How fresh the data are",
            text="\n\n".join((NEVER_READ, *status.deliveries)),
        )
    return Card(
        title="How fresh the data are",
        text="\n\n".join((_summary(status), *attention(status))),
        table=Table(columns=COLUMNS, rows=tuple(_row(each, status) for each in status.sources)),
        buttons=(Button(label="Overview", ask="overview"),),
        footer=" ".join(details(status)),
    )


def attention(status: Status) -> Iterator[str]:
    """Yield what somebody should do something about, alarms first."""
    for alarm in status.alarms:
        yield f"Alarm: {alarm}"
    yield from status.deliveries
    for each in status.sources:
        name, again = name_of(each.source), _again(each, status)
        match each.state:
            case "failed":
                yield f"{name} failed: {_sentence(each.error or '')} {again}"
            case "waits":
                yield f"{name} waits, since its vendor is busy: {_sentence(each.error or '')} {again}"
            case "stopped":
                yield f"{name} was stopped before its end: `ai-usage ingest {each.source}` goes on from there."
            case "never read":
                yield f"{name} was never read: run `ai-usage ingest {each.source}`."
            case "ok" | "reading":
                pass
        if is_overdue(each, status.as_of):
            yield f"{name} is overdue: is `ai-usage serve` running?"
        if each.gaps.missing:
            yield (
                f"{name} has not published {spans(each.gaps.missing, status.as_of)}, though it should have. "
                "It is asked again at every run, for as long as it keeps its days."
            )


def details(status: Status) -> Iterator[str]:
    """Yield what explains the table: what was skipped, what has not come yet, and what the numbers are about."""
    for each in status.sources:
        name = name_of(each.source)
        if each.skipped:
            several = len(each.skipped) > 1
            reasons = [f"{count:,} {reason}" if several else reason for reason, count in each.skipped.items()]
            yield f"{name} skipped {counted(sum(each.skipped.values()), 'row')}: {', '.join(reasons)}."
        for warning in each.warnings:
            yield f"{name}: {_sentence(warning)}"
        if each.gaps.late:
            yield f"{name} has not published {spans(each.gaps.late, status.as_of)} yet; the next run asks again."
        if each.gaps.lost:
            yield f"{name} never published {spans(each.gaps.lost, status.as_of)}, and no longer keeps them."
        if each.gaps.unread:
            yield f"{name}: {_span(*each.gaps.unread, status.as_of)} is still to be read; the next run goes on there."
        if each.gaps.to_work_out:
            yield f"{name}: {counted(each.gaps.to_work_out, 'day')} to be worked out; the next run does it."
    yield f"Times are {status.timezone}."
    yield from status.notes


def name_of(source: str) -> str:
    """Return a source's name as people write it."""
    return "Directory" if source == DIRECTORY else tool_name(source)


def spans(days: Sequence[date], as_of: date) -> str:
    """Return days in words, those that follow one another together: "3 Nov and 5–9 Nov"."""
    runs = groupby(enumerate(days), key=lambda each: each[1] - timedelta(days=each[0]))
    told = [[day for _, day in run] for _, run in runs]
    return listing([_span(each[0], each[-1], as_of) for each in told], MOST_SPANS)


def _summary(status: Status) -> str:
    latest = f"The latest complete week is {format_week(status.latest_week)}." if status.latest_week else ""
    off = [each for each in status.sources if each.alarms or _state(each, status) not in ("ok", "reading")]
    total = len(status.sources)
    if not off:
        fresh = f"Everything is fresh: {counted(total, 'source')}."
    else:
        names = listing([name_of(each.source) for each in off])
        fresh = f"{names} {verb(len(off), 'needs', 'need')} a look; {total - len(off)} of {counted(total, 'source')} "
        fresh += f"{verb(total - len(off), 'is', 'are')} fresh."
    return f"{fresh} {latest}".strip()


def _row(each: SourceStatus, status: Status) -> tuple[str, ...]:
    return (
        name_of(each.source),
        _state(each, status),
        _span(each.first_day, each.last_day, status.as_of) if each.first_day and each.last_day else "–",
        _ran(each, status),
        _read(each, status),
        _next(each, status),
    )


def _state(each: SourceStatus, status: Status) -> str:
    if each.state != "ok":
        return each.state
    wrong = (("alarm", each.alarms), ("overdue", is_overdue(each, status.as_of)), ("gap", each.gaps.missing))
    return next((word for word, there in wrong if there), "ok")


def _ran(each: SourceStatus, status: Status) -> str:
    if each.last_run is None:
        return "–"
    length = f", {_length(each.seconds)}" if each.seconds is not None else ""
    return _moment(each.last_run, status) + length


def _read(each: SourceStatus, status: Status) -> str:
    if each.last_run is None:
        return "–"
    origin = counted(each.pages, "page") if each.pages else counted(each.files, "file") if each.files else ""
    window = f" of {_span(each.asked_from, each.asked_to, status.as_of)}" if each.asked_from and each.asked_to else ""
    return ", ".join(part for part in (counted(each.rows, "row"), origin) if part) + window


def _next(each: SourceStatus, status: Status) -> str:
    if each.next_try:
        return f"try {_moment(each.next_try, status)}"
    if each.state == "never read":
        return "–"
    return _moment(each.next_run, status) if each.next_run else "by hand"


def _again(each: SourceStatus, status: Status) -> str:
    if each.next_try and each.next_run:
        return f"Next try: {_moment(each.next_try, status)}."
    if each.next_try:
        return f"It may be asked again from {_moment(each.next_try, status)} on: `ai-usage ingest {each.source}`."
    return (
        f"Next run: {_moment(each.next_run, status)}." if each.next_run else f"Then: `ai-usage ingest {each.source}`."
    )


def _moment(moment: datetime, status: Status) -> str:
    """Return "14:05" on the day itself, else "18 Nov 14:05"."""
    local = moment.astimezone(ZoneInfo(status.timezone))
    return f"{local:%H:%M}" if local.date() == status.as_of else f"{format_day(local.date())} {local:%H:%M}"


def _length(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{max(whole, 1)} s"
    return f"{whole // 60} min" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


def _span(first: date, last: date, as_of: date) -> str:
    """Days in words; the year only where it is not the one of `as_of`."""
    year = "" if last.year == as_of.year else f" {last.year}"
    if first == last:
        return format_day(first) + year
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{format_day(last)}{year}"
    began = "" if first.year in (as_of.year, last.year) else f" {first.year}"
    return f"{format_day(first)}{began} – {format_day(last)}{year}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."

"""What numbers are to be read against: who moved, where members are, how far facts reach, what was restated.

Counts of members stay inside `insights/`: they are for weighing and comparing, and are behind no gate here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, case, func, or_, select

from storage.schema import group_week, member, restated, usage
from storage.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """How many members of a department at a location were there from `since` until the day before `until`."""

    since: date
    until: date | None
    department: str
    location: str
    members: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """How many people changed from one department to another on a day.

    `source` is "" where the directory had not known them before, though they worked here.
    """

    day: date
    source: str
    target: str
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Restated:
    """A company total of a week long complete that was told otherwise later."""

    tool: str
    week: date
    measure: str
    before: float
    after: float
    noted: date


HIRED_WITHIN = timedelta(days=14)
"""Who comes into the directory so soon after the first day of work is new."""


def stays(store: Store, first: date, last: date) -> list[Stay]:
    """Return where members were from `first` to `last`; ends beyond are cut, so that few rows hold everybody."""
    since = case((member.c.since < first, first), else_=member.c.since)
    until = case((member.c.until > last, None), else_=member.c.until)
    end = case((member.c.end > last, None), else_=member.c.end)
    columns = (since.label("since"), until.label("until"), end.label("end"), member.c.department, member.c.location)
    wanted = (
        select(*columns, func.count().label("members"))
        .where(
            member.c.since <= last,
            or_(member.c.until.is_(None), member.c.until > first),
            or_(member.c.end.is_(None), member.c.end >= first),
        )
        .group_by(*columns)
    )
    with store.reading() as connection:
        return [
            Stay(
                since=row.since,
                until=_first(row.until, row.end + timedelta(days=1) if row.end else None),
                department=row.department,
                location=row.location,
                members=row.members,
            )
            for row in connection.execute(wanted)
        ]


def moves(store: Store, first: date, last: date) -> list[Move]:
    """Return the changes of department from `first` to `last`, by day. Who was hired or left did not change any."""
    before = member.alias("before")
    followed = and_(
        before.c.person == member.c.person, before.c.source == member.c.source, before.c.until == member.c.since
    )
    wanted = (
        select(member.c.since, before.c.department.label("source"), member.c.department, member.c.start, func.count())
        .select_from(member.outerjoin(before, followed))
        .where(member.c.since.between(first, last))
        .group_by(member.c.since, before.c.department, member.c.department, member.c.start)
    )
    found: Counter[tuple[date, str, str]] = Counter()
    with store.reading() as connection:
        for since, source, target, start, people in connection.execute(wanted):
            if source != target and (source is not None or (start is not None and start < since - HIRED_WITHIN)):
                found[since, source or "", target] += people
    return [
        Move(day=day, source=source, target=target, people=people)
        for (day, source, target), people in sorted(found.items())
    ]


def restatements(store: Store, noted_from: date, noted_until: date) -> list[Restated]:
    """Return what was restated, noted from one day to the other, the newest note first."""
    wanted = (
        select(restated)
        .where(restated.c.noted.between(noted_from, noted_until))
        .order_by(restated.c.noted.desc(), restated.c.tool, restated.c.week, restated.c.measure)
    )
    with store.reading() as connection:
        return [Restated(**row) for row in connection.execute(wanted).mappings()]


def last_days(store: Store, tools: Iterable[str], week: date) -> dict[str, date]:
    """Return the last day up to the end of `week` (a Monday) with facts of each tool.

    Of a tool without facts in that week it is the Sunday of the newest week before with roll-ups: one look at a few
    days tells, and never one at all the facts.
    """
    found: dict[str, date] = {}
    days = [week + timedelta(days=n) for n in range(6, -1, -1)]
    with store.reading() as connection:
        for tool in tools:
            here = (
                day
                for day in days
                if connection.scalar(select(usage.c.day).where(usage.c.day == day, usage.c.tool == tool).limit(1))
            )
            newest = next(here, None)
            if newest is None:
                earlier = connection.scalar(
                    select(func.max(group_week.c.week)).where(
                        group_week.c.tool == tool, group_week.c.week < week, group_week.c.people > 0
                    )
                )
                newest = earlier + timedelta(days=6) if earlier else None
            if newest is not None:
                found[tool] = newest
    return found


def _first(one: date | None, other: date | None) -> date | None:
    return min((each for each in (one, other) if each is not None), default=None)

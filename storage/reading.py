"""What the store answers: weekly roll-ups, and what is known about coverage. No row here is about one person."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Table, func, select

from storage.facts import Contract
from storage.schema import (
    cohort_week,
    company_day,
    contract,
    group_week,
    member,
    model_week,
    run,
    seat_pair_week,
    usage,
    watermark,
)
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Rows:
    """A table in memory: `columns` names the values of every tuple in `rows`."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run of one source. `skipped` counts what was left out, by reason.

    `first_day` and `last_day` are those of the facts that came, `asked_from` and `asked_to` what the vendor was asked
    for. Without `finished` the run goes on, or was killed. `next_try`: the vendor wants to be left alone until then.
    """

    source: str
    started: datetime
    finished: datetime | None
    first_day: date | None
    last_day: date | None
    asked_from: date | None
    asked_to: date | None
    pages: int
    files: int
    rows: int
    skipped: dict[str, int]
    warnings: tuple[str, ...]
    error: str | None
    next_try: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """How far one source's facts reach."""

    source: str
    first_day: date
    last_day: date
    days: int


def group_weeks(store: Store, first: date, last: date) -> Rows:
    """Return the roll-ups by week, tool and department for the weeks from `first` to `last` (Mondays)."""
    return _weeks(store, group_week, first, last)


def model_weeks(store: Store, first: date, last: date) -> Rows:
    """Return the roll-ups by week, tool, department and model for the weeks from `first` to `last` (Mondays)."""
    return _weeks(store, model_week, first, last)


def seat_pairs(store: Store, first: date, last: date) -> Rows:
    """Return who holds seats of two tools, by week, department and pair, for the weeks from `first` to `last`."""
    return _weeks(store, seat_pair_week, first, last)


def cohort_weeks(store: Store, first: date, last: date) -> Rows:
    """Return who kept using a tool, came or stopped, by week, tool and department, as `storage.cohorts` says."""
    return _weeks(store, cohort_week, first, last)


def last_day(store: Store) -> date | None:
    """Return the newest day for which any source has facts."""
    with store.reading() as connection:
        newest: date | None = connection.scalar(select(func.max(usage.c.day)))
        return newest


def first_week(store: Store) -> date | None:
    """Return the Monday of the oldest week that has roll-ups."""
    with store.reading() as connection:
        oldest: date | None = connection.scalar(select(func.min(group_week.c.week)))
        return oldest


def tools(store: Store) -> tuple[str, ...]:
    """Return the tools that have roll-ups, by name."""
    with store.reading() as connection:
        found = connection.scalars(select(group_week.c.tool).where(group_week.c.tool != "*").distinct())
        return tuple(sorted(found))


def departments(store: Store) -> tuple[str, ...]:
    """Return the departments that anybody belongs to now, by name."""
    with store.reading() as connection:
        return tuple(sorted(connection.scalars(select(member.c.department).where(member.c.until.is_(None)).distinct())))


def places(store: Store, least: int) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the teams, each with its department, and the locations that at least so many people belong to now."""

    def held(*columns: Column[str]) -> list[tuple[str, ...]]:
        wanted = select(*columns).where(member.c.until.is_(None), columns[0] != "").group_by(*columns)
        with store.reading() as connection:
            rows = connection.execute(wanted.having(func.count(member.c.person.distinct()) >= least).order_by(*columns))
            return [tuple(row) for row in rows]

    teams = tuple((team, department) for team, department in held(member.c.team, member.c.department))
    return teams, tuple(location for (location,) in held(member.c.location))


def contracts(store: Store) -> dict[str, Contract]:
    """Return what was bought, by tool."""
    with store.reading() as connection:
        return {row["tool"]: Contract(**row) for row in connection.execute(select(contract)).mappings()}


def models(store: Store) -> tuple[str, ...]:
    """Return every model name that facts carry."""
    with store.reading() as connection:
        return tuple(sorted(connection.scalars(select(model_week.c.model).distinct())))


def company_days(store: Store, source: str, first: date, last: date) -> dict[date, dict[str, float]]:
    """Return what `source` tells of the whole organisation, by day and measure; `first` and `last` are included.

    What it tells by project is added up.
    """
    found: dict[date, dict[str, float]] = {}
    for (day, _), measures in project_days(store, source, first, last).items():
        whole = found.setdefault(day, {})
        for measure, value in measures.items():
            whole[measure] = whole.get(measure, 0) + value
    return found


def project_days(store: Store, source: str, first: date, last: date) -> dict[tuple[date, str], dict[str, float]]:
    """Return the same by day and project, "" for what is of none."""
    wanted = select(company_day).where(company_day.c.source == source, company_day.c.day.between(first, last))
    found: dict[tuple[date, str], dict[str, float]] = {}
    with store.reading() as connection:
        for row in connection.execute(wanted.order_by(company_day.c.day, company_day.c.project)):
            found.setdefault((row.day, row.project), {})[row.measure] = row.value
    return found


def last_runs(store: Store) -> list[Run]:
    """Return the newest run of every source, by source."""
    newest = select(func.max(run.c.id)).group_by(run.c.source)
    with store.reading() as connection:
        rows = connection.execute(select(run).where(run.c.id.in_(newest)).order_by(run.c.source))
        return [
            Run(
                source=row.source,
                started=_utc(row.started),
                finished=_utc(row.finished) if row.finished else None,
                first_day=row.first_day,
                last_day=row.last_day,
                asked_from=row.asked_from,
                asked_to=row.asked_to,
                pages=row.pages,
                files=row.files,
                rows=row.rows,
                skipped=json.loads(row.skipped),
                warnings=tuple(json.loads(row.warnings)),
                error=row.error,
                next_try=_utc(row.next_try) if row.next_try else None,
            )
            for row in rows
        ]


def first_runs(store: Store) -> dict[str, datetime]:
    """Return when every source was first read, or tried to be."""
    wanted = select(run.c.source, func.min(run.c.started).label("started")).group_by(run.c.source)
    with store.reading() as connection:
        return {row.source: _utc(row.started) for row in connection.execute(wanted)}


def watermarks(store: Store, source: str) -> dict[str, str]:
    """Return how far each stream of `source` was read, as its vendor writes it."""
    wanted = select(watermark.c.stream, watermark.c.position).where(watermark.c.source == source)
    with store.reading() as connection:
        return {row.stream: row.position for row in connection.execute(wanted)}


def coverage(store: Store) -> list[Coverage]:
    """Return, by source, the first and the last day with facts and how many days have any."""
    wanted = (
        select(
            usage.c.source,
            func.min(usage.c.day).label("first_day"),
            func.max(usage.c.day).label("last_day"),
            func.count(usage.c.day.distinct()).label("days"),
        )
        .group_by(usage.c.source)
        .order_by(usage.c.source)
    )
    with store.reading() as connection:
        return [Coverage(**row) for row in connection.execute(wanted).mappings()]


def _weeks(store: Store, table: Table, first: date, last: date) -> Rows:
    wanted = select(table).where(table.c.week.between(first, last)).order_by(*table.primary_key.columns)
    with store.reading() as connection:
        return Rows(tuple(column.name for column in table.c), list(map(tuple, connection.execute(wanted).all())))


def _utc(moment: datetime) -> datetime:
    """The moment with its zone, which SQLite does not keep."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""Period totals by department and for the company: what `group_week` is for days, `group_period` is for periods.

A department is the one held on the last day of the period. Periods overlap (a week, its month), so nothing is ever
added up over them. A period without a row here is due: writing its totals takes its rows away, and a change of the
directory takes away all of them.
"""

from datetime import date

from sqlalchemy import Connection, case, delete, distinct, func, insert, literal, select, union_all

from storage.reading import Rows

# The same two joins as those of the weeks, so that both mean the same person and department.
from storage.rollups import COMPANY, DEPARTMENT, UNMAPPED, _held_on, _owners
from storage.schema import MEASURES, group_period, member, period_usage
from storage.store import Store

_KEY = ("source", "tool", "first", "last")
Key = tuple[str, str, date, date]


def refresh_periods(store: Store) -> int:
    """Work out the roll-ups of every period that has none; return how many periods that were."""
    key, known = ([table.c[name] for name in _KEY] for table in (period_usage, group_period))
    with store.reading() as connection:
        there = {tuple(row) for row in connection.execute(select(*known).distinct())}
        due = [tuple(row) for row in connection.execute(select(*key).distinct()) if tuple(row) not in there]
    for source, tool, first, last in due:
        with store.writing() as connection:
            _fill(connection, (source, tool, first, last))
    return len(due)


def group_periods(store: Store) -> Rows:
    """Return the roll-ups of every period, by tool, period, source and department."""
    order = (group_period.c[name] for name in ("tool", "first", "last", "source", "segment", "name"))
    with store.reading() as connection:
        found = connection.execute(select(group_period).order_by(*order)).all()
    return Rows(tuple(column.name for column in group_period.c), list(map(tuple, found)))


def period_tools(store: Store) -> tuple[str, ...]:
    """Return the tools that have period totals, by name."""
    with store.reading() as connection:
        return tuple(sorted(connection.scalars(select(group_period.c.tool).distinct())))


def _fill(connection: Connection, key: Key) -> None:
    source, tool, first, last = key
    owner = _owners()
    person = func.coalesce(owner.c.person, period_usage.c.person)
    facts = (
        select(
            person.label("person"),
            func.coalesce(member.c.department, UNMAPPED).label("department"),
            period_usage.c.active,
            *(period_usage.c[name] for name in MEASURES),
        )
        .select_from(
            period_usage.outerjoin(owner, owner.c.alias == period_usage.c.person).outerjoin(
                member, _held_on(literal(last), person)
            )
        )
        .where(
            period_usage.c.source == source,
            period_usage.c.tool == tool,
            period_usage.c.first == first,
            period_usage.c.last == last,
        )
        .cte("fact")
    )
    columns = (facts.c.person, facts.c.active, *(facts.c[name] for name in MEASURES))
    grain = union_all(
        select(literal(COMPANY).label("segment"), literal("").label("name"), *columns),
        select(literal(DEPARTMENT), facts.c.department, *columns),
    ).cte("grain")
    rows = select(
        literal(source),
        literal(tool),
        literal(first),
        literal(last),
        grain.c.segment,
        grain.c.name,
        func.count(distinct(grain.c.person)),
        func.count(distinct(case((grain.c.active, grain.c.person)))),
        *(func.sum(grain.c[name]) for name in MEASURES),
    ).group_by(grain.c.segment, grain.c.name)
    mine = zip(_KEY, key, strict=True)
    connection.execute(delete(group_period).where(*(group_period.c[name] == value for name, value in mine)))
    connection.execute(insert(group_period).from_select([column.name for column in group_period.c], rows))

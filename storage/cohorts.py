"""Who kept using a tool, who came and who stopped: the people of four weeks against those of the four before.

`cohort_week` holds this by tool and over all tools, by department and for the company, for the four weeks that end
with `week`. `kept`: active in both. `newcomers`: active now and never before. `returned`: active now and once before,
but not in the four weeks before. `lapsed`: active in the four weeks before and not now. So kept, newcomers and
returned are everybody active now, and kept and lapsed everybody active before.

Everybody is counted once, in the department where they were last active: a move between departments is no lapse and
no gain. A tool has cohorts once its facts reach back eight weeks: until then everybody would look new.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, Subquery, and_, case, delete, func, insert, literal, or_, select, union_all

from storage.schema import COHORTS, cohort_week, group_week, person_week

WEEK = timedelta(weeks=1)
WINDOW = 4
"""Weeks that are compared with as many before them."""

ALL_TOOLS = "*"


def fill_cohorts(connection: Connection, week: date) -> None:
    """Work out a week's cohorts from `person_week` and the `group_week` of earlier weeks; none without facts."""
    connection.execute(delete(cohort_week).where(cohort_week.c.week == week))
    if connection.scalar(select(person_week.c.week).where(person_week.c.week == week).limit(1)) is None:
        return
    columns = [column.name for column in cohort_week.c]
    connection.execute(insert(cohort_week).from_select(columns, _cohorts(week)))


def _cohorts(week: date) -> Select[Any]:
    began, split = week - (2 * WINDOW - 1) * WEEK, week - (WINDOW - 1) * WEEK
    active = _active(began, week)
    other = person_week.alias("other")
    mine = and_(other.c.person == active.c.person, or_(active.c.tool == ALL_TOOLS, other.c.tool == active.c.tool))
    ever = select(1).where(mine, other.c.week < began).exists()
    cohort = case(
        (active.c.newest < split, "lapsed"),
        (active.c.oldest < split, "kept"),
        (ever, "returned"),
        else_="newcomers",
    )
    # Whoever moved within a week belongs to one of both departments all the same.
    department = select(func.max(other.c.department)).where(mine, other.c.week == active.c.newest).scalar_subquery()
    person = select(active.c.tool, department.label("department"), cohort.label("cohort")).cte("person")
    segments = union_all(
        select(person.c.tool, literal("company").label("segment"), literal("").label("name"), person.c.cohort),
        select(person.c.tool, literal("department"), person.c.department, person.c.cohort),
    ).cte("segment")
    by = (segments.c.tool, segments.c.segment, segments.c.name)
    counts = (func.sum(case((segments.c.cohort == each, 1), else_=0)) for each in COHORTS)
    return select(literal(week), *by, *counts).group_by(*by)


def _active(began: date, week: date) -> Subquery:
    """Return when each person was first and last active in the eight weeks, with each tool and with any."""
    known = select(group_week.c.tool).where(
        group_week.c.week <= began, group_week.c.segment == "company", group_week.c.people > 0
    )
    ends = (func.min(person_week.c.week).label("oldest"), func.max(person_week.c.week).label("newest"))
    eight = person_week.c.week.between(began, week)
    one = (
        select(person_week.c.tool.label("tool"), person_week.c.person, *ends)
        .where(eight, person_week.c.tool.in_(known))
        .group_by(person_week.c.tool, person_week.c.person)
    )
    every = (
        select(literal(ALL_TOOLS), person_week.c.person, *ends)
        .where(eight, literal(ALL_TOOLS).in_(known))
        .group_by(person_week.c.person)
    )
    return union_all(one, every).subquery("active")

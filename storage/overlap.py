"""Seats in several tools: who holds them, and which of these tools they use.

Only tools with facts of use in the window count: of seats whose use nobody tells, it is not known that they stand
unused. People are sorted by kind (their department, the tools they hold, those of them they used of late), which is
one query and few rows; the numbers are added up from the kinds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Integer, and_, case, cast, delete, func, insert, select

from storage.schema import SEVERAL, person_week, seat_pair_week

COMPANY = ("company", "")

Group = tuple[str, str]
"""A segment and its name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """How many people of a department hold just these tools and used just those of them.

    `unused_spend` is the monthly price of the seats that they did not use; None where no price of theirs is known.
    """

    department: str
    held: frozenset[str]
    used: frozenset[str]
    people: int
    unused_spend: float | None


def fill_overlap(
    connection: Connection,
    week: date,
    holder: CTE,
    lately: ColumnElement[bool],
    together: Mapping[Group, dict[str, Any]],
) -> None:
    """Fill the pairs of seats of a week, and the columns of several seats in what is known of all tools `together`.

    `holder` are the seats held at the end of the week, `lately` the rows of `person_week` in the window. Where fewer
    than two tools' seats and use are known nothing is filled in.
    """
    clear_overlap(connection, week)
    used = connection.scalars(select(person_week.c.tool).where(lately).distinct()).all()
    tools = sorted(connection.scalars(select(holder.c.tool).where(holder.c.tool.in_(used)).distinct()))
    if len(tools) < 2:
        return
    kinds = _kinds(connection, holder, lately, tools)
    if rows := _pairs(week, kinds):
        connection.execute(insert(seat_pair_week), rows)
    groups: dict[Group, list[Kind]] = {COMPANY: kinds}
    for each in kinds:
        groups.setdefault(("department", each.department), []).append(each)
    for group, values in together.items():
        values.update(_several(groups.get(group, ())))
    _spread_zero(together)


def clear_overlap(connection: Connection, week: date) -> None:
    """Take the pairs of seats of a week away."""
    connection.execute(delete(seat_pair_week).where(seat_pair_week.c.week == week))


def _kinds(connection: Connection, holder: CTE, lately: ColumnElement[bool], tools: Sequence[str]) -> list[Kind]:
    mine = and_(person_week.c.person == holder.c.person, person_week.c.tool == holder.c.tool, lately)
    used = select(holder, cast(select(1).where(mine).exists(), Integer).label("active")).cte("held_and_used")
    bit = case({tool: 1 << n for n, tool in enumerate(tools)}, value=used.c.tool, else_=0)
    person = (
        select(
            used.c.department,
            func.sum(bit).label("held"),
            func.sum(bit * used.c.active).label("used"),
            func.sum(used.c.price * (1 - used.c.active)).label("unused_spend"),
        )
        .where(used.c.tool.in_(tools))
        .group_by(used.c.person, used.c.department)
        .having(func.count() > 1)
        .cte("several")
    )
    by = (person.c.department, person.c.held, person.c.used)
    rows = connection.execute(select(*by, func.count().label("people"), func.sum(person.c.unused_spend)).group_by(*by))
    return [
        Kind(
            department=department,
            held=_named(held, tools),
            used=_named(active, tools),
            people=people,
            unused_spend=spend,
        )
        for department, held, active, people, spend in rows
    ]


def _named(bits: int, tools: Sequence[str]) -> frozenset[str]:
    return frozenset(tool for n, tool in enumerate(tools) if bits >> n & 1)


def _several(kinds: Iterable[Kind]) -> dict[str, Any]:
    """Return the columns of several seats: all these people, and those who use none, one or more of their tools."""
    using = Counter[int]()
    spends: list[float] = []
    for each in kinds:
        using[min(len(each.used), 2)] += each.people
        spends += [each.unused_spend] if each.unused_spend is not None else []
    counts = (using.total(), using[0], using[1], using[2])
    return dict(zip(SEVERAL, counts, strict=True)) | {"several_unused_spend": sum(spends) if spends else None}


def _spread_zero(together: Mapping[Group, dict[str, Any]]) -> None:
    """Where prices are known, a group without any such people has nothing unused."""
    if together.get(COMPANY, {}).get("several_unused_spend") is None:
        return
    for values in together.values():
        if not values["several_seats"]:
            values["several_unused_spend"] = 0.0


def _pairs(week: date, kinds: Iterable[Kind]) -> list[dict[str, Any]]:
    """Return a row for every pair of tools that anybody holds, of the company and by department."""
    found: dict[tuple[Group, str, str], Counter[str]] = {}
    for each in kinds:
        for tool, other in combinations(sorted(each.held), 2):
            for group in (COMPANY, ("department", each.department)):
                counts = found.setdefault((group, tool, other), Counter())
                counts["holders"] += each.people
                counts[_use(each.used, tool, other)] += each.people
    names = ("holders", "used_both", "used_tool", "used_other", "used_neither")
    return [
        {"week": week, "segment": segment, "name": name, "tool": tool, "other": other}
        | {column: counts[column] for column in names}
        for ((segment, name), tool, other), counts in sorted(found.items())
    ]


def _use(used: frozenset[str], tool: str, other: str) -> str:
    if tool in used:
        return "used_both" if other in used else "used_tool"
    return "used_other" if other in used else "used_neither"

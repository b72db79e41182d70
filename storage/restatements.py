"""Weeks long complete whose totals a source told otherwise later: noted where roll-ups are worked out again."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from storage.schema import MONEY, group_week, restated, run, usage

MEASURES = ("sessions", "messages", "prompts", "input_tokens", "output_tokens", *MONEY)
"""What is compared. People are not: a directory that learns who is who counts them anew, and restates nothing."""

RESTATED_FROM = 0.05
"""Part of a total by which it must move."""

SETTLED_DAYS = 7
"""Days after its end in which a week may still change, where no longer window is known."""

Totals = dict[str, dict[str, float]]


def settled_totals(connection: Connection, week: date, windows: Mapping[str, int]) -> Totals:
    """Return the company's totals of `week` by tool, of the tools for which it was told whole.

    It was where roll-ups of its tool reach further than `windows` (days, by tool) behind it, and begin before it:
    history that is read from the newest week back is cut off in its oldest.
    """
    ours = group_week.c.segment == "company"
    reach = {
        row.tool: (row.first, row.last)
        for row in connection.execute(
            select(
                group_week.c.tool, func.min(group_week.c.week).label("first"), func.max(group_week.c.week).label("last")
            )
            .where(ours)
            .group_by(group_week.c.tool)
        )
    }
    rows = connection.execute(
        select(group_week.c.tool, *(group_week.c[name] for name in MEASURES)).where(
            ours, group_week.c.week == week, group_week.c.tool != "*"
        )
    ).mappings()
    found: Totals = {}
    for row in rows:
        first, last = reach[row["tool"]]
        window = timedelta(days=max(windows.get(row["tool"], 0), SETTLED_DAYS))
        if first < week and last >= week + timedelta(weeks=1) + window:
            found[row["tool"]] = {name: float(row[name]) for name in MEASURES if row[name] is not None}
    return found


def note_restated(connection: Connection, week: date, before: Totals) -> None:
    """Note which of the totals in `before` are no longer what they were."""
    if not before:
        return
    ours = (group_week.c.segment == "company", group_week.c.week == week, group_week.c.tool.in_(before))
    for row in connection.execute(select(group_week).where(*ours)).mappings().all():
        tool = row["tool"]
        for measure, old in before[tool].items():
            new = row[measure]
            if new is None or abs(new - old) <= RESTATED_FROM * max(abs(old), 1):
                continue
            this = (restated.c.tool == tool, restated.c.week == week, restated.c.measure == measure)
            first = connection.scalar(select(restated.c.before).where(*this))
            connection.execute(delete(restated).where(*this))
            connection.execute(
                insert(restated).values(
                    tool=tool,
                    week=week,
                    measure=measure,
                    before=old if first is None else first,
                    after=float(new),
                    noted=_today(connection),
                )
            )


def _today(connection: Connection) -> date | None:
    """Return the day of the newest run, which is the clock here; of a store without runs its newest fact's."""
    started: datetime | None = connection.scalar(select(func.max(run.c.started)))
    if started is not None:
        return started.date()
    newest: date | None = connection.scalar(select(func.max(usage.c.day)))
    return newest

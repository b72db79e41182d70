"""What metered use costs in a calendar month: so far, and by its end, beside what it may cost.

The weekly roll-ups are what is known: a week that two months share counts by its days. What is still to come is each
coming week's forecast, and its interval the sum of theirs: as if all weeks missed the same way, so rather too wide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from insights.basis import WEEK, Basis
from insights.forecast import Floats, forecast
from insights.series import COMPANY, TESTED_WEEKS, Panel, panel
from insights.weekly import UNMAPPED
from storage.reading import tools

COST = "metered_cost"


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthlyCost:
    """What one tool's metered use costs in the month that began on `month`, up to the Sunday `until`.

    `value`, `low` and `high` are the whole month's, 80 % sure; None where too few weeks are known to say so.
    `departments` are the largest first, of those that may be shown.
    """

    tool: str
    month: date
    until: date
    spent: float
    value: float | None
    low: float | None
    high: float | None
    departments: tuple[tuple[str, float], ...]
    currency: str


def monthly_costs(basis: Basis) -> tuple[MonthlyCost, ...]:
    """Return the tools whose use is metered and priced, the dearest first, in the month that `basis` is asked in.

    In its first days, before a week of it is over, that is the month before.
    """
    known = tools(basis.store)
    if not known:
        return ()
    shown = panel(basis, weeks=TESTED_WEEKS, tools=known)
    if not shown.weeks:
        return ()
    until = shown.weeks[-1] + WEEK - timedelta(days=1)
    month = until.replace(day=1)
    found = (_monthly(shown, each, month, until) for each in known)
    return tuple(sorted((each for each in found if each), key=lambda each: (-each.spent, each.tool)))


def _monthly(shown: Panel, tool: str, month: date, until: date) -> MonthlyCost | None:
    values = shown.array(COST, COMPANY, tool)
    if np.isnan(values[-1]):
        return None
    coming = _coming(values, shown.weeks, month)
    spent = _spent(values, shown.weeks, month)
    by_department = [
        (each, _spent(shown.array(COST, each, tool), shown.weeks, month))
        for each in shown.departments
        if each != UNMAPPED and shown.latest(COST, each, tool) is not None
    ]
    return MonthlyCost(
        tool=tool,
        month=month,
        until=until,
        spent=spent,
        value=None if coming is None else spent + coming[1],
        low=None if coming is None else spent + coming[0],
        high=None if coming is None else spent + coming[2],
        departments=tuple(sorted(by_department, key=lambda each: (-each[1], each[0]))),
        currency=shown.currency,
    )


def _spent(values: Floats, weeks: Sequence[date], month: date) -> float:
    known = (
        value * _share(week, month) for value, week in zip(values.tolist(), weeks, strict=True) if not np.isnan(value)
    )
    return float(sum(known))


def _coming(values: Floats, weeks: Sequence[date], month: date) -> tuple[float, float, float] | None:
    """Return low, likely and high of the weeks of the month that are still to come; None where that can't be told."""
    low = likely = high = 0.0
    week, ahead = weeks[-1] + WEEK, 1
    while share := _share(week, month):
        found = forecast(values, ahead)
        if found is None:
            return None
        low += share * max(found.low, 0.0)
        likely += share * found.value
        high += share * found.high
        week, ahead = week + WEEK, ahead + 1
    return low, likely, high


def _share(week: date, month: date) -> float:
    """Return the share of a week's days that lie in a month."""
    days = [week + timedelta(days=each) for each in range(7)]
    return sum((each.year, each.month) == (month.year, month.month) for each in days) / 7

"""How long pull requests took to merge: a number of the company alone, which GitHub tells by day.

No person is in it, so it is no metric of the panel: it has no departments and no people behind it. What is counted is
pull requests, and the organisation's smallest group holds for them as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from insights.basis import Basis
from storage.reading import company_days

REPORTED_BY = "github-copilot"
"""The tool whose vendor tells of pull requests."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeTime:
    """The median minutes to merge on a typical day of a week, and how many pull requests were merged.

    `minutes` is None where too few were merged to be told (`too_few`), and where the vendor reports none.
    """

    minutes: float | None = None
    merged: int | None = None
    too_few: bool = False


def merge_time(basis: Basis, week: date, *, by_copilot: bool = False) -> MergeTime:
    """Return the week's number (a Monday's), of all pull requests or of those that Copilot wrote.

    The vendor tells each day's median, and the median of a week cannot be had from those. So this is the median day:
    the weighted median of the daily medians, each weighing as many pull requests as were merged that day. Half of the
    week's pull requests were merged on days whose median was no longer. Days that lack one of the two are left out.
    """
    of = "_by_copilot" if by_copilot else ""
    minutes, merges = f"median_minutes_to_merge{of}", f"merged_pull_requests{of}"
    days = company_days(basis.store, REPORTED_BY, week, week + timedelta(days=6)).values()
    told = [(day[minutes], round(day[merges])) for day in days if minutes in day and day.get(merges, 0) >= 1]
    merged = sum(count for _, count in told)
    if not told and not any(merges in day for day in days):
        return MergeTime()
    if not told or merged < basis.min_group_size:
        return MergeTime(too_few=True)
    return MergeTime(minutes=weighted_median(told), merged=merged)


def weighted_median(values: Sequence[tuple[float, float]]) -> float:
    """Return the least value with at least half of all weight on itself and the values below it.

    `values` are pairs of a value and its weight, at least one of them with a weight above 0.
    """
    half = sum(weight for _, weight in values) / 2
    below = 0.0
    for value, weight in sorted(values):
        below += weight
        if weight and below >= half:
            return value
    raise ValueError("nothing has any weight")

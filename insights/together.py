"""All tools together where some of them do not report what a metric needs.

Sums of what is reported are right as they are. A quotient is not when a tool adds to one side only: sessions of one
tool must not be divided by the people of two. Then it is worked out over the tools that report all of it; where that
takes people counted once over several such tools, which the roll-ups do not hold, the value is absent.
"""

from dataclasses import dataclass

import numpy as np

from insights.metric import Metric
from insights.weekly import Flags, Floats, Weekly

ONCE = frozenset({"people", "possible_weeks", "active_weeks"})
"""Columns that count each person once, so that tools do not add up to all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Together:
    """What all tools together come to; every array is (departments, weeks).

    `partly`: some active tool does not report the metric. `within` (tools, departments, weeks, without '*'): the
    tools that do; where only some do, the number is about them and is hidden with any of them.
    """

    value: Floats
    numerator: Floats
    denominator: Floats
    people: Floats
    partly: Flags
    within: Flags


def together(metric: Metric, behind: Weekly, value: Floats, numerator: Floats, denominator: Floats) -> Together:
    """Return the first tool row of a metric, made of the tools that report all of it."""
    needed = np.stack([behind.columns[name][1:] for name in metric.needs])
    people = behind.columns["people"]
    active = np.nan_to_num(people[1:]) > 0
    within = active & ~np.isnan(needed).any(axis=0)
    partly = (active & ~within).any(axis=0) & within.any(axis=0)
    summed = [n for n, name in enumerate(metric.needs) if name not in ONCE]
    one_sided = (active & ~within & ~np.isnan(needed[summed]).all(axis=0)).any(axis=0)
    wrong = partly & (not metric.adds_up) & (one_sided | bool(ONCE & set(metric.needs)))
    alone = within.sum(axis=0) == 1
    sums = [np.where(within, each[1:], 0).sum(axis=0) for each in (numerator, denominator)]
    single = np.where(within, value[1:], 0).sum(axis=0)
    adds = not metric.parts and not ONCE & set(metric.needs)
    quotient = sums[0] / np.where(sums[1] > 0, sums[1], np.nan) if adds and metric.denominator else np.nan
    anew = np.where(alone, single, quotient)
    told = np.where(wrong, anew, value[0])
    some = np.where(within, people[1:], 0)
    return Together(
        value=told,
        numerator=np.where(wrong, sums[0], numerator[0]),
        denominator=np.where(wrong, sums[1], denominator[0]),
        people=np.where(partly, some.max(axis=0, initial=0), people[0]),
        partly=np.asarray(partly),
        within=within,
    )

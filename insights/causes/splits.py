"""A change's two periods, and what the parts of the place where it happened came to in each. Gated numbers only."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from insights import catalogue
from insights.metric import Metric
from insights.scan import Change
from insights.series import ALL_TOOLS, COMPANY, Panel
from insights.together import ONCE
from insights.weekly import UNMAPPED
from storage.schema import COHORTS, LADDER

Floats = NDArray[np.float64]
Weeks = NDArray[np.intp]
By = Literal["department", "tool"]

PERIOD = 4
FEWEST_BEFORE = 2
OTHERS = ""
"""The name of all parts together that are hidden or have no name of their own."""

SLACK = 0.02
"""How far parts may miss the whole: whoever moves within a week is counted in both departments."""

NO_SUMS = frozenset({"top_ten_prompts", "top_decile_prompts", "top_decile_people", "top_ten_people"})
"""Columns that do not add up over departments."""

ONCE_OVER_TOOLS = ONCE | NO_SUMS | {*LADDER, *COHORTS, "gained", "ladder_people"}
"""Columns that do not add up over tools, since they count people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """Weekly means of a metric's sums by part, before and after, (parts,). The last part may be OTHERS.

    The parts add up to the whole: what is hidden is only there as the remainder. Of a count both sums are the count.
    """

    by: By
    names: tuple[str, ...]
    numerator0: Floats
    denominator0: Floats
    numerator1: Floats
    denominator1: Floats

    @property
    def whole(self) -> bool:
        """Whether every part has a name."""
        return OTHERS not in self.names


def periods(weeks: tuple[date, ...], change: Change) -> tuple[Weeks, Weeks] | None:
    """Return which weeks are before and which after the change; None where they are too few or there is no such thing.

    Before: the four weeks before it; of a trend the first four of its window. After: the last four weeks, or those
    since the change where they are fewer.
    """
    since = np.array([week >= change.since for week in weeks], dtype=np.bool_)
    later, earlier = np.flatnonzero(since), np.flatnonzero(~since)
    match change.kind:
        case "scatter":
            return None
        case "trend":
            before, after = later[:PERIOD], later[PERIOD:][-PERIOD:]
        case _:
            before, after = earlier[-PERIOD:], later[-PERIOD:]
    if len(before) < FEWEST_BEFORE or not len(after):
        return None
    return before, after


def splits(panel: Panel, change: Change, spans: tuple[Weeks, Weeks]) -> list[Split]:
    """Return the ways in which the change can be taken apart: the company by department, all tools by tool."""
    metric = catalogue.metrics()[change.metric]
    if metric.parts or metric.only or NO_SUMS & set(metric.needs):
        return []
    found = []
    if change.department == COMPANY:
        places = [(name, change.tool) for name in panel.departments if name != UNMAPPED]
        found.append(_split(panel, metric, change, spans, "department", places))
    if change.tool == ALL_TOOLS and not ONCE_OVER_TOOLS & set(metric.needs):
        places = [(change.department, tool) for tool in panel.tools if tool != ALL_TOOLS]
        found.append(_split(panel, metric, change, spans, "tool", places))
    return [each for each in found if each is not None]


def _split(
    panel: Panel, metric: Metric, change: Change, spans: tuple[Weeks, Weeks], by: By, places: list[tuple[str, str]]
) -> Split | None:
    sums = slice(0, 1 if metric.adds_up else 2)
    whole = np.stack(panel.sums(metric.id, change.department, change.tool)[sums])
    before, after = (span[~np.isnan(whole[:, span]).any(axis=0)] for span in spans)
    if len(before) < FEWEST_BEFORE or not len(after):
        return None
    used = np.concatenate([before, after])
    shown = [place for place in places if not panel.hidden(metric.id, *place)[used].any()]
    # What is absent and not hidden is not in the whole either.
    if not shown:
        return None
    parts = np.nan_to_num(np.array([panel.sums(metric.id, *place)[sums] for place in shown]))
    means = [(parts[..., span].mean(axis=-1), whole[:, span].mean(axis=-1)) for span in (before, after)]
    told = [n for n, _ in enumerate(shown) if any(each[n].any() for each, _ in means)]
    names = tuple(shown[n][0 if by == "department" else 1] for n in told)
    sides = [np.vstack([each[told], total - each[told].sum(axis=0)]) for each, total in means]
    totals = [total for _, total in means]
    missed = max(
        float(np.abs(side[-1] / np.where(all_, all_, 1.0)).max()) for side, all_ in zip(sides, totals, strict=True)
    )
    if len(shown) == len(places) and missed <= SLACK:
        sides = [side[:-1] for side in sides]
    elif any((side[-1] < -SLACK * all_).any() for side, all_ in zip(sides, totals, strict=True)):
        return None
    else:
        names = (*names, OTHERS)
        sides = [np.vstack([side[:-1], np.maximum(side[-1], 0.0)]) for side in sides]
    if len(names) < 2 or not any(names):
        return None
    (n0, d0), (n1, d1) = ((side[:, 0], side[:, -1]) for side in sides)
    return Split(by=by, names=names, numerator0=n0, denominator0=d0, numerator1=n1, denominator1=d1)

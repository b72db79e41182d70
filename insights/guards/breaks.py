"""Breaks in what a number means: from one week on nearly every department's figure is another by the same factor.

People do not act so. A change of behaviour comes sooner here and later there, and larger in one department than in
the next; and who behaves otherwise is mostly somebody who also comes more or less often. A vendor who counts
otherwise changes every department at once, alike, and nobody's coming. In doubt it is called a break: that a number
jumped everywhere by one factor is better told as a note than as news about people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from insights import signals
from insights.metric import Metric
from insights.scan import FEWEST_DEPARTMENTS, WINDOW, Watch, scale_of, smallest_of
from insights.signals import Floats
from insights.weekly import UNMAPPED

BESIDE = 4
"""Weeks on either side of a jump that it is measured over."""

FEWEST_BEFORE = 3
SMALLEST_JUMP = 0.18
"""On the metric's scale: a fifth of a count or a mean, 4 points of a share of half."""

LOUD = 5.0
"""Robust standard deviations of week-to-week steps that the common jump is beyond."""

AT_ONCE = 0.7
"""Part of the jump that the one step makes at least."""

ALIKE = 0.3
"""Departments that act for themselves differ by this part of the jump at least (standard deviation)."""

APART = 1 / 3
"""Part of the jump that the number of people who came may move by, and still be the same."""

QUIETEST_STEP = 0.01
TAKES_SIDES = frozenset({"ranked_sessions"})
"""Which models are used is the vendor's doing as often as not, and news all the same: a switch is no break."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """From `week` on a metric of a tool is `factor` times what it was (of odds, where it is a share), everywhere."""

    metric: Metric
    tool: str
    week: date
    factor: float


def definition_breaks(watch: Watch) -> list[Break]:
    """Return the newest break of each metric and tool within the weeks that are tested.

    It takes four departments, of which each is known in three weeks before. NaN is no week.
    """
    found: list[Break] = []
    rows = [row for row, name in enumerate(watch.departments, 1) if name != UNMAPPED]
    if len(rows) < FEWEST_DEPARTMENTS:
        return found
    people = signals.on_scale(watch.people[:, 0], "log")
    for watched in watch.metrics:
        if TAKES_SIDES & {watched.metric.denominator}:
            continue
        scale = scale_of(watched.metric)
        scaled = signals.on_scale(watched.values, scale, smallest_of(watched.values))
        for tool, name in enumerate(watch.tools):
            came = people[tool] if watched.metric.numerator != "people" else _sessions(watch, tool)
            newest = max(_breaks(scaled[tool, rows], came), default=None)
            if newest is not None:
                week, jump = newest
                factor = float(np.exp(jump)) if scale != "plain" else float("nan")
                found.append(Break(metric=watched.metric, tool=name, week=watch.weeks[week], factor=factor))
    return found


def _sessions(watch: Watch, tool: int) -> Floats:
    return signals.on_scale(watch.sessions[tool, 0], "log")


def _breaks(values: Floats, came: Floats) -> Iterator[tuple[int, float]]:
    """Yield the weeks at which departments' scaled `values`, (departments, weeks), jump as one, and by how much."""
    common = signals.median(np.swapaxes(values - signals.median(values)[:, None], 0, 1))
    told = (~np.isnan(values)).sum(axis=0) >= FEWEST_DEPARTMENTS
    weeks = np.flatnonzero(told & ~np.isnan(common))
    if len(weeks) < signals.FEWEST_WEEKS:
        return
    values, common, came = values[:, weeks], common[weeks], came[weeks]
    steps = np.diff(common)
    usual = max(signals.MADE_NORMAL * float(np.median(np.abs(steps - np.median(steps)))), QUIETEST_STEP)
    noise = signals.MADE_NORMAL * signals.median(np.abs(np.diff(values - common, axis=1))) / np.sqrt(2)
    for at in range(max(BESIDE, len(weeks) - WINDOW), len(weeks)):
        jump = float(common[at : at + BESIDE].mean() - common[at - BESIDE : at].mean())
        if (
            abs(jump) >= max(SMALLEST_JUMP, LOUD * usual)
            and _at_once(common, at, jump)
            and _as_one(values, noise, at, jump)
            and _nobody_else_came(came, at, jump)
        ):
            yield int(weeks[at]), jump


def _at_once(common: Floats, at: int, jump: float) -> bool:
    """Tell whether the one step makes the jump, and it stays."""
    before, after = common[at - BESIDE : at].mean(), common[at : at + BESIDE]
    return bool((common[at] - common[at - 1]) / jump >= AT_ONCE and ((after - before) / jump >= AT_ONCE).all())


def _as_one(values: Floats, noise: Floats, at: int, jump: float) -> bool:
    """Tell whether departments differ less in their jumps than those that act for themselves would.

    Were their true jumps apart by ALIKE of their mean, the sum of squares below would be chi-squared; it has to be
    among its lowest twentieth. One department in ten may do something else besides.
    """
    before, after = values[:, at - BESIDE : at], values[:, at : at + BESIDE]
    n, m = ((~np.isnan(part)).sum(axis=1) for part in (before, after))
    known = (n >= FEWEST_BEFORE) & (m > 0) & (noise >= 0)
    if known.sum() < FEWEST_DEPARTMENTS:
        return False
    jumps = np.nanmean(after[known], axis=1) - np.nanmean(before[known], axis=1)
    error = noise[known] * np.sqrt(1 / n[known] + 1 / m[known])
    if np.median(error) > ALIKE * abs(jump):
        return False
    kept = np.argsort(np.abs(jumps - np.median(jumps)))[: len(jumps) - len(jumps) // 10]
    weight = 1 / (error[kept] ** 2 + (ALIKE * jump) ** 2)
    mean = float(weight @ jumps[kept] / weight.sum())
    return float(weight @ (jumps[kept] - mean) ** 2) <= lowest_twentieth(len(kept) - 1)


def lowest_twentieth(freedom: int) -> float:
    """Return the 5 % quantile of chi-squared (Wilson and Hilferty 1931)."""
    part = 2 / (9 * freedom)
    return freedom * float(max(0.0, 1 - part - signals.NINETY * np.sqrt(part)) ** 3)


def _nobody_else_came(came: Floats, at: int, jump: float) -> bool:
    """Tell whether as many came as before."""
    before, after = came[at - BESIDE : at], came[at : at + BESIDE]
    if np.isnan(before).all() or np.isnan(after).all():
        return True
    return abs(float(np.nanmean(after) - np.nanmean(before))) <= APART * abs(jump)

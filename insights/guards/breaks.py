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
from insights.guards.steps import (
    AFTER,
    BEFORE,
    FEWEST_BEFORE,
    Course,
    Step,
    apart_by,
    chi_squared,
    common_of,
    course_of,
    rises,
    step_at,
    without_week,
)
from insights.metric import Metric
from insights.scan import FEWEST_DEPARTMENTS, WINDOW, Watch, Watched, scale_of, smallest_of
from insights.signals import Floats
from insights.weekly import UNMAPPED

SMALLEST_JUMP = 0.15
"""On the metric's scale: a sixth of a count or a mean, 4 points of a share of half."""

LOUD = 4.0
"""Standard errors that the common jump is beyond."""

LOUD_STEP = 3.0
"""Standard deviations of week-to-week steps that it is beyond."""

AT_ONCE, LEAST_AT_ONCE = 0.7, 0.5
"""Part of the jump that the one step makes and each week after it keeps; where weeks are noisy, at least half."""

ALIKE, SURE = 0.3, -1.28
"""Departments that act for themselves differ by this part of the jump at least (standard deviation)."""

MOST_DOUBT = 0.4
"""Part of the jump that a department's standard error is at most: beyond, everything is alike."""

HARDLY, UNLIKE = 0.05, 1.645
"""Departments that are counted otherwise differ by this part of the jump at most, beside their noise."""

MIXED = 0.15
"""Part of the jump by which a week lies between, in the middle of which it began."""

NEW = 3
"""Weeks for which a jump that may be a break is waited with where it cannot be told from a change."""

APART = 1 / 3
"""Part of the jump that the number of people who came may move by, and still be the same."""

TAKES_SIDES = frozenset({"ranked_sessions"})
"""Which models are used is the vendor's doing as often as not, and news all the same: a switch is no break."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """From `week` on a metric of a tool is `factor` times what it was (of odds, where it is a share), everywhere.

    One that is not `sure` is too new to tell it from a change. An `echo` is what another break moved besides.
    """

    metric: Metric
    tool: str
    week: date
    factor: float
    sure: bool = True
    echo: bool = False


def definition_breaks(watch: Watch) -> list[Break]:
    """Return the newest break of each metric and tool within the weeks that are tested, and one newer but not sure.

    It takes four departments, of which each is known in three weeks before. NaN is no week.
    """
    found: list[Break] = []
    rows = [row for row, name in enumerate(watch.departments, 1) if name != UNMAPPED]
    if len(rows) < FEWEST_DEPARTMENTS:
        return found
    people, sessions = (signals.on_scale(each[:, 0], "log") for each in (watch.people, watch.sessions))
    for watched in watch.metrics:
        if TAKES_SIDES & {watched.metric.denominator}:
            continue
        came = sessions if watched.metric.numerator == "people" else people
        scaled = scaled_of(watched)
        for tool, name in enumerate(watch.tools):
            every = list(_breaks(scaled[tool, rows], came[tool]))
            newest = max((week for week, _, sure in every if sure), default=-1)
            for week, jump, sure in every:
                if week == newest if sure else week > newest:
                    found.append(
                        Break(
                            metric=watched.metric,
                            tool=name,
                            week=watch.weeks[week],
                            factor=factor_of(watched.metric, jump),
                            sure=sure,
                        )
                    )
    return found


def scaled_of(watched: Watched) -> Floats:
    """Return a metric's values on the scale on which its noise is even."""
    return signals.on_scale(watched.values, scale_of(watched.metric), smallest_of(watched.values))


def factor_of(metric: Metric, jump: float) -> float:
    """Return what a jump on a metric's scale multiplies (odds, of a share); NaN of a score."""
    return float(np.exp(jump)) if scale_of(metric) != "plain" else float("nan")


def _breaks(values: Floats, came: Floats) -> Iterator[tuple[int, float, bool]]:
    """Yield at which weeks departments' scaled `values`, (departments, weeks), jump as one, how far, and if surely."""
    common = common_of(values)
    weeks = np.flatnonzero(((~np.isnan(values)).sum(axis=0) >= FEWEST_DEPARTMENTS) & ~np.isnan(common))
    if len(weeks) < signals.FEWEST_WEEKS:
        return
    values, common, came = values[:, weeks], common[weeks], came[weeks]
    usual = LOUD_STEP * float(np.median(np.abs(np.diff(common))))
    course: Course | None = None
    found = -1
    for at in range(max(FEWEST_BEFORE + 1, len(weeks) - WINDOW), len(weeks)):
        # Right after a clean step the first week may look like one between.
        for mixed in (False, True) if found != at - 1 else (False,):
            before = at - 1 - mixed
            if before < FEWEST_BEFORE or abs(common[at] - common[before]) < max(AT_ONCE * SMALLEST_JUMP, usual):
                continue
            course = course or course_of(values, common)
            seen, place, who = course, at, came
            if mixed:
                seen, place, who = without_week(course, at - 1), at - 1, np.delete(came, at - 1)
            step = step_at(seen, place)
            if step is None or not _jumps(seen, step, place) or not _nobody_else_came(who, place, step.jump):
                continue
            if (mixed and not _between(common, at, step.jump)) or rises(common, at, course.loud, mixed=mixed):
                continue
            sure = _as_one(step)
            if sure is not None and (sure or at >= len(weeks) - NEW):
                found = at
                yield int(weeks[at]), step.jump, sure
                break


def _as_one(step: Step) -> bool | None:
    """Tell whether departments are surely counted otherwise; None where they surely act for themselves."""
    q, freedom = apart_by(step, HARDLY)
    if q > chi_squared(freedom, UNLIKE):
        return None
    q, freedom = apart_by(step, ALIKE)
    return bool(q <= chi_squared(freedom, SURE) and np.median(step.errors) <= MOST_DOUBT * abs(step.jump))


def _between(common: Floats, at: int, jump: float) -> bool:
    """Tell whether the week before lies between what was and what is, as where it began in the middle of the week."""
    part = (common[at - 1] - common[at - 2]) / jump
    return bool(MIXED <= part <= 1 - MIXED)


def _jumps(course: Course, step: Step, at: int) -> bool:
    """Tell whether all together jump far enough."""
    return abs(step.jump) >= max(SMALLEST_JUMP, LOUD * step.error) and _at_once(course, step, at)


def _at_once(course: Course, step: Step, at: int) -> bool:
    """Tell whether the one step makes the jump, and it stays."""
    common = course.common
    doubt = 1.5 * course.loud / abs(step.jump)
    least = max(LEAST_AT_ONCE, AT_ONCE - doubt)
    before, after = common[max(0, at - BEFORE) : at].mean(), common[at : at + AFTER]
    return bool((common[at] - common[at - 1]) / step.jump >= least and ((after - before) / step.jump >= least).all())


def _nobody_else_came(came: Floats, at: int, jump: float) -> bool:
    """Tell whether as many came as before."""
    before, after = came[max(0, at - BEFORE) : at], came[at : at + AFTER]
    if np.isnan(before).all() or np.isnan(after).all():
        return True
    return abs(float(np.nanmean(after) - np.nanmean(before))) <= APART * abs(jump)

"""One step in the numbers of many departments: how large it is, how sure, how sudden, and how alike everywhere."""

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from insights import signals
from insights.scan import FEWEST_DEPARTMENTS
from insights.signals import Floats

BEFORE, AFTER = 10, 6
"""Weeks on either side of a step, at most, that it is measured over."""

FEWEST_BEFORE = 3
QUIETEST = 0.005
"""On the metric's scale, the least standard deviation of a week that is believed."""

SHORTEST_RISE, LONGEST_RISE = 3, 8
"""Weeks that a rise takes."""

TYPICAL = 10
"""Weeks that what is typical of all departments counts for, beside a department's own, where its noise is judged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """Departments' numbers on the metric's scale, (departments, weeks), without weeks that few know.

    `common` is what they do together. `noise` is the standard deviation of what each does besides, and `loud` that of
    what they do together, week by week; `memory` is how far a week resembles the one before.
    """

    values: Floats
    common: Floats
    noise: Floats
    loud: float
    memory: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Departments' `jumps` at a week and their standard `errors`, and `jump`, with its `error`, of all together."""

    jump: float
    error: float
    jumps: Floats
    errors: Floats


def common_of(values: Floats) -> Floats:
    """Return what departments, (departments, weeks), do together: the median of how far each is from its own median."""
    return signals.median(np.swapaxes(values - signals.median(values)[:, None], 0, 1))


def course_of(values: Floats, common: Floats) -> Course:
    """Return the course of departments' scaled values, and how much of it is noise.

    Noise is learnt from week-to-week differences, of which one step is but one.
    """
    memory = signals.memory_of(values, doubt=0)
    own = _noise(values - common, memory)
    weeks = (~np.isnan(values)).sum(axis=1)
    typical = float(np.nanmedian(own))
    drawn = np.sqrt((weeks * own**2 + TYPICAL * typical**2) / (weeks + TYPICAL))
    return Course(
        values=values,
        common=common,
        noise=np.maximum(drawn, QUIETEST),
        loud=max(float(_noise(common[None], memory)[0]), QUIETEST),
        memory=memory,
    )


def _noise(values: Floats, memory: float) -> Floats:
    """Return the robust standard deviation of series that resemble their past."""
    steps = signals.MADE_NORMAL * signals.median(np.abs(np.diff(values, axis=1)))
    return np.asarray(steps / np.sqrt(2 * (1 - memory)))


def without_week(course: Course, week: int) -> Course:
    """Return the course as if a week had not been."""
    return replace(course, values=np.delete(course.values, week, axis=1), common=np.delete(course.common, week))


def step_at(course: Course, at: int) -> Step | None:
    """Return the step between a week and the one before, None where too few departments are known on both sides."""
    weeks = slice(max(0, at - BEFORE), at + AFTER)
    values, begins = course.values[:, weeks], min(at, BEFORE)
    known = ~np.isnan(values)
    n, m = known[:, :begins].sum(axis=1), known[:, begins:].sum(axis=1)
    use = (n >= FEWEST_BEFORE) & (m > 0) & (course.noise >= 0)
    if use.sum() < FEWEST_DEPARTMENTS:
        return None
    values, known, n, m = values[use], known[use], n[use], m[use]
    weights = np.where(known, 1.0, 0.0)
    weights[:, :begins] /= -n[:, None]
    weights[:, begins:] /= m[:, None]
    alike = _alike(values.shape[1], course.memory)
    jump, error = _jump(course.common[weeks], begins, course.loud, alike)
    return Step(
        jump=jump,
        error=error,
        jumps=(weights * np.where(known, values, 0.0)).sum(axis=1),
        errors=course.noise[use] * np.sqrt(((weights @ alike) * weights).sum(axis=1)),
    )


def common_step(series: Floats, at: int, memory: float) -> tuple[float, float]:
    """Return how far one series jumps at a week, and the standard error of that."""
    weeks = slice(max(0, at - BEFORE), at + AFTER)
    loud = max(float(_noise(series[None], memory)[0]), QUIETEST)
    return _jump(series[weeks], min(at, BEFORE), loud, _alike(len(series[weeks]), memory))


def _jump(series: Floats, begins: int, loud: float, alike: Floats) -> tuple[float, float]:
    weights = np.where(np.arange(len(series)) < begins, -1 / begins, 1 / (len(series) - begins))
    return float(weights @ series), loud * float(np.sqrt(weights @ alike @ weights))


def _alike(weeks: int, memory: float) -> Floats:
    """Return the correlation of weeks of AR(1)."""
    return np.asarray(memory ** np.abs(np.subtract.outer(np.arange(weeks), np.arange(weeks))), dtype=np.float64)


def rises(common: Floats, at: int, loud: float, *, mixed: bool) -> bool:
    """Tell whether a rise, or fall, over three to eight weeks explains what all do better than a step at a week.

    Of a `mixed` step the week before lies somewhere between. `loud` is the standard deviation of a week.
    """
    weeks = np.arange(max(0, at - BEFORE - mixed), min(len(common), at + AFTER))
    seen = common[weeks]
    told = (weeks != at - 1) | (not mixed)
    step = _left(seen[told], (weeks[told] >= at).astype(np.float64))
    ramps = (
        _left(seen, np.clip((weeks - begin) / length, 0.0, 1.0))
        for length in range(SHORTEST_RISE, LONGEST_RISE + 1)
        for begin in range(at - length, at)
    )
    return min(ramps) + loud**2 < step


def _left(values: Floats, shape: Floats) -> float:
    """Return the sum of squares that values leave when a level and so much of a shape is taken out."""
    apart, form = values - values.mean(), shape - shape.mean()
    return float(apart @ apart - (apart @ form) ** 2 / max(float(form @ form), 1e-12))


def apart_by(step: Step, part: float) -> tuple[float, int]:
    """Return Cochran's Q of departments' jumps, were the true ones apart by a part of the jump, and its freedom.

    `part` is a standard deviation. One department in ten, which may do something else besides, does not count; Q is
    raised by what the farthest of normal ones would have added.
    """
    jumps, errors = step.jumps, step.errors
    kept = np.argsort(np.abs(jumps - np.median(jumps)) / errors)[: len(jumps) - len(jumps) // 10]
    weight = 1 / (errors[kept] ** 2 + (part * step.jump) ** 2)
    mean = float(weight @ jumps[kept] / weight.sum())
    q = float(weight @ (jumps[kept] - mean) ** 2)
    return q / _of_nearest(len(kept) / len(jumps)), len(kept) - 1


def _of_nearest(part: float) -> float:
    """Return the mean square of that part of normal draws which is nearest to their mean."""
    if part >= 1:
        return 1.0
    normal = NormalDist()
    edge = normal.inv_cdf((1 + part) / 2)
    return 1 - 2 * edge * normal.pdf(edge) / part


def chi_squared(freedom: int, deviations: float) -> float:
    """Return the quantile of chi-squared that is as rare as so many standard deviations (Wilson and Hilferty 1931)."""
    part = 2 / (9 * freedom)
    return freedom * float(max(0.0, 1 - part + deviations * np.sqrt(part)) ** 3)

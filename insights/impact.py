"""Did it help? Every action that was done, what was fixed before anybody looked, and what is seen 4, 8 and 12 weeks on.

The measure, the departments and the day stand in the change that noted the action as done; the windows are constants.
So nothing about the comparison can be chosen after its result was seen, and a change that came too late is told.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from insights.basis import WEEK, Basis, latest_complete_week, monday
from insights.catalogue import metrics
from insights.effects import Effect, effect
from insights.metric import Metric
from insights.question import Weeks
from insights.scan import scale_of
from insights.series import ALL_TOOLS, Panel, panel
from insights.weekly import UNMAPPED
from storage.reading import first_week, last_day
from storage.taken import Taken, taken

WAITS = (4, 8, 12)
"""Weeks after the week in which an action was done, after each of which its effect is told."""

BEFORE = 26
"""Weeks before that are compared with, where there are so many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What was fixed before anybody looked: which metric of which departments, from which week on, registered when.

    The week `week` in which the action was done is neither before nor after. `late` says that the plan was changed
    when its first weeks could already be seen.
    """

    id: str
    action: str
    metric: str
    tool: str
    reached: tuple[str, ...]
    done: date
    registered: date

    @property
    def week(self) -> date:
        """The Monday of the week in which it was done."""
        return monday(self.done)

    @property
    def late(self) -> bool:
        """Whether weeks that count were over when this was registered."""
        return self.registered >= self.week + 2 * WEEK

    def look(self, weeks: int) -> date:
        """Return the day from which the effect after so many weeks can be told."""
        return self.week + (weeks + 1) * WEEK


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """The effect after `weeks` weeks; `effect` is None before `due`."""

    weeks: int
    due: date
    effect: Effect | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Impact:
    """What became of one action. `others` are actions for the same metric that left departments out of it."""

    plan: Plan
    looks: tuple[Look, ...]
    left_out: tuple[str, ...] = ()

    @property
    def last(self) -> Look | None:
        """The latest look that was due."""
        return next((each for each in reversed(self.looks) if each.effect is not None), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What an action did here so far: how often, and the mean effect in the metric's unit with its 90 % interval.

    `promise` is how likely it helps the next time, with nothing known half.
    """

    action: str
    metric: str
    times: int
    estimate: float
    low: float
    high: float
    promise: float


def plan_of(done: Taken) -> Plan | None:
    """Return the plan of an action that was done; None where no metric shows what it did."""
    if done.state != "done" or done.done is None or done.metric not in metrics():
        return None
    return Plan(
        id=done.id,
        action=done.action,
        metric=done.metric,
        tool=done.tool or ALL_TOOLS,
        reached=done.reached or done.departments,
        done=done.done,
        registered=done.at.date(),
    )


def impacts(basis: Basis) -> tuple[Impact, ...]:
    """Return what became of every action that was done, the one done last first."""
    plans = [each for each in map(plan_of, taken(basis.store)) if each]
    newest, oldest = latest_complete_week(basis.as_of, last_day(basis.store)), first_week(basis.store)
    if not plans or newest is None or oldest is None:
        return ()

    @cache
    def shown(tool: str, first: date) -> Panel:
        return panel(basis, weeks=Weeks(first=first, last=newest), tools=(tool,))

    found = [
        _impact(each, plans, shown(each.tool, min(max(oldest, each.week - BEFORE * WEEK), newest)).whole, newest)
        for each in plans
    ]
    return tuple(sorted(found, key=lambda each: (each.plan.done, each.plan.id), reverse=True))


def records(found: Iterable[Impact]) -> Mapping[str, Record]:
    """Return, by action, what it did so far; the latest look at each time it was done counts."""
    told: dict[tuple[str, str], list[Effect]] = defaultdict(list)
    for each in found:
        if each.last is not None and each.last.effect is not None and each.last.effect.estimate is not None:
            told[each.plan.action, each.plan.metric].append(each.last.effect)
    return {action: _record(action, metrics()[metric], effects) for (action, metric), effects in told.items()}


def _record(action: str, metric: Metric, effects: Sequence[Effect]) -> Record:
    """Pool effects as a random-effects meta-analysis does (DerSimonian and Laird 1986)."""
    from scipy.stats import norm  # type: ignore[import-untyped]  # noqa: PLC0415 - half a second, and only here
    from statsmodels.stats.meta_analysis import combine_effects  # type: ignore[import-untyped]  # noqa: PLC0415

    normal = float(norm.ppf(0.95))
    means = np.array([each.estimate for each in effects], dtype=np.float64)
    errors = np.array([((each.high or 0.0) - (each.low or 0.0)) / 2 / normal for each in effects])
    if len(effects) == 1:
        mean, error = float(means[0]), float(errors[0])
    else:
        pooled = combine_effects(means, np.maximum(errors, 1e-9) ** 2, method_re="dl")
        mean, error = float(pooled.mean_effect_re), float(pooled.sd_eff_w_re)
    # Drawn towards "does nothing": an effect twice as large as is worth a word would be a good one.
    usual = 2 * metric.smallest_change or abs(mean) or 1.0
    drawn, spread = mean * usual**2 / (usual**2 + error**2), math.sqrt(1 / (1 / usual**2 + 1 / max(error, 1e-9) ** 2))
    better = -drawn if metric.good == "down" else drawn
    return Record(
        action=action,
        metric=metric.id,
        times=len(effects),
        estimate=mean,
        low=mean - normal * error,
        high=mean + normal * error,
        promise=float(norm.cdf(better / spread)),
    )


def _impact(plan: Plan, plans: Sequence[Plan], shown: Panel, newest: date) -> Impact:
    looks = []
    left_out = _touched(plan, plans)
    for weeks in WAITS:
        over = newest >= plan.week + weeks * WEEK
        told = _effect(plan, shown, left_out, weeks) if over else None
        looks.append(Look(weeks=weeks, due=plan.look(weeks), effect=told))
    return Impact(plan=plan, looks=tuple(looks), left_out=tuple(sorted(left_out)))


def _touched(plan: Plan, plans: Iterable[Plan]) -> set[str]:
    """Return the departments that another action for the same metric reached in the weeks that count."""
    first, last = plan.week - BEFORE * WEEK, plan.week + WAITS[-1] * WEEK
    return {
        name
        for each in plans
        if each.id != plan.id and each.metric == plan.metric and first <= each.week <= last
        for name in each.reached
    } - set(plan.reached)


def _effect(plan: Plan, shown: Panel, left_out: Iterable[str], weeks: int) -> Effect:
    metric = metrics()[plan.metric]
    names = [each for each in shown.departments if each not in {UNMAPPED, *left_out}]
    if not plan.reached or set(names) <= set(plan.reached):
        return Effect(verdict="can't tell", reason="everybody was reached")
    start = sum(each < plan.week for each in shown.weeks)
    kept = [n for n, each in enumerate(shown.weeks) if each != plan.week and each <= plan.week + weeks * WEEK]
    values = np.array([shown.array(metric.id, each) for each in names])[:, kept]
    reached = np.array([each in plan.reached for each in names])
    return effect(
        values,
        reached,
        start,
        scale=scale_of(metric),
        good=-1 if metric.good == "down" else 1,
        smallest=metric.smallest_change,
    )

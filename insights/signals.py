"""Signals in many weekly series at once: a new level, a trend, one odd week, a slow drift, a change of scatter, a year.

Every function takes `values` of the shape (series, weeks) on the scale on which noise is even (see `on_scale`), NaN
where a week has no value, and returns one entry a series. Chances (`p`) are two-sided and come from simulated series
which change in nothing but resemble their own past: AR(1) with the one coefficient `memory` that `memory_of` pools over
all series of a metric, since a series of 14 or 26 weeks tells next to nothing about its own. The same statistic was
worked out on them, spikes taken out and all (`insights.simulate`). The tail beyond the simulations is taken to fall off
as that of Student's t does.

`noise`, where given, says how much louder each value is than others of its series, as a standard deviation: a ratio
over 20 sessions scatters more than one over 2,000.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from insights import chances
from insights.chances import MEMORY_STEP, MOST_MEMORY, STEPS
from insights.shapes import fitted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Scale = Literal["log", "logit", "plain"]

FEWEST_WEEKS = 8
RECENT_WEEKS = 13
SHORTEST_LEVEL = 3
"""Weeks that make a level; one or two are a spike."""

NINETY = 1.645
"""Standard errors on either side of a 90 % interval."""

LAGS = (1, 2, 3)

UNKNOWN_MEMORY = 0.5
"""Taken where no series scatters, so that nothing can be learnt."""

FEWEST_ALIKE, FEWEST_FREEDOM = 5, 5.0
MOST_PRIOR = 30.0
"""Series, and degrees of freedom of each, from which their scatter is compared; and the most that they lend."""

SPIKE = 4.0
MADE_NORMAL = 1.4826
"""Median absolute deviation to standard deviation, where noise is normal."""

DRIFT_WEIGHT = 0.2
RECENT = 6
YEAR = 52
FEWEST_WEEKS_OF_YEARS = YEAR + 26


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """What was found in each series, one entry each, NaN (`at`: -1) where there were too few weeks.

    `change` is in the unit of the scale, `low` and `high` its 90 % interval; `p` the chance of so strong a signal in
    a series that changes in nothing; `at` the week from which it holds. `left` is the share of the scatter that it
    leaves unexplained. `ramp` tells which are a way up or down rather than one step, where that was asked.
    """

    change: Floats
    low: Floats
    high: Floats
    p: Floats
    at: Ints
    left: Floats
    ramp: NDArray[np.bool_] | None = None


# Scales --------------------------------------------------------------------------------------------------------------


def on_scale(values: Floats, scale: Scale, smallest: float = 0.5) -> Floats:
    """Return values on the scale on which a change of the same size means the same everywhere.

    "log" for counts, money and other positive numbers, where `smallest` stands in for 0; "logit" for shares between 0
    and 1; "plain" as they are. What cannot be (negative, over 1) becomes NaN.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        match scale:
            case "log":
                return np.where(values < 0, np.nan, np.log(np.maximum(values, smallest)))
            case "logit":
                inside = np.clip(values, 0.005, 0.995)
                return np.where((values < 0) | (values > 1), np.nan, np.log(inside / (1 - inside)))
            case _:
                return values.astype(np.float64)


def off_scale(values: Floats, scale: Scale) -> Floats:
    """Return scaled values in their own unit again."""
    match scale:
        case "log":
            return np.exp(values)
        case "logit":
            return np.asarray(1 / (1 + np.exp(-values)))
        case _:
            return values


def noise_of(values: Floats, sizes: Floats) -> Floats:
    """Return how loud each value is, as a standard deviation, from how many things it is an average of.

    The variance of a value is a part that all share plus a part that shrinks with its size: a + b / size, where
    `sizes` are the denominators. Both are learnt over all series from the squares of week-to-week differences, by
    least squares with neither below 0. 1 everywhere where nothing can be learnt.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        inverse = np.where(sizes > 0, 1 / sizes, np.nan)
        steps = np.diff(values, axis=1) ** 2 / 2
        middle = (inverse[:, 1:] + inverse[:, :-1]) / 2
    # A level shift makes one large step; medians by series keep it from counting.
    level, size = median(steps), median(middle)
    known = ~np.isnan(level) & ~np.isnan(size)
    if known.sum() < 3 or np.ptp(size[known]) < 1e-12:
        return np.ones_like(values)
    x, y = size[known], level[known]
    slope = float(((x - x.mean()) @ (y - y.mean())) / ((x - x.mean()) @ (x - x.mean())))
    base = float(y.mean() - slope * x.mean())
    slope, base = (float(y.mean() / x.mean()), 0.0) if base < 0 else (max(slope, 0.0), base)
    if slope <= 0:
        return np.ones_like(values)
    told = np.sqrt(base + slope * np.nan_to_num(inverse, nan=float(x.mean())))
    return np.asarray(told / told.mean())


# Memory --------------------------------------------------------------------------------------------------------------


def memory_of(values: Floats, *, doubt: float = 1.0) -> float:
    """Return how much a week resembles the one before, pooled over series: see `memories_of`."""
    return memories_of([values], doubt=doubt)[0]


def memories_of(metrics: Sequence[Floats], *, doubt: float = 1.0) -> list[float]:
    """Return how much a week resembles the one before: a coefficient of AR(1) for each metric's series, pooled.

    Of each series a line or one step is taken out first, whichever fits better, so that a trend or a new level does
    not look like memory. That pulls the coefficient towards 0; by how much is known from simulated series that are
    treated the same. What one metric's series tell is drawn towards what all metrics have in common, as far as it is
    no more than chance that sets them apart. `doubt` standard errors are added, so that not to know makes for silence.
    """
    weeks = [(~np.isnan(each)).sum(axis=1) for each in metrics]
    seen = [pooled_memory(each[n >= FEWEST_WEEKS]) for each, n in zip(metrics, weeks, strict=True)]
    known = [n for n, (_, pairs) in enumerate(seen) if pairs]
    raw = np.array([seen[n][0] for n in known])
    drawn, error = _drawn(raw, np.array([math.sqrt(len(LAGS) / seen[n][1]) for n in known])) if known else (raw, raw)
    told = [UNKNOWN_MEMORY] * len(metrics)
    for n, mean, unsure in zip(known, drawn.tolist(), error.tolist(), strict=True):
        true, found = chances.memory_seen(float(np.median(weeks[n][weeks[n] >= FEWEST_WEEKS])))
        told[n] = min(MOST_MEMORY, float(np.interp(mean + doubt * unsure, found, true)))
    return told


def _drawn(values: Floats, errors: Floats) -> tuple[Floats, Floats]:
    """Return values drawn towards their mean (DerSimonian and Laird 1986), and what doubt is left of each."""
    weight = 1 / errors**2
    mean = float(weight @ values / weight.sum())
    spread = float(weight.sum() - weight @ weight / weight.sum())
    excess = float(weight @ (values - mean) ** 2) - (len(values) - 1)
    between = max(0.0, excess / spread) if spread > 0 else 0.0
    again = 1 / (errors**2 + between)
    center = float(again @ values / again.sum())
    own = between / (between + errors**2)
    # Metrics of the same people are no independent witnesses: their mean is taken to be as sure as half of them.
    doubt = own * errors**2 + (1 - own) ** 2 * 2 / again.sum()
    return own * values + (1 - own) * center, np.minimum(np.sqrt(doubt), errors)


def pooled_memory(values: Floats) -> tuple[float, int]:
    """Return the sum of the autocorrelations at LAGS of what a line or a step leaves, pooled, and of how many pairs.

    What people have in common from week to week lies under the noise of who happens to come, which has no memory: the
    first lag alone would tell too little of how long it lasts.
    """
    if not len(values):
        return 0.0, 0
    calm = without_spikes(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = _without_course(calm)
        spread = np.sqrt(_mean(left**2)[:, None])
        scatters = spread > 1e-9 * np.nanmax(np.abs(calm), axis=1, keepdims=True)
        left = np.where(scatters, left / spread, np.nan)
    total, least = 0.0, 0
    for lag in LAGS:
        products = left[:, lag:] * left[:, :-lag]
        pairs = int((~np.isnan(products)).sum())
        total += float(np.nansum(products)) / pairs if pairs else 0.0
        least = min(least or pairs, pairs)
    return total, least


def _without_course(values: Floats) -> Floats:
    """Return what is left of each series without its line or its step, whichever leaves less."""
    known = ~np.isnan(values)
    week = np.where(known, np.arange(values.shape[1], dtype=np.float64), np.nan)
    centered = values - _mean(values)[:, None]
    time = week - _mean(week)[:, None]
    slope = np.nansum(time * centered, axis=1, keepdims=True) / np.nansum(time**2, axis=1, keepdims=True)
    line = centered - slope * time
    step = _shifted(values, np.ones_like(values))
    after = known & (np.arange(values.shape[1]) >= step.at[:, None])
    stepped = centered - np.where(after, step.change[:, None], 0.0)
    stepped = stepped - _mean(stepped)[:, None]
    better = np.isfinite(step.statistic) & (np.nansum(stepped**2, axis=1) < np.nansum(line**2, axis=1))
    return np.asarray(np.where(better[:, None], stepped, line))


def without_spikes(values: Floats, reach: int = 3) -> Floats:
    """Return values whose single spikes are replaced by the median of their neighbours (Hampel's filter)."""
    n = values.shape[1]
    if n < 2 * reach + 1:
        return values
    padded = np.pad(values, ((0, 0), (reach, reach)), mode="reflect")
    middle = median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1))
    apart = np.abs(values - middle)
    usual = MADE_NORMAL * median(apart)[:, None]
    with np.errstate(invalid="ignore"):
        spike = apart > SPIKE * np.where(usual > 0, usual, np.inf)
    return np.where(spike, middle, values)


def _mean(values: Floats) -> Floats:
    """Return the mean over the last axis of what is no NaN; NaN, without a warning, of nothing."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(values, axis=-1) / (~np.isnan(values)).sum(axis=-1))


def deviation(values: Floats) -> Floats:
    """Return the standard deviation over the last axis of what is no NaN."""
    return np.sqrt(_mean((values - _mean(values)[..., None]) ** 2))


def median(values: Floats) -> Floats:
    """Return the median over the last axis of what is no NaN; numpy's own is ten times as slow."""
    ordered = np.sort(values, axis=-1)
    known = (~np.isnan(ordered)).sum(axis=-1)
    low = np.take_along_axis(ordered, np.maximum((known - 1) // 2, 0)[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(ordered, np.maximum(known // 2, 0)[..., None] % values.shape[-1], axis=-1)[..., 0]
    return np.asarray(np.where(known > 0, (low + high) / 2, np.nan))


# Signals -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Measured:
    """A statistic of each series (larger is stranger, of either sign), and the change it speaks of with its error."""

    statistic: Floats
    change: Floats
    error: Floats
    at: Ints
    left: Floats
    within: Floats | None = None
    ramp: NDArray[np.bool_] | None = None


Measure = Callable[[Floats, Floats], _Measured]


def level_shift(values: Floats, memory: float, noise: Floats | None = None) -> Signal:
    """Return the one new level that each series most likely entered.

    The largest t over every week that could begin it: the difference of the weighted means before and after, against
    the scatter within (the maximum likelihood statistic of Hawkins 1977), spikes taken out.
    """
    return _signal(_shifted, values, memory, noise)


def recent_level(values: Floats, memory: float, noise: Floats | None = None, *, alike: bool = False) -> Signal:
    """Return the one new level that each series most likely entered in the last RECENT_WEEKS weeks.

    As `level_shift`, with fewer weeks that could begin it: what is told every week need not be sought years back.
    Where series are `alike`, each one's scatter is drawn towards what they have in common (`moderation`), which tells
    as much as a longer history would.
    """
    return _signal(_recently_shifted, values, memory, noise, alike=alike)


def course(values: Floats, memory: float, noise: Floats | None = None, *, alike: bool = False) -> Signal:
    """Return where each series has lately gone: to a new level, or up or down ever since some week (`insights.shapes`).

    One test of all shapes, of whatever fits best; `change` is to the last week. Spikes are taken out. `alike` as of
    `recent_level`.
    """
    return _signal(_coursing, values, memory, noise, alike=alike)


def trend(values: Floats, memory: float, noise: Floats | None = None) -> Signal:
    """Return each series' rise or fall from its first to its last week.

    The slope is the median of all pairwise ones (Theil 1950, Sen 1968), the statistic Kendall's S over its standard
    deviation for independent weeks.
    """
    return _signal(_trending, values, memory, noise)


def odd_week(values: Floats, memory: float, noise: Floats | None = None) -> Signal:
    """Return how far the last week lies from the line through the twelve before, in their robust scatter."""
    return _signal(_odd, values, memory, noise)


def drift(values: Floats, memory: float, noise: Floats | None = None) -> Signal:
    """Return how far an exponentially weighted mean (weight 0.2, Roberts 1959) has left the first half's median."""
    return _signal(_drifting, values, memory, noise)


def scatter_change(values: Floats, memory: float, noise: Floats | None = None) -> Signal:
    """Return the logarithm of how much more the last eight weeks scatter than those before, week by week."""
    return _signal(_scattering, values, memory, noise)


def year(values: Floats, memory: float, noise: Floats | None = None) -> Signal:
    """Return how much each week resembles the same week a year earlier: the autocorrelation at 52 weeks, trend out.

    NaN with less than a year and a half of weeks.
    """
    return _signal(_yearly, values, memory, noise)


def _signal(measure: Measure, values: Floats, memory: float, noise: Floats | None, *, alike: bool = False) -> Signal:
    loud = np.ones_like(values) if noise is None else noise
    with np.errstate(invalid="ignore", divide="ignore"):
        found = measure(values, loud)
    weeks = (~np.isnan(values)).sum(axis=1)
    untold = (weeks < FEWEST_WEEKS) | ~np.isfinite(found.statistic)
    more = 0
    if alike and found.within is not None:
        calmer, more = moderation(np.where(untold, np.nan, found.within), weeks - 2.0, memory)
        found = replace(found, statistic=found.statistic / calmer, error=found.error * calmer)
    p = np.full(len(values), np.nan)
    for length in np.unique(weeks[~untold]).tolist():
        rows = ~untold & (weeks == length)
        # A scatter that is known from more than the series' own weeks is as sure as a longer series' own.
        p[rows] = _chance(measure, length + more, memory, np.abs(found.statistic[rows]))
    # An estimate of a mean scatters more where a week resembles the one before.
    around = NINETY * found.error * math.sqrt((1 + memory) / (1 - memory))
    change = np.where(untold, np.nan, found.change)
    return Signal(
        change=change,
        low=change - around,
        high=change + around,
        p=p,
        at=np.where(untold, -1, found.at),
        left=np.where(untold, np.nan, found.left),
        ramp=found.ramp,
    )


def moderation(within: Floats, freedom: Floats, memory: float) -> tuple[Floats, int]:
    """Return by what to multiply each series' own standard deviation, and how many weeks' worth the common one adds.

    Series of one metric scatter alike once their sizes are allowed for, as far as the variety of their variances
    (`within`, each with its degrees of `freedom`) is no more than chance: Smyth's moderated t (2004), with the degrees
    of freedom of the prior from the variance of the logarithms, one standard error of it added. Weeks that resemble
    the one before count for fewer.
    """
    own = freedom * (1 - memory**2) / (1 + memory**2)
    known = (within > 0) & (own >= FEWEST_FREEDOM)
    none = np.ones(len(within))
    if known.sum() < FEWEST_ALIKE:
        return none, 0
    half = own[known] / 2
    logs = np.log(within[known]) - _digamma(half) + np.log(half)
    spread = float(logs.var(ddof=1))
    excess = spread * (1 + math.sqrt(2 / (len(logs) - 1))) - float(_trigamma(half).mean())
    prior = 2 * _inverse_trigamma(excess) if excess > 0 else MOST_PRIOR
    prior = min(prior, MOST_PRIOR)
    if prior < 1:
        return none, 0
    half_prior = np.array([prior / 2])
    common = math.exp(float(logs.mean()) + float((_digamma(half_prior) - np.log(half_prior))[0]))
    drawn = (prior * common + own * within) / (prior + own)
    with np.errstate(invalid="ignore", divide="ignore"):
        times = np.where(within > 0, np.sqrt(drawn / within), 1.0)
    return times, int(prior)


def _digamma(x: Floats) -> Floats:
    return np.asarray(np.log(x) - 1 / (2 * x) - 1 / (12 * x**2) + 1 / (120 * x**4))


def _trigamma(x: Floats) -> Floats:
    return np.asarray(1 / x + 1 / (2 * x**2) + 1 / (6 * x**3) - 1 / (30 * x**5))


def _inverse_trigamma(y: float) -> float:
    """Return x with trigamma(x) = y > 0, by Newton's method on 1 / trigamma (Smyth 2004, appendix)."""
    x = 0.5 + 1 / y
    for _ in range(20):
        here = float(_trigamma(np.array([x]))[0])
        slope = -(1 / x**2 + 1 / x**3 + 1 / (2 * x**4))
        step = here * (1 - here / y) / slope
        x = max(x + step, 0.5)
        if abs(step) < 1e-6 * x:
            break
    return x


def _chance(measure: Measure, weeks: int, memory: float, statistic: Floats) -> Floats:
    """Return the chance of so large a statistic in series of `weeks` that change in nothing: the largest of any noise.

    NaN where so few weeks do not have the statistic.
    """
    at = min(round(memory / MEMORY_STEP, 6), STEPS - 1)
    below, above = math.floor(at), math.ceil(at)
    told = []
    for heavy in noises(measure):
        less, more = (_chances(measure, chances.nearest(weeks), steps, heavy=heavy) for steps in (below, above))
        if less and more:
            between = at - below
            told.append(np.exp((1 - between) * np.log(less(statistic)) + between * np.log(more(statistic))))
    return np.max(told, axis=0) if told else np.full(len(statistic), np.nan)


@lru_cache(maxsize=1024)
def _chances(measure: Measure, weeks: int, memory_steps: int, *, heavy: bool) -> chances.Chances | None:
    return chances.of(key(measure, heavy=heavy), weeks, memory_steps, freedom=freedom(measure, weeks))


def key(measure: Measure, *, heavy: bool) -> str:
    """Return the name under which the chances of a statistic are kept."""
    return measure.__name__.strip("_") + ("_heavy" if heavy else "")


def noises(measure: Measure) -> tuple[bool, ...]:
    """Return with which noise a statistic is simulated: normal (False), heavy (True), or both.

    Signals that rest on single weeks take the larger of two chances: with normal noise, and with the heavy tails of a
    few people who do most. The others take out spikes, or look at signs alone, and need only the first.
    """
    return (False,) if measure in {_shifted, _recently_shifted, _coursing, _trending, _yearly} else (False, True)


def freedom(measure: Measure, weeks: int) -> float:
    """Return the degrees of freedom of a statistic's own scatter: the fewer, the longer its tail."""
    match measure.__name__:
        case "_shifted" | "_recently_shifted" | "_coursing":
            return weeks - 2.0
        case "_odd":
            return min(weeks, 13) - 5.0
        case "_drifting":
            return max(weeks // 2 - 1.0, 3.0)
        case _:
            return 1e6


def _shifted(values: Floats, noise: Floats) -> _Measured:
    return _stepping(values, noise, values.shape[1])


def _recently_shifted(values: Floats, noise: Floats) -> _Measured:
    return _stepping(values, noise, RECENT_WEEKS)


def _stepping(values: Floats, noise: Floats, recent: int) -> _Measured:
    """Measure the step that begins in one of the `recent` weeks."""
    calm = without_spikes(values)
    known = ~np.isnan(calm)
    weight = np.where(known, 1 / noise**2, 0.0)
    value = np.where(known, calm, 0.0)
    count = np.cumsum(known, axis=1)
    before, total = np.cumsum(weight, axis=1), weight.sum(axis=1, keepdims=True)
    sums, whole = np.cumsum(weight * value, axis=1), (weight * value).sum(axis=1, keepdims=True)
    scatter = (weight * value**2).sum(axis=1, keepdims=True) - whole**2 / total
    after = total - before
    difference = (whole - sums) / after - sums / before
    between = before * after / total * difference**2
    n = count[:, -1:]
    within = np.maximum(scatter - between, 1e-9 * np.abs(scatter) + 1e-18) / np.maximum(n - 2, 1)
    allowed = (count >= SHORTEST_LEVEL) & (n - count >= SHORTEST_LEVEL) & known
    allowed[:, : max(values.shape[1] - recent - 1, 0)] = False
    squared = np.where(allowed, between / within, -np.inf)
    best = squared.argmax(axis=1)
    row = np.arange(len(values))
    error = np.sqrt(within[row, best] * (1 / before[row, best] + 1 / after[row, best])) if len(values) else np.zeros(0)
    upcoming = np.arange(values.shape[1]) > best[:, None]
    return _Measured(
        statistic=np.sqrt(squared[row, best]),
        change=difference[row, best],
        error=error,
        at=(known & upcoming).argmax(axis=1),
        left=within[row, best] * np.maximum(n[:, 0] - 2, 1) / scatter[:, 0],
        within=within[row, best] if len(values) else np.zeros(0),
    )


def _coursing(values: Floats, noise: Floats) -> _Measured:
    found = fitted(without_spikes(values), noise)
    return _Measured(
        statistic=np.sqrt(found.squared),
        change=found.size,
        error=found.error,
        at=found.begin,
        left=found.left,
        within=found.within,
        ramp=found.ramp,
    )


def _slopes(values: Floats) -> tuple[Floats, Floats]:
    """Return the pairwise slopes, (series, pairs), and Kendall's S."""
    i, j = np.triu_indices(values.shape[1], k=1)
    slopes = (values[:, j] - values[:, i]) / (j - i)
    return slopes, np.nansum(np.sign(slopes), axis=1)


ROWS_AT_ONCE = 512


def _trending(values: Floats, noise: Floats) -> _Measured:
    parts = [_trending_rows(values[at : at + ROWS_AT_ONCE]) for at in range(0, len(values), ROWS_AT_ONCE)]
    if not parts:
        return _trending_rows(values)
    del noise  # Signs of differences do not know how large they are.
    stacked = {
        name: np.concatenate([getattr(each, name) for each in parts])
        for name in ("statistic", "change", "error", "at", "left")
    }
    return _Measured(**stacked)


def _trending_rows(values: Floats) -> _Measured:
    known = ~np.isnan(values)
    n = known.sum(axis=1)
    slopes, score = _slopes(values)
    slope = median(slopes)
    spread = np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    week = np.arange(values.shape[1], dtype=np.float64)
    last = np.where(known, week, -np.inf).max(axis=1, initial=-np.inf)
    first = np.where(known, week, np.inf).min(axis=1, initial=np.inf)
    span = np.where(n > 0, last - first, 0.0)
    center = np.where(known, week, np.nan)
    offset = median(values - slope[:, None] * center)
    away = values - offset[:, None] - slope[:, None] * center
    scatter = np.nansum((values - _mean(values)[:, None]) ** 2, axis=1)
    rest = np.nansum(away**2, axis=1)
    around = np.sqrt(rest / np.maximum(n - 2, 1)) / np.sqrt(np.maximum(n * (n**2 - 1) / 12, 1)) * span
    return _Measured(
        statistic=np.maximum(np.abs(score) - 1, 0) / spread,
        change=slope * span,
        error=around,
        at=known.argmax(axis=1),
        left=rest / scatter,
    )


def _odd(values: Floats, noise: Floats) -> _Measured:
    n = values.shape[1]
    before, loud = values[:, max(0, n - 13) : n - 1], noise[:, max(0, n - 13) : n - 1]
    week = np.arange(before.shape[1], dtype=np.float64)
    slope = median(_slopes(before)[0])
    level = median(before - slope[:, None] * week)
    away = (before - level[:, None] - slope[:, None] * week) / loud
    usual = MADE_NORMAL * median(np.abs(away))
    # A median over twelve weeks may be next to nothing by chance; their mean is not.
    usual = np.maximum(usual, 0.5 * np.sqrt(_mean(away**2))) if before.shape[1] else usual
    expected = level + slope * before.shape[1]
    change = values[:, -1] - expected
    return _Measured(
        statistic=np.abs(change) / (usual * noise[:, -1]),
        change=change,
        error=usual * noise[:, -1],
        at=np.full(len(values), n - 1),
        left=np.full(len(values), np.nan),
    )


def _drifting(values: Floats, noise: Floats) -> _Measured:
    n = values.shape[1]
    half = n // 2
    level = median(values[:, :half])
    usual = MADE_NORMAL * median(np.abs(values[:, :half] - level[:, None]) / noise[:, :half])
    usual = np.maximum(usual, 0.5 * deviation(values[:, :half] / noise[:, :half])) if half else usual
    mean = np.zeros(len(values))
    for week in range(half, n):
        step = np.nan_to_num((values[:, week] - level) / noise[:, week])
        mean = np.where(np.isnan(values[:, week]), mean, (1 - DRIFT_WEIGHT) * mean + DRIFT_WEIGHT * step)
    error = usual * math.sqrt(DRIFT_WEIGHT / (2 - DRIFT_WEIGHT))
    return _Measured(
        statistic=np.abs(mean) / error,
        change=mean,
        error=error,
        at=np.full(len(values), half),
        left=np.full(len(values), np.nan),
    )


def _scattering(values: Floats, noise: Floats) -> _Measured:
    steps = np.abs(np.diff(values / noise, axis=1))
    recent = min(8, steps.shape[1] // 2)
    now, before = (_mean(part) for part in (steps[:, -recent:], steps[:, :-recent]))
    change = np.log(now / before)
    # The mean of m steps, each about as large as its own scatter, is known to a part in the root of m.
    error = np.full(len(values), math.sqrt(1 / max(recent, 1) + 1 / max(steps.shape[1] - recent, 1)))
    return _Measured(
        statistic=np.abs(change) / error,
        change=change,
        error=error,
        at=np.full(len(values), values.shape[1] - recent),
        left=np.full(len(values), np.nan),
    )


def _yearly(values: Floats, noise: Floats) -> _Measured:
    n = values.shape[1]
    nothing = np.full(len(values), np.nan)
    if n < FEWEST_WEEKS_OF_YEARS:
        return _Measured(statistic=nothing, change=nothing, error=nothing, at=np.full(len(values), -1), left=nothing)
    week = np.arange(n) - (n - 1) / 2
    calm = (values - _mean(values)[:, None]) / noise
    calm = calm - week * (np.nansum(week * calm, axis=1) / (week @ week))[:, None]
    products = calm[:, YEAR:] * calm[:, :-YEAR]
    alike = np.nansum(products, axis=1) / (~np.isnan(products)).sum(axis=1) / _mean(calm**2)
    error = np.full(len(values), 1 / math.sqrt(n - YEAR))
    return _Measured(
        statistic=np.abs(alike) / error, change=alike, error=error, at=np.full(len(values), 0), left=nothing
    )


MEASURES: tuple[Measure, ...] = (
    _shifted,
    _recently_shifted,
    _coursing,
    _trending,
    _odd,
    _drifting,
    _scattering,
    _yearly,
)
"""Every statistic."""

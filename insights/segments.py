"""Where a series enters a new level or takes a new course: change points that memory, season and trend do not explain.

Each candidate is a model of the whole series: levels or straight lines between changes, on the plain or the log scale,
with errors of which each resembles the one before (AR(1)). For every number of changes the best places are found by
dynamic programming (segment neighbourhood search, Auger and Lawrence 1989). The models compete by a Bayesian
information criterion in which each change costs more than an ordinary parameter (in the spirit of Zhang and Siegmund
2007) and which grows stricter where points are few. A series that merely wanders or rises is then told from one that
shifts, as Beaulieu and Killick (2018) do for climate records. What is left has to hold up against the noise
on either side of it, which need not be the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_POINTS = 10
MOST_CHANGES = 11
SHORTEST_LEVEL, SHORTEST_LINE = 3, 5
SHORTEST_SHARE = 0.02
"""A segment holds this share of the points at least, and so many of them in any case."""

CHANGE_COST = 1.75
"""What a change costs beside the parameters of its segment, in parameters.

With MARGIN it keeps false alarms on changeless AR(1) series of 10 to 300 points, coefficient 0 to 0.6, at 5 % or less
(`benchmarks/insights.py` prints them).
"""

MARGIN = 2.0
MOST_MEMORY = 0.8
"""A series whose errors resemble each other more than this is one that moves to new levels."""

SPIKE = 4.0
"""Robust standard deviations from its neighbours' median beyond which a single point is a spike and no level."""

SEASONAL = 0.35
"""Autocorrelation of the differences from which a season is taken for one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Model:
    """A candidate: the criterion (less is better), its changes, and the series it was fitted to."""

    criterion: float
    changes: tuple[int, ...]
    lines: bool
    series: Floats


def change_points(values: ArrayLike) -> list[int]:
    """Return the indices at which a new level or course begins, ascending; [] where nothing changes.

    `values` is one number a period, 10 to about 2,000 of them, in any unit; NaN is a period without a value. With
    fewer known values there are no changes. The index 0 is never among them. Raises ValueError for more than one
    dimension.
    """
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1:
        raise ValueError(f"one series is wanted, not an array of {given.ndim} dimensions")
    at = np.flatnonzero(np.isfinite(given))
    known = given[at]
    if len(known) < FEWEST_POINTS or not np.ptp(known):
        return []
    best = min(_models(known), key=lambda each: each.criterion, default=None)
    if best is None:
        return []
    return [int(at[each]) for each in _held_up(best)]


def _models(known: Floats) -> Iterator[_Model]:
    """Yield every candidate. The criterion of the log scale is brought to the plain one by its Jacobian."""
    unit = float(np.std(known))
    scales = [(known / unit, 0.0)]
    if known.min() > 0:
        logs = np.log(known / unit)
        scales.append((logs, 2 * float(logs.sum())))
    for scaled, jacobian in scales:
        series = _calmed(scaled - np.median(scaled))
        if np.ptp(series) < 1e-12:
            continue
        share = round(SHORTEST_SHARE * len(series))
        for lines, shortest in ((False, SHORTEST_LEVEL), (True, SHORTEST_LINE)):
            for changes in _best_places(series, max(shortest, share), lines=lines):
                criterion = _criterion(series, changes, lines=lines) + jacobian
                yield _Model(criterion=criterion, changes=changes, lines=lines, series=series)


# The series ----------------------------------------------------------------------------------------------------------


def _calmed(series: Floats) -> Floats:
    """Return the series without spikes and season."""
    calm = _without_spikes(series)
    season = _season(calm)
    return _without_spikes(calm - season) if season.any() else calm


def _without_spikes(series: Floats, reach: int = 3) -> Floats:
    """Return the series with its spikes replaced by their neighbours' median (Hampel's filter)."""
    padded = np.pad(series, reach, mode="reflect")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1), axis=1)
    apart = np.abs(series - middle)
    usual = 1.4826 * float(np.median(apart)) or 1.2533 * float(apart.mean())
    return np.where(apart > SPIKE * usual, middle, series)


def _season(series: Floats) -> Floats:
    """Return what repeats with the period that the differences tell, zeros where none of at least three rounds does."""
    none = np.zeros_like(series)
    n = len(series)
    steps = np.diff(series) - np.diff(series).mean()
    energy = float(steps @ steps)
    if n // 3 < 3 or not energy:
        return none
    alike = np.array([(steps[p:] @ steps[:-p]) / energy * len(steps) / (len(steps) - p) for p in range(3, n // 3 + 1)])
    period = int(alike.argmax()) + 3
    strength = alike[period - 3]
    if strength < SEASONAL:
        return none
    period = next((p for p in range(3, period) if period % p == 0 and alike[p - 3] > 0.8 * strength), period)
    kernel = np.ones(period) if period % 2 else np.concatenate([[0.5], np.ones(period - 1), [0.5]])
    half = len(kernel) // 2
    apart = series - np.convolve(np.pad(series, half, mode="edge"), kernel / period, "valid")
    inner = np.arange(half, n - half)
    profile = np.array([np.median(apart[inner[inner % period == phase]]) for phase in range(period)])
    return np.asarray((profile - profile.mean())[np.arange(n) % period], dtype=np.float64)


# The fits ------------------------------------------------------------------------------------------------------------


def _best_places(series: Floats, shortest: int, *, lines: bool) -> Iterator[tuple[int, ...]]:
    """Yield the changes that leave the least squared error, for no change, one, two, and so on."""
    n = len(series)
    most = min(MOST_CHANGES + 1, n // shortest)
    time = np.arange(n, dtype=np.float64)
    sums = [np.concatenate([[0.0], np.cumsum(each)]) for each in (series, series * series, time * series)]
    error = np.full((most + 1, n + 1), np.inf)
    before = np.zeros((most + 1, n + 1), dtype=np.int64)
    for end in range(shortest, n + 1):
        starts = np.arange(end - shortest + 1)
        cost = _squared_errors(sums, starts, end, lines=lines)
        error[1, end] = cost[0]
        totals = error[1:most, starts] + cost
        before[2:, end] = totals.argmin(axis=1)
        error[2:, end] = totals.min(axis=1)
    for segments in range(1, most + 1):
        if np.isinf(error[segments, n]):
            return
        changes = [n]
        for each in range(segments, 1, -1):
            changes.append(int(before[each, changes[-1]]))
        yield tuple(reversed(changes[1:]))


def _squared_errors(sums: Sequence[Floats], starts: Ints, end: int, *, lines: bool) -> Floats:
    """Return the squared error of one level, or line, over each segment from a start until before `end`."""
    total, squares, moment = (each[end] - each[starts] for each in sums)
    size = (end - starts).astype(np.float64)
    error = squares - total * total / size
    if lines:
        slope = moment - (starts + end - 1) / 2 * total
        error = error - slope * slope / np.maximum(size * (size * size - 1) / 12, 1e-9)
    return np.asarray(np.maximum(error, 0.0))


def _left(series: Floats, changes: Sequence[int], *, lines: bool) -> Floats:
    """Return what the levels or lines between the changes leave over."""
    left = np.empty_like(series)
    for start, end in _segments(changes, len(series)):
        part = series[start:end] - series[start:end].mean()
        if lines:
            time = np.arange(end - start) - (end - start - 1) / 2
            part = part - time * (time @ part) / (time @ time)
        left[start:end] = part
    return left


def _segments(changes: Sequence[int], n: int) -> list[tuple[int, int]]:
    return list(pairwise((0, *changes, n)))


# The judgement -------------------------------------------------------------------------------------------------------


def _memory(left: Floats, changes: Sequence[int], *, lines: bool) -> float:
    """Return how much an error resembles the one before, corrected for the pull of the fit towards zero.

    The correction is that of Marriott and Pope (1954) for each segment: about (1 + 3 phi) / n with a line, and
    (1 + phi) / n with a level.
    """
    within = np.ones(len(left) - 1, dtype=np.bool_)
    within[np.asarray(changes, dtype=np.int64) - 1] = False
    squares = float(left @ left)
    raw = float((left[1:] * left[:-1])[within].sum()) / squares if squares else 0.0
    return raw + (1 + (3 if lines else 1) * raw) * (len(changes) + 1) / len(left)


def _criterion(series: Floats, changes: Sequence[int], *, lines: bool) -> float:
    """Return the information criterion of a fit with AR(1) errors; each segment starts afresh."""
    n = len(series)
    parameters = (2 if lines else 1) * (len(changes) + 1) + 1 + CHANGE_COST * len(changes)
    if parameters >= n - 2:
        return np.inf
    left = _left(series, changes, lines=lines)
    memory = float(np.clip(_memory(left, changes, lines=lines), -0.3, MOST_MEMORY))
    news = left.copy()
    news[1:] -= memory * left[:-1]
    fresh = [0, *changes]
    news[fresh] = left[fresh] * np.sqrt(1 - memory * memory)
    # Rounded data may fit exactly; noise under a hundredth of the whole spread does not count as better.
    variance = float(news @ news) / n + 1e-4 * float(np.var(series)) + 1e-12
    return float(n * np.log(variance) + parameters * np.log(n) * n / (n - parameters - 2))


def _held_up(model: _Model) -> tuple[int, ...]:
    """Return the changes that the noise on either side cannot explain, dropping the weakest first."""
    series, lines = model.series, model.lines
    changes = list(model.changes)
    bar = MARGIN * (CHANGE_COST + (2 if lines else 1)) * np.log(len(series))
    while changes:
        memory = _memory(_left(series, changes, lines=lines), changes, lines=lines)
        memory = float(np.clip(memory, 0.0, MOST_MEMORY))
        edges = [0, *changes, len(series)]
        gains = [_gain(series, edges[at : at + 3], lines=lines) for at in range(len(changes))]
        weakest = int(np.argmin(gains))
        if gains[weakest] * (1 - memory) / (1 + memory) >= bar:
            break
        del changes[weakest]
    return tuple(changes)


def _gain(series: Floats, edges: Sequence[int], *, lines: bool) -> float:
    """Return how much better two segments fit apart than as one: twice the log likelihood, each with its own noise."""
    start, change, end = edges
    apart = [_left(series[a:b], (), lines=lines) for a, b in ((start, change), (change, end))]
    floor = 1e-4 * float(np.var(series)) + 1e-9
    # The noise beside the change counts where it is louder than the segment's own: noise may change, too.
    near = min(change - start, end - change)
    beside = (apart[0][-near:], apart[1][:near])
    freedom = 2 if lines else 1
    noise = [
        max(float(part @ part) / max(len(part) - freedom, 1) for part in parts) + floor
        for parts in zip(apart, beside, strict=True)
    ]
    weight = np.concatenate([np.full(len(each), 1 / own) for each, own in zip(apart, noise, strict=True)])
    both = series[start:end] - np.average(series[start:end], weights=weight)
    if lines:
        time = np.arange(end - start, dtype=np.float64)
        time -= np.average(time, weights=weight)
        both = both - time * ((weight * time) @ both) / ((weight * time) @ time)
    halves = (both[: change - start], both[change - start :])
    pairs = zip(halves, apart, noise, strict=True)
    return sum(float(together @ together - alone @ alone) / own for together, alone, own in pairs)

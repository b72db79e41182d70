"""What repeats in a series, told from new levels beside it: likely periods, and the season that goes with one.

Both work on differences, where a new level is a single odd value that can be clipped, and a season remains one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHORTEST_PERIOD = 3
ALIKE = 0.3
"""Autocorrelation of the differences from which a period is tried. The criterion decides whether it stays."""

WAVES = 2
CLIP = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Season:
    """A period in points, told by WAVES harmonics or by a value for each point of a round; it may grow or shrink."""

    period: int
    waves: bool
    grows: bool = False

    @property
    def parameters(self) -> int:
        """Return how many numbers tell it, beside its period."""
        return self.grows + (2 * WAVES if self.waves else self.period - 1)

    def cost(self, n: int) -> float:
        """Return what it costs in a Bayesian criterion: a value of a round is told by as many points as rounds."""
        each = np.log(n) if self.waves else max(2.0, np.log(n / self.period))
        return float(self.grows * np.log(n) + (self.parameters - self.grows) * each)

    def first(self, series: Floats, at: Ints) -> Floats:
        """Return a first estimate at each known point: the usual step at each place of a round, added up."""
        if not self.waves and len(np.unique(at % self.period)) < self.period:
            return np.zeros_like(series)
        steps, to = np.diff(series)[np.diff(at) == 1], at[1:][np.diff(at) == 1] % self.period
        usual = np.zeros(self.period)
        for place in range(self.period):
            these = steps[to == place]
            if len(these):
                usual[place] = np.median(these)
        apart = clipped(steps - usual[to])
        count = np.maximum(np.bincount(to, minlength=self.period), 1)
        usual += np.bincount(to, weights=apart, minlength=self.period) / count
        return self._shaped(np.cumsum(usual - usual.mean())[at % self.period], at)

    def better(self, left: Floats, season: Floats, at: Ints) -> Floats:
        """Return the season with what repeats in the errors beside it put in."""
        values = season + clipped(left)
        steady = self._shaped(values, at)
        return steady + _growing(values - steady, steady, at) if self.grows else steady

    def _shaped(self, values: Floats, at: Ints) -> Floats:
        if self.waves:
            basis = waves(at, self.period)
            return np.asarray(basis @ np.linalg.lstsq(basis, values - values.mean(), rcond=None)[0])
        place = at % self.period
        count = np.maximum(np.bincount(place, minlength=self.period), 1)
        profile = np.bincount(place, weights=values, minlength=self.period) / count
        return np.asarray((profile - profile.mean())[place])


def _growing(over: Floats, season: Floats, at: Ints) -> Floats:
    """Return what a season that grows or shrinks in time tells of the errors."""
    more = season * (at - at.mean())
    energy = float(more @ more)
    return np.asarray(more * float(more @ over) / energy) if energy else more


def clipped(values: Floats) -> Floats:
    """Return the values within CLIP robust standard deviations of zero."""
    bound = CLIP * 1.4826 * float(np.median(np.abs(values)))
    return np.clip(values, -bound, bound) if bound else values


def waves(at: Ints, period: int) -> Floats:
    """Return the harmonics of a period as columns."""
    turn = 2 * np.pi * np.outer(at, np.arange(1, WAVES + 1)) / period
    return np.hstack([np.cos(turn), np.sin(turn)])


def seasons(series: Floats, at: Ints) -> Iterator[Season]:
    """Yield the seasons that are worth a try."""
    n = len(series)
    for period in periods(np.interp(np.arange(at[0], at[-1] + 1), at, series)):
        if period > 2 * WAVES + 1:
            yield Season(period=period, waves=True)
        if period - 1 < n / 2:
            yield Season(period=period, waves=False)


def periods(series: Floats) -> list[int]:
    """Return up to two likely periods of at least two rounds, without gaps: of single steps, and of wider ones."""
    n = len(series)
    found: list[tuple[float, int]] = []
    width = 1
    while width <= 16 and 4 * width <= n // 2:
        if told := _period(_steps(series, width), max(SHORTEST_PERIOD, 2 * width), n // 2):
            found.append(told)
        width *= 2
    if not found:
        return []
    near, wide = found[0][1], max(found)[1]
    return [near] if abs(wide - near) <= 0.05 * near else [near, wide]


def _steps(series: Floats, width: int) -> Floats:
    """Return the mean of `width` points less that of as many before, wherever there are so many; clipped."""
    sums = np.concatenate([[0.0], np.cumsum(series)])
    means = (sums[width:] - sums[:-width]) / width
    steps = means[width:] - means[:-width]
    return clipped(steps - np.median(steps))


def _period(steps: Floats, least: int, most: int) -> tuple[float, int] | None:
    """Return how alike the steps are one period apart, and that period: the shortest nearly as good as the best."""
    n = len(steps)
    steps = steps - steps.mean()
    energy = float(steps @ steps)
    most = min(most, n - 3)
    if most <= least or not energy:
        return None
    size = 1 << (2 * n - 1).bit_length()
    power = np.abs(np.fft.rfft(steps, size)) ** 2
    alike = np.fft.irfft(power, size)[: most + 2] / energy * n / (n - np.arange(most + 2))
    lags = np.arange(least, most + 1)
    peaks = lags[(alike[lags] >= alike[lags - 1]) & (alike[lags] >= alike[lags + 1]) & (alike[lags] >= ALIKE)]
    if not len(peaks):
        return None
    best = alike[peaks].max()
    period = int(peaks[np.argmax(alike[peaks] > 0.8 * best)])
    return float(best), _sharpened(steps, period, most)


def _sharpened(steps: Floats, period: int, most: int) -> int:
    """Return the period near the given one whose waves tell most of the steps."""
    if period < 10:
        return period
    near = range(max(SHORTEST_PERIOD, round(0.9 * period)), min(round(1.1 * period), most) + 1)

    def told(each: int) -> float:
        basis = waves(np.arange(len(steps)), each)
        weight = np.linalg.lstsq(basis, steps, rcond=None)[0]
        return float(np.sum((basis @ weight) ** 2))

    return max(near, key=told, default=period)

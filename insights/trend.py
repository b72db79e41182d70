"""Whether a short weekly series rises or falls beyond what weeks that resemble their neighbours do by chance."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

FEWEST_WEEKS = 6
MOST_LIKENESS = 0.8
UNKNOWN_LIKENESS = 0.5
"""Taken where no series scatters around its line, so that nothing can be learnt."""

NINETY_PERCENT = 1.645


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """What a series did over its window, in its own unit.

    `change` is the Theil–Sen slope times the weeks between first and last; `low` and `high` are its 90 % interval.
    `p` is the two-sided chance of so clear a direction in a series that goes nowhere.
    """

    change: float
    low: float
    high: float
    p: float
    weeks: int


def trend(values: Series, likeness: float = 0.0) -> Trend | None:
    """Return the trend of weekly `values` (NaN: no value); None with fewer than six of them.

    Slope: the median of all pairwise slopes (Theil 1950, Sen 1968). Direction: Kendall's S. Both take the variance
    n(n-1)(2n+5)/18 of independent weeks times (1 + phi) / (1 - phi), where phi is the `likeness` of a week to the
    one before; without that, weekly series raise two to five times as many false alarms as they should.
    """
    at = np.flatnonzero(~np.isnan(values))
    n = len(at)
    if n < FEWEST_WEEKS:
        return None
    seen = values[at]
    i, j = np.triu_indices(n, k=1)
    slopes = np.sort((seen[j] - seen[i]) / (at[j] - at[i]))
    score = float(np.sign(slopes).sum())
    spread = math.sqrt(n * (n - 1) * (2 * n + 5) / 18 * (1 + likeness) / (1 - likeness))
    around = NINETY_PERCENT * spread
    low = max(0, math.floor((len(slopes) - around) / 2))
    high = min(len(slopes) - 1, math.ceil((len(slopes) + around) / 2))
    span = float(at[-1] - at[0])
    z = max(0.0, abs(score) - 1) / spread
    return Trend(
        change=float(np.median(slopes)) * span,
        low=float(slopes[low]) * span,
        high=float(slopes[high]) * span,
        p=math.erfc(z / math.sqrt(2)),
        weeks=n,
    )


def likeness(many: Iterable[Series]) -> float:
    """Return the lag-1 autocorrelation of weekly series around their trends, pooled over them, from 0 to 0.8.

    One coefficient for all departments: a single series of 14 weeks tells next to nothing about it. The estimate is
    corrected for the pull towards zero that taking out a line brings (about (2 + 4 phi) / n, Marriott and Pope 1954),
    and one standard error is added, so that doubt makes for silence.
    """
    products = squares = 0.0
    pairs = 0
    lengths: list[int] = []
    for values in many:
        seen = values[~np.isnan(values)]
        if len(seen) < FEWEST_WEEKS or not np.ptp(seen):
            continue
        weeks = np.arange(len(seen)) - (len(seen) - 1) / 2
        left = seen - seen.mean() - weeks * (weeks @ seen) / (weeks @ weeks)
        if left.std() < 1e-9 * np.abs(seen).max():
            continue
        left /= left.std()
        products += float(left[1:] @ left[:-1])
        squares += float(left @ left)
        pairs += len(seen) - 1
        lengths.append(len(seen))
    if not pairs or not squares:
        return UNKNOWN_LIKENESS
    n = sum(lengths) / len(lengths)
    corrected = (products / squares + 2 / n) / max(0.3, 1 - 4 / n)
    return min(MOST_LIKENESS, max(0.0, corrected) + 1 / math.sqrt(pairs))

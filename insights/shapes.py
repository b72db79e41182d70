"""The shapes that a recent change takes, fitted to many series at once: a new level, or a way up or down since.

A step begins in one of the last weeks and stays. A ramp is level until some week and then a straight line; one that
begins with the series is a line all along. Which of them fits best, and how well, is one question and one test: a
trend is found by a step as well, and a second test of nearly the same would have to be paid for.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHORTEST_STEP, LONGEST_STEP = 3, 13
"""Weeks for which a new level has been there; of fewer it is a spike, of more it was told long ago."""

RAMPS = (6, 8, 10, 13, 18, 25, 36, 51, 77, 103)
"""Weeks that a way up or down has taken, besides all there are."""

PLAINER = 2.0
"""By how much the squared t of a ramp must be larger for it to be told: most changes have one cause, on one day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """What fits each series best: `size` of the change to the last week, its standard `error`, and its `begin`.

    `squared` is the largest squared t of all shapes, `within` the variance that the shape told leaves, of `freedom`
    weeks, and `left` its part of the whole. `ramp` tells the one shape from the other. NaN, and `begin` -1, where no
    shape can be told.
    """

    squared: Floats
    size: Floats
    error: Floats
    begin: Ints
    ramp: NDArray[np.bool_]
    within: Floats
    left: Floats


def fitted(values: Floats, noise: Floats) -> Fitted:
    """Return the best shape of each series, (series, weeks), NaN where a week has no value, by weighted least squares.

    `noise` is how loud each value is. A shape takes three known weeks on either side of where it begins.
    """
    weeks = values.shape[1]
    shapes, begins, ramps = _shapes(weeks)
    known = ~np.isnan(values)
    weight = np.where(known, 1 / noise**2, 0.0)
    value = np.where(known, values, 0.0)
    n, total = known.sum(axis=1), weight.sum(axis=1)
    middle = (weight * value).sum(axis=1) / total
    away = np.where(known, value - middle[:, None], 0.0)
    scatter = (weight * away**2).sum(axis=1)
    sums = weight @ shapes.T
    squares = weight @ (shapes**2).T - sums**2 / total[:, None]
    products = (weight * away) @ shapes.T
    counts = known.astype(np.float64) @ (shapes > 0).T
    allowed = (counts >= SHORTEST_STEP) & ((n[:, None] - counts >= SHORTEST_STEP) | (begins <= 0)) & (squares > 1e-12)
    with np.errstate(invalid="ignore", divide="ignore"):
        explained = np.where(allowed, products**2 / squares, -np.inf)
        freedom = np.maximum(n - 2, 1)
        within = np.maximum(scatter[:, None] - explained, 1e-9 * scatter[:, None] + 1e-18) / freedom[:, None]
        squared = np.where(allowed, explained / within, -np.inf)
    told = np.where(ramps, squared - PLAINER, squared).argmax(axis=1)
    row = np.arange(len(values))
    begin = begins[told]
    upcoming = known & (np.arange(weeks) >= begin[:, None])
    return Fitted(
        squared=squared.max(axis=1, initial=-np.inf),
        size=products[row, told] / squares[row, told],
        error=np.sqrt(within[row, told] / squares[row, told]),
        begin=np.where(upcoming.any(axis=1), upcoming.argmax(axis=1), -1),
        ramp=ramps[told],
        within=within[row, told],
        left=within[row, told] * freedom / scatter,
    )


@lru_cache(maxsize=64)
def _shapes(weeks: int) -> tuple[Floats, Ints, NDArray[np.bool_]]:
    """Return the shapes, (shapes, weeks), from 0 to 1; the week in which each begins; and which are ramps."""
    week = np.arange(weeks)
    steps = np.arange(max(weeks - LONGEST_STEP, 1), weeks - SHORTEST_STEP + 1)
    lengths = np.array(sorted({each for each in RAMPS if each < weeks - 1} | {weeks - 1}))
    rising = np.clip((week - (weeks - 1 - lengths)[:, None]) / lengths[:, None], 0.0, 1.0)
    return (
        np.concatenate([(week >= steps[:, None]).astype(np.float64), rising]),
        np.concatenate([steps, weeks - 1 - lengths]),
        np.repeat([False, True], [len(steps), len(lengths)]),
    )

"""Where a weekly series will be some weeks from now: the last value, and an interval from how far that was off before.

On short weekly histories nothing beats the last value: over the weekly series of the M4 competition with 26 weeks
known, its scaled error is 1.45, simple smoothing's 1.46, Theta's 1.52. The interval is split-conformal: the spread of
the errors that the same forecast made at the same distance, at every week of the history where it can be checked.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.signals import Scale, off_scale, on_scale

Floats = NDArray[np.float64]

LEVEL = 0.80
FEWEST_ERRORS = 6
"""With fewer, the largest error would be no end of an interval that holds in four of five cases."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """The value `weeks` weeks after the last known one, in the series' own unit, with its 80 % interval.

    `errors` is how many earlier forecasts the interval rests on.
    """

    weeks: int
    value: float
    low: float
    high: float
    errors: int


def forecast(values: Floats, weeks: int, *, scale: Scale = "plain", level: float = LEVEL) -> Forecast | None:
    """Return where a series of weekly values (NaN where unknown) is `weeks` weeks after its last one.

    None where there are too few earlier weeks to tell how sure that is: it wants `weeks` + 6 of them.
    """
    if weeks < 1:
        raise ValueError(f"a forecast looks at least one week ahead, not {weeks}")
    known = np.flatnonzero(~np.isnan(values))
    if not known.size:
        return None
    positive = values[known][values[known] > 0]
    series = on_scale(values[: known[-1] + 1], scale, float(positive.min()) / 2 if positive.size else 0.5)
    missed = np.abs(series[weeks:] - series[:-weeks])
    missed = np.sort(missed[~np.isnan(missed)])
    if len(missed) < FEWEST_ERRORS:
        return None
    rank = min(math.ceil(level * (len(missed) + 1)), len(missed))
    low, value, high = off_scale(series[-1] + np.array([-1.0, 0.0, 1.0]) * missed[rank - 1], scale)
    return Forecast(weeks=weeks, value=float(value), low=float(low), high=float(high), errors=len(missed))


def chance_below(values: Floats, weeks: int, bar: float) -> float | None:
    """Return how likely the value `weeks` weeks on is below `bar`, from the same errors; None where it can't be told.

    The share is (r + 1/2) / (m + 1) of m errors, so that it is never 0 or 1.
    """
    known = values[~np.isnan(values)]
    moved = values[weeks:] - values[:-weeks]
    moved = moved[~np.isnan(moved)]
    if not len(known) or len(moved) < FEWEST_ERRORS:
        return None
    return float((np.sum(known[-1] + moved < bar) + 0.5) / (len(moved) + 1))

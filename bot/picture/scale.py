"""Axes: round steps, weeks across, and where a value stands."""

import math
from collections.abc import Sequence
from datetime import date

from bot.format import format_day
from bot.picture.marks import TICK, Mark, Measure, Words


def steps(low: float, high: float, most: int = 4) -> list[float]:
    """Round values from `low` to `high`: some `most` of them, and two at least."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low] if math.isfinite(low) else []
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    sizes = [factor * power for factor in (0.5, 1, 2, 2.5, 5, 10, 20) if factor * power >= rough * 0.49]
    wide = next(i for i, size in enumerate(sizes) if size >= rough * 0.999)
    ticks = _multiples(sizes[wide], low, high)
    return ticks if len(ticks) > 1 or wide == 0 else _multiples(sizes[0], low, high)


def _multiples(size: float, low: float, high: float) -> list[float]:
    first, last = math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9)
    return [size * i for i in range(first, last + 1)]


def window(values: Sequence[float]) -> tuple[float, float]:
    """A span around the values that is never less than two fifths of the greatest: small ripples stay small."""
    low, high = min(values), max(values)
    span = max((high - low) * 1.25, 0.4 * max(abs(high), abs(low))) or 1.0
    start = (low + high - span) / 2
    return (max(start, 0.0) if low >= 0 else start), start + span


def present(values: Sequence[float | None]) -> list[float]:
    """The values that are there."""
    return [value for value in values if value is not None and math.isfinite(value)]


def week_marks(weeks: Sequence[date], across: Sequence[float], y: float, color: str, measure: Measure) -> list[Mark]:
    """Dates under a chart, counted back from the last week, as many as stand clear of one another."""
    if not weeks:
        return []
    long = (weeks[-1] - weeks[0]).days > 350
    named = [f"{format_day(week)} {week:%y}" if long else format_day(week) for week in weeks]
    widest = max(measure(name, TICK, False) for name in named) + 26
    gap = (across[-1] - across[0]) / max(len(weeks) - 1, 1)
    every = max(1, math.ceil(widest / gap) if gap else len(weeks), math.ceil((len(weeks) - 1) / 5))
    return [
        Words(text=named[i], x=across[i], y=y, color=color, size=TICK, anchor="center")
        for i in range(len(weeks) - 1, -1, -every)
    ]

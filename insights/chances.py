"""How seldom a signal is as strong in series that change in nothing: read from simulations made once.

`chances.npz` beside this file holds them; `python -m insights.simulate` writes it, whenever a statistic in
`insights.signals` has changed. To simulate while somebody waits would cost two seconds.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FILE = Path(__file__).with_name("chances.npz")

LENGTHS = (8, 10, 12, 14, 17, 20, 23, 26, 31, 36, 42, 52, 65, 78, 104)
"""Numbers of weeks that are simulated: a series takes those of the nearest one that is not longer."""

MEMORY_STEP = 0.1
MOST_MEMORY = 0.8
STEPS = round(MOST_MEMORY / MEMORY_STEP) + 1

TAIL = 0.05
"""Share of the simulations from which the tail beyond them is learnt."""

SMALLEST_CHANCE = 1e-6
"""Nothing is told to be rarer: so few simulations do not know."""

POINTS = 40
"""Sizes of a statistic whose chances are kept, evenly spaced in chance from 1 to TAIL."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chances:
    """The chance of each size of one statistic, (points,) ascending; beyond `bar` it falls off as Student's t does.

    `bar` and `excess` are on the scale of `stretched`.
    """

    sizes: Floats
    p: Floats
    bar: float
    excess: float
    freedom: float

    def __call__(self, statistic: Floats) -> Floats:
        """Return the chance of so large a statistic, or a larger one."""
        reached = stretched(statistic, self.freedom)
        tail = TAIL * np.exp(-np.maximum(reached - self.bar, 0) / self.excess)
        p = np.where(reached > self.bar, tail, np.interp(statistic, self.sizes, self.p))
        return np.asarray(np.maximum(p, SMALLEST_CHANCE))


def stretched(sizes: Floats, freedom: float) -> Floats:
    """Return sizes on the scale on which the tail of Student's t with so many degrees falls off exponentially."""
    return np.asarray(freedom * np.log1p(sizes**2 / freedom))


def of(name: str, weeks: int, memory_steps: int, *, freedom: float) -> Chances | None:
    """Return the chances of a statistic by its name in the file; None where so few weeks do not have one.

    `memory_steps` times MEMORY_STEP is how much a week resembles the one before.
    """
    row = _file()[name][LENGTHS.index(nearest(weeks)), memory_steps].astype(np.float64)
    sizes, p, (bar, excess) = row[:POINTS], row[POINTS:-2], row[-2:].tolist()
    known = ~np.isnan(sizes)
    if not known.any():
        return None
    return Chances(sizes=sizes[known], p=p[known], bar=bar, excess=excess, freedom=freedom)


def memory_seen(weeks: float) -> tuple[Floats, Floats]:
    """Return coefficients, and what is found in changeless series of so many weeks that have them, both ascending.

    What taking a course out does goes by one over the weeks, so that between two lengths one can be worked out.
    """
    table = _file()["memory"].astype(np.float64)
    part = np.interp(-1 / max(weeks, 1.0), -1 / np.array(LENGTHS), np.arange(len(LENGTHS), dtype=np.float64))
    below = int(part)
    above = min(below + 1, len(LENGTHS) - 1)
    seen = table[below] + (part - below) * (table[above] - table[below])
    return np.asarray(MEMORY_STEP * np.arange(len(seen), dtype=np.float64)), seen


def nearest(weeks: int) -> int:
    """Return the simulated number of weeks that is nearest and not longer."""
    return max(each for each in LENGTHS if each <= max(weeks, LENGTHS[0]))


@cache
def _file() -> dict[str, NDArray[np.float32]]:
    with np.load(FILE) as held:
        return dict(held)

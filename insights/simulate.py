"""Make `chances.npz`: every statistic of `insights.signals` on simulated series that change in nothing.

    python -m insights.simulate

takes some minutes and writes the same numbers each time. The series are AR(1); `heavy` ones have news of Student's t
with 3 degrees of freedom.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from insights import signals
from insights.chances import FILE, LENGTHS, MEMORY_STEP, POINTS, STEPS, TAIL, Floats, stretched
from insights.signals import Measure

SIMULATIONS = 20_000
OF_MEMORY = 1_500
WARM_UP = 30


def table(measure: Measure, weeks: int, memory_steps: int, *, heavy: bool) -> NDArray[np.float32]:
    """Return a row of the file: POINTS sizes of the statistic, their chances, and the tail's bar and mean excess.

    NaN where so few weeks do not have the statistic, and behind the last size where it takes few different ones.
    """
    row = np.full(2 * POINTS + 2, np.nan)
    values = changeless(weeks, memory_steps, heavy=heavy)
    with np.errstate(invalid="ignore", divide="ignore"):
        sizes = np.abs(measure(values, np.ones_like(values)).statistic)
    sizes = np.sort(sizes[np.isfinite(sizes)])
    if not len(sizes):
        return row.astype(np.float32)
    at = np.linspace(0, int(len(sizes) * (1 - TAIL)), POINTS).astype(np.int64)
    kept = np.unique(sizes[at])
    row[: len(kept)] = kept
    row[POINTS : POINTS + len(kept)] = (len(sizes) - np.searchsorted(sizes, kept) + 1) / (len(sizes) + 1)
    beyond = stretched(sizes[at[-1] :], signals.freedom(measure, weeks))
    row[-2:] = beyond[0], float((beyond - beyond[0]).mean()) or 1e-9
    return row.astype(np.float32)


def memory(weeks: int) -> NDArray[np.float32]:
    """Return what is found of each coefficient, MEMORY_STEP apart from 0, in changeless series; never falling."""
    steps = range(round(0.95 / MEMORY_STEP))
    seen = [signals.pooled_memory(changeless(weeks, each, heavy=False)[:OF_MEMORY])[0] for each in steps]
    return np.maximum.accumulate(np.array(seen)).astype(np.float32)


@lru_cache(maxsize=4)
def changeless(weeks: int, memory_steps: int, *, heavy: bool) -> Floats:
    """Return SIMULATIONS series, the same each time."""
    rng = np.random.default_rng((weeks, heavy))
    shape = (SIMULATIONS, weeks + WARM_UP)
    values = rng.standard_t(3, shape) if heavy else rng.standard_normal(shape)
    for week in range(1, shape[1]):
        values[:, week] += memory_steps * MEMORY_STEP * values[:, week - 1]
    return np.ascontiguousarray(values[:, WARM_UP:])


def main() -> None:
    """Write the file."""
    whole: dict[str, list[list[NDArray[np.float32]]]] = {
        signals.key(measure, heavy=heavy): [[] for _ in LENGTHS]
        for measure in signals.MEASURES
        for heavy in signals.noises(measure)
    }
    for row, weeks in enumerate(LENGTHS):
        for heavy in (False, True):
            for steps in range(STEPS):
                for measure in signals.MEASURES:
                    if heavy in signals.noises(measure):
                        made = table(measure, weeks, steps, heavy=heavy)
                        whole[signals.key(measure, heavy=heavy)][row].append(made)
    arrays = {name: np.array(rows) for name, rows in whole.items()}
    np.savez_compressed(FILE, allow_pickle=False, memory=np.array([memory(weeks) for weeks in LENGTHS]), **arrays)


if __name__ == "__main__":
    main()

"""How far what is told of actions and renewals can be trusted: effects whose truth is known, and forecasts.

    python benchmarks/outcomes.py [--companies 1000] [--seed 1]

Everything is simulated from a seed. Nothing was tuned to the default seed; the choices were made on others.
"""

import argparse
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from insights.effects import effect  # noqa: E402
from insights.forecast import forecast  # noqa: E402

Floats = NDArray[np.float64]

MEMORY = 0.5
BEFORE, AFTER = 26, 8
DIP = 4
HISTORIES, AHEAD = (26, 52, 104), (1, 4, 8, 13)


def main() -> None:
    """Print both tables."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--companies", type=int, default=1000, help="how many companies are simulated for each row")
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    named = ", ".join(f"{each} {version(each)}" for each in ("numpy", "scipy", "statsmodels"))
    print(f"Python {platform.python_version()}, {named}, seed {asked.seed}\n")
    started = time.perf_counter()
    effects(asked.companies, asked.seed)
    forecasts(asked.companies, asked.seed)
    print(f"{time.perf_counter() - started:.0f} s in all")


def effects(many: int, seed: int) -> None:
    """Print what is claimed of one department that an action reached, by company size and true effect."""
    print(f"Effects: {BEFORE} weeks before, {AFTER} after, AR(1) {MEMORY}, noise of one unit in every department alike")
    print(
        "or (uneven) between about 0.4 and 2.7 of it; `dipped`: the department that fell most in four weeks is chosen\n"
    )
    print("| departments | noise | chosen | true effect | told | helped | 90 % interval holds it | mean error |")
    print("|---|---|---|---|---|---|---|---|")
    rng = np.random.default_rng(seed)
    for departments in (8, 20, 60):
        for uneven in (False, True):
            for dipped, true in ((False, 0.0), (False, 1.0), (False, 2.0), (True, 0.0)):
                found = [_one(rng, departments, true, uneven=uneven, dipped=dipped) for _ in range(many)]
                told = [each for each in found if each.estimate is not None]
                held = np.mean([each.low <= true <= each.high for each in told])
                helped = np.mean([each.verdict == "helped" for each in told])
                error = np.mean([each.estimate - true for each in told])
                print(
                    f"| {departments} | {'uneven' if uneven else 'alike'} | {'dipped' if dipped else 'at random'} "
                    f"| {true:.0f} sd | {len(told) / many:.0%} | {helped:.1%} | {held:.1%} | {error:+.2f} |"
                )
    print()


def _one(rng: np.random.Generator, departments: int, true: float, *, uneven: bool, dipped: bool):  # noqa: ANN202
    weeks = BEFORE + AFTER
    news = rng.standard_normal((departments, weeks + 50)) * np.sqrt(1 - MEMORY**2)
    noise = _remembering(news, MEMORY)[:, 50:]
    noise *= np.exp(rng.normal(0, 0.5, (departments, 1))) if uneven else 1.0
    values = 20 + noise + rng.normal(0, 3, (departments, 1)) + rng.normal(0, 0.5, (1, weeks))
    before = values[:, :BEFORE]
    which = int(np.argmin(before[:, -DIP:].mean(1) - before.mean(1))) if dipped else 0
    values[which, BEFORE:] += true
    return effect(values, np.arange(departments) == which, BEFORE)


def forecasts(many: int, seed: int) -> None:
    """Print how often 80 % intervals hold the truth, by the length of the history and how far ahead is looked."""
    rng = np.random.default_rng(seed)
    print("Forecasts: how often the 80 % interval holds, the last week of a series told from what was known before\n")
    print(f"| weeks known | ahead | {' | '.join(KINDS)} | all |")
    print(f"|---|---|{'---|' * (len(KINDS) + 1)}")
    for history in HISTORIES:
        for ahead in AHEAD:
            held = [np.mean([_holds(rng, kind, history, ahead) for _ in range(many)]) for kind in KINDS]
            print(f"| {history} | {ahead} | {' | '.join(f'{each:.0%}' for each in held)} | {np.mean(held):.1%} |")
    print()


def _holds(rng: np.random.Generator, kind: str, history: int, ahead: int) -> bool:
    series = KINDS[kind](rng, history + ahead)
    told = forecast(series[:history], ahead)
    return told is not None and told.low <= series[-1] <= told.high


def _remembering(news: Floats, memory: float) -> Floats:
    values = np.zeros_like(news)
    for week in range(1, news.shape[1]):
        values[:, week] = memory * values[:, week - 1] + news[:, week]
    return values


def _settled(rng: np.random.Generator, weeks: int, memory: float) -> Floats:
    return _remembering(rng.standard_normal((1, weeks + 50)), memory)[0, 50:]


def _stepping(rng: np.random.Generator, weeks: int) -> Floats:
    after = np.arange(weeks) >= rng.integers(weeks // 4, weeks)
    return rng.standard_normal(weeks) + np.where(after, rng.normal(0, 3), 0.0)


def _yearly(rng: np.random.Generator, weeks: int) -> Floats:
    year = 2 * np.sin(2 * np.pi * np.arange(weeks) / 52 + rng.uniform(0, 2 * np.pi))
    return year + 0.7 * rng.standard_normal(weeks)


KINDS: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "calm": lambda rng, weeks: rng.standard_normal(weeks),
    "AR(1) 0.5": lambda rng, weeks: _settled(rng, weeks, 0.5),
    "AR(1) 0.8": lambda rng, weeks: _settled(rng, weeks, 0.8),
    "wandering": lambda rng, weeks: np.cumsum(rng.standard_normal(weeks)),
    "wandering, heavy tails": lambda rng, weeks: np.cumsum(rng.standard_t(3, weeks)),
    "wandering and noisy": lambda rng, weeks: np.cumsum(0.4 * rng.standard_normal(weeks)) + rng.standard_normal(weeks),
    "rising": lambda rng, weeks: 0.15 * np.arange(weeks) + rng.standard_normal(weeks),
    "one step": _stepping,
    "yearly": _yearly,
}


if __name__ == "__main__":
    main()

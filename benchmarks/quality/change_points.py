"""Change points in single series: ours, PELT's and none, scored against annotators or against what was put in.

A folder holds series in the usual public layout, a JSON file each with "name", "n_obs" and "series", whose first and
only entry has the numbers as "raw" (null where there is none), and annotations.json: by name of the series and by
annotator, the indices at which something changes. Without a folder, series are simulated.
"""

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import ruptures
from numpy.typing import NDArray

from benchmarks.quality import seasons
from benchmarks.quality.people import wandering
from benchmarks.quality.scores import covering, f1
from insights import change_points

Floats = NDArray[np.float64]

LENGTHS = (60, 90, 120, 160, 220, 300)
WIDER = 40
"""How many series of each of the further kinds there are."""

KINDS = ("levels", "trend breaks", "season and level", "outliers", "noise changes", "memory", "nothing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One series with the changes that each annotator marked; `kind` groups simulated ones."""

    name: str
    kind: str
    values: Floats
    annotators: tuple[tuple[int, ...], ...]


def none(values: Floats) -> list[int]:
    """Find nothing."""
    del values
    return []


def pelt(values: Floats) -> list[int]:
    """Return what ruptures' PELT finds at its defaults (l2, every fifth point) and 3 log n, in standard deviations."""
    at = np.flatnonzero(~np.isnan(values))
    known = values[at]
    scaled = (known - known.mean()) / (known.std() or 1.0)
    ends = ruptures.Pelt().fit(scaled).predict(pen=3 * math.log(len(known)))
    return [int(at[each]) for each in ends[:-1]]


METHODS: Mapping[str, Callable[[Floats], list[int]]] = {"ours": change_points, "PELT": pelt, "none": none}


def run(folder: Path | None) -> None:
    """Print F1 and covering of each method."""
    if folder:
        _table("annotated series", read(folder))
        return
    _table("simulated series", simulated())
    wider = [
        Series(name=f"{kind} {number + 1}", kind=kind, values=values, annotators=(changes,))
        for number, (kind, values, changes) in enumerate(seasons.many(WIDER))
    ]
    _table("simulated series of more kinds", wider)


def _table(title: str, series: Sequence[Series]) -> None:
    print(f"Change points: {len(series)} {title}\n")
    totals: dict[str, list[tuple[float, float]]] = {}
    seconds = dict.fromkeys(METHODS, 0.0)
    groups: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for each in series:
        for name, method in METHODS.items():
            started = time.perf_counter()
            found = method(each.values)
            seconds[name] += time.perf_counter() - started
            score = f1(each.annotators, found), covering(each.annotators, found, len(each.values))
            totals.setdefault(name, []).append(score)
            groups.setdefault(each.kind, {}).setdefault(name, []).append(score)
    print(f"{'':28}" + "".join(f"{name + ': F1':>12}{'covering':>10}" for name in METHODS))
    for group, scores in groups.items():
        _line(group, scores)
    _line("mean", totals)
    people = [told for each in series if (told := agreement(each)) is not None]
    if people:
        alone, cover = np.mean(people, axis=0).tolist()
        print(f"\none annotator against the others, over {len(people)} series: F1 {alone:.3f}, covering {cover:.3f}")
    print("\n" + ", ".join(f"{name} {spent:.2f} s" for name, spent in seconds.items()) + "\n")


def _line(title: str, scores: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    means = [np.mean(scores[name], axis=0) for name in METHODS]
    print(f"{title:28}" + "".join(f"{each[0]:12.3f}{each[1]:10.3f}" for each in means))


def agreement(series: Series) -> tuple[float, float] | None:
    """Return the mean F1 and covering of each annotator against the others; None where there is but one."""
    if len(series.annotators) < 2:
        return None
    scores = []
    for n, one in enumerate(series.annotators):
        others = series.annotators[:n] + series.annotators[n + 1 :]
        scores.append((f1(others, one), covering(others, one, len(series.values))))
    return float(np.mean([each for each, _ in scores])), float(np.mean([each for _, each in scores]))


# Series from a folder ------------------------------------------------------------------------------------------------


def read(folder: Path) -> list[Series]:
    """Return the folder's series of one dimension that are annotated, by name; says which it leaves out."""
    marks = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
    found: dict[str, Series] = {}
    for path in sorted(folder.rglob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(told, dict) or "series" not in told or told.get("name") not in marks:
            continue
        name = told["name"]
        if len(told["series"]) != 1:
            print(f"left out: {name} has {len(told['series'])} dimensions")
            continue
        raw = [math.nan if each is None else float(each) for each in told["series"][0]["raw"]]
        annotators = tuple(tuple(int(at) for at in each) for each in marks[name].values())
        found[name] = Series(name=name, kind=name, values=np.array(raw), annotators=annotators)
    for name in sorted(set(marks) - set(found)):
        print(f"left out: {name} is annotated, but not in the folder as a series of one dimension")
    return [found[name] for name in sorted(found)]


# Simulated series ----------------------------------------------------------------------------------------------------


def simulated() -> list[Series]:
    """Return series with known changes, the same each time."""
    made = []
    for kind in KINDS:
        for number in range(12):
            rng = np.random.default_rng((KINDS.index(kind), number))
            n = LENGTHS[number % len(LENGTHS)]
            changes = () if kind == "nothing" else places(rng, n, 1 + number % 3)
            values = course(rng, kind, n, changes)
            made.append(Series(name=f"{kind} {number + 1}", kind=kind, values=values, annotators=(changes,)))
    return made


def places(rng: np.random.Generator, n: int, count: int) -> tuple[int, ...]:
    """Return as many changes, at least an eighth of the series apart and from its ends."""
    least = n // 8
    free = n - (count + 1) * least
    cuts = np.sort(rng.integers(0, free + 1, count))
    return tuple(int(cut) + least * (place + 1) for place, cut in enumerate(cuts))


def course(rng: np.random.Generator, kind: str, n: int, changes: Sequence[int]) -> Floats:
    """Return n values that change as their kind does at `changes`, in noise of about 1."""
    memory = {"memory": 0.5, "nothing": float(rng.choice([0.0, 0.3, 0.6]))}.get(kind, 0.15)
    noise = wandering(rng, (1, n), memory)[0]
    time_ = np.arange(n, dtype=np.float64)
    values = np.zeros(n)
    for change in changes:
        size = float(rng.choice([-1, 1]) * rng.uniform(2.5, 5.0))
        values += size * np.maximum(time_ - change, 0) * 6 / n if kind == "trend breaks" else size * (time_ >= change)
    match kind:
        case "trend breaks":
            values += time_ * rng.uniform(-4, 4) / n
        case "season and level":
            values += 2.0 * np.sin(2 * np.pi * time_ / 12)
        case "outliers":
            values[rng.choice(n, n // 25, replace=False)] += rng.choice([-12.0, 12.0], n // 25)
        case "noise changes":
            noise *= np.where(time_ < n // 2, 0.5, 1.5)
        case _:
            pass
    return np.asarray(100 + values + noise)

"""How fast many series are scanned, beside a straightforward loop over them; and how soon the first digest is there."""

import itertools
import math
import os
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pymannkendall
import ruptures
from numpy.typing import NDArray

from benchmarks.quality import people
from benchmarks.quality.people import wandering
from demo.company import simulate
from insights import catalogue
from insights.metric import Metric
from insights.scan import Watch, Watched, scan
from storage.store import open_store

Floats = NDArray[np.float64]

TOOLS, DEPARTMENTS, METRICS, WEEKS = 6, 200, 15, 104
LOOP_AT_MOST = 20.0
"""Seconds that the loop may take; the rest of its time is worked out."""

ROOT = Path(__file__).parent.parent.parent

FIRST_DIGEST = """
import sys, time
from datetime import date
sys.path.insert(0, sys.argv[1])
from insights.basis import Basis
from insights.engine import examine
from insights.series import panel
from storage.store import open_store
basis = Basis(store=open_store(sys.argv[2]), as_of=date.fromisoformat(sys.argv[3]))
for _ in range(2):
    started = time.perf_counter()
    examine(panel(basis))
    print(time.perf_counter() - started)
"""


def run() -> None:
    """Print seconds."""
    watch = large()
    series = TOOLS * (DEPARTMENTS + 1) * METRICS
    print(
        f"Speed: {DEPARTMENTS} departments and the company × {METRICS} metrics × {TOOLS} tools × {WEEKS} weeks = "
        f"{series:,} series, {os.cpu_count()} cores\n"
    )
    times = []
    for _ in range(2):
        started = time.perf_counter()
        found = scan(watch)
        times.append(time.perf_counter() - started)
    done, spent = loop(watch)
    print(f"our scan, the first time        {times[0]:8.2f} s   ({found.tried:,} tests, {len(found.changes)} changes)")
    print(f"our scan, again                 {times[1]:8.2f} s")
    whole = spent * series / done
    measured = f"{done:,} series measured, the rest worked out" if done < series else "all measured"
    print(f"PELT + Mann-Kendall, in a loop  {whole:8.2f} s   ({measured})   {whole / times[0]:.0f} × ours\n")
    cold, warm = first_digest()
    print(
        f"a first digest of {simulated_people()} people's 40 weeks, from the store: {cold:.2f} s; again {warm:.2f} s\n"
    )


def large() -> Watch:
    """Return what is scanned: series that wander around a level, counts, means and shares."""
    rng = np.random.default_rng(1)
    shape = (TOOLS, DEPARTMENTS + 1, WEEKS)
    every = sorted((each for each in catalogue.metrics().values() if each.needs), key=lambda each: not each.watched)
    return Watch(
        weeks=tuple(date(2024, 1, 1) + timedelta(weeks=week) for week in range(WEEKS)),
        tools=tuple(f"tool {each + 1}" for each in range(TOOLS)),
        departments=tuple(f"Department {each + 1}" for each in range(DEPARTMENTS)),
        metrics=tuple(_watched(rng, each, shape) for each in every[:METRICS]),
        people=np.full(shape, 40.0),
        sessions=np.full(shape, 160.0),
    )


def _watched(rng: np.random.Generator, metric: Metric, shape: tuple[int, int, int]) -> Watched:
    rows = wandering(rng, (shape[0] * shape[1], shape[2]), float(rng.choice([0.0, 0.3, 0.6]))).reshape(shape)
    match metric.unit:
        case "percent":
            values = 1 / (1 + np.exp(0.8 - 0.2 * rows))
        case "score":
            values = 50 + 3 * rows
        case _:
            values = 100 * np.exp(0.1 * rows)
    sizes = np.exp(4 + rng.standard_normal((*shape[:2], 1)) + np.zeros(shape))
    return Watched(metric=metric, values=values, sizes=sizes if metric.denominator else np.full(shape, np.nan))


def loop(watch: Watch) -> tuple[int, float]:
    """Do PELT (3 log n) and a Mann-Kendall test on one series after the other; return how many, and the seconds."""
    every = itertools.chain.from_iterable(each.values.reshape(-1, WEEKS) for each in watch.metrics)
    done, started = 0, time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for values in every:
            scaled = (values - values.mean()) / values.std()
            ruptures.Pelt().fit(scaled).predict(pen=3 * math.log(WEEKS))
            pymannkendall.original_test(values)
            done += 1
            if time.perf_counter() - started > LOOP_AT_MOST:
                break
    return done, time.perf_counter() - started


def simulated_people() -> int:
    """Return how many people the store of the first digest knows."""
    return len(_staff().department)


def _staff() -> people.Staff:
    return people.of_demo(simulate(last_week=date(2026, 6, 1)))


def first_digest() -> tuple[float, float]:
    """Return the seconds from an open store to its findings in a fresh process, the first time and the second."""
    with tempfile.TemporaryDirectory(prefix="ai-usage-bench-") as folder:
        address = f"sqlite:///{folder}/store.db"
        store = open_store(address)
        staff = _staff()
        people.write(store, staff, people.use(staff, 40, np.random.default_rng(1), 0.3))
        store.close()
        day = people.FIRST_WEEK + timedelta(weeks=40)
        told = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-c", FIRST_DIGEST, str(ROOT), address, day.isoformat()],
            check=True,
            capture_output=True,
            text=True,
        )
        cold, warm = map(float, told.stdout.split())
        return cold, warm

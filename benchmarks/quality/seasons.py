"""Series of many kinds for change points: seasons of all sorts, growth, heavy tails, gaps, and what does not change."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.people import wandering

Floats = NDArray[np.float64]

PERIODS = (4, 7, 12, 13, 24, 52)


def length(rng: np.random.Generator) -> int:
    """Return how many points a series has: 20 to 400, short ones as often as long ones."""
    return int(np.exp(rng.uniform(np.log(20), np.log(400))))


def season(rng: np.random.Generator, n: int, period: int, *, spiky: bool = False, growing: bool = False) -> Floats:
    """Return what repeats: one or two waves, or a peak, of an amplitude of 0.5 to 6."""
    phase = (np.arange(n) + rng.integers(period)) / period
    if spiky:
        profile = (np.arange(period) < max(1, period // 7)).astype(float) + 0.2 * rng.standard_normal(period)
        wave = profile[(np.arange(n) + rng.integers(period)) % period]
    else:
        wave = np.sin(2 * np.pi * phase) + rng.uniform(0, 0.6) * np.sin(4 * np.pi * phase + rng.uniform(0, 6))
    amplitude = np.exp(rng.uniform(np.log(0.5), np.log(6)))
    return np.asarray(amplitude * wave * (np.linspace(0.4, 1.6, n) if growing else 1.0))


def rounds(rng: np.random.Generator) -> tuple[int, int]:
    """Return the length of a series with a season, and its period: 2.2 to 20 rounds, 20 to 600 points."""
    period = int(rng.choice(PERIODS))
    n = int(period * np.exp(rng.uniform(np.log(2.2), np.log(20))))
    return min(max(n, 20), 600), period


def levels(rng: np.random.Generator, n: int, smallest: float = 1.0) -> tuple[Floats, tuple[int, ...]]:
    """Return up to three new levels of up to 8, at any place at least six points from another; small ones with room."""
    count = int(rng.integers(1, 2 + min(2, n // 60)))
    for _ in range(200):
        places = np.sort(rng.integers(6, n - 5, count))
        sizes = rng.choice([-1, 1], count) * np.exp(rng.uniform(np.log(smallest), np.log(8), count))
        room = np.diff([0, *places, n])
        if room.min() >= 6 and all(min(room[i], room[i + 1]) * sizes[i] ** 2 >= 50 for i in range(count)):
            break
    time = np.arange(n)
    values = sum((size * (time >= place) for size, place in zip(sizes, places, strict=True)), np.zeros(n))
    return values, tuple(int(each) for each in places)


Made = tuple[Floats, tuple[int, ...]]


def _noise(rng: np.random.Generator, n: int) -> Floats:
    return wandering(rng, (1, n), float(rng.choice([0.0, 0.2, 0.4])))[0]


def _season(*, spiky: bool, growing: bool, shifts: bool) -> Callable[[np.random.Generator], Made]:
    def made(rng: np.random.Generator) -> Made:
        n, period = rounds(rng)
        moved, places = levels(rng, n) if shifts else (np.zeros(n), ())
        return moved + season(rng, n, period, spiky=spiky, growing=growing) + _noise(rng, n), places

    return made


def _plain(rng: np.random.Generator) -> Made:
    n = length(rng)
    moved, places = levels(rng, n)
    return moved + _noise(rng, n), places


def _heavy(rng: np.random.Generator) -> Made:
    n = length(rng)
    moved, places = levels(rng, n, 2.0)
    return moved + rng.standard_t(3, n) / np.sqrt(3), places


def _whole_numbers(rng: np.random.Generator) -> Made:
    n = length(rng)
    moved, places = levels(rng, n)
    low = float(rng.uniform(1, 30))
    return rng.poisson(np.maximum(low + np.sqrt(low) * moved - min(0, np.sqrt(low) * moved.min()), 0.1)) * 1.0, places


def _gaps(rng: np.random.Generator) -> Made:
    n, period = rounds(rng)
    moved, places = levels(rng, n)
    values = moved + season(rng, n, period) + _noise(rng, n)
    values[rng.random(n) < 0.1] = np.nan
    return values, places


def _sloped(rng: np.random.Generator) -> Made:
    n = length(rng)
    moved, places = levels(rng, n, 3.0)
    return moved + rng.uniform(-6, 6) * np.arange(n) / n + _noise(rng, n), places


def _bent(rng: np.random.Generator) -> Made:
    n = max(40, length(rng))
    count = 1 + int(n > 120 and rng.random() < 0.5)
    places = np.sort(rng.integers(n // 6, n - n // 6, count))
    if count == 2 and places[1] - places[0] < n // 5:
        places = np.array([n // 3, 2 * n // 3])
    time = np.arange(n)
    values = rng.uniform(-4, 4) * time / n + _noise(rng, n)
    for place in places:
        values = values + rng.choice([-1, 1]) * rng.uniform(15, 50) * np.maximum(time - place, 0) / n
    return values, tuple(int(each) for each in places)


def _bent_season(rng: np.random.Generator) -> Made:
    values, places = _bent(rng)
    return values + season(rng, len(values), int(rng.choice([4, 7, 12]))), places


def _multiplied(rng: np.random.Generator) -> Made:
    n, period = rounds(rng)
    moved, places = levels(rng, n, 2.0)
    return 50 * np.exp(0.1 * (moved + season(rng, n, period) + _noise(rng, n))), places


def _still(rng: np.random.Generator) -> Made:
    n = length(rng)
    return wandering(rng, (1, n), float(rng.choice([0.0, 0.3, 0.6])))[0] + rng.uniform(-8, 8) * np.arange(n) / n, ()


def _growth(rng: np.random.Generator) -> Made:
    n = length(rng)
    return 100 * np.exp(rng.uniform(1, 3) * np.arange(n) / n + 0.1 * _noise(rng, n)), ()


MAKERS: Mapping[str, Callable[[np.random.Generator], Made]] = {
    "levels": _plain,
    "levels, heavy tails": _heavy,
    "levels, whole numbers": _whole_numbers,
    "levels on a slope": _sloped,
    "levels, smooth season": _season(spiky=False, growing=False, shifts=True),
    "levels, spiky season": _season(spiky=True, growing=False, shifts=True),
    "levels, growing season": _season(spiky=False, growing=True, shifts=True),
    "levels, season, gaps": _gaps,
    "levels, times a season": _multiplied,
    "bent trends": _bent,
    "bent trends, season": _bent_season,
    "nothing: smooth season": _season(spiky=False, growing=False, shifts=False),
    "nothing: spiky season": _season(spiky=True, growing=False, shifts=False),
    "nothing: growing season": _season(spiky=False, growing=True, shifts=False),
    "nothing: AR(1), trend": _still,
    "nothing: growth": _growth,
}


def many(each: int, seed: int = 0) -> Sequence[tuple[str, Floats, tuple[int, ...]]]:
    """Return so many series of each kind with their changes, the same each time."""
    return [
        (kind, *make(np.random.default_rng((seed, number, place))))
        for place, (kind, make) in enumerate(MAKERS.items())
        for number in range(each)
    ]

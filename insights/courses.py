"""Fits of a series by levels, by lines and by one bent line, and the places of change that leave the least error.

The best places of levels and lines are found by dynamic programming (segment neighbourhood search, Auger and Lawrence
1989). Bends hang together, so that they are added one by one and then moved in turn.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Kind = Literal["levels", "lines", "bends"]

MOST_CHANGES = 11
MOST_BENDS = 5
GRID = 200
"""So many places are tried for a change; in a longer series `nearer` looks between them."""


def best_places(series: Floats, shortest: int, kind: Kind) -> Iterator[tuple[int, ...]]:
    """Yield the changes that leave the least squared error: none (but for bends), one, two, and so on."""
    if kind == "bends":
        yield from _best_bends(series, shortest)
        return
    n = len(series)
    lines = kind == "lines"
    most = min(MOST_CHANGES + 1, n // shortest)
    sums = _sums(series)
    step = -(-n // GRID)
    grid = np.arange(n % step, n + 1, step)
    grid[0] = 0
    starts, ends = grid[:, None], grid[None, :]
    cost = np.where(ends - starts >= shortest, _squared_errors(sums, starts, ends, lines=lines), np.inf)
    error, before = cost[0], [np.zeros(len(grid), dtype=np.int64)]
    for segments in range(1, most + 1):
        if segments > 1:
            totals = error[:, None] + cost
            before.append(totals.argmin(axis=0))
            error = totals[before[-1], np.arange(len(grid))]
        if np.isinf(error[-1]):
            return
        places = [len(grid) - 1]
        for each in range(segments - 1, 0, -1):
            places.append(int(before[each][places[-1]]))
        yield tuple(int(grid[each]) for each in reversed(places[1:]))


def nearer(series: Floats, changes: Sequence[int], shortest: int, kind: Kind) -> tuple[int, ...]:
    """Return the changes moved to where they leave the least, among the points that `best_places` passed over."""
    n, moved = len(series), list(changes)
    reach = -(-n // GRID)
    sums = _sums(series)
    for which in [*range(len(moved))] * (2 if reach > 1 else 0):
        start, change, end = [0, *moved, n][which : which + 3]
        near = np.arange(max(change - reach, min(change, start + shortest)), min(change + reach, end - 1) + 1)
        near = near[(end - near >= shortest) | (near == change)]
        if kind == "bends":
            moved[which] = _bend(series, moved[:which] + moved[which + 1 :], near, shortest) or change
        else:
            lines = kind == "lines"
            both = _squared_errors(sums, start, near, lines=lines) + _squared_errors(sums, near, end, lines=lines)
            moved[which] = int(near[both.argmin()])
    return tuple(moved)


def _sums(series: Floats) -> Floats:
    time = np.arange(len(series), dtype=np.float64)
    rows = np.stack([series, series * series, time * series])
    return np.hstack([np.zeros((3, 1)), np.cumsum(rows, axis=1)])


def _squared_errors(sums: Floats, starts: Ints | int, ends: Ints | int, *, lines: bool) -> Floats:
    """Return the squared error of one level, or line, over each segment from a start until before an end."""
    total, squares, moment = (each[ends] - each[starts] for each in sums)
    size = np.maximum(np.asarray(ends) - np.asarray(starts), 1).astype(np.float64)
    error = squares - total * total / size
    if lines:
        slope = moment - (np.asarray(starts) + np.asarray(ends) - 1) / 2 * total
        error = error - slope * slope / np.maximum(size * (size * size - 1) / 12, 1e-9)
    return np.asarray(np.maximum(error, 0.0))


def _best_bends(series: Floats, shortest: int) -> Iterator[tuple[int, ...]]:
    """Yield bends of one line through the whole series: each added where it helps most, then all moved in turn."""
    n = len(series)
    step = -(-n // GRID)
    rough = series[: n // step * step].reshape(-1, step).mean(axis=1)
    apart = max(-(-shortest // step), 2)
    every = np.arange(apart, len(rough) - apart + 1)
    bends: list[int] = []
    for _ in range(MOST_BENDS):
        added = _bend(rough, bends, every, apart)
        if added is None:
            return
        bends.append(added)
        for _ in range(2 if len(bends) > 1 else 0):
            for which in range(len(bends)):
                others = bends[:which] + bends[which + 1 :]
                bends[which] = _bend(rough, others, every, apart) or bends[which]
        yield tuple(each * step for each in sorted(bends))


def _bend(series: Floats, others: Sequence[int], places: Ints, apart: int) -> int | None:
    """Return the place among those given where one more bend leaves the least; None where there is none."""
    for each in others:
        places = places[np.abs(places - each) >= apart]
    if not len(places):
        return None
    frame = np.linalg.qr(_bent(len(series), others))[0]
    more = np.maximum(np.arange(len(series))[:, None] - places, 0) / len(series)
    more = more - frame @ (frame.T @ more)
    return int(places[((more.T @ series) ** 2 / np.maximum((more * more).sum(axis=0), 1e-12)).argmax()])


def _bent(n: int, bends: Sequence[int]) -> Floats:
    """Return what a line with such bends is a sum of, as columns."""
    time = np.arange(n, dtype=np.float64)
    return np.stack([np.ones(n), time / n, *(np.maximum(time - each, 0) / n for each in bends)], axis=1)


def left(series: Floats, changes: Sequence[int], kind: Kind) -> Floats:
    """Return what the levels, lines or bends with these changes leave over."""
    if kind == "bends":
        frame = np.linalg.qr(_bent(len(series), changes))[0]
        return np.asarray(series - frame @ (frame.T @ series))
    over = np.empty_like(series)
    for start, end in pairwise((0, *changes, len(series))):
        part = series[start:end] - series[start:end].mean()
        if kind == "lines":
            time = np.arange(end - start) - (end - start - 1) / 2
            part = part - time * (time @ part) / (time @ time)
        over[start:end] = part
    return over

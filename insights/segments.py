"""Where a series enters a new level or takes a new course: change points that memory, season and trend do not explain.

Each candidate is a model of the whole series: levels or straight lines between changes, or one line with bends, with
or without a season, on the plain or the log scale, with errors of which each resembles the one before (AR(1)). A
season and the changes are estimated in turn. The models compete by a Bayesian information criterion in which each
change costs more than an ordinary parameter (in the spirit of Zhang and Siegmund 2007) and which grows stricter where
points are few. A series that merely wanders or rises is then told from one that shifts, as Beaulieu and Killick (2018)
do for climate records. What is left has to hold up against the noise on either side of it, which need not be the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from insights.courses import Kind, best_places, left, nearer
from insights.seasons import Season, seasons

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_POINTS = 10
SHORTEST: dict[Kind, int] = {"levels": 3, "lines": 5, "bends": 5}
KINDS: tuple[Kind, ...] = ("levels", "lines", "bends")
SHORTEST_SHARE = 0.02
"""A segment holds this share of the points at least, and so many of them in any case."""

OWN: dict[Kind, int] = {"levels": 1, "lines": 2, "bends": 1}
"""Parameters that a change brings beside its place."""

CHANGE_COST = 1.75
"""What a change costs beside the parameters of its segment, in parameters.

With MARGIN it keeps false alarms on changeless AR(1) series of 10 to 300 points, coefficient 0 to 0.6, at 5 % or less
(`benchmarks/insights.py` prints them).
"""

MARGIN = 2.0
NARROW = 1.25
"""Largest through smallest value up to which the log scale tells nothing new."""

MOST_MEMORY = 0.8
"""A series whose errors resemble each other more than this is one that moves to new levels."""

SPIKE = 4.0
"""Robust standard deviations from its neighbours' median beyond which a single point is a spike and no level."""

SPIKE_COST = 2.0
"""What a point that is taken for a spike costs, in parameters."""

LEADING, TURNS = 2, 2
"""So many of the candidates have season and changes estimated in turn, so often."""

PATIENCE = 3
"""More changes are tried until so many times in a row they do not help."""

PERIOD_COST = 2.0
"""What a season costs beside its own parameters, in parameters: its period is one of many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Model:
    """A candidate: the criterion (less is better), its changes and the series they fit.

    `calm` is that series: without spikes and without what `repeats`. `costs` are of the criterion, whatever changes.
    """

    criterion: float
    changes: tuple[int, ...]
    kind: Kind
    calm: Floats
    season: Season | None
    repeats: Floats
    costs: float


def change_points(values: ArrayLike) -> list[int]:
    """Return the indices at which a new level or course begins, ascending; [] where nothing changes.

    `values` is one number a period, 10 to about 2,000 of them, in any unit; NaN is a period without a value. With
    fewer known values there are no changes. The index 0 is never among them. Raises ValueError for more than one
    dimension.
    """
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1:
        raise ValueError(f"one series is wanted, not an array of {given.ndim} dimensions")
    at = np.flatnonzero(np.isfinite(given))
    known = given[at]
    if len(known) < FEWEST_POINTS or not np.ptp(known):
        return []
    best = min(_models(known, at), key=lambda each: each.criterion, default=None)
    return [int(at[each]) for each in best.changes] if best else []


def _models(known: Floats, at: Ints) -> Iterator[_Model]:
    """Yield the candidates. The criterion of the log scale is brought to the plain one by its Jacobian."""
    unit = float(np.std(known))
    scales = [(known / unit, 0.0)]
    if known.min() > 0 and known.max() > NARROW * known.min():
        logs = np.log(known / unit)
        scales.append((logs, 2 * float(logs.sum())))
    for scaled, jacobian in scales:
        series = scaled - np.median(scaled)
        if np.ptp(series) < 1e-12:
            continue
        tried = [
            _fitted(series, kind, season, season.first(series, at) if season else np.zeros_like(series))
            for season in (None, *seasons(series, at))
            for kind in KINDS[:2]
        ]
        tried = sorted(tried, key=lambda each: each.criterion)[:LEADING]
        tried += [again for each in tried for again in _again(series, at, each)]
        best = min(tried, key=lambda each: each.criterion)
        others = (_best(best.calm, kind, best.season, best.repeats, best.costs) for kind in KINDS if kind != best.kind)
        for each in (best, *others):
            yield _held_up(replace(each, costs=each.costs + jacobian))


def _fitted(series: Floats, kind: Kind, season: Season | None, repeats: Floats) -> _Model:
    """Return the best model of a kind beside what repeats."""
    calm, spikes = _without_spikes(series - repeats)
    costs = (spikes * SPIKE_COST + (PERIOD_COST if season else 0.0)) * np.log(len(series))
    return _best(calm, kind, season, repeats, costs)


def _again(series: Floats, at: Ints, model: _Model) -> Iterator[_Model]:
    """Yield what the model becomes when its season, steady or growing, and its changes are estimated in turn."""
    if model.season is None:
        return
    for grows in (False, True):
        now, season = model, replace(model.season, grows=grows)
        for _ in range(TURNS):
            repeats = season.better(left(now.calm, now.changes, now.kind), now.repeats, at)
            now = _fitted(series, now.kind, season, repeats)
            yield now


def _best(calm: Floats, kind: Kind, season: Season | None, repeats: Floats, costs: float) -> _Model:
    """Return the model of a kind whose number of changes is best."""
    shortest = max(SHORTEST[kind], round(SHORTEST_SHARE * len(calm)))

    def model(changes: tuple[int, ...]) -> _Model:
        criterion = _criterion(calm, changes, kind, season) + costs
        return _Model(
            criterion=criterion, changes=changes, kind=kind, calm=calm, season=season, repeats=repeats, costs=costs
        )

    best, worse = model(()), 0
    for changes in best_places(calm, shortest, kind):
        tried = model(changes)
        worse = 0 if tried.criterion < best.criterion else worse + 1
        best = min(best, tried, key=lambda each: each.criterion)
        if worse == PATIENCE:
            break
    return min(best, model(nearer(calm, best.changes, shortest, kind)), key=lambda each: each.criterion)


def _without_spikes(series: Floats, reach: int = 3) -> tuple[Floats, int]:
    """Return the series with its spikes replaced by their neighbours' median (Hampel's filter), and their number."""
    padded = np.pad(series, reach, mode="reflect")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1), axis=1)
    apart = np.abs(series - middle)
    usual = 1.4826 * float(np.median(apart)) or 1.2533 * float(apart.mean())
    spikes = apart > SPIKE * usual
    return np.where(spikes, middle, series), int(spikes.sum())


# The judgement -------------------------------------------------------------------------------------------------------


def _memory(over: Floats, changes: Sequence[int], kind: Kind, season: Season | None) -> float:
    """Return how much an error resembles the one before, corrected for the pull of the fit towards zero.

    The correction is that of Marriott and Pope (1954) for each segment: about (1 + 3 phi) / n with a line, and
    (1 + phi) / n with a level. A bend counts as half a line, a parameter of a wave as one of a level.
    """
    within = np.ones(len(over) - 1, dtype=np.bool_)
    if kind != "bends":
        within[np.asarray(changes, dtype=np.int64) - 1] = False
    squares = float(over @ over)
    raw = float((over[1:] * over[:-1])[within].sum()) / squares if squares else 0.0
    pull = (1 + (1 if kind == "levels" else 3) * raw) * (1 + len(changes) * (0.5 if kind == "bends" else 1))
    if season is not None and season.waves:
        pull += (1 + raw) * season.parameters
    return raw + pull / len(over)


def _criterion(series: Floats, changes: Sequence[int], kind: Kind, season: Season | None) -> float:
    """Return the information criterion of a fit with AR(1) errors; each segment starts afresh, unless it is a bend."""
    n = len(series)
    parameters = (1 if kind == "levels" else 2) + (OWN[kind] + CHANGE_COST) * len(changes) + 1
    in_all = parameters + (season.parameters if season else 0)
    if in_all >= n - 2:
        return np.inf
    over = left(series, changes, kind)
    memory = float(np.clip(_memory(over, changes, kind, season), -0.3, MOST_MEMORY))
    news = over.copy()
    news[1:] -= memory * over[:-1]
    fresh = [0] if kind == "bends" else [0, *changes]
    news[fresh] = over[fresh] * np.sqrt(1 - memory * memory)
    # Rounded data may fit exactly; noise under a hundredth of the whole spread does not count as better.
    variance = float(news @ news) / n + 1e-4 * float(np.var(series)) + 1e-12
    costs = parameters * np.log(n) + (season.cost(n) if season else 0.0)
    return float(n * np.log(variance) + costs * n / (n - in_all - 2))


def _held_up(model: _Model) -> _Model:
    """Return the model without the changes that the noise on either side can explain; the weakest goes first."""
    calm, kind = model.calm, model.kind
    changes = list(model.changes)
    bar = MARGIN * (CHANGE_COST + OWN[kind]) * np.log(len(calm))
    while changes:
        memory = _memory(left(calm, changes, kind), changes, kind, model.season)
        memory = float(np.clip(memory, 0.0, MOST_MEMORY))
        gains = [_gain(calm, changes, which, kind) for which in range(len(changes))]
        weakest = int(np.argmin(gains))
        if gains[weakest] * (1 - memory) / (1 + memory) >= bar:
            break
        del changes[weakest]
    criterion = _criterion(calm, changes, kind, model.season) + model.costs
    return replace(model, changes=tuple(changes), criterion=criterion)


def _gain(series: Floats, changes: Sequence[int], which: int, kind: Kind) -> float:
    """Return how much better it fits with this change than without: twice the log likelihood."""
    start, change, end = [0, *changes, len(series)][which : which + 3]
    floor = 1e-4 * float(np.var(series)) + 1e-9
    if kind == "bends":
        apart, together = left(series, changes, kind), left(series, [*changes[:which], *changes[which + 1 :]], kind)
        noise = max(float(np.mean(each**2)) for each in (apart[start:change], apart[change:end])) + floor
        return float(together @ together - apart @ apart) / noise
    return _apart(series[start:change], series[change:end], floor, lines=kind == "lines")


def _apart(before: Floats, after: Floats, floor: float, *, lines: bool) -> float:
    """Return how much better two segments fit apart than as one, each with its own noise."""
    kind: Kind = "lines" if lines else "levels"
    apart = [left(each, (), kind) for each in (before, after)]
    # The noise beside the change counts where it is louder than the segment's own: noise may change, too.
    near = min(len(before), len(after))
    beside = (apart[0][-near:], apart[1][:near])
    freedom = 2 if lines else 1
    noise = [
        max(float(part @ part) / max(len(part) - freedom, 1) for part in parts) + floor
        for parts in zip(apart, beside, strict=True)
    ]
    weight = np.concatenate([np.full(len(each), 1 / own) for each, own in zip(apart, noise, strict=True)])
    both = np.concatenate([before, after])
    both = both - np.average(both, weights=weight)
    if lines:
        time = np.arange(len(both), dtype=np.float64)
        time -= np.average(time, weights=weight)
        both = both - time * ((weight * time) @ both) / ((weight * time) @ time)
    halves = (both[: len(before)], both[len(before) :])
    pairs = zip(halves, apart, noise, strict=True)
    return sum(float(together @ together - alone @ alone) / own for together, alone, own in pairs)

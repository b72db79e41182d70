"""Every watched metric of every department and tool, tested for change; what is left when chance has had its share.

The company is judged first. What all departments do in a week together is then taken out of each of them, so that a
department's new level or odd week is judged against the others, and a company-wide one is told once. Only the trend
over the weeks that are shown is each department's own: that seven of nine rise is worth telling as such.

False discoveries are kept to RATE of what is told, of the company and of departments. The company's hypotheses are one
family (Benjamini and Hochberg 1995). Each metric and tool is a family of its departments' hypotheses: a family is
opened where its Simes p passes among all families, and within an opened one the rate is lowered to the share of
families that were opened (Benjamini and Bogomolov 2014): many metrics cost no more errors than are promised.

Besides, a change must be worth a word in the metric's own unit, concern people enough, and still hold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from insights import signals
from insights.metric import Metric
from insights.signals import Floats, Scale, Signal
from insights.weekly import COMPANY, UNMAPPED

RATE = 0.10
"""False discoveries among all, at most."""

SHARE = 0.7 * RATE
"""What the company's tests, and the departments', may each spend of it.

Not all: where nothing changes every discovery is false, and one digest in a quarter is what a reader forgives.
"""

WINDOW = 26

FEWEST_PEOPLE = 8
"""Active people a week, on average over the last four, below which a department is not judged: one would be it all."""

FEWEST_SESSIONS = 60
"""Sessions in the last four weeks below which nothing is judged."""

RECENT = 4
"""Weeks that stand for "now"."""

MEDIAN_SQUARE, MEDIAN_LOSS = 0.455, 1.571
"""The median of a squared normal number; how much louder a median is than a mean: pi / 2."""

FEWEST_DEPARTMENTS = 4
"""Departments from which what they have in common can be told from what each does."""

SMALLEST_SHARE = 0.1
"""Part of its level by which a count must change to be worth a word."""

Kind = Literal["level", "trend", "odd_week", "drift", "scatter"]

WINDOWS: Mapping[Kind, int] = {
    "level": 2 * WINDOW,
    "trend": 14,
    "odd_week": WINDOW,
    "drift": WINDOW,
    "scatter": WINDOW,
}
"""The newest weeks that are tested: of a trend those that are shown, of a level as many as tell what was usual.

Memory and noise are learnt from all there are.
"""

WEIGHTS: Mapping[Kind, float] = {"level": 2.0, "trend": 2.0, "odd_week": 0.6, "drift": 0.3, "scatter": 0.1}
"""How much of the rate each kind may use, 1 on average, fixed before looking (Genovese, Roeder and Wasserman 2006).

What lasts is worth most to a reader, and a drift is nearly always a trend, too.
"""

COURSES = frozenset({"level", "trend", "drift"})
"""Kinds that say where a series has gone; the others tell of one week, or of scatter."""

TESTS: Mapping[Kind, Callable[[Floats, float, Floats], Signal]] = {
    "level": signals.recent_level,
    "trend": signals.trend,
    "odd_week": signals.odd_week,
    "drift": signals.drift,
    "scatter": signals.scatter_change,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change that passed. `before`, `now` and `change` are in the metric's own unit.

    `since` is the Monday from which it holds; of a trend, where the window begins. `low` and `high` are the 90 %
    interval of `change`; of a change of scatter they, and `change`, are factors. `p` is the chance of so strong a
    signal without any change, `q` the same after all the hypotheses of its kind. `shrunk` is the change drawn towards
    what the other departments did, as far as its own weeks leave doubt; it ranks, and is not told.
    """

    metric: str
    tool: str
    department: str
    kind: Kind
    since: date
    weeks: int
    before: float
    now: float
    change: float
    low: float
    high: float
    p: float
    q: float
    shrunk: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """What was tested and what passed. `steady` are the (metric, tool, department) that were judged at all.

    `memory` is the coefficient learnt for each metric.
    """

    changes: tuple[Change, ...] = ()
    tried: int = 0
    judged: frozenset[tuple[str, str, str]] = frozenset()
    memory: Mapping[str, float] = field(default_factory=dict)

    def of(self, metric: str, department: str, tool: str) -> Change | None:
        """Return how a metric moved (a level, trend or drift), None where it did not, or could not be told."""
        moves = [
            each
            for each in self.changes
            if (each.metric, each.department, each.tool) == (metric, department, tool) and each.kind in COURSES
        ]
        return min(moves, key=lambda each: each.p, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """One metric's weekly values, shape (tools, 1 + departments, weeks), the company first; NaN hidden or absent.

    `sizes` are what a quotient is an average over, NaN where it is none.
    """

    metric: Metric
    values: Floats
    sizes: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """All that is scanned. `people` and `sessions` are of the shape of values.

    So is `ignored`, or (1 + departments, weeks): the weeks that are out, of every metric (see `insights.guards`).
    """

    weeks: tuple[date, ...]
    tools: tuple[str, ...]
    departments: tuple[str, ...]
    metrics: tuple[Watched, ...]
    people: Floats
    sessions: Floats
    ignored: NDArray[np.bool_] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tested:
    """The hypotheses of one metric, kind and level (company or departments); `place` are (tool, department) rows."""

    watched: Watched
    kind: Kind
    place: NDArray[np.int64]
    signal: Signal
    told: Floats
    shrunk: Floats
    q: Floats = field(default_factory=lambda: np.zeros(0))


def scan(watch: Watch) -> Scan:
    """Return what changed. Fewer than eight weeks tell nothing."""
    if len(watch.weeks) < signals.FEWEST_WEEKS or not watch.metrics:
        return Scan()
    company: list[_Tested] = []
    departments: list[_Tested] = []
    memory: dict[str, float] = {}
    for watched in watch.metrics:
        memory[watched.metric.id] = _test(watch, watched, company, departments)
    company, departments = _company_rates(company), _department_rates(departments)
    every = [*company, *departments]
    told = [found for each in every for found in _changes(watch, each)]
    left = {id(change): unexplained for change, unexplained in told}
    return Scan(
        changes=tuple(_best([change for change, _ in told], left)),
        tried=sum(int((~np.isnan(each.signal.p)).sum()) for each in every),
        judged=frozenset(
            (each.watched.metric.id, watch.tools[tool], _name(watch, department))
            for each in every
            for (tool, department), p in zip(each.place.tolist(), each.signal.p, strict=True)
            if not np.isnan(p)
        ),
        memory=memory,
    )


# Tests ---------------------------------------------------------------------------------------------------------------


def scale_of(metric: Metric) -> Scale:
    """Return the scale on which a metric's noise is even."""
    match metric.unit:
        case "percent":
            return "logit"
        case "score":
            return "plain"
        case _:
            return "log"


def smallest_of(values: Floats) -> float:
    """Return what stands in for 0 on a log scale: half the smallest value there is."""
    positive = values[values > 0]
    return float(positive.min()) / 2 if positive.size else 0.5


def _test(watch: Watch, watched: Watched, company: list[_Tested], departments: list[_Tested]) -> float:
    """Add one metric's tests; return its memory."""
    values = watched.values if watch.ignored is None else np.where(watch.ignored, np.nan, watched.values)
    scaled = signals.on_scale(values, scale_of(watched.metric), smallest_of(values))
    tools, rows, weeks = scaled.shape
    whole = scaled[:, 0]
    own = _without_common(scaled[:, 1:])
    flat, sizes = own.reshape(-1, weeks), watched.sizes[:, 1:].reshape(-1, weeks)
    noise = signals.noise_of(flat, sizes)
    enough = _enough(watch)
    place = np.stack(np.meshgrid(np.arange(tools), np.arange(1, rows), indexing="ij"), axis=-1).reshape(-1, 2)
    chosen = enough[:, 1:].reshape(-1)
    learnt = flat[chosen] / noise[chosen] if chosen.sum() >= FEWEST_DEPARTMENTS else whole
    memory = signals.memory_of(learnt)
    one = np.stack([np.arange(tools), np.zeros(tools, dtype=np.int64)], axis=-1)[enough[:, 0]]
    levels = (
        (company, one, whole[enough[:, 0]], np.ones_like(whole[enough[:, 0]]), whole[enough[:, 0]]),
        (departments, place[chosen], flat[chosen], noise[chosen], scaled[:, 1:].reshape(-1, weeks)[chosen]),
    )
    for tests, where, series, loud, raw in levels:
        if len(where):
            for kind, test in TESTS.items():
                newest = slice(-WINDOWS[kind], None)
                tested = (raw if kind == "trend" else series)[:, newest]
                alike = tests is departments and kind == "level"
                found = test(tested, memory, loud[:, newest]) if not alike else _level(tested, memory, loud[:, newest])
                shrunk = _shrunk(found) if tests is departments else found.change
                tests.append(
                    _Tested(watched=watched, kind=kind, place=where, signal=found, told=raw[:, newest], shrunk=shrunk)
                )
    return memory


def _level(values: Floats, memory: float, noise: Floats) -> Signal:
    return signals.recent_level(values, memory, noise, alike=True)


def _enough(watch: Watch) -> NDArray[np.bool_]:
    """Return which (tool, department) have people and sessions enough lately; `Unmapped` is no department.

    Weeks that are out say nothing: those before them stand in.
    """
    told, counted, known = watch.sessions, watch.people, ~np.isnan(watch.people[..., -1])
    if watch.ignored is not None:
        out = np.broadcast_to(watch.ignored, counted.shape)
        newest_last = np.argsort(~out, axis=-1, kind="stable")
        told, counted = (
            np.take_along_axis(np.where(out, np.nan, each), newest_last, axis=-1) for each in (told, counted)
        )
        known = ~np.isnan(counted[..., -1])
    people = np.nansum(counted[..., -RECENT:], axis=-1) / RECENT
    busy = np.nansum(told[..., -RECENT:], axis=-1) >= FEWEST_SESSIONS
    enough = (people >= FEWEST_PEOPLE) & (busy | ~(np.nansum(told, axis=-1) > 0)) & known
    for row, name in enumerate(watch.departments, 1):
        if name == UNMAPPED:
            enough[:, row] = False
    return np.asarray(enough)


def _without_common(values: Floats) -> Floats:
    """Return departments' values, (tools, departments, weeks), without what they have in common each week.

    That is the median over departments of how far each lies from its own median, drawn towards nothing as far as it
    scatters no more than a median of departments that have nothing in common would; nothing where they are too few.
    """
    away = values - signals.median(values)[..., None]
    told = (~np.isnan(away)).sum(axis=1)
    common = signals.median(np.swapaxes(away, 1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        left = away - common[:, None, :]
        own = signals.median((left**2).reshape(len(values), -1)) / MEDIAN_SQUARE
        by_chance = MEDIAN_LOSS * own / np.maximum(told.mean(axis=1), 1)
        real = np.clip(1 - by_chance / signals.deviation(common) ** 2, 0.0, 1.0)
    shared = np.where(told >= FEWEST_DEPARTMENTS, common * np.nan_to_num(real)[:, None], 0.0)
    return values - shared[:, None, :]


def _shrunk(found: Signal) -> Floats:
    """Return changes drawn towards their mean, each as far as its own doubt is large beside what sets them apart.

    The variance between departments is DerSimonian and Laird's (1986).
    """
    error = (found.high - found.low) / 2 / signals.NINETY
    known = ~np.isnan(found.change) & (error > 0)
    if known.sum() < FEWEST_DEPARTMENTS:
        return found.change
    change, weight = found.change[known], 1 / error[known] ** 2
    mean = float((weight @ change) / weight.sum())
    excess = float(weight @ (change - mean) ** 2) - (len(change) - 1)
    spread = float(weight.sum() - (weight @ weight) / weight.sum())
    between = max(0.0, excess / spread) if spread > 0 else 0.0
    again = 1 / (error[known] ** 2 + between)
    center = float((again @ change) / again.sum())
    doubt = error[known] ** 2 / (error[known] ** 2 + between)
    drawn = found.change.copy()
    drawn[known] = doubt * center + (1 - doubt) * change
    return drawn


# Many tests ----------------------------------------------------------------------------------------------------------


def adjusted(p: Floats) -> Floats:
    """Return Benjamini and Hochberg's adjusted p: at most the rate at which each would be found. NaN stays."""
    q = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    if not len(known):
        return q
    order = known[np.argsort(p[known], kind="stable")]
    raised = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


def _weighted(tested: _Tested) -> Floats:
    return np.minimum(tested.signal.p / WEIGHTS[tested.kind], 1.0)


def _company_rates(tests: Sequence[_Tested]) -> list[_Tested]:
    """Return the company's tests, all metrics, tools and kinds one family, with their adjusted p."""
    if not tests:
        return []
    q = adjusted(np.concatenate([_weighted(each) for each in tests]))
    return _with_rates(tests, q)


def _department_rates(tests: Sequence[_Tested]) -> list[_Tested]:
    """Return the departments' tests with their p adjusted within the families that were opened."""
    if not tests:
        return []
    p = np.concatenate([_weighted(each) for each in tests])
    family = np.concatenate(
        [[f"{each.watched.metric.id}:{tool}" for tool in each.place[:, 0].tolist()] for each in tests]
    )
    names = np.unique(family)
    simes = np.array([np.nanmin(adjusted(p[family == name]), initial=1.0) for name in names])
    opened = names[adjusted(simes) <= SHARE]
    q = np.ones(len(p))
    for name in opened:
        rows = family == name
        # The rate within is SHARE × opened / all: the same as raising the adjusted p by its inverse.
        q[rows] = np.minimum(adjusted(p[rows]) * len(names) / len(opened), 1.0)
    return _with_rates(tests, np.where(np.isnan(p), np.nan, q))


def _with_rates(tests: Sequence[_Tested], q: Floats) -> list[_Tested]:
    ends = np.cumsum([len(each.signal.p) for each in tests])
    return [replace(each, q=part) for each, part in zip(tests, np.split(q, ends[:-1]), strict=True)]


# What passed ---------------------------------------------------------------------------------------------------------


def _name(watch: Watch, row: int) -> str:
    return watch.departments[row - 1] if row else COMPANY


def _changes(watch: Watch, tested: _Tested) -> Iterator[tuple[Change, float]]:
    """Yield what passed, and how much of its series' scatter it leaves unexplained."""
    with np.errstate(invalid="ignore"):
        passed = np.flatnonzero(tested.q <= SHARE)
    for row in passed.tolist():
        change = _change(watch, tested, row)
        if change is not None:
            yield change, 2.0 if tested.kind == "drift" else float(tested.signal.left[row])


def _change(watch: Watch, tested: _Tested, row: int) -> Change | None:
    """Return a change in the metric's own unit; None where it is not worth a word or no longer holds."""
    tool, department = tested.place[row].tolist()
    watched, signal = tested.watched, tested.signal
    newest = slice(-WINDOWS[tested.kind], None)
    values, weights, weeks = (
        watched.values[tool, department, newest],
        watched.sizes[tool, department, newest],
        watch.weeks[newest],
    )
    before, now = _levels(tested.kind, values, weights, tested.told[row], int(signal.at[row]), watched.metric)
    if np.isnan(before) or np.isnan(now):
        return None
    factor = (now - before) / signal.change[row] if signal.change[row] else np.nan
    size = now - before
    if tested.kind == "scatter":
        size, factor = float(np.exp(signal.change[row])), np.nan
    elif size * signal.change[row] <= 0 or abs(size) < smallest(watched.metric, before):
        return None
    low, high = float(signal.low[row] * factor), float(signal.high[row] * factor)
    if tested.kind == "scatter":
        low, high = float(np.exp(signal.low[row])), float(np.exp(signal.high[row]))
    return Change(
        metric=watched.metric.id,
        tool=watch.tools[tool],
        department=_name(watch, department),
        kind=tested.kind,
        since=weeks[int(signal.at[row])],
        weeks=len(weeks) - int(signal.at[row]),
        before=before,
        now=now,
        change=size,
        low=float(min(low, high)),
        high=float(max(low, high)),
        p=float(signal.p[row]),
        q=float(tested.q[row]),
        shrunk=float(tested.shrunk[row] * factor) if np.isfinite(factor) else size,
    )


def smallest(metric: Metric, before: float) -> float:
    """Return the least change worth a word: the metric's own, and of a count a tenth of its level besides."""
    relative = SMALLEST_SHARE * abs(before) if metric.adds_up else 0.0
    return max(metric.smallest_change, relative)


def _levels(kind: Kind, values: Floats, sizes: Floats, scaled: Floats, at: int, metric: Metric) -> tuple[float, float]:
    """Return where a series was and is, in its own unit."""
    match kind:
        case "level" | "drift" | "scatter":
            return _mean(values[:at], sizes[:at]), _mean(values[at:], sizes[at:])
        case "odd_week":
            return _mean(values[-RECENT - 1 : -1], sizes[-RECENT - 1 : -1]), float(values[-1])
        case _:
            return _line_ends(scaled, scale_of(metric))


def _mean(values: Floats, sizes: Floats) -> float:
    """Return the quotient over several weeks: each week weighs what it is an average over."""
    known = ~np.isnan(values)
    if not known.any():
        return float("nan")
    weight = np.where(known & (sizes > 0), sizes, 0.0)
    weight = weight[known] if weight.sum() else np.ones(int(known.sum()))
    return float(np.average(values[known], weights=weight))


def _line_ends(scaled: Floats, scale: Scale) -> tuple[float, float]:
    """Return where the robust line through a series begins and ends."""
    at = np.flatnonzero(~np.isnan(scaled))
    if len(at) < 2:
        return float("nan"), float("nan")
    i, j = np.triu_indices(len(at), k=1)
    slope = float(np.median((scaled[at[j]] - scaled[at[i]]) / (at[j] - at[i])))
    start = float(np.median(scaled[at] - slope * at))
    ends = np.array([start + slope * at[0], start + slope * at[-1]])
    first, last = signals.off_scale(ends, scale).tolist()
    return first, last


def _best(changes: Sequence[Change], left: Mapping[int, float]) -> Iterator[Change]:
    """Yield each series' changes, a course told once.

    Of a new level and a trend the one that leaves less unexplained; a drift only where there is neither, and a change
    of scatter only where there is nothing else: a step, too, scatters.
    """
    moved = {(each.metric, each.tool, each.department) for each in changes if each.kind != "scatter"}
    courses: dict[tuple[str, str, str], Change] = {}
    for each in changes:
        key = (each.metric, each.tool, each.department)
        if each.kind not in COURSES:
            if each.kind != "scatter" or key not in moved:
                yield each
            continue
        known = courses.get(key)
        if known is None or left[id(each)] < left[id(known)]:
            courses[key] = each
    yield from courses.values()

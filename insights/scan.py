"""Every watched metric of every department and tool, tested for change; what is left when chance has had its share.

The company is judged first. What all departments do in a week together is then taken out of each of them, so that a
department's course or odd week is judged against the others, and a company-wide one is told once. Where the company
has moved, each department is judged once more as it stands: that seven of nine rose is worth telling as such.

Each series has three hypotheses: that it has lately gone somewhere (one test of every shape, `insights.shapes`), that
its last week is odd, and that it scatters otherwise. How false ones among what is told are kept few says
`insights.rates`. Besides, a change must be worth a word in the metric's own unit, concern people enough, and hold
still.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from insights import rates, signals
from insights.metric import Metric
from insights.rates import SHARE
from insights.signals import Floats, Scale, Signal
from insights.weekly import COMPANY, UNMAPPED

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

Kind = Literal["level", "trend", "odd_week", "scatter"]
Test = Literal["course", "odd_week", "scatter"]

WINDOWS: Mapping[Test, int] = {"course": 2 * WINDOW, "odd_week": WINDOW, "scatter": WINDOW}
"""The newest weeks that are tested: of a course as many as tell what was usual.

Memory and noise are learnt from all there are.
"""

WEIGHTS: Mapping[Test, float] = {"course": 2.5, "odd_week": 0.4, "scatter": 0.1}
"""How much of the rate each test may use, fixed before looking: what lasts is worth most to a reader.
"""

COURSES = frozenset({"level", "trend"})
"""Kinds that say where a series has gone; the others tell of one week, or of scatter."""

TESTS: Mapping[Test, Callable[[Floats, float, Floats], Signal]] = {
    "course": signals.course,
    "odd_week": signals.odd_week,
    "scatter": signals.scatter_change,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change that passed. `before`, `now` and `change` are in the metric's own unit.

    `since` is the Monday from which it holds, or begins; `weeks` are those since then. `low` and `high` are the 90 %
    interval of `change`; of a change of scatter they, and `change`, are factors. `p` is the chance of so strong a
    signal without any change, `q` the same after all that was tried. `shrunk` is the change drawn towards what the
    other departments did, as far as its own weeks leave doubt; it ranks, and is not told. `part` says that the company
    moved the same way: the department is judged as it stands, not beside the others.
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
    part: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """What was tested and what passed. `judged` are the (metric, tool, department) that were tested at all.

    `memory` is the coefficient learnt for each metric's departments.
    """

    changes: tuple[Change, ...] = ()
    tried: int = 0
    judged: frozenset[tuple[str, str, str]] = frozenset()
    memory: Mapping[str, float] = field(default_factory=dict)

    def of(self, metric: str, department: str, tool: str) -> Change | None:
        """Return where a metric has gone, None where it has not, or that could not be told."""
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
class Tested:
    """The hypotheses of one metric and test, of the company or of departments; `place` are (tool, department) rows."""

    watched: Watched
    test: Test
    place: NDArray[np.int64]
    signal: Signal
    told: Floats
    shrunk: Floats
    part: bool = False
    q: Floats = field(default_factory=lambda: np.zeros(0))


def scan(watch: Watch) -> Scan:
    """Return what changed. Fewer than eight weeks tell nothing."""
    if len(watch.weeks) < signals.FEWEST_WEEKS or not watch.metrics:
        return Scan()
    every, memory = tested(watch)
    told = [found for each in every for found in _changes(watch, each)]
    return Scan(
        changes=tuple(_best(told, {each.metric.id: each.metric.goes_with for each in watch.metrics})),
        tried=sum(int((~np.isnan(each.signal.p)).sum()) for each in every),
        judged=frozenset(
            (each.watched.metric.id, watch.tools[tool], _name(watch, department))
            for each in every
            for (tool, department), p in zip(each.place.tolist(), each.signal.p, strict=True)
            if not np.isnan(p)
        ),
        memory=memory,
    )


def tested(watch: Watch) -> tuple[list[Tested], dict[str, float]]:
    """Return every hypothesis with its adjusted p, the company's first, and each metric's memory."""
    series = [_series(watch, each) for each in watch.metrics]
    memories, of_company = _memories(series)
    company = _company_rates([each for one in series for each in _tests(one.company, of_company)])
    departments = _department_rates(
        [each for one, memory in zip(series, memories, strict=True) for each in _tests(one.departments, memory)]
    )
    parts = [
        part
        for one in series
        for test in company
        if test.test == "course" and test.watched is one.company.watched
        for part in _parts(one, test, of_company)
    ]
    return [*company, *departments, *parts], {
        each.company.watched.metric.id: memory for each, memory in zip(series, memories, strict=True)
    }


# Series --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rows:
    """Some series of one metric, on its scale: `values` are tested, `raw` is told, `noise` is how loud each value is.

    `place` is where each stands, (tool, row).
    """

    watched: Watched
    place: NDArray[np.int64]
    values: Floats
    raw: Floats
    noise: Floats
    alike: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Series:
    company: _Rows
    departments: _Rows


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


def _series(watch: Watch, watched: Watched) -> _Series:
    """Return one metric's series that are large enough to be judged."""
    values = watched.values if watch.ignored is None else np.where(watch.ignored, np.nan, watched.values)
    scaled = signals.on_scale(values, scale_of(watched.metric), smallest_of(values))
    tools, rows, weeks = scaled.shape
    enough = _enough(watch, watched.metric)
    whole = scaled[:, 0][enough[:, 0]]
    own = _without_common(scaled[:, 1:]).reshape(-1, weeks)
    noise = signals.noise_of(own, watched.sizes[:, 1:].reshape(-1, weeks))
    place = np.stack(np.meshgrid(np.arange(tools), np.arange(1, rows), indexing="ij"), axis=-1).reshape(-1, 2)
    chosen = enough[:, 1:].reshape(-1)
    return _Series(
        company=_Rows(
            watched=watched,
            place=np.stack([np.arange(tools), np.zeros(tools, dtype=np.int64)], axis=-1)[enough[:, 0]],
            values=whole,
            raw=whole,
            noise=np.ones_like(whole),
            alike=False,
        ),
        departments=_Rows(
            watched=watched,
            place=place[chosen],
            values=own[chosen],
            raw=scaled[:, 1:].reshape(-1, weeks)[chosen],
            noise=noise[chosen],
            alike=True,
        ),
    )


def _memories(series: Sequence[_Series]) -> tuple[list[float], float]:
    """Return the memory of each metric's departments, and that of the company.

    Departments of one metric are pooled; where they are too few the company stands in. The company has but one series
    of a metric, so all metrics are pooled.
    """
    several = [n for n, each in enumerate(series) if len(each.departments.place) >= FEWEST_DEPARTMENTS]
    whole = np.concatenate([each.company.values for each in series])
    of_company, *learnt = signals.memories_of(
        [whole, *(series[n].departments.values / series[n].departments.noise for n in several)]
    )
    told = [of_company] * len(series)
    for n, memory in zip(several, learnt, strict=True):
        told[n] = memory
    return told, of_company


def _tests(rows: _Rows, memory: float) -> Iterator[Tested]:
    if not len(rows.place):
        return
    for test, window in WINDOWS.items():
        newest = slice(-window, None)
        values, noise = rows.values[:, newest], rows.noise[:, newest]
        if test == "course":
            found = signals.course(values, memory, noise, alike=rows.alike)
        else:
            found = TESTS[test](values, memory, noise)
        yield Tested(
            watched=rows.watched,
            test=test,
            place=rows.place,
            signal=found,
            told=rows.raw[:, newest],
            shrunk=_shrunk(found) if rows.alike else found.change,
        )


def _parts(one: _Series, company: Tested, memory: float) -> Iterator[Tested]:
    """Yield the departments' courses as they stand, of each tool in which the company has moved, that go its way."""
    for row in np.flatnonzero(company.q <= SHARE).tolist():
        rows = one.departments.place[:, 0] == company.place[row, 0]
        if not rows.any():
            continue
        newest = slice(-WINDOWS["course"], None)
        told = one.departments.raw[rows][:, newest]
        found = signals.course(told, memory, one.departments.noise[rows][:, newest], alike=True)
        same = found.change * company.signal.change[row] > 0
        q = rates.adjusted(found.p)
        yield Tested(
            watched=one.departments.watched,
            test="course",
            place=one.departments.place[rows],
            signal=found,
            told=told,
            shrunk=_shrunk(found),
            part=True,
            q=np.where(same, q, 1.0),
        )


def _enough(watch: Watch, metric: Metric) -> NDArray[np.bool_]:
    """Return which (tool, department) have people and sessions enough lately; `Unmapped` is no department.

    Weeks that are out say nothing: those before them stand in. Of how many people came, what was usual is enough: where
    they stop coming there are few of them.
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
    if metric.numerator == "people" and metric.adds_up:
        usual = signals.median(counted[..., -WINDOW:])
        people, busy = np.fmax(people, usual), busy | (usual >= FEWEST_PEOPLE)
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


def _company_rates(tests: Sequence[Tested]) -> list[Tested]:
    if not tests:
        return []
    return _with_rates(tests, rates.flat(_p(tests), _weights(tests)))


def _department_rates(tests: Sequence[Tested]) -> list[Tested]:
    """Return the departments' tests, each metric and tool a family, with their adjusted p."""
    if not tests:
        return []
    family = np.concatenate(
        [[f"{each.watched.metric.id}:{tool}" for tool in each.place[:, 0].tolist()] for each in tests]
    )
    of_test = np.concatenate([np.full(len(each.place), WEIGHTS[each.test]) for each in tests])
    of_family = np.concatenate([np.full(len(each.place), each.watched.metric.weight) for each in tests])
    return _with_rates(tests, rates.by_family(_p(tests), of_test, family, of_family))


def _p(tests: Sequence[Tested]) -> Floats:
    return np.concatenate([each.signal.p for each in tests])


def _weights(tests: Sequence[Tested]) -> Floats:
    return np.concatenate([np.full(len(each.place), WEIGHTS[each.test] * each.watched.metric.weight) for each in tests])


def _with_rates(tests: Sequence[Tested], q: Floats) -> list[Tested]:
    ends = np.cumsum([len(each.signal.p) for each in tests])
    return [replace(each, q=part) for each, part in zip(tests, np.split(q, ends[:-1]), strict=True)]


# What passed ---------------------------------------------------------------------------------------------------------


def _name(watch: Watch, row: int) -> str:
    return watch.departments[row - 1] if row else COMPANY


def _changes(watch: Watch, test: Tested) -> Iterator[Change]:
    """Yield what passed."""
    with np.errstate(invalid="ignore"):
        passed = np.flatnonzero(test.q <= SHARE)
    for row in passed.tolist():
        change = _change(watch, test, row)
        if change is not None:
            yield change


def _change(watch: Watch, test: Tested, row: int) -> Change | None:
    """Return a change in the metric's own unit; None where it is not worth a word or no longer holds."""
    tool, department = test.place[row].tolist()
    watched, signal, kind = test.watched, test.signal, _kind(test, row)
    newest = slice(-WINDOWS[test.test], None)
    weeks, at = watch.weeks[newest], int(signal.at[row])
    values, sizes = (each[tool, department, newest] for each in (watched.values, watched.sizes))
    values = np.where(np.isnan(test.told[row]), np.nan, values)
    before, now = _levels(kind, values, sizes, at, scale_of(watched.metric))
    if np.isnan(before) or np.isnan(now):
        return None
    factor = (now - before) / signal.change[row] if signal.change[row] else np.nan
    size = now - before
    if kind == "scatter":
        size, factor = float(np.exp(signal.change[row])), np.nan
    elif size * signal.change[row] <= 0 or abs(size) < smallest(watched.metric, before):
        return None
    low, high = float(signal.low[row] * factor), float(signal.high[row] * factor)
    if kind == "scatter":
        low, high = float(np.exp(signal.low[row])), float(np.exp(signal.high[row]))
    return Change(
        metric=watched.metric.id,
        tool=watch.tools[tool],
        department=_name(watch, department),
        kind=kind,
        since=weeks[at],
        weeks=len(weeks) - at,
        before=before,
        now=now,
        change=size,
        low=float(min(low, high)),
        high=float(max(low, high)),
        p=float(signal.p[row]),
        q=float(test.q[row]),
        shrunk=float(test.shrunk[row] * factor) if np.isfinite(factor) else size,
        part=test.part,
    )


def _kind(test: Tested, row: int) -> Kind:
    match test.test:
        case "course":
            return "trend" if test.signal.ramp is not None and test.signal.ramp[row] else "level"
        case "odd_week" | "scatter":
            return test.test


def smallest(metric: Metric, before: float) -> float:
    """Return the least change worth a word: the metric's own, and of a count a tenth of its level besides."""
    relative = SMALLEST_SHARE * abs(before) if metric.adds_up else 0.0
    return max(metric.smallest_change, relative)


def _levels(kind: Kind, values: Floats, sizes: Floats, at: int, scale: Scale) -> tuple[float, float]:
    """Return where a series was and is, in its own unit."""
    match kind:
        case "level" | "scatter":
            return _mean(values[:at], sizes[:at]), _mean(values[at:], sizes[at:])
        case "odd_week":
            return _mean(values[-RECENT - 1 : -1], sizes[-RECENT - 1 : -1]), float(values[-1])
        case _:
            first, last = _line_ends(signals.on_scale(values[at:], scale, smallest_of(values)), scale)
            known = int((~np.isnan(values[:at])).sum())
            return (_mean(values[:at], sizes[:at]) if known >= RECENT else first), last


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


def _best(changes: Sequence[Change], goes_with: Mapping[str, str]) -> Iterator[Change]:
    """Yield each series' changes, a course told once.

    Where the company has moved, what a department did as it stands is told rather than what it did beside the others.
    A change of scatter is told only where there is nothing else: a step, too, scatters. Nor is a metric told where the
    one has moved that it goes with.
    """
    courses: dict[tuple[str, str, str], Change] = {}
    others = []
    for each in changes:
        key = (each.metric, each.tool, each.department)
        if each.kind not in COURSES:
            others.append(each)
        elif key not in courses or each.part:
            courses[key] = each
    lately = {(each.metric, each.tool, each.department) for each in others if each.kind != "scatter"}
    for each in others:
        if each.kind != "scatter" or (each.metric, each.tool, each.department) not in {*courses, *lately}:
            yield each
    for (metric, tool, department), each in courses.items():
        if (goes_with[metric], tool, department) not in courses:
            yield each

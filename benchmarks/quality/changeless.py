"""Companies in which nothing changes: how many findings 13 weekly digests make up, and how often each signal is wrong.

Companies are simulated from their people through a store, so that the gate, the scan and every detector take part.
Panels of series without people, AR(1) with heavy-tailed news, go through the scan alone, and so does a panel of one's
own as CSV.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality import claims, people
from insights import scan as scanning
from insights.basis import Basis
from insights.engine import MOST, examine
from insights.metric import Metric
from insights.scan import Scan, Watch, Watched, scan
from insights.series import panel
from insights.watch import watch_of
from insights.weekly import weekly
from storage.models import family
from storage.reading import group_weeks, model_weeks
from storage.store import open_store

Floats = NDArray[np.float64]
Chances = dict[tuple[str, str], list[float]]
"""The p of every test, by whom it is about (company or departments) and its kind."""

WEEKS, DIGESTS = 40, 13
MEMORIES = (0.0, 0.3, 0.6)
GROUPS, METRICS, PANEL_WEEKS, PANELS = 7, 15, 35, 12
NOMINAL = 0.05


@dataclass(kw_only=True, slots=True)
class Outcome:
    """Findings in 13 digests: `new` (told before counted once), `raw`, and `told`, the new ones among each MOST."""

    memory: float
    new: int
    raw: int
    told: int = 0
    p: Chances = field(default_factory=dict)


def run(csv: Path | None, panels: int, first: int = 0) -> None:
    """Print false findings and rates, of the seeds from `first` on."""
    if csv:
        held_out(csv)
        return
    with ProcessPoolExecutor() as pool:
        made = list(pool.map(company, range(first, first + panels)))
        series = list(pool.map(wandering_panel, range(first, first + PANELS)))
    _show(f"Changeless companies of 9 to 12 departments, {WEEKS} weeks, from their people", made, digests=True)
    _show(
        f"Changeless panels of {GROUPS} × {METRICS} × {PANEL_WEEKS} series, AR(1), heavy-tailed", series, digests=False
    )


def _show(title: str, outcomes: list[Outcome], *, digests: bool) -> None:
    print(f"{title}\n")
    what = "findings" if digests else "changes passed"
    print(f"{'AR(1)':>8}{'panels':>8}  {what} in {DIGESTS} digests, each counted once: mean   most   every week anew")
    for memory in (*MEMORIES, None):
        these = [each for each in outcomes if memory in {None, each.memory}]
        if these:
            new = [each.new for each in these]
            print(
                f"{'all' if memory is None else memory:>8}{len(these):>8}{np.mean(new):58.2f}{max(new):7d}"
                f"{np.mean([each.raw for each in these]):18.2f}"
            )
    if digests:
        print(f"\nof these among the {MOST} of a digest: {np.mean([each.told for each in outcomes]):.2f} in {DIGESTS}")
    _rates(each.p for each in outcomes)


def _rates(every: Iterable[Chances]) -> None:
    """Print how often each signal is below 5 % where nothing changes."""
    p: Chances = defaultdict(list)
    for each in every:
        for key, values in each.items():
            p[key] += values
    print(
        f"\n{'signal':14}" + "".join(f"{where + ': p < 5 %':>24}{'tests':>8}" for where in ("departments", "company"))
    )
    for kind in scanning.TESTS:
        cells = [np.array(p.get((where, kind), [])) for where in ("departments", "company")]
        print(
            f"{kind:14}"
            + "".join(f"{np.mean(c < NOMINAL):24.1%}{len(c):8,}" if len(c) else f"{'–':>24}{0:8}" for c in cells)
        )
    print()


# Companies of people -------------------------------------------------------------------------------------------------


def company(number: int) -> Outcome:
    """Return what 13 digests say of one simulated company."""
    memory = MEMORIES[number % len(MEMORIES)]
    rng = np.random.default_rng((11, number))
    staff = people.invented(rng)
    with tempfile.TemporaryDirectory(prefix="ai-usage-bench-") as folder:
        store = open_store(f"sqlite:///{folder}/store.db")
        people.write(store, staff, people.use(staff, WEEKS, rng, memory))
        every, short = [], []
        for week in range(WEEKS - DIGESTS, WEEKS):
            basis = Basis(store=store, as_of=people.FIRST_WEEK + timedelta(weeks=week + 1))
            seen = examine(panel(basis), limit=None)
            if seen.faults:
                raise RuntimeError(f"a detector failed: {seen.faults}")
            every.append(claims.of_findings(seen.findings))
            short.append(claims.of_findings(seen.findings[:MOST]))
        mondays = [people.FIRST_WEEK + timedelta(weeks=week) for week in range(WEEKS)]
        behind = weekly(
            group_weeks(store, mondays[0], mondays[-1]),
            model_weeks(store, mondays[0], mondays[-1]),
            mondays,
            first_week=mondays[0],
            reference_rank=family("gpt-4o").rank,
            family=family,
        )
        store.close()
    new, raw = claims.counted(every)
    p = chances(watch_of(behind, 5, behind.tools[-1:]))
    return Outcome(memory=memory, new=new, raw=raw, told=claims.counted(short)[0], p=p)


def chances(watch: Watch) -> Chances:
    """Return the p of every test of the newest weeks."""
    p: Chances = defaultdict(list)
    for each in scanning.tested(watch)[0]:
        if not each.part:
            where = "departments" if each.place[0, 1] else "company"
            p[where, each.test] += each.signal.p[~np.isnan(each.signal.p)].tolist()
    return dict(p)


# Panels of series ----------------------------------------------------------------------------------------------------


def wandering_panel(number: int) -> Outcome:
    """Return what 13 scans say of one panel of series without people."""
    memory = MEMORIES[number % len(MEMORIES)]
    rng = np.random.default_rng((12, number))
    weeks = [date(2025, 3, 3) + timedelta(weeks=week) for week in range(PANEL_WEEKS)]
    table: dict[str, dict[str, Floats]] = {}
    for metric in range(METRICS):
        news = rng.standard_t(3, (GROUPS, PANEL_WEEKS + 30)) / np.sqrt(3)
        for week in range(1, PANEL_WEEKS + 30):
            news[:, week] += memory * news[:, week - 1]
        level = 100 * np.exp(rng.standard_normal((GROUPS, 1)) + 0.1 * news[:, 30:])
        table[f"metric {metric + 1}"] = {f"group {row + 1}": values for row, values in enumerate(level)}
    watch = watch_over(table, {}, weeks)
    new, raw = claims.counted([claims.of_scan(each) for each in scans(watch)])
    return Outcome(memory=memory, new=new, raw=raw, p=chances(watch))


def held_out(csv: Path) -> None:
    """Print what 13 scans say of somebody's own panel."""
    watch = read(csv)
    print(
        f"{csv.name}: {len(watch.departments)} groups × {len(watch.metrics)} metrics × {len(watch.weeks)} weeks, "
        f"{min(DIGESTS, len(watch.weeks))} weekly scans\n"
    )
    found = list(scans(watch))
    for week, each in zip(watch.weeks[-len(found) :], found, strict=True):
        told = ", ".join(f"{c.metric} of {c.department} ({c.kind})" for c in each.changes)
        print(f"{week}  {each.tried:6,} tests, {len(each.changes)} passed{': ' if told else ''}{told}")
    new, raw = claims.counted([claims.of_scan(each) for each in found])
    tried = sum(each.tried for each in found)
    print(f"\nin {len(found)} weeks: {tried:,} tests, {new} passed, each counted once ({raw} counted every week anew)")
    print("where a change passed, the first of its weeks counts; what is real in it nobody here knows")
    _rates([chances(watch)])


def scans(watch: Watch) -> Iterator[Scan]:
    """Yield the scans of the last 13 weeks, each with what was known then."""
    for end in range(max(1, len(watch.weeks) - DIGESTS + 1), len(watch.weeks) + 1):
        yield scan(until(watch, end))


def until(watch: Watch, end: int) -> Watch:
    """Return the first `end` weeks."""
    return replace(
        watch,
        weeks=watch.weeks[:end],
        metrics=tuple(
            replace(each, values=each.values[..., :end], sizes=each.sizes[..., :end]) for each in watch.metrics
        ),
        people=watch.people[..., :end],
        sessions=watch.sessions[..., :end],
    )


def read(csv: Path) -> Watch:
    """Return a panel from a long table: group, metric, week (a date), value and, if there is one, denominator.

    A group called "" is all groups together; without one only the groups are judged.
    """
    import pandas as pd  # noqa: PLC0415 - nothing else here needs it

    rows = pd.read_csv(csv, keep_default_na=False, na_values=["", "NaN", "null"], dtype={"metric": str})
    rows["group"] = rows["group"].fillna("").astype(str)
    weeks = [each.date() for each in sorted(pd.to_datetime(rows["week"]).unique())]
    days = pd.to_datetime(rows["week"]).dt.date
    of_week = {day: n for n, day in enumerate(weeks)}
    tables: dict[str, dict[str, dict[str, Floats]]] = {"value": {}, "denominator": {}}
    for column, table in tables.items():
        if column in rows.columns:
            for group, metric, day, value in zip(rows["group"], rows["metric"], days, rows[column], strict=True):
                own = table.setdefault(metric, {})
                own.setdefault(group, np.full(len(weeks), np.nan))[of_week[day]] = float(value)
    return watch_over(tables["value"], tables["denominator"], weeks)


def watch_over(
    values: Mapping[str, Mapping[str, Floats]], sizes: Mapping[str, Mapping[str, Floats]], weeks: list[date]
) -> Watch:
    """Return series by metric and group as if of departments of people enough; every change is worth a word."""
    groups = sorted({group for table in values.values() for group in table} - {""})
    nothing = np.full(len(weeks), np.nan)

    def stacked(table: Mapping[str, Floats]) -> Floats:
        return np.stack([table.get(group, nothing) for group in ("", *groups)])[None]

    people_ = np.full((1, 1 + len(groups), len(weeks)), 100.0)
    if not any("" in table for table in values.values()):
        people_[:, 0] = np.nan
    return Watch(
        weeks=tuple(weeks),
        tools=("*",),
        departments=tuple(groups),
        metrics=tuple(
            Watched(
                metric=_metric(name, stacked(table), averaged=name in sizes),
                values=stacked(table),
                sizes=stacked(sizes.get(name, {})),
            )
            for name, table in values.items()
        ),
        people=people_,
        sessions=np.full(people_.shape, 1000.0),
    )


def _metric(name: str, values: Floats, *, averaged: bool) -> Metric:
    """Return a metric whose scale its values tell: shares within 0 and 1, counts and means from 0 up, else a score."""
    low, high = np.nanmin(values), np.nanmax(values)
    return Metric(
        id=name,
        title=name,
        definition="",
        unit="score" if low < 0 else "percent" if high <= 1 else "ratio",
        good="none",
        numerator="value",
        denominator="denominator" if averaged or high <= 1 else "",
    )

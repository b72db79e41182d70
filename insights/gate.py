"""The one place where weekly arrays become numbers that may be shown: metrics computed, small groups hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insights.metric import Metric, Part
from insights.overlap import GROUPS, hidden_pairs, hidden_several, several_of
from insights.privacy import hidden_cells
from insights.together import together
from insights.weekly import Flags, Floats, Weekly
from storage.models import OTHER, Family
from storage.schema import SEVERAL

if TYPE_CHECKING:
    import pandas as pd

ALSO = {"reference_people": "people", "top_ten_people": "people", "top_decile_people": "people"}
"""Counts of a part of those whom another column counts: hidden with it as well."""

KEPT_TOGETHER = {
    "gained": ("", ("kept", "gained", "lapsed", "recent_people", "earlier_people")),
    "lapsed": ("", ("kept", "gained", "lapsed", "recent_people", "earlier_people")),
    "newcomers": ("gained", ("newcomers", "returned")),
    "returned": ("gained", ("newcomers", "returned")),
}
"""Counts that follow from each other: where one of them is hidden so are all, and what else hides them.

Everybody active now is kept or gained, everybody active before is kept or lapsed, and how many are active may be known
from their seats; whoever is gained is new or returned.
"""

NOBODY = 0.5
"""The count that stands for "nobody, of fewer than k": more than nothing to hide, and less than one person."""

TOKENS = frozenset({"input_tokens", "output_tokens"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One value with what qualifies it. `people` is how many people (or seats) it is about; None: unknown or hidden.

    `value` is None where it is hidden (`suppressed`) or where no tool reports what it needs.
    """

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    people: int | None = None
    estimated: bool = False
    suppressed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Gated:
    """Arrays of the shape (metrics, tools, departments, weeks), NaN where hidden or absent."""

    metrics: tuple[Metric, ...]
    value: Floats
    numerator: Floats
    denominator: Floats
    people: Floats
    estimated: Flags
    suppressed: Flags

    def cell(self, place: tuple[int, int, int, int]) -> Cell:
        """Return one cell."""
        return Cell(
            value=_told(self.value[place]),
            numerator=_told(self.numerator[place]),
            denominator=_told(self.denominator[place]),
            people=None if np.isnan(self.people[place]) else int(self.people[place]),
            estimated=bool(self.estimated[place]),
            suppressed=bool(self.suppressed[place]),
        )

    def of_tool(self, at: int) -> "Gated":
        """Return the arrays of one tool, by its place."""
        names = ("value", "numerator", "denominator", "people", "estimated", "suppressed")
        return replace(self, **{name: getattr(self, name)[:, at : at + 1] for name in names})

    def of_rows(self, rows: Sequence[int]) -> "Gated":
        """Return the arrays of some rows of departments, by their places; 0 is the company."""
        names = ("value", "numerator", "denominator", "people", "estimated", "suppressed")
        return replace(self, **{name: getattr(self, name)[:, :, rows] for name in names})

    def frame(self, weeks: Sequence[date], tools: Sequence[str], names: Sequence[str]) -> "pd.DataFrame":
        """Return every cell as a row."""
        import pandas as pd  # noqa: PLC0415 - a quarter of a second that an answer does without

        labels = ([each.id for each in self.metrics], list(tools), list(names), list(weeks))
        grid = pd.MultiIndex.from_product(labels, names=["metric", "tool", "department", "week"]).to_frame(index=False)
        columns = ("value", "numerator", "denominator", "people", "estimated", "suppressed")
        filled = grid.assign(**{name: getattr(self, name).reshape(-1) for name in columns})
        return filled[["week", "department", "tool", "metric", *columns]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mix:
    """Sessions by family, of the shape (families, tools, departments, weeks); the last family is `other`.

    Zero where a family was not used or is folded into `other`, NaN in `other` where the mix is hidden or absent.
    """

    families: tuple[Family, ...]
    sessions: Floats
    people: Floats
    suppressed: Flags

    def of_tool(self, at: int) -> "Mix":
        """Return the mix of one tool, by its place."""
        one = slice(at, at + 1)
        return replace(
            self, sessions=self.sessions[:, one], people=self.people[:, one], suppressed=self.suppressed[one]
        )

    def of_rows(self, rows: Sequence[int]) -> "Mix":
        """Return the mix of some rows of departments, by their places; 0 is the company."""
        return replace(
            self,
            sessions=self.sessions[:, :, rows],
            people=self.people[:, :, rows],
            suppressed=self.suppressed[:, rows],
        )

    def frame(self, weeks: Sequence[date], tools: Sequence[str], names: Sequence[str]) -> "pd.DataFrame":
        """Return every share that is not zero as a row."""
        import pandas as pd  # noqa: PLC0415 - a quarter of a second that an answer does without

        total = self.sessions.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = self.sessions / total
        hidden = np.broadcast_to(self.suppressed, share.shape).copy()
        hidden[:-1] = False
        f, t, d, w = (each.tolist() for each in np.nonzero((share > 0) | hidden))
        return pd.DataFrame(
            {
                "week": [weeks[n] for n in w],
                "department": [names[n] for n in d],
                "tool": [tools[n] for n in t],
                "family": [self.families[n].name for n in f],
                "rank": pd.array([self.families[n].rank for n in f], dtype="Int64"),
                "value": share[f, t, d, w],
                "sessions": self.sessions[f, t, d, w],
                "people": self.people[f, t, d, w],
                "suppressed": hidden[f, t, d, w],
            }
        ).sort_values(["week", "department", "tool"], kind="stable", ignore_index=True)


def gated(behind: Weekly, metrics: tuple[Metric, ...], k: int, tools: Sequence[str]) -> Gated:
    """Return the metrics of the tools asked for; what is hidden does not depend on what was asked."""
    groups = sorted({each.group for each in metrics} - GROUPS)
    # Groups that are hidden together are worked out once.
    rules = {KEPT_TOGETHER.get(group, group): group for group in groups}
    by_rule = {rule: hidden_group(behind, group, k) for rule, group in rules.items()}
    shut = {group: by_rule[KEPT_TOGETHER.get(group, group)] for group in groups}
    if GROUPS & {each.group for each in metrics}:
        shut |= hidden_several(behind, k)
    chosen = _rows_of(behind, tools)
    shape = (len(metrics), len(chosen), *behind.columns["people"].shape[1:])
    arrays = {name: np.full(shape, np.nan) for name in ("value", "numerator", "denominator", "people")}
    estimated, suppressed = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for n, metric in enumerate(metrics):
        told, hidden = _known(metric, behind, shut[metric.group], k)
        untold = hidden | np.isnan(told["value"])
        for name, array in told.items():
            arrays[name][n] = _pick(np.where(untold, np.nan, array), chosen)
        suppressed[n] = _pick(hidden & ~np.isnan(told["value"]), chosen, missing=False)
        if TOKENS & set(metric.needs):
            estimated[n] = _pick(behind.estimated & ~untold, chosen, missing=False)
    return Gated(metrics=metrics, estimated=estimated, suppressed=suppressed, **arrays)


def _known(metric: Metric, behind: Weekly, shut: Flags, k: int) -> tuple[dict[str, Floats], Flags]:
    """Return a metric's arrays, and which cells of them are hidden."""
    value, numerator, denominator = compute(metric, behind)
    people, hidden = behind.columns[metric.group].copy(), shut.copy()
    if len(behind.tools) > 2 and ALSO.get(metric.group, metric.group) == "people":
        all_tools = together(metric, behind, value, numerator, denominator)
        value[0], people[0] = all_tools.value, np.where(all_tools.partly, all_tools.people, people[0])
        numerator, denominator = numerator.copy(), denominator.copy()
        numerator[0], denominator[0] = all_tools.numerator, all_tools.denominator
        if all_tools.partly.any():
            hidden[0] |= all_tools.partly & (shut[1:] & all_tools.within).any(axis=0)
            hidden |= _hidden(np.nan_to_num(people), k, hidden)
    told = {"value": value, "numerator": numerator, "denominator": denominator, "people": people}
    return told, hidden


def compute(metric: Metric, behind: Weekly) -> tuple[Floats, Floats, Floats]:
    """Return value, numerator and denominator; NaN where a measure is absent or the denominator is 0."""
    columns = behind.columns
    absent = np.full_like(columns["people"], np.nan)
    numerator = columns[metric.numerator] if metric.numerator else absent
    denominator = columns[metric.denominator] if metric.denominator else absent
    if metric.parts:
        value = 100 * np.sum([_part(columns, part) for part in metric.parts], axis=0)
    elif metric.denominator:
        value = _quotient(numerator, denominator)
    else:
        value = numerator.copy()
    if metric.only == "department":
        value[:, 0] = np.nan
    if metric.only == "company":
        value[:, 1:] = np.nan
    return value, numerator, denominator


def _quotient(numerator: Floats, denominator: Floats) -> Floats:
    safe = np.where(denominator > 0, denominator, np.nan)
    return np.asarray(numerator / safe, dtype=np.float64)


def _part(columns: dict[str, Floats], part: Part) -> Floats:
    reached = (_quotient(columns[part.numerator], columns[part.denominator]) - part.low) / (part.high - part.low)
    return part.weight * np.clip(reached, 0, 1)


def hidden_group(behind: Weekly, group: str, k: int) -> Flags:
    """Return which cells of a metric whose people `group` counts are hidden, (tools, departments, weeks)."""
    counts = np.nan_to_num(behind.columns[group])
    if group in ALSO:
        base = hidden_group(behind, ALSO[group], k)
        return base | _hidden(counts, k, base)
    if group in KEPT_TOGETHER:
        above, columns = KEPT_TOGETHER[group]
        return _hidden_together(behind, columns, k, hidden_group(behind, above, k) if above else None)
    if group == "people":
        # That nobody was active says something about everybody who could have been.
        seats = np.nan_to_num(behind.columns["seats_assigned"])
        counts = np.where((behind.columns["people"] == 0) & (seats < k), NOBODY, counts)
    return _hidden(counts, k)


def _hidden_together(behind: Weekly, columns: Sequence[str], k: int, already: Flags | None) -> Flags:
    """Return the cells in which any of the columns is to be hidden, and so all are."""
    shut = np.zeros(behind.columns["people"].shape, np.bool_) if already is None else already
    while True:
        before = shut
        for name in columns:
            shut = shut | _hidden(np.nan_to_num(behind.columns[name]), k, shut)
        if (shut == before).all():
            return shut


def _hidden(counts: Floats, k: int, already: Flags | None = None) -> Flags:
    hidden = np.zeros(counts.shape, np.bool_)
    # Two columns are one tool and the same tool as "all together": the one table of departments says it all.
    tools = slice(0, 1) if len(counts) == 2 and (counts[0] == counts[1]).all() else slice(None)
    for week in range(counts.shape[2]):
        before = None if already is None else already[tools, :, week].T
        hidden[:, :, week] = hidden_cells(counts[tools, :, week].T, k, before).T
    return hidden


def paired(behind: Weekly, k: int, week: int) -> Floats:
    """Return who holds seats of two tools in one week, (pairs, PAIR, departments); NaN where it is hidden."""
    people, several = behind.pair_people[..., week], several_of(behind, week)
    flags = hidden_several(behind, k)
    shut = np.stack([flags[name][0, :, week] for name in SEVERAL], axis=1)
    hidden = hidden_pairs(several, shut, people, _told_by_seats(behind, k, week), k)
    return np.where(hidden, np.nan, people)


def _told_by_seats(behind: Weekly, k: int, week: int) -> list[tuple[int, tuple[int, ...], int]]:
    """Return the sums of pairs that metrics of seats tell: the active ones of a tool all of whose holders hold both."""
    hidden = hidden_group(behind, "seats_assigned", k)[..., week]
    seats = behind.columns["seats_assigned"][..., week]
    return [
        (p, columns, row)
        for p, pair in enumerate(behind.pairs)
        for tool, columns in zip(map(behind.tools.index, pair), ((1, 2), (1, 3)), strict=True)
        for row in np.flatnonzero((seats[tool] == behind.pair_people[p, 0, :, week]) & ~hidden[tool]).tolist()
    ]


def mixed(behind: Weekly, k: int, tools: Sequence[str]) -> Mix:
    """Return the model mix of the tools asked for, with families that few people used folded into `other`."""
    closed = hidden_group(behind, "reference_people", k) | hidden_group(behind, "people", k)
    known = np.array([each.rank is not None for each in behind.families], np.bool_)
    people, sessions = behind.family_people, np.nan_to_num(behind.family_sessions)
    folded = _folded(behind, closed, known, k)
    reported = (~np.isnan(behind.family_sessions)).any(axis=0)
    rest = np.where(closed | ~reported, np.nan, np.where(folded, sessions, 0).sum(axis=0))
    rest_people = np.max(np.where(folded, people, 0), axis=0, initial=0)
    shown = np.where(folded | closed, 0, sessions)[known]
    shown_people = np.where(folded | closed, 0, people)[known]
    chosen = _rows_of(behind, tools)
    return Mix(
        families=(*(each for each in behind.families if each.rank is not None), Family(name=OTHER, rank=None)),
        sessions=np.stack([_pick(each, chosen) for each in (*shown, rest)]),
        people=np.stack([_pick(each, chosen) for each in (*shown_people, rest_people)]),
        suppressed=_pick(closed & reported, chosen, missing=False),
    )


def _folded(behind: Weekly, closed: Flags, known: Flags, k: int) -> Flags:
    """Return which families are part of `other`, (families, tools, departments, weeks).

    For each tool the table is departments by families, whose totals are both known. What is folded for one tool is
    folded for all, so that tools cannot be played off against each other.
    """
    people = behind.family_people
    folded = (people > 0) & (~known[:, None, None, None] | closed)
    totals = np.nan_to_num(behind.columns["people"])
    alone = len(behind.tools) == 2  # all tools together are then the one tool
    for week in range(people.shape[3]):
        while True:
            before = folded[..., week].copy()
            for tool in range(1 if alone else len(behind.tools)):
                counts = np.vstack([totals[tool, :, week], people[:, tool, :, week]]).T
                shut = np.vstack([closed[tool, :, week], folded[:, tool, :, week]]).T
                folded[:, tool, :, week] |= hidden_cells(counts, k, shut)[:, 1:].T
            folded[..., week] = folded[..., week].any(axis=1, keepdims=True) & (people[..., week] > 0)
            if (folded[..., week] == before).all():
                break
    return folded


def _rows_of(behind: Weekly, tools: Sequence[str]) -> list[int]:
    """Return the place of each tool; -1 for one without roll-ups."""
    return [behind.tools.index(each) if each in behind.tools else -1 for each in tools]


def _pick(array: NDArray[Any], rows: list[int], *, missing: float = np.nan) -> NDArray[Any]:
    """Return the rows of the first axis asked for; `missing` for one that is not there."""
    picked = array[rows]
    picked[[n for n, row in enumerate(rows) if row < 0]] = missing
    return picked


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

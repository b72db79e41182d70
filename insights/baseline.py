"""What a tool's use was in the periods that manual exports tell: before the roll-out, or before the APIs reach back.

Totals of a period are not days: they are shown beside the weeks and never added to them. The small-group gate is the
weeks' own, with one thing more: periods overlap, and what is hidden of a department in one could be found as the rest
of another. So a department that is hidden in a period is hidden in every one of the tool that shares days with it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from insights.basis import Basis
from insights.gate import NOBODY
from insights.privacy import hidden_cells
from insights.weekly import COMPANY
from storage.periods import group_periods
from storage.schema import MEASURES

Key = tuple[str, str, date, date]
"""Source, tool, first and last day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodNumbers:
    """A period of one tool, in one department or ('') the company.

    `listed` are the people in the export, `people` those who were active; None where hidden. `measures` are sums by
    name, without those that the export does not tell; empty where hidden.
    """

    source: str
    tool: str
    first: date
    last: date
    department: str
    listed: int | None
    people: int | None
    measures: Mapping[str, float]

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.last - self.first).days + 1

    def per_person(self, measure: str) -> float | None:
        """Return a measure divided by the active people; None where it is hidden, not told, or nobody was active."""
        value = self.measures.get(measure)
        return value / self.people if value is not None and self.people else None


def baseline(basis: Basis, departments: Sequence[str] = (), tools: Sequence[str] = ()) -> tuple[PeriodNumbers, ...]:
    """Return the periods of `tools` (none: all) that were over by then, in `departments` (none: the company).

    They come by tool, newest first. A department that an export does not list has no row.
    """
    found = group_periods(basis.store)
    tables: dict[Key, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for values in found.rows:
        row = dict(zip(found.columns, values, strict=True))
        if row["last"] <= basis.as_of:
            tables[row["source"], row["tool"], row["first"], row["last"]][row["name"]] = row
    active, listed = _hidden(tables, basis.min_group_size)
    wanted = departments or (COMPANY,)
    order = sorted(tables, key=lambda key: (key[1], -key[3].toordinal(), key[2], key[0]))
    return tuple(
        _numbers(key, tables[key][name], hidden=name in active[key], unlisted=name in listed[key])
        for key in order
        if not tools or key[1] in tools
        for name in wanted
        if name in tables[key]
    )


def _numbers(key: Key, row: Mapping[str, Any], *, hidden: bool, unlisted: bool) -> PeriodNumbers:
    source, tool, first, last = key
    return PeriodNumbers(
        source=source,
        tool=tool,
        first=first,
        last=last,
        department=row["name"],
        listed=None if unlisted else row["listed"],
        people=None if hidden else row["people"],
        measures={} if hidden else {name: float(row[name]) for name in MEASURES if row[name] is not None},
    )


def _hidden(
    tables: Mapping[Key, Mapping[str, Mapping[str, Any]]], k: int
) -> tuple[dict[Key, set[str]], dict[Key, set[str]]]:
    """Return, by period, the names whose active people are hidden, and those whose listed people are."""
    active: dict[Key, set[str]] = {key: set() for key in tables}
    listed: dict[Key, set[str]] = {key: set() for key in tables}
    changed = True
    while changed:
        changed = False
        for key, rows in tables.items():
            for shut, count in ((listed, _listed_count), (active, _active_count)):
                # Who is listed sets an end to who is active: where the one is hidden, so is the other.
                more = shut[key] | listed[key]
                more |= {name for other in tables if _overlap(key, other) for name in shut[other]}
                more = _gated(rows, [count(row, k) for _, row in sorted(rows.items())], more, k)
                changed |= more != shut[key]
                shut[key] = more
    return active, listed


def _overlap(one: Key, other: Key) -> bool:
    return one[1] == other[1] and one[2] <= other[3] and other[2] <= one[3]


def _active_count(row: Mapping[str, Any], k: int) -> float:
    # That nobody was active says something about everybody who is listed.
    return NOBODY if not row["people"] and row["listed"] < k else float(row["people"])


def _listed_count(row: Mapping[str, Any], k: int) -> float:
    del k
    return float(row["listed"])


def _gated(rows: Mapping[str, object], counts: Sequence[float], already: set[str], k: int) -> set[str]:
    """Return which names are hidden in a period. The company, '', sorts first: it is the sum of the others."""
    names = sorted(rows)
    table, before = np.array(counts)[:, None], np.array([[name in already] for name in names])
    shut = hidden_cells(table, k, before)
    if shut.sum() == 1 and not shut[0]:
        # Hidden for another period's sake and alone, it is the rest of this one, large as it may be.
        shut = hidden_cells(np.where(shut, NOBODY, table), k, shut)
    return {name for name, gone in zip(names, shut[:, 0], strict=True) if gone}

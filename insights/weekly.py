"""The weekly roll-ups as arrays: what stands behind the gate. Nothing outside `insights/` may see this."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.models import Family
from storage.reading import Rows
from storage.schema import COHORTS, LADDER, MEASURES, SEATS, SEVERAL

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALL_TOOLS = "*"
COMPANY = ""
UNMAPPED = "Unmapped"
LADDER_WEEKS = 12
TOP = 10

READ = (
    "people",
    *MEASURES,
    "active_weeks",
    "top_ten_prompts",
    "top_decile_prompts",
    "top_decile_people",
    *LADDER,
    *SEATS,
    "seat_spend",
    "unused_seat_spend",
    *SEVERAL,
    "several_unused_spend",
)
"""The columns that are read as they are; COHORTS likewise, from a table of their own."""

DERIVED = (
    "gained",
    "recent_people",
    "earlier_people",
    "possible_weeks",
    "seats_unused",
    "ladder_people",
    "top_ten_people",
    "reference_sessions",
    "below_sessions",
    "ranked_sessions",
    "reference_people",
    "several_unused",
)
"""Columns made of those.

`possible_weeks`: the most that `active_weeks` could be. `seats_unused`: seats assigned, not active in 28 days and not
in grace. `gained`: newcomers and returned; `recent_people`: those active in the last four weeks, `earlier_people` in
the four before. `ladder_people`: everybody on the ladder. `top_ten_people`: the fewer of the ten heaviest users and the
rest.
`reference_sessions` and `below_sessions`: sessions on models that rank at least as high as the reference model, and
on those below; `ranked_sessions` both together. `reference_people`: the fewest people that either side is surely
about. `several_unused`: people with seats of several tools who use one of them at most.
"""

COLUMNS = READ + COHORTS + DERIVED


NO_COHORTS = Rows(("week", "tool", "name", *COHORTS), [])

PAIR = ("holders", "used_both", "used_tool", "used_other", "used_neither")
"""What is known of a pair of tools: who holds a seat of both, and which of the two they used in the last 28 days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Weekly:
    """Arrays of the shape (tools, departments, weeks).

    Tool 0 is every tool together, department 0 the company. NaN is absent. `families` are the model families,
    strongest first, unknown ones last; `family_sessions` and `family_people` have them as their first axis, and
    `family_people` is the least number of people that those sessions are surely about. `pairs` are the pairs of tools
    that anybody holds seats of, and `pair_people` has who they are, of the shape (pairs, PAIR, departments, weeks).
    """

    weeks: tuple[date, ...]
    departments: tuple[str, ...]
    tools: tuple[str, ...]
    columns: dict[str, Floats]
    estimated: Flags
    families: tuple[Family, ...]
    family_sessions: Floats
    family_people: Floats
    pairs: tuple[tuple[str, str], ...]
    pair_people: Floats


@dataclass(frozen=True, slots=True)
class _Axes:
    """Where each week, tool and department stands."""

    tools: dict[str, int]
    departments: dict[str, int]
    weeks: dict[date, int]

    @property
    def shape(self) -> tuple[int, int, int]:
        return (len(self.tools), len(self.departments), len(self.weeks))

    def places(self, table: Rows) -> NDArray[np.intp]:
        """Return where each row belongs in the flattened array."""
        week, tool, name = (table.columns.index(each) for each in ("week", "tool", "name"))
        across, down = len(self.departments) * len(self.weeks), len(self.weeks)
        return np.fromiter(
            (
                self.tools[row[tool]] * across + self.departments[row[name]] * down + self.weeks[row[week]]
                for row in table.rows
            ),
            dtype=np.intp,
            count=len(table.rows),
        )


def weekly(
    groups: Rows,
    models: Rows,
    weeks: Sequence[date],
    *,
    pairs: Rows | None = None,
    first_week: date | None,
    reference_rank: int | None,
    family: Callable[[str], Family],
    cohorts: Rows = NO_COHORTS,
) -> Weekly:
    """Return the roll-ups of `weeks` (Mondays, ascending) as arrays.

    `first_week` is where history begins, which bounds how many weeks anybody can have been active in.
    """
    axes = _axes(groups, cohorts, weeks)
    columns, estimated = _read(groups, axes)
    columns |= _columns(cohorts, COHORTS, axes)
    families, sessions, people = _families(models, axes, family)
    of_pairs, pair_people = _pairs(pairs or Rows((), []), axes)
    columns |= _derived(columns, axes, first_week)
    columns |= _reference(families, sessions, people, reference_rank)
    return Weekly(
        weeks=tuple(weeks),
        departments=tuple(axes.departments),
        tools=tuple(axes.tools),
        columns=columns,
        estimated=estimated,
        families=families,
        family_sessions=sessions,
        family_people=people,
        pairs=of_pairs,
        pair_people=pair_people,
    )


def _pairs(table: Rows, axes: _Axes) -> tuple[tuple[tuple[str, str], ...], Floats]:
    """Return the pairs of tools by name, and their people; 0 where nobody holds both."""
    found = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    names = tuple(sorted({(row["tool"], row["other"]) for row in found}))
    people = np.zeros((len(names), len(PAIR), *axes.shape[1:]))
    for row in found:
        place = (axes.departments[row["name"]], axes.weeks[row["week"]])
        people[names.index((row["tool"], row["other"])), :, *place] = [row[each] for each in PAIR]
    return names, people


def _axes(groups: Rows, cohorts: Rows, weeks: Sequence[date]) -> _Axes:
    # Of a department where everybody has stopped only the cohorts may know.
    tools = {*_column(groups, "tool"), *_column(cohorts, "tool"), ALL_TOOLS}
    names = {*_column(groups, "name"), *_column(cohorts, "name"), COMPANY}
    ordered_tools = sorted(tools, key=lambda each: (each != ALL_TOOLS, each))
    ordered_names = sorted(names, key=lambda each: (each != COMPANY, each == UNMAPPED, each.casefold(), each))
    return _Axes(
        {each: n for n, each in enumerate(ordered_tools)},
        {each: n for n, each in enumerate(ordered_names)},
        {each: n for n, each in enumerate(weeks)},
    )


def _column(table: Rows, name: str) -> list[Any]:
    at = table.columns.index(name)
    return [row[at] for row in table.rows]


def _read(groups: Rows, axes: _Axes) -> tuple[dict[str, Floats], Flags]:
    flags = np.zeros(int(np.prod(axes.shape)), dtype=np.bool_)
    flags[axes.places(groups)] = np.array(_column(groups, "tokens_estimated"), dtype=np.bool_)
    return _columns(groups, READ, axes), flags.reshape(axes.shape)


def _columns(table: Rows, names: Sequence[str], axes: _Axes) -> dict[str, Floats]:
    places = axes.places(table)
    columns: dict[str, Floats] = {}
    for name in names:
        flat = np.full(int(np.prod(axes.shape)), np.nan)
        flat[places] = np.array(_column(table, name), dtype=np.float64)
        columns[name] = flat.reshape(axes.shape)
    return columns


def _families(models: Rows, axes: _Axes, family: Callable[[str], Family]) -> tuple[tuple[Family, ...], Floats, Floats]:
    """Return the families with, by family, their sessions and the people who surely used them."""
    slugs = _column(models, "model")
    of = {slug: family(slug) for slug in dict.fromkeys(slugs) if slug}
    families = tuple(sorted(set(of.values()), key=lambda each: (each.rank is None, -(each.rank or 0), each.name)))
    number = {each: n for n, each in enumerate(families)}
    size = int(np.prod(axes.shape))
    sessions = np.full(len(families) * size, np.nan)
    people = np.zeros(len(families) * size)
    known = np.array([bool(slug) for slug in slugs], dtype=np.bool_)
    where = np.array([number[of[slug]] * size for slug in slugs if slug], dtype=np.intp) + axes.places(models)[known]
    told = np.array(_column(models, "sessions"), dtype=np.float64)[known]
    reported = ~np.isnan(told)
    sessions[where[reported]] = 0
    np.add.at(sessions, where[reported], told[reported])
    np.maximum.at(people, where, np.array(_column(models, "people"), dtype=np.float64)[known])
    # Who used a model only beside a stronger one has no session of it: there the count says nothing.
    people[~(sessions > 0)] = 0
    shape = (len(families), *axes.shape)
    return families, sessions.reshape(shape), people.reshape(shape)


def _derived(columns: dict[str, Floats], axes: _Axes, first_week: date | None) -> dict[str, Floats]:
    people = columns["people"]
    ages = [LADDER_WEEKS if first_week is None else (week - first_week).days // 7 + 1 for week in axes.weeks]
    lived = np.clip(np.array(ages, dtype=np.float64), 1, LADDER_WEEKS)
    purchased = columns["seats_purchased"]
    # What was bought stands with its tool; together it is their sum, where any of it is known.
    every = np.where(np.isnan(purchased[1:]).all(axis=0), np.nan, np.nansum(purchased[1:], axis=0))
    if len(axes.tools) > 1:
        purchased[0] = np.where(np.isnan(purchased[0]), every, purchased[0])
    grace = np.nan_to_num(columns["seats_in_grace"])
    return {
        "possible_weeks": people * lived,
        "seats_unused": columns["seats_assigned"] - columns["seats_active"] - grace,
        "several_unused": columns["several_using_none"] + columns["several_using_one"],
        "gained": columns["newcomers"] + columns["returned"],
        "recent_people": columns["kept"] + columns["newcomers"] + columns["returned"],
        "earlier_people": columns["kept"] + columns["lapsed"],
        "ladder_people": np.sum([columns[name] for name in LADDER], axis=0),
        "top_ten_people": np.where(people > TOP, np.minimum(TOP, people - TOP), people),
    }


def _reference(families: tuple[Family, ...], sessions: Floats, people: Floats, rank: int | None) -> dict[str, Floats]:
    shape = sessions.shape[1:]
    absent = np.full(shape, np.nan)
    if rank is None:
        return dict.fromkeys(("reference_sessions", "below_sessions", "ranked_sessions", "reference_people"), absent)
    above = np.array([each.rank is not None and each.rank >= rank for each in families], dtype=np.bool_)
    below = np.array([each.rank is not None and each.rank < rank for each in families], dtype=np.bool_)
    sides = [np.nansum(sessions[side], axis=0) for side in (above, below)]
    reported = ~np.isnan(sessions[above | below]).all(axis=0) if (above | below).any() else np.zeros(shape, np.bool_)
    users = [np.max(people[side], axis=0, initial=0) for side in (above, below)]
    fewest = np.fmin(*(np.where(each > 0, each, np.nan) for each in users))
    return {
        "reference_sessions": np.where(reported, sides[0], np.nan),
        "below_sessions": np.where(reported, sides[1], np.nan),
        "ranked_sessions": np.where(reported, sides[0] + sides[1], np.nan),
        "reference_people": fewest,
    }

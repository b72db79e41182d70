"""What the numbers are to be read against, as arrays: working days, who moved, how far facts reach, what was restated.

Counts of members are for weighing alone. Nothing here leaves `insights/` but in the sentences of `insights.guards`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from insights.basis import WEEK, Basis, monday
from insights.guards.calendar import lost_by_row
from insights.weekly import ALL_TOOLS, Floats, Weekly
from storage import circumstances
from storage.circumstances import Move, Restated

RESTATED_WITHIN = timedelta(weeks=4)
"""How long a restatement is worth a word."""

GONE_WEEKS = 4
"""Weeks without facts after which a tool is no longer late but gone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What is known beside the numbers; rows are the company and the departments, as in the numbers.

    `lost` is the share of working days lost, (rows, weeks), and `countries` name, by week, whose holidays they were.
    `members` are those of each row, (rows, weeks), on the last day of the week. `reach` is the last day with facts of
    each tool. `estimated` are the tools whose tokens are worked out from characters. `unknown` is the company's share
    of sessions on models that the catalogue does not know, (tools, weeks).
    """

    k: int
    lost: Floats
    countries: tuple[tuple[str, ...], ...]
    members: Floats
    moves: tuple[Move, ...] = ()
    reach: Mapping[str, date]
    restated: tuple[Restated, ...] = ()
    unknown: Floats
    estimated: frozenset[str] = frozenset()


def circumstances_of(behind: Weekly, tools: Sequence[str], basis: Basis) -> Circumstances:
    """Return what is known about the weeks of `behind`."""
    weeks, rows = behind.weeks, len(behind.departments)
    unknown = _unknown(behind, tools)
    if not weeks:
        nothing = np.zeros((rows, 0))
        return Circumstances(
            k=basis.min_group_size, lost=nothing, countries=(), members=nothing, reach={}, unknown=unknown
        )
    end = weeks[-1] + timedelta(days=6)
    at_locations = _members(behind, circumstances.stays(basis.store, weeks[0], end))
    lost, countries = lost_by_row(weeks, at_locations, basis.country, rows)
    named = behind.tools if ALL_TOOLS in tools else tuple(tools)
    return Circumstances(
        k=basis.min_group_size,
        lost=lost,
        countries=countries,
        members=sum(at_locations.values(), np.zeros((rows, len(weeks)))),
        moves=tuple(_by_week(circumstances.moves(basis.store, weeks[0], end))),
        reach=circumstances.last_days(basis.store, [each for each in named if each != ALL_TOOLS], weeks[-1]),
        restated=tuple(circumstances.restatements(basis.store, basis.as_of - RESTATED_WITHIN, basis.as_of)),
        unknown=unknown,
        estimated=frozenset(each for each in tools if behind.estimated[behind.tools.index(each)].any()),
    )


def _members(behind: Weekly, stays: Sequence[circumstances.Stay]) -> dict[str, Floats]:
    """Return how many members each location has by row and week, on the Sunday."""
    weeks = behind.weeks
    place = {name: row for row, name in enumerate(behind.departments)}
    found: dict[str, Floats] = {}
    for stay in stays:
        # Nobody who came after a Sunday was there on it, and who left by it was not.
        first = -((monday(weeks[0]) + timedelta(days=6) - stay.since).days // 7)
        last = len(weeks) if stay.until is None else -((weeks[0] + timedelta(days=6) - stay.until).days // 7)
        there = slice(max(first, 0), max(last, 0))
        count = found.setdefault(stay.location, np.zeros((len(behind.departments), len(weeks))))
        count[0, there] += stay.members
        if (row := place.get(stay.department)) is not None and row:
            count[row, there] += stay.members
    return found


def _by_week(moves: Sequence[Move]) -> list[Move]:
    """Return moves added up over each week, on the day on which most of them were."""
    people, days = Counter[tuple[date, str, str]](), dict[tuple[date, str, str], Move]()
    for each in moves:
        key = (monday(each.day), each.source, each.target)
        people[key] += each.people
        if key not in days or each.people > days[key].people:
            days[key] = each
    return [
        Move(day=days[key].day, source=key[1], target=key[2], people=count) for key, count in sorted(people.items())
    ]


def _unknown(behind: Weekly, tools: Sequence[str]) -> Floats:
    known = np.array([each.rank is not None for each in behind.families], dtype=np.bool_)
    sessions = np.nan_to_num(behind.family_sessions[:, :, 0])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = sessions[~known].sum(axis=0) / sessions.sum(axis=0)
    return np.asarray(share[[behind.tools.index(each) for each in tools]])


def week_of(weeks: Sequence[date], day: date) -> int:
    """Return the place of a day's week among `weeks`, which follow each other; it may lie outside."""
    return (monday(day) - weeks[0]) // WEEK

"""Sentences about what is no behaviour in the last weeks: one each, the most important first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from insights.guards.breaks import Break
from insights.guards.circumstances import GONE_WEEKS, Circumstances, week_of
from insights.scan import Watch
from insights.weekly import ALL_TOOLS, Flags
from insights.words import counted, listing, tool_name
from storage.circumstances import Move, Restated

__all__ = ["Dip", "Move", "Reorganisation", "notes"]

MOST = 3
WITHIN = 8
"""The newest weeks that notes are about."""

ROUND = 2.0
"""Factors from which one digit is enough."""

WORTH_A_PART = 0.1
"""How much lower use was in a holiday week from which it is said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dip:
    """One or two weeks in which fewer people came everywhere: by `part` of what is usual."""

    tool: str
    first: int
    length: int
    part: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Reorganisation:
    """A department, by row, that is another one from the week `begins` on.

    `share` of its members came or went, most of them by `move`. `renamed`: all of one became the other, a new one.
    """

    row: int
    begins: int
    share: float
    move: Move
    renamed: bool


def notes(
    watch: Watch,
    around: Circumstances,
    *,
    holidays: Flags,
    late: Flags,
    dips: Sequence[Dip],
    moved: Sequence[Reorganisation],
    breaks: Sequence[Break],
) -> tuple[str, ...]:
    """Return at most three sentences."""
    sentences = [
        *_late(watch, around, late),
        *_restated(watch, around),
        *_broken(watch, breaks),
        *_holidays(watch, around, holidays),
        *_dipped(watch, around, dips),
        *_reorganised(watch, around, moved),
    ]
    return tuple(sentences[:MOST])


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def _recent(watch: Watch, week: int) -> bool:
    return len(watch.weeks) - WITHIN <= week < len(watch.weeks)


def _weeks(weeks: Sequence[date]) -> str:
    return f"the {'week' if len(weeks) == 1 else 'weeks'} of {listing([_day(each) for each in weeks], most=4)}"


def _late(watch: Watch, around: Circumstances, late: Flags) -> Iterator[str]:
    for tool, name in enumerate(watch.tools):
        weeks = [watch.weeks[each] for each in np.flatnonzero(late[tool, 0]).tolist()]
        if name != ALL_TOOLS and 0 < len(weeks) <= GONE_WEEKS and not np.isnan(watch.people[tool, 0]).all():
            yield (
                f"Facts about {tool_name(name)} reach only to {_day(around.reach[name])}, its source may be late: "
                f"{_weeks(weeks)} {'is' if len(weeks) == 1 else 'are'} not judged."
            )


def _restated(watch: Watch, around: Circumstances) -> Iterator[str]:
    """One sentence for each tool and day: its newest week, and the measure that moved most."""
    told: dict[tuple[str, date], list[Restated]] = {}
    for each in around.restated:
        told.setdefault((each.tool, each.noted), []).append(each)
    for (tool, noted), every in told.items():
        most = max(every, key=lambda each: (each.week, abs(each.after - each.before) / max(each.before, 1.0)))
        weeks = len({each.week for each in every})
        also = f", and {counted(weeks - 1, 'week')} before it" if weeks > 1 else ""
        numbers = ""
        if _shown(watch, tool, most.week):
            numbers = f": {most.measure.replace('_', ' ')} {most.before:,.0f} → {most.after:,.0f}"
        yield f"{tool_name(tool)} restated the week of {_day(most.week)}{also} on {_day(noted)}{numbers}."


def _shown(watch: Watch, tool: str, week: date) -> bool:
    """Tell whether the company's people of a week are behind no gate."""
    if tool not in watch.tools or week not in watch.weeks:
        return False
    return not np.isnan(watch.people[watch.tools.index(tool), 0, watch.weeks.index(week)])


def _broken(watch: Watch, breaks: Sequence[Break]) -> Iterator[str]:
    """One sentence for each tool and week; all tools together only where no tool says it."""
    told: dict[tuple[date, bool, str], list[Break]] = {}
    for each in breaks:
        if _recent(watch, watch.weeks.index(each.week)):
            told.setdefault((each.week, bool(np.isnan(each.factor)), each.tool), []).append(each)
    # What only moves with a break elsewhere is no sentence of its own.
    own = {key: every for key, every in told.items() if not all(each.echo for each in every)}
    named = {key[:2] for key in own if key[2] != ALL_TOOLS}
    for (week, models, tool), every in sorted(own.items(), key=lambda each: each[0][0], reverse=True):
        of = "" if tool == ALL_TOOLS else f" ({tool_name(tool)})"
        if tool == ALL_TOOLS and (week, models) in named:
            continue
        if models:
            yield (
                f"Many sessions{of} carry other model names since the week of {_day(week)}: "
                "shares of models are compared only from then on."
            )
        else:
            yield _anew(every, of, week)


def _anew(every: Sequence[Break], of: str, week: date) -> str:
    """Return the sentence about the largest jump of a week, and whether others came with it.

    Of jumps that are about as large that metric is named which comes first in the catalogue.
    """
    largest = max(
        every, key=lambda each: (each.sure, not each.echo, round(abs(np.log(each.factor)), 1), -each.metric.order)
    )
    of_odds = " in odds" if largest.metric.unit == "percent" else ""
    digits = 1 if largest.factor >= ROUND else 2
    echoes = ", and what is worked out from it moved with it" if len({each.metric.id for each in every}) > 1 else ""
    judged = "is not told as a change in use" if largest.sure else "is not judged before a few more weeks are known"
    return (
        f"{largest.metric.title}{of} became {largest.factor:.{digits}f} times as large{of_odds} in every department in "
        f"the week of {_day(week)}{echoes}: that looks like a change in how it is counted, and {judged}."
    )


def _holidays(watch: Watch, around: Circumstances, holidays: Flags) -> Iterator[str]:
    """One sentence about the weeks in which the company had holidays."""
    at = [week for week in np.flatnonzero(holidays[0]).tolist() if _recent(watch, week)]
    if not at:
        return
    countries = list(dict.fromkeys(name for week in at for name in around.countries[week]))
    why = f"holidays in {listing(countries)}" if countries else "the turn of the year"
    weeks = [watch.weeks[week] for week in at]
    yield _explained("", weeks, _lower(watch, at, holidays[0]), why, newest=weeks[-1] == watch.weeks[-1])


def _explained(of: str, weeks: Sequence[date], part: float | None, why: str, *, newest: bool) -> str:
    what = "there was less work" if part is None else f"use{of} was {part:.0%} lower everywhere"
    it = "it is" if len(weeks) == 1 else "they are"
    return f"In {_weeks(weeks)} {what} ({why}): {it} {'not judged' if newest else 'left out of comparisons'}."


def _lower(watch: Watch, at: Sequence[int], holidays: Flags) -> float | None:
    """Return by which part fewer people came in those weeks than in ordinary ones; None where hardly fewer."""
    people = watch.people[0, 0]
    ordinary = [week for week in range(max(0, at[0] - WITHIN), len(people)) if not holidays[week]]
    if not ordinary or np.isnan(people[ordinary]).all() or np.isnan(people[list(at)]).all():
        return None
    part = 1 - float(np.nanmean(people[list(at)]) / np.nanmedian(people[ordinary]))
    return part if part >= WORTH_A_PART else None


def _dipped(watch: Watch, around: Circumstances, dips: Sequence[Dip]) -> Iterator[str]:
    """One sentence for each dip that is no holiday week; of the tools' dips in it only that of all together."""
    whole = {week for each in dips if each.tool == watch.tools[0] for week in _weeks_of(each)}
    for each in dips:
        if not _recent(watch, each.first) or (each.tool != watch.tools[0] and each.first in whole):
            continue
        of = "" if each.tool == watch.tools[0] else f" of {each.tool}"
        countries = list(dict.fromkeys(name for week in _weeks_of(each) for name in around.countries[week]))
        why = f"holidays in {listing(countries)}" if countries else "no holidays are known of"
        weeks = [watch.weeks[week] for week in _weeks_of(each)]
        yield _explained(of, weeks, each.part, why, newest=weeks[-1] == watch.weeks[-1])


def _weeks_of(dip: Dip) -> range:
    return range(dip.first, dip.first + dip.length)


def _reorganised(watch: Watch, around: Circumstances, moved: Sequence[Reorganisation]) -> Iterator[str]:
    """One sentence for each move, the largest share first."""
    told: set[tuple[date, str, str]] = set()
    for each in sorted(moved, key=lambda each: -each.share):
        move = each.move
        key = (move.day, move.source, move.target)
        if key in told or not _recent(watch, week_of(watch.weeks, move.day)):
            continue
        if max(around.members[each.row]) < around.k:
            continue
        told.add(key)
        people = counted(move.people, "person", "people") if move.people >= around.k else "Some people"
        if each.renamed:
            yield f"{move.source} is called {move.target} since {_day(move.day)}: its numbers begin anew."
        elif not move.source:
            yield (
                f"{people} who were not in the directory came into {move.target} on {_day(move.day)}: "
                "its numbers before and after are about different people."
            )
        else:
            yield (
                f"{people} moved from {move.source} to {move.target} on {_day(move.day)}: numbers before and after "
                "are about different people, and are not compared."
            )

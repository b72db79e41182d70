"""What is no behaviour: weeks that are left out before anything is tested, and the notes that say why.

Left out are, for every metric: the weeks in which a tool, or a department, only just began; those that lost a fifth
of their working days, and one or two in which people everywhere stayed away; those to whose end a tool's facts do not
reach; and of a department those before it was re-organised. Ratios are left out with the counts: they are then about
fewer people, and about others, than in an ordinary week. Of a metric that is counted otherwise since some week, and
of what is worked out from it, the weeks before are left out; those since then where it is too new to be sure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from insights import signals
from insights.basis import WEEKEND
from insights.guards import breaks as definition
from insights.guards.breaks import Break, definition_breaks
from insights.guards.circumstances import GONE_WEEKS, Circumstances, week_of
from insights.guards.echoes import with_echoes
from insights.guards.notes import Dip, Move, Reorganisation, notes
from insights.scan import FEWEST_DEPARTMENTS, RECENT, SMALLEST_SHARE, Watch
from insights.signals import Floats
from insights.weekly import ALL_TOOLS, UNMAPPED

Flags = NDArray[np.bool_]

MOST_LOST = 0.2
"""Share of working days from which on a week is no ordinary one: one day of five."""

ROLL_OUT = 8
"""Weeks at most that a beginning takes."""

BEGUN = 0.5
"""Part of what is usual later at which a beginning is over."""

JOINS = 0.05
"""Part of all people from which on a tool that begins changes what all tools together are."""

DIP, DIP_LOUD = 0.85, 2.5
"""A week in which fewer than this part of the usual number came, and so many robust standard deviations fewer."""

LONGEST_DIP = 2
DIP_EVERYWHERE = 2 / 3
BESIDE = 8

REORGANISED = 0.2
"""Part of a department's members who came from, or went to, others in a week, from which it is another one."""

REORGANISED_COUNTS = SMALLEST_SHARE
"""The same for counts: they move by as much at once, which is what a change of theirs is told from."""

RENAMED = 0.9
PARTLY = 0.05
"""Part of all tools' people from which a tool's gap, or break, is one of all tools together."""

UNKNOWN_MODELS = 0.2
"""Share of sessions by which models that nobody knows must rise or fall at once to make shares of models others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarded:
    """What may be tested, and sentences about what was left out of the last weeks, the most important first."""

    watch: Watch
    notes: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()


def guard(watch: Watch, around: Circumstances) -> Guarded:
    """Return `watch` without what is no behaviour. NaN is no week, or one left out."""
    if not watch.weeks:
        return Guarded(watch=watch)
    holidays, late = _holidays(around), _late(watch, around)
    out = _beginnings(watch) | holidays | late
    dips = list(_dips(replace(watch, people=np.where(out, np.nan, watch.people))))
    for dip in dips:
        out[watch.tools.index(dip.tool), :, dip.first : dip.first + dip.length] = True
    together = watch.tools.index(ALL_TOOLS) if ALL_TOOLS in watch.tools else None
    if together is not None and (whole := [each for each in dips if each.tool == ALL_TOOLS]):
        for dip in whole:
            out[:, :, dip.first : dip.first + dip.length] = True
    moved = list(_reorganisations(watch, around))
    for each in moved:
        if each.share >= REORGANISED:
            out[:, each.row, : each.begins] = True
    guarded = _without(watch, out)
    guarded = _without_counts(guarded, [each for each in moved if each.share < REORGANISED])
    found = [*with_echoes(guarded, definition_breaks(guarded), around.estimated), *_model_breaks(watch, around)]
    return Guarded(
        watch=_without_broken(guarded, found),
        notes=notes(watch, around, holidays=holidays, late=late, dips=dips, moved=moved, breaks=found),
        breaks=tuple(found),
    )


def _without(watch: Watch, out: Flags) -> Watch:
    return replace(
        watch,
        metrics=tuple(replace(each, values=np.where(out, np.nan, each.values)) for each in watch.metrics),
        ignored=out,
    )


def _without_counts(watch: Watch, moved: list[Reorganisation]) -> Watch:
    """Return the numbers without the counts of departments before somewhat fewer people moved."""
    metrics = list(watch.metrics)
    for n, watched in enumerate(metrics):
        if watched.metric.adds_up:
            values = watched.values.copy()
            for each in moved:
                values[:, each.row, : each.begins] = np.nan
            metrics[n] = replace(watched, values=values)
    return replace(watch, metrics=tuple(metrics))


def _without_broken(watch: Watch, breaks: list[Break]) -> Watch:
    """Return the numbers without what was counted otherwise; all tools together are, where one of them was.

    That is before a break, or since it where nobody can be sure of it yet.
    """
    metrics = list(watch.metrics)
    for n, watched in enumerate(metrics):
        values = watched.values.copy()
        for each in breaks:
            if each.metric.id == watched.metric.id:
                tool, week = watch.tools.index(each.tool), watch.weeks.index(each.week)
                out = slice(None, week) if each.sure else slice(week, None)
                for row in (tool, *_together_with(watch, tool)):
                    values[row, :, out] = np.nan
        metrics[n] = replace(watched, values=values)
    return replace(watch, metrics=tuple(metrics))


def _together_with(watch: Watch, tool: int) -> Iterator[int]:
    """Yield the row of all tools together where a tool is no small part of it."""
    if ALL_TOOLS in watch.tools and watch.tools[tool] != ALL_TOOLS:
        together = watch.tools.index(ALL_TOOLS)
        own, whole = np.nansum(watch.people[tool, 0, -BESIDE:]), np.nansum(watch.people[together, 0, -BESIDE:])
        if whole and own >= PARTLY * whole:
            yield together


# Weeks that are out --------------------------------------------------------------------------------------------------


def _beginnings(watch: Watch) -> Flags:
    """Return the weeks of each tool and row until its number of people is half of what it is later.

    A roll-out says how fast seats were handed out. Of what begins later than the others the first week is out in any
    case: it is rarely whole.
    """
    people = np.nan_to_num(watch.people)
    out = np.zeros(people.shape, dtype=np.bool_)
    for tool, row in np.ndindex(*people.shape[:2]):
        used = np.flatnonzero(people[tool, row] > 0)
        if not len(used):
            continue
        begin = int(used[0])
        begin += begin > 0
        later = people[tool, row, begin:]
        usual = float(np.median(later[later > 0])) if (later > 0).any() else 0.0
        begun = np.flatnonzero(later[:ROLL_OUT] >= BEGUN * usual)
        out[tool, row, : begin + (int(begun[0]) if len(begun) else ROLL_OUT)] = True
    if ALL_TOOLS in watch.tools:
        together = watch.tools.index(ALL_TOOLS)
        out[together, :, : _joined(people, together)] = True
    return out


def _joined(people: Floats, together: int) -> int:
    """Return the week from which all tools together are the same tools: the last one that counts has begun.

    Before, they rise because another vendor's facts begin, which is nothing that people do.
    """
    whole = people[together, 0, -1]
    begins = [
        int(used[0]) + 1
        for tool, of_tool in enumerate(people[:, 0])
        if tool != together and of_tool[-1] >= JOINS * whole and len(used := np.flatnonzero(of_tool > 0)) and used[0]
    ]
    return max(begins, default=0)


def _holidays(around: Circumstances) -> Flags:
    """Return the rows and weeks, (rows, weeks), with too few working days; where the company has, all."""
    few = around.lost >= MOST_LOST - 1e-9
    return few | few[:1]


def _late(watch: Watch, around: Circumstances) -> Flags:
    """Return the newest weeks of each tool to whose Friday its facts do not reach, (tools, 1, weeks)."""
    out = np.zeros((len(watch.tools), 1, len(watch.weeks)), dtype=np.bool_)
    for tool, name in enumerate(watch.tools):
        if name not in around.reach:
            continue
        begin = week_of(watch.weeks, around.reach[name] + WEEKEND + timedelta(days=1))
        begin = max(begin, 0)
        if begin >= len(watch.weeks):
            continue
        out[tool, 0, begin:] = True
        if len(watch.weeks) - begin <= GONE_WEEKS:
            for together in _together_with(watch, tool):
                out[together, 0, begin:] = True
    return out


def _dips(watch: Watch) -> Iterator[Dip]:
    """Yield the one or two weeks together in which fewer people came everywhere, compared with the weeks around."""
    rows = [0, *(row for row, name in enumerate(watch.departments, 1) if name != UNMAPPED)]
    for tool, name in enumerate(watch.tools):
        people = watch.people[tool, rows]
        usual, scatter = _around(people)
        with np.errstate(invalid="ignore"):
            low = (people[0] < DIP * np.fmin(usual[0], _course(people[0]))) & (
                people[0] < usual[0] - DIP_LOUD * scatter[0]
            )
            lower = people[1:] < (1 + DIP) / 2 * usual[1:]
        known = ~np.isnan(people[1:]) & ~np.isnan(usual[1:])
        low &= (known.sum(axis=0) >= FEWEST_DEPARTMENTS) & (
            (lower & known).sum(axis=0) >= DIP_EVERYWHERE * known.sum(axis=0)
        )
        for first, length in _runs(low):
            if length <= LONGEST_DIP and _came_back(people[0], usual[0], first, length):
                weeks = slice(first, first + length)
                yield Dip(
                    tool=name, first=first, length=length, part=1 - float(np.mean(people[0, weeks] / usual[0, weeks]))
                )


def _came_back(people: Floats, usual: Floats, first: int, length: int) -> bool:
    """Tell whether people came as usual right before and, if that is known yet, right after: else it is a new level."""
    half = usual[first] - (usual[first] - float(people[first : first + length].mean())) / 2
    beside = (people[:first][~np.isnan(people[:first])][-1:], people[first + length :])
    return all(bool(each[~np.isnan(each)][0] > half) for each in beside if (~np.isnan(each)).any())


def _around(people: Floats) -> tuple[Floats, Floats]:
    """Return the median of up to eight weeks on either side of each week, without its neighbours, and their scatter."""
    usual, scatter = np.full(people.shape, np.nan), np.full(people.shape, np.nan)
    weeks = np.arange(people.shape[1])
    for week in weeks:
        beside = (np.abs(weeks - week) > 1) & (np.abs(weeks - week) <= BESIDE)
        near = people[:, beside]
        if near.shape[1] < RECENT:
            continue
        enough = (~np.isnan(near)).sum(axis=1) >= RECENT
        usual[:, week] = np.where(enough, signals.median(near), np.nan)
        scatter[:, week] = signals.MADE_NORMAL * signals.median(np.abs(near - usual[:, week, None]))
    return usual, scatter


def _course(people: Floats) -> Floats:
    """Return where the robust line through the weeks around each leads: what declines anyhow is no dip."""
    expected = np.full(people.shape, np.nan)
    weeks = np.arange(len(people))
    for week in weeks:
        near = (np.abs(weeks - week) > 1) & (np.abs(weeks - week) <= BESIDE) & ~np.isnan(people)
        if near.sum() >= RECENT:
            at, value = weeks[near] - week, people[near]
            i, j = np.triu_indices(len(at), k=1)
            slope = np.median((value[j] - value[i]) / (at[j] - at[i]))
            expected[week] = np.median(value - slope * at)
    return expected


def _runs(flags: Flags) -> Iterator[tuple[int, int]]:
    """Yield where each run of True begins, and its length."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    for begin, end in edges.reshape(-1, 2).tolist():
        yield begin, end - begin


def _reorganisations(watch: Watch, around: Circumstances) -> Iterator[Reorganisation]:
    """Yield, of each department, the newest week that changed it, and who moved."""
    rows = {name: row for row, name in enumerate(watch.departments, 1)}
    for name, row in rows.items():
        if name == UNMAPPED:
            continue
        newest: Reorganisation | None = None
        for week in sorted(
            {week_of(watch.weeks, each.day) for each in around.moves if name in {each.source, each.target}}
        ):
            if not 0 < week < len(watch.weeks):
                continue
            here = [each for each in around.moves if week_of(watch.weeks, each.day) == week]
            joined = [each for each in here if each.target == name]
            left = [each for each in here if each.source == name]
            after, before = around.members[row, week], around.members[row, week - 1]
            share = max(
                sum(each.people for each in joined) / max(after, 1.0),
                sum(each.people for each in left) / max(before, 1.0),
            )
            if share >= REORGANISED_COUNTS:
                most = max([*joined, *left], key=lambda each: each.people)
                begins = week if most.day == watch.weeks[week] else week + 1
                renamed = _renamed(around, rows, most, week)
                newest = Reorganisation(
                    row=row,
                    begins=begins,
                    share=share if newest is None else max(share, newest.share),
                    move=most,
                    renamed=renamed,
                )
        if newest is not None:
            yield newest


def _renamed(around: Circumstances, rows: dict[str, int], move: Move, week: int) -> bool:
    """Tell whether one department became another that was not there before."""
    if move.source not in rows or move.target not in rows:
        return False
    old, new = around.members[rows[move.source]], around.members[rows[move.target]]
    return bool(
        move.people >= RENAMED * old[week - 1]
        and old[week] <= (1 - RENAMED) * old[week - 1]
        and new[week - 1] <= (1 - RENAMED) * move.people
    )


def _model_breaks(watch: Watch, around: Circumstances) -> Iterator[Break]:
    """Yield the newest week of each tool at which models that nobody knows took over at once, or became known."""
    shares = [each.metric for each in watch.metrics if definition.TAKES_SIDES & {each.metric.denominator}]
    for tool, name in enumerate(watch.tools):
        steps = np.diff(around.unknown[tool])
        with np.errstate(invalid="ignore"):
            at = np.flatnonzero(np.abs(steps) >= UNKNOWN_MODELS)
        for metric in shares if len(at) else ():
            week = watch.weeks[int(at[-1]) + 1]
            yield Break(metric=metric, tool=name, week=week, factor=float("nan"))

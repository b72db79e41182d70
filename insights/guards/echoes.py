"""What a break in one metric moves besides: whatever else steps in its week is taken to be worked out from it.

No formula needs to be known for that. Where one is, because two metrics share a column, or tokens are estimated from
characters, less of a step is enough.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from insights import signals
from insights.basis import WEEK
from insights.guards.breaks import Break, factor_of, scaled_of
from insights.guards.steps import common_step
from insights.metric import Metric
from insights.scan import Watch, Watched
from insights.signals import Floats
from insights.weekly import ALL_TOOLS

LOUD, LOUD_AKIN = 3.5, 2.0
"""Standard errors that the company's step is beyond; less is enough of a metric that shares a column."""

LEAST_AKIN = 1 / 3
"""Part of the break by which such a metric steps at least."""

AT_ONCE = 0.6
"""Part of the step that two weeks make."""

COUNTED = frozenset({"people"})
"""Columns that two metrics may share without the one being worked out from the other: who came is no count of it."""

FROM_CHARACTERS = frozenset({"prompt_characters", "input_tokens", "output_tokens"})
"""One column as it were, where tokens are estimated."""


def with_echoes(watch: Watch, breaks: Sequence[Break], estimated: Collection[str]) -> list[Break]:
    """Return breaks and what else they moved. `estimated` names the tools whose tokens are worked out from characters.

    Beside a break that is sure, one of the same week that is not is sure as well. Breaks of a tool in two weeks that
    follow each other are one, of the later week: where it began in the middle of a week, metrics tell it of either.
    """
    weeks = {(each.tool, each.week) for each in breaks}
    later = [replace(each, week=each.week + WEEK * ((each.tool, each.week + WEEK) in weeks)) for each in breaks]
    sure = {(each.tool, each.week) for each in later if each.sure}
    found = [replace(each, sure=(each.tool, each.week) in sure) for each in later]
    known = {(each.metric.id, each.tool, each.week) for each in found}
    for each in list(found):
        for echo in _echoes(watch, each, estimated):
            if (echo.metric.id, echo.tool, echo.week) not in known:
                known.add((echo.metric.id, echo.tool, echo.week))
                found.append(echo)
    return found


def _echoes(watch: Watch, broken: Break, estimated: Collection[str]) -> Iterator[Break]:
    """Yield the metrics whose company series steps in the week of a break: its tool's, or of all together any's."""
    week = watch.weeks.index(broken.week)
    for tool, name in enumerate(watch.tools):
        if broken.tool not in {name, ALL_TOOLS}:
            continue
        for watched in watch.metrics:
            if watched.metric.id == broken.metric.id and name == broken.tool:
                continue
            # Who came is what tells a break from behaviour: it is no echo, unless people were counted otherwise.
            if watched.metric.numerator == "people" and broken.metric.numerator != "people":
                continue
            akin = watched.metric.id == broken.metric.id or _akin(
                watched.metric, broken.metric, estimated=name in estimated
            )
            jump = _step(watched, tool, week, LOUD_AKIN if akin else LOUD)
            if jump is not None and (not akin or abs(jump) >= LEAST_AKIN * abs(np.log(broken.factor))):
                factor = factor_of(watched.metric, jump)
                yield replace(broken, metric=watched.metric, tool=name, factor=factor, echo=True)


def _akin(one: Metric, other: Metric, *, estimated: bool) -> bool:
    columns = [set(each.needs) - COUNTED for each in (one, other)]
    if estimated:
        columns = [each | FROM_CHARACTERS if each & FROM_CHARACTERS else each for each in columns]
    return bool(columns[0] & columns[1])


def _step(watched: Watched, tool: int, week: int, loud: float) -> float | None:
    """Return how far the company's series steps at a week, None where it does not."""
    scaled = scaled_of(watched)[tool]
    whole = scaled[0]
    weeks = np.flatnonzero(~np.isnan(whole))
    at = int(np.searchsorted(weeks, week))
    if len(weeks) < signals.FEWEST_WEEKS or not 2 <= at < len(weeks):
        return None
    series: Floats = whole[weeks]
    jump, error = common_step(series, at, signals.memory_of(scaled, doubt=0))
    if abs(jump) < loud * error or (series[at] - series[at - 2]) / jump < AT_ONCE:
        return None
    return jump

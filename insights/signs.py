"""What detectors have in common: which departments are large enough, what moved, and how findings are put."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from insights import catalogue
from insights.finding import Action
from insights.series import Panel
from insights.trend import Trend, likeness, trend
from insights.weekly import COMPANY, UNMAPPED

FEWEST_PEOPLE = 8
"""Active people a week, on average, below which a department is not judged: one of them would be the finding."""

FEWEST_SESSIONS = 60
"""Sessions in the last four weeks below which nothing is judged."""

RECENT = 4
"""Weeks that stand for "now"."""

CHANCE = 0.05
"""How often a series that goes nowhere may be taken for one that moves; shared between the departments looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A metric that moved: from the first week's value to the last one's, with the trend between."""

    metric: str
    department: str
    before: float
    now: float
    trend: Trend

    @property
    def change(self) -> float:
        """The last week's value minus the first week's."""
        return self.now - self.before

    @property
    def confidence(self) -> float:
        """One minus the chance of so clear a direction in a series that goes nowhere."""
        return 1 - self.trend.p


def judged(panel: Panel) -> tuple[str, ...]:
    """Return the departments with people and sessions enough; `Unmapped` is none."""
    least = max(FEWEST_PEOPLE, panel.min_group_size)
    return tuple(each for each in panel.departments if each != UNMAPPED and enough(panel, each, least))


def enough(panel: Panel, department: str = COMPANY, least: int = FEWEST_PEOPLE) -> bool:
    """Tell whether there are people and sessions enough for a sentence, the last week among them."""
    people = panel.over("weekly_active_users", department, RECENT)
    known = panel.latest("weekly_active_users", department) is not None
    return known and people is not None and people >= least and recent_sessions(panel, department) >= FEWEST_SESSIONS


def recent_sessions(panel: Panel, department: str = COMPANY) -> float:
    """Return the sessions of the last four weeks."""
    return float(np.nansum(panel.array("sessions", department)[-RECENT:]))


def recent_people(panel: Panel, departments: Iterable[str]) -> int:
    """Return how many people were active a week lately, over the departments."""
    return round(sum(panel.over("weekly_active_users", each, RECENT) or 0.0 for each in departments))


def reach(panel: Panel, departments: Sequence[str], metric: str = "weekly_active_users") -> float:
    """Return the departments' part of the company, 0..1, as its square root.

    The root keeps what concerns a tenth of the company, which somebody there can act on, from vanishing behind
    whatever is true of everybody.
    """
    whole = panel.over(metric, COMPANY, RECENT)
    if not whole:
        return 0.0
    part = sum(panel.over(metric, each, RECENT) or 0.0 for each in departments)
    return math.sqrt(min(1.0, part / whole))


def size(effect: float, full: float) -> float:
    """Return how large an effect is, 0..1; `full` and all above count 1."""
    return min(1.0, max(0.0, effect / full))


def sureness(values: Sequence[float], bar: float) -> float:
    """Return how sure it is that weekly `values` lie beyond `bar`, 0.5..1.

    One minus the chance that the mean of weeks which scatter as these do lies on the other side.
    """
    seen = np.array([each for each in values if not math.isnan(each)])
    if len(seen) < 2:
        return 0.5
    error = float(seen.std(ddof=1)) / math.sqrt(len(seen)) or 1e-9
    return 0.5 * math.erfc(-abs(float(seen.mean()) - bar) / error / math.sqrt(2))


def moves(panel: Panel, metric: str, departments: Sequence[str], direction: int) -> dict[str, Move]:
    """Return the departments (or the company, '') in which `metric` clearly moved; `direction` is 1 for up, -1 down.

    Clear: at least six weeks, the move is worth a word in the metric's own unit, from first to last week as well as
    along the trend, and chance makes a trend like it no more often than the departments looked at allow.
    """
    least = catalogue.metrics()[metric].smallest_change
    alike = week_likeness(panel, metric)
    found: dict[str, Move] = {}
    for each in departments:
        move = _move(panel, metric, each, alike)
        if move is None or move.trend.p > CHANCE / max(1, len(departments)):
            continue
        if min(direction * move.change, direction * move.trend.change) >= least:
            found[each] = move
    return found


def steady(panel: Panel, metric: str, departments: Iterable[str]) -> list[str]:
    """Return the departments in which a metric did not rise: neither clearly nor by as much as is worth a word."""
    least = catalogue.metrics()[metric].smallest_change
    alike = week_likeness(panel, metric)
    known = ((each, _move(panel, metric, each, alike)) for each in departments)
    return [
        each
        for each, move in known
        if move is not None and max(move.change, move.trend.change) < least and move.trend.low <= 0
    ]


def week_likeness(panel: Panel, metric: str) -> float:
    """Return how much a week of this metric resembles the one before, pooled over the departments."""
    return likeness(panel.array(metric, each) for each in (panel.departments or (COMPANY,)))


def _move(panel: Panel, metric: str, department: str, alike: float) -> Move | None:
    values = panel.array(metric, department)
    found = trend(values, alike)
    if found is None or np.isnan(values[[0, -1]]).any():
        return None
    return Move(metric=metric, department=department, before=float(values[0]), now=float(values[-1]), trend=found)


def filled(action: Action, **names: str) -> Action:
    """Return the action with `{departments}`, `{model}` and the like filled in wherever it speaks."""

    def fill(text: str) -> str:
        # Not str.format: a department may be called "{0}".
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    return replace(
        action,
        title=fill(action.title),
        steps=tuple(fill(each) for each in action.steps),
        where=fill(action.where),
        expected=fill(action.expected),
    )

"""What detectors have in common: which departments are large enough, what moved, and how findings are put."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from insights import catalogue
from insights.finding import Action
from insights.scan import Change, smallest
from insights.series import Panel
from insights.weekly import COMPANY, UNMAPPED

FEWEST_PEOPLE = 8
"""Active people a week, on average, below which a department is not judged: one of them would be the finding."""

FEWEST_SESSIONS = 60
"""Sessions in the last four weeks below which nothing is judged."""

RECENT = 4
"""Weeks that stand for "now"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A metric that moved: from the first week's value to the last one's, and the change that the scan found."""

    metric: str
    before: float
    now: float
    found: Change

    @property
    def change(self) -> float:
        """The last week's value minus the first week's."""
        return self.now - self.before

    @property
    def confidence(self) -> float:
        """One minus the part of false discoveries among changes as clear as this."""
        return 1 - self.found.q


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

    Clear: the scan found it among everything that was tested, it still holds, and from the first week shown to the
    last it is worth a word in the metric's own unit.
    """
    found: dict[str, Move] = {}
    for each in departments:
        change = panel.scan.of(metric, each, panel.tools[0])
        values = panel.array(metric, each)
        if change is None or np.isnan(values[[0, -1]]).any():
            continue
        before, now = float(values[0]), float(values[-1])
        least = smallest(catalogue.metrics()[metric], before)
        if min(direction * (now - before), direction * change.change) >= least:
            found[each] = Move(metric=metric, before=before, now=now, found=change)
    return found


def steady(panel: Panel, metric: str, departments: Iterable[str]) -> list[str]:
    """Return the departments in which a metric did not rise: neither clearly nor by as much as is worth a word."""
    least = catalogue.metrics()[metric].smallest_change
    quiet: list[str] = []
    for each in departments:
        values = panel.array(metric, each)
        change = panel.scan.of(metric, each, panel.tools[0])
        if (metric, panel.tools[0], each) not in panel.scan.judged or np.isnan(values[[0, -1]]).any():
            continue
        if values[-1] - values[0] < least and (change is None or change.change <= 0):
            quiet.append(each)
    return quiet


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

"""What detectors have in common: which departments are large enough, what moved, and how findings are put."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from insights import catalogue
from insights.finding import Action
from insights.scan import FEWEST_PEOPLE, FEWEST_SESSIONS, RECENT, Change, smallest
from insights.series import Panel
from insights.signals import median
from insights.weekly import ALL_TOOLS, COMPANY, UNMAPPED

STAYS = 0.85
"""How far along the way to its bar a state must stay once it is there: a week at the bar is no end and no start."""


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


def standing(reached: NDArray[np.float64]) -> int:
    """Return for how many weeks, up to the last, a state has held; 0 where it does not hold.

    `reached` is how far along the way to its bar each week came, 1 at the bar, NaN where unknown. A state begins with
    four weeks in a row at the bar or beyond, and ends where two of four weeks fall short of STAYS of it.
    """
    begun = None
    with np.errstate(invalid="ignore"):
        for week in range(RECENT - 1, len(reached)):
            window = reached[week - RECENT + 1 : week + 1]
            if begun is None and (window >= 1).all():
                begun = week - RECENT + 1
            elif begun is not None and (window >= STAYS).sum() < RECENT - 1:
                begun = None
    return 0 if begun is None or math.isnan(reached[-1]) else len(reached) - begun


def lasting(panel: Panel, weeks: int) -> str:
    """Return since when a state has held, as a sentence."""
    if weeks >= len(panel.weeks):
        return f"This has held in all {len(panel.weeks)} weeks shown."
    return f"This has held since the week of {written(panel.weeks[-weeks])}."


def written(day: date) -> str:
    """Return a day as people write it: "3 March 2026"."""
    return f"{day.day} {day:%B %Y}"


def course(panel: Panel, move: Move) -> str:
    """Return how a metric moved, and since when, as a sentence; empty where it began before what is shown."""
    way = "rise" if move.change > 0 else "fall"
    since = move.found.since
    match move.found.kind:
        case "level" if since > panel.weeks[0]:
            return f"The {way} came in one step, in the week of {written(since)}."
        case "trend":
            return f"The {way} is spread over these weeks, and not one unusual week."
        case _:
            return ""


def times_others(panel: Panel, metric: str, department: str, departments: Sequence[str]) -> NDArray[np.float64]:
    """Return, week by week, the nearer to 1 of a metric's quotients by the company's and the middle department's."""
    own, whole = panel.array(metric, department), panel.array(metric)
    others = np.array([panel.array(metric, each) for each in departments if each != department])
    with np.errstate(invalid="ignore", divide="ignore"):
        by_company, by_middle = own / whole, own / median(others.T)
        nearer = np.where(np.abs(by_company - 1) <= np.abs(by_middle - 1), by_company, by_middle)
    # On either side of 1 the two do not agree that it stands out.
    return np.where((by_company - 1) * (by_middle - 1) > 0, nearer, 1.0 + 0 * nearer)


def drawn_together(values: NDArray[np.float64], errors: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return values drawn towards their mean, each as far as its own error is large beside what sets them apart.

    The second is the standard deviation of what sets them apart (DerSimonian and Laird 1986).
    """
    weight = 1 / errors**2
    mean = float((weight @ values) / weight.sum())
    excess = float(weight @ (values - mean) ** 2) - (len(values) - 1)
    between = max(0.0, excess / float(weight.sum() - (weight @ weight) / weight.sum()))
    again = 1 / (errors**2 + between)
    center = float((again @ values) / again.sum())
    doubt = errors**2 / (errors**2 + between)
    return doubt * center + (1 - doubt) * values, math.sqrt(between)


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
        if _begins_later(panel):
            continue
        before, now = float(values[0]), float(values[-1])
        least = smallest(catalogue.metrics()[metric], before)
        if min(direction * (now - before), direction * change.change) >= least:
            found[each] = Move(metric=metric, before=before, now=now, found=change)
    return found


def _begins_later(panel: Panel) -> bool:
    """Tell whether the weeks shown begin before all tools together were the tools that they are now."""
    watch, tool = panel.guarded.watch, panel.tools[0]
    if tool != ALL_TOOLS or tool not in watch.tools or watch.ignored is None or panel.weeks[0] not in watch.weeks:
        return False
    out = watch.ignored[watch.tools.index(tool), 0]
    return bool(out[: watch.weeks.index(panel.weeks[0]) + 1].all())


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
        where={tool: fill(place) for tool, place in action.where.items()},
        expected=fill(action.expected),
        source=fill(action.source),
    )

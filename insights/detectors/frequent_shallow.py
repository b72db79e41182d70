"""Departments that ask often and shallowly: lookups, where others have conversations."""

import statistics

import numpy as np

from insights.actions.use_case_session import use_case_session
from insights.finding import Detector, Evidence, Finding
from insights.series import Panel
from insights.signs import RECENT, enough, filled, judged, reach, recent_people, size, sureness
from insights.words import listing, told, verb

OFTEN = "sessions_per_active_user"
DEEP = "messages_per_session"
FEWEST = 3
"""Departments from which one can stand out."""

MORE_OFTEN = 1.15
"""How much more often than the company, and than the department in the middle."""

LESS_DEEP = 0.75
"""How much less deep than the company, and than the department in the middle."""


def _detect(panel: Panel) -> list[Finding]:
    departments = judged(panel)
    if not enough(panel) or len(departments) < FEWEST or len(panel.weeks) < RECENT:
        return []
    often = _beyond(panel, OFTEN, departments, MORE_OFTEN)
    shallow = _beyond(panel, DEEP, departments, LESS_DEEP)
    found = [each for each in departments if each in often and each in shallow]
    if not found:
        return []
    found.sort(key=lambda each: -(panel.over(OFTEN, each, RECENT) or 0))
    return [_finding(panel, found, departments)]


def _over(panel: Panel, department: str) -> bool:
    departments = judged(panel)
    return enough(panel) and department in departments and len(departments) >= FEWEST


def _beyond(panel: Panel, metric: str, departments: tuple[str, ...], factor: float) -> set[str]:
    """Return the departments beyond `factor` times both the company and the middle department, week after week.

    Above them for a factor over 1, below for one under it; one week of the last four may be otherwise.
    """
    middle = statistics.median(panel.over(metric, each, RECENT) or 0.0 for each in departments)
    whole = panel.array(metric)[-RECENT:]
    sign = 1 if factor > 1 else -1
    bars = factor * (np.maximum(whole, middle) if sign > 0 else np.minimum(whole, middle))
    return {
        each for each in departments if (sign * panel.array(metric, each)[-RECENT:] >= sign * bars).sum() >= RECENT - 1
    }


def _finding(panel: Panel, found: list[str], departments: tuple[str, ...]) -> Finding:
    names, first = listing(found), found[0]
    often, deep = panel.over(OFTEN, first, RECENT) or 0.0, panel.over(DEEP, first, RECENT) or 0.0
    all_often, all_deep = panel.over(OFTEN, weeks=RECENT) or 0.0, panel.over(DEEP, weeks=RECENT) or 0.0
    most = first == max(departments, key=lambda each: panel.over(OFTEN, each, RECENT) or 0.0)
    lead = f"{names} {verb(len(found), 'asks', 'ask')} {'most often' if most else 'often'} and shallowly"
    about = f"{first}: " if len(found) > 1 else ""
    return Finding(
        key=f"frequent_shallow:{'|'.join(sorted(found))}:{panel.tools[0]}",
        detector="frequent_shallow",
        view="departments",
        metric=DEEP,
        tool=panel.tools[0],
        departments=tuple(found),
        week=panel.weeks[-1],
        headline=f"{lead}: {about}{told(often, 'sessions')} sessions a week per active user, at "
        f"{told(deep, 'messages')} messages a session.",
        detail=f"The company has {told(all_often, 'sessions')} sessions a week per active user and "
        f"{told(all_deep, 'messages')} messages a session over the same {RECENT} weeks.{_deepest(panel, departments)}",
        evidence=Evidence(
            value=deep,
            before=all_deep,
            change=deep - all_deep,
            people=recent_people(panel, found),
            weeks=RECENT,
        ),
        impact=reach(panel, found, "sessions") * size(1 - deep / all_deep, 0.5),
        confidence=sureness(panel.array(DEEP, first)[-RECENT:].tolist(), LESS_DEEP * all_deep),
        action=filled(use_case_session, departments=names),
    )


def _deepest(panel: Panel, departments: tuple[str, ...]) -> str:
    best = max(departments, key=lambda each: panel.over(DEEP, each, RECENT) or 0.0)
    return f" {best} goes deepest, with {told(panel.over(DEEP, best, RECENT) or 0.0, 'messages')} messages a session."


frequent_shallow = Detector(
    id="frequent_shallow",
    view="departments",
    looks_for="a department with far more sessions per active user than the company, and far fewer messages in each",
    detect=_detect,
    resolved="{departments} no longer {asks|ask} far more often and more shallowly than others",
    over=_over,
)

"""Departments that ask often and shallowly: lookups, where others have conversations."""

import statistics

from insights.actions.use_case_session import use_case_session
from insights.finding import Detector, Evidence, Finding
from insights.series import Panel
from insights.signs import RECENT, enough, filled, judged, reach, recent_people, size, sureness
from insights.words import listing, told, verb

OFTEN = "sessions_per_active_user"
DEEP = "messages_per_session"
MORE_OFTEN = 1.15
"""How much more often than the company, and than the department in the middle."""

LESS_DEEP = 0.75
"""How much less deep than the company, and than the department in the middle."""


def _detect(panel: Panel) -> list[Finding]:
    departments = judged(panel)
    if not enough(panel) or len(departments) < 3 or len(panel.weeks) < RECENT:
        return []
    found = [each for each in departments if _stands_out(panel, each, departments)]
    if not found:
        return []
    found.sort(key=lambda each: -(panel.over(OFTEN, each, RECENT) or 0))
    return [_finding(panel, found, departments)]


def _middle(panel: Panel, metric: str, departments: tuple[str, ...]) -> float:
    return statistics.median(panel.over(metric, each, RECENT) or 0.0 for each in departments)


def _stands_out(panel: Panel, department: str, departments: tuple[str, ...]) -> bool:
    """Tell whether it asks more often and less deeply than the company and the middle department, week after week."""
    bars = ((OFTEN, MORE_OFTEN, 1), (DEEP, LESS_DEEP, -1))
    for metric, factor, sign in bars:
        whole, middle, here = panel.array(metric), _middle(panel, metric, departments), panel.array(metric, department)
        apart = [
            sign * value >= sign * factor * total and sign * value >= sign * factor * middle
            for value, total in zip(here[-RECENT:], whole[-RECENT:], strict=True)
        ]
        if sum(apart) < RECENT - 1:
            return False
    return True


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
)

"""Departments that ask often and shallowly: lookups, where others have conversations."""

import numpy as np

from insights.actions.use_case_session import use_case_session
from insights.finding import Detector, Evidence, Finding
from insights.scan import RECENT
from insights.series import Panel
from insights.signs import enough, filled, judged, lasting, reach, recent_people, size, standing, sureness, times_others
from insights.words import everyone, listing, told, verb

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
    held = {each: _held(panel, each, departments) for each in departments}
    found = sorted((each for each in departments if held[each]), key=lambda each: -(panel.over(OFTEN, each) or 0))
    return [_finding(panel, found, departments, held[found[0]])] if found else []


def _over(panel: Panel, department: str) -> bool:
    departments = judged(panel)
    return enough(panel) and department in departments and len(departments) >= FEWEST


def _held(panel: Panel, department: str, departments: tuple[str, ...]) -> int:
    """Return for how many weeks a department has come far more often than the others, and gone far less deep."""
    often = (times_others(panel, OFTEN, department, departments) - 1) / (MORE_OFTEN - 1)
    shallow = (1 - times_others(panel, DEEP, department, departments)) / (1 - LESS_DEEP)
    return standing(np.minimum(often, shallow))


def _finding(panel: Panel, found: list[str], departments: tuple[str, ...], weeks: int) -> Finding:
    names, first = listing(found), found[0]
    often, deep = panel.over(OFTEN, first) or 0.0, panel.over(DEEP, first) or 0.0
    all_often, all_deep = panel.over(OFTEN) or 0.0, panel.over(DEEP) or 0.0
    most = found == [max(departments, key=lambda each: panel.over(OFTEN, each) or 0.0)]
    lead = f"{names} {verb(len(found), 'asks', 'ask')} {'most often' if most else 'often'} and shallowly"
    about = f"{first} has " if len(found) > 1 else ""
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
        detail=f"{lasting(panel, weeks)} The company has {told(all_often, 'sessions')} sessions a week per active user "
        f"and {told(all_deep, 'messages')} messages a session over the last {RECENT} weeks. "
        f"{_deepest(panel, departments)} {everyone(found)}".rstrip(),
        evidence=Evidence(
            value=deep,
            before=all_deep,
            change=deep - all_deep,
            people=recent_people(panel, found),
            weeks=weeks,
        ),
        impact=reach(panel, found, "sessions") * size(1 - deep / all_deep, 0.5),
        confidence=sureness(panel.array(DEEP, first)[-RECENT:].tolist(), LESS_DEEP * all_deep),
        action=filled(use_case_session, departments=names),
    )


def _deepest(panel: Panel, departments: tuple[str, ...]) -> str:
    best = max(departments, key=lambda each: panel.over(DEEP, each) or 0.0)
    return f"{best} goes deepest, with {told(panel.over(DEEP, best) or 0.0, 'messages')} messages a session."


frequent_shallow = Detector(
    id="frequent_shallow",
    view="departments",
    looks_for="a department with far more sessions per active user than the company, and far fewer messages in each",
    detect=_detect,
    resolved="{departments} no longer {asks|ask} far more often and more shallowly than others",
    over=_over,
)

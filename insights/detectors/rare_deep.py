"""Departments that come rarely and go deep: they know how, and lack occasions."""

import numpy as np

from insights.actions.more_occasions import more_occasions
from insights.finding import Detector, Evidence, Finding
from insights.scan import RECENT
from insights.series import Panel
from insights.signs import enough, filled, judged, lasting, reach, recent_people, size, standing, sureness, times_others
from insights.words import everyone, listing, told, verb

OFTEN = "sessions_per_active_user"
DEEP = "messages_per_session"
LESS_OFTEN = 0.75
"""How much less often than the company, and than the department in the middle."""

DEEPER = 1.2
"""How much deeper than the company, and than the department in the middle."""


def _detect(panel: Panel) -> list[Finding]:
    departments = judged(panel)
    if not enough(panel) or len(departments) < 3 or len(panel.weeks) < RECENT:
        return []
    held = {each: _held(panel, each, departments) for each in departments}
    found = sorted((each for each in departments if held[each]), key=lambda each: panel.over(OFTEN, each) or 0)
    return [_finding(panel, found, held[found[0]])] if found else []


def _held(panel: Panel, department: str, departments: tuple[str, ...]) -> int:
    """Return for how many weeks a department has come far less often than the others, and gone deeper."""
    rare = (1 - times_others(panel, OFTEN, department, departments)) / (1 - LESS_OFTEN)
    deep = (times_others(panel, DEEP, department, departments) - 1) / (DEEPER - 1)
    return standing(np.minimum(rare, deep))


def _finding(panel: Panel, found: list[str], weeks: int) -> Finding:
    names, first = listing(found), found[0]
    often, deep = panel.over(OFTEN, first) or 0.0, panel.over(DEEP, first) or 0.0
    all_often, all_deep = panel.over(OFTEN) or 0.0, panel.over(DEEP) or 0.0
    lead = f"{names} {verb(len(found), 'comes', 'come')} rarely and {verb(len(found), 'goes', 'go')} deep"
    about = f"{first} has " if len(found) > 1 else ""
    return Finding(
        key=f"rare_deep:{'|'.join(sorted(found))}:{panel.tools[0]}",
        detector="rare_deep",
        view="departments",
        metric=OFTEN,
        tool=panel.tools[0],
        departments=tuple(found),
        week=panel.weeks[-1],
        headline=f"{lead}: {about}{told(often, 'sessions')} sessions a week per active user, at "
        f"{told(deep, 'messages')} messages a session.",
        detail=f"{lasting(panel, weeks)} The company has {told(all_often, 'sessions')} sessions a week per active user "
        f"and {told(all_deep, 'messages')} messages a session over the last {RECENT} weeks. Conversations this long do "
        f"not ask for prompt training; what is missing is occasions. {everyone(found)}".rstrip(),
        evidence=Evidence(
            value=often,
            before=all_often,
            change=often - all_often,
            people=recent_people(panel, found),
            weeks=weeks,
        ),
        impact=reach(panel, found) * size(1 - often / all_often, 0.5),
        confidence=sureness(panel.array(OFTEN, first)[-RECENT:].tolist(), LESS_OFTEN * all_often),
        action=filled(more_occasions, departments=names),
    )


rare_deep = Detector(
    id="rare_deep",
    view="departments",
    looks_for="a department with far fewer sessions per active user than the company, and more messages in each",
    detect=_detect,
)

"""More people stop than begin."""

import numpy as np
from numpy.typing import NDArray

from insights.actions.lapsing_office_hours import lapsing_office_hours
from insights.actions.manager_nudge import manager_nudge
from insights.actions.office_hours import office_hours
from insights.finding import Action, Detector, Evidence, Finding
from insights.series import Panel
from insights.signs import enough, filled, judged, lasting, reach, recent_people, size, standing, sureness
from insights.weekly import COMPANY
from insights.words import counted, everyone, listing, told, verb

STOPPED = "lapsed_people"
CAME = "gained_people"
ACTIVE = "weekly_active_users"
LOST_BY_COMPANY, LOST_BY_DEPARTMENT = 0.06, 0.20
"""Part of a week's active people by which those who stopped must exceed those who came; few people scatter more."""


def _detect(panel: Panel) -> list[Finding]:
    if not enough(panel):
        return []
    held = {each: _held(panel, each, LOST_BY_DEPARTMENT) for each in judged(panel)}
    found = sorted((each for each in held if held[each]), key=lambda each: -(_lost(panel, each)[-1]))
    if found:
        return [_finding(panel, found, held[found[0]], LOST_BY_DEPARTMENT)]
    weeks = _held(panel, COMPANY, LOST_BY_COMPANY)
    return [_finding(panel, [COMPANY], weeks, LOST_BY_COMPANY)] if weeks else []


def _lost(panel: Panel, department: str) -> NDArray[np.float64]:
    """Return, week by week, how many more stopped than came in the four weeks, as a part of those active."""
    active = panel.array(ACTIVE, department)
    more = panel.array(STOPPED, department) - panel.array(CAME, department)
    return np.asarray(more / np.where(active > 0, active, np.nan))


def _held(panel: Panel, department: str, least: float) -> int:
    return standing(_lost(panel, department) / least)


def _finding(panel: Panel, found: list[str], weeks: int, least: float) -> Finding:
    stopped = sum(panel.latest(STOPPED, each) or 0.0 for each in found)
    came = sum(panel.latest(CAME, each) or 0.0 for each in found)
    departments = tuple(each for each in found if each)
    names = listing(departments)
    lost = _lost(panel, found[0])
    return Finding(
        key=f"lapsing:{'|'.join(sorted(departments))}:{panel.tools[0]}",
        detector="lapsing",
        view="overview",
        metric=STOPPED,
        tool=panel.tools[0],
        departments=departments,
        week=panel.weeks[-1],
        headline=f"More people stop than begin{f' in {names}' if names else ''}: "
        f"{counted(stopped, 'person', 'people')} who used it in the four weeks before did not in the last four, and "
        f"{counted(came, 'person', 'people')} began or came back.",
        detail=f"{lasting(panel, weeks)} {_active(panel, found)} Who stopped is not known here. "
        f"{everyone(departments)}".rstrip(),
        evidence=Evidence(value=stopped, people=max(recent_people(panel, found), round(stopped)), weeks=weeks),
        impact=reach(panel, found) * size(float(lost[-1]), 0.5),
        confidence=sureness(lost[-4:].tolist(), 0.5 * least),
        action=_action(departments, names),
    )


def _active(panel: Panel, found: list[str]) -> str:
    active = sum(panel.latest(ACTIVE, each) or 0.0 for each in found)
    return f"{told(active, 'people')} {verb(round(active), 'person was', 'people were')} active in the last week."


def _action(departments: tuple[str, ...], names: str) -> Action:
    if not departments:
        return office_hours
    return filled(manager_nudge if len(departments) == 1 else lapsing_office_hours, departments=names)


lapsing = Detector(
    id="lapsing",
    view="overview",
    looks_for="more people who stop than people who begin or come back, for at least four weeks",
    detect=_detect,
)

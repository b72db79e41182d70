"""A wave of people who have just begun."""

import math

from insights.actions.welcome_session import welcome_session
from insights.finding import Detector, Evidence, Finding
from insights.scan import RECENT
from insights.series import Panel
from insights.signs import enough, filled, judged, reach, recent_people, size
from insights.weekly import COMPANY
from insights.words import counted, everyone, listing

NEW = "newcomers"
LEAST = 0.15
"""Part of a week's active people that newcomers must be to make a wave."""

TIMES_BEFORE = 2.0
"""How many times as many as in any four weeks of the quarter before."""

CHANCE = 3.0
"""Standard deviations of a count (its root) by which there must be more than before."""

FEWEST_WEEKS = 16
"""Weeks of history before it can be said of anybody that they are new."""


def _detect(panel: Panel) -> list[Finding]:
    if panel.history < FEWEST_WEEKS or not enough(panel):
        return []
    found = [each for each in judged(panel) if _wave(panel, each)]
    if not found and _wave(panel, COMPANY):
        found = [COMPANY]
    found.sort(key=lambda each: -(panel.latest(NEW, each) or 0.0))
    return [_finding(panel, found)] if found else []


def _before(panel: Panel, department: str) -> float | None:
    """Return the most newcomers of any four weeks that ended before the last four began."""
    known = [each for each in panel.values(NEW, department)[:-RECENT] if each is not None]
    return max(known) if len(known) >= RECENT else None


def _wave(panel: Panel, department: str) -> bool:
    now, before = panel.latest(NEW, department), _before(panel, department)
    active = panel.latest("weekly_active_users", department)
    if now is None or before is None or not active or now < panel.min_group_size:
        return False
    more = now - before >= CHANCE * max(before, 1.0) ** 0.5
    return bool(more and now >= TIMES_BEFORE * before and now >= LEAST * active)


def _finding(panel: Panel, found: list[str]) -> Finding:
    now = sum(panel.latest(NEW, each) or 0.0 for each in found)
    before = sum(_before(panel, each) or 0.0 for each in found)
    departments = tuple(each for each in found if each)
    names = listing(departments)
    active = sum(panel.latest("weekly_active_users", each) or 0.0 for each in found)
    return Finding(
        key=f"newly_active:{'|'.join(sorted(departments))}:{panel.tools[0]}",
        detector="newly_active",
        view="overview",
        metric=NEW,
        tool=panel.tools[0],
        departments=departments,
        week=panel.weeks[-1],
        headline=f"{counted(now, 'person', 'people')}{f' in {names}' if names else ''} used it for the first time in "
        "the last four weeks.",
        detail=f"In any four weeks before, of those shown, there were at most {before:,.0f}. "
        f"{counted(active, 'person was', 'people were')} active in the last week. {everyone(departments)}".rstrip(),
        evidence=Evidence(
            value=now, before=before, change=now - before, people=max(recent_people(panel, found), round(now)), weeks=4
        ),
        impact=0.5 * reach(panel, found) * size(now / active, 0.5),
        confidence=0.5 * math.erfc(-(now - before) / math.sqrt(2 * (now + before))),
        action=filled(welcome_session, departments=names or "every department"),
    )


newly_active = Detector(
    id="newly_active",
    view="overview",
    looks_for="twice as many people who begin as in any four weeks before",
    detect=_detect,
)

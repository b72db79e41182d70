"""Active people whom the directory does not know: their use counts in no department."""

from insights.actions.fix_directory import fix_directory
from insights.finding import Detector, Evidence, Finding
from insights.scan import RECENT
from insights.series import Panel
from insights.signs import enough, lasting, size, standing, sureness
from insights.weekly import UNMAPPED
from insights.words import counted, told, verb

METRIC = "weekly_active_users"
LEAST = 0.05
"""Part of the active people who are in no department, for four weeks, from which departments' figures are short."""


def _detect(panel: Panel) -> list[Finding]:
    if UNMAPPED not in panel.departments or not enough(panel):
        return []
    shares = panel.array(METRIC, UNMAPPED) / panel.array(METRIC)
    weeks = standing(shares / LEAST)
    people, whole = panel.latest(METRIC, UNMAPPED), panel.latest(METRIC)
    if not weeks or people is None or not whole:
        return []
    return [
        Finding(
            key=f"not_in_directory::{panel.tools[0]}",
            detector="not_in_directory",
            view="departments",
            metric=METRIC,
            tool=panel.tools[0],
            departments=(),
            week=panel.weeks[-1],
            headline=f"{told(people, 'people')} of {counted(whole, 'active person', 'active people')} "
            f"{verb(round(people), 'is', 'are')} not in the directory ({told(people / whole, 'percent')}).",
            detail=f"{lasting(panel, weeks)} Their use counts for the company and in no department.",
            evidence=Evidence(value=people, people=round(people), weeks=weeks),
            impact=size(people / whole, 0.5),
            confidence=sureness(shares[-RECENT:].tolist(), LEAST),
            action=fix_directory,
        )
    ]


def _over(panel: Panel, department: str) -> bool:
    del department
    people, whole = panel.latest(METRIC, UNMAPPED), panel.latest(METRIC)
    return UNMAPPED not in panel.departments or (people is not None and whole is not None and people < LEAST * whole)


not_in_directory = Detector(
    id="not_in_directory",
    view="departments",
    looks_for=f"at least {LEAST:.0%} of active people whom the directory does not know",
    detect=_detect,
    resolved="nearly everybody who is active is in the directory now",
    over=_over,
)

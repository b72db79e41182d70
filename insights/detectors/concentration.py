"""Use that lies with a few people, who are counted and never named."""

from insights.actions.champion_hours import champions
from insights.finding import Detector, Evidence, Finding
from insights.scan import RECENT
from insights.series import Panel
from insights.signs import enough, lasting, recent_people, size, standing, sureness
from insights.words import counted, told

METRIC = "top_ten_share"
FEWEST_ACTIVE = 50
TIMES_EVEN = 4
"""How many times their even part the ten heaviest users write before it is worth a word, and at least LEAST."""

LEAST = 0.25


def _detect(panel: Panel) -> list[Finding]:
    values = panel.array(METRIC)
    people, now = panel.over("weekly_active_users", weeks=RECENT), panel.latest(METRIC)
    if people is None or people < FEWEST_ACTIVE or now is None or not enough(panel):
        return []
    bar = _bar(people)
    weeks = standing(values / bar)
    if not weeks:
        return []
    active = panel.latest("weekly_active_users") or people
    return [
        Finding(
            key=f"concentration::{panel.tools[0]}",
            detector="concentration",
            view="tokens",
            metric=METRIC,
            tool=panel.tools[0],
            departments=(),
            week=panel.weeks[-1],
            headline=f"Ten people write {told(now, 'percent')} of all prompts, out of "
            f"{counted(active, 'active person', 'active people')}.",
            detail=f"{lasting(panel, weeks)} Spread evenly, ten people would write {told(10 / active, 'percent')}. "
            "Who they are is not known here.",
            evidence=Evidence(value=now, people=recent_people(panel, ("",)), weeks=weeks),
            impact=size(now, 1.0),
            confidence=sureness(values[-RECENT:].tolist(), bar),
            action=champions,
        )
    ]


def _bar(people: float) -> float:
    return max(LEAST, TIMES_EVEN * 10 / people)


def _over(panel: Panel, department: str) -> bool:
    people, now = panel.over("weekly_active_users", department, RECENT), panel.latest(METRIC, department)
    return people is not None and people >= FEWEST_ACTIVE and now is not None and now < _bar(people)


concentration = Detector(
    id="concentration",
    view="tokens",
    looks_for=f"ten people who write at least {LEAST:.0%} of prompts and {TIMES_EVEN} times their even part",
    detect=_detect,
    resolved="ten people write a smaller part of all prompts now",
    over=_over,
)

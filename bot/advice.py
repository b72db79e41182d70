"""A finding as people read it: what was seen, and what to do about it."""

from typing import assert_never

from bot.card import Advice
from insights.catalogue import metrics
from insights.finding import Finding
from insights.words import listing

OWNERS = {"admin": "Workspace administrator", "enablement": "Enablement team", "leader": "Department leader"}


def advice_of(finding: Finding) -> Advice:
    """Return `finding` in words."""
    action = finding.action
    return Advice(
        key=finding.key,
        headline=finding.headline,
        detail=finding.detail,
        action=action.title,
        steps=action.steps,
        where=action.where,
        owner=OWNERS[action.owner],
        effort=_effort(action.minutes),
        expected=action.expected,
    )


def state_of(finding: Finding) -> str:
    """Return how the finding stands to earlier digests: "Still (3rd week), now with HR", "Worse", "New"."""
    match finding.state:
        case "new":
            state = "New"
        case "reversed":
            state = "Reversed"
        case "worse":
            state = _grown(finding)
        case "still":
            state = f"Still ({_ordinal(_week(finding))} week)"
        case _:
            assert_never(finding.state)
    moved = ((finding.joined, "now with"), (finding.left, "no longer"))
    return ", ".join([state, *(f"{what} {listing(names)}" for names, what in moved if names)])


def _grown(finding: Finding) -> str:
    """Of what is good, more is stronger and not worse."""
    good = metrics()[finding.metric].good
    if not finding.direction:
        return "Worse"
    if good == "none":
        return "Larger"
    return "Stronger" if (good == "up") == (finding.direction > 0) else "Worse"


def _week(finding: Finding) -> int:
    """Which week it is since the first that told it, that one counted."""
    return (finding.week - (finding.first_week or finding.week)).days // 7 + 1


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _effort(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} minutes"
    hours = minutes / 60
    return f"{hours:g} hour{'' if hours == 1 else 's'}"

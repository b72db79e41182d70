"""A finding as people read it: what was seen, how sure it is, and what to do about it."""

from collections.abc import Sequence
from typing import assert_never

from bot.answers.wording import tool_name
from bot.card import Advice, Button
from insights.catalogue import metrics
from insights.finding import ANYWHERE, UNKNOWN, Action, Finding
from insights.words import listing

OWNERS = {"admin": "Workspace administrator", "enablement": "Enablement team", "leader": "Department leader"}

SNOOZE = 4
"""Weeks for which a finding is put aside: as long as an action is given to show."""

SURE = ((0.95, "high"), (0.85, "fair"), (0.0, "low"))
"""From which confidence on a finding is called so."""


def advice_of(finding: Finding, tools: Sequence[str] = ()) -> Advice:
    """Return `finding` in words. `tools` are those there is data about, for a finding about all of them together."""
    action = finding.action
    return Advice(
        key=finding.key,
        headline=finding.headline,
        detail=f"{finding.detail} How sure: {_sure(finding.confidence)}.",
        action=action.title,
        steps=action.steps,
        where=places(action, tools if finding.tool == ANYWHERE else (finding.tool,)),
        owner=OWNERS[action.owner],
        effort=effort(action.minutes),
        expected=expectation(action),
        buttons=buttons_of(finding),
    )


def buttons_of(finding: Finding) -> tuple[Button, ...]:
    """Return what can be done about a finding, in the words that `Button.do` holds."""
    key = finding.key
    return (
        Button(label="Explain", do=f"explain {key}"),
        Button(label="Assign to me", do=f"assign {finding.action.id} {key}"),
        Button(label="Done", do=f"done {key}"),
        Button(label=f"Snooze {SNOOZE} weeks", do=f"snooze {key} {SNOOZE}"),
        Button(label="Mute for everybody", do=f"mute {key}"),
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


def _sure(confidence: float) -> str:
    return next(word for least, word in SURE if confidence >= least)


def places(action: Action, tools: Sequence[str]) -> str:
    """Return where to click: in the one tool, in each that has a place of its own, or in general for the others."""
    if len(tools) == 1:
        return action.place(tools[0])
    named = [f"{tool_name(each)}: {action.where[each]}" for each in tools if each in action.where]
    others = [tool_name(each) for each in tools if each not in action.where]
    if not named or not others:
        return "; ".join(named) or action.where[ANYWHERE]
    return "; ".join((*named, f"{listing(others, most=len(others))}: {action.where[ANYWHERE]}"))


def effort(minutes: int) -> str:
    """Return how long an action takes: "5 minutes", "2 hours", "4 days"."""
    if minutes < 60:
        return f"{minutes} minutes"
    hours = minutes / 60
    if hours >= 16:
        return f"{hours / 8:.0f} days"
    return f"{hours:g} hour{'' if hours == 1 else 's'}"


def expectation(action: Action) -> str:
    """Return what to expect, who says so, and when it is looked at again."""
    again = f"measured by “{metrics()[action.measure].title}” after {action.weeks} weeks"
    if action.expected == UNKNOWN:
        return f"not known beforehand; {again}"
    source = f" (source: {action.source})" if action.source else ""
    return f"{action.expected}{source}; {again}"

"""A finding as people read it: what was seen, and what to do about it."""

from bot.card import Advice
from insights.finding import Finding

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


def _effort(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} minutes"
    hours = minutes / 60
    return f"{hours:g} hour{'' if hours == 1 else 's'}"

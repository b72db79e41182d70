"""Sentences that qualify a panel's numbers: how fresh they are, and what is hidden, estimated or not known."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from insights.basis import WEEK, Basis, latest_complete_week, monday
from insights.gate import Gated
from insights.guards.circumstances import GONE_WEEKS
from insights.weekly import ALL_TOOLS, UNMAPPED, Weekly
from insights.words import counted, listing, told, tool_name, verb
from storage.models import family

TOLD_FROM = 0.005
"""Share of sessions on unknown models from which it is worth a sentence."""


def notes(behind: Weekly, gated: Gated, basis: Basis, tools: Sequence[str], last_day: date | None) -> tuple[str, ...]:
    """Return the sentences, the most important first."""
    if last_day is None:
        return ("There are no facts yet.",)
    sentences = [_stale(behind, basis, last_day), *(_silent(behind, tool) for tool in tools if tool != ALL_TOOLS)]
    if behind.weeks:
        sentences += [
            _hidden(behind, gated, basis.min_group_size),
            _unmapped(behind, gated),
            _estimated(gated),
            _unknown_models(behind, basis),
        ]
    return tuple(each for each in sentences if each)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _stale(behind: Weekly, basis: Basis, last_day: date) -> str:
    if latest_complete_week(basis.as_of, last_day) == monday(basis.as_of) - WEEK:
        return ""
    if not behind.weeks:
        return f"Facts reach to {_day(last_day)}; there is no complete week yet."
    return f"Facts reach only to {_day(last_day)}, so the week of {_day(behind.weeks[-1])} is the newest complete one."


def _silent(behind: Weekly, tool: str) -> str:
    if behind.weeks and tool not in behind.tools:
        return f"There are no facts about {tool_name(tool)}."
    if not behind.weeks:
        return ""
    # A source that is late is told where its weeks are left out (see `insights.guards`).
    people = np.nan_to_num(behind.columns["people"][behind.tools.index(tool), 0])
    used = np.flatnonzero(people)
    if len(used) and len(people) - int(used[-1]) - 1 > GONE_WEEKS:
        return f"{tool_name(tool)} has no use since the week of {_day(behind.weeks[int(used[-1])])}."
    return ""


def _hidden(behind: Weekly, gated: Gated, k: int) -> str:
    """Departments whose active people are hidden in some week of what is shown."""
    rows = [n for n, each in enumerate(gated.metrics) if each.group == "people"]
    some = np.asarray(gated.suppressed[rows].any(axis=(0, 1, 3)))
    if some[0]:
        return f"Numbers about fewer than {k} people are hidden; in some weeks that is the whole company."
    names = [name for name, hidden in zip(behind.departments, some, strict=True) if hidden]
    if not names:
        return ""
    return f"Hidden in some weeks, so that nothing is told about fewer than {k} people: {listing(names, most=6)}."


def _unmapped(behind: Weekly, gated: Gated) -> str:
    ids = [each.id for each in gated.metrics]
    if UNMAPPED not in behind.departments or "weekly_active_users" not in ids:
        return ""
    people = gated.value[ids.index("weekly_active_users"), 0, behind.departments.index(UNMAPPED), -1]
    if np.isnan(people) or not people:
        return ""
    who = counted(people, "active person", "active people")
    return f"{who} {verb(int(people), 'is', 'are')} not in the directory ({UNMAPPED})."


def _estimated(gated: Gated) -> str:
    return "Tokens are estimated from characters where a tool reports none." if gated.estimated.any() else ""


def _unknown_models(behind: Weekly, basis: Basis) -> str:
    if family(basis.reference_model).rank is None:
        return f"The model catalogue does not know the reference model {basis.reference_model}."
    if not behind.families:
        return ""
    unknown = [each.rank is None for each in behind.families]
    sessions = np.nan_to_num(behind.family_sessions[:, 0, 0])
    people = behind.family_people[unknown][:, 0, 0]
    total = sessions.sum()
    if not total or not people.size or people.max() < basis.min_group_size:
        return ""
    share = sessions[unknown].sum() / total
    if share < TOLD_FROM:
        return ""
    return f"{told(float(share), 'percent')} of sessions ran on models that the catalogue does not know (`other`)."

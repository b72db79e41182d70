"""What this organisation has learnt from actions that were done: effects that are newly due, and records per action."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.answers.impact_card import effect_in_words, record_in_words, title_of
from bot.card import Advice
from insights.basis import Basis, monday
from insights.catalogue import metrics
from insights.finding import Finding
from insights.impact import Impact, Look, Record
from insights.words import counted

MOST_DUE = 2


def effects_due(found: Sequence[Impact], basis: Basis, newest: date, reference: str) -> str:
    """Return "4 weeks on, Run a prompt workshop for Sales: it helped: …", for what the week `newest` makes known.

    Every look is told in one digest and in no other: that of the week which is its last one, or of the week in which
    the action was noted, where that came later.
    """
    told = [
        f"{counted(look.weeks, 'week')} on, {title_of(each.plan)}: "
        + effect_in_words(look.effect, metrics()[each.plan.metric], basis.currency, reference)
        for each in found
        if _told_of(each, basis)
        for look in each.looks
        if look.effect is not None and _known_since(each, look) == newest and look is _latest(each, newest)
    ]
    more = f" {counted(len(told) - MOST_DUE, 'more effect')} under “did it help”." if len(told) > MOST_DUE else ""
    return " ".join(told[:MOST_DUE]) + more


def _known_since(impact: Impact, look: Look) -> date:
    over = look.due - timedelta(weeks=1)
    return max(over, monday(impact.plan.registered))


def _latest(impact: Impact, newest: date) -> Look | None:
    """An action that was noted late has several looks at once: the last one is told."""
    return next((each for each in reversed(impact.looks) if each.effect and _known_since(impact, each) == newest), None)


def _told_of(impact: Impact, basis: Basis) -> bool:
    return basis.visible is None or set(impact.plan.reached) <= set(basis.visible)


def with_record(advice: Advice, finding: Finding, known: Mapping[str, Record], basis: Basis) -> Advice:
    """Return the advice with what its action did here so far; as it is where that is not known, or not to be told.

    What was done once is about the departments that it reached, and told only to whoever may see all of them.
    """
    record = known.get(finding.action.id)
    if record is None or (record.times < 2 and basis.visible is not None):
        return advice
    return replace(advice, expected=f"{advice.expected}. Here: {record_in_words(record, basis.currency)}")

"""The same pattern in many departments is one finding, with its exceptions."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from insights import catalogue
from insights.actions import ACTIONS
from insights.finding import Action, Finding
from insights.signs import filled
from insights.words import grouped_words, listing

RAW = {each.id: each for each in ACTIONS}
MOST_TOLD = 3


def grouped(found: Sequence[Finding], judged: Sequence[str]) -> Iterator[Finding]:
    """Yield the findings; those of one detector, metric and direction about a department each are put into one.

    `judged` are the departments that were looked at: those without the finding are its exceptions.
    """
    alike: dict[tuple[str, str, str, int], list[Finding]] = {}
    for each in found:
        if len(each.departments) == 1:
            alike.setdefault((each.detector, each.metric, each.tool, each.direction), []).append(each)
    for each in found:
        same = alike.get((each.detector, each.metric, each.tool, each.direction), [])
        if len(each.departments) != 1 or len(same) < 2:
            yield each
        elif each is same[0]:
            yield _together(same, judged)


def _together(same: Sequence[Finding], judged: Sequence[str]) -> Finding:
    """One finding of several, the largest first. As impact goes by the root of a part, the whole's squares add up."""
    ordered = sorted(same, key=lambda each: (-each.rank, each.key))
    first, names = ordered[0], tuple(each.departments[0] for each in ordered)
    details = [each.headline for each in ordered[:MOST_TOLD]]
    return replace(
        first,
        key=first.key.replace(f":{names[0]}:", f":{'|'.join(sorted(names))}:", 1),
        departments=names,
        headline=f"{catalogue.metrics()[first.metric].title}: {_words(first, names, judged)}.",
        detail=" ".join(details),
        evidence=replace(
            first.evidence,
            people=sum(each.evidence.people for each in ordered),
            p=_most([each.evidence.p for each in ordered]),
            q=_most([each.evidence.q for each in ordered]),
        ),
        impact=min(1.0, math.hypot(*(each.impact for each in ordered))),
        confidence=min(each.confidence for each in ordered),
        action=_for_all(first.action, names),
    )


def _words(first: Finding, names: Sequence[str], judged: Sequence[str]) -> str:
    did, did_not = {1: ("rose", "did not"), -1: ("fell", "did not"), 0: ("stand out", "do not")}[first.direction]
    return grouped_words(names, judged, did, did_not)


def _most(chances: Sequence[float | None]) -> float | None:
    known = [each for each in chances if each is not None]
    return max(known) if len(known) == len(chances) else None


def _for_all(action: Action, names: Sequence[str]) -> Action:
    """The action for all the departments, where that is all it needs to know; else that of the first."""
    made = filled(RAW[action.id], departments=listing(names)) if action.id in RAW else action
    return action if "{" in f"{made.title}{''.join(made.steps)}{''.join(made.where.values())}{made.expected}" else made

"""What may be told to somebody who may hear of the company and some departments only: the same numbers, fewer names.

Findings are judged on every department, as for everybody. Then what is about others is left out, and what names them
on the way. A finding about several departments, some of them hidden, is told of the others as if they were all.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from insights.finding import Finding

if TYPE_CHECKING:
    from insights.memory.resolved import Resolved

Again = Callable[[Collection[str]], Sequence[Finding]]
"""Finds anew, among the visible departments alone, with the detectors of these ids."""

SENTENCE = re.compile(r"(?<=[.!?])\s+")
MASK = "\0"


def visible_findings(
    found: Sequence[Finding], names: Sequence[str], visible: Sequence[str], again: Again
) -> list[Finding]:
    """Return what of `found` may be told. `names` are all departments, `visible` those that may be named."""
    mine = set(visible)
    cut: dict[str, set[str]] = {}
    for each in found:
        if set(each.departments) & mine and not set(each.departments) <= mine:
            cut.setdefault(each.detector, set()).update(mine & set(each.departments))
    kept = [each for each in found if set(each.departments) <= mine]
    if cut:
        kept += [
            each for each in again(cut) if each.departments and set(each.departments) <= cut.get(each.detector, set())
        ]
    told = [_without_others(each, names, mine) for each in kept]
    return [each for each in told if each is not None]


def visible_memory(finding: Finding, visible: Sequence[str]) -> Finding:
    """Return the finding; of the departments that joined or left since earlier digests only those that may be named."""
    return replace(
        finding,
        joined=tuple(each for each in finding.joined if each in visible),
        left=tuple(each for each in finding.left if each in visible),
    )


def visible_resolved(
    found: "Sequence[Resolved]", names: Sequence[str], visible: Sequence[str]
) -> "tuple[Resolved, ...]":
    """Return what of that is gone may be told."""
    return tuple(
        each for each in found if set(each.seen.departments) <= set(visible) and not _names(each.words, names, visible)
    )


def visible_sentences(text: str, names: Sequence[str], visible: Collection[str]) -> str:
    """Return the text without the sentences that name a department which is not visible."""
    hidden = sorted(names, key=len, reverse=True)
    if not hidden:
        return text
    # A longer name is read before one that it begins with: "Sales EMEA" is not "Sales".
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, hidden))})(?!\w)")
    kept: list[str] = []

    def masked(match: re.Match[str]) -> str:
        if match[0] not in visible:
            return MASK
        kept.append(match[0])
        return f"{MASK}{len(kept) - 1}{MASK}"

    own = re.compile(rf"{MASK}(\d+){MASK}")
    told = (own.sub(lambda found: kept[int(found[1])], each) for each in SENTENCE.split(pattern.sub(masked, text)))
    return " ".join(each for each in told if MASK not in each)


def _names(text: str, names: Sequence[str], visible: Collection[str]) -> bool:
    """Whether a text names a department that is not visible."""
    return visible_sentences(text, names, visible) != visible_sentences(text, (), visible)


def _without_others(finding: Finding, names: Sequence[str], visible: Collection[str]) -> Finding | None:
    """Return the finding without sentences about others; None where its headline or its action is about them."""
    action = finding.action
    if any(_names(each, names, visible) for each in (finding.headline, action.title, *action.steps)):
        return None
    return replace(finding, detail=visible_sentences(finding.detail, names, visible))

"""The departments or tools in which a change lies: their own rates, their mix, or their part of a sum."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from insights import scan
from insights.causes.cause import ENOUGH, Cause, Kind, shows
from insights.causes.decompose import MixWithin, contributions, mix_within, simpson
from insights.causes.splits import OTHERS, Floats, Split
from insights.metric import Metric
from insights.scan import Change
from insights.series import ALL_TOOLS, COMPANY, Panel
from insights.words import told

MOST_ASKED = 2 / 3
EVEN = 1.5
"""A part stands out from n where it explains more than this over n; of two or three parts MOST_ASKED is enough."""

PAIR, LEAST_OF_PAIR = 2 / 3, 0.2
"""Two parts are named where none explains half, but both together this much, and either a fifth."""

NEARLY_ALL, CLOSE = 0.9, 0.6
"""Two parts are named rather than one where they explain nearly all, and the second as much of the first."""

ALIKE = 0.1
"""Half the sum of differences between what parts explain and their sizes, below which all changed alike.

A part alone must explain so much more than its size, too, or else MOSTLY.
"""

MOSTLY = 0.8

AGAINST = 0.1
"""Part of the change by which rates together move against it, from which it is worth a word."""

NOUNS = {
    "people": "active people",
    "ranked_sessions": "sessions",
    "input_tokens": "input tokens",
    "seats_assigned": "seats",
}
"""What a denominator counts, where its name does not say it."""


def of_split(
    panel: Panel, metric: Metric, change: Change, split: Split, tool_name: Callable[[str], str]
) -> Iterator[Cause]:
    """Yield the cause that a split shows, if any: one part, two, their mix, or that none stands out."""
    names = split.names if split.by == "department" else tuple(tool_name(each) if each else "" for each in split.names)
    words = _Words(metric=metric, currency=panel.currency, by=split.by, names=names, where=_where(change, tool_name))
    if metric.adds_up:
        found = contributions(split.numerator0, split.numerator1)
        if shows(found.change, change):
            ranks = np.where(found.explained > 0, found.score, 0.0)
            before, after = split.numerator0, split.numerator1
            yield from _ranked(
                split,
                words,
                _Ranked("contribution", found.change, found.explained, ranks, before, after, before + after),
            )
        return
    if not (split.denominator0.sum() and split.denominator1.sum()):
        return
    parts = mix_within(split.numerator0, split.denominator0, split.numerator1, split.denominator1)
    if not shows(parts.change, change):
        return
    within = float(parts.within.sum()) / parts.change
    if within <= -AGAINST and simpson(parts):
        yield _paradox(split, words, parts)
    elif 1 - within >= ENOUGH:
        yield _mixed(split, words, parts)
    else:
        explained = parts.within / parts.change
        size = parts.share0 + parts.share1
        yield from _ranked(
            split, words, _Ranked("within", parts.change, explained, explained, parts.rate0, parts.rate1, size)
        )


def _where(change: Change, tool_name: Callable[[str], str]) -> str:
    if change.department != COMPANY:
        return f"{change.department} as a whole"
    return "the company" if change.tool == ALL_TOOLS else f"{tool_name(change.tool)} as a whole"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    """What a sentence about parts is made with; `names` are as people write them, `where` is the whole."""

    metric: Metric
    currency: str
    by: Literal["department", "tool"]
    names: tuple[str, ...]
    where: str

    def values(self, before: float, after: float) -> str:
        """Return " (4.1 → 6.2)", nothing where both read alike or one is unknown."""
        told0, told1 = (told(each, self.metric.unit, self.currency) for each in (before, after))
        return "" if told0 == told1 or np.isnan(before + after) else f" ({told0} → {told1})"


@dataclass(frozen=True, slots=True)
class _Ranked:
    """What each part explains of a change, by `rank` the most telling first; arrays are (parts,)."""

    kind: Literal["contribution", "within"]
    change: float
    explained: Floats
    rank: Floats
    before: Floats
    after: Floats
    size: Floats


def _ranked(split: Split, words: _Words, found: _Ranked) -> Iterator[Cause]:
    """Yield that one part explains most, or two do, or that no part stands out."""
    explained, n = found.explained, len(found.explained)
    order = np.argsort(-found.rank, kind="stable").tolist()
    first, second = order[0], order[1]
    share, pair = float(explained[first]), float(explained[first] + explained[second])
    known, names, part = split.names[first] != OTHERS, words.names, split.names[first]

    def cause(kind: Kind, text: str, part: str = part, share: float = share) -> Cause:
        explained = share * found.change
        return Cause(
            kind=kind, text=text, by=split.by, part=part, share=share, explained=explained, change=found.change
        )

    if _alike(explained, found.size):
        text = f"All {words.by}s changed alike: none stands out for its size."
        if not split.whole:
            text = f"The change is spread over the {words.by}s about as their sizes are."
        yield cause("spread", text, part="")
    elif known and split.names[second] != OTHERS and _two(float(explained[first]), float(explained[second]), n):
        yield cause(found.kind, f"{names[first]} and {names[second]} explain {_much(pair)}.", share=pair)
    elif known and share >= max(ENOUGH, min(EVEN / n, MOST_ASKED)):
        if share >= min(MOSTLY, float(found.size[first] / found.size.sum()) + ALIKE):
            both = words.values(float(found.before[first]), float(found.after[first]))
            yield cause(found.kind, f"{names[first]} explains {_much(share, both)}.")
    elif known and n > 2 and share < EVEN / n:
        text = f"It is spread over the {words.by}s: {names[first]}, the largest part, explains {_much(share)}."
        yield cause("spread", text)


def _alike(explained: Floats, size: Floats) -> bool:
    """Tell whether every part explains about as much as its size; both arrays are (parts,)."""
    if not (explained > 0).all() or explained.max() >= MOSTLY:
        return False
    return float(np.abs(explained / explained.sum() - size / size.sum()).sum()) / 2 < ALIKE


def _two(first: float, second: float, n: int) -> bool:
    """Tell whether the two chief parts of n belong in one sentence."""
    pair = first + second
    if n > 2 and pair >= NEARLY_ALL and second >= CLOSE * first:
        return True
    return n > 3 and first < ENOUGH and pair >= PAIR and second >= LEAST_OF_PAIR


def _much(share: float, values: str = "") -> str:
    if share >= 1.005:
        return f"more than all of it{values}: the rest went the other way"
    return f"all of it{values}" if share >= 0.995 else f"{told(share, 'percent')} of it{values}"


def _mixed(split: Split, words: _Words, parts: MixWithin) -> Cause:
    chief = _mover(split, parts)
    share = float(parts.mix.sum()) / parts.change
    least = scan.smallest(words.metric, 0.0)
    own = (parts.rate1 - parts.rate0)[~np.isnan(parts.rate0 + parts.rate1)]
    still = bool((np.abs(own) < least).all())
    shown = "" if split.whole else " that can be shown"
    text = f"The mix of {words.by}s shifted"
    if chief is not None:
        grew = parts.share1[chief] > parts.share0[chief]
        before, after = (told(float(each[chief]), "percent") for each in (parts.share0, parts.share1))
        sizes = f" ({before} → {after} of {_noun(words.metric)})" if before != after else ""
        text = f"The mix shifted {'to' if grew else 'away from'} {words.names[chief]}{sizes}"
    text += f"; no {words.by}{shown} changed by itself." if still else f", which explains {_much(min(share, 1.0))}."
    return Cause(
        kind="mix",
        text=text,
        by=split.by,
        part="" if chief is None else split.names[chief],
        share=share,
        explained=share * parts.change,
        change=parts.change,
    )


def _paradox(split: Split, words: _Words, parts: MixWithin) -> Cause:
    chief = _mover(split, parts)
    share = float(parts.mix.sum()) / parts.change
    own, whole = ("fell", "rose") if parts.change > 0 else ("rose", "fell")
    every = simpson(parts) == "every" and split.whole
    who = f"Every {words.by} {own}" if every else f"Within {words.by}s it {own}"
    reason = f"the mix of {words.by}s changed"
    if chief is not None:
        more = "more" if parts.share1[chief] > parts.share0[chief] else "fewer"
        reason = f"{more} of the {_noun(words.metric)} come from {words.names[chief]}"
    return Cause(
        kind="simpson",
        text=f"{who}, yet {words.where} {whole}: {reason}.",
        by=split.by,
        part="" if chief is None else split.names[chief],
        share=share,
        explained=share * parts.change,
        change=parts.change,
    )


def _mover(split: Split, parts: MixWithin) -> int | None:
    """Return the part whose changed share moved the whole most, one that grew before one that shrank."""
    moved = np.sign(parts.change) * parts.mix
    most = float(moved.max())
    named = [n for n, name in enumerate(split.names) if name != OTHERS and moved[n] >= most / 2 > 0]
    return max(named, key=lambda n: (parts.share1[n] > parts.share0[n], moved[n]), default=None)


def _noun(metric: Metric) -> str:
    return NOUNS.get(metric.denominator, metric.denominator.replace("_", " "))

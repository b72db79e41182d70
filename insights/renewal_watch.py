"""When a renewal is worth a message: what is wasted beside what was told before. Pure, so that it can be run for years.

    crossed   the forecast waste is above the bar for three weeks, and was not when it was told last
    worse     above it, and materially more than was told last
    near      so many days before notice, with something to decide; and once in any case
    resolved  it was told as above, and is well below the bar for three weeks

Three weeks on the far side of a band that ends at RELEASE, and QUIET days between two turns, keep ordinary weeks from
telling the same story again and again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from insights.renewal import Renewal
from storage.contracts import Kind, Told

STEPS = (120, 90, 60, 30, 14)
"""Days before notice at which it is told, the furthest first."""

IN_ANY_CASE = 30
"""The step at which the day of notice is told even where nothing is wasted."""

COVERS = 7
"""A message within so many days before a step stands for it."""

RELEASE = 0.75
"""Waste below this part of the bar is no longer above it."""

QUIET = timedelta(days=28)
"""Between two turns, and before worse is told."""

WORSE, WORSE_SHARE = 1.25, 0.05
"""Materially more: a quarter, and a twentieth of all seats."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waste:
    """Seats that the forecast expects unused on the day of notice, and their share of those paid for.

    `least` and `most` are the smallest and the largest share that the last three weeks saw, `spare` the seats that can
    be given up for sure.
    """

    days: int
    share: float
    least: float
    most: float
    seats: float
    purchased: float
    spare: int


def waste_of(renewal: Renewal) -> Waste | None:
    """Return what is wasted; None where the day of notice is unknown or past, or nothing can be foretold."""
    share, days, purchased = renewal.wasted_share, renewal.days_to_notice, renewal.purchased
    if share is None or days is None or days < 0 or not purchased:
        return None
    earlier = [
        share + (renewal.active - each) / purchased for each in renewal.active_before if renewal.active is not None
    ]
    shares = (share, *(min(max(each, 0.0), 1.0) for each in earlier))
    return Waste(
        days=days,
        share=share,
        least=min(shares),
        most=max(shares),
        seats=share * purchased,
        purchased=purchased,
        spare=renewal.surplus or 0,
    )


def decide(renewal: Renewal, told: Sequence[Told], min_group_size: int) -> Told | None:
    """Return what to tell of a renewal now, beside what was told of it before; None where that is nothing."""
    waste = waste_of(renewal)
    if waste is None:
        return None
    kind = _kind(waste, told, renewal, min_group_size)
    if kind is None:
        return None
    above = kind != "resolved" and _above(waste, renewal, min_group_size)
    return Told(kind=kind, on=renewal.as_of, days=waste.days, share=waste.share, seats=waste.seats, above=above)


def _kind(waste: Waste, told: Sequence[Told], renewal: Renewal, least: int) -> Kind | None:
    turned = next((each for each in reversed(told) if each.kind in ("crossed", "resolved")), None)
    last = next((each for each in reversed(told) if each.above), None)
    was_above = last is not None and not (turned is not None and turned.kind == "resolved" and turned.on >= last.on)
    calm = turned is None or renewal.as_of >= turned.on + QUIET
    if not was_above and calm and _above(waste, renewal, least):
        return "crossed"
    if was_above and calm and _below(waste, renewal, least):
        return "resolved"
    if last is not None and was_above and renewal.as_of >= told[-1].on + QUIET and _worse(waste, last, least):
        return "worse"
    return "near" if _near(waste, told, least) else None


def _bar(waste: Waste, renewal: Renewal, least: int) -> float:
    return max(renewal.contract.alert_above, least / waste.purchased)


def _above(waste: Waste, renewal: Renewal, least: int) -> bool:
    return waste.least >= _bar(waste, renewal, least)


def _below(waste: Waste, renewal: Renewal, least: int) -> bool:
    return waste.most < RELEASE * _bar(waste, renewal, least)


def _worse(waste: Waste, last: Told, least: int) -> bool:
    share = waste.least
    return share >= last.share * WORSE and share >= last.share + WORSE_SHARE and waste.seats >= last.seats + least


def _near(waste: Waste, told: Sequence[Told], least: int) -> bool:
    """Whether a step is reached that no message stands for, and there is something to decide."""
    step = min((each for each in STEPS if waste.days <= each), default=None)
    if step is None or any(each.days <= step + COVERS for each in told):
        return False
    return waste.spare >= least or step == IN_ANY_CASE

"""Where labels go so that none covers another. Pure geometry in pixels, y downwards."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_NEAR = (3.0, 9.0)
_FAR = (22.0, 40.0, 64.0, 96.0)
"""Pixels between a dot's rim and its label."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A rectangle from (left, top) to (right, bottom)."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether they share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: "Box") -> bool:
        """Whether `other` lies wholly inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A dot that wants a label of `width` × `height`, or none if that is 0. The first spots get the best places."""

    x: float
    y: float
    radius: float
    width: float
    height: float
    insist: bool = False


def place_around(spots: Sequence[Spot], frame: Box) -> list[Box | None]:
    """A box for each spot's label, inside `frame`, off every dot and every other label; None where there is no room.

    Places beside the dot are tried first. Only a spot that insists may be moved further off, where a line leads to
    it, or in the end cover other dots; it never covers a label.
    """
    dots = [Box(left=s.x - s.radius, top=s.y - s.radius, right=s.x + s.radius, bottom=s.y + s.radius) for s in spots]
    taken: list[Box] = []
    found: list[Box | None] = []
    for spot in spots:
        box = None
        if spot.width:
            box = _free(spot, _NEAR, frame, [*taken, *dots])
        if box is None and spot.insist:
            box = _free(spot, _FAR, frame, [*taken, *dots]) or _free(spot, _NEAR + _FAR, frame, taken)
        found.append(box)
        if box is not None:
            taken.append(box)
    return found


def spread(wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Middles near `wanted` such that boxes of `heights` do not overlap and, if they fit, stay within top and bottom.

    The order of `wanted` is kept, ties by position.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed = [0.0] * len(wanted)
    edge = top
    for i in order:
        placed[i] = max(wanted[i], edge + heights[i] / 2)
        edge = placed[i] + heights[i] / 2
    edge = bottom
    for i in reversed(order):
        placed[i] = min(placed[i], edge - heights[i] / 2)
        edge = placed[i] - heights[i] / 2
    return placed


def _free(spot: Spot, gaps: Sequence[float], frame: Box, taken: Sequence[Box]) -> Box | None:
    """The first place around the spot that touches nothing taken."""
    choices = (box for gap in gaps for box in _around(spot, spot.radius + gap))
    return next((box for box in choices if frame.holds(box) and not any(map(box.overlaps, taken))), None)


def _around(spot: Spot, reach: float) -> list[Box]:
    """Right, left, above, below, then the corners, at `reach` from the dot's middle."""
    slant = reach / math.sqrt(2)
    half_w, half_h = spot.width / 2, spot.height / 2
    middles = [
        (spot.x + reach + half_w, spot.y),
        (spot.x - reach - half_w, spot.y),
        (spot.x, spot.y - reach - half_h),
        (spot.x, spot.y + reach + half_h),
        (spot.x + slant + half_w, spot.y - slant - half_h),
        (spot.x + slant + half_w, spot.y + slant + half_h),
        (spot.x - slant - half_w, spot.y - slant - half_h),
        (spot.x - slant - half_w, spot.y + slant + half_h),
    ]
    return [Box(left=x - half_w, top=y - half_h, right=x + half_w, bottom=y + half_h) for x, y in middles]

"""Shares of a whole by week: a column a week, strongest at the bottom, named at the right edge."""

import math
from collections.abc import Sequence

from bot.card import Line, ShareChart
from bot.format import format_value
from bot.picture.marks import (
    HEIGHT,
    LABEL,
    MARGIN,
    TICK,
    WIDTH,
    Block,
    Mark,
    Measure,
    Picture,
    Stroke,
    Words,
    fit,
    heading,
)
from bot.picture.placement import spread
from bot.picture.scale import present, week_marks
from bot.picture.theme import Theme, tints

_MOST_SHARES = 8
_UNRANKED = {"other", "others", "unknown"}


def lay_out_shares(chart: ShareChart, theme: Theme, measure: Measure) -> Picture:
    """The chart's marks. Tints run from strong to weak in the order given; "other" is grey."""
    marks, top = heading(chart.title, theme.ink, measure)
    shares = _merged([share for share in chart.shares if any(present(share.values))])
    weeks = len(chart.weeks)
    if not shares or not weeks:
        marks.append(
            Words(text="No figures to show yet", x=WIDTH / 2, y=HEIGHT / 2, color=theme.quiet, anchor="center")
        )
        return Picture(height=HEIGHT, marks=tuple(marks))
    ranked = [share for share in shares if share.label.lower() not in _UNRANKED]
    ramp = iter(tints(theme, len(ranked)))
    colors = [next(ramp) if share in ranked else theme.other for share in shares]
    last = max(w for w in range(weeks) if any(_at(share, w) for share in shares))
    values = [format_value(_at(share, last), "percent") for share in shares]
    room = max(measure(value, LABEL, True) for value in values)
    names = [fit(share.label, 200, measure, LABEL) for share in shares]
    left = MARGIN + measure("100%", TICK, False) + 12
    right = WIDTH - MARGIN - room - 10 - max(measure(name, LABEL, False) for name in names) - 26
    top, bottom = top + 18, HEIGHT - MARGIN - 34
    for part in (0.0, 0.5, 1.0):
        y = bottom - part * (bottom - top)
        marks.append(Words(text=f"{part:.0%}", x=left - 12, y=y, color=theme.quiet, size=TICK, anchor="right"))
        marks.append(Stroke(points=((left, y), (right, y)), color=theme.grid))
    pitch = (right - left) / weeks
    marks += _columns(shares, colors, (left, top, bottom), pitch, weeks)
    marks += _names(shares, last, (values, names, colors), (right, top, bottom, room), theme)
    across = [left + pitch * (w + 0.5) for w in range(weeks)]
    marks += week_marks(chart.weeks, across, HEIGHT - MARGIN - 8, theme.quiet, measure)
    return Picture(height=HEIGHT, marks=tuple(marks))


def _columns(
    shares: Sequence[Line], colors: Sequence[str], frame: tuple[float, float, float], pitch: float, weeks: int
) -> list[Mark]:
    """A column a week; a week without values stays empty."""
    left, top, bottom = frame
    gap, seam = min(4.0, pitch * 0.15), 1.0
    marks: list[Mark] = []
    for week in range(weeks):
        floor = bottom
        for share, color in zip(shares, colors, strict=True):
            height = _at(share, week) * (bottom - top)
            if height > 0.4:
                x = left + pitch * week
                ceiling = floor - height
                marks.append(
                    Block(left=x, top=ceiling + min(seam, height / 3), right=x + pitch - gap, bottom=floor, color=color)
                )
            floor -= height
    return marks


def _names(
    shares: Sequence[Line],
    last: int,
    told: tuple[Sequence[str], Sequence[str], Sequence[str]],
    frame: tuple[float, float, float, float],
    theme: Theme,
) -> list[Mark]:
    """Value and name beside each share of the last week, with a chip of its colour."""
    right, top, bottom, room = frame
    shown = [i for i, share in enumerate(shares) if _at(share, last) > 0]
    floors = [sum(_at(share, last) for share in shares[:i]) for i in shown]
    wanted = [
        bottom - (floor + _at(shares[i], last) / 2) * (bottom - top) for i, floor in zip(shown, floors, strict=True)
    ]
    marks: list[Mark] = []
    for i, y in zip(shown, spread(wanted, [29.0] * len(shown), top - 8, bottom + 8), strict=True):
        value, name, color = (words[i] for words in told)
        marks += [
            Block(left=right + 4, top=y - 11, right=right + 12, bottom=y + 11, color=color),
            Words(text=value, x=right + 20 + room, y=y, color=theme.ink, bold=True, anchor="right"),
            Words(text=name, x=right + 30 + room, y=y, color=theme.ink),
        ]
    return marks


def _merged(shares: Sequence[Line]) -> list[Line]:
    """All of them, or the first ones and the sum of the rest: more names than that don't fit the edge."""
    if len(shares) <= _MOST_SHARES:
        return list(shares)
    kept, rest = shares[: _MOST_SHARES - 1], shares[_MOST_SHARES - 1 :]
    weeks = max(len(share.values) for share in rest)
    summed = tuple(sum(_at(share, week) for share in rest) for week in range(weeks))
    return [*kept, Line(label=f"{len(rest)} more", values=summed, unit="percent")]


def _at(share: Line, week: int) -> float:
    value = share.values[week] if week < len(share.values) else None
    return value if value is not None and math.isfinite(value) and value > 0 else 0.0

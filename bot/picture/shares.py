"""Shares of a whole by week: a column a week, strongest at the bottom, named at the right edge."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.card import Line, ShareChart
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
from bot.picture.theme import Theme, tint

_MOST_NAMES = 7
_UNRANKED = {"other", "others", "unknown"}


def lay_out_shares(chart: ShareChart, theme: Theme, measure: Measure) -> Picture:
    """The chart's marks. Tints run from strong to weak in the order given; "other" is grey."""
    marks, top = heading(chart.title, theme.ink, measure)
    shares = [share for share in chart.shares if any(present(share.values))]
    weeks = len(chart.weeks)
    if not shares or not weeks:
        marks.append(
            Words(text="No figures to show yet", x=WIDTH / 2, y=HEIGHT / 2, color=theme.quiet, anchor="center")
        )
        return Picture(height=HEIGHT, marks=tuple(marks))
    last = max(w for w in range(weeks) if any(_at(share, w) for share in shares))
    colors = _colors(shares, last, theme)
    labels = _labels(shares, last, colors, theme)
    room = max(measure(label.value, LABEL, True) for label in labels)
    names = [fit(label.name, 200, measure, LABEL) for label in labels]
    left = MARGIN + measure("100%", TICK, False) + 12
    right = WIDTH - MARGIN - room - 10 - max(measure(name, LABEL, False) for name in names) - 26
    border = _border(chart)
    if border and chart.older:
        marks += [
            Stroke(points=((MARGIN, top + 14), (MARGIN + 34, top + 14)), color=theme.ink, width=3.0, dashes=(5.0, 3.0)),
            Words(text=f"above the line: {chart.older}", x=MARGIN + 44, y=top + 14, color=theme.ink, bold=True),
        ]
        top += 30
    top, bottom = top + 18, HEIGHT - MARGIN - 34
    for part in (0.0, 0.5, 1.0):
        y = bottom - part * (bottom - top)
        marks.append(Words(text=f"{part:.0%}", x=left - 12, y=y, color=theme.quiet, size=TICK, anchor="right"))
        marks.append(Stroke(points=((left, y), (right, y)), color=theme.grid))
    pitch = (right - left) / weeks
    marks += _columns(shares, colors, (left, top, bottom), pitch, weeks)
    if border and chart.older:
        marks += _steps(chart.shares[:border], (left, top, bottom), pitch, theme.ink, weeks)
    middles = [bottom - label.middle * (bottom - top) for label in labels]
    placed = spread(middles, [29.0] * len(labels), top - 8, bottom + 8)
    for label, name, y in zip(labels, names, placed, strict=True):
        marks += [
            Block(left=right + 4, top=y - 11, right=right + 12, bottom=y + 11, color=label.color),
            Words(text=label.value, x=right + 20 + room, y=y, color=theme.ink, bold=True, anchor="right"),
            Words(text=name, x=right + 30 + room, y=y, color=theme.ink),
        ]
    across = [left + pitch * (w + 0.5) for w in range(weeks)]
    marks += week_marks(chart.weeks, across, HEIGHT - MARGIN - 8, theme.quiet, measure)
    return Picture(height=HEIGHT, marks=tuple(marks))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Label:
    """What stands at the right edge; `middle` is its share's middle, from 0 at the bottom to 1."""

    value: str
    name: str
    middle: float
    color: str


def _colors(shares: Sequence[Line], last: int, theme: Theme) -> list[str]:
    """A tint for each, spaced by rank and by size at once: large neighbours must not look alike."""
    ranked = [share for share in shares if share.label.lower() not in _UNRANKED]
    sizes = [_at(share, last) + 0.02 for share in ranked]
    middles = [sum(sizes[:i]) + size / 2 for i, size in enumerate(sizes)]
    span = (middles[-1] - middles[0]) or 1.0 if middles else 1.0
    steps = max(len(ranked) - 1, 1)
    places = iter([0.35 * i / steps + 0.65 * (middle - middles[0]) / span for i, middle in enumerate(middles)])
    return [theme.other if share.label.lower() in _UNRANKED else tint(theme, next(places)) for share in shares]


def _labels(shares: Sequence[Line], last: int, colors: Sequence[str], theme: Theme) -> list[_Label]:
    """The largest of the last week by name, and the sum of those that had no room."""
    there = [i for i, share in enumerate(shares) if _at(share, last) > 0]
    largest = sorted(there, key=lambda i: -_at(shares[i], last))
    named = sorted(largest if len(there) <= _MOST_NAMES else largest[: _MOST_NAMES - 1])
    labels = [
        _Label(
            value=_percent(_at(shares[i], last)),
            name=shares[i].label,
            middle=sum(_at(share, last) for share in shares[:i]) + _at(shares[i], last) / 2,
            color=colors[i],
        )
        for i in named
    ]
    rest = [i for i in there if i not in named]
    if rest:
        together = sum(_at(shares[i], last) for i in rest)
        labels.append(_Label(value=_percent(together), name=f"{len(rest)} smaller", middle=1.0, color=theme.panel))
    return labels


def _percent(share: float) -> str:
    return "<1%" if share < 0.005 else f"{share:.0%}"


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


def _border(chart: ShareChart) -> int:
    """How many shares are strong enough; 0 where the chart does not say, or none is weaker."""
    names = [share.label for share in chart.shares]
    strong = names.index(chart.reference) + 1 if chart.reference in names else 0
    return strong if strong < len(names) else 0


def _steps(
    strong: Sequence[Line], frame: tuple[float, float, float], pitch: float, color: str, weeks: int
) -> list[Mark]:
    """A stepped line over the strong shares' tops; a week without values breaks it."""
    left, top, bottom = frame
    runs: list[list[tuple[float, float]]] = [[]]
    for week in range(weeks):
        total = sum(_at(share, week) for share in strong)
        if total == 0:
            runs.append([])
            continue
        y = bottom - total * (bottom - top)
        runs[-1] += [(left + pitch * week, y), (left + pitch * (week + 1) - 2, y)]
    return [Stroke(points=tuple(run), color=color, width=3.0, dashes=(5.0, 3.0)) for run in runs if run]


def _at(share: Line, week: int) -> float:
    value = share.values[week] if week < len(share.values) else None
    return value if value is not None and math.isfinite(value) and value > 0 else 0.0

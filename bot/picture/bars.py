"""Horizontal bars with their values written out; what is set apart is hatched at the end of its bar."""

import math
from collections.abc import Sequence

from bot.card import Bar, BarChart
from bot.format import format_value
from bot.picture.marks import (
    HEIGHT,
    LABEL,
    MARGIN,
    WIDTH,
    Block,
    Mark,
    Measure,
    Picture,
    Words,
    fit,
    fit_apart,
    heading,
)
from bot.picture.theme import Theme

_MOST_BARS = 15
_ADDITIVE = {"money", "seats", "credits"}
"""Units whose bars may be summed: people and averages do not add up."""


def lay_out_bars(chart: BarChart, theme: Theme, measure: Measure) -> Picture:
    """The chart's marks; the sheet grows with the number of bars."""
    marks, top = heading(chart.title, theme.ink, measure)
    rows, more = _rows(chart)
    apart = any(bar.part for bar in rows)
    if apart and chart.part_label:
        marks += [
            Block(
                left=MARGIN,
                top=top + 6,
                right=MARGIN + 26,
                bottom=top + 26,
                color=theme.marked,
                hatched=True,
                line=theme.panel,
            ),
            Words(
                text=fit(chart.part_label, WIDTH - 2 * MARGIN - 40, measure),
                x=MARGIN + 38,
                y=top + 16,
                color=theme.marked,
                bold=True,
            ),
        ]
        top += 40
    if not rows:
        marks.append(
            Words(text="No figures to show yet", x=WIDTH / 2, y=HEIGHT / 2, color=theme.quiet, anchor="center")
        )
        return Picture(height=HEIGHT, marks=tuple(marks))
    pitch = min(64.0, max(40.0, (HEIGHT - MARGIN - top - 6) / len(rows)))
    height = max(HEIGHT, top + pitch * len(rows) + MARGIN)
    names = fit_apart([bar.label for bar in rows], 250, measure)
    told = [_told(bar, chart) for bar in rows]
    left = MARGIN + max(measure(name, LABEL, False) for name in names) + 16
    ends = [sum(measure(text + " ", LABEL, bold) for text, bold, _ in pieces) for pieces in told]
    room = max(WIDTH - MARGIN - 14 - max(ends) - left, 40.0)
    longest = max((abs(bar.value) for bar in rows[: len(rows) - more] if math.isfinite(bar.value)), default=0.0) or 1.0
    for row, bar in enumerate(rows):
        y = top + 6 + pitch * (row + 0.5)
        summed = more and row == len(rows) - 1  # a sum of many beside single bars would dwarf them: figures only
        length = room * max(bar.value, 0.0) / longest if math.isfinite(bar.value) and not summed else 0.0
        marks.append(Words(text=names[row], x=left - 14, y=y, color=theme.ink, anchor="right"))
        marks += _bar(bar, (left, y, length, pitch * 0.31), theme) if length else []
        x = left + (length + 12 if length else 0)
        for text, bold, set_apart in told[row]:
            marks.append(Words(text=text, x=x, y=y, color=theme.marked if set_apart else theme.ink, bold=bold))
            x += measure(text + " ", LABEL, bold)
    return Picture(height=height, marks=tuple(marks))


def _bar(bar: Bar, place: tuple[float, float, float, float], theme: Theme) -> list[Mark]:
    left, y, length, half = place
    share = min(max((bar.part or 0.0) / bar.value, 0.0), 1.0) if bar.value > 0 and math.isfinite(bar.value) else 0.0
    seam = left + length * (1 - share)
    marks: list[Mark] = [Block(left=left, top=y - half, right=seam, bottom=y + half, color=theme.plain)]
    if share > 0:
        marks.append(
            Block(
                left=seam,
                top=y - half,
                right=left + length,
                bottom=y + half,
                color=theme.marked,
                hatched=True,
                line=theme.panel,
            )
        )
    return marks


def _told(bar: Bar, chart: BarChart) -> list[tuple[str, bool, bool]]:
    """The figures behind a bar: text, whether bold, whether it is about the set-apart part."""
    pieces = [] if math.isnan(bar.value) else [(format_value(bar.value, chart.unit, chart.currency), True, False)]
    if bar.part:
        pieces.append((format_value(bar.part, chart.unit, chart.currency), False, True))
    if bar.note:
        pieces.append((bar.note if len(bar.note) <= 24 else bar.note[:23] + "…", False, False))
    return pieces


def _rows(chart: BarChart) -> tuple[Sequence[Bar], bool]:
    """The bars to draw, and whether the last one stands for all that had no room."""
    if len(chart.bars) <= _MOST_BARS:
        return chart.bars, False
    kept, rest = chart.bars[: _MOST_BARS - 1], chart.bars[_MOST_BARS - 1 :]
    name = f"and {len(rest)} more"
    if chart.unit not in _ADDITIVE:
        return [*kept, Bar(label=name, value=math.nan)], True
    parts = [bar.part for bar in rest if bar.part is not None]
    return [*kept, Bar(label=name, value=sum(bar.value for bar in rest), part=sum(parts) if parts else None)], True

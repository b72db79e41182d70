"""Charts in a terminal: the shape and the figures, in one column of characters."""

import math
from collections.abc import Sequence
from typing import assert_never

from rich.table import Table as Grid
from rich.text import Text

from bot.card import BarChart, Chart, DotChart, Line, LineChart, ShareChart
from bot.format import NOTHING, format_day, format_value, one_line, shorten

_HEIGHTS = "▁▂▃▄▅▆▇█"
_BAR = 24
_ROWS = 15
_NAME = 33


def shape(chart: Chart) -> Grid:
    """The chart as rows of name, shape and figures."""
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(max_width=_NAME, overflow="ellipsis", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    rows = _rows(chart)
    for name, drawn, told in rows[:_ROWS]:
        grid.add_row(Text(shorten(one_line(name), _NAME)), drawn, Text(told))
    if len(rows) > _ROWS:
        grid.add_row(Text(f"and {len(rows) - _ROWS} more", style="dim"))
    if isinstance(chart, LineChart | ShareChart) and chart.weeks:
        grid.add_row("", Text(f"{format_day(chart.weeks[0])} – {format_day(chart.weeks[-1])}", style="dim"))
    return grid


def sparkline(values: Sequence[float | None]) -> str:
    """A column a value, from the least to the greatest; "·" where there is none.

    Like the charts' scales, the lowest column stands for at most three fifths of the greatest value.
    """
    there = [value for value in values if value is not None and math.isfinite(value)]
    if not there:
        return "·" * len(values)
    high = max(there)
    low = min(*there, 0.6 * high) if len(there) > 1 else 0.0
    span = (high - low) or 1.0
    return "".join(
        "·" if value is None or not math.isfinite(value) else _HEIGHTS[round((value - low) / span * 7)]
        for value in values
    )


def bar(value: float, whole: float, part: float | None = None) -> Text:
    """A bar for `value` of `whole`, its last stretch dotted for the `part` that is set apart."""
    share = value / whole if whole > 0 and math.isfinite(value) else 0.0
    cells = round(_BAR * min(max(share, 0.0), 1.0))
    apart = min(round(cells * (part or 0.0) / value), cells) if value > 0 and part else 0
    return Text("█" * (cells - apart), style="cyan") + Text("░" * apart, style="yellow")


def _rows(chart: Chart) -> list[tuple[str, Text, str]]:
    match chart:
        case LineChart():
            return [_line_row(line, chart.currency) for line in chart.lines]
        case ShareChart():
            return [_share_row(share) for share in chart.shares]
        case DotChart():
            most = max((dot.y for dot in chart.dots), default=0.0)
            dots = sorted(chart.dots, key=lambda dot: (not dot.emphasis, -dot.people, dot.label))
            return [(dot.label, bar(dot.y, most), f"{dot.y:.1f} at {dot.x:.1f}") for dot in dots]
        case BarChart():
            most = max((each.value for each in chart.bars), default=0.0)
            return [
                (
                    each.label,
                    bar(each.value, most, each.part),
                    format_value(each.value, chart.unit, chart.currency)
                    + (f" ({format_value(each.part, chart.unit, chart.currency)})" if each.part else ""),
                )
                for each in chart.bars
            ]
        case _:
            assert_never(chart)


def _line_row(line: Line, currency: str) -> tuple[str, Text, str]:
    there = [value for value in line.values if value is not None and math.isfinite(value)]
    told = NOTHING
    if there:
        told = f"{format_value(there[0], line.unit, currency)} → {format_value(there[-1], line.unit, currency)}"
    return line.label, Text(sparkline(line.values), style="cyan"), told


def _share_row(share: Line) -> tuple[str, Text, str]:
    there = [value for value in share.values if value is not None and math.isfinite(value)]
    if not there:
        return share.label, Text(), NOTHING
    return (
        share.label,
        bar(there[-1], 1.0),
        f"{format_value(there[0], 'percent')} → {format_value(there[-1], 'percent')}",
    )

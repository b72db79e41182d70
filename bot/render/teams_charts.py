"""Charts that Teams draws itself, an extension of its own to Adaptive Cards: what fits into one, and as what.

Source: learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/charts-in-adaptive-cards.
"""

import math
from datetime import date
from typing import assert_never

from bot.card import Bar, BarChart, Chart, DotChart, Line, LineChart, ShareChart
from bot.format import format_day, one_line, shorten

Element = dict[str, object]

_NAME = 80
_MOST_BARS = 20
_SERIES = (
    "categoricalBlue",
    "categoricalMarigold",
    "categoricalTeal",
    "categoricalPurple",
    "categoricalLime",
    "categoricalRed",
)


def native_chart(chart: Chart) -> Element | None:
    """The chart as an element that Teams draws, None for what it has no chart for.

    It has no dots, no second scale, and its lines can't have gaps or levels.
    """
    match chart:
        case LineChart():
            return _lines(chart)
        case ShareChart():
            return _shares(chart)
        case BarChart():
            return _bars(chart)
        case DotChart():
            return None
        case _:
            assert_never(chart)


def _lines(chart: LineChart) -> Element | None:
    lines = chart.lines
    if chart.two_scales or chart.levels or not 0 < len(lines) <= len(_SERIES) or any(_gaps(line) for line in lines):
        return None
    return _base("Chart.Line", chart.title) | {
        "yAxisTitle": _unit(lines[0].unit),
        "data": [
            {"legend": _name(line.label), "color": color, "values": _points(chart.weeks, line)}
            for line, color in zip(lines, _SERIES, strict=False)
        ],
    }


def _shares(chart: ShareChart) -> Element | None:
    shares = [share for share in chart.shares if not _gaps(share)]
    if not shares or len(shares) < len(chart.shares):
        return None
    return _base("Chart.VerticalBar.Grouped", chart.title) | {
        "stacked": True,
        "yAxisTitle": "%",
        "data": [
            {"legend": _name(share.label), "values": _named(_points(chart.weeks, share))}
            for share in reversed(chart.shares)
        ],
    }


def _bars(chart: BarChart) -> Element | None:
    bars = chart.bars
    if not 0 < len(bars) <= _MOST_BARS or not all(math.isfinite(bar.value) for bar in bars):
        return None
    return _base("Chart.HorizontalBar.Stacked", chart.title) | {
        "data": [{"title": _name(bar.label), "data": _parts(bar, chart)} for bar in bars]
    }


def _parts(bar: Bar, chart: BarChart) -> list[Element]:
    apart = bar.part if bar.part is not None and math.isfinite(bar.part) else 0.0
    rest = {"legend": "in use" if chart.part_label else _unit(chart.unit), "color": _SERIES[0]}
    parts: list[Element] = [rest | {"value": round(bar.value - apart, 2)}]
    if chart.part_label:
        parts.append({"legend": _name(chart.part_label), "color": _SERIES[1], "value": round(apart, 2)})
    return parts


def _base(kind: str, title: str) -> Element:
    """The title is seen in a heading above: not every client draws the chart's own."""
    return {"type": kind, "title": shorten(one_line(title), 200), "colorSet": "categorical"}


def _points(weeks: tuple[date, ...], line: Line) -> list[Element]:
    """Shares are given in percent, since Teams' axis writes the bare numbers."""
    factor = 100 if line.unit == "percent" else 1
    return [
        {"x": week.isoformat(), "y": round(value * factor, 2)}
        for week, value in zip(weeks, line.values, strict=False)
        if value is not None
    ]


def _named(points: list[Element]) -> list[Element]:
    """The points with days as names, short enough to stand under bars; a year or more keeps the dates apart."""
    if len(points) > 52:
        return points
    return [point | {"x": format_day(date.fromisoformat(str(point["x"])))} for point in points]


def _gaps(line: Line) -> bool:
    return any(value is None or not math.isfinite(value) for value in line.values)


def _unit(unit: str) -> str:
    return "%" if unit == "percent" else unit


def _name(label: str) -> str:
    return shorten(one_line(label), _NAME) or "(no name)"

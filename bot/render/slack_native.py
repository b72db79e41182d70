"""Charts that Slack draws itself: the `data_visualization` block, where the data fit its limits.

It is newer than the SDK's models, may be missing in a workspace, and cannot be tried without one: it is used only
where the configuration asks for it, and a picture is posted where Slack refuses it. Limits: the stricter of those
that Slack's documentation and live use give (docs.slack.dev/reference/block-kit/blocks/data-visualization-block).
"""

import math
from collections.abc import Sequence

from bot.card import Bar, BarChart, Chart, Line, LineChart
from bot.format import format_day, one_line
from bot.render.slack_words import clip, units

_TITLE = 50
_LABEL = 20
_POINTS = 20
_SERIES = 6

Block = dict[str, object]


def native_chart(chart: Chart) -> Block | None:
    """The block, or None where the chart says more than Slack can draw.

    Two scales, gaps, levels, set-apart parts, stacked shares and dots are beyond it; so are names that it would have
    to cut.
    """
    match chart:
        case LineChart() if not chart.two_scales and not chart.levels:
            return _lines(chart)
        case BarChart() if not any(bar.part for bar in chart.bars):
            return _bars(chart)
        case _:
            return None


def _lines(chart: LineChart) -> Block | None:
    weeks = [format_day(week) for week in chart.weeks][-_POINTS:]
    names = [one_line(line.label) for line in chart.lines]
    whole = all(value is not None and math.isfinite(value) for line in chart.lines for value in line.values)
    one_unit = len({line.unit for line in chart.lines}) == 1
    if not whole or not one_unit or not weeks or not _fit(names, _SERIES) or not _fit(weeks, _POINTS):
        return None
    series = [_series(name, weeks, _numbers(line)) for name, line in zip(names, chart.lines, strict=True)]
    return _block(chart.title, "line", weeks, series)


def _numbers(line: Line) -> list[float]:
    return [value for value in line.values if value is not None][-_POINTS:]


def _bars(chart: BarChart) -> Block | None:
    names = [one_line(bar.label) for bar in chart.bars]
    if not _fit(names, _POINTS) or not all(math.isfinite(bar.value) for bar in chart.bars):
        return None
    label = clip(one_line(chart.title), _LABEL) or "Value"
    return _block(chart.title, "bar", names, [_series(label, names, [bar.value for bar in _kept(chart.bars)])])


def _kept(bars: Sequence[Bar]) -> Sequence[Bar]:
    return bars[:_POINTS]


def _fit(names: Sequence[str], most: int) -> bool:
    return 0 < len(names) <= most and len(set(names)) == len(names) and all(0 < units(name) <= _LABEL for name in names)


def _series(name: str, categories: Sequence[str], values: Sequence[float]) -> Block:
    data = [{"label": label, "value": value} for label, value in zip(categories, values, strict=True)]
    return {"name": name, "data": data}


def _block(title: str, kind: str, categories: Sequence[str], series: Sequence[Block]) -> Block:
    chart = {"type": kind, "series": list(series), "axis_config": {"categories": list(categories)}}
    return {"type": "data_visualization", "title": clip(one_line(title), _TITLE) or "Chart", "chart": chart}

"""Lines over weeks, each named at its end; or two lines with a scale each."""

import math
from collections.abc import Callable, Sequence

from bot.card import Line, LineChart
from bot.format import format_short, format_value
from bot.picture.marks import (
    HEIGHT,
    LABEL,
    MARGIN,
    TICK,
    WIDTH,
    Disc,
    Mark,
    Measure,
    Picture,
    Stroke,
    Words,
    fit,
    heading,
    wrap,
)
from bot.picture.placement import spread
from bot.picture.scale import present, steps, week_marks, window
from bot.picture.theme import Theme

_NAMED_LINES = 5
"""Lines beyond these are drawn without a name: it is what the right edge holds."""

_TALL = 510.0
"""Two bands want more height than one."""


def lay_out_lines(chart: LineChart, theme: Theme, measure: Measure) -> Picture:
    """The chart's marks. One scale starts at zero, so a rise looks as large as it is; of two, each has its band."""
    marks, top = heading(chart.title, theme.ink, measure)
    drawn = [line for line in chart.lines if present(line.values)]
    if not drawn or not chart.weeks:
        marks.append(
            Words(text="No figures to show yet", x=WIDTH / 2, y=HEIGHT / 2, color=theme.quiet, anchor="center")
        )
    elif chart.two_scales and len(drawn) == 2:
        marks += _two_scales(chart, drawn, top, theme, measure)
        return Picture(height=_TALL, marks=tuple(marks))
    else:
        marks += _one_scale(chart, drawn, top, theme, measure)
    return Picture(height=HEIGHT, marks=tuple(marks))


def _one_scale(chart: LineChart, drawn: Sequence[Line], top: float, theme: Theme, measure: Measure) -> list[Mark]:
    unit = drawn[0].unit
    high = max([*(v for line in drawn for v in present(line.values)), *(level.value for level in chart.levels)])
    low = min(0.0, *(v for line in drawn for v in present(line.values)))
    ticks = steps(low, high * 1.04)
    named = [format_short(tick, unit, chart.currency) for tick in ticks]
    left = MARGIN + max(measure(name, TICK, False) for name in named) + 14
    ends = [_end_name(line, chart, measure) for line in drawn[:_NAMED_LINES]]
    right = (
        WIDTH - MARGIN - max(measure(text, LABEL, row == 0) for lines in ends for row, text in enumerate(lines)) - 22
    )
    top, bottom = top + 14, HEIGHT - MARGIN - 32
    across = _across(len(chart.weeks), left, right)

    def down(value: float) -> float:
        return bottom - (value - low) / ((high * 1.08 - low) or 1.0) * (bottom - top)

    marks: list[Mark] = []
    for tick, name in zip(ticks, named, strict=True):
        marks.append(Stroke(points=((left, down(tick)), (right, down(tick))), color=theme.grid))
        marks.append(Words(text=name, x=left - 12, y=down(tick), color=theme.quiet, size=TICK, anchor="right"))
    for level in chart.levels:
        marks.append(
            Stroke(points=((left, down(level.value)), (right, down(level.value))), color=theme.quiet, dashes=(5, 4))
        )
        name = fit(level.label, right - left, measure, TICK)
        marks.append(Words(text=name, x=left + 4, y=down(level.value) - 14, color=theme.quiet, size=TICK))
    for i, line in enumerate(drawn):
        color = theme.series[i % len(theme.series)]
        marks += _curve(line, across, down, color, theme, dashed=i >= len(theme.series))
    wanted = [down(present(line.values)[-1]) for line in drawn[:_NAMED_LINES]]
    marks += _ends(ends, wanted, (right + 20, top - 10, bottom + 14), theme)
    marks += week_marks(chart.weeks, across, HEIGHT - MARGIN - 8, theme.quiet, measure)
    return marks


def _two_scales(chart: LineChart, drawn: Sequence[Line], top: float, theme: Theme, measure: Measure) -> list[Mark]:
    """The second line above with its scale at the right, the first below it with its scale at the left.

    Where lines of two scales cross means nothing, so each keeps to its own band.
    """
    marks, top = _scale_names(drawn, top, theme, measure)
    bottom = _TALL - MARGIN - 40
    middle = top + 0.56 * (bottom - top)
    bands = ((middle + 24, bottom - 6), (top + 30, middle - 8))
    windows = [window(present(line.values)) for line in drawn]
    ticks = [steps(low, high, 3) for low, high in windows]
    named = [[format_short(tick, line.unit, chart.currency) for tick in ticks[i]] for i, line in enumerate(drawn)]
    left, right = (
        MARGIN + max(measure(name, TICK, False) for name in named[0] or [""]) + 16,
        WIDTH - MARGIN - max(measure(name, TICK, False) for name in named[1] or [""]) - 16,
    )
    across = _across(len(chart.weeks), left + 16, right - 16)
    for i, line in enumerate(drawn):

        def down(value: float, i: int = i) -> float:
            (low, high), (ceiling, floor) = windows[i], bands[i]
            return floor - (value - low) / (high - low) * (floor - ceiling)

        for tick, name in zip(ticks[i], named[i], strict=True):
            x = right + 12 if i else left - 12
            marks.append(Stroke(points=((left, down(tick)), (right, down(tick))), color=theme.grid))
            marks.append(
                Words(text=name, x=x, y=down(tick), color=theme.series[i], size=TICK, anchor="left" if i else "right")
            )
        marks += _curve(line, across, down, theme.series[i], theme)
        marks += _first_and_last(line, across, down, theme.series[i], chart.currency)
    marks += week_marks(chart.weeks, across, _TALL - MARGIN - 8, theme.quiet, measure)
    return marks


def _scale_names(drawn: Sequence[Line], top: float, theme: Theme, measure: Measure) -> tuple[list[Mark], float]:
    """What each scale measures, over it and in its colour, and where the room below starts."""
    half = (WIDTH - 2 * MARGIN) / 2 - 14
    names = [wrap(line.label, half, measure, LABEL, bold=True) for line in drawn]
    marks: list[Mark] = [
        Words(
            text=text,
            x=WIDTH - MARGIN if i else MARGIN,
            y=top + 16 + 28 * row,
            color=theme.series[i],
            bold=True,
            anchor="right" if i else "left",
        )
        for i, lines in enumerate(names)
        for row, text in enumerate(lines)
    ]
    return marks, top + 28 * max(map(len, names)) + 4


def _curve(
    line: Line,
    across: Sequence[float],
    down: Callable[[float], float],
    color: str,
    theme: Theme,
    *,
    dashed: bool = False,
) -> list[Mark]:
    """The line in pieces, broken where a value is missing, with a disc on the last value."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, value in zip(across, line.values, strict=False):
        if value is None or not math.isfinite(value):
            pieces.append([])
        else:
            pieces[-1].append((x, down(value)))
    pieces = [piece for piece in pieces if piece]
    size = 5.0 if len(line.values) <= 30 else 2.5
    marks: list[Mark] = [
        Stroke(points=tuple(piece), color=color, width=4, dashes=(5, 2) if dashed else None, dots=size)
        for piece in pieces
    ]
    x, y = pieces[-1][-1]
    return [*marks, Disc(x=x, y=y, radius=8, color=color, rim=theme.panel)]


def _first_and_last(
    line: Line, across: Sequence[float], down: Callable[[float], float], color: str, currency: str
) -> list[Mark]:
    """Where the line starts and ends, in figures over its ends."""
    there = [(x, v) for x, v in zip(across, line.values, strict=False) if v is not None and math.isfinite(v)]
    ends = [(there[-1], True)] + ([(there[0], False)] if len(there) > 3 else [])
    return [
        Words(
            text=format_value(value, line.unit, currency),
            x=x,
            y=down(value) - 26,
            color=color,
            size=26 if last else LABEL,
            bold=last,
            anchor="right" if last and len(there) > 3 else "left",
        )
        for (x, value), last in ends
    ]


def _ends(
    names: Sequence[Sequence[str]], wanted: Sequence[float], place: tuple[float, float, float], theme: Theme
) -> list[Mark]:
    """Each line's last value and name at its end, moved apart where they would touch."""
    x, top, bottom = place
    middles = spread(wanted, [27.0 * len(lines) + 4 for lines in names], top, bottom)
    return [
        Words(
            text=text,
            x=x,
            y=middle + 27 * (row - (len(lines) - 1) / 2),
            color=theme.series[i % len(theme.series)],
            size=LABEL,
            bold=row == 0,
        )
        for i, (lines, middle) in enumerate(zip(names, middles, strict=True))
        for row, text in enumerate(lines)
    ]


def _end_name(line: Line, chart: LineChart, measure: Measure) -> list[str]:
    """The last value over the line's name; a lone line whose name is the title has only its value."""
    value = format_value(present(line.values)[-1], line.unit, chart.currency)
    if len(chart.lines) == 1 and line.label.casefold() == chart.title.casefold():
        return [value]
    return [value, *wrap(line.label, 178, measure, LABEL, most=3)]


def _across(count: int, left: float, right: float) -> list[float]:
    if count == 1:
        return [(left + right) / 2]
    return [left + (right - left) * i / (count - 1) for i in range(count)]

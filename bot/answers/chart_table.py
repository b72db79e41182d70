"""The numbers of a chart as a table, for those who would rather read them."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from bot.card import BarChart, Chart, DotChart, Line, LineChart, ShareChart, Table
from bot.format import NOTHING, format_day, format_value

MOST_WEEKS = 26
"""Rows of a table by week; older ones are left out, and the caption says from where it goes."""


def table_of(chart: Chart) -> Table:
    """Return every number that the chart shows: a row a week, newest first, or a row a department or bar."""
    match chart:
        case LineChart():
            return _by_week(chart.title, chart.weeks, chart.lines, chart.currency)
        case ShareChart():
            return _by_week(chart.title, chart.weeks, chart.shares, "USD")
        case DotChart():
            ranked = sorted(chart.dots, key=lambda dot: (-dot.y, dot.label))
            return Table(
                columns=("Department", chart.y_label, chart.x_label, "People"),
                rows=tuple((dot.label, f"{dot.y:.1f}", f"{dot.x:.1f}", f"{dot.people:,}") for dot in ranked),
                numeric=(1, 2, 3),
                caption=chart.title,
            )
        case BarChart():
            return _bars(chart)
        case _:
            assert_never(chart)


def _by_week(title: str, weeks: Sequence[date], lines: Sequence[Line], currency: str) -> Table:
    rows = [(format_day(week), *(_told(line, at, currency) for line in lines)) for at, week in enumerate(weeks)]
    return Table(
        columns=("Week of", *(line.label for line in lines)),
        rows=tuple(reversed(rows[-MOST_WEEKS:])),
        numeric=tuple(range(1, len(lines) + 1)),
        caption=title,
    )


def _told(line: Line, at: int, currency: str) -> str:
    value = line.values[at] if at < len(line.values) else None
    return NOTHING if value is None else format_value(value, line.unit, currency)


def _bars(chart: BarChart) -> Table:
    parts, noted = (any(each.part is not None for each in chart.bars), any(each.note for each in chart.bars))

    def told(value: float | None) -> str:
        return NOTHING if value is None else format_value(value, chart.unit, chart.currency)

    rows = [
        (each.label, told(each.value), *((told(each.part),) if parts else ()), *((each.note,) if noted else ()))
        for each in chart.bars
    ]
    part = (chart.part_label or "Of it",) if parts else ()
    return Table(
        columns=("", "In all" if parts else "Value", *part, *(("",) if noted else ())),
        rows=tuple(rows),
        numeric=(1, 2) if parts else (1,),
        caption=chart.title,
    )

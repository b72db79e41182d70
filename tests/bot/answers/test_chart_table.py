"""A chart's numbers as a table: every one of them, in the chart's own words."""

from datetime import date, timedelta

from bot.answers.chart_table import MOST_WEEKS, table_of
from bot.card import Bar, BarChart, Dot, DotChart, Line, LineChart, ShareChart
from bot.format import NOTHING

WEEKS = tuple(date(2026, 5, 4) + timedelta(weeks=week) for week in range(3))


def test_lines_become_a_row_a_week_with_the_newest_first_and_gaps_as_gaps() -> None:
    lines = (
        Line(label="Messages", values=(6.0, None, 7.5), unit="messages"),
        Line(label="Unused", values=(0.5, 0.25, None), unit="percent"),
    )
    table = table_of(LineChart(title="Depth", weeks=WEEKS, lines=lines, alt="…"))

    assert table.columns == ("Week of", "Messages", "Unused")
    assert table.rows == (("18 May", "7.5", NOTHING), ("11 May", NOTHING, "25%"), ("4 May", "6", "50%"))
    assert (table.numeric, table.caption) == ((1, 2), "Depth")


def test_a_long_chart_keeps_its_newest_weeks() -> None:
    weeks = tuple(date(2025, 1, 6) + timedelta(weeks=week) for week in range(60))
    shares = (Line(label="GPT-5", values=(1.0,) * 60, unit="percent"),)
    table = table_of(ShareChart(title="Models", weeks=weeks, shares=shares, alt="…"))

    assert len(table.rows) == MOST_WEEKS
    assert table.rows[0][0] == f"{weeks[-1].day} Feb"


def test_dots_become_departments_the_deepest_first() -> None:
    dots = (Dot(label="Sales", x=3.0, y=4.5, people=1200), Dot(label="HR", x=2.0, y=9.0, people=7))
    table = table_of(DotChart(title="Where", x_label="Sessions", y_label="Messages", dots=dots, alt="…"))

    assert table.columns == ("Department", "Messages", "Sessions", "People")
    assert table.rows == (("HR", "9.0", "2.0", "7"), ("Sales", "4.5", "3.0", "1,200"))


def test_bars_show_what_is_set_apart_only_where_something_is() -> None:
    plain = BarChart(title="Spend", unit="money", bars=(Bar(label="Sales", value=1200.0),), alt="…")
    parted = BarChart(
        title="Spend",
        unit="money",
        bars=(Bar(label="Sales", value=1200.0, part=300.0, note="40 seats"), Bar(label="HR", value=60.0)),
        alt="…",
        part_label="On unused seats",
    )

    assert table_of(plain).columns == ("", "Value")
    assert table_of(parted).columns == ("", "In all", "On unused seats", "")
    assert table_of(parted).rows[0] == ("Sales", "$1,200", "$300", "40 seats")
    assert table_of(parted).rows[1] == ("HR", "$60", NOTHING, "")

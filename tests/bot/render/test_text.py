import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from bot.card import Line, LineChart
from bot.render.shapes import bar, shape, sparkline
from bot.render.text import plain_digest, plain_text, render_text
from bot.render.words import short_titles
from tests.bot.cards import CARDS, DIGEST, HOSTILE, OVERVIEW, TREND, WEEKS, WIDE_CARD


@pytest.mark.parametrize("name", CARDS)
def test_every_sample_card_fits_eighty_columns(name):
    assert all(cell_len(line) <= 80 for line in plain_text(CARDS[name]).splitlines())


def test_a_wide_table_breaks_its_headings_between_words_and_keeps_its_names():
    told = plain_text(WIDE_CARD)

    assert "…" not in told
    assert all(word in told.split() for column in WIDE_CARD.table.columns for word in column.split())
    assert "Customer Success" in told


def test_nothing_from_outside_steers_the_terminal():
    page = io.StringIO()
    Console(file=page, width=80, force_terminal=True, color_system=None).print(render_text(HOSTILE))

    assert "\x1b[31m" not in page.getvalue()
    assert "\x07" not in page.getvalue()
    assert "\u202e" not in page.getvalue()


def test_brackets_in_a_name_are_not_markup():
    assert "[bold]Sales[/bold]" in plain_text(type(OVERVIEW)(title="[bold]Sales[/bold]", text="t"))


def test_a_finding_is_followed_by_what_to_do():
    lines = [line.strip() for line in plain_text(OVERVIEW).splitlines()]

    start = lines.index("1. 39% of sessions still run on models below GPT-4o")
    assert lines[start + 3] == "Do this: Set GPT-4o as the workspace default"
    assert lines[start + 4] == "1. Open Workspace settings › Models"


def test_the_shape_of_a_line_is_shown_with_its_ends():
    told = plain_text(OVERVIEW)

    assert "5.4 → 6.8" in told
    assert sparkline(TREND.lines[1].values) in told


def test_a_missing_week_is_a_dot_in_the_middle_and_never_a_low_column():
    assert sparkline((1.0, None, 4.0, float("nan"))) == "▁·█·"
    assert sparkline((None, None)) == "··"
    assert sparkline((5.0,)) == "█"


def test_small_ripples_stay_small():
    assert set(sparkline((100.0, 101.0, 100.0, 99.0))) == {"█"}


def test_the_set_apart_part_of_a_bar_is_dotted():
    assert bar(100, 100, 25).plain == "█" * 18 + "░" * 6
    assert bar(0, 0).plain == ""
    assert bar(50, 100).plain == "█" * 12


def test_a_chart_without_figures_has_rows_all_the_same():
    chart = LineChart(
        title="t", weeks=WEEKS, lines=(Line(label="Company", values=(None,) * 14, unit="messages"),), alt=""
    )

    assert shape(chart).row_count == 2


def test_the_digest_shows_every_view():
    told = plain_digest(DIGEST)

    assert told.startswith("Weekly digest · 3–9 Nov 2025")
    assert all(f"\n{view.title}\n" in told for view in DIGEST.views)


def test_views_are_titled_by_what_tells_them_apart():
    views = tuple(replace(view, title=f"Whole company · {view.title} · ChatGPT") for view in DIGEST.views)

    assert short_titles(replace(DIGEST, views=views)) == [view.title for view in DIGEST.views]
    assert short_titles(replace(DIGEST, views=views[:1])) == ["Whole company · Tokens · ChatGPT"]
    assert short_titles(replace(DIGEST, views=(views[0], views[0]))) == ["Whole company · Tokens · ChatGPT"] * 2


def test_a_view_in_the_digest_repeats_neither_the_footer_nor_the_questions():
    views = tuple(replace(view, footer=DIGEST.card.footer) for view in DIGEST.views)
    told = plain_digest(replace(DIGEST, views=views))

    assert told.count("600 people · read 10 Nov") == 1
    assert told.count("Ask next") == 1

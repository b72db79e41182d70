import io
import itertools
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.card import Bar, BarChart, Chart, Dot, DotChart, Line, LineChart, ShareChart
from bot.charts import draw, lay_out, measure
from bot.picture.marks import WIDTH, Block, Disc, Picture, Stroke, Words
from bot.picture.placement import Box, Spot, place_around, spread
from bot.picture.theme import THEMES, tint
from tests.bot.cards import CARDS, FORTY_DOTS, GAPS, HOSTILE, MANY_BARS, MODELS, SCATTER, SPEND, TREND, WEEKS, many_dots

CHARTS: dict[str, Chart] = {name: card.chart for name, card in CARDS.items() if card.chart} | {"forty-dots": FORTY_DOTS}

names = st.text(max_size=60)
figures = st.one_of(st.none(), st.floats(min_value=0, max_value=1e9, allow_nan=False))


def words_of(picture: Picture) -> list[Words]:
    return [mark for mark in picture.marks if isinstance(mark, Words)]


def box_of(words: Words) -> Box:
    """The room that capitals and most small letters take."""
    width = measure(words.text, words.size, words.bold)
    left = {"left": words.x, "center": words.x - width / 2, "right": words.x - width}[words.anchor]
    return Box(left=left, right=left + width, top=words.y - words.size * 0.36, bottom=words.y + words.size * 0.36)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio."""

    def light(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_a_png_1200_wide_of_a_size_that_chats_take(name, theme):
    png = draw(CHARTS[name], theme)

    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    assert image.width == 1200
    assert 675 <= image.height <= 1200
    assert len(png) < 250_000
    corner, middle = image.getpixel((0, 0)), image.getpixel((600, 8))
    assert corner[3] == 0
    assert middle == (*bytes.fromhex(THEMES[theme].panel[1:]), 255)


def test_the_same_chart_gives_the_same_bytes():
    assert draw(SPEND) == draw(SPEND)


def test_the_bytes_hold_no_date_and_no_program():
    assert b"tEXt" not in draw(MODELS)


@pytest.mark.parametrize("name", CHARTS)
def test_no_text_covers_another_or_leaves_the_sheet(name):
    picture = lay_out(CHARTS[name])

    boxes = [(words.text, box_of(words)) for words in words_of(picture)]
    sheet = Box(left=0, top=0, right=WIDTH, bottom=picture.height)
    assert [text for text, box in boxes if not sheet.holds(box)] == []
    assert [(a, b) for (a, one), (b, other) in itertools.combinations(boxes, 2) if one.overlaps(other)] == []


@pytest.mark.parametrize("name", ["light", "dark"])
def test_colours_hold_their_contrast(name):
    theme = THEMES[name]
    ramp = [tint(theme, place / 10) for place in range(11)]

    assert all(contrast(color, theme.panel) >= 4.5 for color in (theme.ink, theme.quiet, theme.marked, *theme.series))
    assert all(contrast(color, theme.panel) >= 3 for color in (theme.plain, theme.other, *ramp))
    lights = [contrast(color, theme.panel) for color in ramp]
    assert lights == sorted(lights, reverse=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_of_a_chart_is_readable_on_its_panel(theme):
    drawn = [words for chart in CHARTS.values() for words in words_of(lay_out(chart, theme))]

    assert min(contrast(words.color, THEMES[theme].panel) for words in drawn) >= 4.5
    assert min(words.size for words in drawn) >= 18


@pytest.mark.parametrize("ground", ["#FFFFFF", "#1A1D21"])
def test_on_a_page_that_may_be_light_or_dark_everything_is_seen_on_both(ground):
    theme = THEMES["either"]
    ramp = [tint(theme, place / 10) for place in range(11)]
    drawn = [words.color for chart in CHARTS.values() for words in words_of(lay_out(chart, "either"))]

    assert min(contrast(color, ground) for color in drawn) >= 4
    assert min(contrast(color, ground) for color in (theme.plain, theme.marked, theme.other, *theme.series)) >= 4
    assert min(contrast(color, ground) for color in ramp) >= 3


@pytest.mark.parametrize("name", CHARTS)
def test_on_such_a_page_the_ground_shows_through(name):
    image = Image.open(io.BytesIO(draw(CHARTS[name], "either")))
    clear = sum(1 for alpha in image.getchannel("A").tobytes() if alpha == 0)

    assert (image.width, image.getpixel((600, 2))[3]) == (1200, 0)
    assert clear > image.width * image.height / 4


def test_both_ends_of_two_lines_are_told_in_figures():
    told = [words.text for words in words_of(lay_out(TREND))]

    assert {"5.4", "6.8", "4.9", "Sessions a person", "Messages a session"} <= set(told)


def test_lines_of_two_scales_keep_to_bands_of_their_own():
    first, second = (mark for mark in lay_out(TREND).marks if isinstance(mark, Stroke) and mark.dots)

    assert min(y for _, y in first.points) > max(y for _, y in second.points)


def test_a_missing_week_breaks_the_line_and_is_never_zero():
    line = Line(label="Company", values=(5.0, 5.2, None, 5.1, float("nan"), 5.3), unit="messages")
    chart = LineChart(title="Depth", weeks=WEEKS[:6], lines=(line,), alt="")

    pieces = [mark.points for mark in lay_out(chart).marks if isinstance(mark, Stroke) and mark.dots]

    assert [len(piece) for piece in pieces] == [2, 1, 1]
    zero = next(words.y for words in words_of(lay_out(chart)) if words.text == "0")
    assert all(y < zero for piece in pieces for _, y in piece)


def test_a_line_without_values_is_left_out():
    assert not any("Facilities" in words.text for words in words_of(lay_out(GAPS.chart)))


def test_shares_are_stacked_in_the_order_given_from_the_bottom_up():
    picture = lay_out(MODELS)
    strongest = THEMES["light"].strong
    columns = [mark for mark in picture.marks if isinstance(mark, Block) and mark.right - mark.left > 10]

    assert {mark.bottom for mark in columns if mark.color == strongest} == {max(mark.bottom for mark in columns)}
    assert [words.text for words in words_of(picture) if words.text in {"61%", "24%", "9%", "5%"}] == [
        "61%",
        "24%",
        "9%",
        "5%",
    ]


def test_a_week_without_shares_leaves_its_column_empty():
    shares = tuple(replace(share, values=(*share.values[:5], None, *share.values[6:])) for share in MODELS.shares)

    def columns(chart: ShareChart) -> set[float]:
        return {mark.left for mark in lay_out(chart).marks if isinstance(mark, Block) and mark.right - mark.left > 10}

    assert len(columns(MODELS)) == 14
    assert len(columns(replace(MODELS, shares=shares))) == 13


@pytest.mark.parametrize(("count", "share"), [(1, 1.0), (9, 1.0), (40, 1.0)])
def test_every_dot_has_its_name_up_to_forty(count, share):
    chart = many_dots(count) if count != 9 else SCATTER
    told = {words.text for words in words_of(lay_out(chart))}

    assert sum(dot.label in told for dot in chart.dots) >= share * count


def test_in_a_crowd_the_emphasised_and_the_outermost_are_named():
    chart = many_dots(200)
    told = {words.text for words in words_of(lay_out(chart))}

    assert {dot.label for dot in chart.dots if dot.emphasis} <= told
    assert max(chart.dots, key=lambda dot: dot.y).label in told
    assert sum(dot.label in told for dot in chart.dots) < 10
    assert sum(isinstance(mark, Disc) for mark in lay_out(chart).marks) == 200


def test_bars_beyond_fifteen_are_summed_in_one_line():
    told = [words.text for words in words_of(lay_out(MANY_BARS))]

    assert "and 26 more" in told
    assert f"${sum(bar.value for bar in MANY_BARS.bars[14:]):,.0f}" in told
    assert "Department 15" not in told


def test_averages_beyond_fifteen_are_counted_but_not_summed():
    chart = replace(MANY_BARS, unit="messages", bars=tuple(replace(bar, part=None) for bar in MANY_BARS.bars))
    rows = words_of(lay_out(chart))

    last = next(words.y for words in rows if words.text == "and 26 more")
    assert [words.text for words in rows if words.y == last] == ["and 26 more"]


def test_the_set_apart_part_is_hatched_and_told():
    picture = lay_out(SPEND)

    hatched = [mark for mark in picture.marks if isinstance(mark, Block) and mark.hatched]
    assert len(hatched) == 1 + len(SPEND.bars)
    assert {"of which for seats nobody used", "$1,110", "$1,920"} <= {words.text for words in words_of(picture)}


def test_outside_names_are_reduced_to_what_can_be_drawn():
    told = " ".join(words.text for words in words_of(lay_out(HOSTILE.chart)))

    assert "\u202e" not in told
    assert "🚀" not in told
    assert "(no name)" in told
    assert "$x^2$" in told


def test_a_chart_is_drawn_fast_enough_to_answer_with():
    draw(SPEND)
    start = time.perf_counter()
    draw(many_dots(200))

    assert time.perf_counter() - start < 2


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_random_charts_are_drawn_without_a_warning(data):
    weeks = tuple(date(2025, 1, 6) + timedelta(weeks=i) for i in range(data.draw(st.integers(0, 60))))
    values = st.lists(figures, min_size=len(weeks), max_size=len(weeks)).map(tuple)
    units = st.sampled_from(["messages", "percent", "money", "tokens", "score"])
    lines = st.lists(st.builds(Line, label=names, values=values, unit=units), max_size=9).map(tuple)
    dots = st.builds(
        Dot, label=names, x=st.floats(0, 1e6), y=st.floats(0, 1e6), people=st.integers(0, 10**6), emphasis=st.booleans()
    )
    bars = st.builds(Bar, label=names, value=st.floats(0, 1e9), part=figures, note=names)
    chart = data.draw(
        st.one_of(
            st.builds(LineChart, title=names, weeks=st.just(weeks), lines=lines, alt=names, two_scales=st.booleans()),
            st.builds(ShareChart, title=names, weeks=st.just(weeks), shares=lines, alt=names),
            st.builds(
                DotChart,
                title=names,
                x_label=names,
                y_label=names,
                dots=st.lists(dots, max_size=80).map(tuple),
                alt=names,
            ),
            st.builds(
                BarChart,
                title=names,
                unit=units,
                bars=st.lists(bars, max_size=20).map(tuple),
                alt=names,
                part_label=names,
            ),
        )
    )

    assert len(draw(chart)) < 1_000_000


@given(
    st.lists(st.tuples(st.floats(0, 800), st.floats(0, 450), st.floats(0, 120), st.booleans()), max_size=40),
)
def test_placed_labels_never_overlap_and_stay_in_the_frame(places):
    frame = Box(left=0, top=0, right=800, bottom=450)
    spots = [Spot(x=x, y=y, radius=6, width=width, height=20, insist=insist) for x, y, width, insist in places]

    boxes = [box for box in place_around(spots, frame) if box]

    assert all(frame.holds(box) for box in boxes)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


@given(st.lists(st.floats(0, 300), min_size=1, max_size=9))
def test_names_at_the_edge_are_moved_apart_and_keep_their_order(wanted):
    middles = spread(wanted, [30.0] * len(wanted), 0, 300)

    ordered = [middles[i] for i in sorted(range(len(wanted)), key=lambda i: (wanted[i], i))]
    assert all(below - above >= 30 - 1e-6 for above, below in itertools.pairwise(ordered))
    assert ordered[0] >= 15 - 1e-6
    assert ordered[-1] <= 285 + 1e-6


def test_names_that_begin_alike_are_told_apart_by_their_ends():
    bars = tuple(Bar(label=f"Department of the northern region {n:03d}", value=100.0 - n) for n in range(5))
    chart = BarChart(title="Spend", unit="money", bars=bars, alt="Spend by department")
    words = [mark.text for mark in lay_out(chart, "light").marks if isinstance(mark, Words)]

    named = [text for text in words if text.startswith("Dep")]
    assert len(set(named)) == 5
    assert all(text.endswith(f"{n:03d}") for n, text in enumerate(named))

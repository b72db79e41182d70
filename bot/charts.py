"""Charts as PNG. The only module that knows matplotlib; what stands where is decided in `bot.picture`."""
# ruff: noqa: PLC0415 - matplotlib takes half a second to import, which commands that draw nothing should not pay

import functools
import io
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any, assert_never

from bot.card import BarChart, Chart, DotChart, LineChart, ShareChart
from bot.format import one_line
from bot.picture.bars import lay_out_bars
from bot.picture.dots import lay_out_dots
from bot.picture.lines import lay_out_lines
from bot.picture.marks import WIDTH, Block, Disc, Mark, Picture, Stroke, Words
from bot.picture.shares import lay_out_shares
from bot.picture.theme import THEMES, Theme, ThemeName

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

PIXELS = 1.5
"""Pixels of the PNG for each one of the sheet: 1200 × 675, sharp on a phone, some 50 KB."""

_DPI = 150.0
_FONTS = ("DejaVu Sans",)
_OTHER_SCRIPTS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans CJK KR",
    "Hiragino Sans",
    "PingFang SC",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "WenQuanYi Zen Hei",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
)
"""Used where the machine has them and a name needs them; DejaVu comes with matplotlib: it looks alike anywhere."""


def draw(chart: Chart, theme: ThemeName = "light") -> bytes:
    """The chart as PNG bytes, 1200 pixels wide and, unless rows or dots need more, 675 high.

    A rounded opaque panel on a transparent ground: "light" can be pasted on a dark page, "dark" is for pages that
    know. The same chart gives the same bytes. Missing values leave gaps.
    """
    return _paint(lay_out(chart, theme), THEMES[theme])


def lay_out(chart: Chart, theme: ThemeName = "light") -> Picture:
    """The chart as marks, with every text reduced to what the fonts at hand can draw."""
    colors = THEMES[theme]
    match chart:
        case LineChart():
            lines = tuple(replace(line, label=_drawable(line.label)) for line in chart.lines)
            levels = tuple(replace(level, label=_drawable(level.label)) for level in chart.levels)
            return lay_out_lines(
                replace(chart, title=_drawable(chart.title), lines=lines, levels=levels), colors, measure
            )
        case ShareChart():
            shares = tuple(replace(share, label=_drawable(share.label)) for share in chart.shares)
            return lay_out_shares(replace(chart, title=_drawable(chart.title), shares=shares), colors, measure)
        case DotChart():
            dots = tuple(replace(dot, label=_drawable(dot.label)) for dot in chart.dots)
            named = replace(
                chart, title=_drawable(chart.title), x_label=_drawable(chart.x_label), y_label=_drawable(chart.y_label)
            )
            return lay_out_dots(replace(named, dots=dots), colors, measure)
        case BarChart():
            bars = tuple(
                replace(bar, label=_drawable(bar.label), note=bar.note and _drawable(bar.note)) for bar in chart.bars
            )
            part = chart.part_label and _drawable(chart.part_label)
            return lay_out_bars(
                replace(chart, title=_drawable(chart.title), bars=bars, part_label=part), colors, measure
            )
        case _:
            assert_never(chart)


@functools.lru_cache(maxsize=4096)
def measure(text: str, size: float, bold: bool) -> float:  # noqa: FBT001 - the shape of `marks.Measure`
    """The width of one line of text in the sheet's pixels."""
    font = _font(size, bold=bold)
    width, _, _ = _ruler().get_text_width_height_descent(text, font, False)  # type: ignore[no-untyped-call]
    return float(width) / PIXELS


@functools.cache
def _ruler() -> "RendererAgg":
    """A sheet to measure on; its size doesn't matter."""
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(8, 8, _DPI * PIXELS)  # type: ignore[no-untyped-call]


def _paint(picture: Picture, theme: Theme) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    figure = Figure(figsize=(WIDTH / _DPI, picture.height / _DPI), dpi=_DPI * PIXELS)
    figure.patch.set_alpha(0.0)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(picture.height, 0)
    rim = 1.5
    panel = FancyBboxPatch(
        (rim, rim),
        WIDTH - 2 * rim,
        picture.height - 2 * rim,
        boxstyle="round,pad=0,rounding_size=16",
        facecolor=theme.panel,
        edgecolor=theme.edge,
        linewidth=_points(1.5),
    )
    axes.add_patch(panel)
    for order, mark in enumerate(picture.marks, start=2):
        _paint_mark(axes, mark, order)
    png = io.BytesIO()
    # without Software the bytes don't depend on matplotlib's version, and no date is written either
    FigureCanvasAgg(figure).print_png(png, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return png.getvalue()


def _paint_mark(axes: "Axes", mark: Mark, order: int) -> None:
    from matplotlib.patches import Circle, Rectangle

    match mark:
        case Words():
            axes.text(
                mark.x,
                mark.y,
                mark.text,
                color=mark.color,
                fontproperties=_font(mark.size, bold=mark.bold),
                ha=mark.anchor,
                va="center_baseline",
                parse_math=False,
                zorder=order,
            )
        case Stroke():
            style: dict[str, Any] = {"solid_capstyle": "round", "solid_joinstyle": "round", "zorder": order}
            if mark.dashes:
                style["linestyle"] = (0, mark.dashes)
            if mark.dots:
                style |= {"marker": "o", "markersize": _points(2 * mark.dots), "markeredgewidth": 0}
            xs, ys = zip(*mark.points, strict=True)
            axes.plot(xs, ys, color=mark.color, linewidth=_points(mark.width), **style)
        case Block():
            size = (mark.right - mark.left, mark.bottom - mark.top)
            look: dict[str, Any] = {"hatch": "////", "edgecolor": mark.line} if mark.hatched else {}
            axes.add_patch(
                Rectangle((mark.left, mark.top), *size, facecolor=mark.color, linewidth=0, zorder=order, **look)
            )
        case Disc():
            line = {"edgecolor": mark.rim, "linewidth": _points(1.5)}
            axes.add_patch(Circle((mark.x, mark.y), mark.radius, facecolor=mark.color, zorder=order, **line))
        case _:
            assert_never(mark)


def _points(pixels: float) -> float:
    return pixels * 72 / _DPI


@functools.lru_cache(maxsize=256)
def _font(size: float, *, bold: bool) -> "FontProperties":
    from matplotlib.font_manager import FontProperties

    families = [*_FONTS, *_installed()]
    return FontProperties(family=families, size=_points(size), weight="bold" if bold else "normal")


@functools.cache
def _installed() -> tuple[str, ...]:
    from matplotlib.font_manager import fontManager

    there = {font.name for font in fontManager.ttflist}
    return tuple(name for name in _OTHER_SCRIPTS if name in there)


@functools.cache
def _glyphs() -> frozenset[int]:
    """The characters that both the regular and the bold face of some font can draw."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    faces = {
        weight: {
            code
            for name in (*_FONTS, *_installed())
            for code in get_font(findfont(FontProperties(family=name, weight=weight))).get_charmap()
        }
        for weight in ("normal", "bold")
    }
    return frozenset(faces["normal"] & faces["bold"])


def _drawable(text: str) -> str:
    """One line of what can be drawn: pictures without a glyph are left out, letters without one become "□"."""
    known = _glyphs()
    drawn = (
        letter
        if ord(letter) in known or letter == " "
        else "□"
        if unicodedata.category(letter).startswith(("L", "N"))
        else ""
        for letter in unicodedata.normalize("NFC", one_line(text))
    )
    return " ".join("".join(drawn).split()) or "(no name)"

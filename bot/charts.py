"""Charts as PNG. The only module that knows matplotlib; what stands where is decided in `bot.picture`."""
# ruff: noqa: PLC0415 - matplotlib takes half a second to import, which commands that draw nothing should not pay

import functools
import struct
import unicodedata
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

import numpy as np
from numpy.typing import NDArray

from bot.card import BarChart, Chart, DotChart, LineChart, ShareChart
from bot.format import one_line
from bot.picture.bars import lay_out_bars
from bot.picture.dots import lay_out_dots
from bot.picture.lines import lay_out_lines
from bot.picture.marks import WIDTH, Block, Disc, Mark, Picture, Stroke, Words
from bot.picture.shares import lay_out_shares
from bot.picture.theme import THEMES, Theme, ThemeName

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D

PIXELS = 1.5
"""Pixels of the PNG for each one of the sheet: 1200 × 675, sharp on a phone, some 50 KB."""

_DPI = 150.0
_CAPITALS = 0.73
"""How high DejaVu's capitals and figures are, of the type's height."""

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

    "light" and "dark" are rounded opaque panels on a transparent ground, for pages that know which they are. "either"
    has no panel and colours that are seen on white and on black, for those that do not, as in Slack. The same chart
    gives the same bytes. Missing values leave gaps.
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
    """Paint on Agg itself: figures and axes are slow to import and to draw, and would lay out nothing here."""
    from matplotlib.backends.backend_agg import RendererAgg

    renderer = RendererAgg(WIDTH * PIXELS, picture.height * PIXELS, _DPI * PIXELS)  # type: ignore[no-untyped-call]
    brush = _Brush(renderer=renderer, height=picture.height * PIXELS)
    if theme.panel:
        brush.fill(_rounded(WIDTH, picture.height), theme.panel, edge=theme.edge)
    for mark in picture.marks:
        _paint_mark(brush, mark)
    return _png(np.asarray(renderer.buffer_rgba()))  # type: ignore[no-untyped-call]


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Rows of RGBA pixels as a PNG with nothing else in it, so that the same picture is the same bytes anywhere.

    Each row is stored as its difference from the row above (filter 2), which suits flat areas. matplotlib's own
    writer would import all that we left out. Format: https://www.w3.org/TR/png-3/
    """
    height, width, _ = pixels.shape
    rows = np.full((height, 1 + width * 4), 2, dtype=np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    rows[1:, 1:] -= pixels.reshape(height, -1)[:-1]
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _paint_mark(brush: "_Brush", mark: Mark) -> None:
    from matplotlib.path import Path

    match mark:
        case Words():
            brush.write(mark)
        case Stroke():
            brush.line(mark)
        case Block():
            corners = [
                (mark.left, mark.top),
                (mark.right, mark.top),
                (mark.right, mark.bottom),
                (mark.left, mark.bottom),
            ]
            outline = Path([*corners, corners[0]], closed=True)
            if mark.hatched and not mark.line:
                brush.fill(outline, "", edge=mark.color, hatch=mark.color)
            elif mark.color:
                brush.fill(outline, mark.color, hatch=mark.line if mark.hatched else "")
        case Disc():
            brush.fill(Path.circle((mark.x, mark.y), mark.radius), mark.color, edge=mark.rim)
        case _:
            assert_never(mark)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Brush:
    """Agg's surface, `height` pixels high, drawn on in the sheet's pixels."""

    renderer: "RendererAgg"
    height: float

    def fill(self, path: "Path", color: str, *, edge: str = "", hatch: str = "") -> None:
        """Fill a shape, or none of it without a colour; `edge` is that of a thin rim, `hatch` of slanting lines."""
        gc = self.renderer.new_gc()
        gc.set_linewidth(_points(1.5) if edge else 0.0)
        gc.set_foreground(edge or color)
        if hatch:
            gc.set_hatch("////")
            gc.set_hatch_color(hatch)
        self.renderer.draw_path(gc, path, self._placed(), _rgb(color) if color else None)  # type: ignore[no-untyped-call]

    def line(self, stroke: Stroke) -> None:
        """Draw a line, and its dots."""
        from matplotlib.path import Path

        gc = self.renderer.new_gc()
        gc.set_linewidth(_points(stroke.width))
        gc.set_foreground(stroke.color)
        gc.set_joinstyle("round")
        gc.set_capstyle("butt" if stroke.dashes else "round")
        if stroke.dashes:
            gc.set_dashes(0, [dash * _points(stroke.width) for dash in stroke.dashes])
        if len(stroke.points) > 1:
            self.renderer.draw_path(gc, Path(stroke.points), self._placed(), None)  # type: ignore[no-untyped-call]
        for point in stroke.points if stroke.dots else ():
            self.fill(Path.circle(point, stroke.dots), stroke.color)

    def write(self, words: Words) -> None:
        """Write a line of text whose capitals stand around its middle."""
        gc = self.renderer.new_gc()
        gc.set_foreground(words.color)
        shift = {"left": 0.0, "center": 0.5, "right": 1.0}[words.anchor] * measure(words.text, words.size, words.bold)
        place = ((words.x - shift) * PIXELS, (words.y + words.size * _CAPITALS / 2) * PIXELS)
        font = _font(words.size, bold=words.bold)
        self.renderer.draw_text(gc, *place, words.text, font, 0, ismath=False)  # type: ignore[no-untyped-call]

    def _placed(self) -> "Affine2D":
        from matplotlib.transforms import Affine2D

        return Affine2D().scale(PIXELS, -PIXELS).translate(0, self.height)


def _rounded(width: float, height: float) -> "Path":
    """The panel's outline."""
    from matplotlib.path import Path

    near, corner = 1.5, 17.5
    right, bottom = width - near, height - near
    points = [(corner, near), (width - corner, near), (right, near), (right, corner)]
    points += [(right, height - corner), (right, bottom), (width - corner, bottom)]
    points += [(corner, bottom), (near, bottom), (near, height - corner)]
    points += [(near, corner), (near, near), (corner, near), (corner, near)]
    curve = [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path(points, [Path.MOVETO, *curve, *curve, *curve, *curve, Path.CLOSEPOLY])


def _rgb(color: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(color[1:])
    return red / 255, green / 255, blue / 255


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

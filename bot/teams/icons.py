"""The app's two icons, drawn when the package is made: the four bars of the chat page's `icon.svg`."""

import io

from PIL import Image, ImageDraw

GROUND = "#1f3a4d"
SHEET = 32  # units of a side, as in the chat page's icon
MIDDLE = 15.0
BARS = ((7, 17), (13, 12), (19, 14), (25, 8))
"""The middle and the top of each bar; all stand on BASE."""

BASE = 22
STROKE = 3
FINER = 8  # drawn so many times as large, then made small, for smooth corners


def colour_icon() -> bytes:
    """192 × 192 pixels, a full square: Teams rounds its corners."""
    return _drawn(192, GROUND, 1.1)


def outline_icon() -> bytes:
    """32 × 32 pixels, white on transparent, as Teams wants it."""
    return _drawn(32, "#ffffff00", 1.4)


def _drawn(side: int, ground: str, larger: float) -> bytes:
    unit = side * FINER / SHEET
    sheet = Image.new("RGBA", (side * FINER, side * FINER), ground)
    pen = ImageDraw.Draw(sheet)

    def at(x: float, y: float) -> tuple[float, float]:
        return (SHEET / 2 + (x - SHEET / 2) * larger) * unit, (SHEET / 2 + (y - MIDDLE) * larger) * unit

    half = STROKE / 2
    for middle, top in BARS:
        corners = (*at(middle - half, top - half), *at(middle + half, BASE + half))
        pen.rounded_rectangle(corners, radius=half * larger * unit, fill="#ffffff")
    out = io.BytesIO()
    sheet.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()

"""What a picture is made of. Pixels of a sheet 800 wide, y downwards; later marks lie over earlier ones."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

WIDTH = 800.0
HEIGHT = 450.0
MARGIN = 30.0

TITLE = 28.0
LABEL = 23.0
TICK = 21.0
"""Type heights. Phones show the sheet about 360 wide, where 21 is as large as 9.5."""

Measure = Callable[[str, float, bool], float]
"""How wide a text of one line is, given its type height and whether it is bold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One line of text; `x` is its left end, middle or right end as `anchor` says, `y` its middle."""

    text: str
    x: float
    y: float
    color: str
    size: float = LABEL
    bold: bool = False
    anchor: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stroke:
    """A line through points; `dots` marks each point, so that one with no neighbours is seen as well."""

    points: tuple[tuple[float, float], ...]
    color: str
    width: float = 1.5
    dashes: tuple[float, float] | None = None
    dots: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A filled rectangle. `hatched` draws slanting lines over it in `line`."""

    left: float
    top: float
    right: float
    bottom: float
    color: str
    hatched: bool = False
    line: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Disc:
    """A filled circle with a thin rim that keeps it apart from its neighbours."""

    x: float
    y: float
    radius: float
    color: str
    rim: str


Mark = Words | Stroke | Block | Disc


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """Marks on a sheet 800 wide and `height` high."""

    height: float
    marks: tuple[Mark, ...]


def fit(text: str, room: float, measure: Measure, size: float = LABEL, *, bold: bool = False) -> str:
    """The text, or as much of it with an ellipsis as is at most `room` wide."""
    if measure(text, size, bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle].rstrip() + "…", size, bold) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def fit_apart(texts: Sequence[str], room: float, measure: Measure, size: float = LABEL) -> list[str]:
    """The texts as `fit` gives them, but those that would look alike are cut in their middles instead."""
    fitted = [fit(text, room, measure, size) for text in texts]
    alike = Counter(fitted)
    return [
        short if alike[short] == 1 or short == text else _fit_middle(text, room, measure, size)
        for text, short in zip(texts, fitted, strict=True)
    ]


def _fit_middle(text: str, room: float, measure: Measure, size: float) -> str:
    """As much of both ends as is at most `room` wide; names that begin alike mostly differ at their ends."""
    kept = len(text) - 1
    while kept > 2:
        tail = kept // 2
        cut = text[: kept - tail].rstrip() + "…" + text[-tail:].lstrip()
        if measure(cut, size, False) <= room:
            return cut
        kept -= 1
    return fit(text, room, measure, size)


def wrap(
    text: str, room: float, measure: Measure, size: float = LABEL, *, bold: bool = False, most: int = 2
) -> list[str]:
    """At most `most` lines, each at most `room` wide; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        taken = 1
        while taken < len(words) and measure(" ".join(words[: taken + 1]), size, bold) <= room:
            taken += 1
        lines.append(fit(" ".join(words[:taken]), room, measure, size, bold=bold))
        words = words[taken:]
    if words:
        lines.append(fit(" ".join(words), room, measure, size, bold=bold))
    return lines


def heading(title: str, color: str, measure: Measure) -> tuple[list[Mark], float]:
    """The title's marks, and where the room below it starts."""
    lines = _balanced(title, measure)
    marks: list[Mark] = [
        Words(text=line, x=MARGIN, y=MARGIN + 14 + 34 * row, color=color, size=TITLE, bold=True)
        for row, line in enumerate(lines)
    ]
    return marks, MARGIN + 34 * len(lines) + 6


def _balanced(title: str, measure: Measure) -> list[str]:
    """The title on one line or two of like length, so that no word is left alone."""
    room = WIDTH - 2 * MARGIN
    lines = wrap(title, room, measure, TITLE, bold=True)
    if len(lines) < 2 or lines[-1].endswith("…"):
        return lines
    tries = (wrap(title, room * part / 20, measure, TITLE, bold=True) for part in range(10, 20))
    return next((tried for tried in tries if not any(line.endswith("…") for line in tried)), lines)

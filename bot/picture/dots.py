"""One labelled dot a department, with the medians as light lines."""

import statistics
from collections.abc import Sequence

from bot.card import Dot, DotChart
from bot.picture.marks import (
    MARGIN,
    TICK,
    WIDTH,
    Block,
    Disc,
    Mark,
    Measure,
    Picture,
    Stroke,
    Words,
    fit,
    fit_apart,
    heading,
)
from bot.picture.placement import Box, Spot, place_around
from bot.picture.scale import steps, window
from bot.picture.theme import Theme

_FEW = 14
_CROWD = 60
"""Above so many dots only the emphasised and the outermost are named."""


def lay_out_dots(chart: DotChart, theme: Theme, measure: Measure) -> Picture:
    """The chart's marks. A dot's area follows its people; labels never touch one another."""
    height = 520.0 if len(chart.dots) <= _FEW else 680.0
    marks, top = heading(chart.title, theme.ink, measure)
    if not chart.dots:
        marks.append(
            Words(text="No figures to show yet", x=WIDTH / 2, y=height / 2, color=theme.quiet, anchor="center")
        )
        return Picture(height=height, marks=tuple(marks))
    frame = Box(left=MARGIN + 46, top=top + 40, right=WIDTH - MARGIN, bottom=height - MARGIN - 62)
    marks += [
        Words(
            text=fit(f"↑ {chart.y_label}", WIDTH - 2 * MARGIN, measure, TICK),
            x=MARGIN,
            y=top + 14,
            color=theme.quiet,
            size=TICK,
        ),
        Words(
            text=fit(f"{chart.x_label} →", WIDTH - 2 * MARGIN, measure, TICK),
            x=WIDTH - MARGIN,
            y=height - MARGIN - 6,
            color=theme.quiet,
            size=TICK,
            anchor="right",
        ),
    ]
    xs, ys = [dot.x for dot in chart.dots], [dot.y for dot in chart.dots]
    marks += _frame(frame, (xs, ys), theme)
    dots = sorted(chart.dots, key=lambda dot: (not dot.emphasis, -dot.people, dot.label))
    x_range, y_range = window(xs), window(ys)
    most = max(dot.people for dot in dots) or 1
    largest = 19.0 if len(dots) <= _FEW else 14.0 if len(dots) <= _CROWD else 9.0
    discs = [
        Disc(
            x=_stand(dot.x, x_range, frame.left + 24, frame.right - 24),
            y=_stand(dot.y, y_range, frame.bottom - 20, frame.top + 20),
            radius=max(7.0 if dot.emphasis else 5.0, largest * (max(dot.people, 0) / most) ** 0.5),
            color=theme.marked if dot.emphasis else theme.plain,
            rim=theme.panel,
        )
        for dot in dots
    ]
    ordered = sorted(discs, key=lambda disc: (disc.color == theme.marked, -disc.radius))
    marks += ordered
    marks += _labels(dots, discs, frame, theme, measure)
    return Picture(height=height, marks=tuple(marks))


def _frame(frame: Box, values: tuple[list[float], list[float]], theme: Theme) -> list[Mark]:
    """The axes' figures, and the medians that part the field in four."""
    marks: list[Mark] = [
        Stroke(points=((frame.left, frame.bottom), (frame.right, frame.bottom)), color=theme.grid),
        Stroke(points=((frame.left, frame.top), (frame.left, frame.bottom)), color=theme.grid),
    ]
    (x_low, x_high), (y_low, y_high) = window(values[0]), window(values[1])
    for tick in steps(x_low, x_high):
        x = _stand(tick, (x_low, x_high), frame.left + 24, frame.right - 24)
        marks.append(Words(text=f"{tick:g}", x=x, y=frame.bottom + 18, color=theme.quiet, size=TICK, anchor="center"))
    for tick in steps(y_low, y_high):
        y = _stand(tick, (y_low, y_high), frame.bottom - 20, frame.top + 20)
        marks.append(Words(text=f"{tick:g}", x=frame.left - 10, y=y, color=theme.quiet, size=TICK, anchor="right"))
    if len(values[0]) > 2:
        x = _stand(statistics.median(values[0]), (x_low, x_high), frame.left + 24, frame.right - 24)
        y = _stand(statistics.median(values[1]), (y_low, y_high), frame.bottom - 20, frame.top + 20)
        marks.append(Stroke(points=((x, frame.top), (x, frame.bottom)), color=theme.quiet, width=1, dashes=(4, 5)))
        marks.append(Stroke(points=((frame.left, y), (frame.right, y)), color=theme.quiet, width=1, dashes=(4, 5)))
    return marks


def _labels(dots: Sequence[Dot], discs: Sequence[Disc], frame: Box, theme: Theme, measure: Measure) -> list[Mark]:
    """Each dot's name where there is room; in a crowd only the emphasised and the outermost are named."""
    size = TICK if len(dots) <= _FEW else 18.0
    named = set(range(len(dots))) if len(dots) <= _CROWD else _singled_out(dots)
    texts = fit_apart([dot.label for dot in dots], 250 if len(dots) <= _FEW else 190, measure, size)
    order = sorted(range(len(dots)), key=lambda i: i not in named)
    spots = [
        Spot(
            x=discs[i].x,
            y=discs[i].y,
            radius=discs[i].radius,
            width=measure(texts[i], size, dots[i].emphasis) + 4 if i in named else 0.0,
            height=size + 3,
            insist=i in named,
        )
        for i in order
    ]
    boxes = place_around(spots, Box(left=frame.left + 2, top=frame.top, right=WIDTH - 14, bottom=frame.bottom))
    marks: list[Mark] = []
    for i, box in zip(order, boxes, strict=True):
        if box is not None:
            marks += _label(dots[i], discs[i], box, (texts[i], size), theme)
    return marks


def _label(dot: Dot, disc: Disc, box: Box, told: tuple[str, float], theme: Theme) -> list[Mark]:
    """The name, on ground of its own where it lies over others, with a line to its dot where it stands far off."""
    text, size = told
    near = (min(max(disc.x, box.left), box.right), min(max(disc.y, box.top), box.bottom))
    marks: list[Mark] = []
    if abs(near[0] - disc.x) + abs(near[1] - disc.y) > disc.radius + 16:
        marks.append(Stroke(points=((disc.x, disc.y), near), color=theme.quiet, width=1))
    if dot.emphasis:
        marks.append(Block(left=box.left, top=box.top, right=box.right, bottom=box.bottom, color=theme.panel))
    color = theme.marked if dot.emphasis else theme.ink
    middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    return [
        *marks,
        Words(text=text, x=middle[0], y=middle[1], color=color, size=size, bold=dot.emphasis, anchor="center"),
    ]


def _singled_out(dots: Sequence[Dot]) -> set[int]:
    """The emphasised, and those with the least and greatest value on either axis."""
    every = range(len(dots))
    outermost = {end(every, key=key) for end in (min, max) for key in (lambda i: dots[i].x, lambda i: dots[i].y)}
    return outermost | {i for i in every if dots[i].emphasis}


def _stand(value: float, span: tuple[float, float], start: float, end: float) -> float:
    """Where on the way from `start` to `end` a value stands."""
    low, high = span
    return start + (value - low) / ((high - low) or 1.0) * (end - start)

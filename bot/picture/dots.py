"""One labelled dot a department, with the medians as light lines."""

import statistics
from collections.abc import Sequence

from bot.card import Dot, DotChart
from bot.picture.marks import HEIGHT, MARGIN, TICK, WIDTH, Disc, Mark, Measure, Picture, Stroke, Words, fit, heading
from bot.picture.placement import Box, Spot, place_around
from bot.picture.scale import extent, steps
from bot.picture.theme import Theme

_CROWD = 60
"""Above so many dots only the emphasised and the outermost are named."""


def lay_out_dots(chart: DotChart, theme: Theme, measure: Measure) -> Picture:
    """The chart's marks. A dot's area follows its people; labels never touch one another."""
    height = HEIGHT if len(chart.dots) <= 14 else 640.0
    marks, top = heading(chart.title, theme.ink, measure)
    if not chart.dots:
        marks.append(Words(text="No figures to show yet", x=WIDTH / 2, y=height / 2, color=theme.quiet, anchor="center"))
        return Picture(height=height, marks=tuple(marks))
    frame = Box(left=MARGIN + 46, top=top + 40, right=WIDTH - MARGIN, bottom=height - MARGIN - 62)
    marks += [
        Words(text=fit(f"↑ {chart.y_label}", WIDTH - 2 * MARGIN, measure, TICK), x=MARGIN, y=top + 14, color=theme.quiet, size=TICK),
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
    dots = sorted(chart.dots, key=_rank(chart.dots))
    x_range, y_range = extent(xs), extent(ys)
    most = max(dot.people for dot in dots) or 1
    largest = 19.0 if len(dots) <= 14 else 14.0 if len(dots) <= _CROWD else 9.0
    discs = [
        Disc(
            x=_stand(dot.x, x_range, frame.left + 24, frame.right - 24),
            y=_stand(dot.y, y_range, frame.bottom - 20, frame.top + 20),
            radius=max(5.0, largest * (max(dot.people, 0) / most) ** 0.5),
            color=theme.marked if dot.emphasis else theme.plain,
            rim=theme.panel,
        )
        for dot in dots
    ]
    marks += sorted(discs, key=lambda disc: -disc.radius)
    marks += _labels(dots, discs, frame, theme, measure)
    return Picture(height=height, marks=tuple(marks))


def _frame(frame: Box, values: tuple[list[float], list[float]], theme: Theme) -> list[Mark]:
    """The axes' figures, and the medians that part the field in four."""
    marks: list[Mark] = [
        Stroke(points=((frame.left, frame.bottom), (frame.right, frame.bottom)), color=theme.grid),
        Stroke(points=((frame.left, frame.top), (frame.left, frame.bottom)), color=theme.grid),
    ]
    (x_low, x_high), (y_low, y_high) = extent(values[0]), extent(values[1])
    for tick in steps(x_high):
        if x_low <= tick:
            x = _stand(tick, (x_low, x_high), frame.left + 24, frame.right - 24)
            marks.append(Words(text=f"{tick:g}", x=x, y=frame.bottom + 18, color=theme.quiet, size=TICK, anchor="center"))
    for tick in steps(y_high):
        if y_low <= tick:
            y = _stand(tick, (y_low, y_high), frame.bottom - 20, frame.top + 20)
            marks.append(Words(text=f"{tick:g}", x=frame.left - 10, y=y, color=theme.quiet, size=TICK, anchor="right"))
    if len(values[0]) > 2:
        x = _stand(statistics.median(values[0]), (x_low, x_high), frame.left + 24, frame.right - 24)
        y = _stand(statistics.median(values[1]), (y_low, y_high), frame.bottom - 20, frame.top + 20)
        marks.append(Stroke(points=((x, frame.top), (x, frame.bottom)), color=theme.quiet, width=1, dashes=(4, 5)))
        marks.append(Stroke(points=((frame.left, y), (frame.right, y)), color=theme.quiet, width=1, dashes=(4, 5)))
    return marks


def _labels(dots: Sequence[Dot], discs: Sequence[Disc], frame: Box, theme: Theme, measure: Measure) -> list[Mark]:
    size = TICK if len(dots) <= 14 else 18.0
    outermost = {d for axis in ("x", "y") for end in (min, max) for d in [end(dots, key=lambda dot, a=axis: getattr(dot, a))]}
    named = [i for i, dot in enumerate(dots) if len(dots) <= _CROWD or dot.emphasis or dot in outermost]
    texts = [fit(dot.label, 230 if dot.emphasis else 190, measure, size, bold=dot.emphasis) for dot in dots]
    spots = [
        Spot(
            x=discs[i].x,
            y=discs[i].y,
            radius=discs[i].radius,
            width=(measure(texts[i], size, dots[i].emphasis) + 4) if i in named else 0.0,
            height=size + 3,
            insist=i in named and (dots[i].emphasis or len(dots) <= _CROWD),
        )
        for i in range(len(dots))
    ]
    order = named + [i for i in range(len(dots)) if i not in set(named)]
    boxes = place_around([spots[i] for i in order], Box(left=frame.left + 2, top=frame.top, right=WIDTH - 14, bottom=frame.bottom))
    marks: list[Mark] = []
    for i, box in zip(order, boxes, strict=True):
        if box is None or i not in named:
            continue
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        near = (min(max(discs[i].x, box.left), box.right), min(max(discs[i].y, box.top), box.bottom))
        if abs(near[0] - discs[i].x) + abs(near[1] - discs[i].y) > discs[i].radius + 16:
            marks.append(Stroke(points=((discs[i].x, discs[i].y), near), color=theme.quiet, width=1))
        color = theme.marked if dots[i].emphasis else theme.ink
        marks.append(Words(text=texts[i], x=x, y=y, color=color, size=size, bold=dots[i].emphasis, anchor="center"))
    return marks


def _rank(dots: Sequence[Dot]):
    """Emphasised first, then by people."""
    return lambda dot: (not dot.emphasis, -dot.people, dot.label)


def _stand(value: float, span: tuple[float, float], start: float, end: float) -> float:
    """Where on the way from `start` to `end` a value stands."""
    low, high = span
    return start + (value - low) / ((high - low) or 1.0) * (end - start)

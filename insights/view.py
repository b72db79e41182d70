"""What a view is: a named set of metrics with the one chart that shows them. Declared in `insights/views/`."""

from dataclasses import dataclass
from typing import Literal

ChartKind = Literal["two_lines", "lines", "stacked_share", "scatter", "bars", "by_tool"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A horizontal line of a chart that gives a value its meaning."""

    value: float
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartPlan:
    """Which metrics a view draws, and how.

    `two_lines`: two metrics by week, one scale each. `lines`: one or more metrics by week on one scale.
    `stacked_share`: model families' share of sessions by week. `scatter`: first metric across, second up, one dot
    a department, over the last `weeks`. `bars`: first metric by department, second (a part of the first) inside it.
    `by_tool`: the first metric by week, one line a tool.
    """

    kind: ChartKind
    metrics: tuple[str, ...]
    title: str
    marks: tuple[Mark, ...] = ()
    weeks: int = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A view: `question` is what it answers, `words` what people call it, `metrics` its figures, first one first."""

    id: str
    title: str
    question: str
    metrics: tuple[str, ...]
    chart: ChartPlan
    words: tuple[str, ...] = ()
    order: int = 100

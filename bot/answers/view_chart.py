"""From a view's plan and the panel to the chart a Card carries, with the text that holds its numbers."""

from collections.abc import Sequence
from typing import assert_never

from bot.answers.wording import titled, tool_name
from bot.card import Bar, BarChart, Chart, Dot, DotChart, Level, Line, LineChart, ShareChart
from bot.format import format_value, format_week
from insights.catalogue import metrics
from insights.series import ALL_TOOLS, COMPANY, FamilyShare, Panel
from insights.view import ChartPlan
from insights.weekly import UNMAPPED
from insights.words import listing
from storage.models import OTHER, Family

MOST_IN_ALT = 12
OTHER_NEWER = "other newer"
WORTH_A_BAND = 0.03
"""A family that never reaches this share of sessions is told with the others."""


def chart_of(plan: ChartPlan, panel: Panel, departments: tuple[str, ...] = (), tool: str = ALL_TOOLS) -> Chart | None:
    """Return the chart that `plan` asks for, about the company or about `departments`; None without data.

    With several departments a line chart shows the first metric with a line each; dots and bars set them apart.
    """
    if not panel.weeks:
        return None
    match plan.kind:
        case "two_lines" | "lines":
            return _lines(plan, panel, departments or (COMPANY,), tool)
        case "stacked_share":
            return _shares(plan, panel, departments[0] if departments else COMPANY, tool)
        case "scatter":
            return _dots(plan, panel, departments, tool)
        case "bars":
            return _bars(plan, panel, departments, tool)
        case "by_tool":
            return _by_tool(plan, panel, departments[0] if departments else COMPANY)
        case _:
            assert_never(plan.kind)


def _lines(plan: ChartPlan, panel: Panel, departments: tuple[str, ...], tool: str) -> LineChart | None:
    one = len(departments) == 1
    wanted = [(metric, departments[0]) for metric in plan.metrics] if one else [(_lead(plan), d) for d in departments]
    lines = []
    for metric_id, department in wanted:
        metric = metrics()[metric_id]
        values = panel.values(metric_id, department, tool)
        if any(value is not None for value in values):
            label = titled(metric, panel.reference.name) if one else department
            lines.append(Line(label=label, values=values, unit=metric.unit))
    if not lines:
        return None
    subject = f"{departments[0]}: " if one and departments[0] != COMPANY else ""
    title = plan.title if one else f"{titled(metrics()[_lead(plan)], panel.reference.name)}: {listing(departments)}"
    return LineChart(
        title=f"{subject}{title[0].lower()}{title[1:]}" if subject else title,
        weeks=panel.weeks,
        lines=tuple(lines),
        two_scales=plan.kind == "two_lines" and one and len(lines) == 2,
        levels=tuple(Level(value=mark.value, label=mark.label) for mark in plan.marks) if one else (),
        alt=_lines_in_words(title if not subject else f"{subject}{title}", panel, lines),
        currency=panel.currency,
    )


def _by_tool(plan: ChartPlan, panel: Panel, department: str) -> LineChart | None:
    """A line a tool of the panel; tools that do not report the metric, or are hidden throughout, have none."""
    metric = metrics()[plan.metrics[0]]
    told = [(each, panel.values(metric.id, department, each)) for each in panel.tools if each != ALL_TOOLS]
    lines = [
        Line(label=tool_name(each), values=values, unit=metric.unit)
        for each, values in told
        if any(value is not None for value in values)
    ]
    if not lines:
        return None
    title = f"{department}: {plan.title[0].lower()}{plan.title[1:]}" if department else plan.title
    return LineChart(
        title=title,
        weeks=panel.weeks,
        lines=tuple(lines),
        alt=_lines_in_words(title, panel, lines),
        currency=panel.currency,
    )


def _lead(plan: ChartPlan) -> str:
    """The metric that several departments are compared by: of two lines, the one the view is about."""
    return plan.metrics[-1] if plan.kind == "two_lines" else plan.metrics[0]


def _lines_in_words(title: str, panel: Panel, lines: list[Line]) -> str:
    told = []
    for line in lines:
        values = [format_value(value, line.unit, panel.currency) for value in line.values]
        told.append(f"{line.label}: {', '.join(values)}")
    span = f"{format_week(panel.weeks[0])} to {format_week(panel.weeks[-1])}"
    return f"{title}, by week from {span}. {'. '.join(told)}."


def _shares(plan: ChartPlan, panel: Panel, department: str, tool: str) -> ShareChart | None:
    bands, reference = _bands(panel, department, tool)
    if not bands:
        return None
    latest, first = (
        ", ".join(f"{band.label} {format_value(band.values[at], 'percent')}" for band in bands) for at in (-1, 0)
    )
    subject = f"{department}: " if department != COMPANY else ""
    below = panel.latest("older_model_share", department, tool)
    return ShareChart(
        title=f"{subject}{plan.title}",
        weeks=panel.weeks,
        shares=bands,
        reference=reference,
        older=f"{format_value(below, 'percent')} below {panel.reference.name}" if below is not None else "",
        alt=(
            f"{subject}{plan.title}, by week. In the week of {format_week(panel.weeks[-1])}: {latest}. "
            f"In the week of {format_week(panel.weeks[0])}: {first}."
        ),
    )


def _bands(panel: Panel, department: str, tool: str) -> tuple[tuple[Line, ...], str]:
    """The model families worth a band, strongest first, and the weakest that is as strong as the reference model."""
    mix = panel.mix(department, tool)
    # A family that the gate folded into "other" in one week would jump there and back: it stays there in every week.
    large = [each for each in mix if each.family.name != OTHER and _is_worth_a_band(each.values)]
    small = [each for each in mix if each not in large]
    newer = [each for each in small if _is_strong(each.family, panel)]
    older = [each for each in small if each not in newer]
    bands = [(OTHER_NEWER, _added(newer)), *((each.family.name, each.values) for each in large), (OTHER, _added(older))]
    lines = tuple(Line(label=name, values=values, unit="percent") for name, values in bands if any(values))
    strong = [each.family.name for each in large if _is_strong(each.family, panel)]
    return lines, strong[-1] if strong else ""


def _is_worth_a_band(values: Sequence[float | None]) -> bool:
    known = [value for value in values if value is not None]
    return min(known, default=0.0) > 0 and max(known) >= WORTH_A_BAND


def _is_strong(family: Family, panel: Panel) -> bool:
    reference = panel.reference.rank
    return family.rank is not None and reference is not None and family.rank >= reference


def _added(families: Sequence[FamilyShare]) -> tuple[float | None, ...]:
    """The sum by week; None where the week's mix is hidden or absent."""
    by_week = zip(*(each.values for each in families), strict=True)
    return tuple(None if None in week else sum(value for value in week if value is not None) for week in by_week)


def _dots(plan: ChartPlan, panel: Panel, departments: tuple[str, ...], tool: str) -> DotChart | None:
    across, up = (metrics()[each] for each in plan.metrics)
    dots = []
    for department in panel.departments:
        if department == UNMAPPED and department not in departments:
            continue
        x = panel.over(across.id, department, plan.weeks, tool)
        y = panel.over(up.id, department, plan.weeks, tool)
        people = panel.cell("weekly_active_users", department, tool).value
        if x is not None and y is not None:
            dots.append(Dot(label=department, x=x, y=y, people=int(people or 0), emphasis=department in departments))
    if not dots:
        return None
    told = ", ".join(
        f"{dot.label} {format_value(dot.x, across.unit)} and {format_value(dot.y, up.unit)}"
        for dot in dots[:MOST_IN_ALT]
    )
    more = f", and {len(dots) - MOST_IN_ALT} more" if len(dots) > MOST_IN_ALT else ""
    return DotChart(
        title=plan.title,
        x_label=titled(across, panel.reference.name),
        y_label=titled(up, panel.reference.name),
        dots=tuple(dots),
        alt=f"{across.title} and {up.title.lower()} by department, over {plan.weeks} weeks: {told}{more}.",
    )


def _bars(plan: ChartPlan, panel: Panel, departments: tuple[str, ...], tool: str) -> BarChart | None:
    whole, part = metrics()[plan.metrics[0]], metrics()[plan.metrics[1]]
    bars = []
    for department in panel.departments:
        value = panel.latest(whole.id, department, tool)
        if value is not None and (not departments or department in departments):
            bars.append(Bar(label=department, value=value, part=panel.latest(part.id, department, tool)))
    if not bars:
        return None
    bars.sort(key=lambda bar: (-bar.value, bar.label))
    told = ", ".join(
        f"{bar.label} {format_value(bar.value, whole.unit, panel.currency)}"
        + (f" ({format_value(bar.part, part.unit, panel.currency)} unused)" if bar.part is not None else "")
        for bar in bars[:MOST_IN_ALT]
    )
    more = f", and {len(bars) - MOST_IN_ALT} more" if len(bars) > MOST_IN_ALT else ""
    return BarChart(
        title=plan.title,
        unit=whole.unit,
        bars=tuple(bars),
        part_label="on seats unused for 28 days",
        alt=f"{plan.title}, in the week of {format_week(panel.weeks[-1])}: {told}{more}.",
        currency=panel.currency,
    )

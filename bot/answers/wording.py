"""Metrics in words: one number with what it is, its change, and whether that is good."""

from bot.card import Field, Trend
from bot.format import format_change, format_value
from insights.catalogue import metrics
from insights.metric import Metric
from insights.series import ALL_TOOLS, COMPANY, Panel
from insights.words import TOOL_NAMES, tool_name

__all__ = [
    "TOOL_NAMES",
    "change_in_words",
    "field",
    "phrase",
    "sentence",
    "titled",
    "tool_name",
    "trend",
    "weeks_behind",
]


def titled(metric: Metric, reference: str) -> str:
    """Return a metric's title, with the reference model named where it speaks of it."""
    return metric.title.replace("the reference model", reference)


def phrase(metric: Metric, value: float, currency: str, reference: str) -> str:
    """Return the number with its noun: "6.8 messages per session", "39% of sessions below GPT-4o"."""
    told = format_value(value, metric.unit, currency)
    title = titled(metric, reference)
    noun = title[0].lower() + title[1:]
    if metric.unit != "percent":
        return f"{told} {noun}"
    return f"{told} of {noun.removeprefix('share of ')}"


def change_in_words(panel: Panel, metric: Metric, department: str = COMPANY, tool: str = ALL_TOOLS) -> str:
    """Return "up 1.4 over 14 weeks"; empty where either end is hidden or absent."""
    return format_change(panel.change(metric.id, department, tool), metric.unit, panel.currency, len(panel.weeks))


def trend(panel: Panel, metric: Metric, department: str = COMPANY, tool: str = ALL_TOOLS) -> Trend:
    """Tell whether a change is for the better; one smaller than the metric's smallest worth a word is neither."""
    change = panel.change(metric.id, department, tool)
    if change is None or metric.good == "none" or abs(change) < metric.smallest_change:
        return "neutral"
    return "better" if (change > 0) == (metric.good == "up") else "worse"


def field(panel: Panel, metric: Metric, department: str = COMPANY, tool: str = ALL_TOOLS) -> Field | None:
    """Return the latest week's number as a field; None where there is none to show."""
    cell = panel.cell(metric.id, department, tool)
    title = titled(metric, panel.reference.name)
    if cell.suppressed:
        return Field(label=title, value="hidden", note=f"about fewer than {panel.min_group_size} people, or too close")
    if cell.value is None:
        return None
    return Field(
        label=title,
        value=format_value(cell.value, metric.unit, panel.currency),
        change=change_in_words(panel, metric, department, tool),
        trend=trend(panel, metric, department, tool),
        note="estimated" if cell.estimated else "",
    )


def sentence(panel: Panel, metric_id: str, department: str = COMPANY, tool: str = ALL_TOOLS) -> str:
    """Return "6.8 messages per session, up 1.4 over 14 weeks"; empty where there is no number to show."""
    metric = metrics()[metric_id]
    cell = panel.cell(metric_id, department, tool)
    if cell.value is None:
        return ""
    parts = [phrase(metric, cell.value, panel.currency, panel.reference.name)]
    parts += [change_in_words(panel, metric, department, tool)]
    parts += ["estimated"] if cell.estimated else []
    return ", ".join(part for part in parts if part)


def weeks_behind(panel: Panel) -> str:
    """Return how many weeks a change spans, in words."""
    return f"{len(panel.weeks)} weeks" if len(panel.weeks) != 1 else "1 week"

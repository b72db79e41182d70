"""How a number moved, and how sure that is: sentences filled from what the scan tested, and what explains it."""

from collections.abc import Sequence
from typing import assert_never

from bot.answers.wording import titled, tool_name
from bot.format import format_change, format_value
from insights.catalogue import metrics
from insights.causes.why import why
from insights.forecast import forecast
from insights.scan import Change
from insights.series import COMPANY, Panel
from insights.words import day

WEEKS_AHEAD = 4
CANT_TELL = "I can't tell what will be: there is too little history to say how far off that would be."


def moved(panel: Panel, metric: str, department: str = COMPANY, tool: str = "") -> Change | None:
    """Return how a metric moved beyond chance; None where it did not, or that cannot be told."""
    return panel.scan.of(metric, department, tool or panel.tools[0]) if panel.weeks else None


def judged(panel: Panel, metric: str, department: str = COMPANY, tool: str = "") -> bool:
    """Tell whether a metric was tested for change at all."""
    return (metric, tool or panel.tools[0], department) in panel.scan.judged


def sureness(panel: Panel, metric: str, department: str, tool: str) -> str:
    """Return one sentence on whether the newest number is more than chance; empty where nothing was tested."""
    change = moved(panel, metric, department, tool)
    if change is not None:
        title = titled(metrics()[metric], panel.reference.name)
        return f"{title}: {_lower(told(panel, change))} {sure(panel, change)} {cause(panel, change)}".strip()
    if judged(panel, metric, department, tool):
        title = titled(metrics()[metric], panel.reference.name)
        return f"{title}: no move beyond chance."
    return ""


def told(panel: Panel, change: Change) -> str:
    """Return "It rose from 4.1 to 5.2 since the week of 6 October."."""
    metric = metrics()[change.metric]
    before, now = (format_value(each, metric.unit, panel.currency) for each in (change.before, change.now))
    match change.kind:
        case "odd_week":
            return f"It was {now} in the last week, where {before} was usual."
        case "trend":
            return f"It {_went(change)} from {before} to {now} over {len(panel.weeks)} weeks."
        case "level" | "drift":
            return f"It {_went(change)} from {before} to {now} since the week of {day(change.since)}."
        case "scatter":
            return "Its weeks differ more from each other than they used to."
        case _:
            assert_never(change.kind)


def sure(panel: Panel, change: Change) -> str:
    """Return the interval of the change in words."""
    unit = metrics()[change.metric].unit
    low, high = (format_change(each, unit, panel.currency) for each in sorted((change.low, change.high), key=abs))
    if change.low * change.high <= 0 or change.kind == "scatter" or not low or not high:
        return "That is more than chance."
    return f"That is more than chance: {low} at least and {high} at most, with 90% certainty."


def cause(panel: Panel, change: Change) -> str:
    """Return what explains most of a change, in a sentence; empty where nothing explains half of it."""
    found = why(panel.wide, change, tool_name)
    return found.text if found else ""


def strongest(panel: Panel, wanted: Sequence[str], department: str, tool: str) -> Change | None:
    """Return the change of any of the metrics that chance explains least."""
    found = [each for metric in wanted if (each := moved(panel, metric, department, tool)) is not None]
    return min(found, key=lambda each: each.p, default=None)


def ahead(panel: Panel, metric: str, department: str, tool: str) -> str:
    """Return where a metric will probably be some weeks on, in a sentence; empty where that can't be told."""
    found = forecast(panel.array(metric, department, tool), WEEKS_AHEAD)
    if found is None or panel.latest(metric, department, tool) is None:
        return ""
    unit, least = metrics()[metric].unit, max(found.low, 0.0)
    low, high = (format_value(each, unit, panel.currency) for each in (least, found.high))
    title = titled(metrics()[metric], panel.reference.name)
    return (
        f"{title} in {found.weeks} weeks: between {low} and {high} in four of five cases, if it goes on moving as it "
        f"did; further ahead I can't tell."
    )


def definition(metric: str, reference: str) -> str:
    """Return what a metric means."""
    title = titled(metrics()[metric], reference)
    meaning = metrics()[metric].definition
    return f"{title}: {meaning[0].lower()}{meaning[1:]}"


def _lower(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"


def _went(change: Change) -> str:
    return "rose" if change.change > 0 else "fell"

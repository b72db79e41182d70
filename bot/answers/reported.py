"""What each tool reports, and how it is told that one does not: absent is never zero and never blank."""

from collections.abc import Sequence

from bot.answers.wording import titled, tool_name
from bot.format import format_period, format_value
from insights.catalogue import metrics
from insights.metric import Metric
from insights.numbers import NOTHING
from insights.series import ALL_TOOLS, COMPANY, Panel
from insights.weekly import LADDER_WEEKS
from insights.words import listing
from storage.schema import LADDER

ACTIVE = "weekly_active_users"
ON_LADDER = frozenset({*LADDER, "ladder_people"})
RANKED = frozenset({"reference_sessions", "below_sessions", "ranked_sessions"})
EVERY = 1000
"""More names than a list ever has: none is left out."""


def is_reported(panel: Panel, metric: Metric, tool: str) -> bool:
    """Tell whether the vendor reports what the metric needs in the last week, be it shown or hidden."""
    names = panel.departments if metric.only == "department" else (COMPANY,)
    cells = [panel.cell(metric.id, name, tool) for name in names]
    # A quotient of nothing is no number either, though the vendor reported both sides.
    below = next((each.id for each in metrics().values() if each.adds_up and each.numerator == metric.denominator), "")
    nothing = bool(metric.denominator and below) and panel.cell(below, COMPANY, tool).value == 0
    return (
        nothing
        or any(cell.value is not None or cell.suppressed for cell in cells)
        or _is_ours_to_know(panel, metric, tool)
    )


def _is_ours_to_know(panel: Panel, metric: Metric, tool: str) -> bool:
    """Tell whether a number is absent for want of history, or of a model in our catalogue, or is not one tool's."""
    if metric.across:
        return True
    waits = bool(ON_LADDER & set(metric.needs)) and panel.history < LADDER_WEEKS
    return waits or (bool(RANKED & set(metric.needs)) and bool(panel.mix(COMPANY, tool)))


def is_of_seats(metric: Metric) -> bool:
    """Tell whether a metric is about seats, which are known with or without any use."""
    return metric.across or metric.group.startswith("seats_")


def told(
    panel: Panel, metric_id: str, department: str = COMPANY, tool: str = ALL_TOOLS, *, beside_name: bool = False
) -> str:
    """Return the last week's number for a table, or why there is none: "not reported by GitHub Copilot".

    `beside_name`: the row or column says which tool it is, and what lies under the table names it again.
    """
    metric, cell = metrics()[metric_id], panel.cell(metric_id, department, tool)
    if cell.suppressed:
        return "hidden"
    if cell.value is not None:
        number = format_value(cell.value, metric.unit, panel.currency)
        return f"{number} (est.)" if cell.estimated else number
    people = panel.cell(ACTIVE, department, tool)
    if not is_of_seats(metric) and not people.value:
        return "hidden" if people.suppressed else "no use"
    if is_reported(panel, metric, tool) or (department and metric.only == "company"):
        return NOTHING
    said = _without(panel, metric, tool)
    return said.removesuffix(f" by {tool_name(tool)}") if beside_name else said


def _without(panel: Panel, metric: Metric, tool: str) -> str:
    if tool == ALL_TOOLS:
        return "not reported by every tool"
    return "no price known" if _lacks_price(panel, metric, tool) else f"not reported by {tool_name(tool)}"


def _lacks_price(panel: Panel, metric: Metric, tool: str) -> bool:
    """Tell whether only the price is missing: the seats themselves are known."""
    return metric.unit == "money" and is_of_seats(metric) and is_reported(panel, metrics()["seats_assigned"], tool)


def unreported(panel: Panel, wanted: Sequence[str], tool: str) -> tuple[str, ...]:
    """Return the ids of those metrics that a tool does not report, though it was used (or is asked about seats)."""
    people = panel.cell(ACTIVE, COMPANY, tool)
    used = bool(people.value) or people.suppressed
    return tuple(
        each
        for each in wanted
        if (used or is_of_seats(metrics()[each])) and not is_reported(panel, metrics()[each], tool)
    )


def missing(panel: Panel, wanted: Sequence[str], tools: Sequence[str]) -> str:
    """Return "Not reported by GitHub Copilot: prompts and sessions.", one sentence for the tools that lack the same.

    What none of several tools reports is left out: there is no total to qualify.
    """
    lacking = {tool: unreported(panel, wanted, tool) for tool in tools}
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for each in wanted:
        metric = metrics()[each]
        without = [tool for tool in tools if each in lacking[tool]]
        if len(without) == len(tools) > 1:
            continue
        title = titled(metric, panel.reference.name)
        for why in ("No price known for", "Not reported by"):
            those = tuple(tool for tool in without if _lacks_price(panel, metric, tool) == why.startswith("No price"))
            if those:
                groups.setdefault((why, those), []).append(title[0].lower() + title[1:])
    return " ".join(f"{why} {named(those)}: {listing(titles, most=EVERY)}." for (why, those), titles in groups.items())


def named(tools: Sequence[str]) -> str:
    """Return the tools as people write them, none left out: "ChatGPT, Claude and GitHub Copilot"."""
    return listing([tool_name(each) for each in tools], most=EVERY)


def footer(shown: Panel, tool: str, by_tool: Panel | None = None, wanted: Sequence[str] = ()) -> str:
    """Return which weeks and tools the numbers cover, and what qualifies them.

    `by_tool` has a row for each tool that the numbers add up, and tells which of them report what is `wanted`.
    """
    each = tuple(name for name in by_tool.tools if name != ALL_TOOLS) if by_tool is not None else ()
    span = f"{format_period(shown.weeks[0], shown.weeks[-1])} (complete weeks, UTC)."
    covered = f"{named(each) or tool_name(tool)}, {span}"
    gaps = missing(by_tool, wanted, each) if by_tool is not None else ""
    parts = (covered[0].upper() + covered[1:], gaps, *shown.notes)
    return " ".join(part for part in parts if part)

"""Cards that set tools beside each other: the view of tools, and a question that names several of them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.answers.overlap import overlap_in_words
from bot.answers.reported import ACTIVE, footer, named, told
from bot.answers.view_chart import chart_of
from bot.answers.whole import whole_cell, whole_words
from bot.answers.wording import phrase, titled, tool_name
from bot.card import Button, Card, Table
from bot.format import format_week
from insights.catalogue import metrics
from insights.question import Question
from insights.series import ALL_TOOLS, COMPANY, Panel
from insights.view import ChartPlan, View
from insights.whole import Whole
from insights.words import listing

SHORT = {
    "weekly_active_users": "Active people",
    "seats_assigned": "Seats",
    "seats_unused": "Unused seats",
    "monthly_spend": "Seat spend a month",
    "metered_cost": "Metered in the week",
}
"""Titles that fit over a column."""
MOST_ROWS = 8


def tools_card(
    question: Question,
    view: View,
    shown: Panel,
    known: tuple[str, ...],
    buttons: tuple[Button, ...],
    wholes: Mapping[str, Whole] = MappingProxyType({}),
) -> Card:
    """Return the card about the tools of `shown`, whose first is all of the `known` ones together.

    It is about the company or one department; with several departments the lead metric is told for each of them.
    `wholes` has what vendors tell of the company as a whole, by tool: it is told beside what people's use adds up to.
    """
    tools = tuple(each for each in shown.tools if each != ALL_TOOLS)
    wanted = tuple(each for each in (question.metrics or view.metrics) if metrics()[each].needs)
    lead = wanted[0]
    title = titled(metrics()[lead], shown.reference.name)
    plan = ChartPlan(kind="by_tool", metrics=(lead,), title=f"{title} by tool")
    department = question.departments[0] if question.departments else COMPANY
    if len(question.departments) > 1:
        wanted, text, chart = (lead,), f"{title} by department and tool, in the table.", None
        table = _by_department(shown, lead, question.departments, tools)
    else:
        text = _text(shown, lead, department, tools, known)
        chart = chart_of(plan, shown, question.departments)
        if view.chart.kind == "by_tool":
            text = text if question.tools else f"{text} {overlap_in_words(shown, department, pairs=True)}".strip()
            told_of = {} if department else wholes
            text = f"{text} {whole_words(told_of, shown.currency)}".strip()
            every = len(tools) > 1 and not question.tools
            table = _by_tool(shown, wanted, department, tools, told_of, every=every)
        else:
            wanted = wanted[:MOST_ROWS]
            table = _by_metric(shown, wanted, department, tools)
    return Card(
        title=f"{listing(question.departments) or 'Whole company'} · {view.title} · {named(tools)}",
        text=text,
        chart=chart,
        table=table,
        buttons=buttons,
        footer=footer(shown, ALL_TOOLS, shown, wanted),
    )


def _text(shown: Panel, lead: str, department: str, tools: tuple[str, ...], known: tuple[str, ...]) -> str:
    """What is told of each tool, largest first; of all of them, with people counted once; or that there is but one."""
    where = f" in {department}" if department else ""
    values = {each: shown.cell(lead, department, each).value for each in tools}
    ranked = sorted(tools, key=lambda each: (values[each] is None, -(values[each] or 0.0)))
    said = "; ".join(_about(shown, lead, department, each, first=each == ranked[0]) for each in ranked)
    total = shown.cell(ACTIVE, department).value
    opening = ""
    if len(known) == 1:
        opening = f"{tool_name(known[0])} is the only tool there is data about. "
    elif lead == ACTIVE and total is not None and set(tools) == set(known):
        opening = f"{total:,.0f} people{where} used at least one of {len(tools)} tools, each counted once: "
    return f"{opening}{said}."


def _about(shown: Panel, lead: str, department: str, tool: str, *, first: bool) -> str:
    """Return "ChatGPT 200 weekly active users", of the first; then "Claude 60", "not reported by GitHub Copilot"."""
    cell = shown.cell(lead, department, tool)
    if first and cell.value is not None:
        return f"{tool_name(tool)} {phrase(metrics()[lead], cell.value, shown.currency, shown.reference.name)}"
    said = told(shown, lead, department, tool)
    if said.endswith(tool_name(tool)):
        return said
    return f"{tool_name(tool)}{':' if cell.value is None else ''} {said}"


def _by_tool(
    shown: Panel,
    wanted: Sequence[str],
    department: str,
    tools: Sequence[str],
    wholes: Mapping[str, Whole],
    *,
    every: bool,
) -> Table:
    def cell(metric: str, tool: str) -> str:
        of_the_whole = whole_cell(wholes.get(tool, Whole()), metric, shown.currency)
        return of_the_whole or told(shown, metric, department, tool, beside_name=True)

    rows = [(tool_name(each), *(cell(metric, each) for metric in wanted)) for each in tools]
    if every:
        rows.append(("All together", *(told(shown, metric, department, ALL_TOOLS) for metric in wanted)))
    return Table(
        columns=("Tool", *(SHORT.get(each) or titled(metrics()[each], shown.reference.name) for each in wanted)),
        rows=tuple(rows),
        numeric=tuple(range(1, len(wanted) + 1)),
        caption=f"By tool, week of {format_week(shown.weeks[-1])}",
    )


def _by_metric(shown: Panel, wanted: Sequence[str], department: str, tools: Sequence[str]) -> Table:
    return Table(
        columns=("", *(tool_name(each) for each in tools)),
        rows=tuple(
            (
                titled(metrics()[metric], shown.reference.name),
                *(told(shown, metric, department, each, beside_name=True) for each in tools),
            )
            for metric in wanted
        ),
        numeric=tuple(range(1, len(tools) + 1)),
        caption=f"By tool, week of {format_week(shown.weeks[-1])}",
    )


def _by_department(shown: Panel, lead: str, departments: Sequence[str], tools: Sequence[str]) -> Table:
    return Table(
        columns=("Department", *(tool_name(each) for each in tools)),
        rows=tuple(
            (name or "Company", *(told(shown, lead, name, each, beside_name=True) for each in tools))
            for name in (*departments, COMPANY)
        ),
        numeric=tuple(range(1, len(tools) + 1)),
        caption=f"{titled(metrics()[lead], shown.reference.name)}, week of {format_week(shown.weeks[-1])}",
    )

"""Two spans of weeks beside each other: "before and after 12 May", "October with September"."""

from bot.answers.reported import footer
from bot.answers.wording import phrase, titled, tool_name
from bot.card import Button, Card, Table
from bot.format import NOTHING, format_change, format_period, format_value
from insights.catalogue import metrics
from insights.question import Question
from insights.series import COMPANY, Panel
from insights.view import View

CAREFUL = "What differs between two spans need not come from what happened between them."


def spans_card(
    question: Question, view: View, one: Panel, other: Panel, tool: str, buttons: tuple[Button, ...]
) -> Card:
    """Return a row a metric: what it was in the weeks of `one`, in those of `other`, and the difference."""
    department = question.departments[0] if question.departments else COMPANY
    wanted = [each for each in (question.metrics or view.metrics) if metrics()[each].needs]
    rows, told = [], ""
    for each in wanted:
        metric = metrics()[each]
        here = one.over(each, department, len(one.weeks), tool)
        there = other.over(each, department, len(other.weeks), tool)
        if here is None and there is None:
            continue
        change = here - there if here is not None and there is not None else None
        said = format_change(change, metric.unit, one.currency)
        rows.append(
            (
                titled(metric, one.reference.name),
                NOTHING if there is None else format_value(there, metric.unit, one.currency),
                NOTHING if here is None else format_value(here, metric.unit, one.currency),
                said or NOTHING,
            )
        )
        if not told and here is not None and there is not None:
            was = format_value(there, metric.unit, one.currency)
            told = f"{phrase(metric, here, one.currency, one.reference.name)} in {_span(one)}, {was} in {_span(other)}"
            told += f": {said}." if said else ": the same."
    return Card(
        title=f"{department or 'Whole company'} · {view.title} · {tool_name(tool)}",
        text=f"{told} {CAREFUL}" if told else "There is nothing that may be shown about both spans.",
        table=Table(
            columns=("", _span(other), _span(one), "Difference"),
            rows=tuple(rows),
            numeric=(1, 2, 3),
            caption="Over all weeks of each span",
        )
        if rows
        else None,
        buttons=buttons,
        footer=footer(one, tool, None, tuple(wanted)),
    )


def _span(panel: Panel) -> str:
    return format_period(panel.weeks[0], panel.weeks[-1])

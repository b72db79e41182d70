"""What was found and what to do about it: "anything unusual?", "what should we do about sales?"."""

from collections.abc import Mapping, Sequence

from bot.actions.open_actions import open_table
from bot.answers.advice import advice_of
from bot.answers.learnt import with_record
from bot.answers.reported import footer
from bot.answers.wording import tool_name
from bot.card import Button, Card
from bot.format import format_week
from insights.basis import Basis
from insights.engine import Examination, examine
from insights.finding import Finding
from insights.impact import Record, impacts, records
from insights.memory.recall import hushed
from insights.question import Question
from insights.series import Panel, panel
from insights.words import counted, listing
from storage.reading import tools

MOST = 3


def seen(basis: Basis, tool: str, learnt: Mapping[str, Record]) -> tuple[Panel, Examination | None]:
    """Return the panel of a tool and what the engine finds in it; None without a complete week."""
    shown = panel(basis, tools=(tool, *tools(basis.store)) if tool == "*" else (tool,))
    if not shown.weeks:
        return shown, None
    return shown, examine(shown, tool=tool, limit=None, memory=hushed(basis.store, basis.as_of), records=learnt)


def about(found: Sequence[Finding], question: Question) -> list[Finding]:
    """Return the findings about the departments, view and metrics that were asked for."""
    mine = [each for each in found if not question.departments or set(question.departments) & set(each.departments)]
    if question.metrics:
        mine = [each for each in mine if each.metric in question.metrics] or mine
    if question.view in ("changes", "actions", "overview", "departments", "tools", "impact", "renewal"):
        return mine
    return [each for each in mine if each.view == question.view]


def changes_card(question: Question, basis: Basis, tool: str) -> Card | None:
    """Return what is notable, largest first; None without a complete week."""
    learnt = records(impacts(basis))
    shown, examined = seen(basis, tool, learnt)
    if examined is None:
        return None
    mine = about(examined.findings, question)
    where = listing(question.departments)
    text = mine[0].headline if mine else f"Nothing unusual{f' in {where}' if where else ''}."
    more = ""
    if len(mine) > 1:
        rest = len(mine[:MOST]) - 1
        more = f" {counted(len(mine) - 1, 'more finding')}, the largest {counted(rest, 'one', 'ones')} below."
    tested = f" {examined.tried:,} hypotheses were tested for change." if examined.tried else ""
    return Card(
        title=f"{where or 'Whole company'} · What is notable · {tool_name(tool)}",
        text=f"{text}{more}{'' if mine else tested} {_span_note(question, shown)}".strip(),
        advice=tuple(advice_of(each, tools(basis.store)) for each in mine[:MOST]),
        buttons=(
            Button(label="What to do", ask=f"what should we do about {where}" if where else "recommendations"),
            Button(label="Overview", ask=f"overview {' vs '.join(question.departments)}".strip()),
        ),
        footer=footer(shown, tool),
    )


def recommended_card(question: Question, basis: Basis, tool: str) -> Card | None:
    """Return what to do about what was found, the most worthwhile first; None without a complete week."""
    learnt = records(impacts(basis))
    shown, examined = seen(basis, tool, learnt)
    if examined is None:
        return None
    mine = about(examined.findings, question)
    where = listing(question.departments)
    for_whom = f" for {where}" if where else ""
    if mine:
        text = f"{mine[0].action.title}: {mine[0].headline}"
        text += f" {counted(len(mine[:MOST]) - 1, 'more thing')} to do below." if len(mine) > 1 else ""
    else:
        text = f"Nothing that was found calls for an action{for_whom} now."
    known = tools(basis.store)
    return Card(
        title=f"{where or 'Whole company'} · What to do · {tool_name(tool)}",
        text=text,
        advice=tuple(with_record(advice_of(each, known), each, learnt, basis) for each in mine[:MOST]),
        table=open_table(basis, question.departments),
        buttons=(
            Button(label="What is notable", ask=f"anything unusual in {where}" if where else "anything unusual"),
            Button(label="Did it help?", ask=f"did it help {where}".strip()),
        ),
        footer=footer(shown, tool),
    )


def _span_note(question: Question, shown: Panel) -> str:
    if question.weeks is None:
        return ""
    return (
        f"What is notable is judged in the latest complete week, {format_week(shown.weeks[-1])}, on all weeks before."
    )

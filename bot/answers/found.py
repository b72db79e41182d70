"""What was found and what to do about it: "anything unusual?", "what should we do about sales?", "did it help?"."""

from collections.abc import Sequence

from bot.advice import advice_of
from bot.card import Button, Card, Table
from bot.format import format_week
from bot.reported import footer
from bot.wording import tool_name
from insights.actions import ACTIONS
from insights.basis import Basis
from insights.engine import Examination, examine
from insights.finding import Finding
from insights.memory.recall import hushed
from insights.question import Question
from insights.series import Panel, panel
from insights.words import counted, listing
from storage.reading import tools
from storage.taken import taken

MOST = 3
MOST_TAKEN = 8
TITLES = {each.id: each.title for each in ACTIONS}


def seen(basis: Basis, tool: str) -> tuple[Panel, Examination | None]:
    """Return the panel of a tool and what the engine finds in it; None without a complete week."""
    shown = panel(basis, tools=(tool, *tools(basis.store)) if tool == "*" else (tool,))
    if not shown.weeks:
        return shown, None
    return shown, examine(shown, tool=tool, limit=None, memory=hushed(basis.store, basis.as_of))


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
    shown, examined = seen(basis, tool)
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
    shown, examined = seen(basis, tool)
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
    return Card(
        title=f"{where or 'Whole company'} · What to do · {tool_name(tool)}",
        text=text,
        advice=tuple(advice_of(each, tools(basis.store)) for each in mine[:MOST]),
        table=_taken(basis, question),
        buttons=(Button(label="What is notable", ask=f"anything unusual in {where}" if where else "anything unusual"),),
        footer=footer(shown, tool),
    )


def impact_card(question: Question, basis: Basis) -> Card:
    """Return what can be said of what it brought: for now, what was done, and that its effect can't be told yet."""
    where = listing(question.departments)
    done = _taken(basis, question)
    known = " What was done is in the table; compare the weeks before and after it." if done else ""
    return Card(
        title=f"{where or 'Whole company'} · What it brought",
        text=(
            "I can't tell yet: whether an action helped, or what the use of AI brings in money or time, is not "
            f"measured.{known}"
        ),
        table=done,
        buttons=(
            Button(label="What it costs", ask=f"licenses {where}".strip()),
            Button(label="How deeply it is used", ask=f"depth {where}".strip()),
            Button(label="What is notable", ask="anything unusual"),
        ),
    )


def _taken(basis: Basis, question: Question) -> Table | None:
    """The actions that were taken, of departments that may be seen."""
    allowed = basis.visible
    rows = [
        (TITLES.get(each.action, each.action), listing(each.departments) or "Whole company", each.state,
         f"{each.at:%Y-%m-%d}")
        for each in taken(basis.store)
        if (allowed is None or set(each.departments) <= set(allowed))
        and (not question.departments or set(each.departments) & set(question.departments))
    ]  # fmt: skip
    if not rows:
        return None
    return Table(columns=("Action", "Where", "State", "Since"), rows=tuple(rows[:MOST_TAKEN]), caption="What was done")


def _span_note(question: Question, shown: Panel) -> str:
    if question.weeks is None:
        return ""
    return (
        f"What is notable is judged in the latest complete week, {format_week(shown.weeks[-1])}, on all weeks before."
    )

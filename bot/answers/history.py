"""The card about what was before: totals of periods that were imported, beside the weeks of today."""

from collections.abc import Sequence

from bot.answers.reported import ACTIVE
from bot.answers.wording import tool_name
from bot.card import Button, Card, Table
from bot.format import NOTHING, format_day, format_value, format_week
from insights.baseline import PeriodNumbers, baseline
from insights.basis import Basis
from insights.question import Question
from insights.series import COMPANY, Panel, panel
from insights.words import counted, listing

WORDS = (
    "baseline",
    "history",
    "before",
    "before the roll-out",
    "before the rollout",
    "before roll-out",
    "before rollout",
    "imported",
    "imports",
)
"""What people call this card; they are names of a view for whoever reads a question."""

VIEW = "baseline"
COUNTED = ("messages", "prompts", "sessions")
"""The measures that tell best how much was done, the first that an export tells."""

MOST_ROWS = 24
NOT_DAYS = "These are totals of whole periods as the vendors' exports tell them, not days; they are never added up."
LONGER = (
    "In a longer period more people count as active than in a single week of it, so its numbers per week look lower "
    "than those of a week."
)


def baseline_card(question: Question, basis: Basis) -> Card:
    """Return the card: a row a period and department, and what the newest of each tool is beside today."""
    told = baseline(basis, question.departments, question.tools)
    who = listing(question.departments) or "Whole company"
    about = f" of {listing([tool_name(each) for each in question.tools])}" if question.tools else ""
    title = f"{who} · Before the roll-out"
    buttons = (Button(label="Overview", ask=" ".join(("overview", " vs ".join(question.departments))).strip()),)
    if not told:
        everything = baseline(basis)
        text = (
            f"No period{about} is known for {who if question.departments else 'the company'}."
            if everything
            else "No history was imported yet. `ai-usage import FILE` reads what the vendors' consoles export."
        )
        return Card(title=title, text=text, buttons=buttons)
    now = panel(basis, tools=tuple(dict.fromkeys(each.tool for each in told)))
    newest: dict[tuple[str, str], PeriodNumbers] = {}
    for each in told:
        newest.setdefault((each.tool, each.department), each)
    said = [_sentence(each, now, basis.min_group_size) for each in newest.values()]
    return Card(
        title=title,
        text=" ".join(said[:4]),
        table=_table(told, several=len(question.departments) > 1),
        buttons=buttons,
        footer=_footer(told, basis.min_group_size),
    )


def _table(told: Sequence[PeriodNumbers], *, several: bool) -> Table:
    rows = []
    for each in told[:MOST_ROWS]:
        name, per = _measure(each)
        week = per / each.days * 7 if per is not None and each.days >= 7 else None
        rows.append(
            (
                tool_name(each.tool),
                *((each.department,) if several else ()),
                f"{_period(each)} ({counted(each.days, 'day')})",
                _people(each),
                f"{format_value(per, 'messages')} {name}" if per is not None else _untold(each),
                format_value(week, "messages"),
            )
        )
    first = 3 if several else 2
    return Table(
        columns=(
            "Tool",
            *(("Department",) if several else ()),
            "Period",
            "Active of listed",
            "Per active person",
            "And a week",
        ),
        rows=tuple(rows),
        numeric=(first, first + 1, first + 2),
        caption="Period totals, not days",
    )


def _sentence(each: PeriodNumbers, now: Panel, k: int) -> str:
    """Say what a tool's newest period was, and what the latest complete week is where both can be told."""
    where = f" in {each.department}" if each.department else ""
    head = f"{tool_name(each.tool)}{where}, {_period(each)}"
    if each.people is None:
        return f"{head}: hidden, being about fewer than {k} people or too close to it."
    name, per = _measure(each)
    of = f" of {each.listed:,}" if each.listed is not None else ""
    people = f"{head}: {each.people:,}{of} listed people were active"
    if per is None:
        return f"{people}."
    said = f"{people}, with {format_value(per, 'messages')} {name} per active person"
    if each.days > 7:
        said += f", {format_value(per / each.days * 7, 'messages')} a week"
    return f"{said}.{_today(each, name, now)}"


def _today(each: PeriodNumbers, name: str, now: Panel) -> str:
    """Return " Now, in the week of …: …" of the same tool; empty where there is no week, or none that compares."""
    department = each.department or COMPANY
    if each.days < 7 or not now.weeks:
        return ""
    people = now.cell(ACTIVE, department, each.tool).value
    per = _weekly(now, name, department, each.tool)
    if people is None:
        return ""
    more = f", with {format_value(per, 'messages')} {name} per active person" if per is not None else ""
    return (
        f" Now, in the week of {format_week(now.weeks[-1])}: {counted(people, 'active person', 'active people')}{more}."
    )


def _weekly(now: Panel, name: str, department: str, tool: str) -> float | None:
    cell = now.cell(ACTIVE, department, tool)
    total = now.cell(name, department, tool).value
    return total / cell.value if total is not None and cell.value else None


def _measure(each: PeriodNumbers) -> tuple[str, float | None]:
    name = next((name for name in COUNTED if name in each.measures), "")
    return name, each.per_person(name) if name else None


def _people(each: PeriodNumbers) -> str:
    if each.people is None:
        return "hidden" if each.listed is None else f"hidden, of {each.listed:,}"
    return f"{each.people:,}" if each.listed is None else f"{each.people:,} of {each.listed:,}"


def _untold(each: PeriodNumbers) -> str:
    return "hidden" if each.people is None else NOTHING


def _period(each: PeriodNumbers) -> str:
    if each.first.year != each.last.year:
        return f"{format_day(each.first)} {each.first.year} – {format_day(each.last)} {each.last.year}"
    if each.first.month == each.last.month:
        return f"{each.first.day}–{format_day(each.last)} {each.last.year}"
    return f"{format_day(each.first)} – {format_day(each.last)} {each.last.year}"


def _footer(told: Sequence[PeriodNumbers], k: int) -> str:
    parts = [NOT_DAYS]
    if any(each.days > 7 for each in told):
        parts.append(LONGER)
    if any(each.people is None or each.listed is None for each in told):
        parts.append(f"Hidden is what tells about fewer than {k} people, or would give them away.")
    if len(told) > MOST_ROWS:
        parts.append(f"{len(told) - MOST_ROWS} older rows are not shown.")
    return " ".join(parts)

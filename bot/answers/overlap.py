"""Seats in several tools, in words and as a table of pairs."""

from collections.abc import Sequence

from bot.answers.reported import footer, named
from bot.answers.view_chart import chart_of
from bot.answers.wording import field, tool_name
from bot.card import Button, Card, Table
from bot.format import format_value, format_week
from insights.catalogue import metrics
from insights.numbers import NOTHING
from insights.series import COMPANY, Panel, SeatPair
from insights.view import ChartPlan
from insights.words import counted, listing, verb

ASK = "seats in several tools"
"""What a button asks to be told about it."""

FIGURES = ("several_tools", "several_using_one", "several_using_more", "several_using_none", "several_unused_spend")
MOST_ROWS = 12
UNKNOWN = (
    "Who holds seats in several tools is not known: it takes at least two tools that tell both whose the seats are "
    "and who uses them."
)


def overlap_card(shown: Panel, departments: Sequence[str], buttons: tuple[Button, ...]) -> Card:
    """Return the card about seats in several tools, of the company or of departments."""
    department = departments[0] if len(departments) == 1 else COMPANY
    figures = [field(shown, metrics()[each], department) for each in FIGURES]
    several, whom = len(departments) > 1, departments or (COMPANY,)
    plan = ChartPlan(
        kind="lines", metrics=("several_tools", "several_using_more"), title="Seats in several tools, and their use"
    )
    return Card(
        title=f"{listing(departments) or 'Whole company'} · Seats in several tools",
        text=" ".join(_told(shown, each) for each in departments) if several else _told(shown, department, pairs=True),
        fields=tuple(each for each in figures if each) if not several else (),
        chart=chart_of(plan, shown, tuple(departments))
        if any(shown.latest(FIGURES[0], each) for each in whom)
        else None,
        table=_by_department(shown, departments) if several else _pairs(shown, department),
        buttons=buttons,
        footer=" ".join((footer(shown, "*"), _covered(shown))).strip(),
    )


def overlap_in_words(shown: Panel, department: str, *, pairs: bool = False) -> str:
    """Return "84 people hold seats in several tools: 51 of them use one …"; empty where that is hidden or unknown.

    With `pairs` the largest pair of tools is told too.
    """
    people = shown.cell("several_tools", department).value
    if people is None:
        return ""
    where = f" in {department}" if department else ""
    if not people:
        return f"Nobody{where} holds seats in several tools."
    said = f"{counted(people, 'person', 'people')}{where} {verb(round(people), 'holds', 'hold')} seats in several tools"
    parts = [
        f"{value:,.0f} {words}"
        for metric, words in (
            ("several_using_more", "used two or more of them in the last 28 days"),
            ("several_using_one", "used one"),
            ("several_using_none", "used none"),
        )
        if (value := shown.cell(metric, department).value) is not None
    ]
    more = shown.cell("several_using_more", department).value
    if len(parts) == 1 and more is not None and more < people:
        parts.append(f"{people - more:,.0f} one or none")
    spend = shown.cell("several_unused_spend", department).value
    cost = f" Their unused seats cost {format_value(spend, 'money', shown.currency)} a month." if spend else ""
    largest = next(iter(shown.pairs(department)), None) if pairs else None
    example = f" {_in_words(largest)}." if largest is not None and largest.holders else ""
    return f"{said}{': ' if parts else ''}{', '.join(parts)}.{cost}{example}"


def _in_words(pair: SeatPair) -> str:
    """Return "ChatGPT + Claude: 84 hold both; 51 use only ChatGPT, 12 only Claude, 15 both, 6 neither"."""
    one, other = tool_name(pair.tool), tool_name(pair.other)
    told = [
        f"{number:,} {words}"
        for number, words in (
            (pair.used_tool, f"only {one}"),
            (pair.used_other, f"only {other}"),
            (pair.used_both, "both"),
            (pair.used_neither, "neither"),
        )
        if number is not None
    ]
    used = f"; used lately: {', '.join(told)}" if told else ""
    return f"{one} + {other}: {pair.holders:,} hold both{used}"


def _told(shown: Panel, department: str, *, pairs: bool = False) -> str:
    return overlap_in_words(shown, department, pairs=pairs) or _unknown(shown, department)


def _unknown(shown: Panel, department: str) -> str:
    if not shown.cell("several_tools", department).suppressed:
        return UNKNOWN
    where = f"in {department} " if department else ""
    return (
        f"Too few people {where}hold seats in several tools to tell: nothing is shown about fewer than "
        f"{shown.min_group_size}, nor what would give such a number away."
    )


def _pairs(shown: Panel, department: str) -> Table | None:
    pairs = shown.pairs(department)
    if all(each.holders is None for each in pairs):
        return None
    columns = ("Seats in both", "Hold both", "Use both", "Only the first", "Only the second", "Neither")
    return Table(
        columns=columns,
        rows=tuple(
            (
                f"{tool_name(each.tool)} + {tool_name(each.other)}",
                *(
                    "hidden" if number is None else f"{number:,}"
                    for number in (
                        each.holders,
                        each.used_both,
                        each.used_tool,
                        each.used_other,
                        each.used_neither,
                    )
                ),
            )
            for each in pairs[:MOST_ROWS]
        ),
        numeric=tuple(range(1, len(columns))),
        caption=f"Use in the 28 days up to the end of {format_week(shown.weeks[-1])}",
    )


def _by_department(shown: Panel, departments: Sequence[str]) -> Table:
    names = (*departments, COMPANY)
    return Table(
        columns=("", *(name or "Company" for name in names)),
        rows=tuple((metrics()[each].title, *(_cell(shown, each, name) for name in names)) for each in FIGURES),
        numeric=tuple(range(1, len(names) + 1)),
        caption=f"Week of {format_week(shown.weeks[-1])}",
    )


def _cell(shown: Panel, metric: str, department: str) -> str:
    """Return the last week's number for a table."""
    cell = shown.cell(metric, department)
    if cell.suppressed:
        return "hidden"
    return NOTHING if cell.value is None else format_value(cell.value, metrics()[metric].unit, shown.currency)


def _covered(shown: Panel) -> str:
    """Say which tools' seats are compared, and of which the price is not known."""
    pairs = shown.pairs()
    tools = sorted({tool for pair in pairs for tool in (pair.tool, pair.other)})
    if not tools:
        return ""
    covered = f"Compared are the seats of {named(tools)}, as far as each reports who uses it."
    if any(each.holders is not None for each in pairs):
        return covered
    return f"{covered} Pairs of tools cannot be told without telling about fewer than {shown.min_group_size} people."

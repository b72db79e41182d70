"""What vendors tell of the organisation as a whole, in words: what it is billed, where that is by no person."""

from collections.abc import Mapping

from bot.answers.wording import tool_name
from bot.format import format_value
from insights.whole import Whole
from insights.words import listing

MOST_PROJECTS = 3


def whole_words(wholes: Mapping[str, Whole], currency: str) -> str:
    """Return a sentence for each tool that is billed as a whole; "" where there is none."""
    return " ".join(
        f"{tool_name(tool)} is billed as a whole and by no person, so no total holds it: "
        f"{format_value(whole.cost, 'money', currency)} in the week{_projects(whole, currency)}."
        for tool, whole in wholes.items()
        if whole.cost is not None
    )


def _projects(whole: Whole, currency: str) -> str:
    named = whole.projects[:MOST_PROJECTS]
    said = [
        f"{format_value(each.cost, 'money', currency)} by {each.id} ({each.people:,} people or more)" for each in named
    ]
    rest = (whole.cost or 0) - sum(each.cost for each in named)
    if named and round(rest, 2) > 0:
        said.append(f"{format_value(rest, 'money', currency)} by other projects")
    return f", {listing(said)}" if said else ""


def whole_cell(whole: Whole, metric: str, currency: str) -> str:
    """Return what a table tells in place of a number that is not known by person; "" where nothing is told."""
    match metric:
        case "metered_cost" if whole.cost is not None:
            return f"{format_value(whole.cost, 'money', currency)} as a whole"
        case "seats_assigned" if whole.seats is not None:
            return f"{whole.seats:,} in all"
        case _:
            return ""

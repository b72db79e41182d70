"""Departments in the order of a number, behind the gate: hidden ones are counted and not placed."""

from bot.answers.reported import footer
from bot.answers.wording import change_in_words, phrase, titled, tool_name
from bot.card import Bar, BarChart, Button, Card, Table
from bot.format import NOTHING, format_value, format_week
from insights.catalogue import metrics
from insights.question import Question, Rank
from insights.series import Panel
from insights.view import View
from insights.weekly import UNMAPPED
from insights.words import counted, listing

LEAD = {
    "licenses": "seats_unused",
    "tokens": "input_tokens_per_active_user",
    "models": "older_model_share",
    "overview": "weekly_active_users",
    "departments": "sessions_per_active_user",
    "depth": "messages_per_session",
    "proficiency": "proficiency_score",
}
"""What a view's departments are ranked by where no metric is named."""
MOST_BARS = 12


def ranked_card(question: Question, view: View, shown: Panel, tool: str, buttons: tuple[Button, ...]) -> Card:
    """Return the departments by one metric: the first few in words and bars, all that may be shown in the table."""
    metric = metrics()[measure(question, view)]
    rank = question.rank or Rank()
    title = titled(metric, shown.reference.name)
    names = [name for name in shown.departments if name != UNMAPPED]
    if question.departments:
        names = [name for name in names if name in question.departments]
    values = {name: shown.latest(metric.id, name, tool) for name in names}
    known = sorted((name for name in names if values[name] is not None), key=lambda each: (values[each] or 0.0, each))
    if rank.order == "top":
        known.reverse()
    hidden = len(names) - len(known)
    listed = known[: rank.count] if rank.count else known
    heading = f"Departments by {title[0].lower()}{title[1:]} · {tool_name(tool)}"
    head = "Highest first" if rank.order == "top" else "Lowest first"
    if not listed:
        return Card(
            title=heading,
            text=f"There is nothing to rank: no department has a number that may be shown for {tool_name(tool)}.",
            buttons=buttons,
            footer=footer(shown, tool),
        )
    written = {name: format_value(values[name] or 0.0, metric.unit, shown.currency) for name in listed}
    first = listed[0]
    lead = f"{first} {phrase(metric, values[first] or 0.0, shown.currency, shown.reference.name)}"
    then = f", then {listing([f'{name} {written[name]}' for name in listed[1:3]])}" if listed[1:] else ""
    left = ""
    if hidden:
        are = counted(hidden, "department is", "departments are")
        left = f" {are} not placed: too few people, or nothing reported."
    barred = listed[:MOST_BARS]
    told = ", ".join(f"{name} {written[name]}" for name in barred)
    return Card(
        title=heading,
        text=f"{head}: {lead}{then}.{left}",
        chart=BarChart(
            title=title,
            unit=metric.unit,
            bars=tuple(Bar(label=name, value=values[name] or 0.0) for name in barred),
            alt=f"{title} by department, week of {format_week(shown.weeks[-1])}: {told}.",
            currency=shown.currency,
        ),
        table=Table(
            columns=("", "Department", title, "Change"),
            rows=tuple(
                (str(place), name, written[name], change_in_words(shown, metric, name, tool) or NOTHING)
                for place, name in enumerate(listed, 1)
            ),
            numeric=(0, 2),
            caption=f"{head}, week of {format_week(shown.weeks[-1])}",
        ),
        buttons=buttons,
        footer=footer(shown, tool, None, (metric.id,)),
    )


def measure(question: Question, view: View) -> str:
    """Return the id of the metric that departments are ranked by."""
    return next((each for each in question.metrics if metrics()[each].needs), "") or LEAD.get(view.id, view.metrics[0])

"""From a Question to the Card that answers it. The same for the terminal, the chat page and Slack."""

from dataclasses import dataclass, replace

from bot.answers.across_tools import tools_card
from bot.answers.advice import advice_of
from bot.answers.asking_back import asked_back, by_location_card, declined_card, help_card, shifted
from bot.answers.chart_table import table_of
from bot.answers.found import changes_card, recommended_card
from bot.answers.history import VIEW as BASELINE
from bot.answers.history import baseline_card
from bot.answers.impact_card import impact_card
from bot.answers.merging import merge_words
from bot.answers.moved import CANT_TELL, ahead, cause, definition, strongest, sure, sureness
from bot.answers.moved import told as moved_in_words
from bot.answers.overlap import ASK, overlap_card
from bot.answers.ranked import ranked_card
from bot.answers.renewal_card import renewal_card
from bot.answers.reported import ACTIVE, footer, is_of_seats, missing, named
from bot.answers.reported import told as _told
from bot.answers.spans import spans_card
from bot.answers.status_card import status_card
from bot.answers.view_chart import chart_of
from bot.answers.whole import whole_words
from bot.answers.wording import field, phrase, sentence, titled, tool_name
from bot.card import Advice, Button, Card, Table
from bot.conversation.understand import Understanding, understand
from bot.conversation.vocabulary import Vocabulary, vocabulary_of
from bot.format import format_week
from bot.running.status import status_of
from bot.settings import Settings
from insights.basis import Basis
from insights.catalogue import metrics, views
from insights.engine import examine
from insights.memory.recall import hushed
from insights.merging import REPORTED_BY
from insights.question import Question, Weeks
from insights.series import ALL_TOOLS, COMPANY, DEFAULT_WEEKS, Panel, panel
from insights.view import ChartPlan, View
from insights.weekly import UNMAPPED
from insights.whole import whole_of
from insights.words import listing
from storage.reading import tools

MOST_FIELDS = 8
MOST_ADVICE = 3
MOST_COLUMNS = 5
LONGER = 26
NOT_TOGETHER = (
    "There is no one number for all tools together, since not every tool reports what it takes. Ask about one of "
    "them, or compare them with “vs”."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was understood, and the card that answers it."""

    understanding: Understanding
    card: Card


def ask(text: str, basis: Basis, settings: Settings | None = None) -> Answer:
    """Answer what somebody typed. `settings` say which sources there are, and when they are read."""
    vocabulary = vocabulary_of(basis)
    return answered(understand(text, vocabulary, basis.as_of), vocabulary, basis, settings)


def answered(
    understanding: Understanding, vocabulary: Vocabulary, basis: Basis, settings: Settings | None = None
) -> Answer:
    """Return the card for what was understood, or the question back."""
    question = understanding.question
    if question.intent == "decline":
        card = declined_card(understanding.why, basis.min_group_size, vocabulary)
    elif understanding.asks_back:
        # Without a directory and without data every name is unknown, and that is what has to be said.
        known = set(vocabulary.departments) - {UNMAPPED} or panel(basis).weeks
        card = asked_back(understanding, vocabulary) if known else nothing_yet(panel(basis))
    else:
        card = shifted(understanding, answer(question, basis, vocabulary, settings))
    return Answer(understanding=understanding, card=card)


def answer(
    question: Question, basis: Basis, vocabulary: Vocabulary | None = None, settings: Settings | None = None
) -> Card:
    """Return the card that answers `question`; it reads weekly roll-ups only."""
    if question.intent == "decline":
        return declined_card(None, basis.min_group_size, vocabulary or vocabulary_of(basis))
    match question.view:
        case "help":
            return help_card(vocabulary or vocabulary_of(basis))
        case "status":
            return status_card(status_of(basis, settings))
        case view if view == BASELINE:
            return baseline_card(question, basis)
        case _:
            return _tabled(question, _of_numbers(question, basis))


def _of_numbers(question: Question, basis: Basis) -> Card:
    known = tools(basis.store)
    tool = _tool(question, known)
    absent = [each for each in question.tools if each not in known]
    card: Card | None
    if question.locations and not question.departments:
        card = by_location_card(question)
    elif absent:
        card = _no_data(absent, known, basis)
    elif question.view == "renewal":
        card = renewal_card(question, basis)
    elif question.view == "impact":
        card = impact_card(basis, question.departments, panel(basis).reference.name)
    elif question.view == "actions" or question.intent == "recommend":
        card = recommended_card(question, basis, tool)
    elif question.view == "changes":
        card = changes_card(question, basis, tool)
    else:
        card = _numbers(question, basis)
    return card or nothing_yet(panel(basis))


def _tabled(question: Question, card: Card) -> Card:
    """The card with its chart as a table, where a table was asked for."""
    if not question.table or card.chart is None:
        return card
    return replace(card, table=card.table or table_of(card.chart), chart=None)


def _no_data(absent: list[str], known: tuple[str, ...], basis: Basis) -> Card:
    """The card about tools of which there is no data."""
    if not known:
        return nothing_yet(panel(basis))
    return Card(
        title=f"{named(absent)} · no data",
        text=(
            f"There is no data about {named(absent)}: it is not among the sources that are read. There is about "
            f"{named(known)}."
        ),
        buttons=tuple(Button(label=tool_name(each), ask=tool_name(each)) for each in known[:3]),
    )


def _numbers(question: Question, basis: Basis) -> Card:
    """The card of a view."""
    view = views()[question.view]
    known = tools(basis.store)
    if any(metrics()[each].across for each in question.metrics):
        return _overlap(question, known, basis)
    if len(question.tools) > 1 or view.chart.kind == "by_tool" or question.by == "tool":
        return _across_tools(question, view, known, basis)
    tool = _tool(question, known)
    # Findings are always judged on the default window, whatever span the chart shows.
    judged = panel(basis, tools=(tool,))
    shown = judged if question.weeks is None else panel(basis, weeks=question.weeks, tools=(tool,))
    if not shown.weeks:
        return _not_then(judged)
    return _of_one_tool(question, view, shown, judged, basis)


def _of_one_tool(question: Question, view: View, shown: Panel, judged: Panel, basis: Basis) -> Card:
    """The card about one tool, or all of them together: ranked, over two spans, of several departments or of one."""
    tool, buttons = shown.tools[0], _buttons(question, view, shown, tools(basis.store))
    apart = question.by == "department" and not question.departments and question.metrics
    if question.intent == "rank" or apart:
        return ranked_card(question, view, shown, tool, buttons)
    if question.compare is not None and len(question.departments) < 2:
        other = panel(basis, weeks=question.compare, tools=(tool,))
        return spans_card(question, view, shown, other, tool, buttons) if other.weeks else _not_then(judged)
    if len(question.departments) > 1:
        return _comparison(question, view, shown, tool, basis)
    department = question.departments[0] if question.departments else COMPANY
    if department and shown.cell(_asked(question, view)[0], department, tool).suppressed:
        return _too_few(department, view, shown, tool)
    return _about_one(question, view, shown, judged, basis)


def _about_one(question: Question, view: View, shown: Panel, judged: Panel, basis: Basis) -> Card:
    """The card about the company or one department, with what was found about it and why it is so."""
    tool, department = shown.tools[0], question.departments[0] if question.departments else COMPANY
    advice = _advice(view, judged, department, tool, tools(basis.store), basis)
    card = replace(_one(question, view, shown, tool, basis), advice=advice)
    wanted = _asked(question, view)
    match question.intent:
        case "explain":
            why = _explained(wanted, card.text, judged, department, tool)
            meaning = definition(wanted[0], judged.reference.name) if wanted else ""
            told = (meaning, card.text) if question.meaning else (why, meaning)
            return replace(card, text=" ".join(filter(None, told)))
        case "forecast":
            return replace(card, text=_ahead(wanted, card.text, judged, department, tool))
        case _:
            sure = sureness(judged, wanted[0], department, tool) if wanted else ""
            return replace(card, text=f"{card.text} {sure}".strip())


def _explained(wanted: tuple[str, ...], text: str, judged: Panel, department: str, tool: str) -> str:
    """What moved beyond chance and where that lies; or that nothing did."""
    change = strongest(judged, wanted, department, tool)
    if change is None:
        return f"{text} Nothing in it moved more than by chance, so there is no change to explain."
    about = titled(metrics()[change.metric], judged.reference.name)
    because = cause(judged, change) or "No department, tool or part of it explains most of that."
    told = moved_in_words(judged, change)
    return f"{about}: {told[0].lower()}{told[1:]} {because} {sure(judged, change)}"


def _ahead(wanted: tuple[str, ...], text: str, judged: Panel, department: str, tool: str) -> str:
    """That what comes can't be told, and which way it has been going."""
    change = strongest(judged, wanted, department, tool)
    so_far = (
        f"So far: {titled(metrics()[change.metric], judged.reference.name)}: {moved_in_words(judged, change)}"
        if change is not None
        else "So far nothing in it moves more than by chance."
    )
    guess = next(filter(None, (ahead(judged, each, department, tool) for each in wanted)), "")
    return f"{guess or CANT_TELL} Now: {text} {so_far}"


def _not_then(newest: Panel) -> Card:
    """The card for weeks of which there is no data, or that are not over."""
    if not newest.weeks:
        return nothing_yet(newest)
    return Card(
        title="No complete week then",
        text=(
            "There is no complete week of data in that time. The latest is the week of "
            f"{format_week(newest.weeks[-1])}, and data goes back {newest.history} weeks from it."
        ),
        buttons=(Button(label="Latest weeks", ask="overview"), Button(label="Data status", ask="status")),
        footer=" ".join(newest.notes),
    )


def _across_tools(question: Question, view: View, known: tuple[str, ...], basis: Basis) -> Card:
    """The card that sets tools beside each other, of the company or of departments."""
    shown = panel(basis, weeks=question.weeks or DEFAULT_WEEKS, tools=(ALL_TOOLS, *(question.tools or known)))
    if not shown.weeks:
        return nothing_yet(shown)
    if len(question.departments) == 1 and shown.cell(ACTIVE, question.departments[0]).suppressed:
        return _too_few(question.departments[0], view, shown, ALL_TOOLS)
    buttons = _buttons(question, view, shown, known)
    if shown.cell("several_tools").value:
        who = " vs ".join(question.departments)
        buttons = (Button(label="Seats in several tools", ask=f"{ASK} {who}".strip()), *buttons)
    wholes = {each: whole_of(shown, basis, each) for each in shown.tools if each != ALL_TOOLS}
    return tools_card(question, view, shown, known, buttons, wholes)


def _overlap(question: Question, known: tuple[str, ...], basis: Basis) -> Card:
    """The card about people with seats in several tools."""
    shown = panel(basis, weeks=question.weeks or DEFAULT_WEEKS)
    if not shown.weeks:
        return nothing_yet(shown)
    who = " vs ".join(question.departments)
    tools_too = (Button(label="Tools", ask=f"tools {who}".strip()),) if len(known) > 1 else ()
    whole = (Button(label="Whole company", ask=ASK),) if question.departments else ()
    buttons = (*tools_too, Button(label="Licences", ask=f"licenses {who}".strip()), *whole)
    card = overlap_card(shown, question.departments, buttons)
    if question.departments or question.weeks is not None:
        return card
    return replace(card, advice=_advice(views()["tools"], shown, COMPANY, ALL_TOOLS, known, basis))


def _tool(question: Question, known: tuple[str, ...]) -> str:
    """The one tool asked about, or the only one there is; else all of them together."""
    wanted = question.tools or known
    return wanted[0] if len(wanted) == 1 else ALL_TOOLS


def by_tool(basis: Basis, shown: Panel, tool: str) -> Panel | None:
    """Return the newest week of `shown` tool by tool, where its numbers are about several tools together."""
    known = tools(basis.store)
    if tool != ALL_TOOLS or len(known) < 2:
        return None
    return panel(basis, weeks=Weeks(first=shown.weeks[-1], last=shown.weeks[-1]), tools=known)


def _asked(question: Question, view: View) -> tuple[str, ...]:
    return tuple(each for each in (question.metrics or view.metrics) if metrics()[each].needs)


def _one(question: Question, view: View, shown: Panel, tool: str, basis: Basis) -> Card:
    """The card about the company or one department."""
    department = question.departments[0] if question.departments else COMPANY
    wanted = _asked(question, view)
    told = [each for each in (field(shown, metrics()[metric], department, tool) for metric in wanted) if each]
    plan = _plan(question, view)
    each = by_tool(basis, shown, tool)
    text = _text(wanted, shown, department, tool, asked=bool(question.metrics))
    if each is not None and not any(shown.cell(metric, department, tool).value is not None for metric in wanted[:3]):
        text = NOT_TOGETHER if missing(each, wanted[:3], each.tools) else text
    if (view.id, tool, department, question.metrics) == ("overview", REPORTED_BY, COMPANY, ()):
        text = f"{text} {merge_words(basis, shown.weeks[-1])}"
    if tool != ALL_TOOLS and not department and (not question.metrics or "metered_cost" in question.metrics):
        text = f"{text} {whole_words({tool: whole_of(shown, basis, tool)}, shown.currency)}".strip()
    return Card(
        title=_title(view, department, tool, question),
        text=text,
        fields=tuple(told[:MOST_FIELDS]),
        chart=chart_of(plan, shown, (department,) if department else (), tool),
        table=_by_department(wanted, shown, tool) if plan.kind in ("scatter", "bars") and not department else None,
        buttons=_buttons(question, view, shown, tools(basis.store)),
        footer=footer(shown, tool, each, wanted),
    )


def _advice(
    view: View, judged: Panel, department: str, tool: str, known: tuple[str, ...], basis: Basis
) -> tuple[Advice, ...]:
    """The findings about a department, or of a view; the overview tells those of every view."""
    found = examine(judged, tool=tool, limit=None, memory=hushed(basis.store, basis.as_of)).findings
    about = [each for each in found if not department or department in each.departments]
    mine = [each for each in about if department or view.id in ("overview", each.view)]
    return tuple(advice_of(each, known) for each in mine[:MOST_ADVICE])


def _plan(question: Question, view: View) -> ChartPlan:
    """The view's own chart, or one of the metrics that were asked for by name."""
    drawable = tuple(each for each in question.metrics if metrics()[each].needs)
    if not drawable:
        return view.chart
    same_unit = tuple(each for each in drawable if metrics()[each].unit == metrics()[drawable[0]].unit)
    return ChartPlan(kind="lines", metrics=same_unit[:3], title=metrics()[drawable[0]].title)


def _title(view: View, department: str, tool: str, question: Question) -> str:
    what = metrics()[question.metrics[0]].title if question.metrics else view.title
    return f"{department or 'Whole company'} · {what} · {tool_name(tool)}"


def _text(wanted: tuple[str, ...], shown: Panel, department: str, tool: str, *, asked: bool) -> str:
    """The number first, with its change; then the next two; a department beside the company."""
    told = [each for each in (sentence(shown, metric, department, tool) for metric in wanted[:3]) if each]
    use = tuple(each for each in wanted if asked or not told or not is_of_seats(metrics()[each]))
    gaps = missing(shown, use, (tool,)) if tool != ALL_TOOLS else ""
    people = shown.cell(ACTIVE, department, tool)
    if not people.value and not people.suppressed and not any(is_of_seats(metrics()[each]) for each in wanted[:1]):
        who = f"in {department} used {tool_name(tool)}" if department else f"used {tool_name(tool)}"
        nobody = f"Nobody {who} in the week of {format_week(shown.weeks[-1])}."
        return f"{nobody} {said}." if (said := ". ".join(f"{each[0].upper()}{each[1:]}" for each in told)) else nobody
    if not told:
        return gaps or f"Nothing was reported for this in the week of {format_week(shown.weeks[-1])}."
    said = ". ".join(f"{each[0].upper()}{each[1:]}" for each in told) + "."
    company = shown.cell(wanted[0], COMPANY, tool).value
    if department and company is not None:
        said += f" The whole company: {phrase(metrics()[wanted[0]], company, shown.currency, shown.reference.name)}."
    return f"{said} {gaps}".strip()


def _comparison(question: Question, view: View, shown: Panel, tool: str, basis: Basis) -> Card:
    wanted = _asked(question, view)[:MOST_FIELDS]
    names = question.departments
    rows = tuple(
        (
            titled(metrics()[metric], shown.reference.name),
            *(_told(shown, metric, name, tool) for name in names),
            _told(shown, metric, COMPANY, tool),
        )
        for metric in wanted
    )
    plan = _plan(question, view)
    lead = plan.metrics[-1] if plan.kind == "two_lines" else wanted[0]
    values = [(name, shown.latest(lead, name, tool)) for name in names]
    ranked = sorted(((v, name) for name, v in values if v is not None), reverse=True)
    gaps = missing(shown, (lead,), (tool,)) if tool != ALL_TOOLS else ""
    told = [f"{name} {phrase(metrics()[lead], value, shown.currency, shown.reference.name)}" for value, name in ranked]
    untold = [name for name, value in values if value is None]
    hidden = f" Of {listing(untold, most=4)} there is no number that may be shown." if untold and told else ""
    few = f"Too few people are active in {listing(names)} to tell."
    return Card(
        title=f"{listing(names)} · {view.title} · {tool_name(tool)}",
        text=f"{listing(told, most=4)}.{hidden}" if told else gaps or few,
        chart=chart_of(plan, shown, names, tool),
        table=Table(
            columns=("", *names, "Company"), rows=rows, numeric=tuple(range(1, len(names) + 2)), caption=view.title
        ),
        buttons=_buttons(question, view, shown, tools(basis.store)),
        footer=footer(shown, tool, by_tool(basis, shown, tool), wanted),
    )


def _by_department(wanted: tuple[str, ...], shown: Panel, tool: str) -> Table | None:
    columns = [each for each in wanted if any(_known(shown, each, name, tool) for name in shown.departments)]
    columns = columns[:MOST_COLUMNS]
    if not columns:
        return None
    first = columns[0]
    names = sorted(shown.departments, key=lambda name: (-(shown.latest(first, name, tool) or 0), name))
    return Table(
        columns=("Department", *(titled(metrics()[each], shown.reference.name) for each in columns)),
        rows=tuple((name, *(_told(shown, each, name, tool) for each in columns)) for name in names),
        numeric=tuple(range(1, len(columns) + 1)),
        caption=f"By department, week of {format_week(shown.weeks[-1])}",
    )


def _known(shown: Panel, metric: str, department: str, tool: str) -> bool:
    return shown.cell(metric, department, tool).value is not None


def _too_few(department: str, view: View, shown: Panel, tool: str) -> Card:
    return Card(
        title=f"{department} · {view.title} · {tool_name(tool)}",
        text=(
            f"Too few people in {department} were active to show its numbers without telling about single people: "
            f"nothing is shown about fewer than {shown.min_group_size}, nor what would give such a number away."
        ),
        buttons=(Button(label="Whole company", ask=view.id),),
        footer=footer(shown, tool),
    )


def nothing_yet(shown: Panel) -> Card:
    """Return the card for when no complete week has data."""
    return Card(
        title="Nothing to tell yet",
        text="There is no complete week of data yet. `ai-usage ingest` reads logs, `ai-usage status` shows how far.",
        footer=" ".join(shown.notes),
    )


def _buttons(question: Question, view: View, shown: Panel, known: tuple[str, ...]) -> tuple[Button, ...]:
    who = " ".join((" vs ".join(question.departments), *map(tool_name, question.tools))).strip()
    about = f"{view.id} {who}".strip()
    buttons = []
    if question.weeks is None and shown.history > DEFAULT_WEEKS:
        buttons.append(Button(label=f"Last {LONGER} weeks", ask=f"{about} last {LONGER} weeks"))
    buttons += [
        Button(label=other.title, ask=f"{other.id} {who}".strip())
        for other in views().values()
        if other.id not in (view.id, "overview")
        and not (question.departments and other.id == "departments")
        and other.chart.kind != "by_tool"
    ][:3]
    if len(known) > 1 and view.chart.kind != "by_tool":
        buttons.append(Button(label="Tools", ask=" ".join(("tools", " vs ".join(question.departments))).strip()))
    if question.departments:
        buttons.append(Button(label="Whole company", ask=view.id))
    if wanted := _asked(question, view):
        buttons.append(Button(label="What is this number?", ask=f"what is {metrics()[wanted[0]].title}"))
    return tuple(buttons)


def question_in_json(understanding: Understanding) -> dict[str, object]:
    """Return the question in the stable shape that `ask --json` prints."""
    question = understanding.question
    return {
        "view": question.view,
        "metrics": question.metrics,
        "departments": question.departments,
        "tools": question.tools,
        "weeks": _weeks_in_json(question.weeks),
        "locations": question.locations,
        "by": question.by,
        "compare": _weeks_in_json(question.compare) if question.compare else None,
        "rank": {"order": question.rank.order, "count": question.rank.count} if question.rank else None,
        "intent": question.intent,
    }


def _weeks_in_json(weeks: Weeks | None) -> dict[str, object]:
    return {"from": weeks.first, "to": weeks.last} if weeks else {"from": None, "to": None}

"""The weekly digest: a written summary, the headline numbers, the chart that matters, findings, and the six views.

Where there are several tools, the view of tools is the seventh.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.actions.open_actions import overdue_in_words
from bot.answers.advice import advice_of, state_of
from bot.answers.answer import answer, by_tool
from bot.answers.learnt import effects_due, with_record
from bot.answers.reported import footer
from bot.answers.view_chart import chart_of
from bot.answers.wording import field, sentence, tool_name
from bot.card import Advice, Button, Card, Digest, Field
from bot.format import format_value, format_week
from insights.basis import Basis
from insights.catalogue import metrics, views
from insights.engine import MOST, Examination, examine
from insights.finding import Finding
from insights.impact import Record, impacts, records
from insights.memory.recall import note, recall
from insights.question import Question
from insights.series import ALL_TOOLS, COMPANY, Panel, panel
from insights.signs import judged
from insights.words import counted, listing
from storage.reading import tools

HEADLINES = (
    "weekly_active_users",
    "sessions_per_active_user",
    "messages_per_session",
    "characters_per_prompt",
    "older_model_share",
    "unused_spend",
)
"""What a leader reads in five seconds; the views in the thread have the others."""

CHART = "depth"


def weekly_digest(
    basis: Basis, organisation: str, quiet: Callable[[Finding], bool] = lambda _: False
) -> tuple[Digest | None, Examination]:
    """Return the digest of the latest complete week, and what the engine saw. Findings that are `quiet` are left out.

    The digest is None while there is no complete week. Making it notes nothing: see `remember`.
    """
    tool = main_tool(basis)
    shown, seen = examined(basis, tool)
    if not shown.weeks:
        return None, seen
    loud = [each for each in (*seen.findings, *seen.others) if not quiet(each)]
    seen = replace(seen, findings=tuple(loud[:MOST]), others=tuple(loud[MOST:]))
    done = impacts(basis)
    card = Card(
        title=f"{organisation}: AI usage, week of {format_week(shown.weeks[-1])}",
        text=_summary(shown, tool, seen, effects_due(done, basis, shown.weeks[-1], shown.reference.name)),
        fields=tuple(each for each in (_headline(shown, metric, tool) for metric in HEADLINES) if each),
        chart=chart_of(views()[CHART].chart, shown, (), tool),
        advice=_advice(seen, tools(basis.store), basis, records(done)),
        resolved=tuple(f"{each.words}." for each in seen.resolved),
        buttons=_buttons(seen),
        footer=" ".join(
            filter(None, (overdue_in_words(basis), footer(shown, tool, by_tool(basis, shown, tool), HEADLINES)))
        ),
    )
    # One tool is not set beside others.
    left_out = {"overview", "proficiency", *(() if tool == ALL_TOOLS else ("tools",))}
    told = tuple(answer(Question(view=each), basis) for each in views() if each not in left_out)
    return Digest(
        week=shown.weeks[-1], card=card, views=tuple(replace(each, advice=(), footer="") for each in told)
    ), seen


def examined(basis: Basis, tool: str, limit: int | None = MOST) -> tuple[Panel, Examination]:
    """Return the panel of a tool and what the engine finds in it, beside what earlier digests told."""
    shown = panel(basis, tools=(tool,))
    memory = recall(basis.store, shown.weeks[-1], basis.as_of) if shown.weeks else None
    # With each tool beside all of them together, a change can be told to lie in one.
    beside = panel(basis, tools=(tool, *tools(basis.store))) if tool == ALL_TOOLS else shown
    return shown, examine(beside, tool=tool, limit=limit, memory=memory, records=records(impacts(basis)))


def remember(basis: Basis, digest: Digest, seen: Examination) -> None:
    """Note what a digest told, for the digests of later weeks: when it is given to somebody, not when it is looked at.

    Noting the same digest again changes nothing.
    """
    note(
        basis.store,
        digest.week,
        told=seen.findings,
        untold=(*seen.others, *(each.finding for each in seen.quiet)),
        resolved=tuple(each.seen for each in seen.resolved),
    )


def main_tool(basis: Basis) -> str:
    """Return the one tool there is data about, or '*' for all of several together."""
    known = tools(basis.store)
    return known[0] if len(known) == 1 else ALL_TOOLS


def _headline(shown: Panel, metric: str, tool: str) -> Field | None:
    return field(shown, metrics()[metric], COMPANY, tool)


def _advice(
    seen: Examination, known: tuple[str, ...], basis: Basis, learnt: Mapping[str, Record]
) -> tuple[Advice, ...]:
    """The findings in words. That all of them are new, as in the first digest, is not said of each."""
    states = [state_of(each) for each in seen.findings]
    earlier = any(each.state != "new" for each in seen.findings)
    return tuple(
        replace(with_record(advice_of(each, known), each, learnt, basis), state=state if earlier else "")
        for each, state in zip(seen.findings, states, strict=True)
    )


def _summary(shown: Panel, tool: str, seen: Examination, effects: str) -> str:
    """What a leader needs in a few sentences, each filled from computed numbers."""
    name = tool_name(tool)
    opening = [sentence(shown, metric, COMPANY, tool) for metric in ("weekly_active_users", "messages_per_session")]
    told = [
        _joined(f"{name[0].upper()}{name[1:]}: ", opening),
        _extremes(shown, tool),
        _spenders(shown, tool),
        _count(seen),
        effects,
    ]
    return " ".join(each for each in told if each)


def _joined(start: str, parts: list[str]) -> str:
    """The parts in one sentence. Over how many weeks they changed is said once, at its end."""
    told = [each for each in parts if each]
    if not told:
        return ""
    _, over, span = told[-1].rpartition(" over ")
    shorter = [each.removesuffix(f"{over}{span}") if over else each for each in told[:-1]]
    return f"{start}{'; '.join((*shorter, told[-1]))}."


def _extremes(shown: Panel, tool: str) -> str:
    """The deepest department, and the one that comes most often, over the last four weeks."""
    deep = _ranked(shown, "messages_per_session", tool)
    often = _ranked(shown, "sessions_per_active_user", tool)
    if len(deep) < 3 or not often:
        return ""
    top, name = deep[0]
    times, frequent = often[0]
    among = "" if shown.whole is shown else "Of the departments told of here, "
    if name == frequent:
        often_too = f"and comes most often ({times:.1f} sessions a week)"
        return f"{among}{name} goes deepest ({top:.1f} messages per session) {often_too}."
    depth = {each: value for value, each in deep}.get(frequent)
    at = f" at {depth:.1f} messages" if depth is not None else ""
    return (
        f"{among}{name} goes deepest ({top:.1f} messages per session); {frequent} comes most often "
        f"({times:.1f} sessions a week{at})."
    )


def _ranked(shown: Panel, metric: str, tool: str) -> list[tuple[float, str]]:
    values = ((shown.over(metric, name, 4, tool), name) for name in judged(shown))
    return sorted(((value, name) for value, name in values if value is not None), reverse=True)


def _spenders(shown: Panel, tool: str) -> str:
    """The two departments that the most is spent on, their share, and how much of it is used."""
    total = shown.latest("monthly_spend", COMPANY, tool)
    spend = sorted(
        ((shown.latest("monthly_spend", name, tool) or 0.0, name) for name in shown.departments), reverse=True
    )[:2]
    if not total or len(shown.departments) < 3 or len(spend) < 2:
        return ""
    share = sum(value for value, _ in spend) / total
    names = [name for _, name in spend]
    assigned = sum(shown.latest("seats_assigned", name, tool) or 0 for name in names)
    active = sum(shown.latest("seats_active", name, tool) or 0 for name in names)
    used = f", with {format_value(active / assigned, 'percent')} of their seats in use" if assigned else ""
    return (
        f"{listing(names)} account for {format_value(share, 'percent')} of the "
        f"{format_value(total, 'money', shown.currency)} monthly seat spend{used}."
    )


def _count(seen: Examination) -> str:
    number = len(seen.findings)
    if number == 0:
        return f"Nothing notable this week: {looked_at(seen)}."
    told = f"{'One finding' if number == 1 else f'{number} findings'} below, each with what to do"
    if all(each.state == "still" for each in seen.findings):
        return f"Nothing new this week: {told}, {'was' if number == 1 else 'were'} told before."
    return f"{told}."


def looked_at(seen: Examination, *, tried: bool = True) -> str:
    """Return "9 departments, 14 metrics and 5 tools were looked at over 26 weeks, 638 hypotheses tried"."""
    scope = seen.scope
    counts = ((scope.departments, "department"), (scope.metrics, "metric"), (scope.tools, "tool"))
    what = listing([counted(number, name) for number, name in counts if number])
    many = f", {counted(seen.tried, 'hypothesis', 'hypotheses')} tried" if tried and seen.tried else ""
    return f"{what} were looked at over {counted(scope.weeks, 'week')}{many}"


def _buttons(seen: Examination) -> tuple[Button, ...]:
    """One question per department that a finding names, then the views."""
    named = dict.fromkeys(name for finding in seen.findings for name in finding.departments if name)
    about = [Button(label=name, ask=name) for name in list(named)[:3]]
    return (*about, Button(label="Models", ask="models"), Button(label="Licences", ask="licenses"))

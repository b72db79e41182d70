"""A finding explained: what it rests on, how sure it is, how its number went, and what was done about it."""

from collections.abc import Iterator
from dataclasses import replace

from bot.actions.taking import standing
from bot.answers.advice import advice_of, state_of
from bot.answers.view_chart import chart_of
from bot.answers.wording import tool_name
from bot.card import Advice, Card, Field
from bot.format import format_change, format_value
from insights.basis import Basis
from insights.catalogue import metrics
from insights.detectors import DETECTORS
from insights.finding import ANYWHERE, Evidence, Finding
from insights.metric import Metric
from insights.series import panel
from insights.view import ChartPlan
from insights.words import counted, day, listing
from storage.reading import tools
from storage.taken import of_finding

MOST_LINES = 4
WEEKS = 26
LEAST_CHANCE = 0.001
LOOKS_FOR = {each.id: each.looks_for for each in DETECTORS}


def explained(finding: Finding, basis: Basis) -> Card:
    """Return everything that is known of a finding, with its number's course over half a year."""
    metric = metrics()[finding.metric]
    shown = panel(basis, weeks=WEEKS, tools=(finding.tool,))
    plan = ChartPlan(kind="lines", metrics=(metric.id,), title=metric.title)
    where = finding.departments[:MOST_LINES]
    return Card(
        title=f"{listing(finding.departments) or 'Whole company'} · {metric.title} · {tool_name(finding.tool)}",
        text=" ".join(_evidence(finding, metric, shown.currency)),
        fields=tuple(_fields(finding.evidence, metric, shown.currency)),
        chart=chart_of(plan, shown, where, finding.tool) if metric.needs else None,
        advice=(_advice(finding, basis),),
        footer=_footer(finding, basis),
    )


def _advice(finding: Finding, basis: Basis) -> Advice:
    return replace(advice_of(finding, tools(basis.store) if finding.tool == ANYWHERE else ()), state=state_of(finding))


def _fields(evidence: Evidence, metric: Metric, currency: str) -> Iterator[Field]:
    yield Field(
        label="Now",
        value=format_value(evidence.value, metric.unit, currency),
        change=format_change(evidence.change, metric.unit, currency),
        note="estimated" if evidence.estimated else "",
    )
    if evidence.before is not None:
        yield Field(label="Before", value=format_value(evidence.before, metric.unit, currency))
    yield Field(label="People it is about", value=f"{evidence.people:,}")
    yield Field(label="Complete weeks looked at", value=f"{evidence.weeks:,}")


def _evidence(finding: Finding, metric: Metric, currency: str) -> Iterator[str]:
    """Yield sentences: how wide the change may be, what chance alone would do, and since when it is so and told."""
    evidence = finding.evidence
    if evidence.low is not None and evidence.high is not None:
        low, high = (format_change(each, metric.unit, currency) for each in (evidence.low, evidence.high))
        yield f"The change is {low} to {high}, with a certainty of 90%."
    if evidence.q is not None:
        yield f"Without any change, as much would be seen in {_chance(evidence.q)} of what was looked at."
    elif finding.direction == 0:
        yield "This is about how things stand and not about a change, so no chance is worked out for it."
    if evidence.since is not None:
        yield f"It holds from the week of {day(evidence.since)} on."
    if finding.first_week is not None:
        times = counted(finding.weeks_told, "digest", "digests")
        yield f"It was first told in the week of {day(finding.first_week)}, in {times} so far."
    yield (
        f"It ranks by impact {finding.impact:.2f} × confidence {finding.confidence:.2f} × novelty "
        f"{finding.novelty:.2f} × ease {finding.actionable:.2f} = {finding.rank:.2f}."
    )


def _chance(chance: float) -> str:
    return "fewer than one in a thousand" if chance < LEAST_CHANCE else format_value(chance, "percent")


def _footer(finding: Finding, basis: Basis) -> str:
    looked = LOOKS_FOR.get(finding.detector, "")
    done = [standing(each) for each in of_finding(basis.store, finding.key)[:3]]
    parts = [f"Week of {day(finding.week)}", f"looks for: {looked}" if looked else "", *done]
    return " · ".join(part for part in parts if part)

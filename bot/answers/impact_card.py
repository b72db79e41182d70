"""The card that says whether actions helped, and what could not be told."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from bot.actions.taking import RAW
from bot.answers.wording import titled
from bot.card import Button, Card, Table
from bot.format import format_day, format_value
from insights.basis import Basis
from insights.catalogue import metrics
from insights.effects import Effect, Reason
from insights.impact import BEFORE, WAITS, Impact, Look, Plan, Record, impacts, records
from insights.metric import Metric
from insights.signs import filled
from insights.words import counted, listing, tool_name

VIEW = "impact"
MOST_TOLD, MOST_ROWS, MOST_RECORDS = 2, 12, 5
NOTHING_DONE = (
    "No action was noted as done yet. Press “Done” under a finding, or type “did prompt workshop for Sales on 12 May”: "
    "4, 8 and 12 weeks later I say whether it helped."
)
NO_RETURN = "What the use of AI brings in money or time is not measured."
HOW = (
    f"Fixed before looking: the metric, the departments, and up to {BEFORE} weeks before against "
    f"{listing([str(each) for each in WAITS])} weeks after, beside departments that were not reached and stood as high "
    "before. Ranges are 90 % intervals."
)


def impact_card(basis: Basis, departments: Sequence[str] = (), reference: str = "the reference model") -> Card:
    """Return what became of every action that was done, or of those that reached `departments`."""
    every = impacts(basis)
    found = [each for each in every if not departments or set(departments) & set(each.plan.reached)]
    if basis.visible is not None:
        found = [each for each in found if set(each.plan.reached) <= set(basis.visible)]
    title = f"{listing(departments)} · Did it help?" if departments else "Did it help?"
    buttons = (
        Button(label="Open actions", ask="actions"),
        Button(label="What it costs", ask=f"licenses {' vs '.join(departments)}".strip()),
        Button(label="How deeply it is used", ask=f"depth {' vs '.join(departments)}".strip()),
    )
    if not found:
        return Card(title=title, text=f"I can't tell yet. {NOTHING_DONE}", buttons=buttons, footer=NO_RETURN)
    told = [impact_in_words(each, basis.currency, reference) for each in found[:MOST_TOLD]]
    learnt = [record_in_words(each, basis.currency) for each in records(every).values() if each.times > 1]
    return Card(
        title=title,
        text=" ".join((*told, *learnt[:MOST_RECORDS])),
        table=_table(found, basis.currency),
        buttons=buttons,
        footer=f"{HOW} {NO_RETURN}",
    )


def impact_in_words(impact: Impact, currency: str, reference: str = "the reference model") -> str:
    """Return what the latest look says of an action, in sentences; what is still to come where none was due."""
    plan, last = impact.plan, impact.last
    metric = metrics()[plan.metric]
    what = f"{title_of(plan)}, done on {format_day(plan.done)} {plan.done.year}"
    if last is None or last.effect is None:
        due = impact.looks[0].due
        noun = titled(metric, reference)
        return f"{what}: can't tell yet. “{noun}” is looked at on {format_day(due)} {due.year}, {WAITS[0]} weeks on."
    late = " It was noted after these weeks could be seen, so take it with care." if plan.late else ""
    return f"{what}: after {last.weeks} weeks, {effect_in_words(last.effect, metric, currency, reference)}{late}"


def effect_in_words(effect: Effect, metric: Metric, currency: str, reference: str = "the reference model") -> str:
    """Return "it helped: 1.1 messages per session more than without it (0.4 to 1.8) …", with what could be seen."""
    if effect.estimate is None or effect.low is None or effect.high is None:
        return f"it can't be told: {_why(effect.reason)}."
    noun = titled(metric, reference)
    noun = noun[0].lower() + noun[1:]
    size = format_value(abs(effect.estimate), metric.unit, currency)
    way = "more" if effect.estimate > 0 else "less"
    between = f"{_signed(effect.low, metric, currency)} to {_signed(effect.high, metric, currency)}"
    beside = (
        f"beside {counted(effect.compared, 'department')} that {'was' if effect.compared == 1 else 'were'} not reached"
    )
    line = ", its own course before allowed for" if effect.line else ""
    match effect.verdict:
        case "helped" | "harmed":
            did = "it helped" if effect.verdict == "helped" else "it went the wrong way"
            return f"{did}: {noun} {size} {way} than without it ({between}), {beside}{line}."
        case "no difference":
            return f"it made no difference worth a word in {noun} ({between}), {beside}{line}."
        case "can't tell":
            least = format_value(effect.smallest_seen, metric.unit, currency)
            return (
                f"it can't be told: {noun} {size} {way} than without it, and anything from {between} fits, "
                f"{beside}{line}. An effect under {least} could not have been seen."
            )
        case _:
            assert_never(effect.verdict)


def record_in_words(record: Record, currency: str) -> str:
    """Return "Prompt workshops, 3 times so far: +1.1 messages per session, +0.4 to +1.8."."""
    metric = metrics()[record.metric]
    noun = metric.title[0].lower() + metric.title[1:]
    said = (
        f"{_bare(record.action)}, {counted(record.times, 'time')} so far: {_signed(record.estimate, metric, currency)}"
    )
    return f"{said} {noun}, {_signed(record.low, metric, currency)} to {_signed(record.high, metric, currency)}."


def title_of(plan: Plan) -> str:
    """Return the action's title with its departments; its id where a newer version knew it."""
    made = RAW.get(plan.action)
    if made is None:
        return plan.action
    where = listing(plan.reached) or "the company"
    return filled(made, departments=where, model="a newer model", tool=tool_name(plan.tool)).title


def _bare(action: str) -> str:
    words = action.replace("_", " ")
    return words[:1].upper() + words[1:]


def _why(reason: Reason) -> str:
    match reason:
        case "too few departments":
            return "too few departments were not reached, or can be shown, to compare with"
        case "too few weeks before":
            return "too few weeks are known from before"
        case "too few weeks after":
            return "too few weeks after are known"
        case "already on its way":
            return "it was already moving unlike the others before"
        case "everybody was reached":
            return "everybody was reached, so there is nobody to compare with"
        case "":
            return "too little is known"
        case _:
            assert_never(reason)


def _signed(value: float, metric: Metric, currency: str) -> str:
    told = format_value(abs(value), metric.unit, currency)
    return told if not value else f"{'+' if value > 0 else '−'}{told}"


def _table(found: Sequence[Impact], currency: str) -> Table:
    rows = tuple(
        (
            title_of(each.plan),
            f"{format_day(each.plan.done)} {each.plan.done.year}",
            *(_cell(look, metrics()[each.plan.metric], currency) for look in each.looks),
        )
        for each in found[:MOST_ROWS]
    )
    return Table(
        columns=("Action", "Done", *(f"After {each} weeks" for each in WAITS)),
        rows=rows,
        caption="What it changed, beside departments that were not reached",
    )


def _cell(look: Look, metric: Metric, currency: str) -> str:
    effect = look.effect
    if effect is None:
        return f"from {format_day(look.due)}"
    if effect.estimate is None or effect.low is None or effect.high is None:
        return "can't tell"
    words: Mapping[str, str] = {"helped": "helped", "harmed": "wrong way", "no difference": "no difference"}
    told = words.get(effect.verdict, "can't tell")
    size = _signed(effect.estimate, metric, currency)
    return f"{told}: {size} ({_signed(effect.low, metric, currency)} to {_signed(effect.high, metric, currency)})"

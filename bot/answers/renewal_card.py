"""The card about a renewal: what is paid for and not used, what can be done about it, and by when."""

from collections.abc import Sequence

from bot.answers.wording import tool_name
from bot.card import Advice, Button, Card, Field, Level, Line, LineChart, Table
from bot.format import NOTHING, format_day, format_value, format_week
from insights.basis import Basis
from insights.question import Question
from insights.renewal import DepartmentSeats, Renewal, renewals
from insights.series import Panel, panel
from insights.words import counted, listing

VIEW = "renewal"
MOST_ROWS = 12
WORTH_A_WORD = 0.1
"""Share of sessions on older models from which it says something about what was bought."""

NO_CONTRACT = (
    "No contract is known, so there is no renewal to look ahead to. An administrator writes seats, price, renewal date "
    "and days of notice into `[contracts.<tool>]` of `ai-usage.toml`."
)
THREE_AMOUNTS = (
    "At risk: what unused seats cost until the contract renews. Can be given to others: what idle seats cost a month. "
    "Can be reduced: what a year costs of the seats that even the upper end of the forecast does not need. The three "
    "are about the same seats and are not added up."
)


def renewal_card(question: Question, basis: Basis, advice: tuple[Advice, ...] = ()) -> Card:
    """Return the card about one contract's renewal, or the list of all of them where there are several."""
    found = renewals(basis, question.tools)
    if not found:
        about = f" for {listing([tool_name(each) for each in question.tools])}" if question.tools else ""
        return Card(title="Renewal", text=NO_CONTRACT.replace("is known", f"is known{about}", 1))
    if len(found) > 1:
        return _all(found)
    shown = panel(basis, tools=(found[0].contract.tool,))
    return _one(found[0], shown, question, advice, beside_others(found[0], renewals(basis)))


def _one(renewal: Renewal, shown: Panel, question: Question, advice: tuple[Advice, ...], beside: str) -> Card:
    tool = tool_name(renewal.contract.tool)
    wanted = [
        each for each in renewal.departments if not question.departments or each.department in question.departments
    ]
    told = (
        when_in_words(renewal),
        use_in_words(renewal),
        ahead_in_words(renewal),
        true_up_in_words(renewal),
        waiting(wanted, renewal),
        beside,
        to_negotiate(renewal, shown),
    )
    return Card(
        title=f"{listing(question.departments) or 'Whole company'} · Renewal · {tool}",
        text=" ".join(filter(None, told)),
        fields=tuple(each for each in _fields(renewal) if each),
        chart=_chart(renewal, shown),
        table=_table(renewal, wanted),
        advice=advice,
        buttons=(
            Button(label="Licences", ask=f"licenses {tool}"),
            Button(label="What can we do?", ask="actions licenses"),
        ),
        footer=f"{format_week(renewal.week)}. {THREE_AMOUNTS}",
    )


def when_in_words(renewal: Renewal) -> str:
    """Return when the contract renews and until when notice can be given."""
    renews, days = renewal.contract.renews, renewal.days_to_notice
    tool = tool_name(renewal.contract.tool)
    if renews is None or renewal.notice is None or days is None:
        return f"When the contract for {tool} renews is not known: write `renews` and `notice_days` into the settings."
    said = f"The contract for {tool} renews on {format_day(renews)} {renews.year}"
    if days < 0:
        return f"{said}; the day to give notice, {format_day(renewal.notice)}, is past."
    if not renewal.contract.notice_days:
        return f"{said}, in {counted(days, 'day')}."
    return f"{said}; notice is due by {format_day(renewal.notice)} {renewal.notice.year}, in {counted(days, 'day')}."


def use_in_words(renewal: Renewal) -> str:
    """Return "600 seats are paid for, 458 were used in the last 28 days; 50 are given to nobody and 92 stand idle."."""
    if renewal.purchased is None or renewal.active is None:
        return "How many of its seats are used is not reported."
    paid = counted(round(renewal.purchased), "seat is", "seats are")
    said = f"{paid} paid for, {renewal.active:,.0f} were used in 28 days"
    idle = [
        f"{value:,.0f} {words}"
        for value, words in ((renewal.unassigned, "are given to nobody"), (renewal.idle, "stand idle"))
        if value
    ]
    return f"{said}; {listing(idle)}." if idle else f"{said}."


def ahead_in_words(renewal: Renewal) -> str:
    """Return what is expected on the day of notice, and how many seats that leaves; what can't be told says so."""
    told = renewal.active_then
    if told is None:
        if renewal.notice is None or (renewal.days_to_notice or 0) < 0:
            return ""
        return "How many seats will be in use by then can't be told yet: the history is too short."
    said = f"By then {told.value:,.0f} are expected in use (80 % sure: {told.low:,.0f} to {told.high:,.0f})"
    if not renewal.surplus:
        return f"{said}, so that none can be spared for sure."
    cost = f", {format_value(renewal.reducible, 'money', renewal.currency)} a year" if renewal.reducible else ""
    return f"{said}, so that {counted(renewal.surplus, 'seat', 'seats')} can be given up{cost}."


def true_up_in_words(renewal: Renewal) -> str:
    """Return when seats beyond those bought are billed; empty without such a rule."""
    rule = renewal.contract.true_up
    if rule == "none":
        return ""
    return (
        f"Seats given out beyond those bought are billed {rule} (true-up), and none can be given back before it renews."
    )


def waiting(departments: Sequence[DepartmentSeats], renewal: Renewal) -> str:
    """Return which departments may need more seats than they have, and whether idle ones could go there."""
    full = [each.department for each in departments if each.full]
    if not full:
        return ""
    first = " Idle seats of others could go there before more are bought." if renewal.unused else ""
    return f"{listing(full, most=3)} {'uses' if len(full) == 1 else 'use'} nearly every seat and may need more.{first}"


def beside_others(renewal: Renewal, every: Sequence[Renewal]) -> str:
    """Return what an active person costs a month in this tool and in each other one with a contract."""
    mine = renewal.cost_per_active
    others = sorted(
        (each.cost_per_active, tool_name(each.contract.tool))
        for each in every
        if each.contract.tool != renewal.contract.tool
        and each.cost_per_active is not None
        and each.currency == renewal.currency
    )
    if mine is None or not others:
        return ""
    told = [f"{format_value(cost, 'money', renewal.currency)} in {name}" for cost, name in others[:3]]
    return (
        f"An active person costs {format_value(mine, 'money', renewal.currency)} a month here, beside {listing(told)}."
    )


def to_negotiate(renewal: Renewal, shown: Panel) -> str:
    """Return what to bring to the table, as far as it is known: seats, the mix of models, output beside input, tier."""
    older, ratio = shown.latest("older_model_share"), shown.latest("output_to_input_ratio")
    points = []
    if renewal.surplus:
        points.append(f"{counted(renewal.surplus, 'seat')} fewer")
    if older is not None and older >= WORTH_A_WORD:
        points.append(f"the models ({format_value(older, 'percent')} of sessions below {shown.reference.name})")
    if ratio is not None:
        points.append(f"the tier ({ratio:.1f} tokens written for each one read)")
    if not points or renewal.days_to_notice is None or renewal.days_to_notice < 0:
        return ""
    return f"To negotiate: {listing(points)}."


def _fields(renewal: Renewal) -> tuple[Field | None, ...]:
    def money(label: str, value: float | None, note: str) -> Field | None:
        return (
            None
            if value is None
            else Field(label=label, value=format_value(value, "money", renewal.currency), note=note)
        )

    per = renewal.cost_per_active
    return (
        money("At risk until renewal", renewal.at_risk, "unused seats"),
        money("Can be given to others", renewal.reassignable, "a month"),
        money("Can be reduced at renewal", renewal.reducible, "a year"),
        money("Cost per active person", per, "a month"),
    )


def _chart(renewal: Renewal, shown: Panel) -> LineChart | None:
    values = shown.values("seats_active")
    if not any(each is not None for each in values) or renewal.purchased is None:
        return None
    told = renewal.active_then
    levels = [Level(value=renewal.purchased, label="paid for")]
    ahead = ""
    if told is not None and renewal.notice is not None:
        ahead = f" By {format_day(renewal.notice)} {told.low:,.0f} to {told.high:,.0f} are expected."
    last = next(each for each in reversed(values) if each is not None)
    return LineChart(
        title="Seats used in 28 days, of those paid for",
        weeks=shown.weeks,
        lines=(Line(label="Seats used", values=values, unit="seats"),),
        levels=tuple(levels),
        alt=f"{last:,.0f} seats used of {renewal.purchased:,.0f} paid for.{ahead}",
    )


def _table(renewal: Renewal, departments: list[DepartmentSeats]) -> Table | None:
    rows = tuple(
        (
            each.department,
            *(_seats(value) for value in (each.assigned, each.active, each.idle)),
            "hidden"
            if each.assigned is None
            else NOTHING
            if each.idle_spend is None
            else format_value(each.idle_spend, "money", renewal.currency),
        )
        for each in departments[:MOST_ROWS]
    )
    if not rows:
        return None
    return Table(
        columns=("Department", "Assigned", "Used", "Idle", "Idle, a month"),
        rows=rows,
        numeric=(1, 2, 3, 4),
        caption=f"Seats by department, {format_week(renewal.week)}",
    )


def _seats(value: float | None) -> str:
    return "hidden" if value is None else f"{value:,.0f}"


def _all(found: tuple[Renewal, ...]) -> Card:
    rows = tuple(
        (
            tool_name(each.contract.tool),
            f"{format_day(each.notice)} {each.notice.year}" if each.notice else NOTHING,
            NOTHING if each.purchased is None else f"{each.purchased:,.0f}",
            NOTHING if each.active is None else f"{each.active:,.0f}",
            NOTHING if each.surplus is None else f"{each.surplus:,}",
            NOTHING if each.reducible is None else format_value(each.reducible, "money", each.currency),
        )
        for each in found
    )
    first = next((each for each in found if (each.days_to_notice or -1) >= 0), found[0])
    return Card(
        title="Renewals",
        text=" ".join(each for each in (when_in_words(first), use_in_words(first), ahead_in_words(first)) if each),
        table=Table(
            columns=("Tool", "Notice due", "Paid for", "Used", "To spare", "A year"),
            rows=rows,
            numeric=(2, 3, 4, 5),
            caption="Contracts, the one whose notice is due first first",
        ),
        buttons=tuple(
            Button(label=tool_name(each.contract.tool), ask=f"renewal {tool_name(each.contract.tool)}")
            for each in found[:5]
        ),
        footer=THREE_AMOUNTS,
    )

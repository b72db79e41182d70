"""The card about metered spend: so far this month, by its end, beside the budget; and the alert when it will not do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.answers.wording import tool_name
from bot.card import Button, Card, Table
from bot.format import NOTHING, format_day, format_value
from bot.installation import Installation
from bot.people.rights import rights_of, seen_by
from bot.people.said import Said
from bot.settings import BudgetSettings
from insights.basis import Basis
from insights.budget import MonthlyCost, monthly_costs
from storage import outbox

MOST_DEPARTMENTS = 10
HOW = (
    "From weekly numbers: a week that two months share counts by its days. What a month may cost stands in "
    "`[budgets.<tool>]` of the settings, as `monthly`."
)


def budget(_: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
    """Return the card about metered spend, as far as whoever asks may see it."""
    basis = seen_by(installation.basis(as_of), rights_of(said.asker, installation))
    return budget_card(monthly_costs(basis), installation.settings.budgets)


def budget_card(found: Sequence[MonthlyCost], budgets: Mapping[str, BudgetSettings]) -> Card:
    """Return what each tool's metered use costs this month, and by department that of the dearest one."""
    buttons = (Button(label="Tokens", ask="tokens"), Button(label="Licences", ask="licenses"))
    if not found:
        return Card(
            title="Metered spend",
            text="No tool tells what its metered use costs by person.",
            buttons=buttons,
            footer=HOW,
        )
    rows = [(tool_name(each.tool), *_numbers(each, budgets.get(each.tool))) for each in found]
    dearest = found[0]
    rows += [
        (f"· {name}", format_value(spent, "money", dearest.currency), NOTHING, NOTHING)
        for name, spent in dearest.departments[:MOST_DEPARTMENTS]
    ]
    return Card(
        title=f"Metered spend · {dearest.month:%B %Y}",
        text=" ".join(in_words(each, budgets.get(each.tool)) for each in found[:3]),
        table=Table(
            columns=("Tool, department", "So far", "By its end", "Budget"),
            rows=tuple(rows),
            numeric=(1, 2, 3),
            caption=f"Up to {format_day(dearest.until)}",
        ),
        buttons=buttons,
        footer=HOW,
    )


def in_words(cost: MonthlyCost, budget: BudgetSettings | None) -> str:
    """Return "Claude Code: $820 up to 22 Nov, $1,100 by the end of November (80 % sure: …), above the budget of …"."""

    def money(value: float) -> str:
        return format_value(value, "money", cost.currency)

    said = f"{tool_name(cost.tool)}: {money(cost.spent)} up to {format_day(cost.until)}"
    if cost.value is None or cost.low is None or cost.high is None:
        said += ", and what it will be can't be told yet"
    else:
        said += (
            f", {money(cost.value)} by the end of {cost.month:%B} (80 % sure: {money(cost.low)} to {money(cost.high)})"
        )
    if budget is None:
        return f"{said}."
    over = passes(cost, budget)
    return f"{said}: {'above' if over else 'within'} the budget of {money(budget.monthly)}."


def passes(cost: MonthlyCost, budget: BudgetSettings) -> bool:
    """Whether a month will cost more than it may, as far as can be told."""
    return max(cost.spent, cost.value or 0.0) > budget.monthly


def budget_alert(
    subscription: str, basis: Basis, budgets: Mapping[str, BudgetSettings]
) -> tuple[str, date, Card] | None:
    """Return period, day and card of a budget that its month's forecast passes and that was not told; None for none.

    A tool's budget is told once a month.
    """
    if not budgets:
        return None
    for each in monthly_costs(basis):
        allowed = budgets.get(each.tool)
        period = f"budget {each.tool} {each.month:%Y-%m}"
        if allowed is None or not passes(each, allowed):
            continue
        if outbox.delivered(basis.store, subscription, period) in {None, "failed"}:
            title = f"Over budget · {tool_name(each.tool)} · {each.month:%B %Y}"
            return period, each.until, replace(budget_card((each,), budgets), title=title)
    return None


def _numbers(cost: MonthlyCost, budget: BudgetSettings | None) -> tuple[str, str, str]:
    return (
        format_value(cost.spent, "money", cost.currency),
        NOTHING if cost.value is None else format_value(cost.value, "money", cost.currency),
        NOTHING if budget is None else format_value(budget.monthly, "money", cost.currency),
    )

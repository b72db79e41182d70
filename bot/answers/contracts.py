"""What is known before a contract renews: seats bought, given out and unused, and until when notice can be given."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.card import Button, Card, Table
from bot.format import NOTHING, format_day, format_value
from bot.reported import footer
from bot.wording import tool_name
from insights.basis import Basis
from insights.question import Question
from insights.series import COMPANY, Panel, panel
from insights.words import counted, listing
from storage.facts import Contract
from storage.reading import contracts

CANT_TELL = "How seats will be used until then can't be told; this is how they are used now."


def renewal_card(question: Question, basis: Basis) -> Card:
    """Return what is known about the contracts, each with its seats of the last week."""
    known = contracts(basis.store)
    wanted = [each for each in known if not question.tools or each in question.tools]
    buttons = (
        Button(label="Licences", ask="licenses"),
        Button(label="Who has unused seats", ask="which departments have unused seats"),
    )
    about = f" of {listing([tool_name(each) for each in question.tools])}" if question.tools else ""
    title = f"Renewal{about}"
    if not wanted:
        return Card(
            title=title,
            text=(
                f"No contract{about} is known: whoever runs this bot can add [contracts.<tool>] with `renews`, `seats` "
                "and `price`."
            ),
            buttons=buttons,
        )
    shown = panel(basis, tools=tuple(wanted))
    wanted.sort(key=lambda each: (known[each].renews or date.max, each))
    department = question.departments[0] if len(question.departments) == 1 else COMPANY
    return Card(
        title=f"{department} · {title}" if department else title,
        text=" ".join((*(_told(known[each], shown, department, basis.as_of) for each in wanted[:2]), CANT_TELL)),
        table=_table(wanted, known, shown, department),
        buttons=buttons,
        footer=footer(shown, wanted[0]) if shown.weeks else "",
    )


def _told(contract: Contract, shown: Panel, department: str, today: date) -> str:
    name = tool_name(contract.tool)
    parts = []
    unused = shown.latest("seats_unused", department, contract.tool)
    seats = shown.latest("seats_assigned", department, contract.tool)
    spend = shown.latest("unused_spend", department, contract.tool)
    if unused is not None and seats is not None:
        cost = f", {format_value(spend, 'money', shown.currency)} a month" if spend else ""
        where = f" in {department}" if department else ""
        parts.append(f"{counted(unused, 'seat')} of {seats:,.0f} of {name}{where} unused for 28 days{cost}.")
    if contract.renews is None:
        parts.append(f"When the contract of {name} renews is not known.")
    else:
        parts.append(f"The contract of {name} renews on {_day(contract.renews)}{_notice(contract, today)}.")
    return " ".join(parts)


def _notice(contract: Contract, today: date) -> str:
    if contract.renews is None or not contract.notice_days:
        return ""
    until = contract.renews - timedelta(days=contract.notice_days)
    return f"; notice can be given until {_day(until)}" if until >= today else f"; notice was due by {_day(until)}"


def _table(wanted: Sequence[str], known: dict[str, Contract], shown: Panel, department: str) -> Table:
    rows = []
    for tool in wanted:
        contract = known[tool]
        numbers = [shown.latest(each, department, tool) for each in ("seats_assigned", "seats_active", "seats_unused")]
        rows.append(
            (
                tool_name(tool),
                _day(contract.renews) if contract.renews else NOTHING,
                f"{contract.seats:,}" if contract.seats is not None else NOTHING,
                *(f"{each:,.0f}" if each is not None else NOTHING for each in numbers),
            )
        )
    return Table(
        columns=("Contract", "Renews", "Seats bought", "Given out", "Used in 28 days", "Unused"),
        rows=tuple(rows),
        numeric=(2, 3, 4, 5),
        caption="Contracts",
    )


def _day(day: date) -> str:
    return f"{format_day(day)} {day.year}"

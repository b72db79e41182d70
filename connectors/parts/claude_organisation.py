"""What Claude's Enterprise Analytics API tells of the whole organisation by day: seats, active people, and the bill."""

from datetime import date
from functools import partial

from connectors.connector import Permission, Scopes, Table
from connectors.parts.anthropic_bills import SPAN, Bill, ask_bills, read_bills
from connectors.parts.claude_reports import SUMMARIES
from connectors.parts.parsing import known, midnights, next_page, nonzero
from connectors.rows import CompanyRow, Request, TablePage

BEGINNING = date(2026, 1, 1)
"""The vendor has nothing from before, and refuses to be asked."""

PATH = "organizations/analytics"
NO_SINGLE_DAY = "a summary of more than a day"

ANALYTICS_KEY = Permission(
    name="an Analytics key (read:analytics)", where="claude.ai as the primary owner: Organization settings, API"
)


def ask_summaries(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for a summary of each day; the end is not included."""
    del scopes
    begin, end = midnights(max(first, BEGINNING), last, "{}")
    query = {"starting_date": begin, "ending_date": end}
    return (Request(path=f"{PATH}/summaries", parameters=query),) if last >= BEGINNING else ()


def ask_costs(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask what the organisation is billed, by product."""
    del scopes
    return (ask_bills(f"{PATH}/cost_report", max(first, BEGINNING), last, "product"),) if last >= BEGINNING else ()


def parse_summaries(answer: bytes, request: Request) -> TablePage:
    """Return how many seats there are and how many people were active, by day."""
    page = SUMMARIES.decode(answer)
    days = [each for each in page.summaries if each.days == 1]
    company = (
        CompanyRow(
            day=each.first,
            measures=known(
                assigned_seats=each.assigned_seat_count,
                pending_seats=each.pending_invite_count,
                active_people=each.daily_active_user_count,
            ),
        )
        for each in days
    )
    then = next_page(request, "page", page.next_page, more=page.has_more)
    passed = nonzero({NO_SINGLE_DAY: len(page.summaries) - len(days)})
    return TablePage(company=tuple(company), then=then, passed=passed)


def _measure_of(bill: Bill) -> str:
    match bill.product:
        case None | "chat":
            return "billed_cost"
        case "claude_code":
            # Another tool, whose own source tells of it.
            return ""
        case _:
            return "billed_cost_of_other_products"


_table = partial(Table, permission=ANALYTICS_KEY, span_days=SPAN, optional=True)

WHOLE = (
    _table(
        name="the summaries",
        ask=ask_summaries,
        parse=parse_summaries,
        whole=frozenset({"assigned_seats", "pending_seats", "active_people"}),
    ),
    _table(
        name="the cost report",
        ask=ask_costs,
        parse=partial(read_bills, measure_of=_measure_of),
        whole=frozenset({"billed_cost", "billed_cost_of_other_products"}),
    ),
)
"""Two tables that say nothing of any person."""

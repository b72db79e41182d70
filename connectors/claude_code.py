"""Claude Code: the Admin API's usage report, one UTC day a question.

A person has a row for each terminal and kind of customer; they are added up. Tokens and cost come by model, sessions
do not. Cached tokens are not part of `input_tokens`. Use through Bedrock or Vertex is not in it. What others call
"estimated cost" (number of cents) is kept as cost.

The cost report bills all the organisation's use of the API, of which Claude Code is but a part, and nobody by name: it
is kept as a number of the organisation, and never added to the cost of people.

Sources: the reference of the Admin API, read in 2026.
"""

from datetime import date
from functools import partial

from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.parts.anthropic_bills import SPAN, ask_bills, read_bills
from connectors.parts.claude_code_report import REPORT, Cost, Row, Tokens
from connectors.parts.parsing import cents, known, next_page, nonzero
from connectors.rows import DayRow, Request, TablePage

API_KEYS = "use by an API key, which is no person"


_PATH = "organizations/usage_report/claude_code"


def ask(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for one day."""
    del scopes, last
    return (Request(path=_PATH, parameters={"starting_at": str(first), "limit": "1000"}),)


def parse(answer: bytes, request: Request) -> TablePage:
    """Return what each person did. Raises ValueError for a page that says there is more, but not where."""
    report = REPORT.decode(answer)
    people = [row for row in report.data if row.actor.type == "user_actor"]
    return TablePage(
        rows=tuple(each for row in people for each in _rows(row)),
        then=next_page(request, "page", report.next_page, more=report.has_more),
        passed=nonzero({API_KEYS: len(report.data) - len(people)}),
    )


def _rows(row: Row) -> list[DayRow]:
    day, email = date.fromisoformat(row.date[:10]), row.actor.email_address
    rows = []
    # Somebody without a session that day was not active, and has no fact.
    if row.core_metrics and row.core_metrics.num_sessions:
        rows.append(DayRow(day=day, email=email, measures={"sessions": row.core_metrics.num_sessions}))
    for each in row.model_breakdown or ():
        tokens, cost = each.tokens or Tokens(), each.estimated_cost or Cost()
        measures = known(input_tokens=tokens.input, output_tokens=tokens.output, cost=cents(cost.amount))
        rows.append(DayRow(day=day, email=email, model=each.model, measures=measures))
    return rows


def ask_costs(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask what the organisation is billed for all its use of the API."""
    del scopes
    return (ask_bills("organizations/cost_report", first, last),)


_PERMISSION = Permission(name="an Admin key (sk-ant-admin…)", where="Claude Console: Settings, Admin keys")

claude_code = Connector(
    tool="claude-code",
    title="Claude Code",
    base_url="https://api.anthropic.com/v1",
    users=_PERMISSION,
    reads=(
        "sessions, tokens and estimated cost by person, day and model",
        "what the organisation is billed for all its use of the API, by day",
    ),
    never_reads=("code, prompts, repository names", "lines, commits and tools used: they are not decoded"),
    measures=frozenset({"sessions", "input_tokens", "output_tokens", "cost"}),
    retention_days=365,
    restatement_days=3,
    lag_hours=1,
    active="at least one session that day",
    cost="the estimate of the usage report by person; the bill of the whole API is kept beside it and never added",
    feed=TableFeed(
        tables=(
            Table(name="the usage report", permission=_PERMISSION, ask=ask, parse=parse, span_days=1),
            Table(
                name="the cost report",
                permission=_PERMISSION,
                ask=ask_costs,
                parse=partial(read_bills, measure_of=lambda _bill: "billed_cost_of_the_api"),
                span_days=SPAN,
                optional=True,
                whole=frozenset({"billed_cost_of_the_api"}),
            ),
        ),
        sign="x-api-key",
        headers={"anthropic-version": "2023-06-01"},
        per_minute=60,
    ),
)

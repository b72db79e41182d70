"""ChatGPT's Unified Daily Usage Analytics: what was used up, by user and UTC day, by model where `models` is told.

Use of Codex is in it, and is left out here, since Codex is a tool of its own: of a day on which some client is one of
Codex, the other clients alone are counted, and without a model, for models are told of all clients together.
`credits` or `cost_usd` is what the workspace is billed in. Where a row tells both it does not say which, and neither is
kept. `estimated_cost_usd` is no bill and not decoded. Numbers are revised later, and no row says that it is final; an
inactive user may have no row.
Sources: OpenAI's cookbook, examples/chatgpt/daily_usage_limits, and its page on the analytics API, read in 2026. Not
confirmed there: the ids of clients other than Codex's, and the longest look-back.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from connectors.connector import Scopes
from connectors.errors import ConfigurationError
from connectors.parts.openai_usage import (
    Client,
    ReportRow,
    Used,
    ask_for_days,
    day_row,
    known,
    read_report,
    rows_by_model,
    tokens_of,
)
from connectors.rows import DayRow, Request, TablePage

CODEX = "use of Codex, which is a tool of its own"
TWO_BILLS = "credits and dollars in one row: which of them is billed is not told"

_PAGE = 1000


def ask(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for rows by user and day. Raises ConfigurationError without a workspace."""
    if not scopes.workspace:
        raise ConfigurationError("the usage analytics need the id of the workspace: set `workspace` of this source")
    return (ask_for_days(f"analytics/workspaces/{scopes.workspace}/usage", first, last, _PAGE),)


def parse_usage(answer: bytes, request: Request) -> TablePage:
    """Return what each user used. Raises ValueError for a page that says there is more, but not where."""
    return read_report(answer, request, _rows)


def _rows(row: ReportRow, passed: Counter[str]) -> Iterator[DayRow]:
    passed[TWO_BILLS] += any(each.credits is not None and each.cost_usd is not None for each in _told(row))
    others = [each for each in row.clients or () if not _is_codex(each)]
    if len(others) == len(row.clients or ()):
        yield from rows_by_model(row, _used)
        return
    passed[CODEX] += 1
    measures: Counter[str] = Counter()
    for client in others:
        measures.update(_used(client))
    if any(measures.values()):
        yield day_row(row, None, measures)


def _told(row: ReportRow) -> Iterator[Used]:
    yield from filter(None, (row.totals, *(row.models or ()), *(row.clients or ())))


def _is_codex(client: Client) -> bool:
    return (client.client_id or "").upper().startswith("CODEX")


def _used(used: Used) -> dict[str, float]:
    both = used.credits is not None and used.cost_usd is not None
    bill = {} if both else known({"credits": used.credits, "cost": used.cost_usd})
    return {**tokens_of(used), **bill}

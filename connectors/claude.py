"""Claude (chat): the Enterprise Analytics API, one UTC day a question, from 2026 on.

- Sessions and messages are those of chat, and come without a model. The vendor calls somebody active who wrote a chat
  message, worked in Cowork, or in Claude Code; the last is a tool of its own and not counted here. Who was active in
  Cowork alone has a fact with 0 messages: the vendor reports those zeros.
- Tokens and cost come by model, of the product chat; rows of other products are passed over. Cached tokens are not
  part of `input_tokens`. Where a plan is paid by seats, both reports hold only what was used beyond it.
- The summaries count the seats that are assigned; nothing says whose they are, so they are numbers of the organisation.
- Cost comes by person from their own report. What the cost report bills the organisation, people that are gone and use
  that is nobody's included, is kept beside it and never added to it; so is what other products than chat cost.
- A day that is not ready is answered with 400, a cursor that is too old with 410: the day is asked for again later.

Not confirmed: by when a day is ready (10:00 or 17:00 UTC of the next), the names of the fields of Cowork, and how many
days of summaries may be asked for at once (28 are).
Sources: the vendor's pages about its analytics APIs, read in 2026.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from connectors.connector import Connector, Scopes, Table, TableFeed
from connectors.parts.claude_organisation import ANALYTICS_KEY, BEGINNING, PATH, WHOLE
from connectors.parts.claude_reports import PEOPLE, REPORT, Chat, Cowork, in_money
from connectors.parts.parsing import known, midnights, next_page
from connectors.rows import DayRow, Request, TablePage

CLAUDE_CODE = "use of Claude Code, which is another tool"
OTHER_PRODUCTS = "use of a product of Claude other than chat"


def ask_users(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask what everybody did on one day."""
    del scopes, last
    return _ask("users", first, {"date": str(first)})


def ask_report(name: str) -> Callable[[Scopes, date, date], tuple[Request, ...]]:
    """Return the question for one day of a report of use, by person, product and model."""

    def ask(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
        del scopes, last
        begin, end = midnights(first, first)
        return _ask(name, first, {"starting_at": begin, "ending_at": end, "group_by[]": ("product", "model")})

    return ask


def _ask(name: str, day: date, parameters: Mapping[str, str | Sequence[str]]) -> tuple[Request, ...]:
    query = {**parameters, "limit": "1000"}
    return (Request(path=f"{PATH}/{name}", parameters=query, about=str(day)),) if day >= BEGINNING else ()


def parse_users(answer: bytes, request: Request) -> TablePage:
    """Return the chat of those who were active. Raises ValueError for a page that says there is more, but not where."""
    page, rows = PEOPLE.decode(answer), []
    for each in page.data:
        chat, cowork = each.chat_metrics or Chat(), each.cowork_metrics or Cowork()
        if chat.message_count or cowork.message_count or cowork.distinct_session_count:
            measures = known(sessions=chat.distinct_conversation_count, messages=chat.message_count)
            rows.append(_row(request, each.user.email_address, each.user.id, measures))
    return TablePage(rows=tuple(rows), then=next_page(request, "page", page.next_page, more=page.has_more))


def parse_report(answer: bytes, request: Request) -> TablePage:
    """Return tokens or cost of chat. Raises ValueError for a page that says there is more, but not where."""
    page, passed, rows = REPORT.decode(answer), Counter[str](), []
    for each in page.data:
        if each.product not in (None, "chat"):
            passed[CLAUDE_CODE if each.product == "claude_code" else OTHER_PRODUCTS] += 1
            continue
        measures = known(
            input_tokens=each.uncached_input_tokens,
            output_tokens=each.output_tokens,
            cost=in_money(each.amount),
        )
        rows.append(_row(request, each.actor.email, each.actor.user_id, measures, each.model))
    then = next_page(request, "page", page.next_page, more=page.has_more)
    return TablePage(rows=tuple(rows), then=then, passed=passed)


def _row(
    request: Request, email: str | None, account: str | None, measures: Mapping[str, float], model: str | None = None
) -> DayRow:
    return DayRow(day=date.fromisoformat(request.about), email=email, account=account, model=model, measures=measures)


_table = partial(Table, permission=ANALYTICS_KEY, span_days=1)

claude = Connector(
    tool="claude",
    title="Claude",
    base_url="https://api.anthropic.com/v1",
    users=ANALYTICS_KEY,
    reads=(
        "conversations and messages by person and day",
        "tokens and cost of chat by person, day and model",
        "seats that are assigned, people who were active, and what is billed, of the whole organisation by day",
    ),
    never_reads=("conversations, projects, files", "names", "use of projects, skills and connectors: not asked for"),
    measures=frozenset({"sessions", "messages", "input_tokens", "output_tokens", "cost"}),
    retention_days=365,
    restatement_days=30,
    lag_hours=41,
    active="at least one chat message, or a Cowork session; Claude Code is counted as a tool of its own",
    cost="the cost report by person; what the organisation is billed is kept beside it and never added",
    feed=TableFeed(
        tables=(
            _table(name="user activity", ask=ask_users, parse=parse_users),
            _table(name="the usage report", ask=ask_report("user_usage_report"), parse=parse_report),
            _table(name="the cost report by person", ask=ask_report("user_cost_report"), parse=parse_report),
            *WHOLE,
        ),
        sign="x-api-key",
        headers={"anthropic-version": "2023-06-01"},
        per_minute=60,
    ),
)

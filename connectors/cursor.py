"""Cursor: the Admin API of a team on the Enterprise plan.

- Prompts are requests to composer, chat and agent, and edits by Cmd+K. The daily report has a row for every member,
  idle ones too: only those with `isActive` count. Somebody who only took completions is active with 0 prompts. A row
  without an e-mail address is its account's, as the list of members tells it.
- Tokens and cost are those of the usage events by model and UTC day; cached tokens are not part of `input_tokens`,
  and `chargedCents` is kept as cost. An event without both (it failed, or the plan counts requests), and
  a free review by Bugbot, which nobody asked for, are passed over.
- Cost by person and day is that of the events. Spend is what each member cost in the current cycle so far, which is no
  day: the team's sum is kept as a number of the organisation, of the day it was read, and never added to cost.
- Members have neither a date of joining nor a price; a removed one holds no seat.

Not confirmed: how far back the vendor answers (a year is asked for), the longest span of a question (30 days are
documented, 90 once were), for how long costs are adjusted, and that `spendCents` is what is paid beyond the plan and
`overallSpendCents` all of it. Sources: the vendor's page about the API, read in 2026.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.parts.cursor_reports import DAYS, EVENTS, MEMBERS, SPENT, Tokens, ask_spend, following, parse_spend
from connectors.parts.parsing import NO_DAY, always, cents, day_of_milliseconds, known, nonzero, unix_milliseconds
from connectors.rows import Account, DayRow, Request, TablePage

NOTHING_USED = "an event without tokens or charge"
FREE_REVIEW = "a free review by Bugbot, which nobody asked for"
PAGE_SIZE = 1000

ask_members = always(Request(path="teams/members"))


def ask_days(path: str) -> Callable[[Scopes, date, date], tuple[Request, ...]]:
    """Return the question for some days of a report. Times are numbers of milliseconds; the end is included."""

    def ask(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
        del scopes
        body = {"startDate": unix_milliseconds(first), "endDate": unix_milliseconds(last + timedelta(days=1)) - 1}
        return (Request(path=path, body={**body, "page": 1, "pageSize": PAGE_SIZE}, about="1"),)

    return ask


def parse_members(answer: bytes, request: Request) -> TablePage:
    """Return the accounts of the team."""
    del request
    members = MEMBERS.decode(answer).team_members
    gone = [bool(each.is_removed) or each.role == "removed" for each in members]
    return TablePage(
        accounts=tuple(
            Account(id=_text(each.id) or "", email=each.email, active=not left, created=None)
            for each, left in zip(members, gone, strict=True)
        )
    )


def parse_daily(answer: bytes, request: Request) -> TablePage:
    """Return the prompts of active members. Raises ValueError for a page that is not the one asked for."""
    report = DAYS.decode(answer)
    rows, bad = [], 0
    for each in report.data:
        if not each.is_active:
            continue
        day = date.fromisoformat(each.day) if each.day else day_of_milliseconds(each.date)
        if day is None:
            bad += 1
            continue
        requests = (each.composer_requests, each.chat_requests, each.agent_requests, each.cmdk_usages)
        told = [number for number in requests if number is not None]
        measures = {"prompts": sum(told)} if told else {}
        rows.append(DayRow(day=day, email=each.email, account=_text(each.user_id), measures=measures))
    then = following(report.pagination, len(report.data), request)
    return TablePage(rows=tuple(rows), then=then, bad=nonzero({NO_DAY: bad}))


def parse_events(answer: bytes, request: Request) -> TablePage:
    """Return tokens and cost of events. Raises ValueError for a page that is not the one asked for."""
    report = EVENTS.decode(answer)
    rows, passed, bad = [], Counter[str](), 0
    for each in report.usage_events:
        day, tokens = day_of_milliseconds(each.timestamp), each.token_usage or Tokens()
        measures = known(
            input_tokens=tokens.input_tokens, output_tokens=tokens.output_tokens, cost=cents(each.charged_cents)
        )
        if each.is_free_bugbot or not any(measures.values()):
            passed[FREE_REVIEW if each.is_free_bugbot else NOTHING_USED] += 1
        elif day is None:
            bad += 1
        else:
            rows.append(DayRow(day=day, email=each.user_email, model=each.model, measures=measures))
    then = following(report.pagination, len(report.usage_events), request)
    return TablePage(rows=tuple(rows), then=then, passed=passed, bad=nonzero({NO_DAY: bad}))


def _text(number: int | str | None) -> str | None:
    return None if number is None else str(number)


_PERMISSION = Permission(
    name="an Admin API key (crsr_…) of a team administrator", where="cursor.com/dashboard: API Keys, New API Key"
)

_table = partial(Table, permission=_PERMISSION)

cursor = Connector(
    tool="cursor",
    title="Cursor",
    base_url="https://api.cursor.com",
    users=_PERMISSION,
    reads=(
        "the team's members",
        "prompts by person and day",
        "tokens and cost by person, day and model",
        "what the team spent so far in the current cycle, as one sum",
    ),
    never_reads=("code, prompts, names", "lines, completions, extensions: they are not decoded", "commits"),
    measures=frozenset({"prompts", "input_tokens", "output_tokens", "cost"}),
    retention_days=365,
    restatement_days=7,
    lag_hours=1,
    grain="an event; of prompts a person and day",
    active="the vendor's isActive: any use that day, completions too; or an event that used up tokens or money",
    cost="the usage events by person; the team's spend in the cycle is kept beside it and never added",
    feed=TableFeed(
        people=(
            _table(name="members", ask=ask_members, parse=parse_members),
            _table(name="spend", ask=ask_spend, parse=parse_spend, optional=True, whole=SPENT),
        ),
        tables=(
            _table(name="daily usage", ask=ask_days("teams/daily-usage-data"), parse=parse_daily),
            _table(name="usage events", ask=ask_days("teams/filtered-usage-events"), parse=parse_events, per_minute=60),
        ),
        sign="basic",
        per_minute=20,
    ),
)

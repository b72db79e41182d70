"""Cursor: the Admin API of a team on the Enterprise plan.

- Prompts are requests to composer, chat and agent, and edits by Cmd+K. The daily report has a row for every member,
  idle ones too: only those with `isActive` count. Somebody who only took completions is active with 0 prompts. A row
  without an e-mail address is its account's, as the list of members tells it.
- Tokens and cost are those of the usage events by model and UTC day; cached tokens are not part of `input_tokens`,
  and `chargedCents` is kept as cost. An event without both (it failed, or the plan counts requests), and
  a free review by Bugbot, which nobody asked for, are passed over.
- Spend is not read: it is a snapshot of the current cycle by person, not what happened on a day.
- Members have neither a date of joining nor a price; a removed one holds no seat.

Not confirmed: how far back the vendor answers (a year is asked for), the longest span of a question (30 days are
documented, 90 once were), and for how long costs are adjusted. Sources: the vendor's page about the API, read in 2026.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import msgspec

from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.parsing import NO_DAY, cents, day_of_milliseconds, known, nonzero, unix_milliseconds
from connectors.rows import Account, DayRow, Request, TablePage

NOTHING_USED = "an event without tokens or charge"
FREE_REVIEW = "a free review by Bugbot, which nobody asked for"
PAGE_SIZE = 1000


class _Member(msgspec.Struct, rename="camel"):
    id: int | str | None = None
    email: str | None = None
    role: str | None = None
    is_removed: bool | None = None


class _Members(msgspec.Struct, rename="camel"):
    team_members: list[_Member]


class _Pagination(msgspec.Struct, rename="camel"):
    has_next_page: bool
    page: int | None = None
    current_page: int | None = None


class _Day(msgspec.Struct, rename="camel"):
    user_id: int | str | None = None
    email: str | None = None
    day: str | None = None
    date: int | None = None
    is_active: bool | None = None
    composer_requests: int | None = None
    chat_requests: int | None = None
    agent_requests: int | None = None
    cmdk_usages: int | None = None


class _Days(msgspec.Struct):
    data: list[_Day]
    pagination: _Pagination


class _Tokens(msgspec.Struct, rename="camel"):
    input_tokens: int | None = None
    output_tokens: int | None = None


class _Event(msgspec.Struct, rename="camel"):
    timestamp: str | int
    user_email: str | None = None
    model: str | None = None
    token_usage: _Tokens | None = None
    charged_cents: float | None = None
    is_free_bugbot: bool | None = None


class _Events(msgspec.Struct, rename="camel"):
    usage_events: list[_Event]
    pagination: _Pagination


_MEMBERS, _DAYS = msgspec.json.Decoder(_Members), msgspec.json.Decoder(_Days)
_EVENTS = msgspec.json.Decoder(_Events)


def ask_members(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask who is a member of the team, or was."""
    del scopes, first, last
    return (Request(path="teams/members"),)


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
    members = _MEMBERS.decode(answer).team_members
    gone = [bool(each.is_removed) or each.role == "removed" for each in members]
    return TablePage(
        accounts=tuple(
            Account(id=_text(each.id) or "", email=each.email, active=not left, created=None)
            for each, left in zip(members, gone, strict=True)
        )
    )


def parse_daily(answer: bytes, request: Request) -> TablePage:
    """Return the prompts of active members. Raises ValueError for a page that is not the one asked for."""
    report = _DAYS.decode(answer)
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
    then = _next(report.pagination, len(report.data), request)
    return TablePage(rows=tuple(rows), then=then, bad=nonzero({NO_DAY: bad}))


def parse_events(answer: bytes, request: Request) -> TablePage:
    """Return tokens and cost of events. Raises ValueError for a page that is not the one asked for."""
    report = _EVENTS.decode(answer)
    rows, passed, bad = [], Counter[str](), 0
    for each in report.usage_events:
        day, tokens = day_of_milliseconds(each.timestamp), each.token_usage or _Tokens()
        measures = known(
            input_tokens=tokens.input_tokens, output_tokens=tokens.output_tokens, cost=cents(each.charged_cents)
        )
        if each.is_free_bugbot or not any(measures.values()):
            passed[FREE_REVIEW if each.is_free_bugbot else NOTHING_USED] += 1
        elif day is None:
            bad += 1
        else:
            rows.append(DayRow(day=day, email=each.user_email, model=each.model, measures=measures))
    then = _next(report.pagination, len(report.usage_events), request)
    return TablePage(rows=tuple(rows), then=then, passed=passed, bad=nonzero({NO_DAY: bad}))


def _next(told: _Pagination, rows: int, request: Request) -> tuple[Request, ...]:
    """Return the question for the page after this one, where there is one."""
    asked = int(request.about)
    if (told.page or told.current_page or asked) != asked or (told.has_next_page and not rows):
        raise ValueError("the pages of the report do not advance")
    if not told.has_next_page:
        return ()
    return (replace(request, body={**(request.body or {}), "page": asked + 1}, about=str(asked + 1)),)


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
    reads=("the team's members", "prompts by person and day", "tokens and cost by person, day and model"),
    never_reads=("code, prompts, names", "lines, completions, extensions: they are not decoded", "commits"),
    measures=frozenset({"prompts", "input_tokens", "output_tokens", "cost"}),
    retention_days=365,
    restatement_days=7,
    lag_hours=1,
    active="the vendor's isActive: any use that day, completions too; or an event that used up tokens or money",
    feed=TableFeed(
        people=(_table(name="members", ask=ask_members, parse=parse_members),),
        tables=(
            _table(name="daily usage", ask=ask_days("teams/daily-usage-data"), parse=parse_daily),
            _table(name="usage events", ask=ask_days("teams/filtered-usage-events"), parse=parse_events, per_minute=60),
        ),
        sign="basic",
        per_minute=20,
    ),
)

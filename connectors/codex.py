"""Codex: the workspace's Enterprise Analytics, a row for each user and UTC day.

Threads are kept as sessions and turns as prompts. Input tokens are uncached and cached ones together; where only one
of the two is told, it stands alone. What is told by model is taken by model, and the rest from the totals, so that
nothing is counted twice; `clients` tells the same once more and is left out. Credits have no official price: no cost.
Use with an API key is not in it, and a user who did nothing may have no row.
Sources: OpenAI's pages on Codex for enterprises and descriptions of the API by its users, read in 2026. Not confirmed
there: the longest look-back (90 days), how long days are corrected, and the largest page; so small pages are asked for.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import msgspec

from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.errors import ConfigurationError
from connectors.rows import DayRow, Request, TablePage

IDLE = "nothing done that day"


class _Used(msgspec.Struct):
    credits: float | None = None
    uncached_text_input_tokens: int | None = None
    cached_text_input_tokens: int | None = None
    text_output_tokens: int | None = None


class _Totals(_Used):
    threads: int | None = None
    turns: int | None = None


class _Model(_Used):
    model: str | None = None


class _Actor(msgspec.Struct):
    user_id: str | None = None
    email: str | None = None


class _Row(msgspec.Struct):
    start_time: int | float | str
    user_id: str | None = None
    actor: _Actor | None = None
    totals: _Totals | None = None
    models: list[_Model] | None = None


class _Report(msgspec.Struct):
    data: list[_Row]
    has_more: bool = False
    next_page: str | None = None


_REPORT = msgspec.json.Decoder(_Report)


def ask(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for rows by user and day. Raises ConfigurationError without a workspace."""
    if not scopes.workspace:
        raise ConfigurationError("Codex needs the id of its workspace: set `workspace` of this source")
    parameters = {
        "start_time": str(_seconds(first)),
        "end_time": str(_seconds(last + timedelta(days=1))),
        "limit": "100",
    }
    return (Request(path=f"analytics/codex/workspaces/{scopes.workspace}/usage", parameters=parameters),)


def parse(answer: bytes, request: Request) -> TablePage:
    """Return what each user did. Raises ValueError for a page that says there is more, but not where."""
    report = _REPORT.decode(answer)
    if report.has_more and not report.next_page:
        raise ValueError("the report says that there is more, but not where")
    told = [tuple(_rows(row)) for row in report.data]
    idle = sum(not rows for rows in told)
    return TablePage(
        rows=tuple(each for rows in told for each in rows),
        then=(Request(path=request.path, parameters={**request.parameters, "page": report.next_page}),)
        if report.has_more and report.next_page
        else (),
        passed={IDLE: idle} if idle else {},
    )


def _rows(row: _Row) -> Iterator[DayRow]:
    day, actor, totals = _day(row.start_time), row.actor or _Actor(), row.totals or _Totals()
    account = row.user_id or actor.user_id
    by_model = [(each.model, _used(each)) for each in row.models or ()]
    told = {name for _, measures in by_model for name in measures}
    rest = {name: value for name, value in _used(totals).items() if name not in told}
    done = _known({"sessions": totals.threads, "prompts": totals.turns})
    for model, measures in ((None, {**done, **rest}), *by_model):
        if any(measures.values()):
            yield DayRow(day=day, email=actor.email, account=account, model=model, measures=measures)


def _used(used: _Used) -> dict[str, float]:
    halves = (used.uncached_text_input_tokens, used.cached_text_input_tokens)
    given = [each for each in halves if each is not None]
    return _known(
        {
            "input_tokens": sum(given) if given else None,
            "output_tokens": used.text_output_tokens,
            "credits": used.credits,
        }
    )


def _known(told: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in told.items() if value is not None}


def _day(time: float | str) -> date:
    """Return the UTC day of unix seconds, or of an ISO time; one without an offset is UTC."""
    if not isinstance(time, str):
        return datetime.fromtimestamp(time, UTC).date()
    told = datetime.fromisoformat(time)
    return (told if told.tzinfo is None else told.astimezone(UTC)).date()


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


_PERMISSION = Permission(
    name="codex.enterprise.analytics.read",
    where="OpenAI Platform: make a key for this alone, and let OpenAI's support give it this scope",
)

codex = Connector(
    tool="codex",
    title="Codex",
    base_url="https://api.chatgpt.com/v1",
    users=_PERMISSION,
    reads=("threads, turns, tokens and credits by person, day and model",),
    never_reads=("code, prompts and answers: the API does not give them", "lines, commits and clients used"),
    measures=frozenset({"sessions", "prompts", "input_tokens", "output_tokens", "credits"}),
    retention_days=90,
    restatement_days=5,
    lag_hours=12,
    active="a thread, a turn, a token or a credit that day",
    feed=TableFeed(tables=(Table(name="the usage report", permission=_PERMISSION, ask=ask, parse=parse),)),
)

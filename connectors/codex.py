"""Codex, read in one of two ways: the workspace's Enterprise Analytics by user and day, or its CODEX_LOG files.

The analytics are read unless `kind = "logs"` is set; a day's facts come of the one that was read last. Of the
analytics, threads are kept as sessions and turns as prompts. Credits have no official price: no cost. `clients` tells
the same once more and is left out. Use with an API key is in neither, and a user who did nothing may have no row.
Sources: OpenAI's pages on Codex for enterprises and descriptions of the API by its users, read in 2026. Not confirmed
there: the longest look-back (90 days), how long days are corrected, and the largest page; so small pages are asked for.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from connectors.connector import Connector, Permission, Scopes, Stream, Table, TableFeed
from connectors.errors import ConfigurationError
from connectors.parts.codex_log import CODEX_LOG, parse_log
from connectors.parts.logs_platform import COMPLIANCE_READ, RETENTION_DAYS, logs_feed
from connectors.parts.openai_usage import (
    ReportRow,
    Totals,
    Used,
    ask_for_days,
    known,
    read_report,
    rows_by_model,
    tokens_of,
)
from connectors.rows import DayRow, Request, TablePage

_PAGE = 100


def ask(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for rows by user and day. Raises ConfigurationError without a workspace."""
    if not scopes.workspace:
        raise ConfigurationError("Codex needs the id of its workspace: set `workspace` of this source")
    return (ask_for_days(f"analytics/codex/workspaces/{scopes.workspace}/usage", first, last, _PAGE),)


def parse(answer: bytes, request: Request) -> TablePage:
    """Return what each user did. Raises ValueError for a page that says there is more, but not where."""
    return read_report(answer, request, _rows)


def _rows(row: ReportRow, _passed: Counter[str]) -> Iterator[DayRow]:
    return rows_by_model(row, _used)


def _used(used: Used) -> dict[str, float]:
    done = known({"sessions": used.threads, "prompts": used.turns}) if isinstance(used, Totals) else {}
    return {**done, **tokens_of(used), **known({"credits": used.credits})}


_PERMISSION = Permission(
    name="codex.enterprise.analytics.read",
    where="OpenAI Platform: make a key for this alone, and let OpenAI's support give it this scope",
)


def _from_logs() -> Connector:
    """Return the other way to read Codex. A function, since every Connector of a module is found as a tool."""
    return Connector(
        tool="codex",
        title="Codex, from its logs",
        base_url="https://api.chatgpt.com/v1",
        users=COMPLIANCE_READ,
        reads=(
            "who wrote each prompt and got each answer, when, in which session, with which model, and how long it is",
            "tokens by person, day and model",
            "whose account is whose",
        ),
        never_reads=(
            "code, tool calls and decisions about them, environments: they are not decoded",
            "text is measured and dropped; addresses and ids are kept as keyed hashes only",
        ),
        measures=frozenset(
            {
                "sessions",
                "messages",
                "prompts",
                "prompt_characters",
                "short_prompts",
                "long_prompts",
                "input_tokens",
                "output_tokens",
            }
        ),
        retention_days=RETENTION_DAYS,
        restatement_days=3,
        lag_hours=24,
        active="a prompt or an answer that day",
        grain="a prompt or an answer",
        streams=(Stream(name=CODEX_LOG, scope="workspace", permission=COMPLIANCE_READ),),
        # A Codex user needs no seat of its own, and a token of Codex is mostly code that no prompt shows.
        feed=logs_feed(parse_log, below="compliance/", seats=False, estimates=False),
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
    kinds={"logs": _from_logs()},
)

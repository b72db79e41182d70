"""Contracts that administrators said in the chat, with every change, and what was told before contracts renew."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import delete, func, select

from storage.facts import Contract
from storage.schema import contract_said, renewal_told
from storage.store import Store, insert_missing

Kind = Literal["crossed", "near", "worse", "resolved"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One change of a contract: its terms since then, None where it was taken away; `who` is an account's opaque id."""

    tool: str
    contract: Contract | None
    at: datetime
    who: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One message about a renewal: on which day, `days` before notice, with which share and number of wasted seats.

    `above` tells whether that was above the bar from which it is told at all.
    """

    kind: Kind
    on: date
    days: int
    share: float
    seats: float
    above: bool


def say(store: Store, change: Said) -> None:
    """Keep a change of a contract."""
    terms = "" if change.contract is None else json.dumps(asdict(change.contract), default=str)
    with store.writing() as connection:
        last = connection.scalar(select(func.max(contract_said.c.change)).where(contract_said.c.tool == change.tool))
        row = {"tool": change.tool, "change": (last or 0) + 1, "terms": terms, "at": change.at, "who": change.who}
        connection.execute(contract_said.insert(), [row])


def said_changes(store: Store) -> tuple[Said, ...]:
    """Return every change of every contract, the first of each tool first."""
    wanted = select(contract_said).order_by(contract_said.c.tool, contract_said.c.change)
    with store.reading() as connection:
        rows = connection.execute(wanted).mappings().all()
    return tuple(
        Said(
            tool=row["tool"],
            contract=_contract(row["terms"]),
            at=row["at"] if row["at"].tzinfo else row["at"].replace(tzinfo=UTC),  # SQLite keeps no zone
            who=row["who"],
        )
        for row in rows
    )


def said_contracts(store: Store) -> dict[str, Said]:
    """Return the contracts that were said and not taken away, by tool."""
    newest = {each.tool: each for each in said_changes(store)}
    return {tool: each for tool, each in newest.items() if each.contract is not None}


def told_before(store: Store, subscription: str, tool: str, renews: date) -> tuple[Told, ...]:
    """Return what was noted for a subscription about the renewal of a contract on a day, the first first."""
    table = renewal_told.c
    wanted = (
        select(table.kind, table.on, table.days, table.share, table.seats, table.above)
        .where(table.subscription == subscription, table.tool == tool, table.renews == renews)
        .order_by(table.number)
    )
    with store.reading() as connection:
        return tuple(Told(**row) for row in connection.execute(wanted).mappings())


def note_told(store: Store, subscription: str, tool: str, renews: date, number: int, told: Told) -> None:
    """Note the message of this number (from 1) before it goes out; it takes the place of one that never did."""
    row = {"subscription": subscription, "tool": tool, "renews": renews, "number": number, **asdict(told)}
    table = renewal_told.c
    same = (
        table.subscription == subscription,
        table.tool == tool,
        table.renews == renews,
        table.number == number,
    )
    with store.writing() as connection:
        connection.execute(delete(renewal_told).where(*same))
        insert_missing(connection, renewal_told, [row])


def _contract(terms: str) -> Contract | None:
    if not terms:
        return None
    known: dict[str, Any] = json.loads(terms)
    renews = known.get("renews")
    return Contract(**known | {"renews": date.fromisoformat(renews) if renews else None})

"""Deliver once: a row is claimed before a message is made, marked right before it is posted, and closed after.

asked ──► claimed ──► sending ──► sent | failed | unknown
(a test)     │           │
│           └─ its process died: perhaps posted, so it is looked for, or told as unknown
└─ its process died: not posted, so it is claimed again after LEASE
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import or_, select, update

from storage.schema import outbox
from storage.store import Store, in_utc, insert_missing

State = Literal["sent", "failed", "unknown"]
ANY_STATE = Literal["asked", "claimed", "sending", "sent", "failed", "unknown"]

LEASE = timedelta(minutes=10)
"""How long a claim is its process's own: longer than making and posting a message takes with all its waiting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One delivery. `claimed` is when it was claimed or went out, `message` the platform's id of what was posted."""

    subscription: str
    period: str
    state: ANY_STATE
    claimed: datetime
    closed: datetime | None = None
    message: str | None = None
    error: str | None = None


def claim(store: Store, subscription: str, period: str, now: datetime, lease: timedelta = LEASE) -> str | None:
    """Take the delivery of `subscription` for `period`; None when somebody has it, or it is done.

    Returns the claim's token. What is known not to have gone out may be claimed again: a failed delivery, and one whose
    process died before it posted.
    """
    token = secrets.token_hex(8)
    values = {"subscription": subscription, "period": period, "state": "claimed", "claimed": now, "token": token}
    with store.writing() as connection:
        if insert_missing(connection, outbox, [values]) == 1:
            return token
        # A claim without token is an older version's, which did not note when it posted.
        left = (outbox.c.state == "claimed") & (outbox.c.claimed < now - lease) & outbox.c.token.is_not(None)
        free = or_(outbox.c.state.in_(["failed", "asked"]), left)
        again = (
            update(outbox)
            .where(outbox.c.subscription == subscription, outbox.c.period == period, free)
            .values(state="claimed", claimed=now, error=None, token=token)
        )
        return token if connection.execute(again).rowcount == 1 else None


def sending(store: Store, subscription: str, period: str, token: str, now: datetime) -> bool:
    """Note that the message goes out now; False where the claim was lost meanwhile, and nothing may be posted."""
    going = (
        update(outbox)
        .where(
            outbox.c.subscription == subscription,
            outbox.c.period == period,
            outbox.c.token == token,
            outbox.c.state == "claimed",
        )
        .values(state="sending", claimed=now)
    )
    with store.writing() as connection:
        return connection.execute(going).rowcount == 1


def close(
    store: Store,
    subscription: str,
    period: str,
    *,
    now: datetime,
    state: State,
    token: str | None = None,
    message: str | None = None,
    error: str | None = None,
) -> None:
    """Note how a claimed delivery ended. With `token`, only if the claim is still held."""
    ending = update(outbox).where(outbox.c.subscription == subscription, outbox.c.period == period)
    if token is not None:
        ending = ending.where(outbox.c.token == token)
    with store.writing() as connection:
        connection.execute(ending.values(state=state, closed=now, message=message, error=error))


def ask_for(store: Store, subscription: str, period: str, now: datetime) -> None:
    """Put down a delivery that somebody asked for, to be claimed by whoever delivers."""
    values = {"subscription": subscription, "period": period, "state": "asked", "claimed": now}
    with store.writing() as connection:
        insert_missing(connection, outbox, [values])


def note_told(store: Store, subscription: str, periods: Sequence[str], now: datetime, message: str | None) -> None:
    """Note that parts of one message were told, each as a delivery of its own."""
    rows = [
        {
            "subscription": subscription,
            "period": each,
            "state": "sent",
            "claimed": now,
            "closed": now,
            "message": message,
        }
        for each in periods
    ]
    with store.writing() as connection:
        insert_missing(connection, outbox, rows)


def delivered(store: Store, subscription: str, period: str) -> ANY_STATE | None:
    """Return the state of a delivery, or None before it was claimed."""
    with store.reading() as connection:
        return connection.scalar(
            select(outbox.c.state).where(outbox.c.subscription == subscription, outbox.c.period == period)
        )


def deliveries(store: Store, *states: ANY_STATE, subscription: str | None = None) -> tuple[Row, ...]:
    """Return the deliveries in these states, oldest first."""
    wanted = select(
        outbox.c.subscription,
        outbox.c.period,
        outbox.c.state,
        outbox.c.claimed,
        outbox.c.closed,
        outbox.c.message,
        outbox.c.error,
    ).where(outbox.c.state.in_(states))
    if subscription is not None:
        wanted = wanted.where(outbox.c.subscription == subscription)
    with store.reading() as connection:
        rows = connection.execute(wanted.order_by(outbox.c.claimed, outbox.c.period)).mappings().all()
    return tuple(
        Row(**dict(row) | {"claimed": in_utc(row["claimed"]), "closed": in_utc(row["closed"])}) for row in rows
    )

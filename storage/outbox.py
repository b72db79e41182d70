"""Deliver once: a row is claimed before a message goes out and closed after."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select, update

from storage.schema import outbox
from storage.store import Store, insert_missing

State = Literal["sent", "failed", "unknown"]


def claim(store: Store, subscription: str, period: str, now: datetime) -> bool:
    """Take the delivery of `subscription` for `period`; False when somebody has it, or it is done.

    A delivery that is known not to have gone out ('failed') may be claimed again.
    """
    values = {"subscription": subscription, "period": period, "state": "claimed", "claimed": now}
    with store.writing() as connection:
        if insert_missing(connection, outbox, [values]) == 1:
            return True
        again = (
            update(outbox)
            .where(outbox.c.subscription == subscription, outbox.c.period == period, outbox.c.state == "failed")
            .values(state="claimed", claimed=now, error=None)
        )
        return connection.execute(again).rowcount == 1


def close(
    store: Store,
    subscription: str,
    period: str,
    *,
    now: datetime,
    state: State,
    message: str | None = None,
    error: str | None = None,
) -> None:
    """Note how a claimed delivery ended; `message` is the platform's own id of what was posted."""
    with store.writing() as connection:
        connection.execute(
            update(outbox)
            .where(outbox.c.subscription == subscription, outbox.c.period == period)
            .values(state=state, closed=now, message=message, error=error)
        )


def delivered(store: Store, subscription: str, period: str) -> str | None:
    """Return the state of a delivery, or None before it was claimed."""
    with store.reading() as connection:
        return connection.scalar(
            select(outbox.c.state).where(outbox.c.subscription == subscription, outbox.c.period == period)
        )

"""Which events of a platform were heard: each is delivered at least once, and to any replica."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from storage.schema import heard
from storage.store import Store, insert_missing

KEPT = timedelta(days=1)
"""Slack repeats an event within minutes, Teams within hours."""


def first_heard(store: Store, event: str, now: datetime) -> bool:
    """Return whether an event, by its platform's id, is heard for the first time; it counts as heard from now on."""
    with store.writing() as connection:
        connection.execute(delete(heard).where(heard.c.at < now - KEPT))
        return insert_missing(connection, heard, [{"event": event, "at": now}]) == 1

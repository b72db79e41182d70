"""What was asked last in a thread, as it was understood: never its text, and for a day only."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from storage.schema import thread as table
from storage.store import Store

KEPT = timedelta(days=1)


def remember(store: Store, thread: str, question: str, now: datetime) -> None:
    """Keep a question as the last of its thread, and forget what is older than a day. `thread` is any opaque key."""
    key = _key(thread)
    with store.writing() as connection:
        connection.execute(delete(table).where((table.c.at < now - KEPT) | (table.c.thread == key)))
        connection.execute(insert(table).values(thread=key, at=now, question=question))


def last_question(store: Store, thread: str, now: datetime) -> str | None:
    """Return the last question of a thread, None where there was none within a day."""
    wanted = select(table.c.question).where(table.c.thread == _key(thread), table.c.at >= now - KEPT)
    with store.reading() as connection:
        found: str | None = connection.scalar(wanted)
        return found


def _key(thread: str) -> str:
    """A platform's key may be of any length, and names places that are no concern of the store."""
    return hashlib.sha256(thread.encode()).hexdigest()

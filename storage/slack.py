"""What Slack needs kept besides its tokens: whose turn it is to renew them, and installs that died.

The tokens themselves are read and written by slack_sdk's stores, through the engine of `async_engine`.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import InvalidRequestError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from storage.errors import StoreError
from storage.schema import slack_dead, slack_turn
from storage.store import Store, insert_missing


def async_engine(store: Store) -> AsyncEngine:
    """Return an engine for the same database that slack_sdk's stores can use. The caller disposes of it.

    Raises StoreError where the database's driver cannot be used so.
    """
    url = store.engine.url
    is_file = url.get_backend_name() == "sqlite"
    if is_file:
        url = url.set(drivername="sqlite+aiosqlite")
    elif url.drivername in {"postgresql", "postgresql+psycopg2"}:
        url = url.set(drivername="postgresql+psycopg")
    try:
        # A connection to SQLite is a thread; the few questions asked here are not worth keeping threads for.
        engine = create_async_engine(url, poolclass=NullPool) if is_file else create_async_engine(url)
    except (InvalidRequestError, NoSuchModuleError, ModuleNotFoundError) as error:
        message = f"Slack's installs cannot be kept there: {error}. For PostgreSQL, `pip install 'psycopg[binary]'`"
        raise StoreError(message) from error
    if is_file:
        event.listen(engine.sync_engine, "connect", _wait_for_the_writer)
    return engine


def _wait_for_the_writer(connection: object, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA busy_timeout = 15000")
    cursor.close()


def take_turn(store: Store, install: str, holder: str, now: datetime, until: datetime) -> bool:
    """Take the turn to renew the tokens of `install`; False while another holder has it. It ends by itself."""
    values = {"install": install, "holder": holder, "until": until}
    with store.writing() as connection:
        if insert_missing(connection, slack_turn, [values]) == 1:
            return True
        over = (
            update(slack_turn)
            .where(slack_turn.c.install == install, slack_turn.c.until < now)
            .values(holder=holder, until=until)
        )
        return connection.execute(over).rowcount == 1


def end_turn(store: Store, install: str, holder: str) -> None:
    """Give the turn back, if `holder` still has it."""
    with store.writing() as connection:
        connection.execute(delete(slack_turn).where(slack_turn.c.install == install, slack_turn.c.holder == holder))


def mark_dead(store: Store, install: str, reason: str, now: datetime) -> bool:
    """Note that Slack takes the install's token no more; False where that was known, so that it is told once."""
    with store.writing() as connection:
        return insert_missing(connection, slack_dead, [{"install": install, "reason": reason[:64], "since": now}]) == 1


def mark_alive(store: Store, install: str) -> None:
    """Forget that the install was dead: it was made again, or removed."""
    with store.writing() as connection:
        connection.execute(delete(slack_dead).where(slack_dead.c.install == install))


def dead_installs(store: Store) -> Mapping[str, str]:
    """Return Slack's reason by install, of those whose token it takes no more."""
    with store.reading() as connection:
        rows = connection.execute(select(slack_dead.c.install, slack_dead.c.reason).order_by(slack_dead.c.install))
        return {row.install: row.reason for row in rows}

"""Opening a store: the engine, its pragmas, and the upgrade of its tables."""

import stat
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import overload

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event, inspect, select, text
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import StoreError

REVISION = "0014"
"""The newest migration; a test holds that it is the head of `storage/migrations/versions`."""

PRAGMAS = MappingProxyType(
    {
        "journal_mode": "WAL",
        "synchronous": "NORMAL",
        "foreign_keys": "ON",
        "busy_timeout": "15000",
        "cache_size": "-32000",
        "temp_store": "MEMORY",
    }
)


@dataclass(frozen=True, slots=True)
class Store:
    """An open store. `reading` and `writing` are its only doors; the rest of `storage/` goes through them."""

    engine: Engine
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one moment of the store."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection whose work is kept whole, or not at all if an error leaves the block.

        SQLite has one writer. Threads of this process queue for it here: its own waiting is polling, which one busy
        thread can win so often that another gives up. Only another process is waited for by busy_timeout.
        """
        one_writer = self.engine.dialect.name == "sqlite"
        with self.turn if one_writer else nullcontext(), self.engine.begin() as connection:
            if one_writer:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open the store at `url`, making it or upgrading it as needed.

    Raises StoreError for an address that cannot be opened, or one that a newer version has written.
    """
    try:
        address = make_url(url)
        _make_private_file(address)
        engine = create_engine(address)
    except (ArgumentError, NoSuchModuleError, OSError) as error:
        message = f'the store cannot be opened: {error}. [store] url looks like "sqlite:///ai-usage.db"'
        raise StoreError(message) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
    try:
        _upgrade(engine)
    except StoreError:
        engine.dispose()
        raise
    except DatabaseError as error:
        engine.dispose()
        message = f"the store at {address.render_as_string(hide_password=True)} cannot be used: {error.orig}"
        raise StoreError(message) from error
    return Store(engine)


def _make_private_file(address: URL) -> None:
    """A new SQLite file is readable by its owner only; its journal files take the same rights."""
    if not address.drivername.startswith("sqlite") or not address.database or address.database == ":memory:":
        return
    path = Path(address.database)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}")
    if not path.exists():
        path.touch(mode=stat.S_IRUSR | stat.S_IWUSR)


def _configure_sqlite(connection: object, _record: ConnectionPoolEntry) -> None:
    # The driver's own transactions would end ours early and leave DDL outside; we say BEGIN ourselves.
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for name, value in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
    cursor.close()


def _upgrade(engine: Engine) -> None:
    with engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version")
        found = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    if found == REVISION:
        return
    _migrate(engine, found)


def _migrate(engine: Engine, found: str | None) -> None:
    # Alembic costs 0.2 s to import, and nearly every start finds the store up to date.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if found is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(found)
        except CommandError as error:
            raise StoreError(
                f"the store was written by a newer version (schema {found}, this version knows up to {REVISION}): "
                "install that version again; a store is never downgraded"
            ) from error
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def schema_version(store: Store) -> str:
    """Return the revision that the store's tables have."""
    with store.reading() as connection:
        return str(connection.scalar(select(text("version_num")).select_from(text("alembic_version"))))


@overload
def in_utc(moment: datetime) -> datetime: ...
@overload
def in_utc(moment: None) -> None: ...
def in_utc(moment: datetime | None) -> datetime | None:
    """Return a moment as it was written, in UTC: SQLite keeps no zone."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> int:
    """Insert the rows whose key is not there yet; return how many that were, -1 where the driver does not say."""
    if not rows:
        return 0
    statement: Insert
    match connection.dialect.name:
        case "postgresql":
            # A twentieth of a second to import, which most installations never need.
            from sqlalchemy.dialects.postgresql import insert as postgresql_insert  # noqa: PLC0415

            statement = postgresql_insert(table).on_conflict_do_nothing()
        case _:
            statement = sqlite_insert(table).on_conflict_do_nothing()
    # PostgreSQL's driver counts only when asked to
    return connection.execute(statement.execution_options(preserve_rowcount=True), rows).rowcount

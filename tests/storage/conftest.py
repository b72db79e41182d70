"""What the store promises holds on SQLite and on PostgreSQL alike."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store, open_store


@pytest.fixture(scope="session")
def postgres() -> Iterator[object]:
    # pytest's own folders are closed to the account that the server runs under where the tests run as root
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (own := Path(folder) / "run").mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(own))
        from tests.postgres import Postgres  # noqa: PLC0415 - only where a server is wanted

        server = Postgres(Path(folder) / "data")
        yield server
        server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
        yield opened
        opened.close()
        return
    with request.getfixturevalue("postgres").database() as url:
        opened = open_store(url)
        yield opened
        opened.close()

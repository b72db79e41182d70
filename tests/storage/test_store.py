import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage import store as store_module
from storage.errors import StoreError
from storage.schema import metadata
from storage.store import Store, open_store, schema_version


def test_a_new_store_has_the_newest_schema(store: Store) -> None:
    assert schema_version(store) == store_module.REVISION


def test_the_revision_in_the_code_is_the_head_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store_module.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [store_module.REVISION]


def test_migrations_and_tables_agree(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        # comments are for readers: SQLite keeps none, and no migration is written for a word
        differences = [each for each in compare_metadata(context, metadata) if "comment" not in each[0]]
        assert differences == []


def test_a_store_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    opened = open_store(f"sqlite:///{path}")
    with opened.writing() as connection:
        connection.execute(text("INSERT INTO rollup_due VALUES ('2025-01-06', true)"))
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    opened.close()


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'again.db'}"
    first = open_store(url)
    with first.writing() as connection:
        connection.execute(text("INSERT INTO rollup_due VALUES ('2025-01-06', true)"))
    first.close()
    second = open_store(url)
    with second.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM rollup_due")) == 1
    second.close()


def test_a_store_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'newer.db'}"
    opened = open_store(url)
    with opened.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()
    with pytest.raises(StoreError, match="newer version"):
        open_store(url)


def test_an_error_leaves_nothing_half_written(store: Store) -> None:
    def write_and_fail() -> None:
        with store.writing() as connection:
            connection.execute(text("INSERT INTO rollup_due VALUES ('2025-01-06', true)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with store.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM rollup_due")) == 0


@pytest.mark.parametrize(
    ("url", "word"),
    [("nonsense", "sqlite:///"), ("sqlite:////no/such/folder/x.db", "there is no folder"), ("oracle9://x", "url")],
)
def test_a_wrong_address_is_explained(url: str, word: str) -> None:
    with pytest.raises(StoreError, match=word):
        open_store(url)


def test_a_file_that_is_no_store_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, this is not a database at all." * 50)
    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{path}")


def test_threads_that_write_at_once_queue_however_short_sqlite_itself_would_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "PRAGMAS", {**store_module.PRAGMAS, "busy_timeout": "1"})
    opened = open_store(f"sqlite:///{tmp_path / 'busy.db'}")

    def write(number: int) -> None:
        with opened.writing() as connection:
            connection.execute(text(f"INSERT INTO rollup_due VALUES ('2025-01-{number:02}', true)"))
            time.sleep(0.02)

    with ThreadPoolExecutor(max_workers=9) as pool:
        list(pool.map(write, range(1, 28)))
    with opened.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM rollup_due")).scalar() == 27
    opened.close()

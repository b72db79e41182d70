"""Shared fixtures: real stores on disk, and the shared folder where it is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store, open_store

SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared folder of reference data is not beside this checkout")
    return SHARED

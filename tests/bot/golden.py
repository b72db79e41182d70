"""What was said before, kept in files. REWRITE_GOLDEN=1 writes them anew; then read the diff."""

import os
from pathlib import Path


def assert_golden(path: Path, told: str) -> None:
    """Fail unless the file holds exactly what is told."""
    if os.environ.get("REWRITE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told, encoding="utf-8")
    assert path.exists(), f"{path.name} is new: run the test with REWRITE_GOLDEN=1 and read it"
    kept = path.read_text(encoding="utf-8")
    assert told == kept, f"{path.name} reads differently now; if that is meant, run with REWRITE_GOLDEN=1"

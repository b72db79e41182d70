"""Who may import whom. Every import of the tree is walked; a package that is not listed here fails."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "insights", "connectors", "storage", "demo")

MAY_IMPORT = {
    "bot": {"bot", "insights", "connectors", "storage", "demo"},
    "insights": {"insights", "storage"},
    "connectors": {"connectors", "storage"},
    "demo": {"demo"},
    "storage": {"storage"},
}

MAY_USE = {
    "bot": {"aiohttp", "apscheduler", "click", "msgspec", "numpy", "rapidfuzz", "rich"},
    "insights": {"holidays", "numpy", "pandas"},
    "connectors": {"aiohttp", "jwt", "msgspec", "numpy", "rapidfuzz", "siphashc", "yarl"},
    "demo": {"aiohttp", "cryptography", "jwt", "msgspec", "numpy", "pandas"},
    "storage": {"sqlalchemy", "alembic"},
}

ONLY_IN = {
    "slack_bolt": "bot/slack/",
    "slack_sdk": "bot/slack/",
    "botbuilder": "bot/teams/",
    "matplotlib": "bot/charts.py",
    "sqlalchemy": "storage/",
    "alembic": "storage/",
}


def imports() -> list[tuple[str, str]]:
    """Return (file, imported top-level or dotted module) for every import of every room."""
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found += [(name, alias.name) for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    assert node.level == 0, f"{name}: imports are absolute"
                    found.append((name, node.module or ""))
    return found


IMPORTS = imports()


def test_the_walk_sees_the_tree() -> None:
    assert {name.split("/")[0] for name, _ in IMPORTS} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    wrong = [
        f"{name} imports {module}"
        for name, module in IMPORTS
        if name.startswith(f"{room}/") and (top := module.split(".")[0]) in ROOMS and top not in MAY_IMPORT[room]
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_the_packages_listed_for_it(room: str) -> None:
    wrong = []
    for name, module in IMPORTS:
        top = module.split(".")[0]
        if not name.startswith(f"{room}/") or top in ROOMS or top in sys.stdlib_module_names:
            continue
        home = ONLY_IN.get(top)
        if not (name.startswith(home) if home else top in MAY_USE[room]):
            wrong.append(f"{name} imports {module}")
    assert not wrong, wrong


def test_a_vendor_file_never_imports_another_vendor_file() -> None:
    import connectors  # noqa: PLC0415
    from connectors.connector import Connector  # noqa: PLC0415
    from storage.discover import discover  # noqa: PLC0415

    assert discover(connectors, Connector), "no connector was found"
    vendors = {f"connectors.{path.stem}" for path in (ROOT / "connectors").glob("*.py") if makes_a_connector(path)}
    wrong = [
        f"{name} imports {module}"
        for name, module in IMPORTS
        if module in vendors and name.replace("/", ".").removesuffix(".py") in vendors
    ]
    assert not wrong, wrong


def test_an_export_file_imports_no_vendor_and_no_other_export() -> None:
    vendors = {f"connectors.{path.stem}" for path in (ROOT / "connectors").glob("*.py") if makes_a_connector(path)}
    exports = [(name, module) for name, module in IMPORTS if name.startswith("connectors/exports/")]
    assert exports, "no export was found"
    wrong = [f"{name} imports {module}" for name, module in exports if module in vendors or ".exports" in module]
    assert not wrong, wrong


def makes_a_connector(path: Path) -> bool:
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return any(getattr(call.func, "id", "") == "Connector" for call in calls)

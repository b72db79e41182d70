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
    "bot": {
        "aiohttp",
        "apscheduler",
        "click",
        "cryptography",
        "mcp",
        "jwt",
        "msgspec",
        "numpy",
        "rapidfuzz",
        "rich",
        "yaml",
    },
    "insights": {"holidays", "numpy", "pandas", "scipy", "statsmodels"},
    "connectors": {"aiohttp", "jwt", "msgspec", "numpy", "rapidfuzz", "siphashc", "yarl"},
    "demo": {"aiohttp", "cryptography", "jwt", "msgspec", "numpy", "pandas"},
    "storage": {"sqlalchemy", "alembic"},
}

ONLY_IN = {
    "slack_bolt": "bot/slack/",
    "slack_sdk": "bot/slack/",
    "azure": "bot/teams/adapter.py",
    "botbuilder": "bot/teams/adapter.py",
    "botframework": "bot/teams/adapter.py",
    "msrest": "bot/teams/adapter.py",
    "requests": "bot/teams/adapter.py",
    "PIL": "bot/teams/",
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
    vendors = that_make("Connector", "connectors")
    wrong = [
        f"{name} imports {module}"
        for name, module in IMPORTS
        if module in vendors and name.replace("/", ".").removesuffix(".py") in vendors
    ]
    assert not wrong, wrong


def test_an_export_file_imports_no_vendor_and_no_other_export() -> None:
    vendors, exports = that_make("Connector", "connectors"), that_make("Export", "connectors/exports")
    assert exports, "no export was found"
    wrong = [
        f"{name} imports {module}"
        for name, module in IMPORTS
        if name.replace("/", ".").removesuffix(".py") in exports and module in vendors | exports
    ]
    assert not wrong, wrong


def test_vendors_and_their_parts_reach_neither_the_network_nor_the_store() -> None:
    vendors = that_make("Connector", "connectors")
    wrong = [
        f"{name} imports {module}"
        for name, module in IMPORTS
        if (name.startswith("connectors/parts/") or name.replace("/", ".").removesuffix(".py") in vendors)
        and module.startswith(("aiohttp", "connectors.net", "storage"))
    ]
    assert not wrong, wrong


def test_what_is_shared_in_connectors_imports_no_vendor_file() -> None:
    vendors = that_make("Connector", "connectors")
    wrong = [
        f"{name} imports {module}" for name, module in IMPORTS if name.startswith("connectors/") and module in vendors
    ]
    assert not wrong, wrong


def that_make(noun: str, folder: str) -> set[str]:
    """Return the modules of a folder that hold an instance of `noun`."""
    return {f"{folder.replace('/', '.')}.{path.stem}" for path in (ROOT / folder).glob("*.py") if makes(noun, path)}


def makes(noun: str, path: Path) -> bool:
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return any(getattr(call.func, "id", "") == noun for call in calls)

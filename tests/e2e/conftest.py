"""What the end-to-end tests need from the machine; they say what is missing and how to get it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = Path(os.environ.get("E2E_MODULES", ROOT / "node_modules"))
INSTALL = "tests/e2e/install.sh installs it"


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip(f"Chromium is not here: {INSTALL}")
    return found


@pytest.fixture(scope="session")
def playwright() -> Path:
    if shutil.which("node") is None:
        pytest.skip(f"node is not here: {INSTALL}")
    if not (MODULES / "playwright-core").is_dir():
        pytest.skip(f"npm's playwright-core is not here: {INSTALL}")
    return MODULES


@pytest.fixture(scope="session")
def local_slack() -> Path:
    binary = MODULES / "local-slack-linux-x64" / "bin" / "local-slack"
    if not binary.is_file():
        pytest.skip(f"npm's local-slack-linux-x64 is not here: {INSTALL}")
    return binary


@pytest.fixture(scope="session")
def teams_client() -> Path:
    program = MODULES / "@microsoft" / "m365agentsplayground" / "cli.js"
    if not program.is_file():
        pytest.skip(f"npm's @microsoft/m365agentsplayground is not here: {INSTALL}")
    return program


@pytest.fixture(scope="session")
def slack_renderer() -> Path:
    for package in ("slack-blocks-to-jsx", "react-dom", "playwright-core"):
        if not (MODULES / package).is_dir():
            pytest.skip(f"npm's {package} is not here: {INSTALL}")
    return MODULES


@pytest.fixture(scope="session")
def slack_types() -> Path:
    if not (MODULES / "@slack" / "types").is_dir() or not (MODULES / "typescript").is_dir():
        pytest.skip(f"npm's @slack/types and typescript are not here: {INSTALL}")
    return MODULES


@pytest.fixture(scope="session")
def namespace() -> list[str]:
    """The words before a command that give it a network of its own."""
    own = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip(f"unshare and ip (util-linux, iproute2) are not here: {INSTALL}")
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine allows no network namespace to an ordinary user")
    return own

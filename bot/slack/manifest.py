"""The app's manifest: one file for Socket Mode, of which the variants for HTTP and for OAuth are made."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bot.settings import SettingsError

HERE = Path(__file__).parent
PLACES = (HERE / "manifest.yml", HERE.parents[1] / "manifest.yml")
"""Where it lies: beside this file in an installed package, at the root in a checkout."""
EVENTS, BACK = "/slack/events", "/slack/oauth_redirect"
HEADER = (
    "# api.slack.com/apps → Create New App → From a manifest, and paste this. docs/slack.md explains each permission.\n"
)

JSON = dict[str, Any]


@cache
def _text() -> str:
    found = next((each for each in PLACES if each.is_file()), None)
    if found is None:
        raise SettingsError("manifest.yml is not in this installation: install the package again")
    return found.read_text(encoding="utf-8")


def manifest() -> JSON:
    """Return the manifest for Socket Mode."""
    loaded: JSON = yaml.safe_load(_text())
    return loaded


def scopes() -> list[str]:
    """Return the scopes that an install asks for, the optional ones too."""
    return list(manifest()["oauth_config"]["scopes"]["bot"])


def optional_scopes() -> frozenset[str]:
    """Return the scopes that whoever installs may leave out."""
    return frozenset(manifest()["oauth_config"]["scopes"]["bot_optional"])


def socket_manifest(address: str = "", *, renewing: bool = False) -> str:
    """Return the manifest for Socket Mode; with an address, one that several workspaces can install by OAuth."""
    if not address and not renewing:
        return _text()
    return _written(_installable(manifest(), address, renewing=renewing))


def http_manifest(address: str, *, renewing: bool = False) -> str:
    """Return the manifest for HTTP at `address`, such as "https://ai-usage.example.com". SettingsError otherwise."""
    made = _installable(manifest(), address, renewing=renewing)
    url = checked(address) + EVENTS
    made["settings"]["socket_mode_enabled"] = False
    made["settings"]["event_subscriptions"]["request_url"] = url
    made["settings"]["interactivity"]["request_url"] = url
    for command in made["features"]["slash_commands"]:
        command["url"] = url
    return _written(made)


def checked(address: str) -> str:
    """Return the address without a last slash. SettingsError where Slack would not take it."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f'Slack wants an address such as "https://ai-usage.example.com", not {address!r}')
    if parts.query or parts.fragment or parts.path.rstrip("/").endswith(EVENTS):
        raise SettingsError(f"leave out what comes after the host: {parts.scheme}://{parts.netloc}")
    return address.rstrip("/")


def _installable(given: JSON, address: str, *, renewing: bool) -> JSON:
    made = deepcopy(given)
    if address:
        made["oauth_config"]["redirect_urls"] = [checked(address) + BACK]
    made["settings"]["token_rotation_enabled"] = renewing
    return made


def _written(made: JSON) -> str:
    return HEADER + yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=118)

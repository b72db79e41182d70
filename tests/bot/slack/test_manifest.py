"""manifest.yml against Slack's own schema, and against what the app really does."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.slack.app import COMMAND
from bot.slack.app import SCOPES as NEEDED

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = ROOT.parent / "shared" / "schemas" / "slack-manifest.2.0.0.json"
SCOPES = {
    "commands": {"app.command"},
    "chat:write": {"chat_postMessage", "chat_postEphemeral"},
    "chat:write.public": {"chat_postMessage"},
    "files:write": {"files_getUploadURLExternal", "files_completeUploadExternal"},
    "files:read": {"files_info"},
}
NEED_NO_SCOPE = {"auth_test", "apps_connections_open"}


@pytest.fixture
def manifest():
    return yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))


@pytest.mark.skipif(not SCHEMA.exists(), reason="the shared folder with Slack's manifest schema is not here")
def test_the_manifest_satisfies_slacks_schema(manifest):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(manifest)] == []


def test_the_manifest_asks_for_the_scopes_of_the_methods_called_and_no_others(manifest):
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "slack").glob("*.py"))
    called = set(re.findall(r"\b(?:auth|chat|files|apps|conversations|users|views)_[a-zA-Z_]+(?=\()", code))
    asked = set(manifest["oauth_config"]["scopes"]["bot"])

    assert called - NEED_NO_SCOPE <= set().union(*(SCOPES[scope] for scope in asked))
    assert all(SCOPES[scope] & (called | {"app.command"}) for scope in asked)


def test_the_manifest_asks_for_everything_the_bot_cannot_do_without(manifest):
    assert set(manifest["oauth_config"]["scopes"]["bot"]) >= NEEDED


def test_the_manifest_offers_the_command_the_app_listens_to(manifest):
    assert [command["command"] for command in manifest["features"]["slash_commands"]] == [COMMAND]


def test_the_manifest_has_what_socket_mode_and_buttons_need(manifest):
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"]["is_enabled"] is True

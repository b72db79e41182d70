"""manifest.yml against Slack's own schema, and against what the app really does."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.slack.checking import NEEDED
from bot.slack.listening import COMMAND

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = ROOT.parent / "shared" / "schemas" / "slack-manifest.2.0.0.json"
SCOPES = {
    "app_mentions:read": {"app_mention"},
    "assistant:write": {"assistant_threads_setSuggestedPrompts", "assistant_threads_setTitle", "set_suggested_prompts"},
    "channels:read": {"conversations_info", "channel_archive", "channel_left", "member_left_channel"},
    "chat:write": {
        "chat_postMessage",
        "chat_postEphemeral",
        "chat_update",
        "chat_delete",
        "assistant_threads_setStatus",
    },
    "chat:write.public": {"chat_postMessage"},
    "commands": {"app.command"},
    "files:write": {"files_getUploadURLExternal", "files_completeUploadExternal"},
    "files:read": {"files_info"},
    "groups:read": {"conversations_info", "member_left_channel"},
    "im:history": {"message.im"},
    "usergroups:read": {"usergroups_users_list", "usergroups_list"},
    "users:read": {"users_info"},
}
"""The methods and events that want a scope, of those the bot may use (Slack's own reference of methods)."""
NEED_NO_SCOPE = {
    "apps_connections_open",
    "auth_test",
    "auth_revoke",
    "chat_getPermalink",
    "oauth_v2_access",
    "views_open",
    "views_publish",
    "views_push",
    "views_update",
}
ONLY_WHERE_MORE_WAS_GRANTED = {"conversations_history", "conversations_open"}
"""To look for a message that may have gone out before a crash; refused by Slack, the delivery stays in doubt."""

CALL = re.compile(
    r"\b(?:assistant|auth|chat|files|apps|conversations|oauth|usergroups|users|views)_[a-zA-Z_0-9]+(?=\()"
)


@pytest.fixture
def manifest():
    return yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))


@pytest.mark.skipif(not SCHEMA.exists(), reason="the shared folder with Slack's manifest schema is not here")
def test_the_manifest_satisfies_slacks_schema(manifest):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(manifest)] == []


def test_the_manifest_asks_for_the_scopes_of_the_methods_called_and_no_others(manifest):
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "slack").rglob("*.py"))
    asked = set(manifest["oauth_config"]["scopes"]["bot"])

    free = NEED_NO_SCOPE | ONLY_WHERE_MORE_WAS_GRANTED
    assert set(CALL.findall(code)) - free <= set().union(*(SCOPES[scope] for scope in asked))
    assert asked == set(SCOPES)


def test_what_is_optional_is_asked_for_too_and_the_bot_can_do_without(manifest):
    scopes = manifest["oauth_config"]["scopes"]

    assert set(scopes["bot_optional"]) < set(scopes["bot"])
    assert not set(scopes["bot_optional"]) & NEEDED


def test_the_documentation_explains_every_scope_and_event_and_no_others(manifest):
    page = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    scopes, events = (_table(page, head) for head in ("| scope | for |", "| event | for |"))
    asked = manifest["oauth_config"]["scopes"]
    optional = {name for name, row in scopes.items() if "(optional)" in row}

    assert set(scopes) - {"connections:write"} == set(asked["bot"])
    assert optional == set(asked["bot_optional"])
    assert set(events) == set(manifest["settings"]["event_subscriptions"]["bot_events"])


def _table(page, head):
    """The names in the first column of the table that begins with `head`, each with its row."""
    rows = page.partition(head + "\n")[2].partition("\n\n")[0].splitlines()[1:]
    return {name: row for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_the_manifest_asks_for_everything_the_bot_cannot_do_without(manifest):
    assert set(manifest["oauth_config"]["scopes"]["bot"]) >= NEEDED


def test_the_manifest_offers_the_command_the_app_listens_to(manifest):
    assert [command["command"] for command in manifest["features"]["slash_commands"]] == [COMMAND]


def test_the_manifest_has_what_socket_mode_and_buttons_need(manifest):
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"]["is_enabled"] is True


def test_the_app_is_an_agent_with_a_home_and_messages_that_can_be_written(manifest):
    features = manifest["features"]

    assert "assistant_view" not in features
    assert 1 <= len(features["agent_view"]["suggested_prompts"]) <= 4
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }

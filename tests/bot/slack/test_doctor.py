"""`ai-usage doctor slack` and `ai-usage slack`: each thing that can be wrong, said with what to do."""

import json
import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import jsonschema
import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner

from bot.cli import app
from bot.installation import Installation
from bot.settings import Roles, Settings, SettingsError, SlackSettings, Subscription
from bot.slack.doctor import compare_scopes, examine_slack
from bot.slack.install import AppKeys, Installs
from bot.slack.manifest import http_manifest, optional_scopes, scopes, socket_manifest
from bot.slack.oauth import install_routes
from bot.slack.tokens import Seal, new_key
from storage.slack import mark_dead
from storage.store import open_store
from tests.bot.slack.fake_installs import CLIENT, SECRET, FakeInstalls, install
from tests.bot.slack.fake_slack import APP_TOKEN, BOT_TOKEN
from tests.bot.slack.test_manifest import SCHEMA

ONE, TWO, THREE = "T0000000001", "T0000000002", "T0000000003"
ALL = ",".join(scopes())


@pytest.fixture
async def fake(monkeypatch):
    server = FakeInstalls(scopes=ALL)
    await server.start()
    monkeypatch.setenv("BOT", BOT_TOKEN)
    monkeypatch.setenv("APP", APP_TOKEN)
    monkeypatch.setenv("SECRET", SECRET)
    monkeypatch.setenv("KEY", new_key())
    yield server
    await server.stop()


@pytest.fixture
def installation(fake, tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/store.db")

    def make(*subscribed, **slack) -> Installation:
        given = {"bot_token": "env:BOT"} if "client_id" not in slack else {}
        return Installation(
            settings=Settings(
                slack=SlackSettings(app_token="env:APP", base_url=fake.api, **given, **slack),
                roles=Roles(administrators=["U1"]),
                subscriptions=[Subscription(to=each) for each in subscribed],
                folder=tmp_path,
            ),
            store=store,
        )

    yield make
    store.close()


async def said(installation) -> dict[str, tuple[str, str]]:
    return {each.said: (each.state, each.fix) for each in await examine_slack(installation)}


async def test_all_is_well(installation):
    assert await said(installation()) == {
        "Slack accepts the tokens and opens a connection": ("ok", ""),
        "the bot token has the scopes of the manifest, and no more": ("ok", ""),
    }


def test_scopes_are_compared_in_both_directions():
    needed = frozenset(scopes()) - {"im:history"} - optional_scopes() | {"admin"}
    missing, declined, beyond = compare_scopes(needed, "the bot token")

    assert (missing.state, missing.said) == ("look", "the bot token lacks the scopes im:history")
    assert "chat:write.public, groups:read and usergroups:read" in declined.said
    assert (beyond.state, beyond.said) == ("look", "the bot token has more scopes than the bot needs: admin")
    assert compare_scopes(frozenset(scopes()) - {"chat:write"}, "x")[0].state == "wrong"


@pytest.mark.parametrize(
    ("to", "known", "state", "part"),
    [
        ("C1", {"name": "ai", "is_member": True}, "ok", "#ai is there, and the bot in it"),
        ("C1", {"name": "ai", "is_member": False}, "look", "the bot is not in #ai"),
        ("C1", {"name": "ai", "is_member": False, "is_private": True}, "wrong", "the bot is not in #ai"),
        ("C1", {"name": "ai", "is_member": True, "is_archived": True}, "wrong", "#ai is archived"),
        ("C1", None, "wrong", "there is no such channel, or it is private and the bot not in it"),
        ("#general", None, "wrong", "'#general' is not a channel's id"),
    ],
)
async def test_each_subscriptions_channel_is_looked_at(fake, installation, monkeypatch, to, known, state, part):
    monkeypatch.setenv("CLIENT_SECRET", SECRET)
    fake.channels = {"C1": known} if known else {}
    async with installed(installation(f"{ONE}/{to}", **oauth()), fake, ONE) as made:
        found = await said(made)

    assert next(each for each in found.items() if part in each[0])[1][0] == state


async def test_every_workspace_is_listed_with_how_it_is(fake, installation):
    async with installed(installation("C1", f"{THREE}/C1", **oauth()), fake, ONE, TWO) as made:
        mark_dead(made.store, TWO, "token_revoked", datetime.now(UTC))
        found = await said(made)

    assert found[f"workspace Team {ONE} ({ONE}): installed"] == ("ok", "")
    assert found[f"workspace Team {TWO} ({TWO}): Slack takes its token no more (token_revoked)"][0] == "wrong"
    assert found[f"{THREE} may install the app and has not"][0] == "look"
    assert any("write which" in each for each in found)
    assert any(f"not installed in {THREE}" in each for each in found)


def oauth() -> dict[str, object]:
    return {
        "client_id": CLIENT,
        "client_secret": "env:SECRET",
        "token_key": "env:KEY",
        "workspaces": [ONE, TWO, THREE],
    }


@asynccontextmanager
async def installed(installation, fake, *teams):
    """The installation, once these workspaces have installed the app."""
    keys = AppKeys(client_id=CLIENT, client_secret=SECRET, token_key=os.environ["KEY"], workspaces=frozenset(teams))
    installs = Installs(keys, installation.store, fake.api)
    served = web.Application()
    served.add_routes(install_routes(installs))
    async with TestClient(TestServer(served)) as browser:
        for team in teams:
            assert (await install(browser, fake, team=team)).status == 200
    await installs.close()
    yield installation


@pytest.mark.parametrize("renewing", [False, True])
def test_the_manifest_for_http_is_valid_and_points_to_the_address(renewing):
    made = yaml.safe_load(http_manifest("https://ai.example.com/", renewing=renewing))
    settings = made["settings"]

    if SCHEMA.exists():
        assert list(jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).iter_errors(made)) == []
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == "https://ai.example.com/slack/events"
    assert settings["interactivity"]["request_url"] == "https://ai.example.com/slack/events"
    assert {each["url"] for each in made["features"]["slash_commands"]} == {"https://ai.example.com/slack/events"}
    assert made["oauth_config"]["redirect_urls"] == ["https://ai.example.com/slack/oauth_redirect"]
    assert settings["token_rotation_enabled"] is renewing
    assert made["oauth_config"]["scopes"] == yaml.safe_load(socket_manifest())["oauth_config"]["scopes"]


@pytest.mark.parametrize(
    "address",
    ["", "ai.example.com", "http://ai.example.com", "https://", "https://x.test/slack/events", "https://x?a=1"],
)
def test_an_address_slack_would_not_take_is_refused(address):
    with pytest.raises(SettingsError, match=r"Slack wants an address|leave out what comes after"):
        http_manifest(address)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["slack", "manifest"], "socket_mode_enabled: true"),
        (["slack", "manifest", "--socket"], "socket_mode_enabled: true"),
        (["slack", "manifest", "--install", "https://x.test"], "- https://x.test/slack/oauth_redirect"),
        (["slack", "manifest", "--http", "https://x.test", "--renewing"], "token_rotation_enabled: true"),
        (["slack", "manifest", "--http", "https://x.test", "--socket"], "leave --socket and --install out"),
        (["slack", "manifest", "--renewing"], "renewed tokens need installs by OAuth"),
    ],
)
def test_the_command_prints_the_manifest_or_what_is_wrong(words, expected):
    assert expected in CliRunner().invoke(app, words).output


def test_a_key_is_made_and_fits():
    made = CliRunner().invoke(app, ["slack", "key"]).output
    seal = Seal(made)

    assert seal.open(seal.close("xoxb-invented")) == "xoxb-invented"

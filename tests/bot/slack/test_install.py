"""Installs by OAuth: several workspaces and organisations, sealed tokens, renewal, removal."""

import asyncio
import logging
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

from bot.settings import SettingsError, SlackSettings
from bot.slack.install import AppKeys, Installs, NotInstalledError, app_keys, place_of
from bot.slack.manifest import scopes
from bot.slack.oauth import install_routes
from bot.slack.tokens import SEALED, Seal, new_key
from storage.slack import dead_installs, end_turn, take_turn
from storage.store import open_store
from tests.bot.slack.fake_installs import CLIENT, SECRET, FakeInstalls, install

ONE, TWO, STRANGER, ORG = "T0000000001", "T0000000002", "T0STRANGER1", "E0000000001"
KEY = new_key()


@pytest.fixture
async def fake():
    server = FakeInstalls()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def keys(key: str = KEY, *, workspaces=(ONE, TWO, ORG)) -> AppKeys:
    return AppKeys(
        client_id=CLIENT,
        client_secret=SECRET,
        token_key=key,
        workspaces=frozenset(workspaces),
        address="https://ai.test",
    )


@pytest.fixture
async def installs(fake, store):
    opened = Installs(keys(), store, fake.api)
    yield opened
    await opened.close()


@pytest.fixture
async def browser(installs, aiohttp_client):
    app = web.Application()
    app.add_routes(install_routes(installs))
    return await aiohttp_client(app)


async def test_a_workspace_installs_the_app_and_the_bot_speaks_there(browser, fake, installs):
    answer = await install(browser, fake, team=ONE)
    client = await installs.client_for(ONE)
    await client.auth_test()

    assert answer.status == 200
    assert f"Team {ONE}" in await answer.text()
    assert client.token == fake.known[0].token


async def test_the_install_asks_for_the_manifests_scopes_and_comes_back_to_the_address(browser, fake):
    begun = await browser.get("/slack/install", allow_redirects=False)
    where = urlsplit(begun.headers["Location"])
    asked = parse_qs(where.query)

    assert begun.status == 302
    assert f"{where.scheme}://{where.netloc}{where.path}" == f"{fake.url}/oauth/v2/authorize"
    assert asked["scope"][0].split(",") == scopes()
    assert asked["redirect_uri"] == ["https://ai.test/slack/oauth_redirect"]
    assert all(word in begun.headers["Set-Cookie"] for word in ("Secure", "HttpOnly"))


async def test_no_token_lies_open_in_the_database(browser, fake, store):
    fake.lives = 43200
    await install(browser, fake, team=ONE)
    with sqlite3.connect(store.engine.url.database) as raw:
        dump = "\n".join(raw.iterdump())
    raw.close()

    assert SEALED in dump
    assert fake.known[0].token not in dump
    assert fake.known[0].refresh not in dump


async def test_each_workspace_is_spoken_to_with_its_own_token(browser, fake, installs):
    await install(browser, fake, team=ONE)
    await install(browser, fake, team=TWO, enterprise=ORG)
    first, second = await installs.client_for(ONE), await installs.client_for(TWO)

    assert [each.token for each in fake.known] == [first.token, second.token]
    with pytest.raises(NotInstalledError, match=rf"several workspaces \({ONE}, {TWO}\)"):
        await installs.client_for(None)


async def test_an_organisations_install_speaks_in_each_of_its_workspaces(browser, fake, installs):
    await install(browser, fake, team=None, enterprise=ORG)
    named = await installs.client_for("T0ANYOTHER1", ORG)
    unnamed = await installs.client_for("T0ANYOTHER1")
    who = await installs.authorize(ORG, "T0ANYOTHER1")

    assert named.token == unnamed.token == fake.known[0].token
    assert named.default_params["team_id"] == "T0ANYOTHER1"
    assert who is not None
    assert who.bot_token == named.token


async def test_a_workspace_that_may_not_is_refused_and_its_token_given_back(browser, fake, installs):
    answer = await install(browser, fake, team=STRANGER)

    assert answer.status == 403
    assert STRANGER in await answer.text()
    assert len(fake.revoked) == 1
    assert await installs.authorize(None, STRANGER) is None


async def test_a_workspace_taken_out_of_the_settings_is_not_answered_any_more(browser, fake, installs, store):
    await install(browser, fake, team=ONE)
    fewer = Installs(keys(workspaces=[TWO]), store, fake.api)

    with pytest.raises(NotInstalledError, match=f"{ONE} installed the app, and is not in"):
        await fewer.client_for(ONE)
    await fewer.close()


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 400, "another browser"),
        ("code=x", 400, "another browser"),
        ("error=access_denied", 400, "declined"),
        ("error=%3Cscript%3E", 400, "&lt;script&gt;"),
        ("code=x&state=forged", 400, "another browser"),
        ("state=%00&code=%ff", 400, "another browser"),
    ],
)
async def test_a_forged_or_broken_return_is_the_callers_fault(browser, query, status, said):
    answer = await browser.get(f"/slack/oauth_redirect?{query}")

    assert answer.status == status
    assert said in await answer.text()


async def test_a_state_works_once_and_a_code_that_slack_refuses_is_told(browser, fake):
    begun = await browser.get("/slack/install", allow_redirects=False)
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    headers = {"Cookie": begun.headers["Set-Cookie"].partition(";")[0]}
    answers = [
        await browser.get("/slack/oauth_redirect", params={"code": code, "state": state}, headers=headers)
        for code in ("wrong", fake.code())
    ]

    assert [each.status for each in answers] == [401, 401]
    assert "did not take the code" in await answers[0].text()
    assert "used up" in await answers[1].text()
    assert fake.known == []


async def test_slack_out_of_reach_during_an_install_is_told_as_such(browser, fake, installs):
    begun = await browser.get("/slack/install", allow_redirects=False)
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    headers = {"Cookie": begun.headers["Set-Cookie"].partition(";")[0]}
    await fake.stop()
    answer = await browser.get("/slack/oauth_redirect", params={"code": "x", "state": state}, headers=headers)

    assert answer.status == 503
    assert "could not be reached" in await answer.text()


async def test_a_token_about_to_end_is_renewed_once_however_many_want_it(browser, fake, installs, store):
    fake.lives = 600
    await install(browser, fake, team=ONE)
    old = fake.known[0].token
    fake.lives = 43200
    replica = Installs(keys(), store, fake.api)
    clients = await asyncio.gather(*(each.client_for(ONE) for each in (installs, replica) for _ in range(10)))
    await replica.close()

    renewals = [each for each in fake.called("oauth.v2.access") if each.get("grant_type") == "refresh_token"]
    assert len(renewals) == 1
    assert {each.token for each in clients} == {fake.known[0].token}
    assert fake.known[0].token != old


async def test_a_renewal_is_kept_and_the_next_one_uses_the_new_refresh_token(browser, fake, installs):
    fake.lives = 600
    await install(browser, fake, team=ONE)
    for _ in range(3):
        client = await installs.client_for(ONE)
        await client.auth_test()

    assert client.token == fake.known[0].token
    assert len(fake.known[0].used) == 3


async def test_a_token_that_cannot_be_renewed_marks_the_install_dead_and_tells_once(
    browser, fake, installs, store, caplog
):
    fake.lives = 600
    await install(browser, fake, team=ONE)
    fake.known[0].refresh = "another"
    for _ in range(3):
        with pytest.raises(NotInstalledError, match=r"install the app there again, https://ai\.test/slack/install"):
            await installs.client_for(ONE)

    assert dead_installs(store) == {ONE: "invalid_refresh_token"}
    assert [each.levelno for each in caplog.records].count(logging.ERROR) == 1


async def test_slack_out_of_reach_does_not_cost_the_refresh_token(browser, fake, installs, store):
    fake.lives = 600
    await install(browser, fake, team=ONE)
    token = fake.known[0].token
    await fake.stop()

    assert (await installs.client_for(ONE)).token == token
    assert dead_installs(store) == {}


@pytest.mark.parametrize("code", ["invalid_auth", "account_inactive", "token_revoked"])
async def test_a_dead_token_is_told_once_and_a_new_install_revives_it(browser, fake, installs, store, caplog, code):
    await install(browser, fake, team=ONE)
    client = await installs.client_for(ONE)
    fake.known[0].refused = code
    for _ in range(2):
        with pytest.raises(SlackApiError):
            await client.auth_test()
    with pytest.raises(NotInstalledError, match=code):
        await installs.client_for(ONE)
    errors = [each.message for each in caplog.records if each.levelno == logging.ERROR]
    await install(browser, fake, team=ONE)

    assert len(errors) == 1
    assert f"{ONE} no more ({code})" in errors[0]
    assert (await installs.client_for(ONE)).token == fake.known[0].token
    assert dead_installs(store) == {}


async def test_a_removed_install_is_forgotten_and_the_others_are_not(browser, fake, installs, store):
    await install(browser, fake, team=ONE)
    await install(browser, fake, team=TWO)
    await installs.removed(None, ONE, "app_uninstalled", time.time())
    with sqlite3.connect(store.engine.url.database) as raw:
        left = [
            raw.execute(f"SELECT team_id FROM {table}").fetchall() for table in ("slack_bots", "slack_installations")
        ]
    raw.close()

    assert left == [[(TWO,)], [(TWO,)]]
    with pytest.raises(NotInstalledError, match="is not installed in"):
        await installs.client_for(ONE)


async def test_tokens_are_sealed_again_with_a_new_key_and_the_old_one_can_go(browser, fake, installs, store):
    await install(browser, fake, team=ONE)
    new = new_key()
    both = Installs(keys(f"{new}\n{KEY}"), store, fake.api)
    sealed = await both.kept.seal_again()
    await both.close()
    alone, stale = Installs(keys(new), store, fake.api), Installs(keys(KEY), store, fake.api)

    assert sealed == 2
    assert (await alone.client_for(ONE)).token == fake.known[0].token
    with pytest.raises(SettingsError, match="token_key does not open the tokens"):
        await stale.client_for(ONE)
    await alone.close()
    await stale.close()


@pytest.mark.parametrize("key", ["", "short", "not base64 at all!", KEY[:-2]])
def test_a_key_that_is_none_is_refused_with_the_way_to_make_one(key):
    with pytest.raises(SettingsError, match="`ai-usage slack key` makes one"):
        Seal(key)


def test_turns_are_had_by_one_and_end_by_themselves(store):
    now = datetime(2026, 11, 30, 9, tzinfo=UTC)
    later = now + timedelta(minutes=1)

    assert take_turn(store, ONE, "a", now, later)
    assert not take_turn(store, ONE, "b", now, later)
    assert take_turn(store, ONE, "b", later + timedelta(seconds=1), later + timedelta(minutes=1))
    end_turn(store, ONE, "a")
    assert not take_turn(store, ONE, "c", later + timedelta(seconds=2), later)
    end_turn(store, ONE, "b")
    assert take_turn(store, ONE, "c", now, later)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "neither bot_token"),
        ({"client_id": "1.2", "bot_token": "env:X"}, "remove bot_token"),
        ({"client_id": "1.2"}, "workspaces is empty"),
        ({"client_id": "1.2", "workspaces": [ONE, "general"]}, 'holds "general": write ids'),
        ({"client_id": "1.2", "workspaces": [ONE], "address": "ai.test"}, 'address is "ai.test": write one such as'),
        ({"client_id": "1.2", "workspaces": [ONE]}, "slack.client_secret is not set"),
        ({"client_id": "1.2", "workspaces": [ONE], "client_secret": "shhh"}, "slack.client_secret holds a value"),
    ],
)
def test_settings_that_do_not_fit_together_say_what_to_change(settings, said, tmp_path):
    with pytest.raises(SettingsError, match=said):
        app_keys(SlackSettings(**settings), tmp_path)


def test_a_place_names_its_channel_and_what_lies_around_it():
    assert place_of("C1") == (None, None, "C1")
    assert place_of("T1/C1") == (None, "T1", "C1")
    assert place_of("E1/T1/U1") == ("E1", "T1", "U1")

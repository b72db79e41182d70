"""Events that come twice, workspaces that leave, channels that are gone: signed requests through the real app."""

import asyncio
import json
import logging
import time

import pytest
from aiohttp import web

from bot.slack.app import build_app, slack_workspace
from bot.slack.checking import SlackKeys
from bot.slack.events import PATH, slack_routes
from bot.slack.install import AppKeys, Installs, NotInstalledError, authorizing
from bot.slack.oauth import install_routes
from bot.slack.tokens import new_key
from storage.store import open_store
from tests.bot.slack.fake_installs import CLIENT, FakeInstalls, install
from tests.bot.slack.fake_installs import SECRET as CLIENT_SECRET
from tests.bot.slack.fake_slack import ASKER, BOT, MEMBER_OF
from tests.bot.slack.test_events import SECRET, command, signed

ONE, TWO = "T0000000001", "T0000000002"


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


@pytest.fixture
async def installs(fake, store):
    keys = AppKeys(client_id=CLIENT, client_secret=CLIENT_SECRET, token_key=new_key(), workspaces=frozenset({ONE, TWO}))
    opened = Installs(keys, store, fake.api)
    yield opened
    await opened.close()


@pytest.fixture
def lost():
    return []


@pytest.fixture
async def replicas(fake, voice, installs, store, lost, aiohttp_client):
    """Two processes that share the store, as far as one test can have them."""

    async def tell(team, channel, why):
        lost.append((team, channel, why))

    async def replica():
        workspace = slack_workspace(fake.api, SlackKeys(), voice)
        app = build_app(workspace, authorizing(installs), SECRET, installs=installs, store=store, lost=tell)
        served = web.Application()
        served.add_routes([*slack_routes(app, SECRET), *install_routes(installs)])
        return await aiohttp_client(served)

    return [await replica(), await replica()]


async def send(client, event, *, number="Ev1", team=ONE, retry=None, at=None):
    body = json.dumps(
        {
            "type": "event_callback",
            "team_id": team,
            "api_app_id": "A0000000001",
            "event_id": number,
            "event_time": int(time.time()) if at is None else at,
            "event": event,
            "authorizations": [{"team_id": team, "enterprise_id": None, "user_id": BOT, "is_bot": True}],
            **({"retry": retry} if retry else {}),
        }
    )
    return await client.post(PATH, data=body, headers=signed(body) | {"Content-Type": "application/json"})


ARCHIVED = {"type": "channel_archive", "channel": MEMBER_OF, "user": ASKER}


async def test_an_event_that_slack_repeats_is_done_once_by_all_replicas_together(replicas, fake, lost):
    await install(replicas[0], fake, team=ONE)
    answers = [await send(each, ARCHIVED, retry=number) for number in range(1, 3) for each in replicas]
    await send(replicas[0], ARCHIVED, number="Ev2")
    await asyncio.sleep(0.1)

    assert {each.status for each in answers} == {200}
    assert lost == [(ONE, MEMBER_OF, "the channel was archived")] * 2


async def test_an_event_turned_away_may_come_again(replicas, fake, lost):
    await send(replicas[0], ARCHIVED)
    await install(replicas[0], fake, team=ONE)
    await send(replicas[0], ARCHIVED, retry=1)
    await asyncio.sleep(0.1)

    assert len(lost) == 1


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"type": "channel_deleted", "channel": "C1"}, "the channel was deleted"),
        ({"type": "channel_left", "channel": "C1"}, "the bot was removed from the channel"),
        ({"type": "member_left_channel", "channel": "C1", "user": BOT}, "the bot was removed from the channel"),
        ({"type": "member_left_channel", "channel": "C1", "user": ASKER}, None),
        ({"type": "channel_rename", "channel": {"id": "C1", "name": "new"}}, None),
    ],
)
async def test_a_channel_that_is_gone_is_told_and_one_that_is_not_is_not(replicas, fake, lost, event, why):
    await install(replicas[0], fake, team=ONE)
    await send(replicas[0], event)
    await asyncio.sleep(0.1)

    assert lost == ([(ONE, "C1", why)] if why else [])


@pytest.mark.parametrize(
    "event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT]}}]
)
async def test_a_workspace_that_leaves_is_forgotten(replicas, fake, installs, event):
    await install(replicas[0], fake, team=ONE)
    await install(replicas[0], fake, team=TWO)
    await send(replicas[0], event)
    async with asyncio.timeout(5):
        while len(await installs.kept.all_bots()) > 1:  # noqa: ASYNC110 - another task ends it
            await asyncio.sleep(0.01)

    with pytest.raises(NotInstalledError):
        await installs.client_for(ONE)
    assert await installs.client_for(TWO)


async def test_word_of_a_removal_that_comes_after_a_new_install_does_not_end_it(replicas, fake, installs):
    await install(replicas[0], fake, team=ONE)
    await send(replicas[0], {"type": "app_uninstalled"}, at=int(time.time()) - 60)
    await asyncio.sleep(0.3)

    assert await installs.client_for(ONE)


async def test_a_revoked_token_of_a_person_changes_nothing(replicas, fake, installs):
    await install(replicas[0], fake, team=ONE)
    await send(replicas[0], {"type": "tokens_revoked", "tokens": {"oauth": [ASKER], "bot": []}})

    assert await installs.client_for(ONE)


async def test_a_command_is_answered_by_the_token_of_its_workspace(replicas, fake):
    fake.channels[MEMBER_OF] = {}
    await install(replicas[0], fake, team=ONE)
    await install(replicas[0], fake, team=TWO)
    body = command(fake, "").replace("team_id=T1", f"team_id={TWO}")
    answer = await replicas[0].post(PATH, data=body, headers=signed(body))
    await fake.until(lambda: fake.messages)

    assert answer.status == 200
    assert {each["token"] for each in fake.called("files.getUploadURLExternal")} == {fake.known[1].token}


async def test_a_workspace_that_never_installed_the_app_is_told_and_logged(replicas, fake, caplog):
    body = command(fake, "plain").replace("team_id=T1", "team_id=T0STRANGER1")
    with caplog.at_level(logging.WARNING):
        answer = await replicas[0].post(PATH, data=body, headers=signed(body))

    assert answer.status == 200
    assert "not installed in T0STRANGER1" in caplog.text
    assert all("installed" in str(each) or "install" in str(each) for each in fake.responses)

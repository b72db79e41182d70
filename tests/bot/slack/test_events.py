"""HTTP mode: signed requests through the real app, and what is refused at the door."""

import hashlib
import hmac
import time
from urllib.parse import urlencode

import pytest
from aiohttp import web

from bot.slack.app import SlackKeys, slack_workspace, start_slack
from bot.slack.events import PATH, slack_routes
from tests.bot.slack.conftest import KEYS
from tests.bot.slack.fake_slack import ASKER, BOT_TOKEN, MEMBER_OF

SECRET = "invented-signing-secret"


@pytest.fixture
async def client(fake, voice, aiohttp_client):
    keys = SlackKeys(bot_token=BOT_TOKEN, signing_secret=SECRET)
    running = await start_slack(slack_workspace(fake.api, KEYS, voice), "http", fake.api, keys)
    app = web.Application()
    app.add_routes(slack_routes(running.app, SECRET))
    return await aiohttp_client(app)


def signed(body: str, *, sent: int | None = None, secret: str = SECRET) -> dict[str, str]:
    at = int(time.time()) if sent is None else sent
    digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "X-Slack-Signature": f"v0={digest}",
        "X-Slack-Request-Timestamp": str(at),
        "Content-Type": "application/x-www-form-urlencoded",
    }


def command(fake, text: str) -> str:
    payload = {"command": "/ai-usage", "text": text, "user_id": ASKER, "channel_id": MEMBER_OF, "team_id": "T1"}
    return urlencode({**payload, "response_url": f"{fake.url}/response/1", "trigger_id": "1.2"})


async def test_a_signed_command_is_acknowledged_and_answered(client, fake):
    body = command(fake, "plain")
    answer = await client.post(PATH, data=body, headers=signed(body))
    await fake.until(lambda: fake.responses)

    assert answer.status == 200
    assert fake.responses[0]["text"] == "Plain\nNo picture here."


async def test_the_same_signed_request_is_taken_once(client, fake):
    body = command(fake, "plain")
    headers = signed(body)
    first = await client.post(PATH, data=body, headers=headers)
    second = await client.post(PATH, data=body, headers=headers)
    await fake.until(lambda: fake.responses)

    assert (first.status, second.status) == (200, 409)
    assert len(fake.responses) == 1


@pytest.mark.parametrize("sent", ["", "soon", "-5", "\u0661\u0662", "9" * 40])
async def test_a_malformed_timestamp_is_the_callers_fault(client, fake, sent):
    body = command(fake, "plain")
    headers = signed(body) | {"X-Slack-Request-Timestamp": sent}

    assert (await client.post(PATH, data=body, headers=headers)).status == 400


async def test_an_old_request_is_refused(client, fake):
    body = command(fake, "plain")

    assert (await client.post(PATH, data=body, headers=signed(body, sent=int(time.time()) - 301))).status == 401


async def test_a_request_signed_by_somebody_else_is_refused_each_time(client, fake):
    body = command(fake, "plain")
    headers = signed(body, secret="another")

    assert [(await client.post(PATH, data=body, headers=headers)).status for _ in range(2)] == [401, 401]
    assert fake.responses == []

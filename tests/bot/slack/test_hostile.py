"""What anybody may send to /slack/events: the caller's fault, never ours."""

import asyncio
import json
import random
import time

import pytest
from aiohttp import web

from bot.slack.app import build_app, slack_workspace
from bot.slack.events import LARGEST, PATH, slack_routes
from tests.bot.slack.conftest import KEYS
from tests.bot.slack.fake_slack import ASKER
from tests.bot.slack.test_events import SECRET, command, signed

REQUESTS = 1000
JSON_KIND = {"Content-Type": "application/json"}


@pytest.fixture
async def client(fake, voice, aiohttp_client):
    from bot.slack.app import authorizer  # noqa: PLC0415

    workspace = slack_workspace(fake.api, KEYS, voice)
    app = web.Application()
    app.add_routes(slack_routes(build_app(workspace, authorizer(workspace.client), SECRET), SECRET))
    return await aiohttp_client(app)


def anything(chance: random.Random, depth: int = 0) -> object:
    """A JSON value of the kinds that Slack's bodies hold, in places where it does not hold them."""
    names = ["type", "event", "event_id", "actions", "user", "team", "channel", "view", "command", "authorizations"]
    words = [
        "event_callback",
        "block_actions",
        "view_submission",
        "url_verification",
        "message",
        "",
        "\x00",
        "🙈",
        "T1",
    ]
    pick = chance.randrange(7 if depth < 3 else 5)
    match pick:
        case 5:
            return [anything(chance, depth + 1) for _ in range(chance.randrange(3))]
        case 6:
            return {name: anything(chance, depth + 1) for name in chance.sample(names, chance.randrange(len(names)))}
        case 4:
            return chance.choice([-1, 0, 10**30, 1.5, True, False])
        case 3:
            return None
        case _:
            return chance.choice(words)


def forged(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    """A body and headers that Slack does not send: wrongly signed, late, cut off, or nothing it would say."""
    said = json.dumps(anything(chance))
    body = chance.choice(
        [said, f"payload={said}", said[: len(said) // 2], "", "%%%", "payload=", "a=1&a=2", "[" * 5000]
    )
    headers = signed(body)
    match chance.randrange(9):
        case 0:
            headers = signed(body, secret="another")
        case 1:
            headers = signed(body, sent=int(time.time()) + chance.choice([-(10**6), -301, 301, 10**6]))
        case 2:
            name = chance.choice(["X-Slack-Signature", "X-Slack-Request-Timestamp"])
            headers[name] = chance.choice(["", "v0=", "v0=zz", "v1=ab", "NaN", "1e9", "-1", "²", "9" * 300, "0x10"])
        case 3:
            del headers[chance.choice(["X-Slack-Signature", "X-Slack-Request-Timestamp"])]
        case 4:
            return b"\xff\xfe" + body.encode(), headers
        case 5:
            headers["Content-Type"] = chance.choice(["text/plain", "multipart/form-data", "application/xml", "x", ""])
            return body.encode(), headers
        case 6:
            body = json.dumps(
                {"type": chance.choice(["event_callback", "block_actions", 7]), "event": anything(chance)}
            )
            headers = signed(body) | JSON_KIND
        case _:
            headers["Content-Type"] = chance.choice(
                ["application/json", "application/json; charset=no-such", "application/x-www-form-urlencoded"]
            )
    return body.encode(), headers


async def test_a_thousand_malformed_or_forged_requests_are_the_callers_fault(client, fake):
    chance = random.Random(20261130)
    wrong, counts = [], dict.fromkeys(range(400, 500), 0)
    for _ in range(REQUESTS):
        body, headers = forged(chance)
        answer = await client.post(PATH, data=body, headers=headers)
        if answer.status not in counts:
            wrong.append((answer.status, body[:200], headers))
        else:
            counts[answer.status] += 1

    assert wrong == []
    assert {status for status, count in counts.items() if count} >= {400, 401, 415}
    assert fake.responses == fake.messages == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_only_posts_are_taken(client, method):
    assert (await client.request(method, PATH)).status == 405


async def test_a_body_too_large_is_refused_whether_it_says_so_or_not(client, fake):
    async def drops():
        for _ in range(LARGEST // 2**16 + 2):
            yield b"x" * 2**16

    said = await client.post(PATH, data=b"x" * (LARGEST + 1), headers=signed("x"))
    unsaid = await client.post(PATH, data=drops(), headers=signed("x"))

    assert (said.status, unsaid.status) == (413, 413)


async def test_an_address_is_verified_as_slack_asks(client):
    body = json.dumps({"type": "url_verification", "challenge": "invented", "token": "x"})
    answer = await client.post(PATH, data=body, headers=signed(body) | JSON_KIND)

    assert answer.status == 200
    assert "invented" in await answer.text()


async def test_the_same_request_sent_fifty_times_at_once_is_done_once(client, fake):
    body = command(fake, "plain")
    headers = signed(body)
    answers = await asyncio.gather(*(client.post(PATH, data=body, headers=headers) for _ in range(50)))
    await fake.until(lambda: fake.responses)

    assert sorted(each.status for each in answers) == [200] + [409] * 49
    assert len(fake.responses) == 1
    assert ASKER in body

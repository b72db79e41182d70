"""A real Bolt app on a real Socket Mode connection to the fake Slack."""

import struct
import zlib
from collections.abc import AsyncIterator

import pytest

from bot.card import Bar, BarChart, Button, Card, Chart
from bot.dialogue import Reply, Said
from bot.slack.app import Slack, SlackKeys, slack_workspace, start_slack
from bot.slack.voice import Voice
from tests.bot.slack.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack

KEYS = SlackKeys(bot_token=BOT_TOKEN, app_token=APP_TOKEN)


def png() -> bytes:
    """One grey pixel."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\x00\x80")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def chart(title: str) -> BarChart:
    return BarChart(title=title, unit="sessions", bars=(Bar(label="Sales", value=4.1),), alt=f"{title}: Sales 4.1")


def ask(text: str) -> Card:
    match text:
        case "break":
            raise ValueError("the store is on fire")
        case "plain":
            return Card(title="Plain", text="No picture here.")
        case "":
            return Card(title="Overview", text="6.8 messages a session.", chart=chart("Overview"))
        case _:
            button = Button(label="26 weeks", ask=f"{text} last 26 weeks")
            return Card(title=text.title(), text=f"About {text}.", chart=chart(text), buttons=(button,))


def draw(chart: Chart) -> bytes:
    if chart.title == "undrawable":
        raise ValueError("no such colour")
    return png()


@pytest.fixture
def heard() -> list[Said]:
    return []


@pytest.fixture
def voice(heard: list[Said]) -> Voice:
    def reply(said: Said) -> Reply:
        heard.append(said)
        if said.text == "secret":
            card = Card(title="Sorry", text="I may not answer you.")
            return Reply(card=card, refused=True, whom=("T0ACME:U0SOMEBODY1",))
        return Reply(card=ask(said.text))

    return Voice(reply=reply, draw=draw)


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    server = FakeSlack()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def slack(fake: FakeSlack, voice: Voice) -> AsyncIterator[Slack]:
    workspace = slack_workspace(fake.api, KEYS, voice)
    running = await start_slack(workspace, "socket", fake.api, KEYS)
    yield running
    await running.close()

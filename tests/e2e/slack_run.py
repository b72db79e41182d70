"""Runs the real bot against the independent server local-slack, and prints what was seen there as JSON.

Run inside a network namespace of its own: the server listens on every address.
usage: python -m tests.e2e.slack_run BINARY FOLDER
"""

import asyncio
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from bot.card import Card
from bot.charts import draw
from bot.dialogue import Reply, Said
from bot.slack.app import SlackKeys, slack_workspace, start_slack
from bot.slack.digest import post_digest
from insights.question import Question
from tests.bot import cards
from tests.bot.slack.conftest import Heard, voice_of

PORT = 3100
URL = f"http://127.0.0.1:{PORT}"
CHANNEL, ASKER, APP = "C0000000001", "U0ASKER0001", "A0000000001"
KEYS = SlackKeys(bot_token="xoxb-invented", app_token="xapp-1-invented")
CONFIG = {
    "workspace": {"teamId": "T0000000001"},
    "apps": [
        {
            "appId": APP,
            "botUserId": "U0BOT000001",
            "botName": "ai-usage",
            "botToken": KEYS.bot_token,
            "appToken": KEYS.app_token,
            "signingSecret": "invented",
            "mode": "socket",
        }
    ],
    "users": [{"id": ASKER, "name": "asker"}],
    "channels": [{"id": CHANNEL, "name": "general", "members": [ASKER, "U0BOT000001"]}],
}


def ask(text: str) -> Card:
    match text:
        case "break":
            raise ValueError("no such thing")
        case "sales":
            return cards.DEPARTMENTS_CARD
        case "help":
            return cards.HELP
        case _:
            return cards.OVERVIEW


def answered(said: Said) -> Reply:
    return Reply(card=ask(said.text), question=Question(departments=(said.text,)))


async def until_up(session: aiohttp.ClientSession) -> None:
    for _ in range(100):
        try:
            async with session.get(f"{URL}/_control/state"):
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.1)
    raise TimeoutError("local-slack did not start")


async def log_of(session: aiohttp.ClientSession) -> list[dict[str, Any]]:
    async with session.get(f"{URL}/_control/log") as answer:
        return list((await answer.json())["log"])


async def grown(session: aiohttp.ClientSession, pattern: str, count: int) -> list[dict[str, Any]]:
    """The log's entries that match, once there are `count`."""
    for _ in range(150):
        found = [entry for entry in await log_of(session) if re.search(pattern, entry.get("summary", ""))]
        if len(found) >= count:
            return found
        await asyncio.sleep(0.1)
    raise TimeoutError(f"{pattern} was not seen {count} times")


async def control(session: aiohttp.ClientSession, what: str, **arguments: object) -> Any:
    async with session.post(f"{URL}/_control/{what}", json=arguments) as answer:
        return await answer.json()


async def scenario() -> dict[str, Any]:
    workspace = slack_workspace(f"{URL}/api/", KEYS, replace(voice_of(Heard()), reply=answered, draw=draw))
    async with aiohttp.ClientSession() as session:
        await until_up(session)
        running = await start_slack(workspace, "socket", f"{URL}/api/", KEYS)
        command = {"appId": APP, "channel": CHANNEL, "user": ASKER, "command": "/ai-usage"}
        await control(session, "command", **command, text="sales")
        await grown(session, r"chat\.postEphemeral", 1)
        await control(session, "command", **command, text="break")
        await asyncio.sleep(1.0)
        posted = await post_digest(workspace, cards.DIGEST, CHANNEL, pause=0)
        main, button = posted.message.partition(":")[2], cards.DIGEST.card.buttons[0]
        action = {"type": "button", "action_id": "ask:1", "value": button.ask}
        await control(session, "interact", appId=APP, channel=CHANNEL, messageTs=main, user=ASKER, action=action)
        await grown(session, r"chat\.postEphemeral", 2)
        async with session.get(f"{URL}/_control/messages/{CHANNEL}") as answer:
            messages = await answer.json()
        seen = {"log": await log_of(session), "messages": messages, "problems": posted.problems}
        await running.close()
        return seen


def main() -> None:
    binary, folder = sys.argv[1], Path(sys.argv[2])
    config = folder / "config.json"
    config.write_text(json.dumps(CONFIG), encoding="utf-8")
    arguments = [binary, "--config", str(config), "--port", str(PORT), "--base-host", "127.0.0.1"]
    with subprocess.Popen([*arguments, "--files-dir", str(folder)], stdout=subprocess.DEVNULL) as server:
        try:
            seen = asyncio.run(scenario())
        finally:
            server.terminate()
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()

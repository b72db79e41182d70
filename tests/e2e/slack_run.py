"""Runs the real bot against the independent server local-slack, drives it as a person in headless Chromium, and prints
what was seen there as JSON.

Run inside a network namespace of its own: the server listens on every address.
usage: python -m tests.e2e.slack_run BINARY FOLDER socket|http PICTURES
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.actions.doing import form, perform
from bot.answers.home import home_of
from bot.answers.offering import again
from bot.charts import draw
from bot.dialogue import Said, reply
from bot.installation import Installation
from bot.sending.digest import weekly_digest
from bot.sending.subscription_form import changed, current
from bot.settings import Roles, Settings
from bot.slack.app import Slack, SlackKeys, slack_workspace, start_slack
from bot.slack.digest import post_digest
from bot.slack.events import PATH, slack_routes
from bot.slack.voice import Voice
from storage.store import open_store
from storage.taken import taken
from tests.bot.test_digest_memory import fill, monday_after

PORT, BOT_PORT = 3100, 3101
URL = f"http://127.0.0.1:{PORT}"
CHANNEL, ASKER, APP = "C0000000001", "U0ASKER0001", "A0000000001"
SECRET = "invented"
KEYS = SlackKeys(bot_token="xoxb-invented", app_token="xapp-1-invented", signing_secret=SECRET)
AS_OF = monday_after(15)
SCENARIO = Path(__file__).parent / "slack.mjs"


def config(mode: str) -> dict[str, Any]:
    app = {
        "appId": APP,
        "botUserId": "U0BOT000001",
        "botName": "ai-usage",
        "botToken": KEYS.bot_token,
        "appToken": KEYS.app_token,
        "signingSecret": SECRET,
        "mode": "socket" if mode == "socket" else "events",
        "requestUrl": f"http://127.0.0.1:{BOT_PORT}{PATH}",
    }
    return {
        "workspace": {"teamId": "T0000000001"},
        "apps": [app],
        "users": [{"id": ASKER, "name": "asker"}],
        "channels": [{"id": CHANNEL, "name": "general", "members": [ASKER, "U0BOT000001"]}],
    }


def installed(folder: Path) -> Installation:
    store = open_store(f"sqlite:///{folder / 'e2e.db'}")
    fill(store, weeks=15)
    return Installation(settings=Settings(folder=folder, roles=Roles(administrators=[ASKER])), store=store)


def voice_of(installation: Installation) -> Voice:
    """The real thing, as of a day on which there is something to tell; one question breaks it."""

    def replying(said: Said) -> Any:
        if said.text == "break":
            raise ValueError("no such thing")
        return reply(said, installation, AS_OF)

    def as_of(function: Any) -> Any:
        return lambda *arguments: function(*arguments, installation, AS_OF)

    return Voice(
        reply=replying,
        draw=draw,
        again=as_of(again),
        perform=as_of(perform),
        form=as_of(form),
        home=as_of(home_of),
        subscription=lambda number, who: current(number, who, installation),
        change=lambda number, wanted, who: changed(number, wanted, who, installation),
    )


async def until_up(session: aiohttp.ClientSession) -> None:
    for _ in range(100):
        try:
            async with session.get(f"{URL}/_control/state"):
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.1)
    raise TimeoutError("local-slack did not start")


async def started(installation: Installation, mode: str) -> tuple[Slack, web.AppRunner | None]:
    workspace = slack_workspace(f"{URL}/api/", KEYS, voice_of(installation))
    running = await start_slack(workspace, mode, f"{URL}/api/", KEYS, store=installation.store)
    if mode == "socket":
        return running, None
    app = web.Application()
    app.add_routes(slack_routes(running.app, SECRET))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", BOT_PORT).start()
    return running, runner


async def browsed(pictures: Path) -> dict[str, Any]:
    """What a person saw who used the workspace in a browser."""
    running = await asyncio.create_subprocess_exec(
        *("node", str(SCENARIO), URL, str(pictures)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ,
    )
    said, complaint = await asyncio.wait_for(running.communicate(), timeout=90)
    if running.returncode != 0:
        raise RuntimeError(complaint.decode())
    return dict(json.loads(said))


async def scenario(folder: Path, mode: str, pictures: Path) -> dict[str, Any]:
    installation = installed(folder)
    async with aiohttp.ClientSession() as session:
        await until_up(session)
        running, runner = await started(installation, mode)
        digest, _ = weekly_digest(installation.basis(AS_OF), "Acme")
        assert digest is not None
        posted = await post_digest(running.workspace, digest, CHANNEL, pause=0)
        seen = await browsed(pictures)
        async with session.get(f"{URL}/_control/messages/{CHANNEL}") as answer:
            messages = (await answer.json())["messages"]
        async with session.get(f"{URL}/_control/log") as answer:
            log = (await answer.json())["log"]
        await running.close()
        if runner is not None:
            await runner.cleanup()
    actions = [{"state": each.state, "owner": each.owner, "due": str(each.due)} for each in taken(installation.store)]
    return {"browser": seen, "messages": messages, "log": log, "problems": posted.problems, "taken": actions}


def main() -> None:
    binary, folder, mode, pictures = sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    written = folder / "config.json"
    written.write_text(json.dumps(config(mode)), encoding="utf-8")
    arguments = [binary, "--config", str(written), "--port", str(PORT), "--base-host", "127.0.0.1"]
    with subprocess.Popen([*arguments, "--files-dir", str(folder)], stdout=subprocess.DEVNULL) as server:
        try:
            seen = asyncio.run(scenario(folder, mode, pictures))
        finally:
            server.terminate()
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()

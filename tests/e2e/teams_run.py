"""Runs the real bot before Microsoft's own client for trying bots, and prints what was seen there as JSON.

Run inside a network namespace of its own: the client listens on every address.
usage: python -m tests.e2e.teams_run CLIENT FOLDER-FOR-PICTURES
"""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from bot.actions.deeds import Deed
from bot.actions.verbs import Done
from bot.card import Card
from bot.charts import draw
from bot.dialogue import Asker, Reply, Said
from bot.installation import Installation, installation_of
from bot.settings import Settings, TeamsSettings, WebSettings
from bot.teams.answering import TeamsVoice
from bot.teams.app import Teams
from bot.teams.digest import post_digest
from bot.teams.start import start_teams
from bot.web.app import start_web
from bot.web.voice import WebVoice
from insights.detectors import DETECTORS
from storage.conversations import all_conversations
from storage.heard import first_heard
from tests.bot import cards

BOT, CLIENT = 3978, 56150
HERE = Path(__file__).parent
KEYS = [f"{each.id}:Sales:chatgpt" for each in DETECTORS]


def with_keys(card: Card) -> Card:
    """The card with findings as real detectors name them, so that what its buttons say can be done."""
    advice = []
    for each, key in zip(card.advice, KEYS, strict=False):
        buttons = tuple(replace(button, do=button.do.replace(each.key, key)) for button in each.buttons)
        advice.append(replace(each, key=key, buttons=buttons))
    return replace(card, advice=tuple(advice))


DIGEST = replace(cards.DIGEST, card=with_keys(cards.DIGEST.card))


def reply(said: Said) -> Reply:
    match said.text:
        case "sales":
            return Reply(card=cards.DEPARTMENTS_CARD)
        case "licenses":
            return Reply(card=cards.LICENSES_CARD)
        case "models":
            return Reply(card=cards.MODELS_CARD)
        case "help":
            return Reply(card=cards.HELP)
        case _:
            return Reply(card=DIGEST.card)


def perform(deed: Deed, asker: Asker) -> Done:
    assert asker.user
    return Done(
        card=Card(title=f"Snoozed for {deed.weeks} weeks", text="Digests leave it out until 8 Dec."), changed=True
    )


async def started(installation: Installation) -> tuple[Teams, Any]:
    store = installation.store
    voice = TeamsVoice(
        reply=reply, perform=perform, first_heard=lambda event: first_heard(store, event, datetime.now(UTC))
    )
    teams = await start_teams(installation, voice, draw)

    async def digest(request: web.Request) -> web.Response:
        places = [each.id for each in all_conversations(store) if each.kind == "personal"]
        posted = await post_digest(teams.office, DIGEST, places[0])
        return web.json_response({"message": posted.message, "problems": posted.problems})

    page = WebVoice(ask=lambda *_: cards.OVERVIEW, digest=lambda: cards.DIGEST, draw=draw)
    routes = [*teams.routes(), web.post("/e2e/digest", digest)]
    return teams, await start_web(WebSettings(port=BOT), page, routes=routes)


async def until_up() -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(150):
            try:
                async with session.get(f"http://127.0.0.1:{CLIENT}/_debug/ping") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.2)
    raise TimeoutError("the client did not start")


async def scenario(pictures: Path) -> dict[str, Any]:
    settings = msgspec.structs.replace(Settings(), teams=TeamsSettings(local=True), folder=pictures)
    (pictures / "ai-usage.db").unlink(missing_ok=True)
    installation = installation_of(settings)
    teams, server = await started(installation)
    await until_up()
    driver = await asyncio.create_subprocess_exec(
        *("node", str(HERE / "teams.mjs"), f"http://127.0.0.1:{CLIENT}", server.url, str(pictures)),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await asyncio.wait_for(driver.communicate(), timeout=150)
    kinds = sorted(each.kind for each in all_conversations(installation.store))
    await teams.close()
    await server.close()
    installation.store.close()
    assert driver.returncode == 0, "the browser's script failed"
    return json.loads(told) | {"conversations": kinds}


def main() -> None:
    client, pictures = sys.argv[1], Path(sys.argv[2])
    arguments = [
        "-e",
        f"http://127.0.0.1:{BOT}/api/messages",
        "-c",
        "msteams",
        "-p",
        str(CLIENT),
        "--disable-telemetry",
    ]
    quiet = os.environ | {
        "TEAMSAPPTESTER_BROWSER": "none",
        "M365_AGENTS_PLAYGROUND_LOGFILE": str(pictures / "client.log"),
    }
    with subprocess.Popen(
        ["/usr/bin/env", "node", client, *arguments],
        env=quiet,
        cwd=pictures,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        try:
            seen = asyncio.run(scenario(pictures))
        finally:
            running.terminate()
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()

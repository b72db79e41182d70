"""The chat page in headless Chromium: by keyboard, on a phone in the dark, and without script."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from bot.card import Card
from bot.charts import draw
from bot.settings import WebSettings
from bot.web.app import start_web
from bot.web.voice import WebVoice
from tests.bot import cards

pytestmark = pytest.mark.e2e

SCENARIO = Path(__file__).parent / "page.mjs"


def ask(text: str, _visitor: str = "") -> Card:
    match text:
        case "break":
            raise ValueError("no such thing")
        case "sales":
            return cards.DEPARTMENTS_CARD
        case _:
            return cards.OVERVIEW


@pytest.fixture
async def seen(chromium, playwright, tmp_path):
    voice = WebVoice(ask=ask, digest=lambda: cards.DIGEST, draw=draw, organisation="Northwind")
    server = await start_web(WebSettings(port=0), voice)
    pictures = Path(os.environ.get("E2E_PICTURES", tmp_path))
    running = await asyncio.create_subprocess_exec(
        *("node", str(SCENARIO), server.url, str(pictures)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"E2E_MODULES": str(playwright), "E2E_CHROMIUM": chromium},
    )
    said, complaint = await asyncio.wait_for(running.communicate(), timeout=120)
    await server.close()
    assert running.returncode == 0, complaint.decode()
    return json.loads(said)


async def test_the_page_as_people_use_it(seen):
    """One run of the browser, every look at it: starting it costs more than all that is looked at."""
    assert seen["focus"] == seen["focusAfter"] == "q"
    assert seen["asked"].endswith("sales")
    assert seen["title"] == cards.DEPARTMENTS_CARD.title
    assert seen["picture"] == 1200
    assert seen["alt"]
    assert seen["log"] == ["log", "polite", None]
    assert "reference" in seen["broken"]
    assert seen["history"] == 3
    assert seen["nameless"] == []

    assert (seen["overflow"], seen["digestOverflow"]) == (0, 0)
    assert seen["darkPicture"] != seen["lightPicture"]
    assert seen["ground"] == "rgb(17, 19, 22)"

    assert seen["withoutScript"] == cards.DEPARTMENTS_CARD.title
    assert seen["withoutScriptAsked"] == 2

    # the one fault is the question that was meant to fail; a policy breach would be told here too
    assert [complaint for complaint in seen["complaints"] if "status of 500" not in complaint] == []

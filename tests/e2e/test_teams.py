"""The bot before Microsoft's own client for trying bots, and its cards in Microsoft's own renderer."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.charts import draw
from bot.render.teams import teams_messages
from bot.teams.pictures import LARGEST_INSIDE, fitting
from tests.bot import cards
from tests.e2e.conftest import ROOT

pytestmark = pytest.mark.e2e

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def seen(chromium, playwright, teams_client, namespace, tmp_path_factory):
    pictures = Path(os.environ.get("E2E_PICTURES", tmp_path_factory.mktemp("teams")))
    ran = subprocess.run(
        [*namespace, sys.executable, "-m", "tests.e2e.teams_run", str(teams_client), str(pictures)],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": ".", "E2E_MODULES": str(playwright), "E2E_CHROMIUM": chromium},
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_who_adds_the_app_is_welcomed(seen):
    assert seen["welcome"] == 1
    assert seen["conversations"] == ["channel", "personal"]


def test_a_question_is_answered_with_a_chart_that_is_seen_and_told_in_words(seen):
    ((width, words),) = seen["pictures"]
    assert width == 1024
    assert words > 100


def test_a_button_changes_the_card_in_place(seen):
    assert seen["before"] - seen["after"] == 1


def test_a_button_that_asks_is_answered_beneath(seen):
    assert seen["asked"]


def test_the_digest_comes_by_itself(seen):
    assert seen["proactive"]["problems"] == []
    assert seen["proactive"]["message"]


def test_a_mention_in_a_channel_is_answered_in_its_thread(seen):
    assert seen["channel"]
    assert seen["complaints"] == []


def test_microsofts_renderer_draws_every_card_of_the_corpus_without_complaint(chromium, playwright, tmp_path):
    told = {}
    for name, card in cards.CARDS.items():
        png = fitting(draw(card.chart), LARGEST_INSIDE) if card.chart else None
        picture = "data:image/png;base64," + base64.b64encode(png).decode() if png else ""
        for number, message in enumerate(teams_messages(card, picture), start=1):
            told[f"{name}-{number}"] = message.card
        for number, message in enumerate(teams_messages(card, picture, native=True), start=1):
            told[f"{name}-native-{number}"] = message.card
    source = tmp_path / "cards.json"
    source.write_text(json.dumps(told), encoding="utf-8")
    pictures = Path(os.environ.get("E2E_PICTURES", tmp_path))
    ran = subprocess.run(
        ["/usr/bin/env", "node", str(HERE / "adaptive_cards.mjs"), str(source), str(pictures)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"E2E_MODULES": str(playwright), "E2E_CHROMIUM": chromium},
    )
    assert ran.returncode == 0, ran.stderr
    drawn = json.loads(ran.stdout)
    assert set(drawn) == set(told)
    for name, themes in drawn.items():
        for seen in themes.values():
            # Teams' own charts are unknown to this renderer, which draws what they fall back to
            assert [each for each in seen["complaints"] if "Chart." not in each] == [], name
            assert seen["text"] > 0
            if not name.startswith("hostile"):
                assert seen["overflow"] <= 0, name

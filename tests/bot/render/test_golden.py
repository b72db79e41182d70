import json
from pathlib import Path

import pytest

from bot.render.html import render_card
from bot.render.slack import slack_blocks, slack_digest
from bot.render.text import plain_digest, plain_text
from tests.bot.cards import CARDS, DIGEST
from tests.bot.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"
IMAGES = {"light": "chart-light.png", "dark": "chart-dark.png"}


@pytest.mark.parametrize("name", CARDS)
def test_html_reads_as_before(name):
    assert_golden(GOLDEN / "html" / f"{name}.html", render_card(CARDS[name], IMAGES, ask_url="/ask"))


@pytest.mark.parametrize("name", CARDS)
def test_text_reads_as_before(name):
    assert_golden(GOLDEN / "text" / f"{name}.txt", plain_text(CARDS[name]))


@pytest.mark.parametrize("name", CARDS)
def test_slack_reads_as_before(name):
    message = slack_blocks(CARDS[name], "F0123456789")
    told = json.dumps({"text": message.text, "blocks": message.blocks}, ensure_ascii=False, indent=1)
    assert_golden(GOLDEN / "slack" / f"{name}.json", told + "\n")


def test_the_digest_in_slack_reads_as_before():
    main, replies = slack_digest(DIGEST, [f"F000000000{i}" for i in range(7)])
    told = [{"text": message.text, "blocks": message.blocks} for message in (main, *replies)]
    assert_golden(GOLDEN / "slack" / "digest.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def test_the_digest_in_the_terminal_reads_as_before():
    assert_golden(GOLDEN / "text" / "digest.txt", plain_digest(DIGEST))

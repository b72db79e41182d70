"""Our blocks as Slack's own types see them: TypeScript refuses a property too many, one missing and a wrong word."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bot.render.slack import SlackMessage, digest_parts, slack_blocks
from tests.bot.cards import CARDS, DIGEST
from tests.bot.render.test_slack import cards

pytestmark = pytest.mark.e2e

OPTIONS = ("--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext")
RANDOM = 20


def complaints(messages: list[SlackMessage], modules: Path, folder: Path) -> str:
    """What the compiler says about the messages' blocks."""
    (folder / "node_modules").symlink_to(modules)
    told = [
        f"export const message{n} = {json.dumps(message.blocks)} satisfies KnownBlock[];"
        for n, message in enumerate(messages)
    ]
    source = folder / "messages.ts"
    source.write_text('import type { KnownBlock } from "@slack/types";\n' + "\n".join(told))
    compiler = modules / "typescript" / "bin" / "tsc"
    ran = subprocess.run(
        ["node", str(compiler), *OPTIONS, str(source)],  # noqa: S607 - whichever node there is
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=folder,
    )
    return ran.stdout


def everything() -> list[SlackMessage]:
    """All samples, with and without pictures, the digest's messages, and random cards."""
    made = [slack_blocks(card, file) for card in CARDS.values() for file in (None, "F0123456789")]
    for thread_only in (False, True):
        parts = digest_parts(DIGEST, thread_only=thread_only)
        made += [part.render("F0123456789" if part.chart else None) for part in parts]

    @settings(max_examples=RANDOM, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(cards)
    def some(card):
        made.append(slack_blocks(card, "F0123456789"))

    some()
    return [each for message in made for each in (message, *message.more)]


def test_slacks_own_types_take_every_message(slack_types, tmp_path):
    messages = everything()

    assert len(messages) > 2 * len(CARDS) + RANDOM
    assert complaints(messages, slack_types, tmp_path) == ""


def test_the_compiler_would_tell(slack_types, tmp_path):
    wrong = SlackMessage(text="", blocks=[{"type": "header", "text": {"type": "mrkdwn", "text": "*no*"}}])

    assert "not assignable" in complaints([wrong], slack_types, tmp_path)

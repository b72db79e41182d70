"""The bot against local-slack, a Slack that somebody else wrote."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.bot import cards
from tests.e2e.conftest import ROOT

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def seen(local_slack, namespace, tmp_path_factory):
    folder = tmp_path_factory.mktemp("local-slack")
    command = [*namespace, sys.executable, "-m", "tests.e2e.slack_run", str(local_slack), str(folder)]
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": "."},
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout) | {"stderr": ran.stderr}


@pytest.fixture(scope="module")
def messages(seen):
    return seen["messages"]["messages"]


def to_asker(messages):
    return [message for message in messages if message.get("subtype") == "ephemeral"]


def test_the_command_is_answered_to_the_asker_with_its_picture(messages):
    answer = to_asker(messages)[0]

    assert answer["text"].startswith(cards.DEPARTMENTS_CARD.title)
    assert [block["slack_file"]["id"] for block in answer["blocks"] if block["type"] == "image"]


def test_an_error_is_told_with_a_reference_that_the_log_has_too(seen, messages):
    reference = re.search(r"`([0-9a-f]{8})`", to_asker(messages)[1]["text"])

    assert reference is not None
    assert f"[{reference[1]}]" in seen["stderr"]


def test_the_digest_has_its_views_in_the_thread_each_with_its_picture(seen, messages):
    posted = [message for message in messages if message.get("subtype") != "ephemeral"]
    main, *replies = posted

    assert seen["problems"] == []
    assert {reply["thread_ts"] for reply in replies} == {main["ts"]}
    assert [reply["text"].split("\n")[0] for reply in replies] == [view.title for view in cards.DIGEST.views]
    assert all("image" in [block["type"] for block in message["blocks"]] for message in posted)


def test_a_button_of_the_digest_answers_who_pressed_it(messages):
    assert to_asker(messages)[2]["text"].startswith(cards.DEPARTMENTS_CARD.title)


def test_every_command_is_acknowledged_before_anything_else_is_asked(seen):
    kinds = [entry["kind"] for entry in seen["log"]]

    assert [kinds[at + 1] for at, kind in enumerate(kinds) if kind == "slash_commands"] == ["ack", "ack"]

"""The bot against local-slack, a Slack that somebody else wrote, used as a person would in headless Chromium."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module", params=["socket", "http"])
def seen(request, local_slack, namespace, chromium, playwright, tmp_path_factory):
    """One run of the browser, every look at it: starting it all costs more than all that is looked at."""
    folder = tmp_path_factory.mktemp("local-slack")
    pictures = Path(os.environ.get("E2E_PICTURES", folder)).absolute()
    bot = [sys.executable, "-m", "tests.e2e.slack_run", str(local_slack), str(folder), request.param, str(pictures)]
    own = {"E2E_MODULES": str(playwright), "E2E_CHROMIUM": chromium, "E2E_NAME": f"slack-{request.param}"}
    ran = subprocess.run(
        [*namespace, *bot],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": "."} | own,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout) | {"stderr": ran.stderr, "mode": request.param}


@pytest.fixture(scope="module")
def posted(seen):
    """What everybody in the channel sees."""
    return [each for each in seen["messages"] if each.get("subtype") != "ephemeral" and each["user"] == "U0BOT000001"]


def pictures_of(message):
    return [block["slack_file"]["id"] for block in message.get("blocks", []) if block["type"] == "image"]


def test_the_digest_has_its_picture_and_its_views_in_the_thread(seen, posted):
    digest = posted[0]
    replies = [each for each in posted if each.get("thread_ts") == digest["ts"] and each is not digest]

    assert seen["problems"] == []
    assert pictures_of(digest)
    assert len(replies) >= 6
    assert re.search(r"\d replies", seen["browser"]["digest"])


def test_the_command_is_answered_to_the_asker_with_its_picture(seen):
    answer = next(each for each in seen["messages"] if each.get("subtype") == "ephemeral")

    assert answer["text"].startswith("Sales · Overview")
    assert pictures_of(answer)
    assert "only visible to you" in seen["browser"]["answer"]


def test_an_answer_is_shared_with_who_shared_it(posted):
    shared = next(each for each in posted if "Shared by <@U0ASKER0001>." in each["text"])

    assert shared["text"].startswith("Sales · Overview")
    assert pictures_of(shared)


def test_an_action_is_taken_by_a_form_and_told_in_the_thread(seen, posted):
    assert "Who takes it?" in seen["browser"]["form"]
    assert seen["taken"] == [{"state": "assigned", "owner": "T0000000001:U0ASKER0001", "due": "2099-01-01"}]
    told = next(each for each in posted if "By <@U0ASKER0001>." in each["text"])
    assert told["thread_ts"] == posted[0]["ts"]


def test_an_error_is_told_with_a_reference_that_the_log_has_too(seen):
    reference = re.search(r"reference ([0-9a-f]{8})", seen["browser"]["apology"])

    assert reference is not None
    assert f"[{reference[1]}]" in seen["stderr"]


def test_a_mention_is_answered_in_its_thread(seen, posted):
    mention = next(each for each in seen["messages"] if each.get("text", "").endswith("how is sales doing?"))
    (answer,) = [each for each in posted if each.get("thread_ts") == mention["ts"]]

    assert answer["text"].startswith("Sales · Overview")


def test_home_shows_what_may_be_asked_and_what_is_theirs_to_do(seen):
    home = seen["browser"]["home"]

    assert "You may ask about the whole company and every department." in home
    assert "due 1 January 2099" in home
    assert "How fresh the data is" in home
    assert "Who may ask about what" in home


def test_a_direct_message_is_answered(seen):
    assert "Departments" in seen["browser"]["direct"]


def test_every_command_is_acknowledged_before_anything_else_is_asked(seen):
    if seen["mode"] == "http":
        pytest.skip("the server's log has no acknowledgements over HTTP")
    kinds = [entry["kind"] for entry in seen["log"]]
    after = [kinds[at + 1] for at, kind in enumerate(kinds) if kind == "slash_commands"]

    assert len(after) == 2
    assert set(after) == {"ack"}

"""What a person in Slack gets for a slash command or a button, over the real Socket Mode connection."""

import asyncio
import logging
import re
import time
from collections import deque
from dataclasses import replace

import pytest

from bot.settings import SettingsError
from bot.slack import app, pictures, post
from bot.slack.app import SlackKeys, SlackUnreachableError, check_tokens, slack_workspace, start_slack
from tests.bot.slack.conftest import KEYS
from tests.bot.slack.fake_slack import APP_TOKEN, ASKER, BOT_TOKEN, MEMBER_OF, STRANGE


async def test_a_command_is_answered_to_the_asker_only_with_its_picture(slack, fake):
    await fake.command("sales")
    await fake.until(lambda: fake.messages)

    (message,) = fake.messages
    assert (message["method"], message["user"], message["channel"]) == ("chat.postEphemeral", ASKER, MEMBER_OF)
    assert message["text"] == "Sales\nAbout sales."
    (image,) = [block for block in message["blocks"] if block["type"] == "image"]
    assert image["slack_file"]["id"] in fake.files
    assert image["alt_text"] == "sales: Sales 4.1"
    assert fake.responses == []


async def test_an_empty_command_gives_the_overview(slack, fake):
    await fake.command("")
    await fake.until(lambda: fake.messages)

    assert fake.messages[0]["text"].startswith("Overview\n6.8")


async def test_an_answer_without_picture_goes_the_short_way(slack, fake):
    await fake.command("plain")
    await fake.until(lambda: fake.responses)

    (said,) = fake.responses
    assert (said["response_type"], said["replace_original"], said["unfurl_links"]) == ("ephemeral", False, False)
    assert fake.files == {}


async def test_a_command_is_acknowledged_before_its_slow_answer(slack, fake, voice):
    def slow(said):
        time.sleep(1.0)
        return voice.reply(said)

    slow_voice = replace(voice, reply=slow)
    workspace = slack_workspace(fake.api, KEYS, slow_voice)
    await slack.close()
    running = await start_slack(workspace, "socket", fake.api, KEYS)
    began = asyncio.get_running_loop().time()
    envelope = await fake.command("plain")
    await fake.until(lambda: fake.responses)
    await running.close()

    assert fake.acknowledged[envelope] - began < 0.5


async def test_who_is_refused_is_told_whom_to_ask(slack, fake):
    await fake.command("secret")
    await fake.until(lambda: fake.responses)

    assert "I may not answer" in fake.responses[0]["text"]
    assert "Ask <@U0SOMEBODY1>." in fake.responses[0]["text"]
    assert fake.messages == []


async def test_the_asker_is_known_by_workspace_and_user(slack, fake, heard):
    await fake.command("plain")
    await fake.until(lambda: fake.responses)

    assert (heard[0].asker.platform, heard[0].asker.user.rpartition(":")[2]) == ("slack", ASKER)
    assert heard[0].place == MEMBER_OF


async def test_an_error_is_told_with_a_reference_that_the_log_has_too(slack, fake, caplog):
    with caplog.at_level(logging.ERROR):
        await fake.command("break")
        await fake.until(lambda: fake.responses)

    reference = re.search(r"`([0-9a-f]{8})`", fake.responses[0]["text"])
    assert reference is not None
    assert f"[{reference[1]}]" in caplog.text
    assert "on fire" not in fake.responses[0]["text"]
    assert "on fire" in caplog.text


async def test_a_chart_that_cannot_be_drawn_leaves_the_words_and_says_so(slack, fake):
    await fake.command("undrawable")
    await fake.until(lambda: fake.responses)

    assert fake.responses[0]["text"].startswith("Undrawable\nAbout undrawable.")
    assert "picture could not be added" in fake.responses[0]["text"]


async def test_a_file_that_never_gets_ready_leaves_the_words(slack, fake, monkeypatch):
    monkeypatch.setattr(pictures, "LONGEST_WAIT", 0.3)
    fake.looks = 10_000
    await fake.command("sales")
    await fake.until(lambda: fake.responses)

    assert "picture could not be added" in fake.responses[0]["text"]


async def test_a_picture_that_slack_keeps_refusing_is_left_out_in_the_end(slack, fake, monkeypatch):
    monkeypatch.setattr(post, "BETWEEN_TRIES", 0.01)
    fake.never_in_blocks = True
    await fake.command("sales")
    await fake.until(lambda: fake.messages)

    (message,) = fake.messages
    assert "image" not in [block["type"] for block in message["blocks"]]
    assert message["blocks"][-1]["type"] == "context"
    assert "picture could not be added" in message["text"]
    assert len(fake.called("chat.postEphemeral")) == post.PICTURE_TRIES + 1


async def test_where_the_bot_is_no_member_the_words_come_by_the_response_url(slack, fake):
    await fake.command("sales", channel=STRANGE)
    await fake.until(lambda: fake.responses)

    assert fake.responses[0]["text"].startswith("Sales\nAbout sales.")
    assert "not in this conversation" in fake.responses[0]["text"]


async def test_a_rate_limit_is_waited_out_once_and_posted_once(slack, fake):
    fake.limited["chat.postEphemeral"] = deque(["1"])
    began = asyncio.get_running_loop().time()
    await fake.command("sales")
    await fake.until(lambda: fake.messages)

    assert asyncio.get_running_loop().time() - began >= 1.0
    assert len(fake.messages) == 1


async def test_an_unreasonable_rate_limit_is_not_waited_out(slack, fake):
    fake.limited["chat.postEphemeral"] = deque(["3600"])
    await fake.command("sales")
    await fake.until(lambda: fake.responses)

    assert "reference" in fake.responses[0]["text"]


async def test_a_post_whose_connection_drops_is_never_sent_again(slack, fake):
    fake.dropped.add("chat.postEphemeral")
    await fake.command("sales")
    await fake.until(lambda: fake.responses)

    assert len(fake.messages) == 1


async def test_a_button_asks_its_value_and_answers_in_its_thread(slack, fake):
    await fake.press("sales last 26 weeks", thread="1.000000")
    await fake.until(lambda: fake.messages)

    assert fake.messages[0]["text"] == "Sales Last 26 Weeks\nAbout sales last 26 weeks."
    assert fake.messages[0]["thread_ts"] == "1.000000"


async def test_a_button_that_is_not_ours_is_acknowledged_and_answers_nothing(slack, fake):
    envelope = await fake.press("https://example.test", action="link")
    await fake.until(lambda: envelope in fake.acknowledged)

    assert (fake.messages, fake.responses) == ([], [])


async def test_slacks_escapes_are_undone_before_asking(slack, fake):
    await fake.command("r&amp;d")
    await fake.until(lambda: fake.messages)

    assert fake.messages[0]["text"] == "R&amp;D\nAbout r&amp;d."


@pytest.mark.parametrize(
    ("keys", "setting"),
    [
        (SlackKeys(bot_token="xoxb-wrong", app_token=APP_TOKEN), "bot_token"),
        (SlackKeys(bot_token=BOT_TOKEN, app_token="xapp-wrong"), "app_token"),
        (SlackKeys(bot_token=BOT_TOKEN), "app_token"),
    ],
)
async def test_a_refused_token_is_an_error_that_names_the_setting(fake, voice, keys, setting):
    with pytest.raises(SettingsError, match=setting):
        await start_slack(slack_workspace(fake.api, keys, voice), "socket", fake.api, keys)


async def test_a_missing_scope_is_an_error_that_names_it(fake):
    fake.scopes = "commands,chat:write"

    with pytest.raises(SettingsError, match=r"lacks files:read, files:write.*manifest\.yml"):
        await check_tokens("socket", fake.api, KEYS)


async def test_slack_out_of_reach_is_told_apart_from_a_wrong_token(fake):
    fake.refused["auth.test"] = "service_unavailable"
    with pytest.raises(SlackUnreachableError):
        await check_tokens("socket", fake.api, KEYS)
    await fake.stop()
    with pytest.raises(SlackUnreachableError):
        await check_tokens("socket", fake.api, KEYS)


async def test_the_bot_starts_while_slack_is_out_of_reach_and_answers_when_it_is_back(fake, voice, monkeypatch):
    monkeypatch.setattr(app, "PING", 0.2)
    fake.refused["apps.connections.open"] = "internal_error"
    workspace = slack_workspace(fake.api, KEYS, voice)
    starting = asyncio.ensure_future(start_slack(workspace, "socket", fake.api, KEYS))
    await fake.until(lambda: len(fake.called("apps.connections.open")) >= 2)
    del fake.refused["apps.connections.open"]
    running = await starting
    await fake.command("plain")
    await fake.until(lambda: fake.responses, seconds=15.0)
    await running.close()


async def test_a_command_asks_slack_nothing_before_it_is_acknowledged(slack, fake):
    before = len(fake.called("auth.test"))
    await fake.command("plain")
    await fake.until(lambda: fake.responses)

    assert len(fake.called("auth.test")) == before

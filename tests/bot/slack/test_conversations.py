"""Mentions, direct messages and the Messages tab, over the real Socket Mode connection."""

import asyncio
import re

import pytest

from bot.slack.conversations import PROMPTS, is_somebodys, plain
from tests.bot.slack.fake_slack import ASKER, BOT, DIRECT, MEMBER_OF, TEAM


async def test_a_mention_is_answered_openly_in_a_thread_beneath_it(slack, fake):
    await fake.mention("how is sales doing?")
    await fake.until(lambda: fake.messages)

    (message,) = fake.messages
    assert (message["method"], message["channel"]) == ("chat.postMessage", MEMBER_OF)
    assert message["thread_ts"].startswith("17000000")
    assert message["text"].startswith("How Is Sales Doing?")
    assert [block["type"] for block in message["blocks"]].count("image") == 1


async def test_a_mention_inside_a_thread_is_answered_in_that_thread_with_its_context(slack, fake, heard):
    await fake.mention("plain", thread="1700000000.000001")
    await fake.until(lambda: fake.messages)
    await fake.mention("plain", thread="1700000000.000001", event_id="EvOther")
    await fake.until(lambda: len(fake.messages) == 2)

    assert {each["thread_ts"] for each in fake.messages} == {"1700000000.000001"}
    assert {each.thread for each in heard} == {f"slack:{TEAM}:{MEMBER_OF}:1700000000.000001"}
    assert {each.private for each in heard} == {False}


async def test_what_is_for_the_asker_alone_is_not_posted_openly_and_says_why(slack, fake):
    await fake.mention("private")
    await fake.until(lambda: fake.messages)

    (message,) = fake.messages
    assert (message["method"], message["user"]) == ("chat.postEphemeral", ASKER)
    assert "Only you can see this." in message["text"]
    assert "&lt;Sales&gt; &amp; others" in message["text"]
    assert "Share to channel" in str(message["blocks"])


async def test_a_refused_mention_is_told_to_the_asker_only(slack, fake):
    await fake.mention("secret")
    await fake.until(lambda: fake.messages)

    assert fake.messages[0]["method"] == "chat.postEphemeral"
    assert "Ask <@U0SOMEBODY1>." in fake.messages[0]["text"]


async def test_a_direct_message_is_answered_in_a_thread_beneath_it(slack, fake, heard):
    await fake.write("plain")
    await fake.until(lambda: fake.messages)

    (message,) = fake.messages
    assert (message["method"], message["channel"]) == ("chat.postMessage", DIRECT)
    assert message["thread_ts"]
    assert heard[0].thread == f"slack:{TEAM}:{DIRECT}:{message['thread_ts']}"
    assert "Share to channel" not in str(message["blocks"])


async def test_a_follow_up_in_a_direct_thread_goes_on_there(slack, fake, heard):
    await fake.write("plain")
    await fake.until(lambda: fake.messages)
    thread = fake.messages[0]["thread_ts"]
    await fake.write("plain", thread=thread)
    await fake.until(lambda: len(fake.messages) == 2)

    assert fake.messages[1]["thread_ts"] == thread
    assert heard[0].thread == heard[1].thread


async def test_while_it_looks_the_messages_tab_says_so(slack, fake):
    await fake.write("plain")
    await fake.until(lambda: fake.messages and fake.statuses)

    (status,) = fake.statuses
    assert (status["channel_id"], status["thread_ts"]) == (DIRECT, fake.messages[0]["thread_ts"])
    assert status["status"] == "is looking at the numbers …"


async def test_an_error_in_a_direct_message_is_told_there_with_its_reference(slack, fake, caplog):
    await fake.write("break")
    await fake.until(lambda: fake.messages)

    reference = re.search(r"`([0-9a-f]{8})`", fake.messages[0]["text"])
    assert reference is not None
    assert f"[{reference[1]}]" in caplog.text


async def test_opening_the_messages_tab_offers_questions(slack, fake):
    await fake.open_tab("messages")
    await fake.until(lambda: fake.prompts)

    (offered,) = fake.prompts
    assert offered["prompts"] == list(PROMPTS)
    assert "thread_ts" not in offered


async def test_a_server_without_suggested_questions_is_no_error(slack, fake, caplog):
    fake.refused["assistant.threads.setSuggestedPrompts"] = "unknown_method"
    fake.refused["assistant.threads.setStatus"] = "unknown_method"
    await fake.open_tab("messages")
    await fake.write("plain")
    await fake.until(lambda: fake.messages)

    assert "Traceback" not in caplog.text


async def test_an_event_that_slack_repeats_is_answered_once(slack, fake):
    event = {"type": "app_mention", "user": ASKER, "text": f"<@{BOT}> plain", "ts": "1.2", "channel": MEMBER_OF}
    for retry in range(3):
        await fake.event(event, event_id="Ev00000001", retry=retry)
    await fake.until(lambda: len(fake.acknowledged) == 3)
    await fake.until(lambda: fake.messages)
    await asyncio.sleep(0.2)

    assert len(fake.messages) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0000000001"},
        {"subtype": "bot_message"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"edited": {"user": ASKER, "ts": "1.3"}},
        {"hidden": True},
        {"user": BOT},
        {"user": ""},
    ],
)
async def test_bots_edits_and_notices_are_acknowledged_and_not_answered(slack, fake, heard, more):
    envelope = await fake.write("plain", more=more)
    await fake.until(lambda: envelope in fake.acknowledged)
    await asyncio.sleep(0.1)

    assert (fake.messages, list(heard)) == ([], [])


async def test_an_edited_mention_is_not_answered_again(slack, fake, heard):
    event = {"type": "app_mention", "user": ASKER, "text": "plain", "ts": "1.2", "channel": MEMBER_OF}
    envelope = await fake.event(event | {"edited": {"user": ASKER, "ts": "1.3"}})
    await fake.until(lambda: envelope in fake.acknowledged)
    await asyncio.sleep(0.1)

    assert list(heard) == []


async def test_an_event_that_nobody_listens_to_is_acknowledged(slack, fake, caplog):
    envelope = await fake.event({"type": "reaction_added", "user": ASKER, "item": {}, "event_ts": "1.2"})
    await fake.until(lambda: envelope in fake.acknowledged)

    assert "Unhandled" not in caplog.text


def test_a_file_with_words_is_somebodys_message():
    assert is_somebodys({"user": ASKER, "subtype": "file_share"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"<@{BOT}> how is sales doing?", "how is sales doing?"),
        (f"hey <@{BOT}>  sales", "hey sales"),
        (f"<@{BOT}|ai-usage>", ""),
        (f"<@{BOT}> grant <@U0OTHER0001> sales", "grant <@U0OTHER0001> sales"),
        ("<#C01|sales> last <https://example.test|26 weeks>", "sales last 26 weeks"),
        ("r&amp;d &lt;3", "r&amp;d &lt;3"),
        ("<!channel> overview", "overview"),
    ],
)
def test_a_message_is_read_as_it_was_typed(text, said):
    assert plain(text, BOT) == said

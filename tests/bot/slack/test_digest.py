"""The weekly digest in Slack, delivered through the real outbox."""

import asyncio
import re
from collections import deque
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.card import Card, Digest
from bot.render.slack import digest_parts
from bot.sending.deliver import NotPostedError, PerhapsPostedError, deliver
from bot.sending.letters import Letter, week_of
from bot.slack import letters, pictures, post
from bot.slack.app import slack_workspace
from bot.slack.digest import post_digest
from bot.slack.letters import slack_postman
from storage.schema import outbox
from storage.store import open_store
from tests.bot import cards
from tests.bot.slack.conftest import KEYS, chart
from tests.bot.slack.fake_slack import MEMBER_OF, STRANGE

VIEWS = ("tokens", "depth", "prompts", "models", "departments", "licenses")
NOW = datetime(2026, 2, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def digest() -> Digest:
    views = tuple(Card(title=view, text=f"About {view}.", chart=chart(view)) for view in VIEWS)
    return Digest(week=date(2026, 2, 9), card=Card(title="The week", text="6.8.", chart=chart("week")), views=views)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(letters, "PAUSE", 0.05)
    monkeypatch.setattr(pictures, "FIRST_PAUSE", 0.01)


@pytest.fixture
def workspace(fake, voice):
    return slack_workspace(fake.api, KEYS, voice)


async def test_the_digest_is_one_message_with_its_views_in_the_thread_each_with_its_picture(workspace, fake, digest):
    posted = await post_digest(workspace, digest, MEMBER_OF, pause=0)

    main, *replies = fake.messages
    assert posted.message == f"{MEMBER_OF}:{main['ts']}"
    assert posted.problems == ()
    assert "thread_ts" not in main
    assert [reply["thread_ts"] for reply in replies] == [main["ts"]] * 6
    assert [reply["text"].split("\n")[0] for reply in replies] == list(VIEWS)
    named = [
        block["slack_file"]["id"] for message in fake.messages for block in message["blocks"] if "slack_file" in block
    ]
    assert len(set(named)) == 7
    assert {message["unfurl_links"] for message in fake.messages} == {False}


async def test_a_view_that_fails_does_not_stop_the_others(workspace, fake, digest):
    original = fake._post

    def refuse_models(method, arguments):
        if arguments["text"].startswith("models"):
            return original(method, {**arguments, "text": ""})
        return original(method, arguments)

    fake._post = refuse_models
    posted = await post_digest(workspace, digest, MEMBER_OF, pause=0)

    assert len(fake.messages) == 6
    (problem,) = posted.problems
    assert re.search(r"'models' is missing in the thread: no_text \(reference [0-9a-f]{8}\)", problem)


async def test_a_picture_that_fails_leaves_the_message_and_is_told(workspace, fake, digest, monkeypatch):
    monkeypatch.setattr(post, "BETWEEN_TRIES", 0.0)
    fake.refused["files.completeUploadExternal"] = "fatal_error"
    posted = await post_digest(workspace, digest, MEMBER_OF, pause=0)

    assert len(fake.messages) == 7
    assert all("picture could not be added" in message["text"] for message in fake.messages)
    assert len(posted.problems) == 7


async def test_a_channel_without_the_bot_is_a_failure_that_says_what_to_do(workspace, digest):
    with pytest.raises(NotPostedError, match=r"channel_not_found; .*invite"):
        await post_digest(workspace, digest, STRANGE, pause=0)


async def test_a_post_without_answer_is_unknown_and_not_repeated(workspace, fake, digest):
    fake.dropped.add("chat.postMessage")
    with pytest.raises(PerhapsPostedError, match="look there"):
        await post_digest(workspace, digest, MEMBER_OF, pause=0)

    assert len(fake.messages) == 1


async def test_rate_limits_are_waited_out(workspace, fake, digest):
    fake.limited["chat.postMessage"] = deque(["0", "1"])
    await post_digest(workspace, digest, MEMBER_OF, pause=0)

    assert len(fake.messages) == 7


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'outbox.db'}")
    yield opened
    opened.close()


@pytest.fixture
def run(workspace, digest, store):
    letter = Letter(period=week_of(digest.week), digest=digest)
    post = slack_postman(workspace, None).post
    return lambda to: deliver(letter, f"digest:leaders:{to}", to, store=store, post=post, clock=lambda: NOW)


def written(store):
    with store.reading() as connection:
        return [
            tuple(row) for row in connection.execute(select(outbox.c["subscription", "period", "state", "message"]))
        ]


async def test_a_digest_is_delivered_once_a_week_however_often_it_is_run(run, fake, store):
    first, second = await run(MEMBER_OF), await run(MEMBER_OF)

    assert (first.state, second.state) == ("sent", "already")
    assert len(fake.messages) == 7
    assert written(store) == [(f"digest:leaders:{MEMBER_OF}", "2026-W07", "sent", first.message)]


async def test_two_replicas_at_once_deliver_once(run, fake):
    states = {delivery.state for delivery in await asyncio.gather(run(MEMBER_OF), run(MEMBER_OF))}

    assert states == {"sent", "already"}
    assert len(fake.messages) == 7


async def test_a_delivery_that_was_refused_may_be_tried_again(run, fake):
    fake.refused["chat.postMessage"] = "not_in_channel"
    failed = await run(MEMBER_OF)
    del fake.refused["chat.postMessage"]

    assert (failed.state, (await run(MEMBER_OF)).state) == ("failed", "sent")


async def test_a_delivery_without_answer_is_left_for_a_person_to_look_at(run, fake, store):
    fake.dropped.add("chat.postMessage")
    states = [(await run(MEMBER_OF)).state, (await run(MEMBER_OF)).state]

    assert states == ["unknown", "already"]
    assert len(fake.messages) == 1


async def test_a_delivery_stopped_while_it_is_posted_is_written_down_as_unknown(run, fake, store):
    fake.silent.add("chat.postMessage")
    delivery = asyncio.ensure_future(run(MEMBER_OF))
    await fake.until(lambda: fake.called("chat.postMessage"))
    delivery.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivery

    assert [row[2] for row in written(store)] == ["unknown"]
    assert (await run(MEMBER_OF)).state == "already"


async def test_a_delivery_stopped_before_it_is_posted_is_sent_when_it_is_run_again(run, fake, store):
    fake.silent.add("files.getUploadURLExternal")
    delivery = asyncio.ensure_future(run(MEMBER_OF))
    await fake.until(lambda: fake.called("files.getUploadURLExternal"))
    delivery.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivery
    fake.silent.clear()

    assert [row[2] for row in written(store)] == ["failed"]
    assert (await run(MEMBER_OF)).state == "sent"


async def test_a_delivery_stopped_in_its_thread_was_sent(run, fake, store):
    delivery = asyncio.ensure_future(run(MEMBER_OF))
    await fake.until(lambda: written(store) and written(store)[0][2] == "sent")
    delivery.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivery

    assert written(store)[0][3].startswith(MEMBER_OF)
    assert (await run(MEMBER_OF)).state == "already"


async def test_every_sample_digest_and_card_is_a_message_that_slack_accepts(workspace, fake):
    samples = [card for card in vars(cards).values() if isinstance(card, Card)]
    everything = Digest(week=cards.WEEK, card=samples[0], views=tuple(samples))
    wanted = 0
    for digest in (cards.DIGEST, everything):
        posted = await post_digest(workspace, digest, MEMBER_OF, pause=0)
        wanted += sum(1 + len(part.render("F0123456789").more) for part in digest_parts(digest))

        assert posted.problems == ()
    assert len(fake.messages) == wanted


async def test_what_has_no_room_in_the_message_stands_in_its_thread_before_the_views(workspace, fake, digest):
    long = replace(digest, card=replace(digest.card, text="many words " * 4000))
    posted = await post_digest(workspace, long, MEMBER_OF, pause=0)
    main, second, *others = fake.messages

    assert posted.message == f"{MEMBER_OF}:{main['ts']}"
    assert second["text"] == "The week, continued (2)"
    assert {message["thread_ts"] for message in (second, *others)} == {main["ts"]}
    assert [message["text"].split("\n")[0] for message in others[-6:]] == list(VIEWS)


async def test_a_channel_that_wants_no_more_gets_one_line_and_the_rest_in_the_thread(workspace, fake, digest):
    await post_digest(workspace, digest, MEMBER_OF, pause=0, thread_only=True)
    line, first, *views = fake.messages

    assert [block["type"] for block in line["blocks"]] == ["rich_text", "context"]
    assert "image" in {block["type"] for block in first["blocks"]}
    assert {message["thread_ts"] for message in (first, *views)} == {line["ts"]}


async def test_several_channels_show_the_same_files_uploaded_once(workspace, fake, digest):
    posts = [post_digest(workspace, digest, MEMBER_OF, pause=0) for _ in range(3)]
    await asyncio.gather(*posts)
    named = [block["slack_file"]["id"] for each in fake.messages for block in each["blocks"] if "slack_file" in block]

    assert len(fake.called("files.completeUploadExternal")) == 7
    assert (len(named), len(set(named))) == (21, 7)


async def test_a_picture_that_failed_or_that_slack_lost_is_uploaded_anew(workspace, fake, digest, monkeypatch):
    monkeypatch.setattr(post, "BETWEEN_TRIES", 0.0)
    alone = replace(digest, views=())
    fake.refused["files.completeUploadExternal"] = "fatal_error"
    failed = await post_digest(workspace, alone, MEMBER_OF, pause=0)
    fake.refused.clear()
    shown = await post_digest(workspace, alone, MEMBER_OF, pause=0)
    fake.never_in_blocks = True
    await post_digest(workspace, alone, MEMBER_OF, pause=0)
    fake.never_in_blocks = False
    again = await post_digest(workspace, alone, MEMBER_OF, pause=0)

    assert (len(failed.problems), shown.problems, again.problems) == (1, (), ())
    assert ["image" in {block["type"] for block in each["blocks"]} for each in fake.messages] == [
        False,
        True,
        False,
        True,
    ]


async def test_slack_draws_charts_itself_where_that_is_wanted(fake, voice, digest):
    fake.native_charts = True
    workspace = slack_workspace(fake.api, KEYS, voice, native_charts=True)
    await post_digest(workspace, digest, MEMBER_OF, pause=0)

    assert fake.called("files.getUploadURLExternal") == []
    assert all("data_visualization" in {block["type"] for block in each["blocks"]} for each in fake.messages)


async def test_where_slack_draws_no_charts_pictures_are_posted_and_it_is_asked_once(fake, voice, digest):
    workspace = slack_workspace(fake.api, KEYS, voice, native_charts=True)
    posted = await post_digest(workspace, digest, MEMBER_OF, pause=0)
    tried = [each for each in fake.called("chat.postMessage") if "data_visualization" in str(each["blocks"])]

    assert posted.problems == ()
    assert len(tried) == 1
    assert all("image" in {block["type"] for block in each["blocks"]} for each in fake.messages)

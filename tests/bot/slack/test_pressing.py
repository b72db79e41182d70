"""Buttons that do something, the forms that some of them open, and sharing, over the real Socket Mode connection."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.answers.offering import written
from bot.slack.app import slack_workspace, start_slack
from bot.slack.modals import METADATA
from insights.question import Question
from tests.bot.slack.conftest import KEYS
from tests.bot.slack.fake_slack import ASKER, DIRECT, MEMBER_OF, STRANGE, TEAM

KEY = "unused_seats:Customer Success|Sales:chatgpt"
ME = f"{TEAM}:{ASKER}"


def question(text: str) -> str:
    return written(Question(departments=(text,)))


async def test_explaining_is_for_who_pressed(slack, fake, heard):
    await fake.press(f"explain {KEY}", action="do:1", thread="1.000000")
    await fake.until(lambda: fake.responses)

    assert fake.responses[0]["text"].startswith("Explain")
    ((deed, asker),) = heard.deeds
    assert (deed.verb, deed.key, asker.user) == ("explain", KEY, ME)
    assert fake.messages == []


async def test_what_changes_for_all_is_told_to_all_in_the_thread_with_who_did_it(slack, fake):
    await fake.press(f"mute {KEY}", action="do:1", thread="1.000000")
    await fake.until(lambda: fake.messages)

    (message,) = fake.messages
    assert (message["method"], message["thread_ts"]) == ("chat.postMessage", "1.000000")
    assert f"By <@{ASKER}>." in message["text"]


async def test_beneath_a_message_of_a_channel_it_is_told_in_a_thread_beneath_it(slack, fake):
    await fake.press(f"snooze {KEY} 4", action="do:1")
    await fake.until(lambda: fake.messages)

    assert fake.messages[0]["thread_ts"] == "1.000001"


async def test_beneath_an_answer_that_only_one_sees_it_is_told_to_that_one(slack, fake):
    await fake.press(f"mute {KEY}", action="do:1", only_for_them=True)
    await fake.until(lambda: fake.responses)

    assert fake.messages == []


async def test_in_a_direct_message_it_is_told_there(slack, fake):
    await fake.press(f"explain {KEY}", action="do:1", channel=DIRECT)
    await fake.until(lambda: fake.messages)

    assert (fake.messages[0]["channel"], fake.messages[0]["thread_ts"]) == (DIRECT, "1.000001")


async def test_a_button_of_another_version_is_answered_in_a_sentence(slack, fake, heard):
    await fake.press("frobnicate everything", action="do:1")
    await fake.until(lambda: fake.responses)

    assert "another version" in fake.responses[0]["text"]
    assert heard.deeds == []


async def test_an_error_while_doing_is_told_with_a_reference(slack, fake, caplog):
    await fake.press(f"share {question('break')}", action="do:1")
    await fake.until(lambda: fake.responses)

    assert "reference" in fake.responses[0]["text"]


# sharing


async def test_an_answer_to_a_command_can_be_shared_and_shown_as_a_table(slack, fake):
    await fake.command("sales")
    await fake.until(lambda: fake.messages)
    buttons = {
        button["text"]["text"]: button["value"]
        for block in fake.messages[0]["blocks"]
        for button in block.get("elements", [])
        if block["type"] == "actions"
    }

    assert buttons["Share to channel"] == f"share {question('sales')}"
    assert buttons["Show as table"] == f"table {question('sales')}"
    await fake.press(buttons["Share to channel"], action="do:3", only_for_them=True)
    await fake.until(lambda: len(fake.messages) == 2)

    shared = fake.messages[1]
    assert (shared["method"], shared["channel"]) == ("chat.postMessage", MEMBER_OF)
    assert f"Shared by <@{ASKER}>." in shared["text"]
    assert "Share to channel" not in str(shared["blocks"])


async def test_what_is_for_fewer_eyes_is_shared_only_after_a_warning_was_read(slack, fake):
    await fake.press(f"share {question('private')}", action="do:1", only_for_them=True)
    await fake.until(lambda: fake.responses)

    warning = fake.responses[0]
    assert "This tells of" in warning["text"]
    assert fake.messages == []
    (button,) = [b for block in warning["blocks"] if block["type"] == "actions" for b in block["elements"]]
    await fake.press(button["value"], action=button["action_id"], only_for_them=True)
    await fake.until(lambda: fake.messages)

    assert fake.messages[0]["method"] == "chat.postMessage"


async def test_nothing_is_shared_by_whom_it_is_refused(slack, fake):
    await fake.press(f"share {question('secret')}", action="do:1", only_for_them=True)
    await fake.until(lambda: fake.responses)

    assert "I may not answer" in fake.responses[0]["text"]
    assert fake.messages == []


async def test_where_the_bot_may_not_post_it_says_how_to_invite_it(slack, fake):
    await fake.press(f"share {question('plain')}", action="do:1", channel=STRANGE, only_for_them=True)
    await fake.until(lambda: fake.responses)

    assert "/invite" in fake.responses[0]["text"]


# forms


async def opened(fake):
    await fake.until(lambda: any("submit" in view for view in fake.views.values()))
    (view,) = fake.views.values()
    return view


async def test_taking_an_action_asks_who_and_until_when(slack, fake, heard):
    await fake.press(f"assign activate_or_reclaim {KEY}", action="do:1", thread="1.000000")
    view = await opened(fake)
    inputs = {each["block_id"]: each["element"] for each in view["blocks"] if each["type"] == "input"}

    assert view["title"]["text"] == "Take an action"
    assert inputs["owner"]["initial_user"] == ASKER
    assert inputs["day"]["initial_date"] == "2026-10-19"
    due = (datetime.now(UTC).date() + timedelta(days=7)).isoformat()
    await fake.submit(view, {"day": {"selected_date": due}})
    await fake.until(lambda: fake.messages)

    ((deed, asker),) = heard.deeds
    assert (deed.verb, deed.key, deed.action) == ("assign", KEY, "activate_or_reclaim")
    assert (deed.person, deed.day, asker.user) == (ME, date.fromisoformat(due), ME)
    assert fake.messages[0]["thread_ts"] == "1.000000"


async def test_who_is_given_an_action_is_told_in_a_direct_message(slack, fake):
    await fake.press(f"assign {KEY}", action="do:1", only_for_them=True)
    view = await opened(fake)
    due = (datetime.now(UTC).date() + timedelta(days=7)).isoformat()
    await fake.submit(view, {"day": {"selected_date": due}, "owner": {"selected_user": "U0OTHER0001"}})
    await fake.until(lambda: fake.messages)

    (brief,) = fake.messages
    assert (brief["channel"], brief["text"]) == ("U0OTHER0001", f"For you\nDo it.\nFrom <@{ASKER}>.")
    await fake.until(lambda: fake.responses)


async def test_done_asks_for_the_real_day_and_whom_it_reached(slack, fake, heard):
    await fake.press(f"done {KEY}", action="do:1")
    view = await opened(fake)
    options = next(each["element"]["options"] for each in view["blocks"] if each.get("block_id") == "reached")
    day = (datetime.now(UTC).date() - timedelta(days=3)).isoformat()
    values = {"day": {"selected_date": day}, "reached": {"selected_options": options[1:]}, "people": {"value": "40"}}
    await fake.submit(view, values)
    await fake.until(lambda: heard.deeds)

    deed, _ = heard.deeds[0]
    assert (deed.day.isoformat(), deed.reached, deed.people) == (day, ("Sales",), 40)


@pytest.mark.parametrize(("verb", "days", "said"), [("assign", -9, "is over"), ("done", 9, "still to come")])
async def test_a_day_that_cannot_be_is_said_in_the_form(slack, fake, heard, verb, days, said):
    await fake.press(f"{verb} {KEY}", action="do:1")
    view = await opened(fake)
    day = (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
    envelope = await fake.submit(view, {"day": {"selected_date": day}})
    await fake.until(lambda: envelope in fake.acknowledged)

    answer = fake.answers[envelope]
    assert answer["response_action"] == "errors"
    assert said in answer["errors"]["day"]
    assert heard.deeds == []


async def test_a_form_opens_within_its_three_seconds_however_long_the_finding_takes(fake, voice, heard):
    def slow(deed, asker):
        time.sleep(0.7)
        return voice.form(deed, asker)

    running = await start_slack(slack_workspace(fake.api, KEYS, replace(voice, form=slow)), "socket", fake.api, KEYS)
    began = asyncio.get_running_loop().time()
    envelope = await fake.press(f"done {KEY}", action="do:1")
    await fake.until(lambda: fake.views)
    assert asyncio.get_running_loop().time() - began < 0.6
    assert "Looking it up" in json.dumps(list(fake.views.values()))
    await opened(fake)
    await running.close()

    assert fake.late == []
    assert envelope in fake.acknowledged


async def test_who_may_not_is_told_in_the_form(slack, fake):
    await fake.press("done unused_seats:Secret:chatgpt", action="do:1")
    await fake.until(lambda: "Not yours" in json.dumps(list(fake.views.values())))

    (view,) = fake.views.values()
    assert "submit" not in view


async def test_a_finding_about_very_many_departments_still_fits_a_form(slack, fake, heard):
    key = f"unused_seats:{'|'.join(f'Department {n:03d}' for n in range(100))}:chatgpt"
    await fake.press(f"done {key}", action="do:1")
    view = await opened(fake)
    await fake.submit(view, {})
    await fake.until(lambda: fake.messages or fake.responses)

    assert len(view["private_metadata"]) <= METADATA
    assert heard.deeds[0][0].key == key

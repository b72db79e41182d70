"""What people write and press, in personal chats, group chats and channels."""

import base64
import json
from dataclasses import replace

import pytest

from bot.card import Button
from bot.dialogue import Asker
from bot.teams.incoming import asked
from insights.detectors import DETECTORS
from storage.conversations import all_conversations, conversation
from storage.shown import card as card_of
from tests.bot import cards
from tests.bot.teams.fake_teams import APP, ASKER, BOT, CHANNEL, GROUP, PERSONAL, TENANT

MENTION = [{"type": "mention", "text": "<at>AI Usage</at>", "mentioned": {"id": BOT, "name": "AI Usage"}}]
THREAD = f"{CHANNEL};messageid=1700000000000"
KEY = f"{DETECTORS[0].id}:Sales:chatgpt"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("sales", "sales"),
        ("ai-usage sales", "sales"),
        ("/ai-usage sales", "sales"),
        ("/AI-Usage: sales", "sales"),
        ("AI Usage, sales", "sales"),
        ("<at>AI Usage</at>/ai-usage sales", "sales"),
        ("<at>AI Usage</at> ai-usage  sales\n", "sales"),
        ("<at>AI Usage</at>&nbsp;sales &amp; marketing", "sales & marketing"),
        ("<p>how is sales <b>doing</b>?</p>", "how is sales doing ?"),
        ("<at>AI Usage</at>", ""),
        ("/ai-usage", ""),
        ("sales <at>Ada</at>", "sales Ada"),
        ("", ""),
    ],
)
def test_the_question_is_what_is_left_without_our_name(text, question):
    activity = {"text": text, "recipient": {"id": BOT}, "entities": MENTION}
    assert asked(activity) == question


def test_who_else_is_mentioned_stays_in_the_question():
    other = {"type": "mention", "text": "<at>Ada</at>", "mentioned": {"id": "29:ada"}}
    activity = {"text": "<at>AI Usage</at> <at>Ada</at> sales", "recipient": {"id": BOT}, "entities": [*MENTION, other]}
    assert asked(activity) == "Ada sales"


@pytest.mark.parametrize(
    ("where", "place", "private"), [(PERSONAL, PERSONAL, True), (GROUP, GROUP, False), (THREAD, CHANNEL, False)]
)
async def test_a_question_is_answered_where_it_was_asked(bot, where, place, private):
    text = "<at>AI Usage</at>/ai-usage sales"
    assert (await bot.hear(where=where, text=text, entities=MENTION)).status == 202
    (answer,) = await bot.fake.until(1)
    said = bot.talk.said[0]

    assert answer.conversation == where
    assert (said.text, said.place, said.private) == ("sales", place, private)
    assert said.asker == Asker(platform="teams", user=f"{TENANT}:{ASKER}")
    assert answer.card["body"][0]["text"] == cards.DEPARTMENTS_CARD.title
    assert answer.activity["summary"].startswith("Departments: Engineering has 9.2 messages")
    pictures = [each for each in answer.card["body"] if each["type"] == "Image"]
    assert base64.b64decode(pictures[0]["url"].partition(",")[2]).startswith(b"\x89PNG")


async def test_follow_ups_find_their_own_askers_context(bot):
    for where in (PERSONAL, GROUP, THREAD):
        await bot.hear(where=where, text="sales")
    await bot.settled()
    keys = [said.thread for said in bot.talk.said]
    assert len(set(keys)) == 3
    assert keys[1:] == [f"{GROUP}:{ASKER}", f"{THREAD}:{ASKER}"]


async def test_what_is_for_the_asker_alone_is_not_shown_to_others_without_a_warning(bot):
    bot.talk.caution = "This tells of Sales. Everybody here will see it."
    await bot.hear(where=GROUP, text="sales")
    await bot.hear(where=PERSONAL, text="sales")
    asking, answer = await bot.fake.until(2)
    if asking.conversation == PERSONAL:
        asking, answer = answer, asking
    assert "Everybody here will see it" in json.dumps(asking.card)
    assert "9.2" not in json.dumps(asking.card)
    assert "9.2" in json.dumps(answer.card)

    (button,) = actions(asking.card)
    assert button["data"] == {"do": "share sales"}
    await bot.hear("invoke", where=GROUP, name="adaptiveCard/action", value={"action": button})
    await bot.fake.until(3)
    assert (bot.talk.done[0][0].verb, bot.talk.done[0][0].words) == ("share", "sales")
    assert bot.talk.done[0][1] == Asker(platform="teams", user=f"{TENANT}:{ASKER}")


async def test_an_error_is_told_with_a_reference_that_the_log_has_too(bot, caplog):
    await bot.hear(text="break")
    (sorry,) = await bot.fake.until(1)
    told = json.dumps(sorry.card)
    reference = told.partition("the reference ")[2][:8]
    assert f"[{reference}]" in caplog.text
    assert "on fire" not in told


async def test_a_message_that_teams_sends_twice_is_answered_once(bot):
    for _ in range(3):
        await bot.hear(id="m1", text="sales")
    await bot.settled()
    assert len(bot.fake.posted) == 1


async def test_a_button_that_asks_is_acknowledged_and_answered_by_a_message(bot):
    button = {"type": "Action.Execute", "verb": "ask", "data": {"ask": "sales by last 26 weeks"}}
    answer = await bot.hear("invoke", name="adaptiveCard/action", value={"action": button})
    assert answer.status == 200
    told = await answer.json()
    assert told["statusCode"] == 200
    assert told["type"] == "application/vnd.microsoft.activity.message"
    await bot.fake.until(1)
    assert bot.talk.said[0].text == "sales by last 26 weeks"


async def test_a_submit_of_an_older_client_is_taken_as_well(bot):
    await bot.hear(text=None, value={"ask": "models"})
    await bot.fake.until(1)
    assert bot.talk.said[0].text == "models"


async def digest_with_buttons(bot):
    """A card whose finding can be snoozed and muted, as posted, and the two buttons."""
    buttons = (Button(label="Snooze", do=f"snooze {KEY} 4"), Button(label="Mute", do=f"mute {KEY}"))
    bot.talk.digest = replace(cards.OVERVIEW, advice=(replace(cards.SALES_ADVICE, key=KEY, buttons=buttons),))
    await bot.hear(text="digest")
    (posted,) = await bot.fake.until(1)
    await bot.settled()
    return posted, [each for each in actions(posted.card) if each["verb"] == "do"]


async def test_an_action_changes_the_card_in_place_for_everybody(bot):
    posted, (snooze, _) = await digest_with_buttons(bot)
    answer = await bot.hear("invoke", name="adaptiveCard/action", replyToId=posted.message, value={"action": snooze})
    told = await answer.json()
    changed = bot.fake.posted[-1]

    assert (changed.method, changed.message) == ("PUT", posted.message)
    assert told == {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": changed.card}
    assert "Snoozed for 4 weeks" in json.dumps(changed.card, ensure_ascii=False)
    assert changed.card["body"][0] == posted.card["body"][0]
    assert card_of(bot.store, PERSONAL, posted.message) == changed.card
    assert len(bot.fake.posted) == 2

    back = {"verb": "do", "data": {"do": f"restore {KEY}", "about": KEY}}
    await bot.hear("invoke", name="adaptiveCard/action", replyToId=posted.message, value={"action": back})
    again = bot.fake.posted[-1].card
    assert "Snoozed" not in json.dumps(again)
    assert [each["data"] for each in actions(again)] == [each["data"] for each in actions(posted.card)]


async def test_what_somebody_may_not_do_is_told_to_them_alone(bot):
    posted, (_, mute) = await digest_with_buttons(bot)
    answer = await bot.hear("invoke", name="adaptiveCard/action", replyToId=posted.message, value={"action": mute})
    told = await answer.json()
    assert told["type"] == "application/vnd.microsoft.activity.message"
    assert told["value"].startswith("Not yours to change")
    assert len(bot.fake.posted) == 1


async def test_an_action_on_a_card_that_is_not_kept_is_answered_by_a_message(bot):
    gone = {"verb": "do", "data": {"do": f"snooze {KEY} 4", "about": KEY}}
    answer = await bot.hear("invoke", name="adaptiveCard/action", replyToId="1", value={"action": gone})
    assert (await answer.json())["value"].startswith("Snoozed for 4 weeks")
    assert len(bot.fake.posted) == 1


async def test_an_invoke_that_is_nothing_to_us_is_not_implemented(bot):
    assert (await bot.hear("invoke", name="composeExtension/query")).status == 501


@pytest.mark.parametrize("where", [PERSONAL, GROUP, CHANNEL])
async def test_the_welcome_says_what_it_can_do_and_how_to_stop_it_once(bot, where):
    added = {"membersAdded": [{"id": BOT}]}
    await bot.hear("installationUpdate", where=where, action="add")
    await bot.hear("conversationUpdate", where=where, **added)
    await bot.settled()
    (welcome,) = bot.fake.posted
    told = json.dumps(welcome.card, ensure_ascii=False)
    assert "What can I ask?" in told
    assert "To stop me" in told

    await bot.hear("installationUpdate", where=where, action="remove")
    assert conversation(bot.store, where).state == "removed"
    await bot.hear("installationUpdate", where=where, action="add")
    await bot.settled()
    assert conversation(bot.store, where).state == "active"
    assert len(bot.fake.posted) == 2


async def test_people_who_join_are_not_greeted(bot):
    await bot.hear("conversationUpdate", where=GROUP, membersAdded=[{"id": "29:somebody"}])
    await bot.settled()
    assert bot.fake.posted == []


async def test_what_is_kept_of_a_conversation_reaches_it_and_names_nobody(bot):
    await bot.hear(where=THREAD, text="sales", channelData={"tenant": {"id": TENANT}, "team": {"id": "19:team"}})
    await bot.hear(where=PERSONAL, text="sales")
    await bot.settled()
    channel, personal = sorted(all_conversations(bot.store), key=lambda each: each.kind)
    assert (channel.id, channel.kind, channel.team, channel.tenant) == (CHANNEL, "channel", "19:team", TENANT)
    assert (personal.person, personal.tenant) == (ASKER, TENANT)
    assert conversation(bot.store, ASKER) == personal
    told = json.dumps([channel.reference, personal.reference])
    assert bot.fake.service_url in told
    assert APP in told
    assert not any(name in told for name in ("Ada", "Lovelace", "secret plan", "AI Usage"))


def actions(card: object) -> list[dict]:
    """The buttons of a card that are shown."""
    match card:
        case {"type": "ActionSet", "isVisible": False}:
            return []
        case {"type": "Action.Execute"}:
            return [card]
        case dict():
            return [each for part in card.values() for each in actions(part)]
        case list():
            return [each for part in card for each in actions(part)]
        case _:
            return []

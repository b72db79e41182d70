"""The Home tab, over the real Socket Mode connection, and its page within Slack's limits whatever it holds."""

import re

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.answers.home import HolderLine, Home, OwnAction, SourceLine, SubscriptionLine
from bot.card import Field
from bot.slack.home import home_view, mention
from tests.bot.slack.conftest import TODAY
from tests.bot.slack.fake_slack import ASKER, TEAM, FakeSlack
from tests.bot.slack.fake_views import wrong_view

TEXT = st.text(max_size=400) | st.sampled_from(["<!channel>", "*bold*", "`x`", "\u202eevil", "D" * 4000, "&" * 3000])
HOMES = st.builds(
    Home,
    title=TEXT.filter(bool),
    rights=TEXT,
    whom=st.lists(st.sampled_from(["T1:U1", "U2", "group:S1", "*"]), max_size=3).map(tuple),
    fields=st.lists(st.builds(Field, label=TEXT, value=TEXT, change=TEXT), max_size=12).map(tuple),
    footer=TEXT,
    actions=st.lists(
        st.builds(OwnAction, title=TEXT, key=TEXT, due=st.none() | st.dates(), overdue=st.booleans()), max_size=30
    ).map(tuple),
    subscriptions=st.none()
    | st.lists(
        st.builds(
            SubscriptionLine,
            number=st.just("12"),
            what=TEXT,
            place=TEXT,
            cadence=TEXT,
            next=TEXT,
            paused=st.booleans(),
            fixed=st.booleans(),
        ),
        max_size=12,
    ).map(tuple),
    sources=st.lists(st.builds(SourceLine, name=TEXT, words=TEXT, alarms=st.just(("late",))), max_size=40).map(tuple),
    holders=st.none() | st.lists(st.builds(HolderLine, who=st.just("U1"), may=TEXT), max_size=50).map(tuple),
)


async def published(fake: FakeSlack):
    await fake.until(lambda: ASKER in fake.homes)
    return fake.homes[ASKER]


async def test_opening_home_shows_it_to_who_opened_it(slack, fake):
    await fake.open_tab("home")
    view = await published(fake)

    assert f"You are {TEAM}:{ASKER}." in str(view["blocks"])
    assert "was due 5 October 2026" in str(view["blocks"])
    assert fake.prompts == []


async def test_refresh_makes_it_anew(slack, fake):
    await fake.open_tab("home")
    view = await published(fake)
    fake.homes.clear()
    await fake.press_in_home("refresh", action="home:refresh", view=view)

    assert await published(fake)


async def test_a_question_pressed_at_home_is_answered_in_a_direct_message(slack, fake):
    await fake.open_tab("home")
    view = await published(fake)
    await fake.press_in_home("plain", action="ask:0", view=view)
    await fake.until(lambda: fake.messages)

    assert (fake.messages[0]["method"], fake.messages[0]["channel"]) == ("chat.postMessage", ASKER)


async def test_done_pressed_at_home_opens_its_form_and_brings_the_page_up_to_date(slack, fake, heard):
    await fake.open_tab("home")
    view = await published(fake)
    (button,) = [each["accessory"] for each in view["blocks"] if "accessory" in each]
    fake.homes.clear()
    await fake.press_in_home(button["value"], action=button["action_id"], view=view)
    await fake.until(lambda: any("submit" in each for each in fake.views.values()))
    (form,) = fake.views.values()
    await fake.submit(form, {})
    await fake.until(lambda: heard.deeds)

    assert heard.deeds[0][0].day == TODAY
    assert await published(fake)


async def test_what_nobody_proposed_is_chosen_from_the_catalogue(slack, fake, heard):
    await fake.open_tab("home")
    view = await published(fake)
    await fake.press_in_home("did", action="do:did", view=view)
    await fake.until(lambda: any("submit" in each for each in fake.views.values()))
    (form,) = fake.views.values()
    (which,) = [each["element"] for each in form["blocks"] if each.get("block_id") == "action"]
    await fake.submit(form, {"action": {"selected_option": which["options"][0]}})
    await fake.until(lambda: heard.deeds)

    assert (heard.deeds[0][0].verb, heard.deeds[0][0].action) == ("did", "multi_turn_workshop")


async def test_a_page_that_cannot_be_made_says_so_with_a_reference(slack, fake, caplog):
    await fake.open_tab("home", user="U0000BREAK")
    await fake.until(lambda: "U0000BREAK" in fake.homes)

    reference = re.search(r"`([0-9a-f]{8})`", str(fake.homes["U0000BREAK"]["blocks"]))
    assert reference is not None
    assert f"[{reference[1]}]" in caplog.text


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(home=HOMES)
def test_no_page_breaks_a_limit_of_slacks(home):
    view = home_view(home)
    assert wrong_view(view, "home") == []
    # how much text a message may hold does not hold for a view
    wrong = [each for each in FakeSlack().wrong_blocks(view["blocks"][:50]) if "msg_blocks_too_long" not in each]
    assert wrong == []
    assert not [each for each in parsed(view["blocks"]) if "<!channel>" in each]


def parsed(blocks):
    """The texts of blocks that Slack parses: mrkdwn, not plain text."""
    texts = [
        part for block in blocks for part in (block.get("text"), *block.get("fields", []), *block.get("elements", []))
    ]
    return [each["text"] for each in texts if each and each.get("type") == "mrkdwn"]


@pytest.mark.parametrize(
    ("who", "told"),
    [("U1", "<@U1>"), ("T1:U1", "<@U1>"), ("group:S1", "<!subteam^S1>"), ("*", "everybody")],
)
def test_whoever_has_a_role_is_named_as_slack_names_them(who, told):
    assert mention(who) == told

"""Subscribing and changing a subscription by form, from the Home tab, over the real Socket Mode connection."""

import pytest

from bot.sending.subscriptions import Wanted
from bot.slack.subscribing import Kept, subscription_view, words_of
from tests.bot.slack.conftest import SUBSCRIPTION
from tests.bot.slack.fake_slack import ASKER, DIRECT, MEMBER_OF, TEAM
from tests.bot.slack.fake_views import wrong_view


@pytest.fixture
async def home(slack, fake):
    await fake.open_tab("home")
    await fake.until(lambda: ASKER in fake.homes)
    return fake.homes.pop(ASKER)


def button(view, label, number=0):
    found = [
        each
        for block in view["blocks"]
        if block["type"] == "actions"
        for each in block["elements"]
        if each["text"]["text"] == label
    ]
    return found[number]


async def form(fake, view, pressed):
    await fake.press_in_home(pressed["value"], action=pressed["action_id"], view=view)
    await fake.until(lambda: any("submit" in each for each in fake.views.values()))
    (opened,) = fake.views.values()
    return opened


async def test_home_lists_subscriptions_with_their_next_run_and_what_can_be_done(home):
    told = str(home["blocks"])

    assert f"*digest for leaders* to <#{MEMBER_OF}>" in told
    assert "Tuesdays at 10:30 (Europe/Berlin), next 6 October 10:30 CEST" in told
    assert button(home, "Pause")["value"] == "pause 3"
    assert button(home, "Resume")["value"] == "resume f1"
    with pytest.raises(IndexError):
        button(home, "Edit", 1)


async def test_pausing_at_home_is_answered_and_brings_the_page_up_to_date(fake, home, heard):
    pause = button(home, "Pause")
    await fake.press_in_home(pause["value"], action=pause["action_id"], view=home)
    await fake.until(lambda: fake.messages and ASKER in fake.homes)

    assert heard[0].text == "pause 3"


async def test_subscribing_by_form_says_what_its_words_would(fake, home, heard):
    view = await form(fake, home, button(home, "Subscribe"))
    values = {
        "place": {"selected_conversation": MEMBER_OF},
        "zone": {"value": "Europe/Berlin"},
        "how": {"selected_options": [{"value": "news"}]},
    }
    await fake.submit(view, values)
    await fake.until(lambda: ASKER in fake.homes)

    assert heard[0].text == f"subscribe digest leaders <#{MEMBER_OF}> monday 09:00 Europe/Berlin news"


async def test_without_a_channel_it_is_for_the_person_alone(fake, home, heard):
    view = await form(fake, home, button(home, "Subscribe"))
    await fake.submit(view, {"place": {"selected_conversation": DIRECT}})
    await fake.until(lambda: ASKER in fake.homes)

    assert heard[0].text == "subscribe digest leaders me monday 09:00"


async def test_editing_shows_what_it_holds_and_changes_it(fake, home, heard):
    view = await form(fake, home, button(home, "Edit"))
    elements = {each["block_id"]: each["element"] for each in view["blocks"]}
    await fake.submit(view, {"at": {"selected_time": "08:15"}})
    await fake.until(lambda: heard.changes and ASKER in fake.homes)

    assert elements["at"]["initial_time"] == "10:30"
    assert elements["zone"]["initial_value"] == "Europe/Berlin"
    ((number, wanted, who),) = heard.changes
    assert (number, who.user) == ("3", f"{TEAM}:{ASKER}")
    assert (wanted.place, wanted.day, wanted.at, wanted.skip_empty) == (
        f"{TEAM}:{MEMBER_OF}",
        "tuesday",
        "08:15",
        True,
    )


def test_the_form_is_within_slacks_limits():
    for now in (None, SUBSCRIPTION):
        assert wrong_view(subscription_view(Kept(team=TEAM, number="3"), ASKER, now), "modal") == []


def test_what_is_wanted_is_said_as_somebody_would_type_it():
    wanted = Wanted(place="", what="alert", audience="administrators", day="daily", at="07:00", thread_only=True)
    assert words_of(wanted, "") == "subscribe alert administrators me daily 07:00 thread"

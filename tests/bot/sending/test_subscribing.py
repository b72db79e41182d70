"""Subscriptions and mutes in words."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.dialogue import Asker, Reply, Said, reply
from bot.render.text import plain_text
from bot.sending.subscriptions import Subscription, subscriptions_of
from bot.settings import Organisation, Roles
from storage import outbox
from storage.store import Store, open_store
from storage.subscriptions import mutes
from tests.bot.company import TODAY, fill, installation

ROLES = Roles(administrators=["U0ADMIN"], leaders={"U0LEADER": ["Sales"]})
PLACE = "T0:C1"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('words') / 'store.db'}")
    fill(store)
    yield store
    store.close()


def say(store: Store, text: str, user: str = "U0ADMIN") -> Reply:
    installed = installation(store, ROLES, organisation=Organisation(timezone="Europe/Lisbon"))
    return reply(Said(text=text, asker=Asker(platform="slack", user=f"T0:{user}"), place=PLACE), installed, TODAY)


def kept(store: Store) -> Subscription:
    (only,) = subscriptions_of(installation(store, ROLES))
    return only


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("subscribe here mondays 9:00 Europe/Berlin", ("digest", PLACE, "monday", "09:00", "Europe/Berlin")),
        ("Subscribe", ("digest", "T0:U0ADMIN", "monday", "09:00", "Europe/Lisbon")),
        ("subscribe me every friday at 4pm", ("digest", "T0:U0ADMIN", "friday", "16:00", "Europe/Lisbon")),
        ("subscribe <#C77|general> alerts", ("alert", "T0:C77", "daily", "09:00", "Europe/Lisbon")),
        ("subscribe here alerts weekdays 8.30 utc", ("alert", PLACE, "weekdays", "08:30", "UTC")),
        ("subscribe here renewals tue 10", ("renewal", PLACE, "tuesday", "10:00", "Europe/Lisbon")),
    ],
)
def test_a_subscription_is_made_in_words(store: Store, words: str, expected: tuple[str, ...]) -> None:
    assert say(store, words).card.title == "Subscribed"
    made = kept(store)
    assert (made.what, made.place, made.day, made.at, made.timezone) == expected


def test_switches_audience_and_departments_are_words_too(filled: Store) -> None:
    say(filled, "subscribe <#C5> for enablement thread only when news about sales, Support")
    made = next(each for each in subscriptions_of(installation(filled, ROLES)) if each.place == "T0:C5")
    assert (made.thread_only, made.skip_empty, made.audience) == (True, True, "enablement")
    assert made.departments == ("Sales", "Support")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("subscribe here mondys", "did you mean “monday”"),
        ("subscribe here 9:00 Europe/Berln", "did you mean “Europe/Berlin”"),
        ("subscribe here 29:00", "no time of day"),
        ("subscribe here about astrology", "no department astrology"),
        ("pause 99", "no subscription 99"),
        ("mute astrology", "no department “astrology”"),
        ("unmute Sales", "not muted"),
    ],
)
def test_what_is_not_understood_says_what_to_write(filled: Store, words: str, hint: str) -> None:
    answer = say(filled, words)
    assert answer.card.title == "Not done"
    assert hint.lower() in answer.card.text.lower()


def test_a_leader_is_warned_before_a_channel_reads_their_numbers(filled: Store) -> None:
    before = len(subscriptions_of(installation(filled, ROLES)))
    answer = say(filled, "subscribe here mondays 8:00", "U0LEADER")
    assert "Everybody in that channel would read about the company and Sales" in answer.card.text
    assert len(subscriptions_of(installation(filled, ROLES))) == before
    private, anyway = answer.card.buttons
    assert say(filled, private.ask, "U0LEADER").card.title == "Subscribed"
    assert say(filled, anyway.ask, "U0LEADER").card.title == "Subscribed"
    mine = plain_text(say(filled, "subscriptions", "U0LEADER").card)
    assert "you" in mine
    assert "here" in mine
    assert "C5" not in mine


def test_the_chat_page_and_the_terminal_say_where_to_subscribe(store: Store) -> None:
    installed = installation(store, ROLES)
    answer = reply(Said(text="subscribe me", asker=Asker(platform="terminal")), installed, TODAY)
    assert "[[subscriptions]]" in answer.card.text


def test_one_is_previewed_paused_resumed_tested_and_ended_by_its_number(filled: Store) -> None:
    say(filled, "subscribe <#C6> fridays")
    number = next(each.number for each in subscriptions_of(installation(filled, ROLES)) if each.place == "T0:C6")
    shown = say(filled, f"preview {number}").card
    assert "30 of 60 seats unused" in plain_text(shown)
    assert "nothing was sent" in shown.footer
    assert say(filled, f"pause {number}").card.footer == "Paused by hand."
    assert "Next: Fri" in say(filled, f"resume #{number}").card.footer
    say(filled, f"send test {number}")
    (asked,) = outbox.deliveries(filled, "asked")
    assert asked.subscription == f"subscription {number}:T0:C6"
    assert say(filled, f"unsubscribe {number}").card.title == "Unsubscribed"
    assert say(filled, f"pause {number}").card.title == "Not done"


def test_a_mute_is_for_everybody_in_the_place_and_can_be_undone(filled: Store) -> None:
    assert "Nobody here is told of Sales before 18 Nov" in say(filled, "mute sales for 3 weeks").card.text
    assert "Sales" in plain_text(say(filled, "mutes", "U0LEADER").card)
    assert say(filled, "unmute Sales", "U0LEADER").card.title == "Not muted any more"
    assert "Nothing is muted here" in say(filled, "mutes").card.title


def test_a_mute_holds_for_what_the_settings_send_there_too(filled: Store) -> None:
    said = Said(text="mute support for 3 weeks", asker=Asker(platform="slack", user="T0:U0ADMIN"), place="C0PLAIN")
    reply(said, installation(filled, ROLES), TODAY)
    assert [each.what for each in mutes(filled, "C0PLAIN", TODAY)] == ["Support"]
    reply(replace(said, text="subscribe here"), installation(filled, ROLES), TODAY)
    assert "T0:C0PLAIN" in {each.place for each in subscriptions_of(installation(filled, ROLES))}


def test_what_others_muted_is_not_named_to_whom_it_is_not_to_be_told(filled: Store) -> None:
    say(filled, "mute support for 3 weeks")
    assert "Support" not in plain_text(say(filled, "mutes", "U0LEADER").card)
    say(filled, "unmute support")


def test_without_subscriptions_it_is_said_how_to_get_one(store: Store) -> None:
    assert "subscribe here mondays" in say(store, "subscriptions").card.text


@pytest.mark.parametrize("words", ["subscribers last 4 weeks", "pauses", "who uses chatgpt"])
def test_a_question_that_begins_alike_is_a_question(filled: Store, words: str) -> None:
    assert say(filled, words).card.title not in {"Not done", "Who may ask"}


def test_what_is_sent_to_whom_is_for_whoever_asks_alone_and_a_mute_for_all(filled: Store) -> None:
    assert say(filled, "subscriptions").caution
    assert say(filled, "who").caution
    assert say(filled, "mute Sales for 1 week").caution == ""
    say(filled, "unmute Sales")


@pytest.mark.parametrize("words", ["how do i subscribe?", "How can we unsubscribe from this"])
def test_how_to_subscribe_is_told(filled: Store, words: str) -> None:
    assert "subscribe here mondays" in say(filled, words).card.text

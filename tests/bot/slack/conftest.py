"""A real Bolt app on a real Socket Mode connection to the fake Slack."""

import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from bot.actions.deeds import Deed
from bot.actions.doing import Form
from bot.actions.verbs import Done
from bot.answers.home import Home, OwnAction, SubscriptionLine
from bot.answers.offering import reread
from bot.card import Bar, BarChart, Button, Card, Chart, Field
from bot.dialogue import Asker, Reply, Said
from bot.sending.subscriptions import Subscription, Wanted
from bot.slack.app import Slack, SlackKeys, slack_workspace, start_slack
from bot.slack.voice import Voice
from insights.question import Question
from tests.bot.slack.fake_slack import APP_TOKEN, BOT_TOKEN, MEMBER_OF, FakeSlack

TODAY = date(2026, 10, 5)
LINE = SubscriptionLine(
    number="3",
    what="digest for leaders",
    place=f"T0000000001:{MEMBER_OF}",
    cadence="Tuesdays at 10:30 (Europe/Berlin)",
    next="next 6 October 10:30 CEST",
)
HOME = Home(
    subscriptions=(LINE, replace(LINE, number="f1", fixed=True, paused=True)),
    title="Acme: AI usage",
    rights="",
    fields=(Field(label="People", value="40", change="up 2", trend="better"),),
    actions=(OwnAction(title="Hold office hours", key="lapsing:Sales:chatgpt", due=TODAY, overdue=True),),
)
SUBSCRIPTION = Subscription(
    key="subscription 3",
    number="3",
    what="digest",
    audience="leaders",
    platform="slack",
    place=f"T0000000001:{MEMBER_OF}",
    day="tuesday",
    at="10:30",
    timezone="Europe/Berlin",
    skip_empty=True,
)
KEYS = SlackKeys(bot_token=BOT_TOKEN, app_token=APP_TOKEN)


def png() -> bytes:
    """One grey pixel."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\x00\x80")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def chart(title: str) -> BarChart:
    return BarChart(title=title, unit="sessions", bars=(Bar(label="Sales", value=4.1),), alt=f"{title}: Sales 4.1")


def ask(text: str) -> Card:
    match text:
        case "break":
            raise ValueError("the store is on fire")
        case "plain":
            return Card(title="Plain", text="No picture here.")
        case "":
            return Card(title="Overview", text="6.8 messages a session.", chart=chart("Overview"))
        case _:
            button = Button(label="26 weeks", ask=f"{text} last 26 weeks")
            return Card(title=text.title(), text=f"About {text}.", chart=chart(text), buttons=(button,))


def draw(chart: Chart) -> bytes:
    if chart.title == "undrawable":
        raise ValueError("no such colour")
    return png()


@dataclass
class Heard(list[Said]):
    """What was said to the bot; besides, the deeds and changes that were made, and by whom."""

    deeds: list[tuple[Deed, Asker]] = field(default_factory=list)
    changes: list[tuple[str, Wanted, Asker]] = field(default_factory=list)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def voice(heard: Heard) -> Voice:
    return voice_of(heard)


def voice_of(heard: Heard) -> Voice:  # noqa: C901 - a function a verb
    def reply(said: Said) -> Reply:
        heard.append(said)
        if said.text == "secret":
            card = Card(title="Sorry", text="I may not answer you.")
            return Reply(card=card, refused=True, whom=("T0ACME:U0SOMEBODY1",))
        caution = "This tells of <Sales> & others." if said.text == "private" else ""
        return Reply(card=ask(said.text), question=Question(departments=(said.text,)), caution=caution)

    def again(words: str, asker: Asker) -> Reply:
        text = reread(words).departments[0] if words.startswith("{") else words
        return reply(Said(text=text, asker=asker))

    def perform(deed: Deed, asker: Asker) -> Done:
        heard.deeds.append((deed, asker))
        card = Card(title=deed.verb.title(), text=f"About {deed.key or deed.words}.")
        brief = Card(title="For you", text="Do it.") if deed.verb == "assign" and deed.person != asker.user else None
        return Done(card=card, changed=deed.verb != "explain", owner=deed.person, brief=brief)

    def form(deed: Deed, asker: Asker) -> Form | Card:
        if "Secret" in deed.key:
            return Card(title="Not yours to change", text="Ask somebody.")
        actions = (("multi_turn_workshop", "Run a workshop"),) if deed.verb == "did" else ()
        return Form(
            deed=deed, title="Do it", about="It is so.", departments=("HR", "Sales"), today=TODAY, actions=actions
        )

    def subscription(number: str, asker: Asker) -> Subscription | Card:
        if number == "9":
            return Card(title="Not done", text="That one stands in the settings: change it there.")
        return replace(SUBSCRIPTION, number=number, owner=asker.user)

    def change(number: str, wanted: Wanted, asker: Asker) -> Card:
        heard.changes.append((number, wanted, asker))
        return Card(title="Changed", text=f"Subscription {number}.")

    def home(asker: Asker) -> Home:
        if asker.user.endswith("BREAK"):
            raise ValueError("the store is on fire")
        return replace(HOME, rights=f"You are {asker.user}.")

    return Voice(
        reply=reply,
        draw=draw,
        again=again,
        perform=perform,
        form=form,
        home=home,
        subscription=subscription,
        change=change,
    )


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    server = FakeSlack()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def slack(fake: FakeSlack, voice: Voice) -> AsyncIterator[Slack]:
    workspace = slack_workspace(fake.api, KEYS, voice)
    running = await start_slack(workspace, "socket", fake.api, KEYS)
    yield running
    await running.close()

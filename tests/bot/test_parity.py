"""Slack and Teams say the same: one corpus of cards, and one set of conversations with everybody's own rights.

What one of them can't show is in the table of docs/teams.md, and here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot.answers.offering import offered
from bot.card import Advice, Card
from bot.dialogue import Asker, Said, reply
from bot.format import one_line
from bot.render.slack import slack_blocks, slack_digest
from bot.render.teams import teams_digest, teams_messages
from bot.settings import Roles
from storage.store import Store, open_store
from tests.bot.cards import CARDS, DIGEST
from tests.bot.company import TODAY, fill, installation

PICTURE = "https://bot.example/teams/pictures/x.png"
TENANT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
LIKE = str.maketrans("∗ˍ∼ˋ﹫﹟［］‹›∖∣․∶", "*_~`@#[]<>\\|.:")
SPOKEN = {"text", "altText", "alt_text", "title", "value", "inlines"}

# who is who on either platform, with the same roles
PEOPLE = {
    "administrator": ("U0ADMIN", "11111111-1111-1111-1111-111111111111"),
    "leader": ("U0LEADER", "22222222-2222-2222-2222-222222222222"),
    "stranger": ("U0STRANGER", "33333333-3333-3333-3333-333333333333"),
}
ROLES = Roles(
    administrators=list(PEOPLE["administrator"]), leaders={each: ["Sales"] for each in PEOPLE["leader"]}, enablement=[]
)
CONVERSATION = (
    "",
    "sales",
    "engineering",
    "sales vs engineering",
    "models last 26 weeks",
    "licenses",
    "salse",
    "help",
    "what is the weather",
)


def spoken(part: object) -> list[str]:
    """Every text that somebody sees or hears of a message, in either platform's JSON."""
    match part:
        case str():
            return [part]
        case dict():
            return [
                text
                for name, each in part.items()
                if name in SPOKEN or not isinstance(each, str)
                for text in spoken(each)
            ]
        case list():
            return [text for each in part for text in spoken(each)]
        case _:
            return []


def plain(texts: list[str]) -> str:
    told = " ".join(texts).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"\s+", " ", told.translate(LIKE))


def in_slack(card: Card) -> str:
    message = slack_blocks(card, "F0123456789")
    return plain(spoken([message.blocks, *(each.blocks for each in message.more)]))


def in_teams(card: Card) -> str:
    return plain(spoken([message.card["body"] for message in teams_messages(card, PICTURE)]))


def of_advice(advice: Advice) -> list[str]:
    labels = [button.label for button in advice.buttons]
    return [advice.headline, advice.detail, advice.state, advice.action, *advice.steps, advice.where, *labels]


def wanted(card: Card, *, in_short: bool = False) -> list[str]:
    """What has to be told of a card; in short, findings without their steps."""
    figures = [text for field in card.fields for text in (field.label, field.value, field.change, field.note)]
    cells = [cell for row in (card.table.columns, *card.table.rows) for cell in row] if card.table else []
    found = [
        text
        for each in card.advice
        for text in ([each.headline, each.action, each.state] if in_short else of_advice(each))
    ]
    alt = [card.chart.alt] if card.chart else []
    told = [card.title, *card.text.split("\n\n"), *figures, *cells, *found, *card.resolved, *alt, card.footer]
    return [text for text in (*told, *(button.label for button in card.buttons)) if one_line(text)]


TAME = [name for name in CARDS if name != "hostile"]


@pytest.mark.parametrize("name", TAME)
def test_both_say_everything_that_is_in_a_card(name: str) -> None:
    card = CARDS[name]
    slack, teams = in_slack(card), in_teams(card)
    # of several findings Slack tells each in short and has the steps behind "Explain", Teams behind "Steps"
    for text in wanted(card, in_short=len(card.advice) > 1):
        assert plain([one_line(text)]) in slack, f"Slack does not say {text!r}"
    for text in wanted(card):
        assert plain([one_line(text)]) in teams, f"Teams does not say {text!r}"


def test_the_digest_tells_the_same_findings_and_views() -> None:
    main, replies = slack_digest(DIGEST)
    every = [each for message in (main, *replies) for each in (message, *message.more)]
    slack = plain(spoken([each.blocks for each in every]))
    (message,) = teams_digest(DIGEST, PICTURE)
    teams = plain(spoken(message.card["body"]))
    for text in wanted(DIGEST.card):
        assert plain([one_line(text)]) in slack
        assert plain([one_line(text)]) in teams
    # views: a reply each in Slack's thread, a button each where Teams has no threads
    assert all(view.title in slack and view.title in teams for view in DIGEST.views)


@dataclass(frozen=True)
class Exchange:
    said: str
    slack: Card
    teams: Card


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('parity') / 'store.db'}")
    fill(store)
    yield store
    store.close()


@pytest.mark.parametrize("who", PEOPLE)
def test_a_conversation_goes_the_same_way_on_both(filled: Store, who: str) -> None:
    slack, teams = PEOPLE[who]
    askers = (Asker(platform="slack", user=f"T0ACME:{slack}"), Asker(platform="teams", user=f"{TENANT}:{teams}"))
    for text in CONVERSATION:
        replies = [
            reply(Said(text=text, asker=asker, thread=f"{asker.platform}:1"), installation(filled, ROLES), TODAY)
            for asker in askers
        ]
        one, other = replies
        assert one.refused == other.refused, text
        assert one.caution == other.caution, text
        assert one.question == other.question, text
        told = [
            json.dumps(repr(each.card)).replace(user, "WHO") for each, user in zip(replies, (slack, teams), strict=True)
        ]
        assert told[0] == told[1], text
        card = offered(one, share=False)
        for words in (card.title, *(button.label for button in card.buttons)):
            assert one_line(words) in in_slack(card)
            assert one_line(words) in in_teams(offered(other, share=False))

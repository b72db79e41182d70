import json
import re
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.card import Button, Card, Table
from bot.format import one_line
from bot.render.teams import TeamsMessage, summary_of, teams_digest, teams_messages
from bot.render.teams_elements import LARGEST, defanged, plain, size_of
from bot.render.teams_outcome import with_outcome
from tests.bot.cards import CARDS, DIGEST, HOSTILE, HOSTILE_NAMES, MANY_DEPARTMENTS, OVERVIEW, SALES_ADVICE, WIDE_CARD
from tests.bot.render.test_slack import cards, words
from tests.bot.teams.fake_teams import assert_a_card

PICTURE = "https://bot.example/teams/pictures/x.png"
MARKUP = re.compile(r"[*_`\[\]<>]|://|\{\{")


def elements(part: object) -> list[dict]:
    """Everything in a card that has a type."""
    match part:
        case dict():
            own = [part] if "type" in part else []
            return own + [each for inner in part.values() for each in elements(inner)]
        case list():
            return [each for inner in part for each in elements(inner)]
        case _:
            return []


def assert_accepted(messages: list[TeamsMessage]) -> None:
    """Fail on anything that Teams refuses, or reads as something else than it says."""
    assert messages
    for message in messages:
        assert 0 < len(message.summary) <= 400
        assert message.card["fallbackText"] == message.summary
        assert message.card["msteams"] == {"width": "Full"}
        assert size_of(message.card) <= LARGEST
        assert size_of(message.card) == true_size(message.card)
        assert_a_card(message.card)
        names = [each["id"] for each in elements(message.card) if "id" in each]
        assert len(names) == len(set(names))
        for each in elements(message.card):
            if each["type"] == "TextBlock":
                assert each["text"].strip()
                assert not MARKUP.search(each["text"])
            if each["type"] == "ActionSet":
                assert 0 < len(each["actions"]) <= 6
            if each["type"] == "Action.Execute":
                assert each["title"].strip()
                assert not MARKUP.search(each["title"])
                assert each["verb"] in each["data"]
            if each["type"] == "Image":
                assert each["altText"].strip()


def true_size(card: dict) -> int:
    told = json.dumps(card, ensure_ascii=False)
    return len(re.sub(r'"data:image/[^"]*"', '""', told).encode("utf-16-le", "surrogatepass"))


@pytest.mark.parametrize("name", CARDS)
@pytest.mark.parametrize("picture", ["", PICTURE, "data:image/png;base64," + "A" * 60_000])
@pytest.mark.parametrize("native", [False, True])
def test_every_card_is_one_that_teams_accepts(name, picture, native):
    assert_accepted(teams_messages(CARDS[name], picture, native=native))


@given(card=cards, picture=st.sampled_from(["", PICTURE]), native=st.booleans())
@settings(deadline=None, max_examples=60, phases=(Phase.explicit, Phase.generate))
def test_no_card_breaks_a_limit_or_the_schema(card, picture, native):
    assert_accepted(teams_messages(card, picture, native=native))


@given(text=words)
def test_no_name_is_read_as_markup(text):
    assert not MARKUP.search(defanged(text))
    assert not re.match(r"(\d+\.|[-+]) ", defanged(text))


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_nothing_is_lost_by_splitting(card):
    told = json.dumps([message.card for message in teams_messages(card)], ensure_ascii=False)
    for row in card.table.rows if card.table else ():
        for cell in row:
            assert json.dumps(plain(one_line(cell))[:60], ensure_ascii=False)[1:-1] in told
    assert all(f"finding:{n}:{advice.key}" in told for n, advice in enumerate(card.advice, start=1))


def test_two_hundred_departments_are_there_the_first_at_once_the_others_at_a_press():
    messages = teams_messages(MANY_DEPARTMENTS, PICTURE)
    everything = elements([message.card for message in messages])
    tables = [each for each in everything if each["type"] == "Table"]
    assert sum(len(table["rows"]) - 1 for table in tables) == 200
    assert [len(table["rows"]) - 1 for table in tables if table.get("isVisible", True)] == [12]
    shown = {
        target for each in everything if each["type"] == "Action.ToggleVisibility" for target in each["targetElements"]
    }
    assert shown == {table["id"] for table in tables if "id" in table}
    assert len(messages) <= 3


def test_columns_that_a_phone_cannot_hold_follow_in_a_table_of_their_own():
    tables = [each for each in elements(teams_messages(WIDE_CARD)[0].card) if each["type"] == "Table"]
    heads = [[cell["items"][0]["inlines"][0]["text"] for cell in table["rows"][0]["cells"]] for table in tables]
    assert len(heads) == 2
    assert all(head[0] == "Department" for head in heads)
    assert [name for head in heads for name in head[1:]] == list(WIDE_CARD.table.columns[1:])


def test_figures_say_in_words_whether_a_change_is_good():
    told = json.dumps(teams_messages(OVERVIEW)[0].card, ensure_ascii=False)
    assert "down 9 points over 14 weeks · better" in told
    assert "up 6 over 4 weeks · worse" in told


def test_the_picture_holds_its_numbers_in_words_and_can_be_enlarged():
    (image,) = (each for each in elements(teams_messages(OVERVIEW, PICTURE)[0].card) if each["type"] == "Image")
    assert image["altText"] == OVERVIEW.chart.alt
    assert image["msteams"] == {"allowExpand": True}


def test_a_small_table_stands_beside_its_chart_where_there_is_room():
    card = replace(MANY_DEPARTMENTS, table=replace(MANY_DEPARTMENTS.table, rows=MANY_DEPARTMENTS.table.rows[:5]))
    (beside,) = (each for each in elements(teams_messages(card, PICTURE)[0].card) if "layouts" in each)
    kinds = [[inner["type"] for inner in each["items"]] for each in beside["items"]]
    assert kinds == [["Image"], ["TextBlock", "Table"]]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tokens", "Chart.Line"),
        ("models", "Chart.VerticalBar.Grouped"),
        ("licenses", "Chart.HorizontalBar.Stacked"),
        ("overview", None),
        ("departments", None),
        ("gaps", None),
        ("prompts", None),
        ("nothing-yet", None),
    ],
)
def test_teams_draws_what_it_can_and_falls_back_to_the_picture(name, kind):
    card = teams_messages(CARDS[name], PICTURE, native=True)[0].card
    drawn = [each for each in elements(card) if each["type"].startswith("Chart.")]
    assert [each["type"] for each in drawn] == ([kind] if kind else [])
    for each in drawn:
        assert each["fallback"]["url"] == PICTURE
        # such a chart has no words of its own for a screen reader
        assert CARDS[name].chart.alt in json.dumps(card["body"], ensure_ascii=False).replace(
            each["fallback"]["altText"], "", 1
        )


def test_the_notification_is_a_sentence():
    assert summary_of(OVERVIEW).startswith("ChatGPT this week: deeper conversations, 39% on older models: 6.8 messages")
    assert summary_of(Card(title="", text="")) == "AI usage"
    assert teams_digest(DIGEST)[0].summary.startswith("Weekly digest, 3–9 Nov 2025: 6.8 messages a session")


def test_without_threads_the_digests_views_are_buttons():
    asked = [
        each["data"].get("ask") for each in elements(teams_digest(DIGEST)[0].card) if each["type"] == "Action.Execute"
    ]
    assert asked[-6:] == ["tokens", "depth", "prompts", "models", "departments", "licenses"]
    threaded = teams_digest(DIGEST, threaded=True)[0].card
    pressed = [each["data"] for each in elements(threaded) if each["type"] == "Action.Execute"]
    assert len([data for data in pressed if "about" not in data]) == len(DIGEST.card.buttons)


def test_verbs_and_questions_are_carried_whole():
    card = Card(
        title="x", text="y", buttons=(Button(label="Ask", ask="sales " * 80), Button(label="Do", do="explain a:b c:d"))
    )
    ask, do = (each for each in elements(teams_messages(card)[0].card) if each["type"] == "Action.Execute")
    assert ask["data"] == {"ask": ("sales " * 80).strip()}
    assert do["data"] == {"do": "explain a:b c:d"}


def test_an_outcome_takes_the_place_of_the_buttons_of_its_finding_alone():
    buttons = (Button(label="Snooze", do="snooze k 4"),)
    advice = [replace(each, buttons=buttons) for each in OVERVIEW.advice]
    before = teams_messages(replace(OVERVIEW, advice=tuple(advice)))[0].card
    outcome = Card(title="Snoozed", text="Until 8 Dec.", buttons=(Button(label="Tell it again", do="restore k"),))
    after = with_outcome(before, SALES_ADVICE.key, outcome)
    hidden = [each for each in elements(after) if each["type"] == "ActionSet" and each.get("isVisible") is False]
    assert len(hidden) == 1
    shown = [each for each in elements(after) if each["type"] == "ActionSet" and SALES_ADVICE.key in each.get("id", "")]
    assert [each["title"] for each in shown[0]["actions"]] == ["Steps", "Tell it again"]
    assert "✓ Snoozed. " in json.dumps(after, ensure_ascii=False)
    assert_a_card(after)
    assert with_outcome(after, SALES_ADVICE.key, outcome) == after
    undone = with_outcome(after, SALES_ADVICE.key, outcome, undone=True)
    assert "Snoozed" not in json.dumps(undone, ensure_ascii=False)
    assert with_outcome(before, "no such finding", outcome) is None


def test_hostile_names_stay_names():
    card = replace(HOSTILE, table=Table(columns=HOSTILE_NAMES, rows=(HOSTILE_NAMES,)))
    told = teams_messages(card)
    assert_accepted(told)
    assert "<at>" not in json.dumps([defanged("<at>Everyone</at>")])

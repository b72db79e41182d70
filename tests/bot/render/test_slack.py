import json
import os
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.card import Advice, BarChart, Button, Card, Digest, Field, Table
from bot.render.slack import (
    SlackMessage,
    clip,
    digest_charts,
    digest_parts,
    escape_mrkdwn,
    pressed,
    slack_blocks,
    slack_digest,
)
from tests.bot.cards import (
    CARDS,
    DIGEST,
    HOSTILE,
    HOSTILE_NAMES,
    LICENSES_CARD,
    MANY_DEPARTMENTS,
    MODEL_ADVICE,
    OVERVIEW,
    verbs,
)
from tests.bot.slack.limits import complaints, units

MANY = int(os.environ.get("RANDOM_CARDS", "60"))
"""How many random cards to try: the gate has other things to do as well; RANDOM_CARDS=10000 tries many."""

UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Shrinking a card takes minutes, and tells little more."""

words = st.one_of(
    st.text(max_size=90), st.sampled_from(HOSTILE_NAMES), st.sampled_from([n * 60 for n in HOSTILE_NAMES])
)
buttons = st.one_of(st.builds(Button, label=words, ask=words), st.builds(Button, label=words, do=words))
advice = st.builds(
    Advice,
    buttons=st.lists(buttons, max_size=9).map(tuple),
    key=words,
    headline=words,
    detail=words,
    action=words,
    steps=st.lists(words, max_size=12).map(tuple),
    where=words,
    owner=words,
    effort=words,
    expected=words,
)
tables = st.builds(
    Table,
    columns=st.lists(words, max_size=24).map(tuple),
    rows=st.lists(st.lists(words, max_size=24).map(tuple), max_size=120).map(tuple),
    numeric=st.lists(st.integers(0, 24), max_size=3).map(tuple),
    caption=words,
)
cards = st.builds(
    Card,
    title=words,
    text=words,
    fields=st.lists(
        st.builds(
            Field,
            label=words,
            value=words,
            change=words,
            trend=st.sampled_from(["better", "worse", "neutral"]),
            note=words,
        ),
        max_size=25,
    ).map(tuple),
    chart=st.one_of(st.none(), st.builds(BarChart, title=words, unit=st.just("money"), bars=st.just(()), alt=words)),
    table=st.one_of(st.none(), tables),
    advice=st.lists(advice, max_size=25).map(tuple),
    buttons=st.lists(buttons, max_size=30).map(tuple),
    footer=words,
)


def whole(message: SlackMessage) -> list[SlackMessage]:
    """The message and what follows it."""
    return [message, *message.more]


def told_in(message: SlackMessage) -> str:
    """All words that the message and what follows it show, in order."""

    def words_of(value: object) -> str:
        if isinstance(value, dict):
            named = ("text", "elements", "fields", "alt_text", "rows", "options")
            inner = "".join(words_of(value[name]) for name in named if name in value)
            return inner if value.get("type") == "text" else f"{inner}\n"
        return "".join(map(words_of, value)) if isinstance(value, list) else str(value)

    return words_of([block for each in whole(message) for block in each.blocks])


def assert_accepted(message: SlackMessage) -> None:
    """Fail on anything that Slack's reference says it refuses."""
    for each in whole(message):
        json.dumps(each.blocks).encode()
        assert complaints({"text": each.text, "blocks": each.blocks}) == []
        assert len(each.blocks) < 50, "there is no room for a note"
        assert all(each.blocks[number]["block_id"] for number in range(len(each.blocks)))
    assert not any(each.more for each in message.more)


@pytest.mark.parametrize("file", [None, "F0123456789"])
@pytest.mark.parametrize("name", CARDS)
def test_every_sample_card_is_a_message_that_slack_accepts(name, file):
    assert_accepted(slack_blocks(CARDS[name], file))


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # a failing card is told all the same
@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck), phases=UNSHRUNK)
@given(cards, st.sampled_from([None, "", " ", "F0123456789"]), st.booleans())
def test_no_card_breaks_a_limit(card, file, native):
    assert_accepted(slack_blocks(card, file, native=native))


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # a failing card is told all the same
@settings(max_examples=max(20, MANY // 10), deadline=None, suppress_health_check=list(HealthCheck), phases=UNSHRUNK)
@given(cards, st.lists(cards, max_size=3).map(tuple), st.booleans(), st.sampled_from([None, "F0123456789"]))
def test_no_digest_breaks_a_limit(card, views, thread_only, file):
    digest = Digest(week=date(2025, 11, 3), card=card, views=views)
    parts = digest_parts(digest, thread_only=thread_only)

    assert len(parts) == 1 + thread_only + bool(card.advice) + len(views)
    for part in parts:
        assert_accepted(part.render(file if part.chart else None))


@given(st.text(alphabet="&<>*_~`@#ab \U0001f680", max_size=400), st.integers(1, 200))
def test_what_is_cut_keeps_to_its_limit(text, limit):
    assert units(clip(text, limit)) <= limit


def test_cutting_never_leaves_half_an_entity():
    for length in range(40, 320):
        field = Field(label="x" * length + "&<>" * 80, value="1")
        (section,) = (
            block for block in slack_blocks(Card(title="t", text="t", fields=(field,))).blocks if "fields" in block
        )
        assert complaints({"text": "t", "blocks": [section]}) == []


def test_a_name_that_is_cut_says_so():
    card = Card(title="t", text="", table=Table(columns=("Name",), rows=(("n" * 300,),)))

    assert "(shortened)" in told_in(slack_blocks(card))


def test_what_has_no_room_follows_and_nothing_is_dropped():
    words = [f"word{n}" for n in range(4000)]
    many = tuple(replace(MODEL_ADVICE, headline=f"finding {n}", buttons=()) for n in range(60))
    message = slack_blocks(replace(OVERVIEW, text=" ".join(words), advice=many))
    told = told_in(message)

    assert all(f"{word}" in told for word in words)
    assert all(f"finding {n}" in told for n in range(60))
    assert "The rest follows." in json.dumps(message.blocks)
    assert all(OVERVIEW.title in each.text for each in message.more)
    assert OVERVIEW.footer in json.dumps(message.blocks, ensure_ascii=False)


def rows_of(messages: list[SlackMessage]) -> list[list[str]]:
    tables = [block for each in messages for block in each.blocks if block["type"] == "table"]
    return [[cell["text"] for cell in row] for table in tables for row in table["rows"][1:]]


def test_a_long_table_begins_in_the_message_and_follows_whole():
    message = slack_blocks(MANY_DEPARTMENTS)

    assert len(rows_of([message])) == 12
    assert "The first 12 of 200 rows." in json.dumps(message.blocks)
    assert rows_of(list(message.more)) == [list(row) for row in MANY_DEPARTMENTS.table.rows]


def test_a_table_wider_than_slack_takes_goes_on_with_its_first_column():
    columns = ("Name", *(f"c{n}" for n in range(45)))
    told = Table(columns=columns, rows=(("Sales", *(f"v{n}" for n in range(45))),), numeric=(0, 1, 20, 45))
    messages = whole(slack_blocks(Card(title="t", text="", table=told)))
    tables = [block for each in messages for block in each.blocks if block["type"] == "table"]
    rows = rows_of(messages[1:])

    assert [row[0] for row in rows] == ["Sales"] * 3
    assert [cell for row in rows for cell in row[1:]] == [f"v{n}" for n in range(45)]
    assert [
        (n, at)
        for n, table in enumerate(tables[1:])
        for at, each in enumerate(table["column_settings"])
        if each["align"] == "right" and at
    ] == [(0, 1), (1, 1), (2, 7)]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_an_outside_name_formats_nothing_and_calls_nobody(name):
    shown = escape_mrkdwn(name)

    assert not set("*_~`<>@#") & set(shown)
    assert "://" not in shown


def test_hostile_names_reach_no_mrkdwn_unescaped():
    message = slack_blocks(HOSTILE, "F0123456789")
    fields = [field["text"] for block in message.blocks for field in block.get("fields", [])]

    assert "<!" not in message.text + "".join(fields)
    assert not any(text.count("*") != 2 for text in fields)


def test_the_notification_carries_the_headline_numbers_and_the_findings():
    main, _ = slack_digest(DIGEST)

    assert main.text.startswith(OVERVIEW.title + "\n")
    assert "Messages a session 6.8 (up 1.4 over 14 weeks)" in main.text
    assert all(advice.headline in main.text for advice in OVERVIEW.advice)


def test_the_digest_goes_summary_numbers_chart_findings_buttons_footer():
    main, replies = slack_digest(DIGEST, ["F0123456789"])
    kinds = [block["type"] for block in main.blocks]

    assert kinds[:4] == ["header", "rich_text", "section", "image"]
    assert kinds[4:13] == ["divider", "rich_text", "actions"] * 3
    assert kinds[13:] == ["actions", "context", "context"]
    assert len(replies) == 7


def test_the_digest_tells_findings_in_short_and_their_steps_in_the_thread():
    main, (steps, *_) = slack_digest(DIGEST)
    short, full = told_in(main), told_in(steps)

    for advice in OVERVIEW.advice:
        assert all(part in short for part in (advice.headline, advice.action, advice.owner, advice.effort))
        assert not any(step in short for step in advice.steps)
        assert all(part in full for part in (advice.detail, advice.where, *advice.steps))
    assert "actions" not in {block["type"] for block in steps.blocks}


def test_a_channel_that_wants_no_more_sees_one_line_with_the_numbers():
    line, first, steps, *views = digest_parts(DIGEST, thread_only=True)
    shown = line.render(None)

    assert [block["type"] for block in shown.blocks] == ["rich_text", "context"]
    assert "Messages a session 6.8 (up 1.4 over 14 weeks)" in told_in(shown)
    assert (line.chart, first.chart, steps.chart) == (None, OVERVIEW.chart, None)
    assert first.render("F0123456789").blocks[3]["type"] == "image"
    assert [each.title for each in views] == [view.title for view in DIGEST.views]


def test_over_how_many_weeks_numbers_changed_is_said_once_where_it_is_the_same():
    fields = tuple(Field(label=f"n{n}", value="1", change="up 1 over 14 weeks") for n in range(4))
    once = told_in(slack_blocks(Card(title="t", text="", fields=fields)))
    mixed = told_in(
        slack_blocks(Card(title="t", text="", fields=(*fields, replace(fields[0], change="up 1 over 4 weeks"))))
    )

    assert once.count("14 weeks") == 1
    assert "Changes are over 14 weeks." in once
    assert mixed.count("14 weeks") == 4


def test_one_finding_comes_in_full_and_several_in_short_where_they_can_be_explained():
    one = told_in(slack_blocks(replace(OVERVIEW, advice=(MODEL_ADVICE,))))
    several = told_in(slack_blocks(OVERVIEW))
    unexplained = told_in(slack_blocks(replace(OVERVIEW, advice=(MODEL_ADVICE, replace(MODEL_ADVICE, buttons=())))))

    for step in (*MODEL_ADVICE.steps, MODEL_ADVICE.where, MODEL_ADVICE.detail):
        assert step in one
        assert step not in several
        assert step in unexplained


def test_buttons_ask_what_they_carry():
    *_, actions = (block for block in slack_blocks(OVERVIEW).blocks if block["type"] == "actions")

    assert [(button["action_id"], button["value"]) for button in actions["elements"]] == [
        ("ask:13", "sales"),
        ("ask:14", "sales vs engineering"),
        ("ask:15", "overview last 26 weeks"),
    ]


def test_what_can_be_done_about_a_finding_stands_under_it_the_rest_behind_a_menu():
    first = next(block for block in slack_blocks(OVERVIEW).blocks if block["type"] == "actions")
    *buttons, menu = first["elements"]
    key = OVERVIEW.advice[0].key

    assert [(each["text"]["text"], each["action_id"], pressed(each)) for each in buttons] == [
        ("Explain", "do:1", f"explain {key}"),
        ("Assign to me", "do:2", f"assign default_model {key}"),
        ("Done", "do:3", f"done {key}"),
    ]
    assert (menu["type"], menu["action_id"]) == ("overflow", "do:4")
    assert [pressed({"type": "overflow", "selected_option": option}) for option in menu["options"]] == [
        f"snooze {key} 4",
        f"mute {key}",
    ]


def test_verbs_too_long_for_a_menu_are_buttons():
    long = replace(OVERVIEW.advice[0], buttons=verbs("act", "k" * 200))
    (actions,) = (
        block for block in slack_blocks(Card(title="t", text="t", advice=(long,))).blocks if block["type"] == "actions"
    )

    assert [each["type"] for each in actions["elements"]] == ["button"] * 5


def test_a_question_too_long_to_carry_is_no_button():
    card = Card(title="t", text="t", buttons=(Button(label="Long", ask="x" * 2001), Button(label="", ask="sales")))
    (actions,) = (block for block in slack_blocks(card).blocks if block["type"] == "actions")

    assert [button["text"]["text"] for button in actions["elements"]] == ["sales"]


def test_a_picture_carries_its_numbers_and_without_one_they_are_written_out():
    with_picture = json.dumps(slack_blocks(OVERVIEW, "F0123456789").blocks, ensure_ascii=False)
    without = json.dumps(slack_blocks(OVERVIEW, None).blocks, ensure_ascii=False)

    assert OVERVIEW.chart.alt in with_picture
    assert OVERVIEW.chart.alt in without
    assert '"image"' not in without


def test_figures_in_a_table_stand_right():
    (table,) = (block for block in slack_blocks(LICENSES_CARD).blocks if block["type"] == "table")

    assert [setting["align"] for setting in table["column_settings"]] == ["left", "right", "right", "right", "right"]
    assert [cell["text"] for cell in table["rows"][1]] == ["Engineering", "160", "152", "$4,800", "$240"]


def test_charts_to_upload_come_in_the_order_of_their_files():
    assert digest_charts(DIGEST) == (OVERVIEW.chart, *(view.chart for view in DIGEST.views))

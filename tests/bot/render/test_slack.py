import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.card import Advice, BarChart, Button, Card, Digest, Field, Table
from bot.render.slack import SlackMessage, clip, digest_charts, escape_mrkdwn, pressed, slack_blocks, slack_digest
from tests.bot.cards import CARDS, DIGEST, HOSTILE, HOSTILE_NAMES, LICENSES_CARD, MANY_DEPARTMENTS, OVERVIEW, verbs

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


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def assert_accepted(message: SlackMessage) -> None:
    """Fail on anything that Slack's reference says it refuses."""
    json.dumps(message.blocks).encode()
    assert 0 < units(message.text) <= 4000
    assert 0 < len(message.blocks) <= 50
    assert len({block["block_id"] for block in message.blocks}) == len(message.blocks)
    assert sum(block["type"] == "table" for block in message.blocks) <= 1
    actions = [
        each["action_id"] for block in message.blocks if block["type"] == "actions" for each in block["elements"]
    ]
    assert len(set(actions)) == len(actions)
    for block in message.blocks:
        assert units(block["block_id"]) <= 255
        CHECKS[block["type"]](block)


def check_text(text: dict, kind: str, limit: int) -> None:
    assert text["type"] == kind
    assert 0 < units(text["text"]) <= limit
    assert text["text"].strip() or text["text"] == " "


def check_section(block: dict) -> None:
    assert 0 < len(block["fields"]) <= 10
    for field in block["fields"]:
        check_text(field, "mrkdwn", 2000)
        assert not re.search(r"&(?!amp;|lt;|gt;)|[<>]", field["text"])


def check_rich(block: dict) -> None:
    assert block["elements"]
    for element in block["elements"]:
        runs = [element] if element["type"] == "rich_text_section" else element["elements"]
        assert runs
        for run in runs:
            assert all(part["type"] == "text" and part["text"] for part in run["elements"])
            assert sum(units(part["text"]) for part in run["elements"]) <= 3000


def check_image(block: dict) -> None:
    assert set(block["slack_file"]) == {"id"}
    assert 0 < units(block["alt_text"]) <= 2000


def check_table(block: dict) -> None:
    rows = block["rows"]
    assert 0 < len(rows) <= 100
    assert {len(row) for row in rows} == {len(block["column_settings"])}
    assert 0 < len(rows[0]) <= 20
    cells = [cell for row in rows for cell in row]
    assert all(cell["type"] == "raw_text" and cell["text"] for cell in cells)
    assert sum(units(cell["text"]) for cell in cells) <= 10_000


def check_actions(block: dict) -> None:
    assert 0 < len(block["elements"]) <= 25
    assert len({button["action_id"] for button in block["elements"]}) == len(block["elements"])
    for element in block["elements"]:
        assert 0 < units(element["action_id"]) <= 255
        if element["type"] == "overflow":
            assert 2 <= len(element["options"]) <= 5
            for option in element["options"]:
                check_text(option["text"], "plain_text", 75)
                assert 0 < units(option["value"]) <= 150
        else:
            check_text(element["text"], "plain_text", 75)
            assert 0 < units(element["value"]) <= 2000


def check_context(block: dict) -> None:
    assert 0 < len(block["elements"]) <= 10
    for element in block["elements"]:
        check_text(element, "plain_text", 2000)


CHECKS = {
    "header": lambda block: check_text(block["text"], "plain_text", 150),
    "section": check_section,
    "rich_text": check_rich,
    "image": check_image,
    "table": check_table,
    "actions": check_actions,
    "context": check_context,
    "divider": lambda block: len(block) == 2,
}


@pytest.mark.parametrize("file", [None, "F0123456789"])
@pytest.mark.parametrize("name", CARDS)
def test_every_sample_card_is_a_message_that_slack_accepts(name, file):
    assert_accepted(slack_blocks(CARDS[name], file))


@settings(max_examples=60, deadline=None)
@given(cards, st.sampled_from([None, "", " ", "F0123456789"]))
def test_no_card_breaks_a_limit(card, file):
    assert_accepted(slack_blocks(card, file))


@settings(max_examples=20, deadline=None)
@given(cards, st.lists(cards, max_size=3).map(tuple), st.lists(st.sampled_from([None, "F0123456789"]), max_size=5))
def test_no_digest_breaks_a_limit(card, views, files):
    main, replies = slack_digest(Digest(week=date(2025, 11, 3), card=card, views=views), files)

    assert len(replies) == len(views)
    for message in (main, *replies):
        assert_accepted(message)


@given(st.text(alphabet="&<>*_~`@#ab \U0001f680", max_size=400), st.integers(1, 200))
def test_what_is_cut_keeps_to_its_limit(text, limit):
    assert units(clip(text, limit)) <= limit


def test_cutting_never_leaves_half_an_entity():
    for length in range(40, 320):
        field = Field(label="x" * length + "&<>" * 80, value="1")
        (section,) = (
            block for block in slack_blocks(Card(title="t", text="t", fields=(field,))).blocks if "fields" in block
        )
        check_section(section)


def test_what_is_cut_says_so():
    card = replace(OVERVIEW, text="word " * 2000, advice=OVERVIEW.advice * 9)
    told = json.dumps(slack_blocks(card).blocks, ensure_ascii=False)

    assert "(shortened)" in told
    assert "17 more findings are left out here." in told
    assert "Showing 99 of 200 rows." in json.dumps(slack_blocks(MANY_DEPARTMENTS).blocks)


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

    assert main.text.startswith("Weekly digest, 3–9 Nov 2025: ")
    assert "Messages a session 6.8 (up 1.4 over 14 weeks)" in main.text
    assert all(advice.headline in main.text for advice in OVERVIEW.advice)


def test_the_digest_goes_summary_numbers_chart_findings_buttons_footer():
    main, replies = slack_digest(DIGEST, ["F0123456789"])
    kinds = [block["type"] for block in main.blocks]

    assert kinds[:4] == ["header", "rich_text", "section", "image"]
    assert kinds[4:16] == ["divider", "rich_text", "context", "actions"] * 3
    assert kinds[16:] == ["actions", "context", "context"]
    assert len(replies) == 6


def test_each_finding_comes_with_its_action_and_who_how_long_and_where():
    told = json.dumps(slack_blocks(OVERVIEW).blocks, ensure_ascii=False)

    for advice in OVERVIEW.advice:
        assert all(part in told for part in (advice.headline, advice.action, advice.owner, advice.effort, advice.where))
        assert all(step in told for step in advice.steps)
    assert "unknown" not in told


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

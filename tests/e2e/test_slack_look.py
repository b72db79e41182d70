"""Slack messages as a renderer nobody here wrote draws them, on a phone and a laptop, light and dark."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.card import Digest, Dot, DotChart, Table
from tests.bot.cards import CARDS, DIGEST, LONG_NAME, MANY_DEPARTMENTS, OVERVIEW, SALES_ADVICE
from tests.e2e.look import PHONE, case_of_card, cases_of_digest, look

pytestmark = pytest.mark.e2e

SCREENS = 2.5
"""Of a phone, 844 pixels each: how much a leader scrolls through a digest of three findings."""

LONG = replace(
    OVERVIEW,
    title=f"{LONG_NAME} · Overview · ChatGPT",
    chart=DotChart(
        title=f"{LONG_NAME} beside three others",
        x_label="Sessions a person and week",
        y_label="Messages a session",
        dots=tuple(
            Dot(label=name, x=2.0 + n, y=4.0 + n, people=20, emphasis=n == 0)
            for n, name in enumerate((LONG_NAME, "Sales", "HR"))
        ),
        alt="Three departments.",
    ),
    advice=(replace(SALES_ADVICE, headline=SALES_ADVICE.headline.replace("Sales", LONG_NAME)),),
    table=Table(columns=("Department", "Sessions"), rows=((LONG_NAME, "4.1"), ("HR", "2.0")), numeric=(1,)),
)


@pytest.fixture(scope="module")
def seen(chromium, slack_renderer, tmp_path_factory):
    folder = Path(os.environ.get("E2E_PICTURES", tmp_path_factory.mktemp("look")))
    named = {"long-name": LONG, "200-departments": MANY_DEPARTMENTS}
    cases = [
        *cases_of_digest(DIGEST, folder),
        *cases_of_digest(Digest(week=DIGEST.week, card=LONG, views=(MANY_DEPARTMENTS,)), folder, "long-digest"),
        *(case_of_card(name, card, folder) for name, card in (CARDS | named).items()),
    ]
    return look(cases, folder, modules=slack_renderer, widths=(PHONE,))


def test_nothing_stands_out_of_a_phone_but_tables_that_scroll(seen):
    # a word of 300 letters is broken by Slack, and not by the renderer
    assert {name for name, each in seen.items() if each["wide"] and not name.startswith("hostile-")} == set()


def test_every_picture_is_shown(seen):
    shown = {name: [width for width in each["images"] if width != 150] for name, each in seen.items()}

    assert {width for widths in shown.values() for width in widths} == {1200}
    assert shown[f"digest-dark-{PHONE}"] == [1200]


def test_a_digest_is_read_on_a_phone_without_much_scrolling(seen):
    assert seen[f"digest-light-{PHONE}"]["height"] <= SCREENS * 844


def test_everything_that_matters_is_shown_as_words(seen):
    words = seen[f"digest-light-{PHONE}"]["words"]

    for told in (OVERVIEW.title, *(advice.headline for advice in OVERVIEW.advice), "Explain", "Assign to me", "Done"):
        assert told in words
    assert "&amp;" not in seen[f"hostile-light-{PHONE}"]["words"].replace("R&D &amp;", "")

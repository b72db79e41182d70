from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.card import Card, Field
from bot.render.html import card_css, embed, render_card, render_digest_page
from tests.bot.cards import (
    CARDS,
    DEPARTMENTS_CARD,
    DIGEST,
    HELP,
    HOSTILE,
    HOSTILE_NAMES,
    LICENSES_CARD,
    MANY_DEPARTMENTS,
    OVERVIEW,
)

IMAGES = {"light": "l.png", "dark": "d.png"}
VOID = {"meta", "img", "source"}
TEXT = {
    "p",
    "span",
    "strong",
    "code",
    "a",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "dl",
    "dt",
    "dd",
    "ol",
    "ul",
    "li",
    "div",
}
PAGE = {"html", "head", "meta", "title", "style", "body", "main", "nav", "article", "section", "form", "button"}
PICTURES = {"figure", "picture", "source", "img", "figcaption", "details", "summary"}
TABLES = {"table", "caption", "thead", "tbody", "tr", "th", "td"}
KNOWN = TEXT | PAGE | PICTURES | TABLES


class Page(HTMLParser):
    """Every tag with its attributes, and every text; unknown or ill-nested tags fail."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.texts: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert tag in KNOWN
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def named(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("name", CARDS)
def test_every_sample_card_nests_well_and_names_no_unknown_tag(name):
    Page(render_card(CARDS[name], IMAGES, ask_url="/"))


@settings(max_examples=60)
@given(st.text(), st.text(), st.text())
def test_any_text_is_only_text(title, text, value):
    page = Page(render_card(Card(title=title, text=text, fields=(Field(label=text, value=value),), footer=title)))

    assert {tag for tag, _ in page.tags} <= {"article", "h2", "p", "dl", "div", "dt", "dd", "span"}


def test_hostile_names_add_no_tag_and_no_attribute():
    page = Page(render_card(HOSTILE, IMAGES, ask_url="/"))

    assert not page.named("b")
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert HOSTILE_NAMES[3] in page.texts


def test_headings_step_down_from_the_level_asked_for():
    page = Page(render_card(OVERVIEW, level=1))

    assert [tag for tag, _ in page.tags if tag in {"h1", "h2", "h3"}] == ["h1", "h2", "h2", "h2"]


def test_the_chart_comes_before_the_findings_each_with_what_to_do():
    html = render_card(OVERVIEW, IMAGES)

    places = [html.index(advice.headline.replace("'", "&#x27;")) for advice in OVERVIEW.advice]
    assert places == sorted(places)
    assert html.index("<figure") < places[0]
    assert html.count("Do this") == 3
    assert all(part in html for part in ("Workspace administrator", "5 minutes", "Workspace settings › Models"))


def test_a_picture_has_a_dark_one_beside_it_and_words_that_hold_its_numbers():
    page = Page(render_card(OVERVIEW, IMAGES))

    (image,) = page.named("img")
    assert image["alt"] == OVERVIEW.chart.alt
    assert image["src"] == "l.png"
    assert page.named("source") == [{"media": "(prefers-color-scheme: dark)", "srcset": "d.png"}]


def test_long_descriptions_can_be_opened_beside_the_picture():
    chart = replace(DEPARTMENTS_CARD.chart, alt="Sales 4.1; " * 60)
    page = Page(render_card(replace(DEPARTMENTS_CARD, chart=chart), IMAGES))

    assert len(page.named("img")[0]["alt"]) <= 300
    assert page.named("details")
    assert any(text.count("Sales 4.1") == 60 for text in page.texts)


def test_without_pictures_a_chart_is_told_in_words():
    page = Page(render_card(OVERVIEW))

    assert not page.named("img")
    assert any(OVERVIEW.chart.alt in text for text in page.texts)


def test_tables_have_a_caption_and_their_cells_belong_to_row_and_column():
    page = Page(render_card(LICENSES_CARD, IMAGES))

    assert len(page.named("caption")) == 1
    assert [each.get("scope") for each in page.named("th")] == ["col"] * 5 + ["row"] * 9
    assert page.named("td")[0]["class"] == "number"


def test_long_tables_wait_to_be_opened():
    assert Page(render_card(MANY_DEPARTMENTS, IMAGES)).named("details")
    assert not Page(render_card(LICENSES_CARD, IMAGES)).named("details")


def test_buttons_send_their_question_where_there_is_somebody_to_ask():
    page = Page(render_card(HELP, ask_url="/ask"))

    assert page.named("form") == [{"class": "ask", "method": "get", "action": "/ask"}]
    assert [(each["name"], each["value"]) for each in page.named("button")] == [("q", "overview")]
    assert not Page(render_card(HELP)).named("button")


def test_the_digest_is_one_page_that_fetches_nothing_and_runs_nothing():
    html = render_digest_page(DIGEST)
    page = Page(html)

    assert all(image["src"].startswith("data:image/png;base64,") and image["alt"] for image in page.named("img"))
    assert len(page.named("img")) == 7
    assert len(page.named("h1")) == 1
    assert "http://" not in html
    assert "https://" not in html
    assert "<script" not in html
    assert "default-src 'none'" in page.named("meta")[3]["content"]
    assert {link["href"][1:] for link in page.named("a")} == {
        each["id"] for each in page.named("section") if "id" in each
    }


def test_given_pictures_are_used_instead_of_drawing():
    page = Page(render_digest_page(DIGEST, [IMAGES] * 7))

    assert {image["src"] for image in page.named("img")} == {"l.png"}


def test_embedded_pictures_differ_by_theme():
    images = embed(OVERVIEW.chart)

    assert images["light"] != images["dark"]


def test_the_style_sheet_serves_both_schemes_and_names_every_class_used():
    css = card_css()
    used = {
        name
        for html in (render_card(c, IMAGES, ask_url="/") for c in CARDS.values())
        for _, at in Page(html).tags
        for name in at.get("class", "").split()
    }

    assert "prefers-color-scheme: dark" in css
    assert {name for name in used if f".{name}" not in css} <= {"neutral", "instead"}


def test_verbs_are_offered_where_they_can_be_sent_and_nowhere_else():
    told = render_card(OVERVIEW, do_url="/do")

    assert told.count('<form class="verbs" method="post" action="/do">') == len(OVERVIEW.advice)
    assert f'<button type="submit" name="do" value="explain {OVERVIEW.advice[0].key}">Explain</button>' in told
    assert "verbs" not in render_card(OVERVIEW, ask_url="/ask")

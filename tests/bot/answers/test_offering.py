"""What an answer offers besides: a table, sharing, and the same question again for whoever presses."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.offering import again, offered, reread, written
from bot.dialogue import Reply
from bot.settings import Roles
from insights.question import Question, Weeks
from tests.bot.actions.test_doing import ADMIN, AS_OF, SALES, STRANGER, SUPPORT, installation, template
from tests.bot.cards import DEPARTMENTS_CARD, HELP

__all__ = ["installation", "template"]

NAME = st.text(min_size=1, max_size=30)
WEEK = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 1, 1))
QUESTIONS = st.builds(
    Question,
    view=st.sampled_from(["overview", "models", "licenses"]),
    metrics=st.lists(NAME, max_size=2).map(tuple),
    departments=st.lists(NAME, max_size=3).map(tuple),
    tools=st.lists(NAME, max_size=2).map(tuple),
    weeks=st.none() | st.builds(Weeks, first=WEEK, last=WEEK),
    intent=st.sampled_from(["show", "compare", "rank"]),
    compare=st.none() | st.builds(Weeks, first=WEEK, last=WEEK),
)


@given(question=QUESTIONS)
def test_a_question_that_was_written_is_read_as_it_was(question):
    assert reread(written(question)) == question


def test_only_what_was_asked_is_written():
    assert msgspec.json.decode(written(Question(departments=("Sales",)))) == {"departments": ["Sales"]}


@pytest.mark.parametrize("words", ["{", "sales", '{"view": 3}', '{"weeks": {"first": "soon"}}'])
def test_other_words_are_no_question(words):
    with pytest.raises(ValueError, match=r"."):
        reread(words)


def test_a_chart_offers_a_table_and_only_a_private_answer_sharing():
    reply = Reply(card=DEPARTMENTS_CARD, question=Question())

    assert [each.label for each in offered(reply, share=True).buttons][-2:] == ["Show as table", "Share to channel"]
    assert "Share to channel" not in [each.label for each in offered(reply, share=False).buttons]
    assert "Show as table" not in [each.label for each in offered(replace(reply, card=HELP), share=False).buttons]


def test_what_was_refused_or_not_understood_offers_nothing():
    assert offered(Reply(card=HELP), share=True) == HELP
    assert offered(Reply(card=HELP, question=Question(), refused=True), share=True) == HELP


def test_the_same_question_is_answered_under_the_rights_of_who_presses(installation):
    sales = written(Question(departments=("Sales",)))

    assert again(sales, ADMIN, installation, AS_OF).card.title.startswith("Sales")
    assert again(sales, SALES, installation, AS_OF).question == Question(departments=("Sales",))
    assert again(sales, SUPPORT, installation, AS_OF).refused
    assert again(sales, STRANGER, installation, AS_OF).refused


def test_before_others_see_it_everybody_is_warned_whose_eyes_it_was_for(installation):
    sales = written(Question(departments=("Sales",)))

    for who in (ADMIN, SALES):
        assert again(sales, who, installation, AS_OF).caution.startswith("This tells of Sales.")
    open_to_all = replace(
        installation, settings=msgspec.structs.replace(installation.settings, roles=Roles(administrators=["*"]))
    )
    assert again(sales, ADMIN, open_to_all, AS_OF).caution == ""


def test_a_button_that_nobody_wrote_is_answered_in_a_sentence(installation):
    assert again("{nonsense", ADMIN, installation, AS_OF).card.title == "That did not work"

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.understand import Term, Vocabulary, understand
from insights.question import Weeks

LAST = date(2026, 11, 9)
DEPARTMENTS = ("Sales", "Engineering", "Customer Success", "R&D", "People & Culture", "Sales Operations")
VOCABULARY = Vocabulary(
    terms=(
        *(Term(phrase=name, kind="department", value=name) for name in DEPARTMENTS),
        Term(phrase="depth", kind="view", value="depth"),
        Term(phrase="models", kind="view", value="models"),
        Term(phrase="licenses", kind="view", value="licenses"),
        Term(phrase="prompt length", kind="metric", value="characters_per_prompt"),
        Term(phrase="ChatGPT", kind="tool", value="chatgpt"),
    )
)


@pytest.mark.parametrize(
    ("text", "view", "departments"),
    [
        ("", "overview", ()),
        ("sales", "overview", ("Sales",)),
        ("SALES?", "overview", ("Sales",)),
        ("how is sales doing?", "overview", ("Sales",)),
        ("depth", "depth", ()),
        ("depth for engineering", "depth", ("Engineering",)),
        ("engineering depth", "depth", ("Engineering",)),
        ("show me the models in customer success please", "models", ("Customer Success",)),
        ("eng", "overview", ("Engineering",)),
        ("r&d licenses", "licenses", ("R&D",)),
        ("people & culture", "overview", ("People & Culture",)),
        ("sales operations", "overview", ("Sales Operations",)),
        ("help", "help", ()),
        ("Help!", "help", ()),
    ],
)
def test_what_people_type(text: str, view: str, departments: tuple[str, ...]) -> None:
    found = understand(text, VOCABULARY, LAST)
    assert (found.question.view, found.question.departments, found.unknown) == (view, departments, ())


@pytest.mark.parametrize("text", ["sales vs engineering", "sales versus engineering", "compare sales with engineering"])
def test_two_departments_are_compared(text: str) -> None:
    question = understand(text, VOCABULARY, LAST).question
    assert (question.departments, question.intent) == (("Sales", "Engineering"), "compare")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("last 26 weeks", date(2026, 5, 18)),
        ("sales last 4 weeks", date(2026, 10, 19)),
        ("past 26 weeks", date(2026, 5, 18)),
        ("last week", LAST),
        ("26 weeks", date(2026, 5, 18)),
    ],
)
def test_spans_end_with_the_latest_complete_week(text: str, first: date) -> None:
    found = understand(text, VOCABULARY, LAST)
    assert found.question.weeks == Weeks(first=first, last=LAST)
    assert found.unknown == ()


def test_a_metric_may_be_asked_for_by_what_people_call_it() -> None:
    question = understand("prompt length in sales", VOCABULARY, LAST).question
    assert (question.metrics, question.departments) == (("characters_per_prompt",), ("Sales",))


def test_a_slip_of_the_finger_is_read_and_told() -> None:
    found = understand("slaes", VOCABULARY, LAST)
    assert found.question.departments == ("Sales",)
    assert found.guessed == (("slaes", "Sales"),)
    assert found.confidence < 1


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("salesforce", "Sales"),
        ("engineers", "Engineering"),
        ("liscence", "licenses"),
        ("custmer", "Customer Success"),
    ],
)
def test_an_unknown_name_offers_the_nearest(text: str, near: str) -> None:
    found = understand(text, VOCABULARY, LAST)
    assert near in found.suggestions or near in {name for _, name in found.guessed}


def test_what_resembles_nothing_is_said_to_be_unknown() -> None:
    found = understand("xyzzy", VOCABULARY, LAST)
    assert (found.unknown, found.suggestions) == (("xyzzy",), ())
    assert found.confidence < 0.5


@given(st.text(max_size=600))
def test_any_text_is_met_without_a_crash(text: str) -> None:
    found = understand(text, VOCABULARY, LAST)
    assert set(found.question.departments) <= set(DEPARTMENTS)

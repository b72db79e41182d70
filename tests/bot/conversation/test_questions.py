"""The labelled questions, over three invented organisations: what is promised of understanding them."""

import pytest

from benchmarks.conversation import Verdict, judged

PARTS = ("development", "variants", "earlier", "others", "others_later", "others_third", "aside")


@pytest.fixture(scope="module")
def verdicts() -> dict[str, list[Verdict]]:
    return {part: judged(part) for part in PARTS}


@pytest.mark.parametrize("part", PARTS)
def test_at_least_95_in_100_questions_are_read_rightly(verdicts: dict[str, list[Verdict]], part: str) -> None:
    wrong = [each.asked.lines for each in verdicts[part] if not each.right]
    assert len(wrong) <= 0.05 * len(verdicts[part]), wrong


def test_at_most_one_in_100_is_wrong_without_a_doubt(verdicts: dict[str, list[Verdict]]) -> None:
    every = [each for part in verdicts.values() for each in part]
    assert sum(each.confident for each in every) <= 0.01 * len(every)


def test_what_is_to_be_declined_is_never_answered(verdicts: dict[str, list[Verdict]]) -> None:
    asked = [each for part in verdicts.values() for each in part if each.asked.intent == "decline"]
    assert len(asked) > 100
    shown = [each.asked.lines for each in asked if each.found.question.intent != "decline" and not each.found.asks_back]
    assert len(shown) <= 0.01 * len(asked), shown


def test_understanding_takes_milliseconds(verdicts: dict[str, list[Verdict]]) -> None:
    seconds = sorted(each.seconds for part in verdicts.values() for each in part)
    assert seconds[len(seconds) // 2] < 0.020

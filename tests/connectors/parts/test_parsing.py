"""What the parsers of day tables do alike."""

from datetime import date

import msgspec
import pytest

from connectors.parts.parsing import (
    cents,
    day_of_milliseconds,
    day_of_text,
    json_lines,
    known,
    midnights,
    next_page,
    nonzero,
    unix_milliseconds,
)
from connectors.rows import Request

ASKED = Request(path="report", parameters={"limit": "5", "page": "one"}, about="2026-11-18")
DAY = date(2026, 11, 18)


def test_what_is_absent_is_left_out_and_zero_is_kept() -> None:
    assert known(prompts=0, cost=None, credits=0.5) == {"prompts": 0, "credits": 0.5}
    assert nonzero({"idle": 0, "bad": 2}) == {"bad": 2}
    assert (cents(None), cents(0), cents(250)) == (None, 0, 2.5)


def test_the_next_page_is_the_same_question_with_its_cursor() -> None:
    (then,) = next_page(ASKED, "page", "two", more=True)
    assert (then.path, then.about, then.parameters) == ("report", "2026-11-18", {"limit": "5", "page": "two"})
    assert next_page(ASKED, "page", "two") == (then,)


@pytest.mark.parametrize(("cursor", "more"), [(None, None), ("", None), (None, False), ("two", False)])
def test_after_the_last_page_nothing_is_asked(cursor: str | None, more: object) -> None:
    assert next_page(ASKED, "page", cursor, more=more) == ()  # type: ignore[arg-type]


def test_more_without_a_cursor_is_no_whole_answer() -> None:
    with pytest.raises(ValueError, match="not where"):
        next_page(ASKED, "page", None, more=True)


def test_a_moment_is_of_the_day_that_it_has_in_utc() -> None:
    assert day_of_milliseconds(unix_milliseconds(DAY)) == DAY
    assert day_of_milliseconds(str(unix_milliseconds(DAY) - 1)) == date(2026, 11, 17)
    assert day_of_text("2026-11-17T20:00:00-06:00") == DAY
    assert day_of_text("2026-11-18T23:59:59") == DAY
    assert midnights(DAY, DAY) == ("2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z")


@pytest.mark.parametrize("odd", [None, "", "x", 10**30, "0001-01-01T00:00:00+14:00"])
def test_an_odd_moment_is_no_day(odd: object) -> None:
    assert day_of_milliseconds(odd) is None  # type: ignore[arg-type]
    assert odd == 10**30 or day_of_text(odd) is None  # type: ignore[arg-type]


def test_bad_lines_are_counted_and_a_cut_file_is_refused() -> None:
    decoder = msgspec.json.Decoder(list[int])
    assert json_lines(b'[1]\n\n["x"]\n{oops\n[2]', decoder) == ([[1], [2]], 2)
    assert json_lines(b"", decoder) == ([], 0)
    with pytest.raises(ValueError, match="cut short"):
        json_lines(b"[1]\n[2", decoder)
    with pytest.raises(ValueError, match="no line"):
        json_lines(b"<html>\n", decoder)

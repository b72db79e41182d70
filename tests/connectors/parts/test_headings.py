"""Tables whose columns are found by their headings."""

from datetime import date

import pytest

from connectors.parts.headings import Sheet, number_in, plain, read_csv, read_day, sheet_of


def test_headings_are_found_however_they_are_spelt() -> None:
    sheet = read_csv("\ufeffActive Days (UTC),  user_name \r\n3, Ana \r\n\r\n".encode())
    assert sheet == Sheet(headings=("activedaysutc", "username"), lines=({"activedaysutc": "3", "username": "Ana"},))
    assert sheet.heading("name", "username") == "username"
    assert plain("Prompts submitted (any app)") == "promptssubmittedanyapp"


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="no column username"):
        read_csv(b"a,b\n").heading("username", "name")


def test_of_two_columns_with_one_heading_the_first_counts() -> None:
    assert read_csv(b"Day,day\n1,2\n").lines == ({"day": "1"},)


@pytest.mark.parametrize("content", [b"", b"\n\n", b",,\n", b"a,b\n1\n", b"a,b\n1,2,3\n", b'a\n"1', b"\xff\xfea"])
def test_a_table_that_is_cut_or_none_is_an_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"table|decode"):
        read_csv(content)


def test_records_may_lack_names_and_hold_what_is_no_value() -> None:
    sheet = sheet_of([{"Day": "x", "n": 7}, {"n": None, "list": [1], "sure": True}])
    assert sheet.headings == ("day", "n", "list", "sure")
    assert sheet.lines == ({"day": "x", "n": "7"}, {"n": "", "list": "", "sure": "True"})


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("7.0", 7), ("", None), ("many", None), ("nan", None), ("1e999", None)]
)
def test_a_number_is_read_or_is_none(text: str, number: float | None) -> None:
    assert number_in({"a": "", "b": text}, "a", "b", "c") == number


def test_a_day_is_read_or_is_none() -> None:
    assert [read_day(each) for each in ("2026-11-18", "2026-11-18T09:00:00Z", "18/11/2026", "")] == [
        date(2026, 11, 18),
        date(2026, 11, 18),
        None,
        None,
    ]

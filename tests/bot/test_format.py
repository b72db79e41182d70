from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.format import clean, format_change, format_period, format_short, format_value, format_week, shorten


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (6.8, "messages", "6.8"),
        (312.4, "characters", "312"),
        (0.39, "percent", "39%"),
        (0.042, "percent", "4.2%"),
        (0.0004, "percent", "<0.1%"),
        (1.0, "percent", "100%"),
        (18_000, "money", "$18,000"),
        (4.2, "money", "$4.20"),
        (30, "money", "$30"),
        (2_450_000, "money", "$2.5M"),
        (412, "people", "412"),
        (412.4, "people", "412"),
        (18_400.4, "tokens", "18,400"),
        (1_234_567, "tokens", "1.2M"),
        (999_999.7, "tokens", "1M"),
        (3_200_000_000, "tokens", "3.2B"),
        (0.42, "ratio", "0.42"),
        (3.81, "ratio", "3.8"),
        (61.4, "score", "61"),
        (-12.5, "money", "−$12.50"),
        (-0.001, "messages", "0"),
        (0, "sessions", "0"),
        (None, "sessions", "–"),
        (float("nan"), "money", "–"),
        (float("inf"), "money", "–"),
    ],
)
def test_a_value_has_as_many_digits_as_its_size_deserves(value, unit, told):
    assert format_value(value, unit) == told


@pytest.mark.parametrize(("currency", "told"), [("EUR", "€1,200"), ("chf", "CHF\u00a01,200"), ("GBP", "£1,200")])
def test_money_carries_its_currency(currency, told):
    assert format_value(1200, "money", currency) == told


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (18_000, "money", "$18k"),
        (18_500, "tokens", "18.5k"),
        (0.5, "percent", "50%"),
        (2.5, "messages", "2.5"),
        (0, "money", "$0"),
    ],
)
def test_axes_get_short_forms(value, unit, told):
    assert format_short(value, unit) == told


@pytest.mark.parametrize(
    ("change", "unit", "told"),
    [
        (1.4, "messages", "up 1.4 over 14 weeks"),
        (-26, "characters", "down 26 over 14 weeks"),
        (0.09, "percent", "up 9 points over 14 weeks"),
        (-0.01, "percent", "down 1 point over 14 weeks"),
        (0.001, "messages", "unchanged over 14 weeks"),
        (-1890, "money", "down $1,890 over 14 weeks"),
        (None, "money", ""),
    ],
)
def test_a_change_is_told_in_words(change, unit, told):
    assert format_change(change, unit, weeks=14) == told


def test_weeks_name_their_days_and_no_month_or_year_twice():
    assert format_week(date(2025, 11, 3)) == "3–9 Nov 2025"
    assert format_week(date(2025, 10, 27)) == "27 Oct – 2 Nov 2025"
    assert format_week(date(2025, 12, 29)) == "29 Dec 2025 – 4 Jan 2026"
    assert format_period(date(2025, 8, 4), date(2025, 8, 4) + timedelta(weeks=13)) == "4 Aug – 9 Nov 2025"


@given(
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from(["people", "messages", "money", "percent"]),
)
def test_only_values_below_zero_carry_a_minus(value, unit):
    told = format_value(value, unit)

    assert told.startswith("−") <= (value < 0)
    assert "-" not in told


def test_what_steers_a_terminal_or_turns_a_line_is_taken_out():
    assert clean("\x1b[31m\u202eSales\u202c\u200b\x00\r\nnext\ttab") == "[31mSales\nnext tab"


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_shortening_keeps_to_its_limit(text, limit):
    assert len(shorten(text, limit)) <= limit

"""The figures that the feed is built to show, measured from the feed alone."""

import pandas as pd
import pytest

COMPANIES = [
    pytest.param(600, 7, "2025", id="the-default"),
    pytest.param(200, 11, "2026", id="a-small-one-with-models-of-2026"),
]
REFERENCE = {"2025": 4, "2026": 6}
pytestmark = pytest.mark.parametrize(("people", "seed", "scenario"), COMPANIES)


@pytest.fixture
def reading(read, people, seed, scenario):
    return read(people, seed, scenario)


@pytest.fixture
def last(reading):
    return reading.company.weeks - 1


def depth(sessions: pd.DataFrame, by: str) -> pd.Series:
    sums = sessions.groupby(by)[["messages"]].sum()["messages"]
    return sums / sessions.groupby(by).size()


def frequency(sessions: pd.DataFrame, by: str = "week") -> pd.Series:
    return sessions.groupby(by).size() / sessions.groupby(by)["person"].nunique()


def test_depth_is_6_8_in_the_last_week_and_rose_steadily_by_1_4_in_13_weeks(reading, last):
    weekly = depth(reading.sessions, "week")
    assert weekly[last] == pytest.approx(6.8, abs=0.1)
    assert weekly[last] - weekly[last - 13] == pytest.approx(1.4, abs=0.15)
    assert weekly[last - 13 :].diff().min() > -0.1
    assert weekly[: last - 12].max() - weekly[: last - 12].min() < 0.25


def test_prompts_have_312_characters_in_the_last_week_and_grew(reading, last):
    sums = reading.sessions.groupby("week")[["characters", "prompts"]].sum()
    mean = sums["characters"] / sums["prompts"]
    assert mean[last] == pytest.approx(312, abs=8)
    assert 25 < mean[last] - mean[last - 13] < 55


def test_39_percent_of_sessions_are_below_the_reference_model_down_from_60(reading, last, scenario):
    below = (reading.sessions["rank"] < REFERENCE[scenario]).groupby(reading.sessions["week"]).mean()
    assert below[last] == pytest.approx(0.39, abs=0.01)
    assert below[0] == pytest.approx(0.60, abs=0.02)
    assert below.rolling(4).mean().diff().max() < 0.005


def test_engineering_is_the_deepest(reading, last):
    of = reading.sessions[reading.sessions["department"] == "Engineering"]
    assert depth(of, "week")[last] == pytest.approx(9.2, abs=0.2)
    recent = of[of["week"] > last - 4]
    assert 9.0 <= depth(recent, "department")["Engineering"] <= 9.3


def test_sales_is_the_shallowest_while_it_asks_most_and_ever_more(reading, last):
    sales = reading.sessions[reading.sessions["department"] == "Sales"]
    weekly = depth(sales, "week")
    assert weekly[last] == pytest.approx(4.1, abs=0.15)
    assert depth(sales[sales["week"] > last - 4], "department")["Sales"] == pytest.approx(4.1, abs=0.15)
    assert weekly[last - 13 :].between(3.9, 4.3).all()
    often = frequency(sales)
    assert often[last] - often[last - 13] > 1.0
    now = reading.sessions[reading.sessions["week"] == last]
    assert frequency(now, "department").idxmax() == "Sales"
    assert depth(now[now["department"] != "Unmapped"], "department").idxmin() == "Sales"


def test_customer_success_rises_in_both_since_its_workshop(reading, last):
    of = reading.sessions[reading.sessions["department"] == "Customer Success"]
    often, deep = frequency(of), depth(of, "week")
    assert often[last] - often[last - 8] > 0.7
    assert deep[last] - deep[last - 8] > 1.0


def test_engineering_and_sales_hold_42_percent_of_seats_and_use_them(reading):
    share = reading.seats["department"].value_counts(normalize=True)
    assert share["Engineering"] + share["Sales"] == pytest.approx(0.42, abs=0.003)
    active = reading.seats.groupby("department")["recent"].mean()
    assert active[["Engineering", "Sales"]].min() > 0.8


def test_hr_and_operations_leave_seats_unused_and_the_others_do_not(reading):
    idle = 1 - reading.seats.groupby("department")["recent"].mean()
    assert idle["HR"] == pytest.approx(0.45, abs=0.04)
    assert idle["Operations"] == pytest.approx(0.40, abs=0.04)
    others = idle.drop(["HR", "Operations", "Unmapped"])
    assert others.between(0.05, 0.25).all()
    never = ~reading.seats.set_index("department")["ever"]
    assert never.loc["HR"].sum() >= 2
    assert never.loc["Operations"].sum() >= 2


def test_people_outside_the_directory_are_few_and_use_under_two_percent(reading):
    unmapped = reading.sessions[reading.sessions["department"] == "Unmapped"]
    assert 0 < unmapped["messages"].sum() < 0.02 * reading.sessions["messages"].sum()
    assert (reading.seats["department"] == "Unmapped").sum() >= 3


def test_a_handful_of_people_writes_far_more_than_the_rest(reading, last):
    recent = reading.sessions[reading.sessions["week"] > last - 12]
    prompts = recent.groupby("person")["prompts"].sum().sort_values(ascending=False) / 12
    assert prompts.iloc[4] > 2.5 * prompts.median()
    assert prompts.iloc[:10].sum() / prompts.sum() > 1.5 * 10 / len(prompts)


def test_costs_tell_about_two_and_a_half_tokens_out_for_one_in(reading, last):
    rows = [e["payload"] for e in reading.lines["COSTS"] if e["payload"]["product"] == "ChatGPT"]
    usage = pd.DataFrame([row["measures"]["usage"] for row in rows if "usage" in row["measures"]])
    assert 2.0 < usage["text_output_tokens"].sum() / usage["text_input_tokens"].sum() < 3.5

"""How long pull requests took to merge: the typical day's median, and what is said where there is none."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bot.answers.answer import ask
from bot.answers.merging import in_time, merge_words
from insights.basis import Basis
from insights.merging import merge_time, weighted_median
from storage import ingestion, rollups
from storage.facts import CompanyDay, Person, Usage
from storage.store import Store

WEEK = date(2026, 11, 9)
Told = Callable[..., Basis]


@pytest.fixture
def told(store: Store) -> Told:
    """Keep, for the days of the week, pairs of (merged pull requests, median minutes); None is not reported."""

    def keep(*days: tuple[int | None, float | None]) -> Basis:
        names = ("merged_pull_requests", "median_minutes_to_merge")
        numbers = [
            CompanyDay(day=WEEK + timedelta(days=number), measure=name, value=value)
            for number, pair in enumerate(days)
            for name, value in zip(names, pair, strict=True)
            if value is not None
        ]
        ingestion.replace_company_days(
            store, "github-copilot", {name: [each.day for each in numbers] for name in names}, numbers
        )
        return Basis(store=store, as_of=date(2026, 11, 18))

    return keep


def test_the_weeks_number_is_the_median_day_weighted_by_what_was_merged(told: Told) -> None:
    week = merge_time(told((10, 60.0), (1, 9000.0), (100, 312.0), (80, 300.0)), WEEK)
    assert (week.minutes, week.merged, week.too_few) == (312.0, 191, False)


def test_half_of_all_weight_lies_at_the_weighted_median_or_below_it() -> None:
    assert weighted_median([(3, 1), (1, 1), (2, 1)]) == 2
    assert weighted_median([(1, 5), (2, 5)]) == 1
    assert weighted_median([(1, 5), (2, 6)]) == 2
    assert weighted_median([(1, 0), (7, 2)]) == 7


def test_days_that_lack_the_count_or_the_median_weigh_nothing(told: Told) -> None:
    week = merge_time(told((6, 60.0), (None, 9000.0), (50, None), (0, 5.0)), WEEK)
    assert (week.minutes, week.merged) == (60.0, 6)


def test_only_the_week_asked_for_counts_sunday_included(told: Told) -> None:
    basis = told(*[(None, None)] * 6, (9, 30.0), (900, 9000.0))
    assert merge_time(basis, WEEK).minutes == 30.0
    assert merge_time(basis, WEEK - timedelta(weeks=1)).minutes is None


def test_fewer_pull_requests_than_the_smallest_group_are_not_told(told: Told) -> None:
    basis = told((2, 60.0), (2, 61.0))
    assert merge_time(basis, WEEK).too_few
    assert merge_words(basis, WEEK) == (
        "Fewer than 5 pull requests were merged in the week of 9–15 Nov 2026: too few to tell how fast."
    )
    assert merge_time(told((0, None)), WEEK).too_few


def test_what_is_not_reported_is_said_and_is_not_zero(told: Told) -> None:
    assert merge_words(told(), WEEK) == (
        "How long pull requests took to merge is not reported for the week of 9–15 Nov 2026."
    )


def test_what_copilot_wrote_is_told_where_enough_of_it_was_merged(told: Told, store: Store) -> None:
    basis = told((214, 312.0))
    assert merge_words(basis, WEEK) == (
        "Pull requests took a median of 5.2 h to merge on a typical day (week of 9–15 Nov 2026, 214 merged)."
    )
    both = {
        "merged_pull_requests": 214,
        "median_minutes_to_merge": 312,
        "merged_pull_requests_by_copilot": 31,
        "median_minutes_to_merge_by_copilot": 80,
    }
    numbers = [CompanyDay(day=WEEK, measure=name, value=value) for name, value in both.items()]
    ingestion.replace_company_days(store, "github-copilot", {name: [WEEK] for name in both}, numbers)
    assert merge_words(basis, WEEK).endswith("214 merged); those that Copilot wrote took 80 min (31 merged).")


@pytest.mark.parametrize(
    ("minutes", "words"), [(0.4, "0 min"), (89, "89 min"), (90, "1.5 h"), (312.5, "5.2 h"), (2880, "2 days")]
)
def test_a_span_is_told_in_the_unit_it_is_thought_of_in(minutes: float, words: str) -> None:
    assert in_time(minutes) == words


def test_the_overview_of_github_copilot_says_it_and_no_other_card_does(told: Told, store: Store) -> None:
    basis = told((214, 312.0))
    for tool in ("github-copilot", "claude"):
        rows = [
            Usage(day=WEEK + timedelta(days=day), person=Person(bytes([n]) * 32), tool=tool, model="", prompts=3)
            for n in range(1, 9)
            for day in range(5)
        ]
        ingestion.replace_usage(store, tool, sorted({row.day for row in rows}), rows)
    rollups.refresh(store)
    assert "median of 5.2 h to merge" in ask("github copilot", basis).card.text
    for question in ("claude", "overview", "prompts github copilot", "weekly active users github copilot"):
        assert "merge" not in ask(question, basis).card.text

"""Did it help? What is claimed of an action, on companies whose truth is known."""

import numpy as np
import pytest

from insights.effects import Effect, effect


def company(departments: int, weeks: int, seed: int, *, uneven: bool = False) -> np.ndarray:
    """Return weekly values: levels of their own, weeks in common, and noise of one unit that remembers (AR(1), 0.5)."""
    rng = np.random.default_rng(seed)
    news = rng.standard_normal((departments, weeks + 50)) * np.sqrt(1 - 0.5**2)
    noise = np.zeros_like(news)
    for week in range(1, news.shape[1]):
        noise[:, week] = 0.5 * noise[:, week - 1] + news[:, week]
    size = np.exp(rng.normal(0, 0.5, (departments, 1))) if uneven else 1.0
    return 20 + noise[:, 50:] * size + rng.normal(0, 3, (departments, 1)) + rng.normal(0, 0.5, (1, weeks))


def only(departments: int, which: int = 0) -> np.ndarray:
    return np.arange(departments) == which


def over_many(departments: int, weeks_before: int, change: float, *, dipped: bool = False) -> list[Effect]:
    found = []
    for seed in range(150):
        values = company(departments, weeks_before + 8, seed)
        before = values[:, :weeks_before]
        which = int(np.argmin(before[:, -4:].mean(1) - before.mean(1))) if dipped else 0
        values[which, weeks_before:] += change
        found.append(effect(values, only(departments, which), weeks_before))
    return [each for each in found if each.estimate is not None]


@pytest.mark.parametrize("departments", [8, 20])
def test_where_nothing_was_done_help_is_rarely_claimed_and_the_interval_holds_zero(departments: int) -> None:
    found = over_many(departments, 26, 0.0)
    assert sum(each.verdict == "helped" for each in found) <= 0.08 * len(found)
    assert sum(each.low <= 0 <= each.high for each in found) >= 0.83 * len(found)


def test_departments_chosen_because_they_dipped_show_no_effect() -> None:
    found = over_many(20, 26, 0.0, dipped=True)
    assert abs(np.mean([each.estimate for each in found])) < 0.25
    assert sum(each.verdict == "helped" for each in found) <= 0.08 * len(found)


def test_a_large_effect_is_found_with_about_its_size() -> None:
    found = over_many(20, 26, 2.5)
    assert sum(each.verdict == "helped" for each in found) >= 0.8 * len(found)
    assert np.mean([each.estimate for each in found]) == pytest.approx(2.5, abs=0.25)


def test_less_is_better_turns_the_verdict_and_not_the_number() -> None:
    values = company(20, 34, 3)
    values[0, 26:] -= 5
    assert effect(values, only(20), 26, good=-1).verdict == "helped"
    harmed = effect(values, only(20), 26, good=1)
    assert harmed.verdict == "harmed"
    assert harmed.estimate is not None
    assert harmed.estimate < 0


def test_what_could_not_have_been_seen_is_said() -> None:
    found = effect(company(8, 34, 1), only(8), 26)
    assert found.verdict == "can't tell"
    assert found.smallest_seen is not None
    assert found.high is not None
    assert found.low is not None
    assert found.smallest_seen > (found.high - found.low) / 2


def test_an_interval_of_small_numbers_is_no_difference() -> None:
    values = company(60, 60, 2) / 100
    assert effect(values, only(60), 26, smallest=0.5).verdict == "no difference"


def test_a_department_that_was_on_its_way_is_compared_with_its_own_line() -> None:
    values = company(20, 42, 5)
    values[0] += 0.3 * np.arange(42)
    found = effect(values, only(20), 30)
    assert found.line
    assert found.verdict == "can't tell"


def test_a_department_on_its_way_with_a_short_history_is_not_judged() -> None:
    values = company(20, 22, 5)
    values[0] += 1.5 * np.arange(22)
    assert effect(values, only(20), 14).reason == "already on its way"


@pytest.mark.parametrize(
    ("departments", "weeks", "start", "reason"),
    [
        (4, 30, 20, "too few departments"),
        (20, 12, 6, "too few weeks before"),
        (20, 22, 20, "too few weeks after"),
    ],
)
def test_too_little_to_tell_says_what_is_too_little(departments: int, weeks: int, start: int, reason: str) -> None:
    found = effect(company(departments, weeks, 1), only(departments), start)
    assert (found.verdict, found.estimate, found.reason) == ("can't tell", None, reason)


def test_hidden_departments_and_weeks_are_left_out() -> None:
    values = company(20, 34, 4)
    values[3] = np.nan
    values[4, 26:30] = np.nan
    values[5, 7] = np.nan
    assert effect(values, only(20), 26).compared == 17


def test_a_department_that_was_reached_and_is_hidden_can_not_be_told() -> None:
    values = company(20, 34, 4)
    values[0, 20:] = np.nan
    assert effect(values, only(20), 26).reason == "too few departments"


def test_effects_on_a_log_scale_are_told_in_the_metrics_own_unit() -> None:
    values = np.exp(company(30, 34, 6) / 20)
    values[0, 26:] *= 1.5
    found = effect(values, only(30), 26, scale="log")
    assert found.estimate == pytest.approx(values[0, 26:].mean() / 3, rel=0.25)
    assert found.verdict == "helped"

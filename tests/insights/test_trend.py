"""Trends in short weekly series: found when planted, rarely when not, at the rate that is promised."""

import numpy as np
import pytest

from insights.trend import likeness, trend


def wandering(rng: np.random.Generator, weeks: int, phi: float) -> np.ndarray:
    """An AR(1) series of unit variance."""
    values = np.empty(weeks)
    values[0] = rng.normal()
    for week in range(1, weeks):
        values[week] = phi * values[week - 1] + rng.normal() * np.sqrt(1 - phi**2)
    return values


def test_a_line_is_found_with_its_size() -> None:
    found = trend(np.arange(14.0) * 0.5)
    assert found is not None
    assert found.change == pytest.approx(6.5)
    assert (found.low, found.high) == (pytest.approx(6.5), pytest.approx(6.5))
    assert found.p < 0.001


def test_weeks_without_a_value_are_left_out_and_time_is_kept() -> None:
    values = np.arange(14.0)
    values[[2, 3, 9]] = np.nan
    found = trend(values)
    assert found is not None
    assert found.change == pytest.approx(13)
    assert found.weeks == 11


def test_fewer_than_six_weeks_have_no_trend() -> None:
    assert trend(np.array([1.0, 2, 3, 4, 5])) is None
    assert trend(np.array([1.0, 2, 3, 4, 5, np.nan, np.nan])) is None


def test_one_outlier_does_not_make_a_trend() -> None:
    values = np.full(14, 5.0) + np.resize([0.1, -0.1], 14)
    values[-1] = 500
    found = trend(values)
    assert found is not None
    assert found.change < 0.5
    assert found.p > 0.05


def test_a_constant_series_goes_nowhere() -> None:
    found = trend(np.full(14, 3.0))
    assert found is not None
    assert (found.change, found.low, found.high, found.p) == (0, 0, 0, 1)


@pytest.mark.parametrize("phi", [0.0, 0.3, 0.6])
def test_chance_makes_a_trend_no_more_often_than_promised(phi: float) -> None:
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(150):
        panel = [wandering(rng, 14, phi) for _ in range(9)]
        found = trend(panel[0], likeness(panel))
        alarms += found is not None and found.p < 0.05
    assert alarms / 150 <= 0.07


@pytest.mark.parametrize(("phi", "at_least"), [(0.0, 0.8), (0.3, 0.5)])
def test_a_rise_of_four_standard_deviations_is_mostly_found(phi: float, at_least: float) -> None:
    rng = np.random.default_rng(12)
    found = 0
    for _ in range(100):
        panel = [wandering(rng, 14, phi) for _ in range(9)]
        seen = trend(panel[0] + np.linspace(0, 4, 14), likeness(panel))
        found += seen is not None and seen.p < 0.05
    assert found / 100 >= at_least


def test_likeness_is_told_from_all_departments_together() -> None:
    rng = np.random.default_rng(13)
    for phi in (0.0, 0.3, 0.6):
        told = np.mean([likeness([wandering(rng, 14, phi) for _ in range(9)]) for _ in range(60)])
        assert phi - 0.05 <= told <= phi + 0.25


@pytest.mark.parametrize("many", [[], [np.full(14, 2.0)], [np.arange(14) / 3]], ids=["none", "constant", "a line"])
def test_likeness_is_taken_to_be_middling_where_nothing_scatters(many: list[np.ndarray]) -> None:
    assert likeness(many) == 0.5

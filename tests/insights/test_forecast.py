"""Where a series will be, and how sure that is."""

import numpy as np
import pytest

from insights.forecast import chance_below, forecast


def walks(many: int, weeks: int) -> np.ndarray:
    return 500 + np.cumsum(np.random.default_rng(9).normal(0, 5, (many, weeks)), axis=1)


@pytest.mark.parametrize("weeks", [1, 4, 8])
def test_intervals_hold_in_about_four_of_five_cases(weeks: int) -> None:
    held = []
    for series in walks(500, 40 + weeks):
        told = forecast(series[:40], weeks)
        assert told is not None
        held.append(told.low <= series[39 + weeks] <= told.high)
    assert 0.73 <= np.mean(held) <= 0.87


def test_the_forecast_is_the_last_known_value() -> None:
    series = np.append(walks(1, 30)[0], np.nan)
    told = forecast(series, 3)
    assert told is not None
    assert told.value == series[29]


def test_too_short_a_history_tells_nothing() -> None:
    assert forecast(walks(1, 9)[0], 4) is None
    assert forecast(np.full(20, np.nan), 4) is None
    assert chance_below(walks(1, 9)[0], 4, 500) is None


def test_further_ahead_is_less_sure() -> None:
    near, far = forecast(walks(1, 100)[0], 1), forecast(walks(1, 100)[0], 12)
    assert near is not None
    assert far is not None
    assert far.high - far.low > near.high - near.low


def test_on_a_log_scale_an_interval_never_reaches_zero() -> None:
    series = np.exp(np.random.default_rng(1).normal(0, 1, 40))
    told = forecast(series, 4, scale="log")
    assert told is not None
    assert 0 < told.low < told.value < told.high


def test_a_forecast_of_no_week_ahead_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one week"):
        forecast(walks(1, 30)[0], 0)


def test_the_chance_to_fall_below_a_bar_is_never_certain() -> None:
    series = walks(1, 40)[0]
    unlikely, likely = chance_below(series, 4, -1e9), chance_below(series, 4, 1e9)
    assert unlikely is not None
    assert likely is not None
    assert 0 < unlikely < 0.05
    assert 0.95 < likely < 1

"""Signals: as often wrong as they say on series that change in nothing, and right about what was put into them."""

from collections.abc import Callable

import numpy as np
import pytest

from insights import signals
from insights.signals import Floats, Signal

EVERY = (
    signals.level_shift,
    signals.trend,
    signals.odd_week,
    signals.drift,
    signals.scatter_change,
    signals.year,
)


def changeless(
    seed: int, series: int, weeks: int, memory: float, draw: Callable[[np.random.Generator, tuple[int, int]], Floats]
) -> Floats:
    """Return series of AR(1), standard deviation about 1."""
    news = draw(np.random.default_rng(seed), (series, weeks + 30))
    values = news.copy()
    for week in range(1, weeks + 30):
        values[:, week] += memory * values[:, week - 1]
    return values[:, 30:] * np.sqrt(1 - memory**2)


def normal(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Return normal noise."""
    return rng.standard_normal(shape)


def heavy(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Return noise with the tails of Student's t of 3 degrees."""
    return rng.standard_t(3, shape)


@pytest.mark.parametrize("signal", EVERY, ids=lambda each: each.__name__)
@pytest.mark.parametrize("memory", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("draw", [normal, heavy])
def test_changeless_series_are_taken_for_changed_as_seldom_as_the_chance_says(
    signal: Callable[..., Signal], memory: float, draw: Callable[..., Floats]
) -> None:
    wrong: list[float] = []
    for seed, weeks in enumerate((14, 26, 52, 104)):
        values = changeless(seed, 400, weeks, memory, draw)
        found = signal(values, signals.memory_of(values)).p
        wrong += found[~np.isnan(found)].tolist()
    # Three standard errors of 1,600 tests above the nominal 5 %, 400 for the signal that needs years.
    assert np.mean(np.array(wrong) < 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(wrong))
    assert np.mean(np.array(wrong) < 0.001) <= 0.008


def test_a_new_level_is_found_with_its_size_and_its_week() -> None:
    values = changeless(1, 200, 26, 0.0, normal)
    values[:, 18:] += 3
    found = signals.level_shift(values, 0.0)
    assert np.mean(found.p < 0.01) > 0.95
    assert np.mean(np.abs(found.at - 18) <= 1) > 0.8
    assert abs(np.median(found.change) - 3) < 0.3
    assert 0.75 < np.mean((found.low <= 3) & (found.high >= 3)) <= 1


def test_a_trend_is_found_with_its_size() -> None:
    values = changeless(2, 200, 26, 0.3, normal) + np.linspace(0, 4, 26)
    found = signals.trend(values, 0.3)
    assert np.mean(found.p < 0.05) > 0.8
    assert abs(np.median(found.change) - 4) < 0.4


def test_an_odd_last_week_is_found_and_an_odd_week_before_is_none() -> None:
    values = changeless(3, 200, 26, 0.3, normal)
    calm = signals.odd_week(values, 0.3)
    values[:, 10] += 6
    assert np.mean(signals.odd_week(values, 0.3).p < 0.05) <= 0.1
    values[:, -1] -= 8
    found = signals.odd_week(values, 0.3)
    assert np.mean(found.p < 0.05) > 0.9
    assert (found.change < calm.change).all()


def test_a_slow_drift_is_found() -> None:
    values = changeless(4, 200, 52, 0.0, normal)
    values[:, 30:] += np.linspace(0, 2.5, 22)
    assert np.mean(signals.drift(values, 0.0).p < 0.05) > 0.8


def test_more_scatter_is_found_and_a_new_level_is_none() -> None:
    values = changeless(5, 200, 52, 0.0, normal)
    louder = values.copy()
    louder[:, -8:] *= 5
    assert np.mean(signals.scatter_change(louder, 0.0).p < 0.05) > 0.8
    values[:, -8:] += 4
    assert np.mean(signals.scatter_change(values, 0.0).p < 0.05) <= 0.1


def test_a_year_that_repeats_is_found_where_there_is_one() -> None:
    values = changeless(6, 100, 104, 0.3, normal) + 2 * np.sin(2 * np.pi * np.arange(104) / 52)
    assert np.mean(signals.year(values, 0.3).p < 0.05) > 0.9
    assert np.isnan(signals.year(values[:, :60], 0.3).p).all()


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.6])
def test_memory_is_learnt_over_all_series_whatever_a_few_of_them_do(memory: float) -> None:
    values = changeless(7, 100, 26, memory, normal)
    values[:20, 13:] += 4
    values[20:40] += np.linspace(0, 5, 26)
    assert -0.12 < signals.memory_of(values) - memory < 0.2  # Doubt is added.


def test_few_weeks_and_gaps_say_nothing_or_what_is_known() -> None:
    values = changeless(8, 3, 26, 0.0, normal)
    values[0, :20] = np.nan
    values[1] = np.nan
    values[2, 15:] += 5
    values[2, [3, 9, 20]] = np.nan
    found = signals.level_shift(values, 0.0)
    assert np.isnan(found.p[:2]).all()
    assert (found.at[:2] == -1).all()
    assert found.p[2] < 0.001
    assert found.at[2] == 15
    for each in EVERY:
        assert np.isnan(each(values[1:2], 0.0).p).all()
        assert len(each(values[:0], 0.0).p) == 0


def test_scales_keep_what_cannot_be_out() -> None:
    values = np.array([[0.0, 1.0, -1.0, np.nan, 0.5]])
    assert np.isnan(signals.on_scale(values, "log")[0, 2])
    assert signals.on_scale(values, "log")[0, 0] == pytest.approx(np.log(0.5))
    assert np.isnan(signals.on_scale(values, "logit")[0, 2])
    assert signals.on_scale(values, "logit")[0, 4] == 0
    assert np.isfinite(signals.on_scale(values, "logit")[0, :2]).all()


def test_small_departments_are_louder_by_construction() -> None:
    rng = np.random.default_rng(9)
    sizes = np.repeat(np.array([[10.0], [30.0], [100.0], [1000.0]] * 10), 30, axis=1)
    values = 5 + rng.standard_normal(sizes.shape) * np.sqrt(0.01 + 4 / sizes)
    told = signals.noise_of(values, sizes)
    assert told[0, 0] / told[3, 0] == pytest.approx(np.sqrt((0.01 + 0.4) / (0.01 + 0.004)), rel=0.35)
    assert (signals.noise_of(values[:1], sizes[:1]) == 1).all()

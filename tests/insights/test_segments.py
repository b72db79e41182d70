"""Change points: found where a new level or course begins, and silence where nothing changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from insights import change_points

Floats = NDArray[np.float64]


def wandering(rng: np.random.Generator, n: int, memory: float) -> Floats:
    """Return n points of AR(1) with standard deviation 1."""
    values = np.zeros(n + 50)
    for at in range(1, n + 50):
        values[at] = memory * values[at - 1] + rng.standard_normal()
    return values[50:] * np.sqrt(1 - memory**2)


# The flow of the Nile at Aswan, 1871 to 1970, in 10^8 m³: the classic series with one change, in 1899.
NILE = (
    "1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100 1210 1150 1250 "
    "1260 1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824 702 1120 1100 832 764 821 "
    "768 845 864 862 698 845 744 796 1040 759 781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801 1040 860 "
    "874 848 890 744 749 838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740"
)


def test_the_nile_changed_once_in_1899() -> None:
    assert change_points([float(each) for each in NILE.split()]) == [1899 - 1871]


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.6])
def test_a_series_that_only_resembles_its_own_past_does_not_change(memory: float) -> None:
    rng = np.random.default_rng(11)
    series = [wandering(rng, n, memory) for n in (14, 26, 52, 104) for _ in range(40)]
    assert sum(bool(change_points(each)) for each in series) <= 8


@pytest.mark.parametrize("at", [8, 26, 44])
@pytest.mark.parametrize("direction", [1, -1])
def test_a_level_shift_is_found_where_it_is(at: int, direction: int) -> None:
    rng = np.random.default_rng(at)
    values = wandering(rng, 52, 0.2)
    values[at:] += direction * 5
    found = change_points(values)
    assert len(found) == 1
    assert abs(found[0] - at) <= 1


def test_a_trend_is_no_change_but_its_break_is() -> None:
    rng = np.random.default_rng(2)
    time = np.arange(80.0)
    assert change_points(time / 5 + rng.standard_normal(80)) == []
    found = change_points(np.minimum(time, 40) / 2 + 0.7 * rng.standard_normal(80))
    assert len(found) == 1
    assert abs(found[0] - 40) <= 4


def test_a_season_is_no_change_and_a_shift_under_it_is_found() -> None:
    rng = np.random.default_rng(3)
    season = 4 * np.sin(2 * np.pi * np.arange(104) / 13)
    values = season + wandering(rng, 104, 0.2)
    assert change_points(values) == []
    values[60:] += 4
    found = change_points(values)
    assert len(found) == 1
    assert abs(found[0] - 60) <= 2


PROFILES = {
    4: (3.0, 0.0, -2.0, -1.0),
    7: (1.0, 1.5, 1.0, 1.5, 0.5, -3.0, -3.0),
    12: tuple(2 * np.sin(2 * np.pi * np.arange(12) / 12)),
    24: tuple(3 * np.cos(2 * np.pi * np.arange(24) / 24)),
    52: tuple(3 * np.sin(2 * np.pi * np.arange(52) / 52)),
}


def under_season(period: int, seed: int, n: int = 156, size: float = 0.0, at: int = 0) -> Floats:
    """Return n points of noise under a season that enter a level `size` higher at `at`."""
    season = np.array(PROFILES[period])[np.arange(n) % period]
    return season + wandering(np.random.default_rng(seed), n, 0.2) + size * (np.arange(n) >= at)


@pytest.mark.parametrize("period", PROFILES)
def test_a_shift_of_three_standard_deviations_is_found_under_a_season_of_any_period(period: int) -> None:
    for seed, at in enumerate((40, 83, 120)):
        found = change_points(under_season(period, seed, size=3.0, at=at))
        assert len(found) == 1
        assert abs(found[0] - at) <= 3


@pytest.mark.parametrize("period", PROFILES)
def test_a_season_alone_is_no_change(period: int) -> None:
    assert sum(bool(change_points(under_season(period, seed))) for seed in range(12)) <= 1


def test_a_season_keeps_its_place_over_missing_values() -> None:
    values = under_season(12, 5, size=4.0, at=70)
    values[np.random.default_rng(5).choice(156, 30, replace=False)] = np.nan
    found = change_points(values)
    assert len(found) == 1
    assert abs(found[0] - 70) <= 3


def test_a_season_that_grows_is_no_change_and_a_shift_under_it_is_found() -> None:
    rng = np.random.default_rng(8)
    growing = np.linspace(1, 5, 120) * np.sin(2 * np.pi * np.arange(120) / 12) + wandering(rng, 120, 0.2)
    assert change_points(growing) == []
    found = change_points(growing + 4 * (np.arange(120) >= 50))
    assert len(found) == 1
    assert abs(found[0] - 50) <= 3


def test_bends_of_one_line_are_found_where_they_are() -> None:
    time = np.arange(150.0)
    bent = 0.3 * time - 0.6 * np.maximum(time - 50, 0) + 0.5 * np.maximum(time - 100, 0)
    found = change_points(bent + np.random.default_rng(9).standard_normal(150))
    assert len(found) == 2
    assert abs(found[0] - 50) <= 5
    assert abs(found[1] - 100) <= 5


def test_a_change_in_a_long_series_is_found_to_the_point() -> None:
    values = under_season(7, 10, n=2000, size=5.0, at=1234)
    found = change_points(values)
    assert len(found) == 1
    assert abs(found[0] - 1234) <= 2


def test_a_spike_is_no_new_level() -> None:
    values = np.random.default_rng(4).standard_normal(60)
    values[30] += 15
    values[45] -= 15
    assert change_points(values) == []


def test_growth_by_a_constant_rate_is_no_change() -> None:
    rng = np.random.default_rng(5)
    assert change_points(100 * np.exp(np.linspace(0, 2, 60) + 0.08 * rng.standard_normal(60))) == []


def test_a_noisier_half_is_seldom_taken_for_a_new_level() -> None:
    rng = np.random.default_rng(6)
    louder = np.where(np.arange(100) < 50, 1.0, 4.0)
    assert sum(bool(change_points(louder * rng.standard_normal(100))) for _ in range(40)) <= 8


def test_missing_values_keep_their_places() -> None:
    values = np.random.default_rng(7).standard_normal(60)
    values[40:] += 6
    values[[3, 10, 11, 25]] = np.nan
    assert change_points(values) == [40]


def test_too_short_constant_or_empty_series_do_not_change() -> None:
    assert change_points([]) == []
    assert change_points([1, 2, 3, 100, 101, 102, 103]) == []
    assert change_points([5.0] * 50) == []
    assert change_points([np.nan] * 50) == []
    with pytest.raises(ValueError, match="one series"):
        change_points([[1.0, 2.0]])


def test_a_clean_step_in_rounded_numbers_is_found() -> None:
    assert change_points([3.0] * 20 + [7.0] * 20) == [20]


@given(
    st.lists(
        st.one_of(st.floats(-1e12, 1e12), st.just(float("nan")), st.just(float("inf")), st.just(0.0)),
        min_size=0,
        max_size=80,
    )
)
@settings(max_examples=150, deadline=None)
def test_whatever_comes_the_answer_is_ascending_places_within(values: list[float]) -> None:
    found = change_points(values)
    assert found == sorted(set(found))
    assert all(0 < each < len(values) for each in found)


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 1e6), st.floats(-1e3, 1e3))
@settings(max_examples=40, deadline=None)
def test_the_unit_does_not_matter(seed: int, unit: float, zero: float) -> None:
    rng = np.random.default_rng(seed)
    values = wandering(rng, 40, 0.3)
    values[20:] += 3
    values -= values.min() + 1  # never positive: the log scale is out in both units
    shifted = unit * (values + (min(zero, 0.0) / unit if unit > 1 else 0.0))
    assert change_points(values) == change_points(shifted)


@pytest.mark.parametrize(
    "shape", ["constant", "whole numbers", "far from zero", "rising", "all missing", "half missing"]
)
@pytest.mark.parametrize("n", [10, 57, 2000])
def test_any_series_gives_sorted_whole_numbers_within_it(shape: str, n: int) -> None:
    rng = np.random.default_rng(n)
    noise = rng.standard_normal(n)
    values = {
        "constant": np.full(n, 3.0),
        "whole numbers": rng.poisson(2.0, n),
        "far from zero": 1e9 + noise,
        "rising": np.arange(n, dtype=np.float64),
        "all missing": np.full(n, np.nan),
        "half missing": np.where(rng.random(n) < 0.5, np.nan, noise),
    }[shape]
    within(values)


def within(values: Floats) -> None:
    """Warnings are errors here, so that none was given is held as well."""
    found = change_points(values)
    assert type(found) is list
    assert all(type(each) is int for each in found)
    assert found == sorted(set(found))
    assert all(0 < each < len(values) for each in found)

"""Chances: the file that ships is what the simulations give, and they are read as they were made."""

from collections.abc import Callable

import numpy as np
import pytest

from insights import chances, signals, simulate
from insights.chances import LENGTHS, MEMORY_STEP, POINTS, SMALLEST_CHANCE, STEPS, TAIL
from insights.signals import MEASURES, Measure

AGAIN = "insights/chances.npz does not fit insights/signals.py: run `python -m insights.simulate`"


@pytest.mark.parametrize("measure", MEASURES, ids=lambda each: each.__name__)
@pytest.mark.parametrize(("weeks", "steps"), [(14, 0), (26, 3)])
def test_what_ships_is_what_the_simulations_give(measure: Measure, weeks: int, steps: int) -> None:
    for heavy in signals.noises(measure):
        made = simulate.table(measure, weeks, steps, heavy=heavy)
        with np.load(chances.FILE) as shipped:
            row = shipped[signals.key(measure, heavy=heavy)][LENGTHS.index(weeks), steps]
        assert np.allclose(made, row, rtol=1e-4, equal_nan=True), AGAIN


def test_the_memory_that_ships_is_what_the_simulations_give() -> None:
    assert np.allclose(simulate.memory(14), chances.memory_seen(14)[1], rtol=1e-4), AGAIN


def test_every_signal_length_and_memory_has_chances() -> None:
    with np.load(chances.FILE) as shipped:
        for measure in MEASURES:
            for heavy in signals.noises(measure):
                rows = shipped[signals.key(measure, heavy=heavy)]
                assert rows.shape == (len(LENGTHS), STEPS, 2 * POINTS + 2), AGAIN
                told = ~np.isnan(rows[:, :, 0])
                few = np.array(LENGTHS) < signals.FEWEST_WEEKS_OF_YEARS
                wanted = ~few if measure.__name__ == "_yearly" else np.ones(len(LENGTHS), dtype=np.bool_)
                assert (told == wanted[:, None]).all()


def read(weeks: int, steps: int) -> Callable[[np.ndarray], np.ndarray]:
    found = chances.of("shifted", weeks, steps, freedom=weeks - 2.0)
    assert found is not None
    return found


def test_a_stronger_signal_is_never_likelier_and_none_is_impossible() -> None:
    p = read(26, 3)(np.linspace(0, 60, 2000))
    assert p[0] == pytest.approx(1.0)
    assert (np.diff(p) <= 1e-9).all()
    assert p[-1] == SMALLEST_CHANCE


def test_chances_are_those_of_the_simulations_themselves() -> None:
    values = simulate.changeless(26, 3, heavy=False)
    statistic = signals.level_shift(values[:4000], 3 * MEMORY_STEP)
    for rate in (0.5, 0.2, TAIL, 0.01):
        assert np.mean(statistic.p <= rate) == pytest.approx(rate, rel=0.25)


def test_a_series_takes_the_chances_of_the_nearest_length_that_is_not_longer() -> None:
    assert [chances.nearest(weeks) for weeks in (3, 8, 9, 26, 30, 500)] == [8, 8, 8, 26, 26, 104]


def test_too_few_weeks_for_a_signal_have_no_chances() -> None:
    assert chances.of("yearly", 52, 0, freedom=1e6) is None
    assert chances.of("yearly", 104, 0, freedom=1e6) is not None

"""The decompositions: exact, symmetric, blind to order, and right where a person can work them out."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.causes.decompose import chain, cohorts, contributions, mix_within, simpson

size = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))
cell = st.tuples(size, size)


def parts(value: st.SearchStrategy[float], rows: int) -> st.SearchStrategy[np.ndarray]:
    """`rows` numbers for each of one to eight parts, shape (rows, parts)."""
    return st.lists(st.tuples(*[value] * rows), min_size=1, max_size=8).map(lambda each: np.array(each, dtype=float).T)


quotients = parts(size, 4).filter(lambda each: each[1].sum() > 0 and each[3].sum() > 0)
factors = parts(st.one_of(st.just(0.0), st.floats(1e-3, 1e3)), 2)


def near(found: float, wanted: float, scale: float) -> bool:
    return abs(found - wanted) <= 1e-9 * max(scale, 1e-300)


# Mix and within ------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=300)
@given(quotients)
def test_mix_and_within_add_up_to_the_change(table: np.ndarray) -> None:
    n0, d0, n1, d1 = table
    found = mix_within(n0, d0, n1, d1)
    whole0, whole1 = n0.sum() / d0.sum(), n1.sum() / d1.sum()
    # A huge rate on a tiny share may cancel out: exact means to the last digits of the largest term.
    scale = max(whole0, whole1, float(np.abs(found.within).max()))
    assert near(found.change, whole1 - whole0, scale)
    assert near(float(found.within.sum() + found.mix.sum()), whole1 - whole0, scale)


@settings(deadline=None, max_examples=200)
@given(quotients)
def test_swapping_the_periods_negates_mix_and_within(table: np.ndarray) -> None:
    n0, d0, n1, d1 = table
    there, back = mix_within(n0, d0, n1, d1), mix_within(n1, d1, n0, d0)
    scale = max(n0.sum() / d0.sum(), n1.sum() / d1.sum())
    assert np.allclose(there.within, -back.within, rtol=1e-9, atol=1e-9 * scale)
    assert np.allclose(there.mix, -back.mix, rtol=1e-9, atol=1e-9 * scale)


@settings(deadline=None, max_examples=200)
@given(quotients, st.randoms(use_true_random=False))
def test_the_order_of_the_parts_does_not_matter(table: np.ndarray, random: object) -> None:
    order = list(range(table.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    found, other = mix_within(*table), mix_within(*table[:, order])
    scale = max(table[0].sum() / table[1].sum(), table[2].sum() / table[3].sum())
    assert np.allclose(found.within[order], other.within, rtol=1e-9, atol=1e-9 * scale)
    assert np.allclose(found.mix[order], other.mix, rtol=1e-9, atol=1e-9 * scale)


def test_a_part_that_appears_or_vanishes_has_no_rate_and_is_all_mix() -> None:
    found = mix_within([400, 0], [100, 0], [400, 800], [100, 100])
    assert found.within.tolist() == [0, 0]
    assert found.mix.sum() == pytest.approx(2)
    assert np.isnan(found.rate0[1])
    assert found.rate1[1] == 8


def test_equal_shares_leave_no_mix_and_equal_rates_no_within() -> None:
    rates = mix_within([200, 600], [100, 100], [400, 600], [100, 100])
    assert rates.within.tolist() == [1, 0]
    assert rates.mix.tolist() == pytest.approx([0, 0], abs=1e-12)
    shares = mix_within([200, 600], [100, 100], [100, 900], [50, 150])
    assert shares.within.tolist() == [0, 0]
    assert shares.mix.tolist() == pytest.approx([0.625, 0.375])


def test_mix_and_within_by_hand() -> None:
    # Shares .5/.5 → .25/.75, rates 2/6 → 4/6: Y 4 → 5.5, Ȳ 4.75.
    found = mix_within([200, 600], [100, 100], [200, 900], [50, 150])
    assert found.change == pytest.approx(1.5)
    assert found.within == pytest.approx([0.375 * 2, 0])
    assert found.mix == pytest.approx([-0.25 * (3 - 4.75), 0.25 * (6 - 4.75)])


# Kidney stones (Charig et al. 1986, British Medical Journal 292): of small and large stones, treated openly and by
# keyhole. Keyhole surgery does better on the whole and worse on either kind.
OPEN = ([81, 192], [87, 263])
KEYHOLE = ([234, 55], [270, 80])


def test_the_textbook_paradox_is_found() -> None:
    found = mix_within(*OPEN, *KEYHOLE)
    assert found.change == pytest.approx(289 / 350 - 273 / 350)
    assert found.within.sum() < 0 < found.mix.sum()
    assert simpson(found) == "every"


def test_where_most_move_against_the_whole_it_is_only_together() -> None:
    # A third part, without a share worth speaking of, moves with the whole.
    found = mix_within([81, 192, 1], [87, 263, 2], [234, 55, 2], [270, 80, 2])
    assert simpson(found) == "together"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (([200, 600], [100, 100]), ([400, 600], [100, 100])),
        (([200, 600], [100, 100]), ([200, 600], [100, 100])),
        (([200], [100]), ([100], [100])),
    ],
    ids=["a rate rose", "nothing changed", "one part"],
)
def test_where_parts_and_whole_agree_there_is_no_paradox(before, after) -> None:
    assert simpson(mix_within(*before, *after)) == ""


# Contributions -------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=200)
@given(parts(st.floats(0, 1e9), 2))
def test_contributions_add_up_and_swap(table: np.ndarray) -> None:
    before, after = table
    there, back = contributions(before, after), contributions(after, before)
    scale = max(before.sum(), after.sum())
    assert near(float(there.changes.sum()), after.sum() - before.sum(), scale)
    assert there.changes.tolist() == (-back.changes).tolist()
    if abs(there.change) > 1e-6 * scale:
        assert float(there.explained.sum()) == pytest.approx(1, abs=1e-6)


def test_contributions_by_hand_and_the_floor_under_the_rank() -> None:
    found = contributions([100, 50, 50], [170, 52, 78])
    assert found.change == 100
    assert found.explained == pytest.approx([0.7, 0.02, 0.28])
    assert found.shift == pytest.approx([170 / 300 - 0.5, 52 / 300 - 0.25, 78 / 300 - 0.25])
    assert found.score[1] == 0
    assert found.score[0] > found.score[2] > 0


def test_a_sum_that_does_not_change_explains_nothing() -> None:
    found = contributions([10, 20], [20, 10])
    assert found.change == 0
    assert np.isnan(found.explained).all()
    assert found.score.tolist() == [0, 0]


# Chains --------------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=300)
@given(factors)
def test_a_chain_adds_up_to_the_change_of_the_product(table: np.ndarray) -> None:
    found = chain(*table)
    whole0, whole1 = np.prod(table[0]), np.prod(table[1])
    assert near(float(found.sum()), whole1 - whole0, max(whole0, whole1))


@settings(deadline=None, max_examples=200)
@given(factors)
def test_swapping_the_periods_negates_a_chain(table: np.ndarray) -> None:
    scale = max(np.prod(table[0]), np.prod(table[1]))
    assert np.allclose(chain(*table), -chain(*table[::-1]), rtol=1e-9, atol=1e-9 * scale)


@settings(deadline=None, max_examples=100)
@given(factors, st.randoms(use_true_random=False))
def test_the_order_of_the_factors_does_not_matter(table: np.ndarray, random: object) -> None:
    order = list(range(table.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    scale = max(np.prod(table[0]), np.prod(table[1]))
    assert np.allclose(chain(*table)[order], chain(*table[:, order]), rtol=1e-9, atol=1e-9 * scale)


def test_a_chain_by_hand() -> None:
    # 100 → 400 by two doublings: L = 300 / ln 4, each effect L ln 2 = 150.
    assert chain([10, 5, 2], [20, 10, 2]) == pytest.approx([150, 150, 0])


@pytest.mark.parametrize(
    ("before", "after", "effects"),
    [
        ([10, 0, 2], [20, 5, 2], [0, 200, 0]),
        ([10, 5], [0, 9], [-50, 0]),
        ([0, 0, 4], [3, 2, 4], [12, 12, 0]),
        ([0, 5], [7, 0], [0, 0]),
        ([0, 5], [0, 7], [0, 0]),
    ],
    ids=["appears", "vanishes", "two appear", "one each way", "always nothing"],
)
def test_a_factor_of_zero_takes_the_limit(before, after, effects) -> None:
    assert chain(before, after).tolist() == effects


def test_the_limit_is_that_of_a_vanishing_factor() -> None:
    found = chain([10, 1e-280, 2], [20, 5, 2])
    assert found == pytest.approx(chain([10, 0, 2], [20, 5, 2]), abs=0.5)


# Cohorts and errors --------------------------------------------------------------------------------------------------


def test_who_came_went_and_stayed_add_up() -> None:
    found = cohorts(came=31, went=12, stayed=-4)
    assert (found.came, found.went, found.stayed, found.change) == (31, -12, -4, 15)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: mix_within([1], [0], [1], [1]), "no quotient"),
        (lambda: mix_within([1, 2], [1, -1], [1, 2], [1, 1]), "negative"),
        (lambda: mix_within([1, 2], [1, 1], [1], [1]), "shapes"),
        (lambda: contributions([1, np.nan], [1, 1]), "missing"),
        (lambda: contributions([[1]], [[1]]), "shapes"),
        (lambda: chain([1, -1], [1, 1]), "negative"),
        (lambda: cohorts(came=1, went=-1), "0 or more"),
    ],
)
def test_what_cannot_be_decomposed_is_explained(call: Callable[[], object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()

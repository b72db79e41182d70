"""What a change is made of, by arithmetic alone: parts of a sum, mix and rates of a quotient, factors of a product.

Everything here is exact: the parts add up to the change, and swapping the two periods swaps every sign. It says where
a change lies and never why people changed. Arrays are of the shape (parts,), in the metric's own unit. ValueError
where shapes differ, a number is missing, or a size is negative.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FLOOR = 0.03
"""Part of the whole change below which a part is not ranked (ThirdEye's floor)."""

Simpson = Literal["", "together", "every"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MixWithin:
    """A quotient's change by part: `within` from the part's own rate, `mix` from its share of the denominator.

    `change` is that of the whole and equals both summed. `rate0` and `rate1` are the parts' quotients, NaN where
    the denominator is 0; `share0` and `share1` their shares of the denominator, 0..1.
    """

    change: float
    within: Floats
    mix: Floats
    rate0: Floats
    rate1: Floats
    share0: Floats
    share1: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Contributions:
    """A sum's change by part.

    `explained` is each part's change over the whole's (1 together; Adtributor's explanatory power, Bhagwan et al.
    2014); `shift` is by how much its share of the whole changed; both NaN where the whole is, or changes by, 0.
    `score` ranks: |explained| + |shift|, 0 where a part explains less than FLOOR (the idea of ThirdEye's balanced
    score).
    """

    change: float
    changes: Floats
    explained: Floats
    shift: Floats
    score: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Turnover:
    """A total's change by who: those who came, those who went, and what those who stayed changed."""

    came: float
    went: float
    stayed: float

    @property
    def change(self) -> float:
        """The change of the total."""
        return self.came + self.went + self.stayed


def mix_within(
    numerator0: ArrayLike, denominator0: ArrayLike, numerator1: ArrayLike, denominator1: ArrayLike
) -> MixWithin:
    """Return what of the change of sum(numerator) / sum(denominator) is rates within parts, and what is their mix.

    The midpoint decomposition (Kitagawa 1955; Bennet 1920): with shares w of the denominator, rates r, the whole Y
    and bars for the mean of both periods, within = w̄ Δr and mix = Δw (r̄ - Ȳ). A part whose denominator is 0 in one
    of the periods has no rate there: all it does is mix. Raises ValueError where a whole denominator is 0.
    """
    n0, d0, n1, d1 = _alike(numerator0, denominator0, numerator1, denominator1)
    if (d0 < 0).any() or (d1 < 0).any():
        raise ValueError("a denominator is negative: it must be a size")
    if not d0.sum() or not d1.sum():
        raise ValueError("the denominators of a period add up to 0: there is no quotient to explain")
    whole0, whole1 = n0.sum() / d0.sum(), n1.sum() / d1.sum()
    share0, share1 = d0 / d0.sum(), d1 / d1.sum()
    rate0, rate1 = _quotient(n0, d0), _quotient(n1, d1)
    both = (d0 > 0) & (d1 > 0)
    within = np.where(both, (share0 + share1) / 2 * np.where(both, rate1 - rate0, 0.0), 0.0)
    # What the part adds to the whole, less what its share would add at the whole's rate: Δ(wr) - Δw Ȳ.
    added = n1 / d1.sum() - n0 / d0.sum() - (share1 - share0) * (whole0 + whole1) / 2
    return MixWithin(
        change=float(whole1 - whole0),
        within=within,
        mix=added - within,
        rate0=rate0,
        rate1=rate1,
        share0=share0,
        share1=share1,
    )


def simpson(found: MixWithin) -> Simpson:
    """Return whether the whole moved against its parts: 'every' part with a rate, or only 'together'; '' if not.

    Together: the rates' weighted change has another sign than the whole's (Simpson 1951).
    """
    sign = np.sign(found.change)
    own = (found.rate1 - found.rate0)[~np.isnan(found.rate0) & ~np.isnan(found.rate1)]
    if not sign or not len(own) or sign * found.within.sum() >= 0:
        return ""
    return "every" if len(own) > 1 and (sign * own < 0).all() else "together"


def contributions(before: ArrayLike, after: ArrayLike) -> Contributions:
    """Return what each part adds to the change of their sum."""
    x0, x1 = _alike(before, after)
    total0, total1 = float(x0.sum()), float(x1.sum())
    changes, change = x1 - x0, total1 - total0
    absent = np.full(len(x0), np.nan)
    explained = changes / change if change else absent
    shift = x1 / total1 - x0 / total0 if total0 and total1 else absent
    with np.errstate(invalid="ignore"):
        counts = np.abs(explained) >= FLOOR
    return Contributions(
        change=change,
        changes=changes,
        explained=explained,
        shift=shift,
        score=np.where(counts, np.abs(explained) + np.abs(np.nan_to_num(shift)), 0.0),
    )


def chain(factors0: ArrayLike, factors1: ArrayLike) -> Floats:
    """Return what each factor adds to the change of their product; together exactly the change.

    The logarithmic mean Divisia index (Ang 2004): effect = L(V1, V0) ln(f1 / f0), L the logarithmic mean. Where a
    factor is 0 in one period, so is the product; in the limit of a vanishing factor the whole change is its own,
    shared evenly between several such. Where both products are 0 nothing changed. Factors are 0 or more.
    """
    f0, f1 = _alike(factors0, factors1)
    if (f0 < 0).any() or (f1 < 0).any():
        raise ValueError("a factor is negative: it must be a size or a rate")
    whole0, whole1 = float(np.prod(f0)), float(np.prod(f1))
    if not (f0.all() and f1.all()):
        gone = (f0 == 0) != (f1 == 0)
        return np.where(gone, (whole1 - whole0) / max(1, int(gone.sum())), 0.0)
    steps = np.log(f1) - np.log(f0)
    growth = float(steps.sum())
    # (V1 - V0) / ln(V1 / V0) without the cancellation where both are nearly alike.
    mean = whole0 * (np.expm1(growth) / growth if growth else 1.0)
    return np.asarray(mean * steps, dtype=np.float64)


def cohorts(*, came: float, went: float, stayed: float = 0.0) -> Turnover:
    """Return a total's change by who made it.

    `came` is what new and returned people add, `went` what those who stopped took away (both 0 or more), `stayed`
    the change among those who stayed: 0 where people are counted.
    """
    if not (came >= 0 and went >= 0 and np.isfinite(came + went + stayed)):
        raise ValueError(f"came ({came}) and went ({went}) are 0 or more, and stayed ({stayed}) is a number")
    return Turnover(came=came, went=-went, stayed=stayed)


def _alike(*given: ArrayLike) -> tuple[Floats, ...]:
    arrays = tuple(np.asarray(each, dtype=np.float64) for each in given)
    if any(each.ndim != 1 or each.shape != arrays[0].shape for each in arrays):
        shapes = ", ".join(str(each.shape) for each in arrays)
        raise ValueError(f"one number a part is wanted, alike in both periods, not arrays of the shapes {shapes}")
    if not all(np.isfinite(each).all() for each in arrays):
        raise ValueError("a number is missing or infinite: leave the part out, or put it with the others")
    return arrays


def _quotient(numerator: Floats, denominator: Floats) -> Floats:
    return np.asarray(numerator / np.where(denominator > 0, denominator, np.nan), dtype=np.float64)

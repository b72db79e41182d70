"""Distinct values by sorting, which for whole numbers is several times as fast as NumPy's `unique` hashes them."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.int64, np.uint64)


def distinct(values: NDArray[Number]) -> NDArray[Number]:
    """Return each value once, ascending."""
    ascending = np.sort(values)
    return ascending[changes(ascending)]


def coded(values: NDArray[Number]) -> tuple[NDArray[Number], NDArray[np.int64]]:
    """Return each value once, ascending, and every value's place there."""
    order = np.argsort(values)
    ascending = values[order]
    first = changes(ascending)
    codes = np.empty(len(values), np.int64)
    codes[order] = np.cumsum(first) - 1
    return ascending[first], codes


def changes(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return where a value differs from the one before it; the first always does."""
    found = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found

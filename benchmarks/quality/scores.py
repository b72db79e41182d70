"""How well change points agree with those of annotators: F1 and covering, as van den Burg and Williams (2020) define.

"An Evaluation of Change Point Detection Algorithms", arXiv 2003.06222, sections 4.2.1 and 4.2.2.
"""

from collections.abc import Sequence
from itertools import pairwise

MARGIN = 5
"""Points by which a change may be off and still count."""


def f1(annotators: Sequence[Sequence[int]], found: Sequence[int], margin: int = MARGIN) -> float:
    """Return F1: precision over what was found, recall averaged over annotators; the first point is one of all."""
    marks = [{0, *each} for each in annotators]
    told = {0, *found}
    precision = _matched(set().union(*marks), told, margin) / len(told)
    recall = sum(_matched(each, told, margin) / len(each) for each in marks) / len(marks)
    return 2 * precision * recall / (precision + recall)


def _matched(marks: set[int], found: set[int], margin: int) -> int:
    """Return how many marks have a found change near, each of which counts once."""
    left = set(found)
    count = 0
    for mark in sorted(marks):
        near = min(left, key=lambda each: (abs(each - mark), each), default=None)
        if near is not None and abs(near - mark) <= margin:
            left.remove(near)
            count += 1
    return count


def covering(annotators: Sequence[Sequence[int]], found: Sequence[int], n: int) -> float:
    """Return how well the found segments cover each annotator's, averaged over annotators; 1 where they are alike."""
    told = _segments(found, n)
    return sum(_covered(_segments(each, n), told, n) for each in annotators) / len(annotators)


def _segments(changes: Sequence[int], n: int) -> list[tuple[int, int]]:
    edges = sorted({0, n, *(each for each in changes if 0 < each < n)})
    return list(pairwise(edges))


def _covered(true: Sequence[tuple[int, int]], found: Sequence[tuple[int, int]], n: int) -> float:
    return sum((end - start) * max(_alike((start, end), each) for each in found) for start, end in true) / n


def _alike(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return the Jaccard index of two ranges."""
    both = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return both / (one[1] - one[0] + other[1] - other[0] - both)

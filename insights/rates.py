"""How much of what is told may be chance, when much was tried.

False discoveries are kept to RATE of what is told, of the company and of departments. The company's hypotheses are one
family (Benjamini and Hochberg 1995). Each metric and tool is a family of its departments' hypotheses: a family is
opened where its Simes p passes among all families, and within an opened one the rate is lowered to the share of
families that were opened (Benjamini and Bogomolov 2014): many metrics cost no more errors than are promised.

Weights, fixed before looking, say how much of the rate each hypothesis, and each family, may use beside the others
(Genovese, Roeder and Wasserman 2006): p over its weight is what is compared, where weights are 1 on average.
"""

import numpy as np

from insights.signals import Floats

RATE = 0.10
"""False discoveries among all, at most."""

SHARE = 0.7 * RATE
"""What the company's tests, and the departments', may each spend of it.

Not all: where nothing changes every discovery is false, and one digest in a quarter is what a reader forgives.
"""


def adjusted(p: Floats) -> Floats:
    """Return Benjamini and Hochberg's adjusted p: at most the rate at which each would be found. NaN stays."""
    q = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    if not len(known):
        return q
    order = known[np.argsort(p[known], kind="stable")]
    raised = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


def flat(p: Floats, weights: Floats) -> Floats:
    """Return the adjusted p of one family of hypotheses. NaN stays, and takes no part in the weights' average."""
    return adjusted(weighted(p, weights))


def by_family(p: Floats, weights: Floats, family: np.typing.NDArray[np.str_], of_family: Floats) -> Floats:
    """Return p adjusted within the families that are opened, 1 in the others. NaN stays.

    `family` names each hypothesis' family, whose weight is `of_family`; `weights` are those within a family.
    """
    names, first = np.unique(family, return_index=True)
    within = np.full(len(p), np.nan)
    for name in names:
        rows = family == name
        within[rows] = flat(p[rows], weights[rows])
    simes = np.array([np.nanmin(within[family == name], initial=1.0) for name in names])
    heavy = of_family[first] / of_family[first].mean()
    opened = adjusted(np.minimum(simes / heavy, 1.0)) <= SHARE
    q = np.where(np.isnan(p), np.nan, 1.0)
    for name, weight in zip(names[opened], heavy[opened], strict=True):
        rows = family == name
        # The rate within is SHARE × weight × opened / all: the same as raising the adjusted p by its inverse.
        q[rows] = np.minimum(within[rows] * len(names) / (weight * opened.sum()), 1.0)
    return q


def weighted(p: Floats, weights: Floats) -> Floats:
    """Return p over weights that are made 1 on average over the hypotheses there are."""
    known = ~np.isnan(p)
    if not known.any():
        return p
    return np.asarray(np.minimum(p * weights[known].mean() / weights, 1.0))

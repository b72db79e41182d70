"""How long conversations and prompts are: distributions fitted to real conversations, and stratified draws from them.

Fitted with `python -m demo.fit FOLDER` (maximum likelihood; the data is not shipped). The simulation keeps the fitted
*shape* and moves the location, so that a department has the mean it is meant to have.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@functools.cache
def _normal_table() -> tuple[Floats, Floats]:
    z = np.linspace(-8.0, 8.0, 16001)
    return z, np.array([0.5 * math.erfc(-v / math.sqrt(2.0)) for v in z.tolist()])


def normal_cdf(z: Floats | float) -> Floats:
    """Return the standard normal distribution function, from a table good to 1e-7."""
    grid, cdf = _normal_table()
    return np.asarray(np.interp(z, grid, cdf))


def normal_quantile(u: Floats) -> Floats:
    """Return the inverse of `normal_cdf`, within ±8."""
    grid, cdf = _normal_table()
    return np.asarray(np.interp(u, cdf, grid))


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscreteLognormal:
    """Counts 1, 2, 3 … : a lognormal rounded to the nearest whole number, given that it is at least 1."""

    mu: float
    sigma: float

    def cdf(self, count: Floats) -> Floats:
        """Return the share of conversations with at most `count` prompts."""
        below = normal_cdf((math.log(0.5) - self.mu) / self.sigma)
        return np.asarray((normal_cdf((np.log(count + 0.5) - self.mu) / self.sigma) - below) / (1.0 - below))

    def quantile(self, u: Floats) -> Integers:
        """Return the count below which a share `u` of conversations lie."""
        below = normal_cdf((math.log(0.5) - self.mu) / self.sigma)
        z = normal_quantile(below + u * (1.0 - below))
        return np.maximum(np.ceil(np.exp(self.mu + self.sigma * z) - 0.5), 1).astype(np.int64)


@dataclass(frozen=True, kw_only=True, slots=True)
class LognormalMixture:
    """Positive lengths: a mixture of lognormals, given by weight, mean of the logarithm and its standard deviation."""

    weights: tuple[float, ...]
    mus: tuple[float, ...]
    sigmas: tuple[float, ...]

    def cdf(self, length: Floats) -> Floats:
        """Return the share of lengths at most `length`."""
        log = np.log(length)
        parts = zip(self.weights, self.mus, self.sigmas, strict=True)
        return np.asarray(sum(w * normal_cdf((log - m) / s) for w, m, s in parts))

    def quantile(self, u: Floats) -> Floats:
        """Return the length below which a share `u` of lengths lie, from a table of 4,000 points."""
        grid, cdf = _mixture_table(self)
        return np.asarray(np.exp(np.interp(u, cdf, grid)))


@functools.cache
def _mixture_table(mixture: LognormalMixture) -> tuple[Floats, Floats]:
    grid = np.linspace(-2.0, 14.0, 4000)
    return grid, mixture.cdf(np.exp(grid))


PROMPTS_PER_CONVERSATION = DiscreteLognormal(mu=0.747, sigma=1.403)
"""Prompts a person writes in one conversation.

Maximum likelihood, by a grid over (mu, sigma) refined five times, over 9,440 publicly shared ChatGPT conversations
(ShareGPT; only numbers of messages were kept). The fitted and the observed distribution function are at most 0.013
apart; mean 6.65 fitted and 6.51 observed, median 3 both.
"""

PROMPTS_PER_ENGINEERING_CONVERSATION = DiscreteLognormal(mu=0.318, sigma=1.261)
"""Prompts a software developer writes in one conversation.

The same method over 1,152 ChatGPT conversations that developers shared in GitHub issues (DevGPT, NAIST-SE, extended
by DevGPTIPlus; MIT). At most 0.014 apart; mean 3.83 fitted and 4.05 observed, median 2 both.
"""

PROMPT_CHARACTERS = LognormalMixture(weights=(0.3541, 0.6459), mus=(4.3038, 5.3764), sigmas=(0.5585, 1.7368))
"""Characters of a prompt: quick questions beside prompts that carry pasted text.

Maximum likelihood by 600 steps of expectation–maximisation, two lognormals, over the first prompts of 9,435 ShareGPT
conversations. At most 0.010 apart; mean 661 fitted and 613 observed, median 112 and 115. A third lognormal gains 17
in log-likelihood and 0.002 in distance, not worth its parameters.
"""

ANSWER_TOKENS = LognormalMixture(weights=(0.2143, 0.7857), mus=(5.6064, 6.1447), sigmas=(0.8976, 0.3774))
"""Tokens of one answer.

The same method over the mean tokens of an answer in the 1,152 DevGPT conversations. At most 0.027 apart. Means of
conversations spread less than single answers, so the tail is on the short side.
"""


def spread(count: int, rng: np.random.Generator) -> Floats:
    """Return `count` evenly spaced shares in (0, 1) with one random offset: a stratified uniform sample.

    Drawn through a quantile function it keeps a small sample's mean close to the distribution's, whatever the seed.
    """
    return np.asarray((np.arange(count) + rng.uniform(0.02, 0.98)) / max(count, 1))


def bisect(total: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Return x in [low, high] where the increasing function `total` passes `target`."""
    for _ in range(40):
        middle = (low + high) / 2
        if total(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def prompts_with_mean(shape: DiscreteLognormal, mean: float, cap: int, u: Floats) -> Integers:
    """Return prompts per conversation at the shares `u`: the shape moved to a mean near `mean`, none above `cap`."""

    def draw(mu: float) -> Integers:
        return np.minimum(DiscreteLognormal(mu=mu, sigma=shape.sigma).quantile(u), cap)

    return draw(bisect(lambda mu: float(draw(mu).mean()), mean, -9.0, 5.0))


def lengths_with_mean(shape: LognormalMixture, mean: float, cap: int, u: Floats) -> Integers:
    """Return whole lengths at the shares `u`: the shape scaled to a mean near `mean`, each from 1 to `cap`."""
    raw = shape.quantile(u)

    def draw(scale: float) -> Integers:
        return np.clip(np.rint(raw * scale), 1, cap).astype(np.int64)

    return draw(bisect(lambda scale: float(draw(scale).mean()), mean, 0.0, 20.0))

"""Fit the distributions of `demo.distributions` anew: `python -m demo.fit FOLDER`.

FOLDER holds the two tables named below. Prints one JSON object: parameters, number of values, and the largest
distance between the fitted and the observed distribution function (the Kolmogorov–Smirnov statistic). Deterministic;
needs numpy and pandas only.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from demo.distributions import DiscreteLognormal, Floats, LognormalMixture

SHARED_CONVERSATIONS = "sharegpt_conversation_lengths.csv"
DEVELOPER_CONVERSATIONS = "devgpt_issue_conversations_numeric.csv"


def fit_counts(counts: Floats) -> DiscreteLognormal:
    """Return the discrete lognormal of greatest likelihood, by a grid refined five times around its best point."""
    values, repeats = np.unique(counts[counts > 0], return_counts=True)
    times = repeats.astype(np.float64)
    best, width_mu, width_sigma = (0.5, 1.3), 2.5, 1.0
    for _ in range(6):
        mus = best[0] + np.linspace(-width_mu, width_mu, 21)
        sigmas = np.maximum(best[1] + np.linspace(-width_sigma, width_sigma, 21), 0.1)
        best = max(
            ((mu, sigma) for mu in mus.tolist() for sigma in sigmas.tolist()),
            key=lambda p: _log_likelihood(DiscreteLognormal(mu=p[0], sigma=p[1]), values, times),
        )
        width_mu, width_sigma = width_mu / 6, width_sigma / 6
    return DiscreteLognormal(mu=best[0], sigma=best[1])


def _log_likelihood(shape: DiscreteLognormal, values: Floats, times: Floats) -> float:
    shares = shape.cdf(values) - shape.cdf(values - 1)
    return float((times * np.log(np.maximum(shares, 1e-12))).sum())


def fit_lengths(lengths: Floats, parts: int) -> LognormalMixture:
    """Return the lognormal mixture that expectation–maximisation reaches in 600 steps from evenly spaced quantiles."""
    x = np.log(lengths[lengths > 0])
    mus = np.quantile(x, (np.arange(parts) + 0.5) / parts)
    sigmas, weights = np.full(parts, x.std()), np.full(parts, 1.0 / parts)
    for _ in range(600):
        density = weights * np.exp(-0.5 * ((x[:, None] - mus) / sigmas) ** 2) / sigmas
        belongs = density / density.sum(axis=1, keepdims=True)
        size = belongs.sum(axis=0)
        weights, mus = size / len(x), (belongs * x[:, None]).sum(axis=0) / size
        sigmas = np.sqrt((belongs * (x[:, None] - mus) ** 2).sum(axis=0) / size)
    return LognormalMixture(weights=tuple(weights.tolist()), mus=tuple(mus.tolist()), sigmas=tuple(sigmas.tolist()))


def distance(values: Floats, cdf: Callable[[Floats], Floats]) -> float:
    """Return the largest distance between a distribution function and the one observed, at the observed values."""
    at, times = np.unique(values[values > 0], return_counts=True)
    return float(np.abs(cdf(at) - np.cumsum(times) / times.sum()).max())


def refit(folder: Path) -> dict[str, dict[str, object]]:
    """Return every fitted distribution of the two tables in `folder`, by name."""
    shared = pd.read_csv(folder / SHARED_CONVERSATIONS)
    developers = pd.read_csv(folder / DEVELOPER_CONVERSATIONS)
    counts = {
        "PROMPTS_PER_CONVERSATION": shared["user_msgs"],
        "PROMPTS_PER_ENGINEERING_CONVERSATION": developers["n_prompts"],
    }
    lengths = {
        "PROMPT_CHARACTERS": (shared["first_prompt_chars"], 2),
        "ANSWER_TOKENS": (developers["TokensOfAnswers"] / developers["n_answers"], 2),
    }
    fitted: dict[str, dict[str, object]] = {}
    for name, column in counts.items():
        values = column.to_numpy(dtype=np.float64)
        shape = fit_counts(values)
        fitted[name] = {"mu": shape.mu, "sigma": shape.sigma, **_quality(values, shape.cdf)}
    for name, (column, parts) in lengths.items():
        values = column.to_numpy(dtype=np.float64)
        mixture = fit_lengths(values, parts)
        fitted[name] = {
            "weights": mixture.weights,
            "mus": mixture.mus,
            "sigmas": mixture.sigmas,
            **_quality(values, mixture.cdf),
        }
    return fitted


def _quality(values: Floats, cdf: Callable[[Floats], Floats]) -> dict[str, object]:
    return {"values": int((values > 0).sum()), "distance": distance(values, cdf)}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m demo.fit FOLDER")
    sys.stdout.write(json.dumps(refit(Path(sys.argv[1])), indent=2) + "\n")

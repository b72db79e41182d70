"""How much is said in the sessions: messages a session, characters a message, and the model of each session.

Each department has a target for each week (`demo.profile`). Values are drawn at evenly spaced quantiles of the fitted
shape, moved to the target, and then given to sessions in the order of their holders' habits, loosely. So the averages
hold for any seed, while single sessions stay as uneven as the fitted conversations.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from demo.activity import ALL_DEPARTMENTS, Sessions, department_progress
from demo.distributions import (
    ANSWER_TOKENS,
    PROMPT_CHARACTERS,
    PROMPTS_PER_CONVERSATION,
    PROMPTS_PER_ENGINEERING_CONVERSATION,
    Floats,
    Integers,
    bisect,
    lengths_with_mean,
    prompts_with_mean,
    spread,
)
from demo.people import Person, apportion
from demo.profile import BELOW_REFERENCE, CHARACTERS, DEPTH, Models, between, progress

PROMPTS_AT_MOST = 60
PROMPT_CHARACTERS_AT_MOST = 8000
ANSWER_CHARACTERS = 850.0
"""Mean characters of an answer: 2.7 for 1 of a prompt, between the 2.0 of DevGPT and the 4.0 of ShareGPT."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One department's sessions of one week, as a slice of all sessions."""

    week: int
    department: int
    first: int
    size: int

    @property
    def rows(self) -> slice:
        """The cell's sessions."""
        return slice(self.first, self.first + self.size)


def cells(sessions: Sessions) -> list[Cell]:
    """Return the cells of all sessions, in their order."""
    key = sessions.week * len(ALL_DEPARTMENTS) + sessions.department
    values, first, sizes = np.unique(key, return_index=True, return_counts=True)
    return [
        Cell(week=int(v) // len(ALL_DEPARTMENTS), department=int(v) % len(ALL_DEPARTMENTS), first=int(f), size=int(n))
        for v, f, n in zip(values, first, sizes, strict=True)
    ]


def by_week(all_cells: list[Cell]) -> Iterator[tuple[int, list[Cell]]]:
    """Yield each week with its cells."""
    for week in sorted({cell.week for cell in all_cells}):
        yield week, [cell for cell in all_cells if cell.week == week]


def habits(persons: tuple[Person, ...], sessions: Sessions) -> dict[str, Floats]:
    """Return per session its holder's ranks in depth, wording and keeping to older models."""
    accounts = [person.account for person in persons]
    return {
        name: np.array([getattr(account, name) if account else 0.0 for account in accounts])[sessions.person]
        for name in ("depth", "wording", "older")
    }


def message_totals(week: int, weeks: int, these: list[Cell], rng: np.random.Generator) -> list[int]:
    """Return messages per cell of one week: two departments at their own depth, the others share what is left."""
    calm = week in {weeks - 1, weeks - 14}
    company = between(DEPTH, progress(weeks, week)) + (0.0 if calm else 0.03 * float(rng.standard_normal()))
    whole = round(company * sum(cell.size for cell in these))
    departments = [ALL_DEPARTMENTS[cell.department] for cell in these]
    noise = 1.0 + rng.standard_normal(len(these)) * [(0.0 if calm else 0.005) if d.fixed else 0.02 for d in departments]
    wanted = (
        np.array(
            [
                cell.size * between(d.depth, department_progress(d, weeks, week))
                for cell, d in zip(these, departments, strict=True)
            ]
        )
        * noise
    )
    fixed = [round(float(w)) if d.fixed else 0 for w, d in zip(wanted, departments, strict=True)]
    rest = apportion(
        whole - sum(fixed), (0.0 if d.fixed else float(w) for w, d in zip(wanted, departments, strict=True))
    )
    return [max(f + r, 2 * cell.size) for f, r, cell in zip(fixed, rest, these, strict=True)]


def draw_messages(cell: Cell, total: int, depth: Floats, rng: np.random.Generator) -> Integers:
    """Return messages per session of a cell, `total` together: at least a prompt and an answer each.

    Odd numbers are a prompt left unanswered or an answer asked for again.
    """
    engineering = ALL_DEPARTMENTS[cell.department].name == "Engineering"
    shape = PROMPTS_PER_ENGINEERING_CONVERSATION if engineering else PROMPTS_PER_CONVERSATION
    messages = 2 * prompts_with_mean(shape, total / cell.size / 2, PROMPTS_AT_MOST, spread(cell.size, rng))
    odd = rng.permutation(np.flatnonzero(messages >= 4))[: cell.size // 16 * 2]
    messages[odd[::2]] += 1
    messages[odd[1::2]] -= 1
    while missing := total - int(messages.sum()):
        step = int(np.sign(missing)) * min(abs(missing), 2)
        able = np.flatnonzero(messages + step >= 2)
        if not len(able):
            step = -1
            able = np.flatnonzero(messages + step >= 2)
        chosen = rng.permutation(able)[: max(abs(missing) // 2, 1)]
        messages[chosen] += step
    return np.sort(messages)[np.argsort(np.argsort(0.6 * depth + rng.standard_normal(cell.size)))]


def draw_prompt_lengths(
    prompts: list[Floats],
    these: list[Cell],
    week: int,
    weeks: int,
    rng: np.random.Generator,
) -> list[Integers]:
    """Return the characters of every prompt of one week, by cell, given their writers' ranks in wording."""
    counts = np.array([len(ranks) for ranks in prompts])
    relative = np.array([ALL_DEPARTMENTS[cell.department].characters for cell in these])
    relative *= 1.0 + 0.015 * rng.standard_normal(len(these))
    mean = between(CHARACTERS, progress(weeks, week)) * counts.sum() / (counts * relative).sum()
    lengths: list[Integers] = []
    for ranks, factor in zip(prompts, relative.tolist(), strict=True):
        drawn = lengths_with_mean(PROMPT_CHARACTERS, mean * factor, PROMPT_CHARACTERS_AT_MOST, spread(len(ranks), rng))
        lengths.append(drawn[np.argsort(np.argsort(0.5 * ranks + rng.standard_normal(len(ranks))))])
    return lengths


def draw_answer_lengths(department: Integers, rng: np.random.Generator) -> Integers:
    """Return the characters of answers, given the place of each one's department."""
    lengths = np.zeros(len(department), dtype=np.int64)
    for place, profile in enumerate(ALL_DEPARTMENTS):
        rows = np.flatnonzero(department == place)
        shares = rng.permutation(spread(len(rows), rng))
        if len(rows):
            lengths[rows] = lengths_with_mean(ANSWER_TOKENS, ANSWER_CHARACTERS * profile.answers, 6000, shares)
    return lengths


def draw_models(
    these: list[Cell],
    older: Floats,
    models: Models,
    weeks: int,
    rng: np.random.Generator,
) -> list[Integers]:
    """Return each session's strongest model (its place in `models.known`) for one week's cells."""
    week = these[0].week
    t = week / (weeks - 1)
    sizes = np.array([cell.size for cell in these])
    noise = 0.0 if week in {0, weeks - 1} else 0.003 * float(rng.standard_normal())
    wanted = round((between(BELOW_REFERENCE, t) + noise) * int(sizes.sum()))
    lean = np.array([ALL_DEPARTMENTS[cell.department].older for cell in these])
    shift = bisect(lambda x: float((sizes / (1 + np.exp(-lean - x))).sum()), wanted, -8.0, 8.0)
    below = np.minimum(apportion(wanted, sizes / (1 + np.exp(-lean - shift))), sizes)
    drawn: list[Integers] = []
    for cell, count in zip(these, below.tolist(), strict=True):
        order = np.argsort(-(older[cell.rows] * 1.2 + rng.standard_normal(cell.size)))
        chosen = np.empty(cell.size, dtype=np.int64)
        for rows, side, offset in (
            (order[:count], models.older, 0),
            (order[count:], models.current, len(models.older)),
        ):
            weights = np.array([between(model.weight, t) for model in side])
            parts = systematic_choice(len(rows), weights, rng)
            chosen[rows] = offset + parts
        drawn.append(chosen)
    return drawn


def systematic_choice(count: int, weights: Floats, rng: np.random.Generator) -> Integers:
    """Return `count` choices among the places of `weights`, in proportion to them, in random order."""
    reached = np.cumsum(weights) / weights.sum()
    return rng.permutation(np.minimum(np.searchsorted(reached, spread(count, rng)), len(weights) - 1))

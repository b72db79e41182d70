"""Seats in several tools: what is shown of them gives nothing about fewer than k people away."""

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
import pytest

from insights.gate import hidden_group, paired
from insights.overlap import hidden_several
from insights.weekly import COLUMNS, PAIR, Weekly
from storage.schema import SEVERAL

K = 5
TOOLS = ("chatgpt", "claude", "cursor", "gemini")
PRICES = dict(zip(TOOLS, (30.0, 25.0, 40.0, 19.0), strict=True))

Kind = tuple[int, frozenset[str], frozenset[str]]
"""A department (from 1), the tools held, and those of them used."""


def subsets(tools: tuple[str, ...] | frozenset[str], least: int = 0) -> Iterator[frozenset[str]]:
    for size in range(least, len(tools) + 1):
        yield from map(frozenset, combinations(sorted(tools), size))


def company(rng: np.random.Generator) -> tuple[tuple[str, ...], dict[Kind, int]]:
    """Return a small company: its tools, and how many people there are of each kind."""
    tools = TOOLS[: rng.integers(2, 5)]
    sparse, large = rng.choice([0.2, 0.5, 0.9]), int(rng.choice([4, 9, 30]))
    people: dict[Kind, int] = {}
    for department in range(1, 1 + int(rng.integers(1, 5))):
        mine = tools[: rng.integers(1, len(tools) + 1)] if rng.random() < 0.5 else tools
        for held in subsets(mine, 1):
            for used in subsets(held):
                if rng.random() < sparse:
                    people[department, held, used] = int(rng.integers(0, large))
    return tools, {kind: number for kind, number in people.items() if number}


def about(name: str, pair: tuple[str, str] | None, held: frozenset[str], used: frozenset[str]) -> bool:
    """Tell whether people of a kind are counted by a column of SEVERAL, or of PAIR for a pair."""
    if pair is None:
        wanted = {"several_seats": True, "several_using_none": not used, "several_using_one": len(used) == 1}
        return len(held) > 1 and wanted.get(name, len(used) > 1)
    using = (pair[0] in used, pair[1] in used)
    wanted_use = {"used_both": (True, True), "used_tool": (True, False), "used_other": (False, True)}
    return set(pair) <= held and (name == "holders" or using == wanted_use.get(name, (False, False)))


def weekly_of(tools: tuple[str, ...], people: dict[Kind, int]) -> Weekly:
    """Return the one week of a company as the roll-ups would hold it."""
    rows = 1 + max(department for department, _, _ in people)
    names = ("*", *tools)
    columns = {name: np.full((len(names), rows, 1), np.nan) for name in COLUMNS}
    for name in (*SEVERAL, "several_unused_spend"):
        columns[name][0] = 0
    for name in ("seats_assigned", "seats_active"):
        columns[name][:] = 0
    pairs = tuple(combinations(sorted(tools), 2))
    of_pairs = np.zeros((len(pairs), len(PAIR), rows, 1))
    for (department, held, used), number in people.items():
        both = ([0, department],)
        for name in SEVERAL:
            columns[name][0, *both] += number * about(name, None, held, used)
        columns["several_unused_spend"][0, *both] += number * unused_price(held, used)
        for tool in held:
            for at in (0, names.index(tool)):
                columns["seats_assigned"][at, *both] += number
                columns["seats_active"][at, *both] += number * (tool in used)
        for (p, pair), (c, name) in product(enumerate(pairs), enumerate(PAIR)):
            of_pairs[p, c, *both] += number * about(name, pair, held, used)
    columns["several_unused"] = columns["several_using_none"] + columns["several_using_one"]
    return Weekly(
        weeks=(),
        departments=("", *(f"D{n}" for n in range(1, rows))),
        tools=names,
        columns=columns,
        estimated=np.zeros((len(names), rows, 1), np.bool_),
        families=(),
        family_sessions=np.zeros((0, len(names), rows, 1)),
        family_people=np.zeros((0, len(names), rows, 1)),
        pairs=pairs,
        pair_people=of_pairs,
    )


def unused_price(held: frozenset[str], used: frozenset[str]) -> float:
    """Return what somebody with several seats leaves unused; nobody else counts."""
    return sum(PRICES[tool] for tool in held - used) if len(held) > 1 else 0.0


class Reader:
    """Somebody who sees every shown number, knows what adds up, and infers who cannot be there from what is 0."""

    def __init__(self, tools: tuple[str, ...], behind: Weekly, *, without_pairs: bool = False) -> None:
        self.behind, self.rows = behind, len(behind.departments)
        self.flags = hidden_several(behind, K)
        self.pairs = paired(behind, K, 0) * (np.nan if without_pairs else 1)
        kinds = [
            (row, held, used) for row in range(1, self.rows) for held in subsets(tools, 1) for used in subsets(held)
        ]
        self.kinds = [kind for kind in kinds if not self._impossible(*kind)]

    def _impossible(self, row: int, held: frozenset[str], used: frozenset[str]) -> bool:
        behind = self.behind
        seats = {tool: behind.columns["seats_assigned"][n, row, 0] for n, tool in enumerate(behind.tools)}
        several = {name: behind.columns[name][0, row, 0] for name in SEVERAL}
        people = behind.pair_people[..., row, 0]
        nobody = any(seats[tool] == 0 for tool in held)
        nobody |= any(about(name, None, held, used) and several[name] == 0 for name in SEVERAL)
        # Who holds three tools is in three pairs: where the pairs add up to all there is nobody like that.
        nobody |= bool(len(held) > 2 and people[:, 0].sum() == several["several_seats"])
        for (p, pair), (c, name) in product(enumerate(behind.pairs), enumerate(PAIR)):
            nobody |= bool(about(name, pair, held, used) and people[p, c] == 0)
            # Everybody with a seat of this tool is seen to hold the other too.
            lone = (people[:, 0] > 0).sum() == 1 and not self.flags["several_seats"][0, row, 0]
            told = lone or not np.isnan(self.pairs[p, 0, row])
            nobody |= told and any(
                seats[tool] == people[p, 0] and tool in held and not set(pair) <= held for tool in pair
            )
        return nobody

    def sums(self, row: int, counts: dict[Kind, float]) -> np.ndarray:
        """Return a number as what it adds up, one factor a kind; row 0 is every department."""
        return np.array([counts.get(kind, 0.0) if row in (0, kind[0]) else 0.0 for kind in self.kinds])

    def cell(self, row: int, name: str, pair: tuple[str, str] | None) -> np.ndarray:
        return self.sums(row, {kind: float(about(name, pair, *kind[1:])) for kind in self.kinds})

    def seats(self, row: int, tool: str, *, active: bool) -> np.ndarray:
        def factor(held: frozenset[str], used: frozenset[str]) -> float:
            if tool == "*":
                return float(len(used if active else held))
            return float(tool in (used if active else held))

        return self.sums(row, {kind: factor(*kind[1:]) for kind in self.kinds})

    def spend(self, row: int) -> np.ndarray:
        return self.sums(row, {kind: unused_price(*kind[1:]) for kind in self.kinds})

    def shown(self) -> list[np.ndarray]:
        """Return every shown number."""
        seats = hidden_group(self.behind, "seats_assigned", K)
        shown = [
            line for row, name, pair, hidden in self.cells() if not hidden for line in [self.cell(row, name, pair)]
        ]
        shown += [self.spend(0)] if not self.flags["several_unused"][0, 0, 0] else []
        for row, (at, tool) in product(range(self.rows), enumerate(self.behind.tools)):
            if not seats[at, row, 0]:
                shown += [self.seats(row, tool, active=each) for each in (False, True)]
        return shown

    def small(self) -> dict[str, np.ndarray]:
        """Return the cells of 1..k-1 people by what they are."""
        found = {}
        for row, name, pair, _ in self.cells():
            count = self.behind.columns[name][0, row, 0] if pair is None else self._count(row, name, pair)
            if 0 < count < K:
                found[f"{row} {name} {pair}"] = self.cell(row, name, pair)
        return found

    def _count(self, row: int, name: str, pair: tuple[str, str]) -> float:
        return float(self.behind.pair_people[self.behind.pairs.index(pair), PAIR.index(name), row, 0])

    def cells(self) -> Iterator[tuple[int, str, tuple[str, str] | None, bool]]:
        """Return every cell with whether it is hidden."""
        for row in range(self.rows):
            for name in SEVERAL:
                yield row, name, None, bool(self.flags[name][0, row, 0])
            for (p, pair), (c, name) in product(enumerate(self.behind.pairs), enumerate(PAIR)):
                yield row, name, pair, bool(np.isnan(self.pairs[p, c, row]))


def follows(shown: list[np.ndarray], wanted: np.ndarray) -> bool:
    """Tell whether a number is a sum of shown ones, by linear algebra."""
    system = np.array(shown).T
    answer = np.linalg.lstsq(system, wanted, rcond=None)[0]
    return bool(np.abs(system @ answer - wanted).max(initial=0) < 1e-8)


def derived(tools: tuple[str, ...], behind: Weekly, *, without_pairs: bool = False) -> set[str]:
    """Return the cells of 1..k-1 people that follow from what is shown."""
    reader = Reader(tools, behind, without_pairs=without_pairs)
    shown = reader.shown()
    return {name for name, line in reader.small().items() if follows(shown, line)}


@pytest.mark.parametrize("seed", range(80))
def test_no_small_cell_follows_from_all_that_is_shown(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tools, people = company(rng)
    # In every department some people hold one tool alone, as they do in companies.
    rows = 1 + max((department for department, _, _ in people), default=1)
    lone = {(row, frozenset({tool}), used) for row in range(1, rows) for tool in tools for used in subsets((tool,))}
    behind = weekly_of(tools, dict.fromkeys(lone, 2) | people)
    assert derived(tools, behind) == set()


@pytest.mark.parametrize("seed", range(40))
def test_pairs_give_nothing_away_that_seats_in_use_do_not_tell_without_them(seed: int) -> None:
    tools, people = company(np.random.default_rng(seed))
    behind = weekly_of(tools, people or {(1, frozenset(tools), frozenset(tools)): 3})
    assert derived(tools, behind) <= derived(tools, behind, without_pairs=True)


def test_large_groups_are_all_shown() -> None:
    one, other = frozenset({"chatgpt"}), frozenset({"claude"})
    both = one | other
    people = {(row, both, used): 10 + row for row in (1, 2) for used in (one, other, both, frozenset[str]())}
    behind = weekly_of(("chatgpt", "claude"), people)
    assert paired(behind, K, 0)[0].tolist() == [[92, 44, 48], [23, 11, 12], [23, 11, 12], [23, 11, 12], [23, 11, 12]]
    assert not any(flags[:, 0].any() for flags in hidden_several(behind, K).values())


def test_departments_are_hidden_before_the_company_is() -> None:
    one, other = frozenset({"chatgpt"}), frozenset({"claude"})
    both = one | other
    people = {(1, both, both): 50, (1, both, one): 20, (2, both, both): 8, (2, both, one): 2, (1, one, one): 30}
    told = paired(weekly_of(("chatgpt", "claude"), people | {(2, other, other): 9}), K, 0)[0]
    assert told[:, 0].tolist() == [80, 58, 22, 0, 0]
    assert np.isnan(told[2, 1:]).all()

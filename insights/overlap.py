"""Which numbers about seats in several tools are hidden: what of them is shown gives no small group away.

A week holds two sorts of tables whose rows are the company and the departments. The table of several seats has all
people with seats of two tools or more, and those who use none, one, or more of them. Each pair of tools has a table
of those who hold both, and which of the two they used. Every table adds up both ways, so each goes through the gate
alone. They hang together as well: who holds three tools is in three pairs, so the pairs add up to those with several
seats and an excess, which nobody is told, and which is nothing where nobody holds three.

The numbers of several seats are gated first, and never depend on the pairs. Then so many cells of the pairs are
hidden that no small cell of either sort follows from everything that is shown, even for somebody who knows every
excess, and that a small excess is shown to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.privacy import hidden_cells
from insights.weekly import Flags, Floats, Weekly
from storage.schema import SEVERAL

UNUSED = "several_unused"
GROUPS = frozenset({*SEVERAL, UNUSED})
"""The columns by which metrics about several seats are gated."""

LINKS = ((0, (0,)), (1, (4,)), (2, (2, 3)), (3, (1,)))
"""Each column of several seats (SEVERAL), with the columns of a pair (`insights.weekly.PAIR`) that are part of it."""

ROUNDS = 30
"""After so many attempts to hide little, all pairs of the week are hidden."""

Known = tuple[int, tuple[int, ...], int]
"""A pair, columns of it and a row: the sum of these cells is known from elsewhere."""


def hidden_several(behind: Weekly, k: int) -> dict[str, Flags]:
    """Return, by column of GROUPS, which cells are hidden; (tools, departments, weeks), of all tools together alone."""
    shape = behind.columns[UNUSED].shape
    flags = {name: np.zeros(shape, np.bool_) for name in GROUPS}
    for week in range(shape[2]):
        counts = several_of(behind, week)
        shut = hidden_cells(counts, k)
        for n, name in enumerate(SEVERAL):
            flags[name][0, :, week] = shut[:, n]
        told = np.nan_to_num(behind.columns["several_unused_spend"][0, 0, week])
        flags[UNUSED][0, 1:, week] = True
        flags[UNUSED][0, 0, week] = _tells_of_few(counts, shut, float(told), behind.pair_people[..., week], k)
    return flags


def several_of(behind: Weekly, week: int) -> Floats:
    """Return the table of several seats of one week: (departments, SEVERAL)."""
    return np.stack([np.nan_to_num(behind.columns[name][0, :, week]) for name in SEVERAL], axis=1)


def _tells_of_few(counts: Floats, shut: Flags, spend: float, pairs: Floats, k: int) -> bool:
    """Tell whether the company's spend would say how many few people left which seats unused."""
    people = counts[0, 1] + counts[0, 2]
    if shut[0, 0] or shut[0, 3] or 0 < people < k or (spend and not people):
        return True
    # Unless many people with three seats leave some of them unused, the spend is the pairs' people times known prices:
    # one equation more for their small cells, and for those that cover them.
    if _excess(counts, pairs)[0, 1:3].sum() > (k - 1) * _most(pairs)[0]:
        return False
    return bool(((pairs[..., 0] > 0) & (pairs[..., 0] < k)).any() or shut[0, 1:3].any())


def _excess(counts: Floats, pairs: Floats) -> Floats:
    """Return by how much the pairs add up to more than the people with several seats: (departments, SEVERAL)."""
    if not len(pairs):
        return np.zeros_like(counts)
    return np.stack([pairs[:, columns, :].sum(axis=(0, 1)) - counts[:, n] for n, columns in LINKS], axis=1)


def _most(pairs: Floats) -> NDArray[np.int_]:
    """Return, by row, what one person may add to the excess: all pairs there are, but the one she is counted as."""
    return np.asarray(np.maximum(1, (pairs[:, 0] > 0).sum(axis=0) - 1))


def hidden_pairs(several: Floats, shut: Flags, pairs: Floats, known: Sequence[Known], k: int) -> Flags:
    """Return which cells of one week's pairs are hidden, of the shape of `pairs` (pairs, PAIR, departments).

    `several` (departments, SEVERAL) are the people with several seats, `shut` which of these are hidden. `known` are
    sums of a pair's cells that other metrics tell.
    """
    week = _Week(several=several, shut=shut, pairs=pairs, known=tuple(known), k=k)
    hidden = week.gated(week.of_small_excess())
    # What follows without any pair, from the seats in use where all their holders hold both, is not the pairs' to hide.
    anyway = set(week.derived(np.asarray(pairs > 0)))
    for _ in range(ROUNDS):
        derived = [each for each in week.derived(hidden) if each not in anyway]
        if not derived:
            return hidden
        for place in derived:
            for at in week.beside(place, hidden):
                hidden[at] = True
        hidden = week.gated(hidden)
    return np.asarray(pairs > 0)


Place = tuple[int, int, int]
"""A pair (-1: several seats), a column of PAIR or SEVERAL, and a row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Week:
    """The tables of one week, and what binds them."""

    several: Floats
    shut: Flags
    pairs: Floats
    known: tuple[Known, ...]
    k: int

    def gated(self, hidden: Flags) -> Flags:
        """Return what is hidden when each pair's table has gone through the gate alone.

        The company comes first: where departments would take more of it with them, they are hidden instead.
        """
        told = self._told()
        shown = hidden.copy()
        for p, cells in enumerate(self.pairs):
            company = hidden[p].copy()
            company[:, :1] = hidden_cells(cells[:, :1].T, self.k, hidden[p, :, :1].T).T
            shown[p] = hidden_cells(np.where(told, 0, cells).T, self.k, company.T).T
            shown[p, :, 0] |= company[:, 0]
            if (shown[p, :, 0] != company[:, 0]).any():
                shown[p], shown[p, :, 0] = cells > 0, company[:, 0]
        return shown

    def _told(self) -> Flags:
        """Cells of a pair, (PAIR, departments), that the table of several seats shows where nobody holds another."""
        alone = ((self.pairs[:, 0] > 0).sum(axis=0) == 1) & (_excess(self.several, self.pairs) == 0).all(axis=1)
        told = np.zeros(self.pairs.shape[1:], np.bool_)
        for column, (first, *others) in LINKS:
            if not others:
                told[first] = alone & ~self.shut[:, column]
        return told

    def of_small_excess(self) -> Flags:
        """Return the smallest cell of each sum that would tell of fewer than k people with three seats or more."""
        hidden = np.zeros(self.pairs.shape, np.bool_)
        excess = _excess(self.several, self.pairs)
        few = excess <= (self.k - 1) * _most(self.pairs)[:, None]
        for row, column in np.argwhere((excess > 0) & few).tolist():
            cells = self.pairs[:, LINKS[column][1], row]
            pair, part = np.unravel_index(int(np.where(cells > 0, cells, np.inf).argmin()), cells.shape)
            hidden[pair, LINKS[column][1][part], row] = True
        return hidden

    def derived(self, hidden: Flags) -> list[Place]:
        """Return the hidden small cells that follow exactly from all that is shown."""
        unknown = self._unknown(hidden)
        number = {place: n for n, place in enumerate(unknown)}
        lines = [line for line in self._equations(number) if line]
        system = np.zeros((len(lines), len(unknown)))
        for n, line in enumerate(lines):
            for at, factor in line.items():
                system[n, at] += factor
        settled = _settled(system)
        return [place for place, small in unknown.items() if small and settled[number[place]]]

    def _unknown(self, hidden: Flags) -> dict[Place, bool]:
        """Return every cell that is not shown, and whether it is small."""
        found: dict[Place, bool] = {}
        for p, column, row in np.argwhere(hidden & (self.pairs > 0)).tolist():
            found[p, column, row] = bool(self.pairs[p, column, row] < self.k)
        for row, column in np.argwhere(self.shut & (self.several > 0)).tolist():
            found[-1, column, row] = bool(self.several[row, column] < self.k)
        return found

    def _equations(self, number: dict[Place, int]) -> list[dict[int, float]]:
        """Return each equation as the factors of its unknown numbers; what is shown is a constant."""
        rows = range(self.pairs.shape[2])
        tables = [(p, len(self.pairs[p])) for p in range(len(self.pairs))] + [(-1, self.several.shape[1])]
        sums: list[tuple[list[Place], list[Place]]] = []
        for table, columns in tables:
            sums += [([(table, 0, row)], [(table, column, row) for column in range(1, columns)]) for row in rows]
            if len(rows) > 1:
                sums += [([(table, each, 0)], [(table, each, row) for row in rows[1:]]) for each in range(columns)]
        for column, parts in LINKS:
            sums += [
                ([(p, part, row) for p in range(len(self.pairs)) for part in parts], [(-1, column, row)])
                for row in rows
            ]
        told = self._told()[0]
        sums += [
            ([(p, column, row) for column in columns], [])
            for p, columns, row in self.known
            if told[row] or (p, 0, row) not in number
        ]
        return [
            {number[each]: 1.0 for each in left if each in number}
            | {number[each]: -1.0 for each in right if each in number}
            for left, right in sums
        ]

    def beside(self, place: Place, hidden: Flags) -> list[Place]:
        """Return the smallest open cell that may keep `place` from being worked out, nearest tables first."""
        table, column, row = place
        part = np.zeros(self.pairs.shape, np.bool_)
        part[slice(None) if table < 0 else table] = True
        columns = LINKS[column][1] if table < 0 else (column,)
        category = next(parts for _, parts in LINKS if columns[0] in parts)
        alike, across = np.zeros_like(part), np.zeros_like(part)
        alike[:, list(category)] = True
        across[:, :, row] = True
        below = np.ones_like(part)
        below[:, :, 0] = False
        choices = (across & alike, across & part) if not row else (below & part, below & across, across, part)
        open_cells = (self.pairs > 0) & ~hidden
        for choice in (*choices, np.ones_like(part)):
            if (wanted := open_cells & choice).any():
                at = np.unravel_index(int(np.where(wanted, self.pairs, np.inf).argmin()), part.shape)
                return [(int(at[0]), int(at[1]), int(at[2]))]
        return []


def _settled(system: Floats) -> NDArray[np.bool_]:
    """Return which unknowns have but one solution.

    A random vector is projected on the null space: where that is 0, the null space is, but for chance of measure 0.
    """
    if not system.size:
        return np.zeros(system.shape[1], np.bool_)
    start = np.random.default_rng(0).uniform(1.0, 2.0, system.shape[1])
    answer = np.linalg.lstsq(system.T, start, rcond=None)[0]
    return np.asarray(np.abs(start - system.T @ answer) < 1e-7)

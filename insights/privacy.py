"""The small-group gate: nothing about fewer than k people leaves `insights/`, nor can it be found by subtraction.

One week is a table: a row a department, with the company in row 0, and a column a tool, with all tools together in
column 0. Where a measure adds up, the company is the sum of its departments and all tools the sum of the tools, so
every row and every column is an equation. Cells about 1..k-1 people are hidden; then more cells are hidden
(complementary suppression) until no equation, nor any combination of them, gives a small cell away:

- What a line's visible cells leave over is about at least k people. Departments do not share people within a
  column, so their counts add up; tools do, so there one hidden cell must alone count k.
- Seen as a graph whose nodes are lines and whose edges are hidden cells, a hidden cell can be worked out exactly
  when it is a bridge (Gusfield, "A graph theoretic approach to statistical data security", SIAM J. Comput. 17, 1988).

The table is always the whole one, whatever was asked, so that two answers hide the same cells.
"""

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
Flags = NDArray[np.bool_]
Cell = tuple[int, int]


def hidden_cells(counts: Counts, k: int, hidden: Flags | None = None) -> Flags:
    """Return which cells of one week's table must not be shown, as flags of the shape of `counts`.

    `counts` (departments + 1, tools + 1) says how many people each cell is about; 0 where it is about nobody.
    `hidden` are cells that must be hidden anyway.
    """
    full = counts > 0
    shut = full & (counts < k)
    if hidden is not None:
        shut = shut | (full & hidden)
    if not shut.any():
        return shut
    table = _Table(counts, full, k)
    while more := table.exposed(shut):
        for cell in more:
            shut[cell] = True
    return shut


class _Table:
    """One week's table with its equations."""

    def __init__(self, counts: Counts, full: Flags, k: int) -> None:
        self.counts, self.full, self.k = counts, full, k
        self.rows, self.columns = counts.shape

    def exposed(self, shut: Flags) -> list[Cell]:
        """Return cells to hide next; none when nothing small can be worked out any more."""
        more = self._left_over(shut) if self.rows > 1 else []
        if not more and self.columns > 1:
            more = [(r, c) for c, r in _Table(self.counts.T, self.full.T, self.k).left_over_of_tools(shut.T)]
        return more or self._break_bridge(shut)

    def _left_over(self, shut: Flags) -> list[Cell]:
        """Return a cell for each tool whose hidden departments have fewer than k people together."""
        gone = np.where(shut[1:], self.counts[1:], 0).sum(axis=0)
        return self._spare(np.flatnonzero((gone > 0) & (gone < self.k) & ~shut[0]), shut)

    def left_over_of_tools(self, shut: Flags) -> list[Cell]:
        """Return the same for the table on its side: no hidden tool of a department alone has k people."""
        gone = np.where(shut[1:], self.counts[1:], 0).max(axis=0)
        return self._spare(np.flatnonzero((gone > 0) & (gone < self.k) & ~shut[0]), shut)

    def _spare(self, columns: NDArray[np.intp], shut: Flags) -> list[Cell]:
        """Return the smallest open part of each column, or else its total."""
        chosen: list[Cell] = []
        for column in columns.tolist():
            parts = np.flatnonzero(self.full[1:, column] & ~shut[1:, column]) + 1
            if len(parts):
                chosen.append((int(parts[np.argmin(self.counts[parts, column])]), column))
            elif self.full[0, column]:
                chosen.append((0, column))
        return chosen

    def _ends(self, cell: Cell) -> tuple[int, int]:
        """Return the two lines that a cell lies on; one line that stands for all where there is no equation."""
        row, column = cell
        free = self.rows + self.columns
        return (row if self.columns > 1 else free), (self.rows + column if self.rows > 1 else free)

    def _break_bridge(self, shut: Flags) -> list[Cell]:
        """Return a cell that, hidden too, keeps a small cell from being worked out."""
        cells: list[Cell] = [(int(r), int(c)) for r, c in np.argwhere(shut)]
        edges = [self._ends(cell) for cell in cells]
        for number in bridges(edges):
            if self.counts[cells[number]] >= self.k:
                continue
            if spare := self._across(_reach(edges, start=edges[number][0], without=number), shut):
                return [spare]
        return []

    def _across(self, near: set[int], shut: Flags) -> Cell | None:
        """Return the smallest open cell with one end among the nodes `near` and the other outside."""
        free = self.rows + self.columns
        row_near = np.array([(r if self.columns > 1 else free) in near for r in range(self.rows)])
        column_near = np.array([(self.rows + c if self.rows > 1 else free) in near for c in range(self.columns)])
        crossing = self.full & ~shut & (row_near[:, None] != column_near[None, :])
        if not crossing.any():
            return None
        row, column = divmod(int(np.where(crossing, self.counts, np.inf).argmin()), self.columns)
        return row, column


def bridges(edges: list[tuple[int, int]]) -> list[int]:
    """Return the numbers of those edges that lie on no cycle; two edges between the same nodes are a cycle.

    A loop (an edge from a node to itself) is no bridge.
    """
    around: dict[int, list[tuple[int, int]]] = {}
    for number, (a, b) in enumerate(edges):
        around.setdefault(a, []).append((b, number))
        around.setdefault(b, []).append((a, number))
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    found: list[int] = []
    for root, first in around.items():
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack = [(root, -1, iter(first))]
        while stack:
            node, came, rest = stack[-1]
            for other, number in rest:
                if number == came:
                    continue
                if other in order:
                    low[node] = min(low[node], order[other])
                else:
                    order[other] = low[other] = len(order)
                    stack.append((other, number, iter(around[other])))
                    break
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    low[above] = min(low[above], low[node])
                    if low[node] > order[above]:
                        found.append(came)
    return sorted(found)


def _reach(edges: list[tuple[int, int]], *, start: int, without: int) -> set[int]:
    """Return the nodes that can be reached from `start` when one edge is taken away."""
    around: dict[int, list[int]] = {}
    for number, (a, b) in enumerate(edges):
        if number != without:
            around.setdefault(a, []).append(b)
            around.setdefault(b, []).append(a)
    seen, waiting = {start}, [start]
    while waiting:
        for other in around.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen

"""Tables in Adaptive Cards: as many columns as a phone holds, a few rows at once, the others at a press."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.card import Table
from bot.format import one_line, shorten
from bot.render.teams_elements import SHORT, Element, Piece, defanged, heading, plain, rich, run, toggle

_ROWS = 12  # shown at once
_ROWS_APIECE = 60
_PIECE = 40_000  # bytes of rows that are shown at one press, of which each cell takes:
_CELL_BESIDES = 180
_COLUMNS = 6  # with the first; more are hard to compare on any screen
_PHONE = 340  # pixels of a card on a phone
_LETTER = 6.85  # pixels of a small bold letter, on average
_WORD = 16  # letters; what is longer is broken anywhere
_CELL = 120


def table_pieces(table: Table) -> list[Piece]:
    """The first rows, and the others behind a button; columns that a phone can't hold beside each other follow."""
    caption = shorten(defanged(table.caption), SHORT)
    pieces: list[Piece] = []
    for part in _parts(table):
        rows = part.rows if len(part.rows) <= _ROWS + 3 else part.rows[:_ROWS]
        head = [heading(caption)] if caption and not pieces else []
        first, *more = (*head, _grid(part, rows))
        pieces.append(Piece(elements=(first | {"spacing": "Large"}, *more)))
        at = len(rows)
        while at < len(part.rows):
            count = _holds(part, at)
            pieces.append(_hidden(part, at, count, f"rows:{len(pieces)}"))
            at += count
    return pieces


def _holds(table: Table, at: int) -> int:
    """How many rows from `at` on are shown at one press."""
    size = 0
    for count, row in enumerate(table.rows[at : at + _ROWS_APIECE]):
        size += sum(_CELL_BESIDES + 4 * len(_cell(cell)) for cell in row)
        if count and size > _PIECE:
            return count
    return min(_ROWS_APIECE, len(table.rows) - at)


def _hidden(table: Table, at: int, count: int, name: str) -> Piece:
    rows = table.rows[at : at + count]
    show = toggle(f"Show rows {at + 1} to {at + len(rows)}", name)
    grid = _grid(table, rows) | {"id": name, "isVisible": False}
    return Piece(elements=({"type": "ActionSet", "actions": [show]}, grid))


def _parts(table: Table) -> list[Table]:
    """The table, or several of as many columns as a phone shows without breaking the words of their heads.

    Each has the first column, so that a row can be told, and about as many of the others.
    """
    others = list(range(1, len(table.columns)))
    for count in range(1, len(others) + 1):
        parts = _shared_out(others, count)
        if all(_fits(table, [0, *part]) for part in parts):
            return [_chosen(table, [0, *part]) for part in parts]
    return [_chosen(table, [0, *part]) for part in _shared_out(others, max(len(others), 1))]


def _shared_out(columns: Sequence[int], count: int) -> list[Sequence[int]]:
    """The columns in order, in so many parts that differ by one at most, the longer first."""
    least, more = divmod(len(columns), count)
    ends = [least * n + min(n, more) for n in range(count + 1)]
    return [columns[start:end] for start, end in pairwise(ends)]


def _fits(table: Table, columns: Sequence[int]) -> bool:
    """Whether the heads' longest word fits into a column of a phone's width; the first is half as wide again."""
    first, *others = (max(map(len, one_line(table.columns[i]).split()), default=0) for i in columns)
    longest = max([first / 1.5, *others])
    return len(columns) <= _COLUMNS and _PHONE / (len(columns) + 0.5) >= min(longest, _WORD) * _LETTER


def _chosen(table: Table, columns: Sequence[int]) -> Table:
    def of(cells: Sequence[str]) -> tuple[str, ...]:
        return tuple(cells[i] if i < len(cells) else "" for i in columns)

    numeric = tuple(at for at, column in enumerate(columns) if column in table.numeric)
    return replace(table, columns=of(table.columns), rows=tuple(map(of, table.rows)), numeric=numeric)


def _grid(table: Table, rows: Sequence[Sequence[str]]) -> Element:
    sides = ["right" if i in table.numeric else "left" for i in range(len(table.columns))]

    def row(cells: Sequence[Element | str]) -> Element:
        told = [{"type": "TableCell", "items": [rich(cell)]} for cell in cells]
        return {"type": "TableRow", "cells": told}

    return {
        "type": "Table",
        "columns": [
            {
                "type": "TableColumnDefinition",
                "width": 1 if side == "right" else 2,
                "horizontalCellContentAlignment": side,
            }
            for side in sides
        ],
        "rows": [
            row([run(_cell(cell), size="Small", weight="Bolder") for cell in table.columns]),
            *(row([plain(_cell(cell)) for cell in cells]) for cells in rows),
        ],
        "showGridLines": True,
    }


def _cell(text: str) -> str:
    return shorten(one_line(text), _CELL) or " "

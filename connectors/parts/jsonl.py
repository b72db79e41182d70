"""Lines of JSON: decoded all at once where every one is sound, line by line where one is not."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from connectors.rows import BadLine, Rows

FOREIGN = "another kind of event"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UNREADABLE_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)

E = TypeVar("E")
RowsOf = Callable[[Sequence[E], Sequence[int], int], Rows]
"""From events, the number of each one's line, and how many lines there are in all, to rows."""

_PLACE = re.compile(r"`\$\.([a-z_.]+)`$")


class _Kind(msgspec.Struct):
    type: str | None = None


_KIND = msgspec.json.Decoder(_Kind)


def read_lines(piece: bytes, decoder: msgspec.json.Decoder[E], rows_of: RowsOf[E], kinds: frozenset[str]) -> Rows:
    """Return the rows of a piece of a log file. Lines that cannot be read are counted, and reported by number.

    One that says it is of another kind than `kinds` is foreign, not bad.
    """
    try:
        events = decoder.decode_lines(piece)
    except UNREADABLE_JSON:
        return _read_by_line(piece, decoder, rows_of, kinds)
    return rows_of(events, range(1, len(events) + 1), len(events))


def why_unreadable(error: Exception) -> str:
    """Say what is wrong with a line in words of our own, for a library's may hold the line's."""
    match error:
        case msgspec.ValidationError():
            # Of msgspec's words only the place is taken, and only if it is made of names of our fields.
            place = _PLACE.search(str(error))
            return f"{place[1] if place else 'a field'} has another type than expected"
        case RecursionError():
            return "nested too deeply"
        case _:
            return "not JSON"


def _read_by_line(piece: bytes, decoder: msgspec.json.Decoder[E], rows_of: RowsOf[E], kinds: frozenset[str]) -> Rows:
    events: list[E] = []
    numbers: list[int] = []
    bad: list[BadLine] = []
    foreign = number = 0
    cut = False
    for line in piece.removeprefix(BYTE_ORDER_MARK).split(b"\n"):
        if not line.strip():
            continue
        number += 1
        cut = False
        try:
            events.append(decoder.decode(line))
            numbers.append(number)
        except UNREADABLE_JSON as error:
            cut = not piece.endswith(b"\n") and not isinstance(error, msgspec.ValidationError)
            if _is_foreign(line, kinds):
                foreign += 1
            else:
                bad.append(BadLine(line=number, why=why_unreadable(error)))
    rows = rows_of(events, numbers, number)
    passed = dict(rows.passed)
    if foreign:
        passed[FOREIGN] = passed.get(FOREIGN, 0) + foreign
    return Rows(lines=number, messages=rows.messages, costs=rows.costs, bad=(*bad, *rows.bad), passed=passed, cut=cut)


def _is_foreign(line: bytes, kinds: frozenset[str]) -> bool:
    try:
        kind = _KIND.decode(line).type
    except UNREADABLE_JSON:
        return False
    return kind is not None and kind not in kinds

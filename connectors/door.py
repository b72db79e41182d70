"""The only way in. Addresses become pseudonyms, text becomes its length, ids become keyed hashes.

What comes out holds no address, no text and no vendor's id: `Events`, `Seat`, `Member` and `Alias` alone.

Content that is absent, or holds no text (an image), is a message without characters: it counts as a message and as a
prompt, adds nothing to characters, and is neither short nor long. Lengths are in characters (Unicode code points);
where a psoxy proxy has put a digest in place of the text, they are the digest's, in UTF-16 units.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from connectors import identity
from connectors.events import (
    ABSENT,
    ANSWER,
    NOBODY,
    OTHER,
    PROMPT,
    CostColumns,
    Events,
    MessageColumns,
    joined,
    no_costs,
    no_messages,
    take,
)
from connectors.keyedhash import hash_strings
from connectors.rows import Account, BadLine, CostRow, MessageRows, Rows
from connectors.timestamps import UNREADABLE, read_times
from storage.facts import NO_MODEL, Alias, Person, Seat
from storage.models import UNRECOGNISED

NOT_A_PERSON = "not a person (an API key or the system wrote it)"

Number = TypeVar("Number", bound=np.generic)

_MODEL = re.compile(r"[a-z0-9][a-z0-9._:-]{0,47}")
_KINDS = {"user": PROMPT, "assistant": ANSWER}
_MOST_CHARACTERS = 1 << 31
_MOST_TOKENS = 1 << 50
_UNKNOWN_START = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Door:
    """The organisation's own key, for one tool's accounts. Two doors with the same key give the same pseudonyms."""

    key: bytes
    tool: str

    def __post_init__(self) -> None:
        identity.check_key(self.key)

    def __repr__(self) -> str:
        return f"Door(tool={self.tool!r})"

    def person(self, email: str | None) -> Person | None:
        """Return the pseudonym of an address; None where there is none."""
        canonical = identity.canonical_email(email)
        return None if canonical is None else identity.pseudonym(self.key, canonical)

    def account(self, account: str | None) -> Person | None:
        """Return the pseudonym of the tool's account id; None where there is none."""
        canonical = identity.canonical_account(account)
        return None if canonical is None else identity.account_pseudonym(self.key, self.tool, canonical)


class _Digest(msgspec.Struct, forbid_unknown_fields=True):
    """What psoxy puts in place of a text."""

    length: int
    word_count: int
    keywords: dict[str, int] | None = None


class _Codes(dict[str | None, int]):
    """Codes of raw values, given out as they are first met."""

    def __init__(self, admit: "_Admit") -> None:
        super().__init__()
        self._admit = admit

    def __missing__(self, raw: str | None) -> int:
        code = self[raw] = self._admit(raw)
        return code


class _Admit(Protocol):
    def __call__(self, raw: str | None, /) -> int: ...


class Entry:
    """Admits the pieces of one file, one after the other, and gathers what came through."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._hash_key = identity.hash_key(door.key)
        self._people: dict[Person, int] = {}
        self._models: dict[str, int] = {NO_MODEL: 0}
        self._same: dict[tuple[int, int], None] = {}
        self._emails = _Codes(lambda raw: self._code(door.person(raw)))
        self._accounts = _Codes(lambda raw: self._code(door.account(raw)))
        self._slugs = _Codes(lambda raw: self._models.setdefault(model_name(raw), len(self._models)))
        self._kinds = _Codes(lambda raw: _KINDS.get((raw or "").strip().lower(), OTHER))
        self._messages: list[MessageColumns] = [no_messages()]
        self._costs: list[CostColumns] = [no_costs()]

    def _code(self, person: Person | None) -> int:
        return NOBODY if person is None else self._people.setdefault(person, len(self._people))

    def admit(self, rows: Rows) -> tuple[list[BadLine], dict[str, int]]:
        """Take rows in. Return the lines found bad at the door, and counts of those passed over, by reason."""
        bad: list[BadLine] = []
        passed: dict[str, int] = {}
        for messages in rows.messages:
            self._admit_messages(messages, bad, passed)
        self._admit_costs(rows.costs, bad, passed)
        return bad, passed

    def events(self) -> Events:
        """Return everything that came through."""
        return Events(
            people=tuple(self._people),
            models=tuple(self._models),
            same=tuple(self._same),
            messages=joined(self._messages),
            costs=joined(self._costs),
        )

    def _admit_messages(self, rows: MessageRows, bad: list[BadLine], passed: dict[str, int]) -> None:
        size = len(rows.line)
        time = read_times(rows.time)
        kind = _column(map(self._kinds.__getitem__, rows.author), np.uint8, size)
        event = hash_strings(rows.event, self._hash_key)
        message, parent, conversation = _hash_shared((rows.message, rows.parent, rows.conversation), self._hash_key)
        person = self._persons(rows.email, rows.account)
        columns = MessageColumns(
            event=event,
            message=np.where(message == 0, event, message),
            parent=parent,
            conversation=conversation,
            time=time,
            person=person,
            model=_column(map(self._slugs.__getitem__, rows.model), np.int32, size),
            kind=kind,
            characters=_column(map(length_of, rows.content), np.int32, size),
        )
        faults = (
            (time == UNREADABLE, "no readable time"),
            (conversation == 0, "no conversation id"),
            ((event == 0) & (message == 0), "neither an event id nor a message id"),
            (_column(map(_is_empty, rows.author), np.bool_, size), "no author"),
        )
        sound = _without_faults(faults, rows.line, bad)
        nobody = sound & (kind == PROMPT) & (person == NOBODY)
        _count(passed, NOT_A_PERSON, int(nobody.sum()))
        keep = sound & ~nobody
        self._messages.append(columns if keep.all() else take(columns, keep))

    def _admit_costs(self, rows: Sequence[CostRow], bad: list[BadLine], passed: dict[str, int]) -> None:
        if not rows:
            return
        bad += [BadLine(line=row.line, why="tokens or amounts that cannot be") for row in rows if not _is_possible(row)]
        rows = [row for row in rows if _is_possible(row)]
        time = read_times([row.time for row in rows])
        event = hash_strings([row.event for row in rows], self._hash_key)
        person = self._persons([row.email for row in rows], [row.account for row in rows])
        columns = CostColumns(
            event=event,
            time=time,
            person=person,
            model=np.array([self._slugs[row.model] for row in rows], np.int32),
            input_tokens=np.array([_or_absent(row.input_tokens) for row in rows], np.int64),
            output_tokens=np.array([_or_absent(row.output_tokens) for row in rows], np.int64),
            credits=np.array([np.nan if row.credits is None else row.credits for row in rows], np.float64),
            cost=np.array([np.nan if row.cost is None else row.cost for row in rows], np.float64),
        )
        faults = ((time == UNREADABLE, "no readable time"), (event == 0, "no event id"))
        sound = _without_faults(faults, [row.line for row in rows], bad)
        nobody = sound & (person == NOBODY)
        _count(passed, NOT_A_PERSON, int(nobody.sum()))
        self._costs.append(take(columns, sound & ~nobody))

    def _persons(self, emails: Sequence[str | None], accounts: Sequence[str | None]) -> NDArray[np.int32]:
        """Return codes: of the address, else of the account. Notes which account goes with which address."""
        by_email = _column(map(self._emails.__getitem__, emails), np.int32, len(emails))
        by_account = _column(map(self._accounts.__getitem__, accounts), np.int32, len(emails))
        both = np.flatnonzero((by_email != NOBODY) & (by_account != NOBODY))
        pairs = np.unique(by_account[both].astype(np.int64) << 32 | by_email[both])
        self._same |= {(pair >> 32, pair & 0xFFFFFFFF): None for pair in pairs.tolist()}
        return np.where(by_email == NOBODY, by_account, by_email)


def model_name(raw: str | None) -> str:
    """Return a vendor's model name in lower case; NO_MODEL for none, `unrecognised` for what looks like no name."""
    plain = (raw or "").strip().lower()
    if not plain:
        return NO_MODEL
    return plain if _MODEL.fullmatch(plain) else UNRECOGNISED


def length_of(content: object) -> int:
    """Return the characters of a message's content; ABSENT where it holds no text."""
    if content.__class__ is str:
        text: str = content
        return len(text) if text[:1] != "{" else _length_of_digest(text)
    match content:
        case list():
            lengths = [length_of(each) for each in content]
        case dict():
            lengths = [length_of(content[name]) for name in ("text", "value", "parts") if name in content]
        case _:
            lengths = []
    known = [length for length in lengths if length != ABSENT]
    return sum(known) if known else ABSENT


def seats_of(
    door: Door, accounts: Sequence[Account], known: Mapping[Person, Seat], price: float | None, today: date
) -> tuple[list[Seat], list[Alias]]:
    """Return the seats that accounts hold, and which account belongs to which address.

    An account that is no longer active gave its seat up on the day that was `known` before, else today; one that was
    inactive when first seen holds none, since nobody knows until when it did. One whose creation the vendor does not
    tell has held its seat since 1970.
    """
    seats: dict[Person, Seat] = {}
    aliases: dict[Person, Alias] = {}
    for account in accounts:
        email, own = door.person(account.email), door.account(account.id)
        person = email or own
        if person is None:
            continue
        if email and own:
            aliases[own] = Alias(alias=own, person=email)
        start = account.created or _UNKNOWN_START
        before = known.get(person)
        if before is None and not account.active:
            continue
        ended = before.end if before and before.end else today
        seat = Seat(
            person=person,
            tool=door.tool,
            start=start,
            end=None if account.active else max(ended, start + timedelta(days=1)),
            plan=model_name(account.plan),
            price=price,
        )
        held = seats.get(person)
        if held is None or (held.end is not None and seat.end is None):
            seats[person] = seat
    return list(seats.values()), list(aliases.values())


def _length_of_digest(text: str) -> int:
    try:
        length = msgspec.json.decode(text, type=_Digest).length
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return len(text)
    return length if 0 <= length < _MOST_CHARACTERS else ABSENT


def _hash_shared(columns: Sequence[Sequence[str | None]], key: bytes) -> list[NDArray[np.uint64]]:
    """Hash columns that name each other's values, each value once."""
    known: dict[str | None, int] = {}
    for column in columns:
        known |= dict.fromkeys(column, 0)
    hashes = dict(zip(known, hash_strings(list(known), key).tolist(), strict=True))
    return [_column(map(hashes.__getitem__, column), np.uint64, len(column)) for column in columns]


def _column(values: Iterable[int], kind: type[Number], size: int) -> NDArray[Number]:
    return np.fromiter(values, kind, size)


def _is_empty(text: str | None) -> bool:
    return not text


def _or_absent(value: int | None) -> int:
    return ABSENT if value is None else value


def _is_possible(row: CostRow) -> bool:
    tokens = all(each is None or 0 <= each < _MOST_TOKENS for each in (row.input_tokens, row.output_tokens))
    return tokens and all(each is None or math.isfinite(each) for each in (row.credits, row.cost))


def _count(counts: dict[str, int], reason: str, more: int) -> None:
    if more:
        counts[reason] = counts.get(reason, 0) + more


def _without_faults(
    faults: Sequence[tuple[NDArray[np.bool_], str]], lines: Sequence[int], bad: list[BadLine]
) -> NDArray[np.bool_]:
    """Report each row that has a fault once, by its first; return which rows have none."""
    sound = np.ones(len(lines), bool)
    for faulty, why in faults:
        bad.extend(BadLine(line=lines[row], why=why) for row in np.flatnonzero(faulty & sound).tolist())
        sound &= ~faulty
    return sound

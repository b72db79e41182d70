"""The only way in. Addresses become pseudonyms, text becomes its length, ids become keyed hashes.

What comes out holds no address, no text and no vendor's id: `Events`, `Seat`, `Member` and `Alias` alone.

Content that is absent, or holds no text (an image), is a message without characters: it counts as a message and as a
prompt, adds nothing to characters, and is neither short nor long. Lengths are in characters (Unicode code points);
where a psoxy proxy has put a digest in place of the text, they are the digest's, in UTF-16 units.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from connectors import identity
from connectors.files.distinct import distinct
from connectors.files.events import (
    ABSENT,
    ANSWER,
    NOBODY,
    OTHER,
    PROMPT,
    CostColumns,
    Events,
    MessageColumns,
    take,
)
from connectors.files.keyedhash import hash_strings
from connectors.files.timestamps import UNREADABLE, read_times
from connectors.rows import Account, BadLine, CostRow, Rows
from storage.facts import NO_MODEL, Alias, Person, Seat
from storage.models import UNRECOGNISED

NOT_A_PERSON = "not a person (an API key or the system wrote it)"

Number = TypeVar("Number", bound=np.generic)

_MODEL = re.compile(r"[a-z0-9][a-z0-9._:-]{0,47}")
_NO_AUTHOR = 255
_MOST_CHARACTERS = 1 << 31
_MOST_TOKENS = 1 << 50
_MOST_NAMES = 1 << 16


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
        return _person(self.key, email)

    def account(self, account: str | None) -> Person | None:
        """Return the pseudonym of the tool's account id; None where there is none."""
        return _account(self.key, self.tool, account)


# The same few thousand people come again in every file.
@lru_cache(maxsize=1 << 16)
def _person(key: bytes, email: str | None) -> Person | None:
    canonical = identity.canonical_email(email)
    return None if canonical is None else identity.pseudonym(key, canonical)


@lru_cache(maxsize=1 << 16)
def _account(key: bytes, tool: str, account: str | None) -> Person | None:
    canonical = identity.canonical_account(account)
    return None if canonical is None else identity.account_pseudonym(key, tool, canonical)


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


def _kind(author: str | None) -> int:
    plain = (author or "").strip().lower()
    return {"user": PROMPT, "assistant": ANSWER, "": _NO_AUTHOR}.get(plain, OTHER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """What came through the door; the lines found bad there; and counts of those passed over, by reason."""

    events: Events
    bad: tuple[BadLine, ...]
    passed: Mapping[str, int]


_Pairs = NDArray[np.int32]


class Names:
    """Codes of people, models and authors, given out as they are first met; they serve many pieces of a file."""

    def __init__(self, door: Door) -> None:
        people: dict[Person, int] = {}
        models: dict[str, int] = {NO_MODEL: 0}

        def code(person: Person | None) -> int:
            return NOBODY if person is None else people.setdefault(person, len(people))

        self.people, self.models = people, models
        self.emails = _Codes(lambda raw: code(door.person(raw)))
        self.accounts = _Codes(lambda raw: code(door.account(raw)))
        self.slugs = _Codes(lambda raw: models.setdefault(model_name(raw), len(models)))
        self.kinds = _Codes(_kind)

    @property
    def full(self) -> bool:
        """Whether there are so many that starting anew is better."""
        return max(map(len, (self.emails, self.accounts, self.slugs, self.kinds))) > _MOST_NAMES


class Entry:
    """Admits the rows of a piece of a file, a handful at a time, and gathers what came through.

    Text is measured and addresses replaced at once; ids and times wait, to be worked on all together.
    """

    def __init__(self, door: Door, names: Names | None = None) -> None:
        self._door = door
        self._names = names or Names(door)
        self._lines = 0
        self._line: list[tuple[int, Sequence[int]]] = []
        self._event: list[str | None] = []
        self._time: list[str | float | None] = []
        self._email: list[int] = []
        self._account: list[int] = []
        self._kind: list[int] = []
        self._model: list[int] = []
        self._characters: list[int] = []
        self._message: list[str | None] = []
        self._parent: list[str | None] = []
        self._conversation: list[str | None] = []
        self._costs: list[CostRow] = []

    def admit(self, rows: Rows) -> None:
        """Take rows in, after those that were taken in before."""
        for messages in rows.messages:
            self._line.append((self._lines, messages.line))
            self._event += messages.event
            self._time += messages.time
            self._email += map(self._names.emails.__getitem__, messages.email)
            self._account += map(self._names.accounts.__getitem__, messages.account)
            self._kind += map(self._names.kinds.__getitem__, messages.author)
            self._model += map(self._names.slugs.__getitem__, messages.model)
            self._characters += [
                len(each) if each.__class__ is str and each[:1] != "{" else length_of(each) for each in messages.content
            ]
            self._message += messages.message
            self._parent += messages.parent
            self._conversation += messages.conversation
        self._costs += [replace(row, line=self._lines + row.line) for row in rows.costs]
        self._lines += rows.lines

    def admitted(self) -> Admitted:
        """Return everything that came through, and what did not."""
        bad: list[BadLine] = []
        passed: dict[str, int] = {}
        messages, same = self._messages(bad, passed)
        costs, same_by_costs = self._metered(bad, passed)
        return Admitted(
            events=Events(
                people=b"".join(self._names.people),
                models=tuple(self._names.models),
                same=np.concatenate([same, same_by_costs]),
                messages=messages,
                costs=costs,
            ),
            bad=tuple(bad),
            passed=passed,
        )

    def _messages(self, bad: list[BadLine], passed: dict[str, int]) -> tuple[MessageColumns, _Pairs]:
        key = identity.hash_key(self._door.key)
        time = read_times(self._time)
        kind = np.array(self._kind, np.uint8)
        event, message, conversation = (
            hash_strings(each, key) for each in (self._event, self._message, self._conversation)
        )
        person, same = _persons(self._email, self._account)
        columns = MessageColumns(
            event=event,
            message=np.where(message == 0, event, message),
            parent=hash_strings(self._parent, key),
            conversation=conversation,
            time=time,
            person=person,
            model=np.array(self._model, np.int32),
            kind=kind,
            characters=np.array(self._characters, np.int32),
        )
        faults = (
            (time == UNREADABLE, "no readable time"),
            (conversation == 0, "no conversation id"),
            ((event == 0) & (message == 0), "neither an event id nor a message id"),
            (kind == _NO_AUTHOR, "no author"),
        )
        sound = ~np.logical_or.reduce([faulty for faulty, _ in faults])
        if not sound.all():
            _report(faults, [before + line for before, lines in self._line for line in lines], bad)
        nobody = sound & (kind == PROMPT) & (person == NOBODY)
        _count(passed, NOT_A_PERSON, int(nobody.sum()))
        keep = sound & ~nobody
        return columns if keep.all() else take(columns, keep), same

    def _metered(self, bad: list[BadLine], passed: dict[str, int]) -> tuple[CostColumns, _Pairs]:
        rows = self._costs
        bad += [BadLine(line=row.line, why="tokens or amounts that cannot be") for row in rows if not _is_possible(row)]
        rows = [row for row in rows if _is_possible(row)]
        time = read_times([row.time for row in rows])
        event = hash_strings([row.event for row in rows], identity.hash_key(self._door.key))
        emails, accounts = (
            [self._names.emails[row.email] for row in rows],
            [self._names.accounts[row.account] for row in rows],
        )
        person, same = _persons(emails, accounts)
        columns = CostColumns(
            event=event,
            time=time,
            person=person,
            model=np.array([self._names.slugs[row.model] for row in rows], np.int32),
            input_tokens=np.array([_or_absent(row.input_tokens) for row in rows], np.int64),
            output_tokens=np.array([_or_absent(row.output_tokens) for row in rows], np.int64),
            credits=np.array([np.nan if row.credits is None else row.credits for row in rows], np.float64),
            cost=np.array([np.nan if row.cost is None else row.cost for row in rows], np.float64),
        )
        faults = ((time == UNREADABLE, "no readable time"), (event == 0, "no event id"))
        sound = ~np.logical_or.reduce([faulty for faulty, _ in faults])
        _report(faults, [row.line for row in rows], bad)
        nobody = sound & (person == NOBODY)
        _count(passed, NOT_A_PERSON, int(nobody.sum()))
        return take(columns, sound & ~nobody), same


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
    door: Door,
    accounts: Sequence[Account],
    known: Mapping[Person, Seat],
    price: float | None,
    *,
    today: date,
    unknown: date,
) -> tuple[list[Seat], list[Alias]]:
    """Return the seats that accounts hold, and which account belongs to which address.

    An account that is no longer active gave its seat up on the day that was `known` before, else today; one that was
    inactive when first seen holds none, since nobody knows until when it did. One whose creation the vendor does not
    tell has held its seat since it was first `known` to, else since the day that stands for `unknown`. Accounts with
    the same id are one: an address that one of them lacks is taken from another, and it is active if one of them is.
    """
    addresses = {door.account(account.id): account.email for account in accounts if door.person(account.email)}
    seats: dict[Person, Seat] = {}
    aliases: dict[Person, Alias] = {}
    for account in accounts:
        own = door.account(account.id)
        email = door.person(account.email) or (door.person(addresses.get(own)) if own else None)
        person = email or own
        if person is None:
            continue
        if email and own:
            aliases[own] = Alias(alias=own, person=email)
        before = known.get(person)
        start = account.created or (before.start if before else unknown)
        if before is None and not account.active:
            continue
        ended = before.end if before and before.end else today
        seat = Seat(
            person=person,
            tool=door.tool,
            start=start,
            end=None if account.active else max(ended, start + timedelta(days=1)),
            plan=before.plan if before and not account.plan else model_name(account.plan),
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


def _persons(emails: Sequence[int], accounts: Sequence[int]) -> tuple[NDArray[np.int32], _Pairs]:
    """Return the code of each row's address, else of its account; and which account goes with which address."""
    by_email, by_account = np.array(emails, np.int32), np.array(accounts, np.int32)
    both = (by_email != NOBODY) & (by_account != NOBODY)
    pairs = distinct(by_account[both].astype(np.int64) << 32 | by_email[both])
    person = np.where(by_email == NOBODY, by_account, by_email)
    return person, np.stack([pairs >> 32, pairs & 0xFFFFFFFF], axis=1).astype(np.int32)


def _or_absent(value: int | None) -> int:
    return ABSENT if value is None else value


def _is_possible(row: CostRow) -> bool:
    tokens = all(each is None or 0 <= each < _MOST_TOKENS for each in (row.input_tokens, row.output_tokens))
    return tokens and all(each is None or math.isfinite(each) for each in (row.credits, row.cost))


def _count(counts: dict[str, int], reason: str, more: int) -> None:
    if more:
        counts[reason] = counts.get(reason, 0) + more


def _report(faults: Sequence[tuple[NDArray[np.bool_], str]], lines: Sequence[int], bad: list[BadLine]) -> None:
    """Report each row that has a fault once, by its first."""
    told = np.zeros(len(lines), bool)
    for faulty, why in faults:
        bad.extend(BadLine(line=lines[row], why=why) for row in np.flatnonzero(faulty & ~told).tolist())
        told |= faulty

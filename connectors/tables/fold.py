"""Adding up the rows of a window as their pages come, so that no page need wait in memory.

What is held is a number for each day, person, model and measure, and eight bytes for each event: rows, addresses and
the vendor's ids are gone with their page. A `Part` is what one question gave so far; it is thrown away when the
question has to be asked anew, and taken into the window's `Fold` when it was answered to its end.
"""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from math import nan

import numpy as np
from numpy.typing import NDArray

from connectors.door import Door, model_name
from connectors.files.keyedhash import hash_strings
from connectors.identity import hash_key
from connectors.rows import CompanyRow, DayRow, TablePage
from storage.facts import NO_MODEL, Person, Usage
from storage.schema import MEASURES

IMPOSSIBLE = "a number that cannot be"
MOST = 1e15
"""No person does more of anything in a day."""

NOBODY = "nobody's: no person is named"
AGAIN = "an event that was told before"
MACHINE = "a service account's, which is no person"

_MEASURES = frozenset(MEASURES)
_WHOLE = {each.name for each in fields(Usage) if each.type in ("int | None", int | None)}
_RECENT = 1 << 16
"""Hashes that wait in a set until they are sorted in among the others."""

Whole = dict[tuple[date, str, str], float]
"""Numbers of the whole organisation by day, measure and project."""

PEOPLE = "people"
"""The measure of a project that counts who was in it on a day. It does not add up."""

_BITS = 20
_PERSON, _MODEL = (1 << 32) - 1, (1 << _BITS) - 1
"""A key is packed into one number: the day, the person in 32 bits, the model in so many."""


class Seen:
    """Hashes of events, eight bytes each. `recent` are those that are not sorted in yet."""

    def __init__(self) -> None:
        self._sorted: NDArray[np.uint64] = np.empty(0, np.uint64)
        self.recent: set[int] = set()

    def sorted_in(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return which are among those that were sorted in."""
        at = np.searchsorted(self._sorted, hashes)
        there = at < self._sorted.size
        there[there] = self._sorted[at[there]] == hashes[there]
        return there

    def take(self, hashes: NDArray[np.uint64]) -> None:
        """Take hashes in that are in order, and none of which is here yet."""
        self._sorted = _merged(self._sorted, hashes)

    def settle(self) -> None:
        """Sort the recent ones in, where they have become many."""
        if len(self.recent) >= _RECENT:
            self._sorted, self.recent = self.all(), set()

    def all(self) -> NDArray[np.uint64]:
        """Return every hash, in order."""
        return _merged(self._sorted, np.sort(np.fromiter(self.recent, np.uint64, len(self.recent))))


def _merged(some: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # A stable sort finds two sorted runs and merges them.
    return np.sort(np.concatenate([some, others]), kind="stable") if others.size else some


class Sums:
    """Sums by key, a column a measure; what was never reported is nan, never 0."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._columns: dict[str, array[float]] = {}

    def add(self, key: int, measures: Mapping[str, float]) -> None:
        """Add what is reported for a key. Without measures it is there all the same."""
        row = self._rows.setdefault(key, len(self._rows))
        for name, value in measures.items():
            if name not in _MEASURES:
                continue
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = array("d")
            if len(column) <= row:
                column.extend([nan] * (len(self._rows) - len(column)))
            held = column[row]
            column[row] = value if held != held else held + value  # noqa: PLR0124 - nan is not itself

    def items(self) -> Iterator[tuple[int, dict[str, float]]]:
        """Return each key and what is reported for it."""
        for key, row in self._rows.items():
            told = {name: column[row] for name, column in self._columns.items() if row < len(column)}
            yield key, {name: value for name, value in told.items() if value == value}  # noqa: PLR0124


@dataclass(slots=True)
class Names:
    """Numbers for people and models. `door` is the way in."""

    door: Door
    people: dict[Person, int] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)

    def key(self, day: date, person: Person, model: str | None) -> int:
        """Return a day, person and model as one number."""
        code = self.people.setdefault(person, len(self.people))
        name = model_name(model) if model else NO_MODEL
        return (day.toordinal() << 32 | code) << _BITS | self.models.setdefault(name, len(self.models))


@dataclass(slots=True)
class Part:
    """What one question gave so far. `owners` are accounts and their addresses' people, with the day that says so.

    `untold`: the vendor has nothing to tell. `skipped` counts by reason.
    """

    fold: "Fold"
    sums: Sums = field(default_factory=Sums)
    seen: Seen = field(default_factory=Seen)
    owners: dict[Person, tuple[date, Person]] = field(default_factory=dict)
    company: Whole = field(default_factory=dict)
    projects: dict[tuple[date, str], set[Person]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    asked: set[Person] = field(default_factory=set)
    rows: int = 0
    answers: int = 0
    untold: bool = False

    def append(self, page: TablePage) -> None:
        """Take in what an answer holds."""
        self.answers += 1
        self.rows += len(page.rows)
        self.skipped.update(page.passed)
        self.skipped.update(page.bad)
        self.untold |= page.no_data
        self.asked.update(own for each in page.asked if (own := self.fold.names.door.account(each)))
        add_company(self.company, page.company)
        days = self.fold.days
        rows = [each for each in page.rows if each.day in days]
        if any(row.event for row in rows):
            rows = self._first_told(rows)
        for row in rows:
            self._add(row)

    def _first_told(self, rows: Sequence[DayRow]) -> list[DayRow]:
        """Return the rows whose event was not told before; those without one all are."""
        hashes = hash_strings([row.event for row in rows], hash_key(self.fold.names.door.key))
        old = self.fold.seen.sorted_in(hashes) | self.seen.sorted_in(hashes)
        recent, fresh = self.seen.recent, []
        for row, known, is_old in zip(rows, hashes.tolist(), old.tolist(), strict=True):
            if known:
                if is_old or known in recent:
                    continue
                recent.add(known)
            fresh.append(row)
        if len(fresh) < len(rows):
            self.skipped[AGAIN] += len(rows) - len(fresh)
        self.seen.settle()
        return fresh

    def _add(self, row: DayRow) -> None:
        names = self.fold.names
        account, person = names.door.account(row.account), names.door.person(row.email)
        if account in self.fold.machines:
            self.skipped[MACHINE] += 1
            return
        if account and person:
            known = self.owners.get(account)
            if known is None or known[0] < row.day or (known[0] == row.day and known[1] != person):
                self.owners[account] = (row.day, person)
        person = person or account
        if person is None:
            self.skipped[NOBODY] += 1
            return
        if row.project:
            self.projects.setdefault((row.day, row.project), set()).add(person)
        for name, value in row.measures.items():
            if not 0 <= value <= MOST and name in _MEASURES:
                self.skipped[IMPOSSIBLE] += 1
                return
        self.sums.add(names.key(row.day, person, row.model), row.measures)


class Fold:
    """What the questions for a window gave. `machines` are accounts that are no people.

    `told` has, by measure of the whole organisation, the days of which a table told all there is.
    """

    def __init__(self, door: Door, days: Collection[date], machines: Collection[Person] = ()) -> None:
        self.names = Names(door)
        self.days = frozenset(days)
        self.machines = machines
        self.seen = Seen()
        self.owners: dict[Person, tuple[date, Person]] = {}
        self.company: Whole = {}
        self.projects: dict[tuple[date, str], set[Person]] = {}
        self.told: dict[str, set[date]] = {}
        self.late: set[date] = set()
        self.untold: set[date] = set()
        self.asked: set[Person] = set()
        self.rows = 0
        self._sums = Sums()

    def part(self) -> Part:
        """Return the place for what the next question gives."""
        return Part(self)

    def take(self, part: Part, days: Collection[date], *, whole: Collection[str] = (), measures: bool = True) -> None:
        """Take in what a question about `days` gave, to its end. Without `measures` it says who was active, no more.

        `whole` are the numbers of the whole organisation of which it told all there is.
        """
        for name in whole:
            self.told.setdefault(name, set()).update(days)
        for key, told in part.sums.items():
            self._sums.add(key, told if measures else {})
        self.seen.take(part.seen.all())
        for account, (day, person) in part.owners.items():
            known = self.owners.get(account)
            if known is None or known[0] <= day:
                self.owners[account] = (day, person)
        self.company |= part.company
        for place, people in part.projects.items():
            self.projects.setdefault(place, set()).update(people)
        self.asked |= part.asked
        self.untold |= set(days) if part.untold else set()
        self.rows += part.rows

    def facts(self, tool: str, owners: Mapping[Person, Person]) -> list[Usage]:
        """Return the facts of the days that are not late, of accounts under the person to whom they belong."""
        sums = self._mapped(owners)
        people, models = list(self.names.people), list(self.names.models)
        late = {day.toordinal() for day in self.late}
        return [
            Usage(
                day=date.fromordinal(key >> 32 + _BITS),
                person=people[key >> _BITS & _PERSON],
                tool=tool,
                model=models[key & _MODEL],
                **_typed(told),  # type: ignore[arg-type]  # by name
            )
            for key, told in sums.items()
            if key >> 32 + _BITS not in late
        ]

    def _mapped(self, owners: Mapping[Person, Person]) -> Sums:
        """Return the sums with accounts under the person to whom they belong."""
        whose = [self._code(owners.get(person, person)) for person in list(self.names.people)]
        if whose == list(range(len(whose))):
            return self._sums
        mapped = Sums()
        for key, told in self._sums.items():
            day, code, model = key >> 32 + _BITS, key >> _BITS & _PERSON, key & _MODEL
            mapped.add((day << 32 | whose[code]) << _BITS | model, told)
        return mapped

    def _code(self, person: Person) -> int:
        return self.names.people.setdefault(person, len(self.names.people))


def add_company(whole: Whole, rows: Iterable[CompanyRow]) -> None:
    """Take in rows of the whole organisation: some add up, of the others what is told last counts."""
    for row in rows:
        for name, value in row.measures.items():
            place = (row.day, name, row.project)
            whole[place] = whole.get(place, 0) + value if row.adds else value


def _typed(measures: Mapping[str, float]) -> dict[str, float]:
    # Rounded, so that the order in which pages came does not show in the last digits of a sum.
    return {name: round(value) if name in _WHOLE else round(float(value), 6) for name, value in measures.items()}

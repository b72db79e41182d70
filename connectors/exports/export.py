"""What an export is: a file that an administrator saves by hand in a vendor's console, and what its lines say.

An export is declared in `connectors/exports/`, one vendor a file, and recognised by its headings: they are compared in
small letters without spaces and punctuation, in any order, with any other columns beside them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.exports.sheet import Line, plain
from connectors.rows import Account, BadLine

Passed = Counter[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """What one line says of one person in one period, still with the vendor's identities.

    A period of one day is a day. `measures` are named as the fields of `storage.facts.Usage`; one that is not reported
    is left out, never 0. `account` is the vendor's own id. `event` is what tells that a line of an event is told twice;
    lines of events add up, while of other lines a person has one. Without a `tool` it is the export's.
    """

    line: int
    period: Period
    email: str | None = None
    account: str | None = None
    tool: str = ""
    model: str | None = None
    active: bool = True
    active_days: int | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    event: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Seats:
    """Everybody who held a seat on `day`."""

    day: date
    accounts: tuple[Account, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a file holds. `passed` counts sound lines that are not ours to count, `warned` those kept with a loss."""

    uses: tuple[Use, ...] = ()
    seats: Seats | None = None
    bad: tuple[BadLine, ...] = ()
    passed: Mapping[str, int] = field(default_factory=dict)
    warned: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """One kind of export.

    `columns` name each column as we do, with the plain headings by which it is known, the likeliest first. `needs` are
    groups of our names: of each group one at least must be there. `parse` is pure: it takes the lines and the period
    that the operator says, and raises PeriodWantedError where the file does not say its own. `adds`: its days are only
    the last ones of each person, so that what an earlier file told stays. `events`: its lines are events, which add up.
    `refused` says why a file of this kind is not imported.
    """

    id: str
    tool: str
    title: str
    columns: Mapping[str, tuple[str, ...]]
    needs: tuple[tuple[str, ...], ...]
    parse: Callable[[Sequence[Line], Period | None], Found]
    adds: bool = False
    events: bool = False
    refused: str = ""

    def names(self, headings: Sequence[str]) -> list[str]:
        """Return our name of each column, "" for one that is not used."""
        known = [plain(each) for each in headings]
        found = [""] * len(known)
        for name, spellings in self.columns.items():
            at = next((known.index(each) for each in spellings if each in known), None)
            if at is not None and not found[at]:
                found[at] = name
        return found

    def missing(self, headings: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the groups of columns of which a file with these headings has none."""
        names = set(self.names(headings))
        return [group for group in self.needs if not names & set(group)]

    def recognise(self, headings: Sequence[str]) -> bool:
        """Tell whether a file with these headings is of this kind."""
        return not self.missing(headings)

    def likeness(self, headings: Sequence[str]) -> int:
        """Return how many columns of these headings are known."""
        return sum(map(bool, self.names(headings)))


class PeriodWantedError(ValueError):
    """A file holds totals of a period, and does not say of which."""


def nothing(lines: Sequence[Line], period: Period | None) -> Found:
    """Return nothing: what the parser of a kind that is refused returns."""
    del lines, period
    return Found()


def each_line(lines: Sequence[Line], read: Callable[[Line, Passed, Passed], Sequence[Use]]) -> Found:
    """Return what `read` finds in every line; a line for which it raises ValueError is a bad one.

    `read` counts in its first counter the lines it passes over, in its second what it warns of.
    """
    uses: list[Use] = []
    bad: list[BadLine] = []
    passed, warned = Passed(), Passed()
    for line in lines:
        try:
            uses += read(line, passed, warned)
        except PeriodWantedError:
            raise
        except ValueError as error:
            bad.append(BadLine(line=line.number, why=str(error)))
    return Found(uses=tuple(uses), bad=tuple(bad), passed=passed, warned=warned)

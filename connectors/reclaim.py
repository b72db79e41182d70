"""Who to take an unused seat back from: pseudonyms become addresses again, on the machine of whoever has both.

The store knows no address. The directory file that is given at this moment does, and the organisation's key turns each
of its addresses into the pseudonym to look for. Nothing is kept: the list is handed back, and written by the command.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from connectors.directory import Line, directory_lines, line_address, line_date, split_addresses
from connectors.door import Door
from connectors.rows import BadLine
from storage.facts import Person
from storage.idle import IdleSeat

Why = Literal["never used", "not used in 28 days", "has left"]

ON_LEAVE = ("leave", "sabbatical", "parental", "maternity", "paternity", "absent")
NO_LEAVE = {"", "no", "false", "0", "active"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reclaim:
    """One seat to ask about or to take back. It holds an address: it is to be written for the administrator alone."""

    address: str
    department: str
    why: Why


@dataclass(frozen=True, kw_only=True, slots=True)
class Reclaims:
    """The list, those left alone because they are on leave or have not begun, and what the file does not name."""

    seats: tuple[Reclaim, ...]
    on_leave: int
    unknown: int
    bad: tuple[BadLine, ...]


def reclaims(path: Path, door: Door, idle: Sequence[IdleSeat], today: date) -> Reclaims:
    """Return whose seats can be taken back, by department and address.

    ConfigurationError where the file can't be read. Who has left is told as such; who is on leave is left alone.
    """
    lines, bad = directory_lines(path)
    known: dict[Person, Line] = {}
    for line in lines:
        try:
            addresses = (line_address(line, "work_email"), *split_addresses(line["alias_emails"]))
        except ValueError as error:
            bad.append(BadLine(line=line.number, why=str(error)))
            continue
        for address in addresses:
            if (person := door.person(address)) is not None:
                known[person] = line
    found: list[Reclaim] = []
    away = unknown = 0
    for seat in idle:
        line_of = next((known[each] for each in (seat.person, *seat.accounts) if each in known), None)
        if line_of is None:
            unknown += 1
        elif _is_away(line_of, today):
            away += 1
        else:
            found.append(_reclaim(line_of, seat, today))
    ordered = sorted(found, key=lambda each: (each.department, each.address))
    return Reclaims(seats=tuple(ordered), on_leave=away, unknown=unknown, bad=tuple(bad))


def _is_away(line: Line, today: date) -> bool:
    """Whether somebody is on leave, or has not begun to work yet."""
    status = line["status"].lower().strip()
    if status not in NO_LEAVE and (status in {"yes", "true", "1"} or any(each in status for each in ON_LEAVE)):
        return True
    begins = _day(line, "start_date")
    return begins is not None and begins > today


def _reclaim(line: Line, seat: IdleSeat, today: date) -> Reclaim:
    left = _day(line, "end_date")
    why: Why = "not used in 28 days" if seat.ever_used else "never used"
    return Reclaim(
        address=line["work_email"],
        department=line["department"],
        why="has left" if left is not None and left < today else why,
    )


def _day(line: Line, name: str) -> date | None:
    try:
        return line_date(line, name)
    except ValueError:
        return None


def by_department(seats: Iterable[Reclaim]) -> dict[str, int]:
    """Return how many seats there are to reclaim in each department, most first."""
    counts: dict[str, int] = {}
    for each in seats:
        counts[each.department] = counts.get(each.department, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

"""An HR file: who belongs to which department from when. Columns are found by their names, however they are spelt.

A row says where its person belongs from `effective_from` on, until the person's next row. A file of snapshots
(`SNAPSHOT`, the day of the export) says only that it was so on that day: a person's first snapshot is taken to hold
since the start date. Somebody who has left keeps the last department, with an end of employment: a leaver may still
hold a seat, and that seat has to be somebody's.
"""

import csv
import difflib
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from connectors.door import Door
from connectors.errors import ConfigurationError
from connectors.rows import BadLine
from storage.facts import Alias, Member, Person

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "employee_id": ("employeeid", "employeenumber", "personnelnumber", "workerid", "personid"),
    "work_email": ("workemail", "employeeemail", "emailwork", "emailaddress", "primaryemail", "businessemail", "email"),
    "alias_emails": ("aliasemails", "aliasemail", "aliases", "otheremails", "secondaryemails", "secondaryemail"),
    "department": ("department", "departmentname", "dept", "orgunit", "organizationalunit", "division"),
    "team": ("team", "teamname", "subdepartment", "group"),
    "location": ("location", "office", "site", "worklocation", "country"),
    "manager_email": ("manageremail", "supervisoremail", "managerworkemail"),
    "manager_id": ("managerid", "manageremployeeid", "supervisorid", "reportsto"),
    "start_date": ("startdate", "joindate", "hiredate", "employmentstart"),
    "end_date": ("enddate", "leavedate", "terminationdate", "employmentend", "lastday"),
    "effective_from": ("effectivefrom", "effectivedate", "validfrom", "since"),
    "snapshot": ("snapshot", "snapshotdate", "asof"),
    "status": ("status", "employmentstatus", "workerstatus", "leavestatus", "onleave"),
}
"""Our name of each column, and the names by which it is known, without case, spaces and punctuation."""

_REQUIRED = ("work_email", "department")
_DATES = ("start_date", "end_date", "effective_from", "snapshot")
_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y")
_NO_DATE = {"", "0000-00-00", "null", "none", "n/a", "-"}
_ALWAYS = date(1970, 1, 1)
_MAX_NAME = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """What an HR file says. `bad` are the rows that were skipped, by line."""

    members: tuple[Member, ...]
    aliases: tuple[Alias, ...]
    bad: tuple[BadLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A row of the file, every value under our name of its column and trimmed."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


def read_directory(path: Path, door: Door) -> Directory:
    """Read an HR file. Raises ConfigurationError where it cannot be read as a whole, naming what is missing."""
    return parse_directory(_text(path), door)


def directory_lines(path: Path) -> tuple[list[Line], list[BadLine]]:
    """Return the rows of an HR file as they stand in it, addresses and all, and those that can't be read.

    ConfigurationError as `read_directory`. What it returns goes no further than whoever has the file.
    """
    return _lines(_text(path).removeprefix("\ufeff"))


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not in UTF-8: save it as “CSV UTF-8”") from error


def parse_directory(text: str, door: Door) -> Directory:
    """Return what the text of an HR file says. Raises ConfigurationError for a missing column."""
    lines, bad = _lines(text.removeprefix("\ufeff"))
    addresses = {line["employee_id"]: line["work_email"] for line in lines if line["employee_id"]}
    members: list[tuple[Member, bool]] = []
    aliases: dict[Person, Alias] = {}
    for line in lines:
        try:
            member = _member(line, addresses, door)
        except ValueError as error:
            bad.append(BadLine(line=line.number, why=str(error)))
            continue
        members.append((member, bool(line["snapshot"]) and not line["effective_from"]))
        for address in split_addresses(line["alias_emails"]):
            if (other := door.person(address)) is not None:
                aliases[other] = Alias(alias=other, person=member.person)
    # An address that is one person's first cannot be another's second.
    first = {member.person for member, _ in members}
    return Directory(
        members=_in_time(members),
        aliases=tuple(alias for alias in aliases.values() if alias.alias not in first),
        bad=tuple(sorted(bad, key=lambda each: each.line)),
    )


def _lines(text: str) -> tuple[list[Line], list[BadLine]]:
    """Read the table, told apart by whichever of comma, semicolon and tab its header has most of."""
    header = text.partition("\n")[0]
    table = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    lines: list[Line] = []
    bad: list[BadLine] = []
    try:
        names = _names(next(table, []))
        start = table.line_num + 1
        for row in table:
            number, start = start, table.line_num + 1
            if not any(each.strip() for each in row):
                continue
            if len(row) > len(names):
                bad.append(
                    BadLine(line=number, why="it has more fields than the header: quote values that hold commas")
                )
                continue
            values = {name: value.strip() for name, value in zip(names, row, strict=False) if name}
            lines.append(Line(number=number, values=values))
    except csv.Error as error:
        raise ConfigurationError(f"line {table.line_num} is no CSV ({error})") from error
    return lines, bad


def _names(header: Sequence[str]) -> list[str]:
    """Return our name of each column of the header, empty for those not used."""
    plain = [_plain(each) for each in header]
    found = [""] * len(header)
    for name, spellings in COLUMNS.items():
        for spelling in spellings:
            if spelling in plain:
                found[plain.index(spelling)] = name
                break
    for name in _REQUIRED:
        if name not in found:
            raise ConfigurationError(f"the column {name} is missing{_nearest(name, header)}")
    return found


def _nearest(name: str, header: Sequence[str]) -> str:
    if not header:
        return ": the file is empty"
    # A file without a header has people's data in its first line, which must not be shown.
    shown = {_plain(each): each.strip()[:40] for each in header if "@" not in each}
    found = difflib.get_close_matches(_plain(name), shown, n=1, cutoff=0.6)
    if found:
        return f"; the nearest is {shown[found[0]]!r}: rename it to {name} if that is what it holds"
    return f", and none of the {len(header)} columns has a name like it: the first line must name the columns"


def _plain(header: str) -> str:
    return "".join(each for each in header.casefold() if each.isalnum())


def _member(line: Line, addresses: Mapping[str, str], door: Door) -> Member:
    """Return where a row's person belongs. Raises ValueError that says which field is wrong and how to write it."""
    person = door.person(line_address(line, "work_email"))
    if person is None:
        raise ValueError("work_email is empty: write the address that the person signs in with")
    department = _name(line["department"])
    if not department:
        raise ValueError("department is empty: write its name")
    dates = {name: line_date(line, name) for name in _DATES}
    start, end = dates["start_date"], dates["end_date"]
    if start and end and end < start:
        raise ValueError("end_date lies before start_date: swap or correct them")
    return Member(
        person=person,
        since=dates["effective_from"] or dates["snapshot"] or start or _ALWAYS,
        department=department,
        team=_name(line["team"]),
        location=_name(line["location"]),
        manager=door.person(line_address(line, "manager_email") or addresses.get(line["manager_id"])),
        start=start,
        end=end,
    )


def line_address(line: Line, name: str) -> str:
    """Return the address in a field, empty where there is none."""
    text = line[name]
    if text and not ("@" in text or text.startswith(("t~", "p~", "{"))):
        raise ValueError(f"{name} is no address: it has no @")
    return text


def line_date(line: Line, name: str) -> date | None:
    """Return the day in a field; None where there is none, ValueError where it can't be read."""
    text = line[name].lower()
    if text in _NO_DATE:
        return None
    for form in _FORMATS:
        try:
            # A date has no time zone.
            return datetime.strptime(text[:10], form).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(f"{name} is no date that can be read: write it as 2026-01-31")


def split_addresses(text: str) -> list[str]:
    """Return the addresses in a field that may hold several, whichever way they are told apart."""
    for mark in ",;|":
        text = text.replace(mark, " ")
    return text.split()


def _name(text: str) -> str:
    """Return a name as it is shown: one line, no control characters, of bounded length."""
    plain = "".join(
        " " if unicodedata.category(each)[0] in "CZ" else each for each in unicodedata.normalize("NFC", text)
    )
    return " ".join(plain.split())[:_MAX_NAME].strip()


def _in_time(members: Sequence[tuple[Member, bool]]) -> tuple[Member, ...]:
    """Return each person's places one after the other. Of two for the same day the later line counts."""
    by_person: dict[Person, dict[date, tuple[Member, bool]]] = {}
    for member, is_snapshot in members:
        by_person.setdefault(member.person, {})[member.since] = member, is_snapshot
    found: list[Member] = []
    for places in by_person.values():
        row: list[Member] = []
        for _, (member, is_snapshot) in sorted(places.items()):
            if is_snapshot and not row:
                member = replace(member, since=min(member.start or _ALWAYS, member.since))  # noqa: PLW2901
            if row and replace(member, since=row[-1].since) == row[-1]:
                continue
            if row:
                row[-1] = replace(row[-1], until=member.since)
            row.append(member)
        found += row
    return tuple(found)

"""An import: files that people saved by hand are recognised, come in through the door, and stand back behind sources.

Totals of a period stay totals of that period; what covers one day is a day. A file that is read again changes nothing;
a corrected one replaces its period, or its days. One bad file does not stop the others.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import connectors
from connectors.connector import Connector, TableFeed
from connectors.door import Door, seats_of
from connectors.errors import ConfigurationError, ConnectorError
from connectors.exports.admission import Admitted, admitted
from connectors.exports.export import Export, Found, Period, PeriodWantedError, Seats
from connectors.exports.filereport import FileReport, Part, part_of_days, part_of_period
from connectors.exports.recognition import recognised
from connectors.exports.sheet import Sheet, SheetFile, read_sheet, under
from connectors.ingest import Clock, noted, now
from connectors.report import SHOWN, Progress, Tally
from storage import imports, ingestion
from storage.discover import discover
from storage.facts import Person, Seat
from storage.ingestion import IMPORTED
from storage.store import Store

TOLD = "of a day that the tool's own source tells: nothing is counted twice"
DOUBLED = "of a day of which another import tells the same: nothing is counted twice"
FUTURE = "of a day that lies in the future"


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """Where an import goes, and what the operator says of it.

    `prices` are what a seat of a tool costs a month. `period` is that of files which do not say their own. `kind` is
    the id of the export that every file is. `dry`: nothing is written.
    """

    store: Store
    key: bytes
    today: date
    prices: Mapping[str, float] = field(default_factory=dict)
    period: Period | None = None
    kind: str = ""
    dry: bool = False


@dataclass(kw_only=True)
class _Run:
    """What one command has read so far: files by their content, and which file told which period or day."""

    wanted: Import
    progress: Progress
    clock: Clock
    open: ExitStack
    tallies: dict[str, Tally] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    periods: dict[tuple[str, str, Period], str] = field(default_factory=dict)
    days: dict[tuple[str, str, date], str] = field(default_factory=dict)

    def tally(self, source: str) -> Tally:
        if source not in self.tallies:
            quiet = Tally(source=source, progress=self.progress)
            noting = noted(self.wanted.store, source, self.progress, self.clock)
            self.tallies[source] = quiet if self.wanted.dry else self.open.enter_context(noting)
        return self.tallies[source]


def import_files(
    wanted: Import, files: Sequence[SheetFile], *, progress: Progress, clock: Clock = now
) -> list[FileReport]:
    """Read the files, one after the other; return how each went."""
    progress.begin("Importing", len(files))
    reports = []
    with ExitStack() as stack:
        run = _Run(wanted=wanted, progress=progress, clock=clock, open=stack)
        for file in files:
            reports.append(_import(run, file))
            progress.advance(1)
    return reports


def _import(run: _Run, file: SheetFile) -> FileReport:
    """Read one file; what stops it is in its report."""
    export: Export | None = None
    try:
        data = file.read()
        content = hashlib.sha256(data).hexdigest()
        if content in run.contents:
            return FileReport(file=file.name, warnings=(f"it holds the same as {run.contents[content]}: passed over",))
        sheet = read_sheet(data)
        export, at = recognised(sheet, run.wanted.kind)
        if export.refused:
            raise ConfigurationError(f"it is a {export.title}: {export.refused}")
        report = _keep(run, file, export, _found(run, export, sheet, at), sheet.notes)
    except ConnectorError as error:
        if export is not None and not export.refused:
            run.tally(IMPORTED + export.id).damaged.append(file.name)
        return FileReport(
            file=file.name, kind=export.id if export else "", title=export.title if export else "", error=str(error)
        )
    run.contents[content] = file.name
    return report


def _found(run: _Run, export: Export, sheet: Sheet, at: int) -> Found:
    lines = under(sheet, at, export.names(sheet.rows[at][1]))
    if not lines.lines and not lines.bad:
        raise ConfigurationError("it has a heading and no lines: that is not to say that nothing was used")
    try:
        found = export.parse(lines.lines, run.wanted.period)
    except PeriodWantedError as error:
        raise ConfigurationError(
            f"{error}: say it, first and last day, as in `ai-usage import FILE --period 2026-10-01..2026-10-28`"
        ) from error
    bad = tuple(sorted((*lines.bad, *found.bad), key=lambda each: each.line))
    if not found.uses and not found.seats and bad:
        raise ConfigurationError(f"none of its lines can be read; line {bad[0].line}: {bad[0].why}")
    return replace(found, bad=bad)


def _keep(run: _Run, file: SheetFile, export: Export, found: Found, notes: Sequence[str]) -> FileReport:
    """Write what a file holds, and say what that was."""
    wanted, source = run.wanted, IMPORTED + export.id
    tools = {use.tool or export.tool for use in found.uses}
    owners = {own: person for tool in tools for own, person in ingestion.account_aliases(wanted.store, tool).items()}
    doors = {tool: Door(wanted.key, tool) for tool in tools}
    come = admitted(found, export, doors, owners)
    again = [(tool, period) for tool, period in come.periods if (source, tool, period) in run.periods]
    if again:
        first = run.periods[source, again[0][0], again[0][1]]
        raise ConfigurationError(
            f"{first} tells {again[0][0]} from {again[0][1].first} to {again[0][1].last}, too: a file replaces what "
            "was told of its period, so put both into one file, or import the right one alone"
        )
    tally = run.tally(source)
    skipped: Counter[str] = Counter()
    warnings = [*notes, *(f"{count:,} of its lines: {why}" for why, count in found.warned.items())]
    warnings += _doubts(run, file, source, come)
    parts = _keep_days(run, export, come, skipped)
    for (tool, period), totals in sorted(come.periods.items(), key=lambda each: (each[0][0], each[0][1].first)):
        run.periods[source, tool, period] = file.name
        if not wanted.dry:
            ingestion.replace_period(wanted.store, source, tool, period.first, period.last, totals)
        parts.append(part_of_period(tool, period, totals))
    if not wanted.dry:
        for aliases in come.aliases.values():
            ingestion.add_aliases(wanted.store, source, aliases)
    seats = _keep_seats(wanted, export, found.seats, warnings) if found.seats else None
    skipped.update(found.passed)
    skipped.update(come.passed)
    before = len(tally.problems)
    tally.bad_lines(file.name, found.bad)
    tally.skipped.update(skipped)
    skipped.update(each.why for each in found.bad)
    tally.files += 1
    tally.rows += sum(map(len, come.periods.values())) + sum(map(len, come.days.values())) + (seats or 0)
    tally.seen |= {each for part in parts for each in (part.first, part.last)}
    return FileReport(
        file=file.name,
        kind=export.id,
        title=export.title,
        parts=tuple(parts),
        seats=seats,
        skipped=dict(sorted(skipped.items())),
        problems=tuple(tally.problems[before:SHOWN]),
        warnings=tuple(warnings),
    )


def _doubts(run: _Run, file: SheetFile, source: str, come: Admitted) -> list[str]:
    """Sentences about what may be wrong with a file that is kept all the same."""
    wanted, told = run.wanted, []
    open_ended = sorted({period.last for _, period in come.periods if period.last >= wanted.today})
    if open_ended:
        told.append(f"its period to {open_ended[-1]} is not over: import it again when it is")
    newest = max((fact.day for facts in come.days.values() for fact in facts), default=None)
    said = any(period == wanted.period for _, period in come.periods)
    if wanted.period and said and newest and newest > wanted.period.last:
        told.append(f"somebody in it was active on {newest}, after the period that --period says: is that right?")
    twice: set[date] = set()
    for tool, facts in come.days.items():
        for day in {fact.day for fact in facts}:
            if run.days.setdefault((source, tool, day), file.name) != file.name and not come.adds:
                twice.add(day)
    if twice:
        told.append(
            f"{len(twice)} of its days, the first {min(twice)}, are in a file before it, too: the last file counts, so "
            "save whole days, each in one file"
        )
    return told


def _keep_days(run: _Run, export: Export, come: Admitted, skipped: Counter[str]) -> list[Part]:
    wanted, parts = run.wanted, []
    for tool, facts in sorted(come.days.items()):
        kept = [fact for fact in facts if fact.day <= wanted.today]
        if len(kept) < len(facts):
            skipped[FUTURE] = len(facts) - len(kept)
        written = imports.replace_imported_days(
            wanted.store,
            IMPORTED + export.id,
            tool,
            kept,
            adds=export.adds,
            beside=_tells_only_activity(tool),
            dry=wanted.dry,
        )
        for reason, out in ((TOLD, written.told), (DOUBLED, written.doubled)):
            if out:
                skipped[reason] += len(out)
        if written.kept:
            parts.append(part_of_days(tool, written.kept))
    return parts


def _tells_only_activity(tool: str) -> bool:
    """Tell whether a tool's own source, too, tells of a day only who was last active on it."""
    return any(
        each.tool == tool and isinstance(each.feed, TableFeed) and any(table.adds for table in each.feed.tables)
        for each in discover(connectors, Connector)
    )


def _keep_seats(wanted: Import, export: Export, told: Seats, warnings: list[str]) -> int | None:
    """Write who holds a seat; None where somebody else tells it better."""
    source, store = IMPORTED + export.id, wanted.store
    if imports.tells_seats(store, export.tool):
        warnings.append(f"its seats are left out: the source {export.tool} tells who holds one")
        return None
    newest = imports.newest_seats(store, source)
    if newest and newest > told.day:
        warnings.append(f"its seats are left out: those of {newest} were imported before, and it is of {told.day}")
        return None
    known = {seat.person: seat for seat in ingestion.read_seats(store, source)}
    door = Door(wanted.key, export.tool)
    price = wanted.prices.get(export.tool)
    held, aliases = seats_of(door, told.accounts, known, price, today=told.day, unknown=told.day)
    if not wanted.dry:
        imports.replace_imported_seats(store, source, [*held, *_given_up(known, held, told.day)], told.day)
        ingestion.add_aliases(store, source, aliases)
    return len(held)


def _given_up(known: Mapping[Person, Seat], held: Sequence[Seat], day: date) -> list[Seat]:
    """Return the seats of those who are no longer in the list, ended on its day."""
    still = {each.person for each in held}
    gone = [each for person, each in known.items() if person not in still]
    return [replace(each, end=each.end or max(day, each.start + timedelta(days=1))) for each in gone]

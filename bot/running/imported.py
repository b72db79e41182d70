"""Manual exports as an installation reads them, and what came of it in words."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from bot.answers.wording import tool_name
from bot.format import clean
from bot.installation import Installation
from bot.running.ingestion import roll_up
from connectors.exports.export import Period
from connectors.exports.filereport import FileReport, Part
from connectors.exports.sheet import sheet_files
from connectors.importing import Import, import_files
from connectors.report import Progress
from insights.numbers import format_value
from insights.words import counted


def import_paths(
    installation: Installation,
    paths: Sequence[Path],
    progress: Progress,
    *,
    period: Period | None = None,
    kind: str = "",
    today: date | None = None,
    dry: bool = False,
) -> list[FileReport]:
    """Import the files at `paths`, then bring the roll-ups up to date; return how each file went."""
    settings = installation.settings
    wanted = Import(
        store=installation.store,
        key=installation.identity_key(),
        today=today or datetime.now(UTC).date(),
        prices={tool: terms.price for tool, terms in settings.contracts.items() if terms.price is not None},
        period=period,
        kind=kind,
        dry=dry,
    )
    files = [file for path in paths for file in sheet_files(path)]
    reports = import_files(wanted, files, progress=progress)
    if not dry:
        roll_up(installation, progress)
    if not files:
        return [FileReport(file=str(path), error="there are no files in it") for path in paths]
    return reports


def tell(reports: Sequence[FileReport], *, dry: bool) -> Iterator[tuple[str, bool]]:
    """Yield the lines that say how an import went, each with whether it belongs to the errors."""
    for each in reports:
        if each.error:
            yield f"{clean(each.file)}: not imported: {clean(each.error)}", True
        else:
            yield from ((clean(line), False) for line in _told(each))
    if dry:
        yield "Nothing was written: this was a dry run.", False
    elif any(not part.by_day for each in reports for part in each.parts):
        yield "Totals of periods are kept apart from days: ask `ai-usage ask baseline` for them.", False


def _told(report: FileReport) -> Iterator[str]:
    """Yield what came of one file: what it is, what was kept, what was skipped, and what may be wrong."""
    if not report.kind:
        yield f"{report.file}: {'; '.join(report.warnings)}"
        return
    yield f"{report.file}: {report.title}"
    yield from (f"  {_part(part)}" for part in report.parts)
    if report.seats is not None:
        yield f"  {counted(report.seats, 'seat')} held"
    if not report.parts and report.seats is None:
        yield "  nothing of it was kept"
    yield from (f"  skipped {count:,}: {reason}" for reason, count in report.skipped.items())
    yield from (f"  note: {warning}" for warning in report.warnings)


def _part(part: Part) -> str:
    """Return "ChatGPT, 2026-03-01 to 2026-03-07 (totals of 7 days): 2 people listed, 1 active; 25 messages"."""
    sums = ", ".join(_sum(name, value) for name, value in part.totals.items())
    when = f"{part.first} to {part.last}" if part.first != part.last else str(part.first)
    if part.by_day:
        return f"{tool_name(part.tool)}, {when} (by day, {counted(part.days, 'day')}): " + "; ".join(
            each for each in (counted(part.active, "active person", "active people"), sums) if each
        )
    people = f"{counted(part.listed, 'person', 'people')} listed, {part.active:,} active"
    return f"{tool_name(part.tool)}, {when} (totals of {counted(part.days, 'day')}): " + "; ".join(
        each for each in (people, sums) if each
    )


def _sum(name: str, value: float) -> str:
    words = name.replace("_", " ")
    return f"{words} {value:,.2f}" if name == "cost" else f"{format_value(value, 'messages')} {words}"

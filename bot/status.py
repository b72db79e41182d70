"""The state of an installation: coverage and the last run of every source."""

from dataclasses import dataclass
from datetime import date, datetime

import connectors
from bot.card import Button, Card, Table
from bot.format import format_day, format_week
from bot.wording import tool_name
from connectors.connector import Connector
from insights.basis import Basis
from insights.series import panel
from insights.words import listing
from storage.discover import discover
from storage.reading import coverage, last_good_runs, last_runs


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceStatus:
    """One source: how far its facts reach, and how its last run went. `skipped` counts by reason."""

    source: str
    first_day: date | None
    last_day: date | None
    days: int
    last_run: datetime | None
    rows: int
    skipped: dict[str, int]
    error: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """Every source, the latest complete week, and what qualifies its numbers."""

    latest_week: date | None
    sources: tuple[SourceStatus, ...]
    notes: tuple[str, ...]


def status_of(basis: Basis) -> Status:
    """Return the state of what `basis` rests on."""
    reach = {each.source: each for each in coverage(basis.store)}
    runs = {each.source: each for each in last_runs(basis.store)}
    sources = []
    for source in sorted(reach.keys() | runs.keys()):
        covered, run = reach.get(source), runs.get(source)
        sources.append(
            SourceStatus(
                source=source,
                first_day=covered.first_day if covered else None,
                last_day=covered.last_day if covered else None,
                days=covered.days if covered else 0,
                last_run=run.started if run else None,
                rows=run.rows if run else 0,
                skipped=run.skipped if run else {},
                error=run.error if run else None,
            )
        )
    shown = panel(basis)
    return Status(
        latest_week=shown.weeks[-1] if shown.weeks else None,
        sources=tuple(sources),
        notes=(*_alarms(basis), *shown.notes),
    )


def _alarms(basis: Basis) -> list[str]:
    """Sources that were not read for half as long as their vendor keeps its logs: soon days are lost for good."""
    kept = {each.tool: each.retention_days for each in discover(connectors, Connector)}
    return [
        f"{source} was last read on {started:%Y-%m-%d}, and its vendor keeps {kept[source]} days: "
        "what falls out of that is lost for good"
        for source, started in last_good_runs(basis.store).items()
        if source in kept and (basis.as_of - started.date()).days * 2 > kept[source]
    ]


def status_card(status: Status) -> Card:
    """Return the state as a card: which sources are fresh, and what failed."""
    failed = [each.source for each in status.sources if each.error]
    latest = f"The latest complete week is that of {format_week(status.latest_week)}." if status.latest_week else ""
    state = (
        f"{listing([tool_name(each) for each in failed])} could not be read." if failed else "Every source was read."
    )
    rows = tuple(
        (
            tool_name(each.source),
            format_day(each.last_day) if each.last_day else "–",
            f"{each.last_run:%Y-%m-%d %H:%M} UTC" if each.last_run else "never",
            f"{sum(each.skipped.values()):,}",
            "failed: " + each.error if each.error else "ok",
        )
        for each in status.sources
    )
    return Card(
        title="How fresh the data are",
        text=" ".join(part for part in (state if status.sources else "No source has been read yet.", latest) if part),
        table=Table(columns=("Source", "Facts to", "Last run", "Skipped", "State"), rows=rows, numeric=(3,))
        if rows
        else None,
        buttons=(Button(label="Overview", ask="overview"),),
        footer=" ".join(status.notes),
    )

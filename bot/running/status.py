"""The state of an installation: how far each source reaches, how its last run went, and when the next one is due."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

import connectors
from bot.running.reach import Gaps, alarms_of, gaps_of
from bot.sending.schedule import next_run, source_trigger
from bot.settings import Settings
from connectors.connector import Connector
from connectors.ingest import STOPPED
from insights.basis import Basis
from insights.series import panel
from storage import outbox
from storage.claim import is_claimed
from storage.discover import discover
from storage.reading import Run, coverage, first_runs, last_runs
from storage.store import Store
from storage.subscriptions import standings

State = Literal["ok", "reading", "waits", "stopped", "failed", "never read"]
"""`waits`: the vendor wanted patience. `stopped`: the run was ended before it was through."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceStatus:
    """One source: how far its facts reach, and how its last run went.

    `seconds` is how long the run took; `asked_from` and `asked_to` are the days that the vendor was asked for;
    `skipped` counts by reason. `next_try` is when a vendor that wanted patience may be asked, `next_run` when the
    schedule's words have the source read again: None where it is read by hand. `alarms` say what is about to be lost.
    """

    source: str
    state: State
    first_day: date | None = None
    last_day: date | None = None
    days: int = 0
    last_run: datetime | None = None
    seconds: float | None = None
    asked_from: date | None = None
    asked_to: date | None = None
    pages: int = 0
    files: int = 0
    rows: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: str | None = None
    next_try: datetime | None = None
    next_run: datetime | None = None
    gaps: Gaps = field(default_factory=Gaps)
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """Every source, the latest complete week, what qualifies its numbers, and what was not delivered, as of a day."""

    as_of: date
    timezone: str
    latest_week: date | None
    alarms: tuple[str, ...]
    sources: tuple[SourceStatus, ...]
    notes: tuple[str, ...]
    deliveries: tuple[str, ...] = ()


def _connector(connector: Connector | None, settings: Settings | None, name: str) -> Connector | None:
    """Return the way in which a source is read: how long its vendor keeps what is read goes by that."""
    configured = settings.sources.get(name) if settings else None
    return connector.kinds.get(configured.kind, connector) if connector and configured else connector


def status_of(basis: Basis, settings: Settings | None = None) -> Status:
    """Return the state of what `basis` rests on. `settings` tell of sources never read, and of what comes next."""
    store = basis.store
    covered = {each.source: each for each in coverage(store)}
    runs = {each.source: each for each in last_runs(store)}
    begun = first_runs(store)
    known = {each.tool: each for each in discover(connectors, Connector)}
    sources = []
    for name in sorted({*covered, *runs, *(settings.sources if settings else ())}):
        reach, run = covered.get(name), runs.get(name)
        connector, state = _connector(known.get(name), settings, name), state_of(store, run)
        sources.append(
            SourceStatus(
                source=name,
                state=state,
                first_day=reach.first_day if reach else None,
                last_day=reach.last_day if reach else None,
                days=reach.days if reach else 0,
                next_run=_next_run(settings, name, run),
                gaps=gaps_of(store, connector, name, basis.as_of, run) if connector else Gaps(),
                alarms=tuple(alarms_of(store, connector, name, basis.as_of, reach, begun[name], run))
                # What a run is fetching right now is not about to be lost.
                if connector and run and state != "reading"
                else (),
                **(_of_run(run) if run else {}),  # type: ignore[arg-type]  # by name
            )
        )
    shown = panel(basis)
    return Status(
        as_of=basis.as_of,
        timezone=settings.organisation.timezone if settings else "UTC",
        latest_week=shown.weeks[-1] if shown.weeks else None,
        alarms=tuple(alarm for each in sources for alarm in each.alarms),
        sources=tuple(sources),
        notes=tuple(shown.notes),
        deliveries=tuple(_in_doubt(store)) if basis.visible is None else (),
    )


def _in_doubt(store: Store) -> Iterator[str]:
    """Yield what may not have arrived, and what is not sent any more, for whoever runs the bot."""
    for each in outbox.deliveries(store, "unknown"):
        named = f'"{each.subscription}" "{each.period}"'
        yield (
            f"{each.period} of {each.subscription} may or may not have arrived ({each.error or 'no answer'}). "
            f"Look there, then: `ai-usage subscriptions --arrived {named}`, or `--missing`."
        )
    for key, standing in standings(store).items():
        if standing.paused:
            yield f"{key} is paused: {standing.paused}."
        elif standing.trouble:
            yield f"{key}: {standing.trouble}"


def state_of(store: Store, run: Run | None) -> State:
    """Return how a source's newest run went, or goes."""
    if run is None:
        return "never read"
    if run.finished is None:
        return "reading" if is_claimed(store, run.source) else "stopped"
    if run.error == STOPPED:
        return "stopped"
    if run.next_try:
        return "waits"
    return "failed" if run.error else "ok"


def is_overdue(each: SourceStatus, as_of: date) -> bool:
    """Whether the schedule wanted a source to be read before `as_of`, and it was not: then nothing serves it."""
    due = max(filter(None, (each.next_run, each.next_try)), default=None)
    return each.next_run is not None and due is not None and due.date() < as_of - timedelta(days=1)


def _of_run(run: Run) -> dict[str, object]:
    return {
        "last_run": run.started,
        "seconds": round((run.finished - run.started).total_seconds(), 1) if run.finished else None,
        "asked_from": run.asked_from,
        "asked_to": run.asked_to,
        "pages": run.pages,
        "files": run.files,
        "rows": run.rows,
        "skipped": run.skipped,
        "warnings": run.warnings,
        "error": run.error,
        "next_try": run.next_try,
    }


def _next_run(settings: Settings | None, name: str, run: Run | None) -> datetime | None:
    if settings is None or name not in settings.sources or run is None:
        return None
    trigger = source_trigger(name, settings.sources[name].schedule, settings.organisation.timezone)
    return next_run(trigger, run.started) if trigger else None

"""Reading sources as the settings describe them, one after the other; one that fails does not stop the others."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import connectors
from bot.installation import Installation
from bot.settings import DIRECTORY, SettingsError, nearest, secret
from bot.settings import Source as SourceSettings
from connectors.connector import Connector, Scopes, TableFeed
from connectors.door import Door
from connectors.errors import ConnectorError
from connectors.fetch import Access, ingest, probe
from connectors.http import Sleep
from connectors.ingest import Source, ingest_directory, ingest_path
from connectors.report import Progress, RunReport
from connectors.tables import TableAccess, ingest_tables, probe_tables
from storage.discover import discover
from storage.rollups import refresh


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How one source went: its report, or the error that stopped it."""

    source: str
    report: RunReport | None = None
    error: str | None = None


def connector_of(tool: str) -> Connector:
    """Return the connector that reads `tool`. SettingsError where there is none."""
    known = {each.tool: each for each in discover(connectors, Connector)}
    if tool not in known:
        raise SettingsError(f"[sources.{tool}]: there is no connector for it yet; {nearest(tool, known)}")
    return known[tool]


def sources_in_order(installation: Installation) -> list[str]:
    """Return the configured sources, the directory first: departments are then known when facts come."""
    return sorted(installation.settings.sources, key=lambda name: (name != DIRECTORY, name))


def ingest_all(
    installation: Installation,
    progress: Progress,
    only: str = "",
    path: Path | None = None,
    since: date | None = None,
    *,
    today: date | None = None,
    sleep: Sleep = asyncio.sleep,
) -> list[Outcome]:
    """Read every configured source, or `only` one, from its API or from `path`; then refresh the roll-ups.

    `since` is the first day to ask a vendor for on a first run; by default as far back as it keeps its logs. `today` is
    the clock's by default; `sleep` is what keeps requests for tables apart.
    """
    names = [only] if only else sources_in_order(installation)
    outcomes = []
    for name in names:
        try:
            report = ingest_one(installation, name, progress, path, since, today=today, sleep=sleep)
            outcomes.append(Outcome(source=name, report=report))
        except (ConnectorError, SettingsError) as error:
            outcomes.append(Outcome(source=name, error=str(error)))
    roll_up(installation, progress)
    return outcomes


def roll_up(installation: Installation, progress: Progress) -> None:
    """Refresh the weekly roll-ups that the last runs touched."""
    begun = False

    def told(done: int, total: int) -> None:
        nonlocal begun
        if not begun:
            progress.begin("Rolling up weeks", total)
            begun = True
        if done:
            progress.advance(1)

    windows = {each.tool: each.restatement_days for each in discover(connectors, Connector)}
    refresh(installation.store, told, windows)


def ingest_one(
    installation: Installation,
    name: str,
    progress: Progress,
    path: Path | None = None,
    since: date | None = None,
    *,
    today: date | None = None,
    sleep: Sleep = asyncio.sleep,
) -> RunReport:
    """Read one source. Raises ConnectorError or SettingsError, each with what to fix."""
    settings = installation.settings
    configured = settings.sources.get(name)
    if configured is None and path is None:
        raise SettingsError(
            f"[sources.{name}] is not in the settings: {nearest(name, settings.sources)}"
            if settings.sources
            else f"[sources.{name}] is not in the settings; `--from PATH` reads downloaded files without one"
        )
    configured = configured or SourceSettings()
    given = path or (settings.folder / configured.path if configured.path else None)
    key = installation.identity_key()
    if name == DIRECTORY:
        if configured.kind not in ("", "csv"):
            raise SettingsError(f'sources.directory.kind is "{configured.kind}": only "csv" is read so far')
        if given is None:
            raise SettingsError("sources.directory.path is not set: name the CSV from HR")
        return ingest_directory(installation.store, name, Door(key, name), given, progress=progress)
    source = _source(installation, name, key)
    if given is not None:
        return ingest_path(source, given, today=today or _today(), progress=progress)
    if isinstance(source.connector.feed, TableFeed):
        tables = _table_access(name, configured, settings.folder, since)
        return asyncio.run(ingest_tables(source, tables, today=today or _today(), progress=progress, sleep=sleep))
    access = _access(name, configured, settings.folder, since)
    return asyncio.run(ingest(source, access, today=today or _today(), progress=progress))


def try_source(installation: Installation, name: str) -> None:
    """Ask a source's API for a page and keep nothing. Raises ConnectorError or SettingsError, each with what to fix."""
    settings = installation.settings
    connector, configured = connector_of(name), settings.sources[name]
    if isinstance(connector.feed, TableFeed):
        asyncio.run(probe_tables(connector, _table_access(name, configured, settings.folder, None), _today()))
    else:
        asyncio.run(probe(connector, _access(name, configured, settings.folder, None)))


def _source(installation: Installation, name: str, key: bytes) -> Source:
    terms = installation.settings.contracts.get(name)
    return Source(
        store=installation.store,
        name=name,
        connector=connector_of(name),
        door=Door(key, name),
        price=terms.price if terms else None,
    )


def _access(name: str, configured: SourceSettings, folder: Path, since: date | None) -> Access:
    if not configured.workspace:
        raise SettingsError(f"sources.{name}.workspace is not set: the workspace id, under Workspace settings")
    return Access(
        token=secret(configured.key, f"sources.{name}.key", folder),
        workspace=configured.workspace,
        organization=configured.organization,
        base_url=configured.base_url,
        since=since,
    )


def _table_access(name: str, configured: SourceSettings, folder: Path, since: date | None) -> TableAccess:
    return TableAccess(
        token=secret(configured.key, f"sources.{name}.key", folder),
        scopes=Scopes(
            workspace=configured.workspace,
            organization=configured.organization,
            admin=configured.admin,
            tenant=configured.tenant,
            client_id=configured.client_id,
        ),
        base_url=configured.base_url,
        since=since,
    )


def _today() -> date:
    return datetime.now(UTC).date()

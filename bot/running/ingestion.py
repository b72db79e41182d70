"""Reading sources as the settings describe them, side by side; one that fails does not stop the others."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import connectors
from bot.installation import Installation
from bot.running.stopping import Stop
from bot.settings import DIRECTORY, SettingsError, nearest, secret
from bot.settings import Source as SourceSettings
from connectors.connector import Connector, Scopes, TableFeed, from_files, opt_in_tables, table_feed
from connectors.door import Door
from connectors.errors import BeingReadError, ConnectorError, TryAgainError
from connectors.files.fetch import Access, ingest, probe
from connectors.ingest import STOPPED, Source, fault_in_words, ingest_directory, ingest_path, next_try
from connectors.net.http import Sleep
from connectors.report import Progress, RunReport, StoppedError, Watch
from connectors.tables.logins import Logins, read_logins
from connectors.tables.run import ingest_tables, probe_tables
from connectors.tables.state import TableAccess
from storage import ingestion
from storage.discover import discover
from storage.periods import refresh_periods
from storage.rollups import refresh


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How one source went: its report, or the error that stopped it and when its vendor may be asked again."""

    source: str
    report: RunReport | None = None
    error: str | None = None
    next_try: datetime | None = None


def connector_of(tool: str, kind: str = "") -> Connector:
    """Return the connector that reads `tool` in the way that `kind` names. SettingsError where there is none."""
    known = {each.tool: each for each in discover(connectors, Connector)}
    if tool not in known:
        raise SettingsError(f"[sources.{tool}]: there is no connector for it yet; {nearest(tool, known)}")
    connector = known[tool]
    if not kind or not connector.kinds:
        return connector
    if kind not in connector.kinds:
        raise SettingsError(
            f'sources.{tool}.kind is "{kind}": {nearest(kind, connector.kinds)}; without a kind, the analytics are read'
        )
    return connector.kinds[kind]


def sources_in_order(installation: Installation) -> list[str]:
    """Return the configured sources, the directory first: departments are then known when facts come."""
    return sorted(installation.settings.sources, key=lambda name: (name != DIRECTORY, name))


def ingest_all(
    installation: Installation,
    watch: Watch,
    only: str = "",
    path: Path | None = None,
    since: date | None = None,
    *,
    today: date | None = None,
    sleep: Sleep = asyncio.sleep,
) -> list[Outcome]:
    """Read every configured source, or `only` one, from its API or from `path`; then refresh the roll-ups.

    The directory is read first, then all others side by side, each in a thread of its own with its own event loop:
    they wait for their vendors together, and none waits for what another works out. At KeyboardInterrupt every run
    ends, is noted, and the interrupt goes on to the caller.

    `since` is the first day to ask a vendor for on a first run; by default as far back as it keeps its logs. `today` is
    the clock's by default; `sleep` is what keeps requests apart.
    """
    names = [only] if only else sources_in_order(installation)
    stop = Stop()

    def read(name: str) -> Outcome:
        try:
            report = ingest_one(installation, name, watch.of(name), path, since, today=today, sleep=sleep, stop=stop)
        except StoppedError:
            return Outcome(source=name, error=STOPPED)
        except (ConnectorError, SettingsError) as error:
            again = next_try(error, datetime.now(UTC)) if isinstance(error, TryAgainError) else None
            return Outcome(source=name, error=str(error), next_try=again)
        except Exception as fault:  # noqa: BLE001 - one source's fault never stops the others, and is told
            return Outcome(source=name, error=fault_in_words(fault))
        return Outcome(source=name, report=report)

    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(max_workers=max(len(names), 1), thread_name_prefix="source") as pool:
        try:
            for group in ([n for n in names if n == DIRECTORY], [n for n in names if n != DIRECTORY]):
                outcomes += [each.result() for each in [pool.submit(read, name) for name in group]]
        except KeyboardInterrupt:
            stop.end_all()
            raise
    roll_up(installation, watch)
    return outcomes


def roll_up(installation: Installation, progress: Progress) -> None:
    """Refresh the roll-ups of weeks and periods that the last runs touched."""
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
    refresh_periods(installation.store)


def ingest_one(
    installation: Installation,
    name: str,
    progress: Progress,
    path: Path | None = None,
    since: date | None = None,
    *,
    today: date | None = None,
    sleep: Sleep = asyncio.sleep,
    stop: Stop | None = None,
) -> RunReport:
    """Read one source; every attempt leaves a row in the log of runs, also one that the settings stop at once.

    Raises ConnectorError or SettingsError, each with what to fix, and StoppedError where `stop` ended it.
    """
    store, ending = installation.store, stop or Stop()
    before = ingestion.newest_run(store, name)
    try:
        return _read(installation, name, ending.watching(progress), path, since, today or _today(), sleep, ending)
    except BeingReadError:
        raise
    except (ConnectorError, SettingsError) as error:
        if name in installation.settings.sources and ingestion.newest_run(store, name) == before:
            moment = datetime.now(UTC)
            ingestion.finish_run(store, ingestion.start_run(store, name, moment), finished=moment, error=str(error))
        raise


def _read(
    installation: Installation,
    name: str,
    progress: Progress,
    path: Path | None,
    since: date | None,
    today: date,
    sleep: Sleep,
    stop: Stop,
) -> RunReport:
    settings = installation.settings
    configured = settings.sources.get(name)
    if configured is None and path is None:
        raise SettingsError(
            f"[sources.{name}] is not in the settings: {nearest(name, settings.sources)}"
            if settings.sources
            else f"[sources.{name}] is not in the settings; `--from PATH` reads downloaded files without one"
        )
    configured = configured or SourceSettings()
    check_also(name, configured.also, None if name == DIRECTORY else connector_of(name))
    given = path or (settings.folder / configured.path if configured.path else None)
    key = installation.identity_key()
    if name == DIRECTORY:
        if configured.kind not in ("", "csv"):
            raise SettingsError(f'sources.directory.kind is "{configured.kind}": only "csv" is read so far')
        if given is None:
            raise SettingsError("sources.directory.path is not set: name the CSV from HR")
        return ingest_directory(installation.store, name, Door(key, name), given, progress=progress)
    source = _source(installation, name, configured.kind, key)
    if given is not None:
        source = replace(source, connector=from_files(source.connector))
        return ingest_path(source, given, today=today, progress=progress)
    if isinstance(source.connector.feed, TableFeed):
        tables = _table_access(name, configured, settings.folder, since)
        return stop.run(ingest_tables(source, tables, today=today, progress=progress, sleep=sleep))
    access = _access(name, configured, settings.folder, since)
    return stop.run(ingest(source, access, today=today, progress=progress, sleep=sleep))


def try_source(installation: Installation, name: str) -> None:
    """Ask a source's API for a page and keep nothing. Raises ConnectorError or SettingsError, each with what to fix."""
    settings = installation.settings
    configured = settings.sources[name]
    connector = connector_of(name, configured.kind)
    check_also(name, configured.also, connector)
    if isinstance(connector.feed, TableFeed):
        asyncio.run(probe_tables(connector, _table_access(name, configured, settings.folder, None), _today()))
    else:
        asyncio.run(probe(connector, _access(name, configured, settings.folder, None)))


def _source(installation: Installation, name: str, kind: str, key: bytes) -> Source:
    terms = installation.settings.contracts.get(name)
    return Source(
        store=installation.store,
        name=name,
        connector=connector_of(name, kind),
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
            enterprise=configured.enterprise,
            admin=configured.admin,
            tenant=configured.tenant,
            client_id=configured.client_id,
        ),
        base_url=configured.base_url,
        since=since,
        also=tuple(configured.also),
        logins=_logins(name, configured, folder),
        timeout=configured.timeout,
    )


def check_also(name: str, also: Sequence[str], connector: Connector | None) -> None:
    """Raise SettingsError where `also` names what is no table that is read on request."""
    known = [each.name for each in opt_in_tables(connector)] if connector else []
    for wanted in also:
        if not known:
            raise SettingsError(f"sources.{name}.also: this source has no table that is read only on request")
        if wanted not in known:
            raise SettingsError(f'sources.{name}.also has no table "{wanted}": {nearest(wanted, known)}')


def _logins(name: str, configured: SourceSettings, folder: Path) -> Logins:
    """Return what the operator says of whose a login is. SettingsError for a tool that tells addresses by itself."""
    if not configured.logins:
        return Logins()
    account_id = table_feed(connector_of(name)).account_id
    if account_id is None:
        raise SettingsError(f"sources.{name}.logins: {connector_of(name).title} tells addresses itself; take it away")
    return read_logins(folder / configured.logins, account_id)


def _today() -> date:
    return datetime.now(UTC).date()

"""A run over a vendor that delivers finished numbers by day: people first, then the days that are missing or restated.

A first run reads the newest days first. What was read is kept a window at a time with how far the run came, in one
transaction: stopped anywhere, the next run goes on from there.
"""

import asyncio
from dataclasses import replace
from datetime import date

from connectors.connector import Connector, Scopes, Table, TableFeed, table_feed
from connectors.errors import ExpiredCursorError, NotPublishedError, SourceFailedError
from connectors.ingest import Clock, Source, noted, now
from connectors.net.auth import bearer_token
from connectors.net.auth_microsoft import Application, get_token
from connectors.net.http import Api, Sleep, get_page, limits_for, open_api, signed
from connectors.report import Progress, RunReport, Tally
from connectors.rows import DayRow, TablePage
from connectors.tables.pages import from_the_start
from connectors.tables.people import read_people
from connectors.tables.reading import read_snapshots, read_window
from connectors.tables.state import Run, TableAccess, by_window, snapshots_of
from connectors.tables.windows import DAY, spans, windows_of


async def ingest_tables(
    source: Source,
    access: TableAccess,
    *,
    today: date,
    progress: Progress,
    clock: Clock = now,
    sleep: Sleep = asyncio.sleep,
) -> RunReport:
    """Read what is missing, and again what the vendor may have restated.

    Raises a ConnectorError where the source as a whole cannot be read; the windows read before it are kept.
    """
    connector, feed = source.connector, table_feed(source.connector)
    base_url, limits = access.base_url or connector.base_url, limits_for(sleep)
    with noted(source.store, source.name, progress, clock) as tally:
        async with open_api(
            base_url,
            await _token(connector, access, clock, sleep),
            connector.users,
            sign=feed.sign,
            headers=feed.headers,
            sleep=sleep,
            # The key that the operator gave, since what it is exchanged for changes from hour to hour.
            pace=limits.pace(base_url, access.token, sleep, per_minute=feed.per_minute),
            patience=access.timeout,
        ) as api:
            headers = dict(api.headers)

            async def renew() -> None:
                headers.update(signed(feed.sign, await _token(connector, access, clock, sleep)))

            renewed = renew if feed.oauth_scope or feed.login else None
            own = replace(api, headers=headers, renew=renewed)
            run = Run(api=own, source=source, feed=feed, access=access, tally=tally, today=today, limits=limits)
            await read_people(run)
            windows, snapshots = list(windows_of(run)) if by_window(run) else [], snapshots_of(run)
            progress.begin(f"Reading {connector.title}", len(windows) + len(snapshots))
            if snapshots:
                await read_snapshots(run, snapshots)
                progress.advance(len(snapshots))
            for number, (first, last) in enumerate(windows):
                if number and own.renew:
                    # A token that was exchanged for lives an hour; the windows of a first run may take longer.
                    await own.renew()
                await read_window(run, first, last)
                progress.advance(1)
    return tally.report()


async def probe_tables(connector: Connector, access: TableAccess, today: date) -> None:
    """Ask the vendor one question, without waiting between attempts, and keep nothing.

    Raises a ConnectorError that says what is wrong with the key, the ids or the address.
    """

    async def at_once(_seconds: float) -> None:
        """Not wait: whoever asks is sitting there."""

    feed = table_feed(connector)
    table = (*feed.people, *feed.tables)[0]
    async with open_api(
        access.base_url or connector.base_url,
        await _token(connector, access, now, at_once),
        table.permission,
        sign=feed.sign,
        headers=feed.headers,
        sleep=at_once,
        patience=access.timeout,
    ) as api:
        day = today - (connector.lag_hours // 24 + 2) * DAY
        for request in table.ask(access.scopes, day, day)[:1]:
            try:
                table.parse(await get_page(api, request), request)
            except NotPublishedError:
                return
            except (ValueError, KeyError, TypeError) as error:
                raise SourceFailedError(f"an answer of {table.name} cannot be read") from error


async def read_table(
    source: Source, api: Api, table: Table, scopes: Scopes, first: date, last: date, tally: Tally
) -> list[DayRow]:
    """Return what a table beside a connector's feed tells of some days. Raises a ConnectorError as `ingest_tables`."""
    feed, access = TableFeed(tables=(table,)), TableAccess(token="", scopes=scopes)
    limits = limits_for(api.sleep)
    run = Run(api=api, source=source, feed=feed, access=access, tally=tally, today=last, limits=limits)
    rows: list[DayRow] = []
    for begin, end in spans(first, last, table.span_days):
        try:
            pages = await from_the_start(run, table, begin, end, list[TablePage])
        except ExpiredCursorError as error:
            raise SourceFailedError(f"{table.name} broke off: {error}") from error
        for page in pages:
            rows += page.rows
            tally.skipped.update(page.passed)
            tally.skipped.update(page.bad)
    return rows


async def _token(connector: Connector, access: TableAccess, clock: Clock, sleep: Sleep) -> str:
    """Return what is shown to the vendor: the key as it is, or what a sign-in gives for it."""
    feed, ids = table_feed(connector), access.scopes
    if feed.oauth_scope:
        return await bearer_token(access.token, scope=feed.oauth_scope, admin=ids.admin, at=clock(), sleep=sleep)
    if not feed.login or not (ids.tenant or ids.client_id):
        return access.token
    application = Application(tenant=ids.tenant, client_id=ids.client_id, secret=access.token, api=connector.base_url)
    return await get_token(application, feed.login, sleep)

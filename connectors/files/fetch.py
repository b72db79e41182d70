"""A run over a vendor's API: users first, then every stream's new files, the newest first, a few fetched ahead.

A list of files goes forward only, so it is asked for to its end before the first file is fetched. Each file is kept
whole, under its name: a run that was stopped goes on with the newest file that is missing. How far a stream was read is
the end of the last file before which none is missing, so it moves when the oldest one is in.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Coroutine, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import takewhile

from connectors.connector import Connector, Scopes, Stream, file_feed
from connectors.errors import BadFileError, ConfigurationError, ConnectorError, NotPublishedError, SourceFailedError
from connectors.files.days import work_out_days
from connectors.files.meter import read_meter
from connectors.files.pieces import pieces_of_stream
from connectors.files.reading import Read, Reader, read, start_readers
from connectors.files.timestamps import UNREADABLE, read_time
from connectors.ingest import Clock, Kept, Source, keep, keep_accounts, noted, now
from connectors.net.http import Api, Sleep, download, get_page, open_api, read_page
from connectors.report import Progress, RunReport, Tally
from connectors.rows import Account, RemoteFile
from storage import ingestion

_AHEAD = 4
"""Files fetched and parsed at once."""

_BEGUN = " begun"
"""Ends the name of the watermark that says where the first run of a stream began."""

_FILE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """How a vendor's API is reached. `since`: where the first run begins; None: as far back as the vendor keeps."""

    token: str
    workspace: str
    organization: str = ""
    base_url: str = ""
    since: date | None = None

    def __repr__(self) -> str:
        return f"Access(workspace={self.workspace!r}, base_url={self.base_url!r})"


async def ingest(
    source: Source,
    access: Access,
    *,
    today: date,
    progress: Progress,
    clock: Clock = now,
    sleep: Sleep = asyncio.sleep,
) -> RunReport:
    """Read what is new at the vendor. Raises a ConnectorError where the source as a whole cannot be read.

    A damaged file is read again by the next run, which lists from before it. Days older than the vendor
    keeps its files are closed once everything listed was read.
    """
    connector = source.connector
    if not access.workspace:
        raise ConfigurationError("the workspace is missing: set `workspace` of this source")
    with noted(source.store, source.name, progress, clock) as tally:
        failure: ConnectorError | None = None
        try:
            async with open_api(
                access.base_url or connector.base_url, access.token, connector.users, sleep=sleep
            ) as api:
                accounts = [each async for each in _accounts(api, source, access, tally)]
                seats = file_feed(connector).seats
                await asyncio.to_thread(keep_accounts, source, accounts, today=today, seats=seats)
                run = _Run(api=api, source=source, access=access, tally=tally, today=today)
                for stream in connector.streams:
                    await _read_stream(run, stream)
        except ConnectorError as error:
            failure = error
        with ThreadPoolExecutor(max_workers=1) as pool:
            await asyncio.to_thread(work_out_days, source.store, source.name, connector, tally, pool)
        if failure:
            raise failure
        if tally.seen and not tally.damaged:
            newest = min(max(tally.seen), today)
            before = newest - timedelta(days=connector.retention_days)
            await asyncio.to_thread(ingestion.close_days, source.store, source.name, before)
    return tally.report()


async def probe(connector: Connector, access: Access) -> None:
    """Ask the vendor for the first page of users, without waiting between attempts, and keep nothing.

    Raises a ConnectorError that says what is wrong with the key, the ids or the address.
    """

    async def at_once(_seconds: float) -> None:
        """Not wait: whoever asks is sitting there."""

    feed = file_feed(connector)
    async with open_api(access.base_url or connector.base_url, access.token, connector.users, sleep=at_once) as api:
        request = feed.list_users(access.workspace, None)
        try:
            feed.parse_users(await get_page(api, request))
        except NotPublishedError as error:
            raise ConfigurationError(f"{error}: is `workspace` right?") from error
        except ValueError as error:
            raise SourceFailedError("the vendor's list of users cannot be read") from error


async def _accounts(api: Api, source: Source, access: Access, tally: Tally) -> AsyncIterator[Account]:
    feed = file_feed(source.connector)
    cursor: str | None = None
    seen: set[str | None] = set()
    while cursor not in seen:
        seen.add(cursor)
        request = feed.list_users(access.workspace, cursor)
        try:
            page = await read_page(api, request, feed.parse_users)
        except NotPublishedError as error:
            raise ConfigurationError(f"{error}: is `workspace` right?") from error
        except ValueError as error:
            raise SourceFailedError("the vendor's list of users cannot be read") from error
        tally.pages += 1
        for account in page.accounts:
            yield account
        if page.cursor is None:
            return
        cursor = page.cursor
    raise SourceFailedError("the vendor's list of users does not come to an end: a cursor came twice")


async def _files(run: "_Run", stream: Stream, scope: str, after: str) -> list[RemoteFile]:
    feed = file_feed(run.source.connector)
    files: dict[str, RemoteFile] = {}
    while True:
        request = feed.list_files(stream, scope, after)
        try:
            page = await read_page(run.api, request, feed.parse_files)
        except ValueError as error:
            raise SourceFailedError(f"the vendor's list of {stream.name} files cannot be read") from error
        run.tally.pages += 1
        files |= {each.id: each for each in page.files}
        if page.cursor is None:
            return list(files.values())
        if page.cursor == after or read_time(page.cursor) <= read_time(after):
            raise SourceFailedError(f"the vendor's list of {stream.name} files does not advance")
        after = page.cursor


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    api: Api
    source: Source
    access: Access
    tally: Tally
    today: date


async def _read_stream(run: _Run, stream: Stream) -> None:
    source, access, tally = run.source, run.access, run.tally
    scope = access.organization if stream.scope == "organization" else access.workspace
    meter = source.connector.meter
    if not scope and meter is not None and meter.instead_of == stream.name:
        scopes = Scopes(workspace=access.workspace)
        await read_meter(source, run.api, meter, scopes, tally, since=access.since, today=run.today)
        return
    if not scope:
        tally.warn(f"{stream.name} is not read: set `organization` of this source")
        return
    after = await asyncio.to_thread(_begin, run, stream)
    tally.asked(date.fromisoformat(after[:10]), run.today)
    try:
        listed = await _files(run, stream, scope, after)
    except NotPublishedError as error:
        if not stream.optional:
            raise ConfigurationError(f"{error}: is `workspace` right, and are compliance logs switched on?") from error
        tally.warn(f"{stream.name} is not read: {error}. Is it switched on, and is `organization` right?")
        return
    done = await asyncio.to_thread(ingestion.done_files, source.store, source.name)
    closed = await asyncio.to_thread(ingestion.closed_days, source.store, source.name)
    files = [each for each in listed if _name(each) not in done]
    tally.known_files += len(listed) - len(files)
    tally.progress.begin(f"Reading {stream.name}", len(files))
    if files and ingestion.get_watermark(source.store, source.name, stream.name) is None:
        # Whatever stops this run, the next one is to know that nothing after this was read to its end.
        await asyncio.to_thread(ingestion.move_watermarks, source.store, source.name, {stream.name: after})
    reader = Reader(parse=file_feed(source.connector).parse, door=source.door)
    with start_readers(reader, sum(each.size for each in files)) as pool:
        fetch = partial(_fetch, run, stream, scope, pool)
        async with aclosing(_in_order(files[::-1], fetch)) as arrivals:
            async for file, results in arrivals:
                if isinstance(results, BadFileError):
                    tally.damage(f"{stream.name} {_name(file)}", str(results))
                else:
                    await asyncio.to_thread(_keep, source, tally, results, closed, Kept(stream=stream.name))
                    done.add(_name(file))
                tally.progress.advance(1)
    if position := _reached(listed, done):
        await asyncio.to_thread(ingestion.move_watermarks, source.store, source.name, {stream.name: position})


def _reached(listed: Sequence[RemoteFile], done: Collection[str]) -> str:
    """Return the position of the last file before which none is missing; "" where already the first one is."""
    read = takewhile(lambda file: _name(file) in done, listed)
    return next(reversed([file.end for file in read if file.end]), "")


def _begin(run: _Run, stream: Stream) -> str:
    """Return the position after which to list: some days before the last one, since files may come late.

    Never from before the first run began: of a day before that, these files would tell but a part. Where files are read
    anew, or again after longer than they are kept, they hold but a part of the first day. Up to
    that day the facts stand that were read in another way.
    """
    connector = run.source.connector
    store, name, begun = run.source.store, run.source.name, f"{stream.name}{_BEGUN}"
    position = read_time(ingestion.get_watermark(store, name, stream.name))
    kept = run.today - timedelta(days=connector.retention_days)
    first = run.access.since or kept
    if position != UNREADABLE:
        moment = datetime.fromtimestamp(position / 1e6, UTC) - timedelta(days=connector.restatement_days)
        if earliest := ingestion.get_watermark(store, name, begun):
            moment = max(moment, datetime.fromisoformat(earliest).replace(tzinfo=UTC))
        first = max(moment.date(), kept)
    else:
        moment = datetime(first.year, first.month, first.day, tzinfo=UTC)
        ingestion.move_watermarks(store, name, {begun: str(first)})
    if position == UNREADABLE or moment.date() < kept:
        ingestion.close_facts(store, name, first + timedelta(days=1))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


async def _in_order(
    files: Sequence[RemoteFile], fetch: Callable[[RemoteFile], Coroutine[None, None, list[Read] | BadFileError]]
) -> AsyncGenerator[tuple[RemoteFile, list[Read] | BadFileError]]:
    """Yield files with what they hold, in order, a few being fetched ahead."""
    coming: deque[tuple[RemoteFile, asyncio.Task[list[Read] | BadFileError]]] = deque()
    try:
        for file in files:
            coming.append((file, asyncio.create_task(fetch(file))))
            if len(coming) >= _AHEAD:
                first, task = coming.popleft()
                yield first, await task
        while coming:
            first, task = coming.popleft()
            yield first, await task
    finally:
        for _, task in coming:
            task.cancel()
        await asyncio.gather(*(task for _, task in coming), return_exceptions=True)


async def _fetch(run: _Run, stream: Stream, scope: str, pool: Executor, file: RemoteFile) -> list[Read] | BadFileError:
    """Fetch a file and read it whole. A damaged one is returned as such, so that it does not stop the others."""
    request = file_feed(run.source.connector).fetch_file(stream, scope, file.id)
    name = _name(file)
    try:
        results: list[Read] = []
        with await download(run.api, request, file.sha256) as content:
            for piece in pieces_of_stream(content):
                part = f"{name}#{len(results) + 1}" if results else name
                results.append(await asyncio.get_running_loop().run_in_executor(pool, read, piece, part))
        if results and results[-1].cut:
            return BadFileError("its last line is cut short")
        return results or [Read(file=name)]
    except BadFileError as error:
        return error
    except NotPublishedError:
        return BadFileError("it is listed but cannot be fetched")


def _keep(source: Source, tally: Tally, results: Sequence[Read], closed: set[date], kept: Kept) -> None:
    """Keep a file's pieces. The first goes last, under the file's own name: only then is the file done."""
    for result in results:
        tally.bad_lines(f"{kept.stream} {results[0].file}", result.bad)
    for result in results[1:]:
        keep(source, tally, result, closed, Kept(stream=kept.stream))
    keep(source, tally, results[0], closed, kept)
    tally.files += 1
    tally.pages += 1


def _name(file: RemoteFile) -> str:
    """Return the vendor's id of a file where it looks like one, else its hash: nothing odd goes into the store."""
    return file.id if _FILE_ID.fullmatch(file.id) else sha256(file.id.encode("utf-8", "surrogatepass")).hexdigest()

"""A run over a vendor that delivers finished numbers by day: people first, then the days that are missing or restated.

A first run reads the newest days first. What was read is kept a window at a time with how far the run came, in one
transaction: stopped anywhere, the next run goes on from there.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Protocol, TypeVar

from connectors.auth import bearer_token
from connectors.auth_microsoft import Application, get_token
from connectors.connector import Connector, Scopes, Table, TableFeed
from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    ExpiredCursorError,
    ForbiddenError,
    NotPublishedError,
    PermissionMissingError,
    SourceFailedError,
)
from connectors.fold import IMPOSSIBLE, MOST, Fold
from connectors.http import READINGS, TIMEOUT, Api, Sleep, get_page, limits_for, open_api, read_page, signed
from connectors.ingest import Clock, Source, keep_accounts, noted, now
from connectors.limits import Limits, Pace
from connectors.logins import Logins, settle
from connectors.parsing import nonzero
from connectors.report import Progress, RunReport, Tally
from connectors.rows import Account, DayRow, Request, TablePage
from storage import ingestion
from storage.facts import Alias, CompanyDay, Person, Usage

NEWEST, OLDEST = "newest day", "oldest day"
WINDOW = 28
"""Days that are read, and kept, together."""

MOST_PAGES = 20_000
"""Pages that one question may lead to: more of them do not come to an end. A person in a list is a new question."""

RESTARTS = 2
"""How often a question is asked from its first page again, where a page that it led to is gone."""

DISPUTED = "a login to which two lists give different addresses: the more trusted one counts"
REFUSED = "a person of whom the vendor refuses to tell (403), perhaps for want of a licence"
DAY = timedelta(days=1)
_MEASURE = re.compile(r"[a-z][a-z0-9_]{0,47}")


@dataclass(frozen=True, kw_only=True, slots=True)
class TableAccess:
    """How a vendor's API is reached. `since`: where the first run begins; None: as far back as the vendor keeps.

    `also` names the opt-in tables that are read. `logins` is what the operator says of whose a login is. `timeout` is
    the seconds that a page may take.
    """

    token: str
    scopes: Scopes
    base_url: str = ""
    since: date | None = None
    also: tuple[str, ...] = ()
    logins: Logins = field(default_factory=Logins)
    timeout: float = TIMEOUT

    def __repr__(self) -> str:
        return f"TableAccess(scopes={self.scopes!r}, base_url={self.base_url!r})"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    api: Api
    source: Source
    feed: TableFeed
    access: TableAccess
    tally: Tally
    today: date
    limits: Limits
    machines: set[Person] = field(default_factory=set)


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
            run = _Run(api=own, source=source, feed=feed, access=access, tally=tally, today=today, limits=limits)
            await _read_people(run)
            windows, snapshots = list(_windows(run)) if _by_window(run) else [], _snapshots(run)
            progress.begin(f"Reading {connector.title}", len(windows) + len(snapshots))
            if snapshots:
                await _read_snapshots(run, snapshots)
                progress.advance(len(snapshots))
            for number, (first, last) in enumerate(windows):
                if number and own.renew:
                    # A token that was exchanged for lives an hour; the windows of a first run may take longer.
                    await own.renew()
                if not await _read_window(run, first, last):
                    break
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
    run = _Run(api=api, source=source, feed=feed, access=access, tally=tally, today=last, limits=limits)
    rows: list[DayRow] = []
    for begin, end in _spans(first, last, table.span_days):
        try:
            pages = await _from_the_start(run, table, begin, end, list[TablePage])
        except ExpiredCursorError as error:
            raise SourceFailedError(f"{table.name} broke off: {error}") from error
        for page in pages:
            rows += page.rows
            tally.skipped.update(page.passed)
            tally.skipped.update(page.bad)
    return rows


def table_feed(connector: Connector) -> TableFeed:
    """Return a connector's feed of tables. Raises ConfigurationError for one whose vendor delivers files."""
    if not isinstance(connector.feed, TableFeed):
        raise ConfigurationError(f"{connector.title} delivers files, not tables")
    return connector.feed


async def _token(connector: Connector, access: TableAccess, clock: Clock, sleep: Sleep) -> str:
    """Return what is shown to the vendor: the key as it is, or what a sign-in gives for it."""
    feed, ids = table_feed(connector), access.scopes
    if feed.oauth_scope:
        return await bearer_token(access.token, scope=feed.oauth_scope, admin=ids.admin, at=clock(), sleep=sleep)
    if not feed.login or not (ids.tenant or ids.client_id):
        return access.token
    application = Application(tenant=ids.tenant, client_id=ids.client_id, secret=access.token, api=connector.base_url)
    return await get_token(application, feed.login, sleep)


async def _read_people(run: _Run) -> None:
    accounts: list[Account] = []
    for table in _read_at_all(run.feed.people, run.access):
        try:
            pages = await _from_the_start(run, table, run.today, run.today, list[TablePage])
        except (PermissionMissingError, NotPublishedError) as error:
            if not table.optional:
                raise
            run.tally.warn(f"{table.name} are not read: {error}")
            continue
        for page in pages:
            accounts += page.accounts
            run.machines.update(person for each in page.machines if (person := run.source.door.account(each)))
            run.tally.skipped.update(page.passed)
            run.tally.skipped.update(page.bad)
    if run.feed.account_id:
        accounts = _settled(run, accounts)
    if accounts:
        await asyncio.to_thread(keep_accounts, run.source, accounts, today=run.today, seats=run.feed.seats)


def _settled(run: _Run, accounts: Sequence[Account]) -> list[Account]:
    """Return the accounts with those of the operator's list, one address an id, and tell who remains without one."""
    logins = run.access.logins
    run.tally.bad_lines(logins.file, logins.bad)
    known = ingestion.account_aliases(run.source.store, run.source.name)
    settled = settle([*accounts, *logins.accounts], run.source.door, known)
    run.tally.skipped.update(nonzero({DISPUTED: settled.disputed}))
    if settled.unknown:
        some = f"{settled.unknown} logins with seats have" if settled.unknown > 1 else "1 login with a seat has"
        run.tally.warn(
            f"{some} no e-mail address, so no department: a CSV with the columns login and email can say whose they "
            f"are; name it in `logins` of [sources.{run.source.name}]"
        )
    return list(settled.accounts)


def _read_at_all(tables: Sequence[Table], access: TableAccess) -> list[Table]:
    return [each for each in tables if not each.opt_in or each.name in access.also]


def _by_window(run: _Run) -> list[Table]:
    """The tables whose rows take the place of what was known of a window."""
    return [each for each in _read_at_all(run.feed.tables, run.access) if not each.adds]


def _snapshots(run: _Run) -> list[Table]:
    """The tables that add."""
    return [each for each in _read_at_all(run.feed.tables, run.access) if each.adds]


async def _read_snapshots(run: _Run, tables: Sequence[Table]) -> None:
    """Read the tables that add. A snapshot holds what it holds, whatever was read before."""
    days = list(_days(_earliest(run), run.today - DAY))
    if not days:
        return
    fold = Fold(run.source.door, days, run.machines)
    for table in tables:
        try:
            part = await _from_the_start(run, table, days[0], days[-1], fold.part)
        except (PermissionMissingError, NotPublishedError) as error:
            if not table.optional:
                raise
            run.tally.warn(f"{table.name} is not read: {error}")
        else:
            fold.take(part, days, measures=False)
            run.tally.skipped.update(part.skipped)
    run.tally.asked(days[0], days[-1])
    facts = await asyncio.to_thread(_facts, run, fold)
    # How far the run came is told by the tables that are read by window, where there are some.
    positions = {} if _by_window(run) else {NEWEST: str(days[-1]), OLDEST: str(days[0])}
    await asyncio.to_thread(_keep_company, run, fold, days, told=[])
    await asyncio.to_thread(ingestion.merge_usage, run.source.store, run.source.name, days, facts, positions)
    _count(run, fold, facts)


def _earliest(run: _Run) -> date:
    return max(run.access.since or date.min, run.today - timedelta(days=run.source.connector.retention_days))


def _marks(run: _Run) -> list[tuple[str, str]]:
    """The names of the watermarks that a run moves; the last are those that say where it goes on.

    Opt-in tables have their own: switched on, they are read as far back as the vendor keeps.
    """
    wanted = sorted(each.name for each in _by_window(run) if each.opt_in)
    own = f" with {sha256(' '.join(wanted).encode()).hexdigest()[:16]}" if wanted else ""
    return [(NEWEST, OLDEST), *([(NEWEST + own, OLDEST + own)] if own else [])]


def _windows(run: _Run) -> Iterator[tuple[date, date]]:
    """The windows to read: what may have been restated, oldest first, then what was never read, newest first."""
    source, earliest, last = run.source, _earliest(run), run.today - DAY
    newest, oldest = (ingestion.get_watermark(source.store, source.name, each) for each in _marks(run)[-1])
    if newest is None or oldest is None:
        yield from _cut(earliest, last)
        return
    again = date.fromisoformat(newest) - timedelta(days=source.connector.restatement_days - 1)
    # Oldest first: `newest` moves with each window, and stopped anywhere leaves no hole behind it.
    yield from reversed(list(_cut(max(again, earliest), last)))
    yield from _cut(earliest, date.fromisoformat(oldest) - DAY)
    for day in ingestion.late_days(source.store, source.name):
        if max(earliest, date.fromisoformat(oldest)) <= day < again:
            yield day, day


def _cut(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        begin = max(first, last - timedelta(days=WINDOW - 1))
        yield begin, last
        last = begin - DAY


async def _read_window(run: _Run, first: date, last: date) -> bool:
    """Read a window and keep it. False: it stays as it was, and the run ends here.

    That is where a table is refused that had been read before: writing the window without it would wipe what it told.
    """
    run.tally.asked(first, last)
    fold = Fold(run.source.door, list(_days(first, last)), run.machines)
    read: list[Table] = []
    for table in _by_window(run):
        try:
            await _read_table(run, fold, table, first, last)
            read.append(table)
        except PermissionMissingError as error:
            if not table.optional:
                raise
            if table.measures and ingestion.get_watermark(run.source.store, run.source.name, _mark(table)):
                run.tally.warn(
                    f"{table.name}, which was read before, is refused now: everything up to {last} stays as it was, so "
                    f"that nothing it told is lost. {error}"
                )
                return False
            run.tally.warn(f"{table.name} is not read: {error}")
            fold.unread |= fold.days
    if fold.late:
        await asyncio.to_thread(ingestion.mark_late, run.source.store, run.source.name, fold.late)
    if days := sorted(fold.days - fold.late):
        facts = await asyncio.to_thread(_facts, run, fold)
        await asyncio.to_thread(_keep, run, days, fold, facts, read)
        _count(run, fold, facts)
    return True


async def _read_table(run: _Run, fold: Fold, table: Table, first: date, last: date) -> None:
    """Read one table for a window. What the vendor has not published, or could not tell to its end, is late."""
    settled = run.today - timedelta(days=run.source.connector.lag_hours // 24 + 1)
    spans = deque(_spans(first, last, table.span_days))
    while spans:
        begin, end = spans.popleft()
        try:
            part = await _from_the_start(run, table, begin, end, fold.part)
        except ExpiredCursorError as error:
            run.tally.warn(f"{table.name} is read again by the next run for {begin} to {end}: {error}")
            fold.late |= set(_days(begin, end))
        except NotPublishedError:
            # Where only the newest days are missing, the others need not wait for them.
            if begin <= settled < end:
                spans.appendleft((begin, settled))
                begin = settled + DAY
            missing = fold.unread if table.optional else fold.late
            missing |= set(_days(begin, end))
        else:
            if table.optional and part.untold:
                part.untold = False
                fold.unread |= set(_days(begin, end))
            fold.take(part, list(_days(begin, end)))
            run.tally.skipped.update(part.skipped)


class _Takes(Protocol):
    """What pages are gathered in."""

    def append(self, page: TablePage, /) -> None:
        """Take a page in."""


T = TypeVar("T", bound=_Takes)


async def _from_the_start(run: _Run, table: Table, first: date, last: date, begin: Callable[[], T]) -> T:
    """Gather every page about some days; where one is gone that the vendor led to, all of them anew."""
    for restart in range(RESTARTS + 1):
        gathered = begin()
        try:
            async for page in _pages(run, table, first, last):
                gathered.append(page)
        except ExpiredCursorError:
            if restart == RESTARTS:
                raise
        else:
            return gathered
    raise AssertionError("the last attempt returns or raises")


def _mark(table: Table) -> str:
    """The watermark that says that an optional table was read."""
    return f"read {table.name}"[:64]


def _count(run: _Run, fold: Fold, facts: Sequence[Usage]) -> None:
    run.tally.rows += fold.rows
    run.tally.seen |= {fact.day for fact in facts}


def _spans(first: date, last: date, days: int) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, first + timedelta(days=days - 1))
        yield first, end
        first = end + DAY


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


async def _pages(run: _Run, table: Table, first: date, last: date) -> AsyncIterator[TablePage]:
    """Ask for the days, and for what the answers lead to. A question that comes twice would go on for ever.

    Raises ExpiredCursorError where the vendor no longer knows what it led to.
    """
    api = replace(run.api, permission=table.permission, pace=_pace(run, table))
    waiting = deque((request, 0) for request in table.ask(run.access.scopes, first, last))
    asked: set[str] = set()
    refusals: list[ConnectorError] = []
    answered = False
    while waiting:
        request, pages = waiting.popleft()
        key = repr(request)
        if key in asked:
            raise SourceFailedError(f"{table.name} does not come to an end: a page came twice")
        asked.add(key)
        if pages > MOST_PAGES:
            raise SourceFailedError(f"{table.name} does not come to an end: {MOST_PAGES} pages to one question")
        try:
            page = await _page(api, table, request, len(asked))
        except (NotPublishedError, ForbiddenError) as error:
            missing = isinstance(error, NotPublishedError)
            if request.otherwise is not None and missing:
                waiting.append((request.otherwise, pages))
            elif pages and (missing or request.person):
                raise ExpiredCursorError(f"page {len(asked)} was gone when it was asked for ({error})") from error
            elif request.person:
                refusals.append(error)
            else:
                raise
            continue
        run.tally.pages += 1
        # The first page of a person that another list leads to is the beginning of a question.
        waiting.extend((each, 0 if each.person and not request.person else pages + 1) for each in page.then)
        answered |= bool(request.person)
        yield page
    if refused := [each for each in refusals if isinstance(each, ForbiddenError)]:
        run.tally.skipped[REFUSED] += len(refused)
    if refusals and not answered:
        raise (refused or refusals)[0]


async def _page(api: Api, table: Table, request: Request, number: int) -> TablePage:
    try:
        return await read_page(api, request, lambda answer: table.parse(answer, request))
    except (ValueError, KeyError, TypeError) as error:
        raise SourceFailedError(f"page {number} of {table.name} cannot be read, {READINGS} times over") from error


def _pace(run: _Run, table: Table) -> Pace:
    if not table.per_minute:
        return run.api.pace
    name, key = table.name, run.access.token
    return run.limits.pace(run.api.base_url, key, run.api.sleep, per_minute=table.per_minute, endpoint=name)


def _facts(run: _Run, fold: Fold) -> list[Usage]:
    """Return the facts of a window, of accounts under the person to whom they belong.

    It is as known before, else as the newest row with both an account and an address says; what is new is kept, since
    other rows of the account may lack the address.
    """
    source = run.source
    owners = ingestion.account_aliases(source.store, source.name)
    news = {own: person for own, (_, person) in fold.owners.items() if own not in owners}
    ingestion.add_aliases(source.store, source.name, [Alias(alias=own, person=who) for own, who in news.items()])
    return fold.facts(source.connector.tool, owners | news)


def _keep(run: _Run, days: list[date], fold: Fold, facts: list[Usage], read: Sequence[Table]) -> None:
    """Keep what was told of `days`; those of which the vendor has nothing to tell stay as they were."""
    source, positions = run.source, {_mark(each): str(days[-1]) for each in read if each.optional}
    for newest, oldest in _marks(run):
        known = {each: ingestion.get_watermark(source.store, source.name, each) for each in (newest, oldest)}
        positions[newest] = max(known[newest] or "", str(days[-1]))
        positions[oldest] = min(known[oldest] or "9", str(days[0]))
    silent = fold.untold - {fact.day for fact in facts}
    told = [day for day in days if day not in silent]
    adds = any(each.adds for each in run.feed.tables)
    # What a snapshot told of the organisation is not told again by window: a window withdraws none of it.
    unsaid = set(days) if adds else fold.untold | fold.unread
    _keep_company(run, fold, days, told=[day for day in days if day not in unsaid])
    if adds:
        only = _asked(run, fold)
        ingestion.merge_usage(source.store, source.name, told, facts, positions, restated=told, only=only)
    else:
        ingestion.replace_usage(source.store, source.name, told, facts, positions)


def _asked(run: _Run, fold: Fold) -> set[Person] | None:
    """Return of whom a window told all there is; None: of everybody."""
    if not all(each.by_person for each in _by_window(run)):
        return None
    owners = ingestion.account_aliases(run.source.store, run.source.name)
    return {person for own in fold.asked for person in (own, owners.get(own, own))}


def _keep_company(run: _Run, fold: Fold, days: Collection[date], *, told: Collection[date]) -> None:
    """Keep what was told of the whole organisation and `days`. Of a day that was `told` without it, nothing stays."""
    wanted, numbers = set(days), []
    for (day, measure), value in fold.company.items():
        if not _MEASURE.fullmatch(measure) or not 0 <= value <= MOST:
            run.tally.skipped[IMPOSSIBLE] += 1
        elif day in wanted:
            numbers.append(CompanyDay(day=day, measure=measure, value=float(value)))
    anew = sorted({*told, *(each.day for each in numbers)})
    ingestion.replace_company_days(run.source.store, run.source.name, anew, numbers)

"""A run over a vendor that delivers finished numbers by day: people first, then the days that are missing or restated.

A first run reads the newest days first. What was read is kept a window at a time with how far the run came, in one
transaction: stopped anywhere, the next run goes on from there.
"""

import asyncio
import re
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from hashlib import sha256

from connectors.auth import bearer_token
from connectors.auth_microsoft import Application, get_token
from connectors.connector import Connector, Scopes, Table, TableFeed
from connectors.door import model_name
from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    ForbiddenError,
    NotPublishedError,
    PermissionMissingError,
    SourceFailedError,
)
from connectors.http import Api, Sleep, get_page, open_api, signed
from connectors.ingest import Clock, Source, keep_accounts, noted, now
from connectors.logins import Logins, settle
from connectors.parsing import nonzero
from connectors.report import Progress, RunReport, Tally
from connectors.rows import Account, DayRow, Request, TablePage
from storage import ingestion
from storage.facts import NO_MODEL, Alias, CompanyDay, Person, Usage
from storage.schema import MEASURES

NEWEST, OLDEST = "newest day", "oldest day"
WINDOW = 28
"""Days that are read, and kept, together."""

MOST_ANSWERS = 20_000
"""Answers to one window's questions: more of them do not come to an end."""

IMPOSSIBLE = "a number that cannot be"
MOST = 1e15
"""No person does more of anything in a day."""

NOBODY = "nobody's: no person is named"
AGAIN = "an event that was told before"
DISPUTED = "a login to which two lists give different addresses: the more trusted one counts"
MACHINE = "a service account's, which is no person"
REFUSED = "a person of whom the vendor refuses to tell (403), perhaps for want of a licence"
DAY = timedelta(days=1)
_MEASURE = re.compile(r"[a-z][a-z0-9_]{0,47}")
_WHOLE = {each.name for each in fields(Usage) if each.type in ("int | None", int | None)}


@dataclass(frozen=True, kw_only=True, slots=True)
class TableAccess:
    """How a vendor's API is reached. `since`: where the first run begins; None: as far back as the vendor keeps.

    `also` names the opt-in tables that are read. `logins` is what the operator says of whose a login is.
    """

    token: str
    scopes: Scopes
    base_url: str = ""
    since: date | None = None
    also: tuple[str, ...] = ()
    logins: Logins = field(default_factory=Logins)

    def __repr__(self) -> str:
        return f"TableAccess(scopes={self.scopes!r}, base_url={self.base_url!r})"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    api: Api
    source: Source
    feed: TableFeed
    access: TableAccess
    tally: Tally
    pace: "_Pace"
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
    with noted(source.store, source.name, progress, clock) as tally:
        async with open_api(
            access.base_url or connector.base_url,
            await _token(connector, access, clock),
            connector.users,
            sign=feed.sign,
            headers=feed.headers,
            sleep=sleep,
        ) as api:
            pace = _Pace(feed.per_minute, sleep)
            run = _Run(api=api, source=source, feed=feed, access=access, tally=tally, pace=pace)
            await _read_people(run, today)
            windows, snapshots = list(_windows(run, today)) if _by_window(run) else [], _snapshots(run)
            progress.begin(f"Reading {connector.title}", len(windows) + len(snapshots))
            if snapshots:
                await _read_snapshots(run, snapshots, today)
                progress.advance(len(snapshots))
            for number, (first, last) in enumerate(windows):
                if number and feed.oauth_scope:
                    # A token that was exchanged for lives an hour; the windows of a first run may take longer.
                    shown = signed(feed.sign, await _token(connector, access, clock))
                    run = replace(run, api=replace(api, headers={**api.headers, **shown}))
                await _read_window(run, first, last)
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
        await _token(connector, access, now),
        table.permission,
        sign=feed.sign,
        headers=feed.headers,
        sleep=at_once,
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
    access, pace = TableAccess(token="", scopes=scopes), _Pace(0, api.sleep)
    run = _Run(api=api, source=source, feed=TableFeed(tables=(table,)), access=access, tally=tally, pace=pace)
    rows: list[DayRow] = []
    begun = False
    for begin, end in _spans(first, last, table.span_days):
        try:
            async for page in _pages(run, table, begin, end):
                rows += page.rows
                begun = True
        except NotPublishedError as error:
            if not begun:
                raise
            raise SourceFailedError(f"{table.name} broke off: {error}") from error
    return rows


def table_feed(connector: Connector) -> TableFeed:
    """Return a connector's feed of tables. Raises ConfigurationError for one whose vendor delivers files."""
    if not isinstance(connector.feed, TableFeed):
        raise ConfigurationError(f"{connector.title} delivers files, not tables")
    return connector.feed


async def _token(connector: Connector, access: TableAccess, clock: Clock) -> str:
    """Return what is shown to the vendor: the key as it is, or what a sign-in gives for it."""
    feed, ids = table_feed(connector), access.scopes
    if feed.oauth_scope:
        return await bearer_token(access.token, scope=feed.oauth_scope, admin=ids.admin, at=clock())
    if not feed.login or not (ids.tenant or ids.client_id):
        return access.token
    application = Application(tenant=ids.tenant, client_id=ids.client_id, secret=access.token, api=connector.base_url)
    return await get_token(application, feed.login)


@dataclass(slots=True)
class _Pace:
    """Keeps requests apart by as much as the vendor's own limit wants, so that it need not turn them away."""

    per_minute: int
    sleep: Sleep
    _next: float = 0.0

    async def wait(self) -> None:
        """Wait until the next request may go."""
        if not self.per_minute:
            return
        moment = asyncio.get_running_loop().time()
        if moment < self._next:
            await self.sleep(self._next - moment)
        self._next = max(moment, self._next) + 60 / self.per_minute


async def _read_people(run: _Run, today: date) -> None:
    accounts: list[Account] = []
    for table in _read_at_all(run.feed.people, run.access):
        try:
            async for page in _pages(run, table, today, today):
                accounts += page.accounts
                run.machines.update(person for each in page.machines if (person := run.source.door.account(each)))
        except (PermissionMissingError, NotPublishedError) as error:
            if not table.optional:
                raise
            run.tally.warn(f"{table.name} are not read: {error}")
    if run.feed.account_id:
        accounts = _settled(run, accounts)
    if accounts:
        await asyncio.to_thread(keep_accounts, run.source, accounts, today=today, seats=run.feed.seats)


def _settled(run: _Run, accounts: Sequence[Account]) -> list[Account]:
    """Return the accounts with those of the operator's list, one address an id, and tell who remains without one."""
    logins = run.access.logins
    run.tally.bad_lines(logins.file, logins.bad)
    settled = settle([*accounts, *logins.accounts], run.source.door)
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


async def _read_snapshots(run: _Run, tables: Sequence[Table], today: date) -> None:
    """Read the tables that add. A snapshot holds what it holds, whatever was read before."""
    first, last = _earliest(run, today), today - DAY
    if first > last:
        return
    read = _Read()
    for table in tables:
        try:
            async for page in _pages(run, table, first, last):
                read.take(page)
        except (PermissionMissingError, NotPublishedError) as error:
            if not table.optional:
                raise
            run.tally.warn(f"{table.name} is not read: {error}")
    run.tally.asked(first, last)
    days = list(_days(first, last))
    facts = await asyncio.to_thread(_facts, run, [replace(row, measures={}) for row in read.rows_of(days)])
    # How far the run came is told by the tables that are read by window, where there are some.
    positions = {} if _by_window(run) else {NEWEST: str(last), OLDEST: str(first)}
    await asyncio.to_thread(_keep_company, run, read, days, told=[])
    await asyncio.to_thread(ingestion.merge_usage, run.source.store, run.source.name, days, facts, positions)
    _count(run, read, facts)


def _earliest(run: _Run, today: date) -> date:
    return max(run.access.since or date.min, today - timedelta(days=run.source.connector.retention_days))


def _marks(run: _Run) -> list[tuple[str, str]]:
    """The names of the watermarks that a run moves; the last are those that say where it goes on.

    Opt-in tables have their own: switched on, they are read as far back as the vendor keeps.
    """
    wanted = sorted(each.name for each in _by_window(run) if each.opt_in)
    own = f" with {sha256(' '.join(wanted).encode()).hexdigest()[:16]}" if wanted else ""
    return [(NEWEST, OLDEST), *([(NEWEST + own, OLDEST + own)] if own else [])]


def _windows(run: _Run, today: date) -> Iterator[tuple[date, date]]:
    """The windows to read: what may have been restated, oldest first, then what was never read, newest first."""
    source, earliest, last = run.source, _earliest(run, today), today - DAY
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


@dataclass(kw_only=True, slots=True)
class _Read:
    """What the answers for a window held. `untold` are days of which a table has nothing to tell.

    Of an optional table that is `unread`: the other tables' days stand without it.
    """

    rows: list[DayRow] = field(default_factory=list)
    company: dict[tuple[date, str], float] = field(default_factory=dict)
    late: set[date] = field(default_factory=set)
    untold: set[date] = field(default_factory=set)
    unread: set[date] = field(default_factory=set)

    def take(self, page: TablePage) -> None:
        """Take in what an answer holds. Of the whole organisation, what is told last counts."""
        self.rows += page.rows
        self.company.update({(each.day, name): value for each in page.company for name, value in each.measures.items()})

    def rows_of(self, days: Collection[date]) -> list[DayRow]:
        """Return the rows of some days."""
        wanted = set(days)
        return [row for row in self.rows if row.day in wanted]


async def _read_window(run: _Run, first: date, last: date) -> None:
    run.tally.asked(first, last)
    read = _Read()
    for table in _by_window(run):
        for begin, end in _spans(first, last, table.span_days):
            try:
                async for page in _pages(run, table, begin, end):
                    read.take(page)
                    silent = read.unread if table.optional else read.untold
                    silent |= set(_days(begin, end)) if page.no_data else set()
            except NotPublishedError:
                silent = read.unread if table.optional else read.late
                silent |= set(_days(begin, end))
            except PermissionMissingError as error:
                if not table.optional:
                    raise
                run.tally.warn(f"{table.name} is not read: {error}")
                read.unread |= set(_days(first, last))
                break
    if read.late:
        await asyncio.to_thread(ingestion.mark_late, run.source.store, run.source.name, read.late)
    days = [day for day in _days(first, last) if day not in read.late]
    if not days:
        return
    facts = await asyncio.to_thread(_facts, run, read.rows_of(days))
    await asyncio.to_thread(_keep, run, days, read, facts)
    _count(run, read, facts)


def _count(run: _Run, read: _Read, facts: Sequence[Usage]) -> None:
    run.tally.rows += len(read.rows)
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
    """Ask for the days, and for what the answers lead to. A question that comes twice would go on for ever."""
    api = replace(run.api, permission=table.permission)
    waiting: deque[Request] = deque(table.ask(run.access.scopes, first, last))
    asked: set[str] = set()
    refusals: list[ConnectorError] = []
    answered = False
    while waiting:
        request = waiting.popleft()
        key = repr(request)
        if key in asked:
            raise SourceFailedError(f"{table.name} does not come to an end: a page came twice")
        asked.add(key)
        if len(asked) > MOST_ANSWERS:
            raise SourceFailedError(f"{table.name} does not come to an end: {MOST_ANSWERS} answers for one window")
        await run.pace.wait()
        try:
            page = table.parse(await get_page(api, request), request)
        except (NotPublishedError, ForbiddenError) as error:
            if request.otherwise and isinstance(error, NotPublishedError):
                waiting.append(request.otherwise)
            elif request.person:
                refusals.append(error)
            else:
                raise
            continue
        except (ValueError, KeyError, TypeError) as error:
            raise SourceFailedError(f"an answer of {table.name} cannot be read") from error
        run.tally.skipped.update(page.passed)
        run.tally.skipped.update(page.bad)
        run.tally.pages += 1
        waiting.extend(page.then)
        answered |= bool(request.person)
        yield page
    if refused := [each for each in refusals if isinstance(each, ForbiddenError)]:
        run.tally.skipped[REFUSED] += len(refused)
    if refusals and not answered:
        raise (refused or refusals)[0]


def _facts(run: _Run, rows: Sequence[DayRow]) -> list[Usage]:
    """Add up what the tables say of a person, day and model. Identities go through the door here."""
    door, tool = run.source.door, run.source.connector.tool
    owners = _owners(run.source, rows)
    sums: dict[tuple[date, Person, str], Counter[str]] = defaultdict(Counter)
    events: set[str] = set()
    for row in rows:
        if row.event in events:
            run.tally.skipped[AGAIN] += 1
            continue
        if row.event is not None:
            events.add(row.event)
        account = door.account(row.account)
        if account in run.machines:
            run.tally.skipped[MACHINE] += 1
            continue
        person = door.person(row.email) or (owners.get(account, account) if account else None)
        if person is None:
            run.tally.skipped[NOBODY] += 1
            continue
        model = model_name(row.model) if row.model else NO_MODEL
        known = {name: value for name, value in row.measures.items() if name in MEASURES}
        if not all(0 <= value <= MOST for value in known.values()):
            run.tally.skipped[IMPOSSIBLE] += 1
            continue
        sums[row.day, person, model].update(known)
    return [
        Usage(day=day, person=person, tool=tool, model=model, **_typed(measures))  # type: ignore[arg-type]  # by name
        for (day, person, model), measures in sums.items()
    ]


def _owners(source: Source, rows: Sequence[DayRow]) -> dict[Person, Person]:
    """Return whose account is whose: as known before, else as the newest row with both an account and an address says.

    What is new is kept, since other rows of the account may lack the address.
    """
    owners = ingestion.account_aliases(source.store, source.name)
    pairs = {row.account: row.email for row in sorted(rows, key=lambda row: row.day) if row.account and row.email}
    known = {source.door.account(account): source.door.person(email) for account, email in pairs.items()}
    news = {own: person for own, person in known.items() if own and person and own not in owners}
    aliases = [Alias(alias=own, person=person) for own, person in news.items()]
    ingestion.add_aliases(source.store, source.name, aliases)
    return owners | news


def _typed(measures: Mapping[str, float]) -> dict[str, float]:
    # Rounded, so that the order in which pages came does not show in the last digits of a sum.
    return {name: round(value) if name in _WHOLE else round(float(value), 6) for name, value in measures.items()}


def _keep(run: _Run, days: list[date], read: _Read, facts: list[Usage]) -> None:
    """Keep what was told of `days`; those of which the vendor has nothing to tell stay as they were."""
    source, positions = run.source, {}
    for newest, oldest in _marks(run):
        known = {each: ingestion.get_watermark(source.store, source.name, each) for each in (newest, oldest)}
        positions[newest] = max(known[newest] or "", str(days[-1]))
        positions[oldest] = min(known[oldest] or "9", str(days[0]))
    silent = read.untold - {fact.day for fact in facts}
    told = [day for day in days if day not in silent]
    _keep_company(run, read, days, told=[day for day in days if day not in read.untold | read.unread])
    if any(each.adds for each in run.feed.tables):
        ingestion.merge_usage(source.store, source.name, told, facts, positions, restated=told)
    else:
        ingestion.replace_usage(source.store, source.name, told, facts, positions)


def _keep_company(run: _Run, read: _Read, days: Collection[date], *, told: Collection[date]) -> None:
    """Keep what was told of the whole organisation and `days`. Of a day that was `told` without it, nothing stays."""
    wanted, numbers = set(days), []
    for (day, measure), value in read.company.items():
        if not _MEASURE.fullmatch(measure) or not 0 <= value <= MOST:
            run.tally.skipped[IMPOSSIBLE] += 1
        elif day in wanted:
            numbers.append(CompanyDay(day=day, measure=measure, value=float(value)))
    anew = sorted({*told, *(each.day for each in numbers)})
    ingestion.replace_company_days(run.source.store, run.source.name, anew, numbers)

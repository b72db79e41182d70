"""A run over a vendor that delivers finished numbers by day: people first, then the days that are missing or restated.

A first run reads the newest days first. What was read is kept a window at a time with how far the run came, in one
transaction: stopped anywhere, the next run goes on from there.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta

from connectors.auth import bearer_token
from connectors.auth_microsoft import Application, get_token
from connectors.connector import Connector, Scopes, Table, TableFeed
from connectors.door import model_name
from connectors.errors import (
    ConfigurationError,
    NotPublishedError,
    PermissionMissingError,
    SourceFailedError,
)
from connectors.http import Api, Sleep, get_page, open_api, signed
from connectors.ingest import Clock, Source, keep_accounts, noted, now
from connectors.report import Progress, RunReport, Tally
from connectors.rows import Account, DayRow, Request, TablePage
from storage import ingestion
from storage.facts import NO_MODEL, Alias, Person, Usage
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
MACHINE = "a service account's, which is no person"
DAY = timedelta(days=1)
_WHOLE = {each.name for each in fields(Usage) if each.type in ("int | None", int | None)}


@dataclass(frozen=True, kw_only=True, slots=True)
class TableAccess:
    """How a vendor's API is reached. `since`: where the first run begins; None: as far back as the vendor keeps."""

    token: str
    scopes: Scopes
    base_url: str = ""
    since: date | None = None

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
            windows = list(_windows(source, access.since, today))
            progress.begin(f"Reading {connector.title}", len(windows))
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
    for table in run.feed.people:
        try:
            async for page in _pages(run, table, today, today):
                accounts += page.accounts
                run.machines.update(person for each in page.machines if (person := run.source.door.account(each)))
        except (PermissionMissingError, NotPublishedError) as error:
            if not table.optional:
                raise
            run.tally.warn(f"{table.name} are not read: {error}")
    if accounts:
        await asyncio.to_thread(keep_accounts, run.source, accounts, today=today, seats=run.feed.seats)


def _windows(source: Source, since: date | None, today: date) -> Iterator[tuple[date, date]]:
    """The windows to read: what may have been restated, oldest first, then what was never read, newest first."""
    connector = source.connector
    last = today - DAY
    earliest = max(since or date.min, today - timedelta(days=connector.retention_days))
    if table_feed(connector).adds:
        # A snapshot holds what it holds, whatever was read before.
        yield from [(earliest, last)] if earliest <= last else []
        return
    newest = ingestion.get_watermark(source.store, source.name, NEWEST)
    oldest = ingestion.get_watermark(source.store, source.name, OLDEST)
    if newest is None or oldest is None:
        yield from _cut(earliest, last)
        return
    again = date.fromisoformat(newest) - timedelta(days=connector.restatement_days - 1)
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


async def _read_window(run: _Run, first: date, last: date) -> None:
    run.tally.asked(first, last)
    rows: list[DayRow] = []
    late: set[date] = set()
    untold: set[date] = set()
    for table in run.feed.tables:
        for begin, end in _spans(first, last, table.span_days):
            try:
                async for page in _pages(run, table, begin, end):
                    rows += page.rows
                    untold |= set(_days(begin, end)) if page.no_data else set()
            except NotPublishedError:
                if run.feed.adds:
                    raise
                late |= set(_days(begin, end))
            except PermissionMissingError as error:
                if not table.optional:
                    raise
                run.tally.warn(f"{table.name} is not read: {error}")
                break
    if late:
        await asyncio.to_thread(ingestion.mark_late, run.source.store, run.source.name, late)
    days = [day for day in _days(first, last) if day not in late]
    if not days:
        return
    facts = await asyncio.to_thread(_facts, run, [row for row in rows if row.day in set(days)])
    untold -= {fact.day for fact in facts}
    await asyncio.to_thread(_keep, run, days, untold, facts)
    run.tally.rows += len(rows)
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
        except NotPublishedError:
            if request.otherwise is None:
                raise
            waiting.append(request.otherwise)
            continue
        except (ValueError, KeyError, TypeError) as error:
            raise SourceFailedError(f"an answer of {table.name} cannot be read") from error
        run.tally.skipped.update(page.passed)
        run.tally.skipped.update(page.bad)
        run.tally.pages += 1
        waiting.extend(page.then)
        yield page


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


def _keep(run: _Run, days: list[date], untold: set[date], facts: list[Usage]) -> None:
    """Keep the facts of `days`; those of which the vendor has nothing to tell stay as they were."""
    source = run.source
    known = {each: ingestion.get_watermark(source.store, source.name, each) for each in (NEWEST, OLDEST)}
    newest, oldest = max(known[NEWEST] or "", str(days[-1])), min(known[OLDEST] or "9", str(days[0]))
    keep = ingestion.add_usage if run.feed.adds else ingestion.replace_usage
    told = [day for day in days if day not in untold]
    keep(source.store, source.name, told, facts, {NEWEST: newest, OLDEST: oldest})

"""What ingestion writes: files and their events, facts replaced by day, seats, members, and the log of runs."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from operator import attrgetter, itemgetter

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, func, insert, select, update

from storage.facts import NO_MODEL, Alias, CompanyDay, Contract, EventBatch, Member, PeriodUsage, Person, Seat, Usage
from storage.schema import (
    MEASURES,
    alias,
    company_day,
    contract,
    event_batch,
    group_period,
    member,
    period_usage,
    rollup_due,
    run,
    seat,
    source_day,
    source_file,
    usage,
    watermark,
)
from storage.store import Store, insert_missing

_USAGE_NAMES = tuple(each.name for each in fields(Usage))
_PERIOD_NAMES = tuple(each.name for each in fields(PeriodUsage))
_USAGE_VALUES = attrgetter(*_USAGE_NAMES)
_USAGE_ORDER = attrgetter("day", "person", "tool", "model")
_KEY_NAMES = ("its_day", "its_person", "its_tool", "its_model")
_Key = tuple[date, Person, str, str]
_Row = tuple[object, ...]

IMPORTED = "import:"
"""How the names of sources begin that are manual exports: they yield to what a vendor's own source tells."""

LATE = "late"
WAITING = "waiting"
CLOSED = "closed"


def monday(day: date) -> date:
    """Return the Monday of the ISO week that holds `day`."""
    return day - timedelta(days=day.weekday())


# Files and events ----------------------------------------------------------------------------------------------------


def done_files(store: Store, source: str) -> set[str]:
    """Return the ids of the files of `source` that were read whole."""
    with store.reading() as connection:
        return set(connection.scalars(select(source_file.c.file).where(source_file.c.source == source)))


def closed_days(store: Store, source: str) -> set[date]:
    """Return the days whose events are gone: their facts stand, and events that still come for them are refused."""
    return _days(store, source, CLOSED)


def waiting_days(store: Store, source: str) -> list[date]:
    """Return the days whose events are in but whose facts are not yet worked out again, oldest first."""
    return sorted(_days(store, source, WAITING))


def late_days(store: Store, source: str) -> list[date]:
    """Return the days that the vendor had not published when they were asked for, oldest first."""
    return sorted(_days(store, source, LATE))


def mark_late(store: Store, source: str, days: Iterable[date]) -> None:
    """Remember days that the vendor has not published yet, so that they are asked for again."""
    with store.writing() as connection:
        rows = [{"source": source, "day": day, "state": LATE} for day in sorted(days)]
        insert_missing(connection, source_day, rows)


def save_file(
    store: Store,
    *,
    source: str,
    stream: str,
    file: str,
    rows: int,
    skipped: int,
    batches: Sequence[EventBatch],
    aliases: Sequence[Alias] = (),
    position: str | None = None,
    also: Sequence[str] = (),
) -> None:
    """Keep one file that was read whole: its events by day, the aliases it taught, and the feed's new position.

    `also` are other names under which the file is done.

    The days it touches wait for their facts, and so does the day before each: a prompt just before midnight takes
    its model from the reply after it.
    """
    with store.writing() as connection:
        insert_missing(
            connection,
            source_file,
            [
                {"source": source, "file": name, "stream": stream, "rows": count, "skipped": passed}
                for name, count, passed in ((file, rows, skipped), *((name, 0, 0) for name in also))
            ],
        )
        insert_missing(
            connection,
            event_batch,
            [
                {"source": source, "day": each.day, "file": each.file, "rows": each.rows, "columns": each.columns}
                for each in batches
            ],
        )
        touched = {each.day for each in batches}
        _no_longer_late(connection, source, touched)
        _mark_waiting(connection, source, touched | {day - timedelta(days=1) for day in touched})
        _learn_aliases(connection, source, aliases)
        if position is not None:
            _set_watermark(connection, source, stream, position)


def replace_batches(
    store: Store,
    source: str,
    file: str,
    batches: Sequence[EventBatch],
    positions: Mapping[str, str] | None = None,
) -> None:
    """Keep batches in place of what the same `file` held of their days before; days that change wait for their facts.

    A batch without rows stands for a day of which `file` no longer tells anything; where it never told, it is left out.
    `positions` are the watermarks, by stream, that go with them.
    """
    days = [each.day for each in batches]
    own = (event_batch.c.source == source, event_batch.c.file == file)
    with store.writing() as connection:
        held = select(event_batch.c.day, event_batch.c.columns).where(*own, event_batch.c.day.in_(days))
        before = {row.day: row.columns for row in connection.execute(held)}
        news = [each for each in batches if before.get(each.day, None if each.rows else each.columns) != each.columns]
        changed = [each.day for each in news]
        connection.execute(delete(event_batch).where(*own, event_batch.c.day.in_(changed)))
        rows = [{"source": source, "day": e.day, "file": file, "rows": e.rows, "columns": e.columns} for e in news]
        insert_missing(connection, event_batch, rows)
        _mark_waiting(connection, source, changed)
        _move_watermarks(connection, source, positions or {})


def settle_days(store: Store, source: str, days: Iterable[date]) -> None:
    """Let days wait no longer whose facts stand as they are."""
    with store.writing() as connection:
        for day in days:
            connection.execute(
                delete(source_day).where(
                    source_day.c.source == source, source_day.c.day == day, source_day.c.state == WAITING
                )
            )


def close_facts(store: Store, source: str, before: date) -> None:
    """Close for good the days before `before` that have facts, but no events to work them out from again."""
    with store.writing() as connection:
        facts = select(usage.c.day).where(usage.c.source == source, usage.c.day < before).distinct()
        events = select(event_batch.c.day).where(event_batch.c.source == source, event_batch.c.day < before).distinct()
        days = sorted(set(connection.scalars(facts)) - set(connection.scalars(events)))
        for day in days:
            connection.execute(delete(source_day).where(source_day.c.source == source, source_day.c.day == day))
        insert_missing(connection, source_day, [{"source": source, "day": day, "state": CLOSED} for day in days])


def read_batches(store: Store, source: str, day: date) -> list[EventBatch]:
    """Return the events kept for one day, by file."""
    wanted = (
        select(event_batch).where(event_batch.c.source == source, event_batch.c.day == day).order_by(event_batch.c.file)
    )
    with store.reading() as connection:
        return [
            EventBatch(file=row.file, day=row.day, rows=row.rows, columns=row.columns)
            for row in connection.execute(wanted)
        ]


def days_of_batches(store: Store, source: str) -> set[date]:
    """Return the days of which events are kept."""
    with store.reading() as connection:
        return set(connection.scalars(select(event_batch.c.day).where(event_batch.c.source == source).distinct()))


def close_days(store: Store, source: str, before: date) -> None:
    """Let go of the events of every day before `before`, and close those days for good."""
    with store.writing() as connection:
        old = select(event_batch.c.day).where(event_batch.c.source == source, event_batch.c.day < before).distinct()
        days = list(connection.scalars(old))
        for day in days:
            connection.execute(delete(source_day).where(source_day.c.source == source, source_day.c.day == day))
        insert_missing(connection, source_day, [{"source": source, "day": day, "state": CLOSED} for day in days])
        connection.execute(delete(event_batch).where(event_batch.c.source == source, event_batch.c.day < before))


def get_watermark(store: Store, source: str, stream: str) -> str | None:
    """Return the vendor's cursor up to which `stream` was read, or None before the first file."""
    with store.reading() as connection:
        return connection.scalar(
            select(watermark.c.position).where(watermark.c.source == source, watermark.c.stream == stream)
        )


# Facts ---------------------------------------------------------------------------------------------------------------


def replace_usage(
    store: Store,
    source: str,
    days: Sequence[date],
    facts: Iterable[Usage],
    positions: Mapping[str, str] | None = None,
) -> None:
    """Write the facts of `source` for `days` anew, in one transaction; running it twice changes nothing.

    `positions` are the watermarks, by stream, that go with them.
    """
    # In the order of the key: appending to a B-tree is several times faster than inserting here and there.
    rows = [_USAGE_VALUES(each) for each in sorted(facts, key=_USAGE_ORDER)]
    replace_usage_rows(store, source, days, rows, positions)


def move_watermarks(store: Store, source: str, positions: Mapping[str, str]) -> None:
    """Write how far `source` came, by stream, whatever was written before."""
    with store.writing() as connection:
        _move_watermarks(connection, source, positions)


def merge_usage(
    store: Store,
    source: str,
    days: Sequence[date],
    facts: Iterable[Usage],
    positions: Mapping[str, str] | None = None,
    *,
    restated: Collection[date] = (),
    only: Collection[Person] | None = None,
) -> None:
    """Write facts of `source` for `days` beside those that are there, in one transaction.

    A fact without measures only says that somebody was active, and takes nothing away; one with measures takes the
    place of the one there. On `restated` days measures that are not told anew are withdrawn: a fact of a model goes,
    and of one without a model stays that somebody was active; of people beside `only` these, all of it stays.
    `positions` are the watermarks, by stream, that go with them.
    """
    rows = [_USAGE_VALUES(each) for each in sorted(facts, key=_USAGE_ORDER)]
    _refuse_strangers(days, rows)
    columns = [usage.c[name] for name in _USAGE_NAMES]
    with store.writing() as connection:
        there = select(*columns).where(usage.c.source == source, usage.c.day.in_(days))
        known = {row[:4]: tuple(row) for row in connection.execute(there)}
        wanted = dict(_unwithdrawn(known, restated, only))
        for row in rows:
            if _is_measured(row) or row[:4] not in wanted:
                wanted[row[:4]] = row
        changed = [key for key in known.keys() | wanted.keys() if known.get(key) != wanted.get(key)]
        gone = [dict(zip(_KEY_NAMES, key, strict=True)) for key in changed if key in known]
        if gone:
            this = (usage.c[name] == bindparam(key) for name, key in zip(_USAGE_NAMES, _KEY_NAMES, strict=False))
            connection.execute(delete(usage).where(usage.c.source == source, *this), gone)
        news = [wanted[key] for key in sorted(changed) if key in wanted]
        if news:
            _insert_usage(connection, source, news)
            _let_imports_go(connection, source, {(day, tool, person) for day, person, tool, *_ in news})
        _settle(connection, source, restated)
        _move_watermarks(connection, source, positions or {})
        mark_due(connection, {monday(key[0]) for key in changed})


def _unwithdrawn(
    known: Mapping[_Key, _Row], restated: Collection[date], only: Collection[Person] | None
) -> Iterator[tuple[_Key, _Row]]:
    """Return what stays of facts on days that are told anew, before what is told."""
    for key, row in known.items():
        stays = key[0] not in restated or (only is not None and key[1] not in only)
        if stays or not _is_measured(row):
            yield key, row
        elif key[3] == NO_MODEL:
            day, person, tool, model = key
            yield key, _USAGE_VALUES(Usage(day=day, person=person, tool=tool, model=model))


def _is_measured(row: _Row) -> bool:
    return any(value is not None for name, value in zip(_USAGE_NAMES, row, strict=True) if name in MEASURES)


def replace_usage_rows(
    store: Store,
    source: str,
    days: Sequence[date],
    rows: Sequence[tuple[object, ...]],
    positions: Mapping[str, str] | None = None,
) -> None:
    """Do the same with the values of Usage's fields, in their order: many facts cost less without the objects."""
    _refuse_strangers(days, rows)
    with store.writing() as connection:
        for day in days:
            connection.execute(delete(usage).where(usage.c.source == source, usage.c.day == day))
        if rows:
            _insert_usage(connection, source, rows)
            _let_imports_go(connection, source, {(row[0], row[2]) for row in rows})
        _settle(connection, source, days)
        _move_watermarks(connection, source, positions or {})
        mark_due(connection, {monday(day) for day in days})


def replace_period(
    store: Store, source: str, tool: str, first: date, last: date, totals: Sequence[PeriodUsage]
) -> None:
    """Write the totals of `tool` from `first` to `last` anew, in one transaction; running it twice changes nothing.

    Raises ValueError for totals of another tool or period.
    """
    if strangers := {(each.tool, each.first, each.last) for each in totals} - {(tool, first, last)}:
        raise ValueError(f"totals of periods that are not being written: {strangers}")
    this = (period_usage.c.source == source, period_usage.c.tool == tool)
    with store.writing() as connection:
        connection.execute(
            delete(period_usage).where(*this, period_usage.c.first == first, period_usage.c.last == last)
        )
        connection.execute(
            delete(group_period).where(
                group_period.c.source == source,
                group_period.c.tool == tool,
                group_period.c.first == first,
                group_period.c.last == last,
            )
        )
        if totals:
            # Not `asdict`, which copies every value: it costs as much as all the rest of an import.
            rows = [{"source": source} | {name: getattr(each, name) for name in _PERIOD_NAMES} for each in totals]
            connection.execute(insert(period_usage), rows)


def replace_company_days(
    store: Store, source: str, told: Mapping[str, Collection[date]], numbers: Sequence[CompanyDay]
) -> None:
    """Write what `source` tells of the whole organisation anew, in one transaction: each measure on its days."""
    with store.writing() as connection:
        for measure, days in told.items():
            this = (company_day.c.source == source, company_day.c.measure == measure)
            connection.execute(delete(company_day).where(*this, company_day.c.day.in_(days)))
        if numbers:
            connection.execute(insert(company_day), [{"source": source, **asdict(each)} for each in numbers])


def replace_seats(store: Store, source: str, seats: Sequence[Seat]) -> None:
    """Write the seats that `source` knows anew. Of a tool whose seats a vendor's own source tells, imported ones go."""
    _replace(store, seat, source, [{"source": source, **asdict(each)} for each in seats])
    if source.startswith(IMPORTED):
        return
    with store.writing() as connection:
        imported = (is_imported(connection, seat.c.source), seat.c.tool.in_({each.tool for each in seats}))
        if connection.scalar(select(seat.c.tool).where(*imported).limit(1)) is not None:
            connection.execute(delete(seat).where(*imported))
            mark_everything_due(connection)


def replace_members(store: Store, source: str, members: Sequence[Member], aliases: Sequence[Alias]) -> None:
    """Write the directory that `source` keeps anew: places with their dates, and second addresses."""
    _replace(store, member, source, [{"source": source, **asdict(each)} for each in members])
    _replace(store, alias, source, [{"source": source, **asdict(each)} for each in aliases])


def add_aliases(store: Store, source: str, aliases: Sequence[Alias]) -> None:
    """Keep what a vendor's user list says about which account is whose."""
    with store.writing() as connection:
        _learn_aliases(connection, source, aliases)


def account_aliases(store: Store, source: str) -> dict[Person, Person]:
    """Return the accounts of `source` whose owner is known: pseudonym of the account → pseudonym of the address."""
    wanted = select(alias.c.alias, alias.c.person).where(alias.c.source == source)
    with store.reading() as connection:
        return {Person(row.alias): Person(row.person) for row in connection.execute(wanted)}


def read_seats(store: Store, source: str) -> list[Seat]:
    """Return the seats that `source` wrote."""
    wanted = select(seat).where(seat.c.source == source).order_by(seat.c.tool, seat.c.person, seat.c.start)
    with store.reading() as connection:
        return [
            Seat(person=Person(row.person), tool=row.tool, start=row.start, end=row.end, plan=row.plan, price=row.price)
            for row in connection.execute(wanted)
        ]


def replace_contracts(store: Store, contracts: Sequence[Contract]) -> None:
    """Write what was bought, as the configuration says it now."""
    rows = [asdict(each) for each in contracts]
    # Every command asks for this; only a changed configuration may wait for a run that is writing.
    with store.reading() as connection:
        if {tuple(row) for row in connection.execute(select(contract))} == {tuple(row.values()) for row in rows}:
            return
    with store.writing() as connection:
        connection.execute(delete(contract))
        if rows:
            connection.execute(insert(contract), rows)
        mark_everything_due(connection)


# Runs ----------------------------------------------------------------------------------------------------------------


def start_run(store: Store, source: str, started: datetime) -> int:
    """Note that a run of `source` began; return its number."""
    with store.writing() as connection:
        done = connection.execute(insert(run).values(source=source, started=started))
        key = done.inserted_primary_key
        return int(key[0]) if key else 0


def finish_run(
    store: Store,
    number: int,
    *,
    finished: datetime,
    first_day: date | None = None,
    last_day: date | None = None,
    asked_from: date | None = None,
    asked_to: date | None = None,
    pages: int = 0,
    files: int = 0,
    rows: int = 0,
    skipped: Mapping[str, int] | None = None,
    warnings: Sequence[str] = (),
    error: str | None = None,
    next_try: datetime | None = None,
) -> None:
    """Note how a run ended: what it asked for and read, what it skipped by reason, and the error that stopped it.

    `next_try` is when the vendor may be asked again, where it wanted patience.
    """
    with store.writing() as connection:
        connection.execute(
            update(run)
            .where(run.c.id == number)
            .values(
                finished=finished,
                first_day=first_day,
                last_day=last_day,
                asked_from=asked_from,
                asked_to=asked_to,
                pages=pages,
                files=files,
                rows=rows,
                skipped=json.dumps(dict(skipped or {}), sort_keys=True),
                warnings=json.dumps(list(warnings)),
                error=error,
                next_try=next_try,
            )
        )


def newest_run(store: Store, source: str) -> int:
    """Return the number of the newest run of `source`, 0 before the first."""
    with store.reading() as connection:
        return connection.scalar(select(func.max(run.c.id)).where(run.c.source == source)) or 0


# Shared --------------------------------------------------------------------------------------------------------------


def is_imported(connection: Connection, source: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether the facts of a source came from a manual export."""
    if connection.dialect.name == "sqlite":
        # SQLite searches its key for a range, but not for LIKE.
        return and_(source >= IMPORTED, source < IMPORTED[:-1] + chr(ord(IMPORTED[-1]) + 1))
    return source.startswith(IMPORTED)


def mark_due(connection: Connection, weeks: Iterable[date]) -> None:
    """Note that the roll-ups of `weeks` (Mondays) no longer fit their facts."""
    ordered = sorted(weeks)
    insert_missing(connection, rollup_due, [{"week": week, "facts": True} for week in ordered])
    connection.execute(update(rollup_due).where(rollup_due.c.week.in_(ordered)).values(facts=True))


def mark_everything_due(connection: Connection) -> None:
    """Note that no roll-up fits any more: the directory, the seats or a contract changed."""
    mark_due(connection, {monday(day) for day in connection.scalars(select(usage.c.day).distinct())})


def _refuse_strangers(days: Sequence[date], rows: Sequence[tuple[object, ...]]) -> None:
    strangers = {row[0] for row in rows} - set(days)
    if strangers:
        raise ValueError(f"facts for days that are not being written: {strangers}")


def _settle(connection: Connection, source: str, days: Iterable[date]) -> None:
    """Forget that `days` were late, or waited for their facts."""
    for day in days:
        connection.execute(
            delete(source_day).where(
                source_day.c.source == source, source_day.c.day == day, source_day.c.state != CLOSED
            )
        )


def _let_imports_go(connection: Connection, source: str, told: set[tuple[object, ...]]) -> None:
    """Take away what was imported for the (day, tool), or (day, tool, person), that a source now tells itself."""
    imported = is_imported(connection, usage.c.source)
    if source.startswith(IMPORTED) or connection.scalar(select(usage.c.day).where(imported).limit(1)) is None:
        return
    columns = (usage.c.day, usage.c.tool, usage.c.person)
    for each in told:
        mine = (column == value for column, value in zip(columns, each, strict=False))
        connection.execute(delete(usage).where(imported, *mine))


def _move_watermarks(connection: Connection, source: str, positions: Mapping[str, str]) -> None:
    for stream, position in positions.items():
        this = (watermark.c.source == source, watermark.c.stream == stream)
        connection.execute(delete(watermark).where(*this))
        connection.execute(insert(watermark).values(source=source, stream=stream, position=position))


def _insert_usage(connection: Connection, source: str, rows: Sequence[tuple[object, ...]]) -> None:
    if connection.dialect.name != "sqlite":
        names = ("source", *_USAGE_NAMES)
        connection.execute(insert(usage), [dict(zip(names, (source, *row), strict=True)) for row in rows])
        return
    # Straight to the driver: SQLAlchemy's work on every value takes ten times as long as SQLite's own.
    compiled = insert(usage).compile(dialect=connection.dialect, column_keys=["source", *_USAGE_NAMES])
    order = [_USAGE_NAMES.index(name) for name in compiled.positiontup or () if name != "source"]
    values = itemgetter(*order)
    text = {day: str(day) for day in {row[0] for row in rows}}
    connection.exec_driver_sql(str(compiled), [(source, *values((text[row[0]], *row[1:]))) for row in rows])


def _days(store: Store, source: str, state: str) -> set[date]:
    with store.reading() as connection:
        wanted = select(source_day.c.day).where(source_day.c.source == source, source_day.c.state == state)
        return set(connection.scalars(wanted))


def _mark_waiting(connection: Connection, source: str, days: Iterable[date]) -> None:
    rows = [{"source": source, "day": day, "state": WAITING} for day in sorted(days)]
    insert_missing(connection, source_day, rows)


def _no_longer_late(connection: Connection, source: str, days: Iterable[date]) -> None:
    """Let the days wait for their facts that another way of reading the source had found late."""
    for day in days:
        connection.execute(
            update(source_day)
            .where(source_day.c.source == source, source_day.c.day == day, source_day.c.state == LATE)
            .values(state=WAITING)
        )


def _learn_aliases(connection: Connection, source: str, aliases: Sequence[Alias]) -> None:
    if not aliases:
        return
    rows = connection.execute(select(alias.c.alias, alias.c.person).where(alias.c.source == source))
    known = {row.alias: row.person for row in rows}
    news = {bytes(each.alias): bytes(each.person) for each in aliases if known.get(each.alias) != each.person}
    if not news:
        return
    changed = [{"name": name} for name in sorted(news.keys() & known.keys())]
    if changed:
        connection.execute(delete(alias).where(alias.c.source == source, alias.c.alias == bindparam("name")), changed)
    connection.execute(insert(alias), [{"source": source, "alias": a, "person": p} for a, p in sorted(news.items())])
    _forget_periods(connection)
    # One pass over the facts however many accounts were learned: facts are not indexed by person.
    owned = select(alias.c.alias).where(alias.c.source == source)
    wanted = select(usage.c.day).where(usage.c.source == source, usage.c.person.in_(owned)).distinct()
    days = set(connection.scalars(wanted))
    _mark_waiting(connection, source, days - _closed(connection, source))
    mark_due(connection, {monday(day) for day in days})


def _forget_periods(connection: Connection) -> None:
    """Note that no roll-up of a period fits any more: who is who, or who belongs where, has changed."""
    connection.execute(delete(group_period))


def _closed(connection: Connection, source: str) -> set[date]:
    wanted = select(source_day.c.day).where(source_day.c.source == source, source_day.c.state == CLOSED)
    return set(connection.scalars(wanted))


def _set_watermark(connection: Connection, source: str, stream: str, position: str) -> None:
    this = (watermark.c.source == source, watermark.c.stream == stream)
    known = connection.scalar(select(watermark.c.position).where(*this))
    if known is None:
        connection.execute(insert(watermark).values(source=source, stream=stream, position=position))
    elif position > known:
        # A late file is read behind the watermark; that must not move it back.
        connection.execute(update(watermark).where(*this).values(position=position))


def _replace(store: Store, table: Table, source: str, rows: list[dict[str, object]]) -> None:
    with store.writing() as connection:
        names = [column.name for column in table.c]
        old = {tuple(row) for row in connection.execute(select(table).where(table.c.source == source))}
        if {tuple(row[name] for name in names) for row in rows} == old:
            return
        connection.execute(delete(table).where(table.c.source == source))
        if rows:
            connection.execute(insert(table), rows)
        if table is not seat:
            _forget_periods(connection)
        mark_everything_due(connection)

"""What manual exports write. They stand back: what a source tells itself is never overwritten nor told twice.

Their sources are named `import:<kind>`. A day that a vendor's own source tells of a tool is not imported, and what was
imported for it goes as soon as that source tells it (`storage.ingestion` sees to that); so it is with seats.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, delete, func, insert, select

from storage.facts import Person, Seat, Usage
from storage.ingestion import is_imported, mark_due, mark_everything_due, monday
from storage.schema import MEASURES, seat, usage, watermark
from storage.store import Store, insert_missing

SEATS = "seats"
"""The stream whose watermark is the day of the newest list of seats that was imported."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """Which facts of an import were kept, and which left out: a source tells them itself, or another import does."""

    kept: tuple[Usage, ...]
    told: tuple[Usage, ...]
    doubled: tuple[Usage, ...]


def replace_imported_days(
    store: Store, source: str, tool: str, facts: Sequence[Usage], *, adds: bool, beside: bool, dry: bool = False
) -> Written:
    """Write the facts of `tool` for their days in place of what `source` wrote for them before.

    `adds`: what was written before stays. `beside`: the vendor's own source tells no more of a day than who was active,
    so that only a person whom it tells is left out, not the day. `dry`: nothing is written.
    """
    days = sorted({fact.day for fact in facts})
    with store.writing() as connection:
        own, twice = _told(connection, tool, days), _doubled(connection, source, tool, days, facts)

        def is_told(fact: Usage) -> bool:
            return fact.day in own and (not beside or fact.person in own[fact.day])

        told = tuple(fact for fact in facts if is_told(fact))
        doubled = tuple(fact for fact in facts if fact.day in twice and not is_told(fact))
        kept = tuple(fact for fact in facts if fact.day not in twice and not is_told(fact))
        if not dry:
            written = {fact.day for fact in kept}
            _write(connection, source, tool, () if adds else sorted(written), kept)
            mark_due(connection, {monday(day) for day in written})
    return Written(kept=kept, told=told, doubled=doubled)


def _write(connection: Connection, source: str, tool: str, anew: Sequence[date], facts: Sequence[Usage]) -> None:
    """Take away what `source` told of `tool` on the days `anew`, and write facts where there are none."""
    mine = (usage.c.source == source, usage.c.tool == tool)
    for day in anew:
        connection.execute(delete(usage).where(*mine, usage.c.day == day))
    insert_missing(connection, usage, [{"source": source, **asdict(fact)} for fact in facts])


def _told(connection: Connection, tool: str, days: Sequence[date]) -> dict[date, set[Person]]:
    """Return whom the vendor's own source tells on which of the days."""
    own = select(usage.c.day, usage.c.person).where(
        usage.c.day.in_(days), usage.c.tool == tool, ~is_imported(connection, usage.c.source)
    )
    found: dict[date, set[Person]] = {}
    for day, person in connection.execute(own):
        found.setdefault(day, set()).add(person)
    return found


def _doubled(connection: Connection, source: str, tool: str, days: Sequence[date], facts: Iterable[Usage]) -> set[date]:
    """Return the days of which another import tells a measure that these facts tell, too."""
    measures = [name for name in MEASURES if any(getattr(fact, name) is not None for fact in facts)]
    if not measures:
        return set()
    others = (
        select(usage.c.day)
        .where(
            usage.c.day.in_(days),
            usage.c.tool == tool,
            is_imported(connection, usage.c.source),
            usage.c.source != source,
        )
        .group_by(usage.c.day)
        .having(sum((func.count(usage.c[name]) for name in measures[1:]), func.count(usage.c[measures[0]])) > 0)
    )
    return set(connection.scalars(others))


def tells_seats(store: Store, tool: str) -> bool:
    """Tell whether a vendor's own source tells who holds seats of a tool."""
    with store.reading() as connection:
        own = ~is_imported(connection, seat.c.source)
        wanted = select(seat.c.tool).where(seat.c.tool == tool, own).limit(1)
        return connection.scalar(wanted) is not None


def newest_seats(store: Store, source: str) -> date | None:
    """Return the day of the newest list of seats that `source` imported."""
    wanted = select(watermark.c.position).where(watermark.c.source == source, watermark.c.stream == SEATS)
    with store.reading() as connection:
        known = connection.scalar(wanted)
        return date.fromisoformat(known) if known else None


def replace_imported_seats(store: Store, source: str, seats: Sequence[Seat], day: date) -> None:
    """Write the seats that `source` imported anew, with the day of the list, in one transaction."""
    rows = [{"source": source, **asdict(each)} for each in seats]
    this = (watermark.c.source == source, watermark.c.stream == SEATS)
    with store.writing() as connection:
        connection.execute(delete(seat).where(seat.c.source == source))
        connection.execute(delete(watermark).where(*this))
        if rows:
            connection.execute(insert(seat), rows)
        connection.execute(insert(watermark).values(source=source, stream=SEATS, position=day.isoformat()))
        mark_everything_due(connection)

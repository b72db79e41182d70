"""What was done about findings: who took an action, until when, and whether it is done. Every change is kept.

Owners and authors are a platform's opaque ids of accounts. No text is kept: a title is the catalogue's, by its id.
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, func, select
from sqlalchemy.exc import IntegrityError

from storage.schema import action_taken
from storage.store import Store

TakenState = Literal["open", "assigned", "done", "snoozed", "dismissed"]
"""`open` is an action that was given back or restored: it is nobody's, and nothing keeps it quiet."""

ENDED: frozenset[TakenState] = frozenset({"done", "dismissed"})
ATTEMPTS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """An action as one change left it.

    `finding` is the key of the finding that proposed it, '' for what was done without a proposal. `action` is the
    catalogue's id, `metric` what shows whether it helped, `tool` and `departments` what the finding was about. `due`
    is the day by which it is to be done, `done` the day on which it really was, `until` the day before which it stays
    quiet. `reached` and `people` are the departments and roughly how many people it got to; None where nobody said.
    `at` and `who` are when this change was made, and by whom. `id` is the same through all changes.
    """

    action: str
    metric: str
    state: TakenState
    at: datetime
    who: str
    id: str = ""
    finding: str = ""
    tool: str = ""
    departments: tuple[str, ...] = ()
    owner: str = ""
    due: date | None = None
    done: date | None = None
    until: date | None = None
    reached: tuple[str, ...] = ()
    people: int | None = None


def keep(store: Store, change: Taken) -> Taken:
    """Keep one more change and return it with its id.

    Without an id it belongs to the action that is still going on for the same finding; where there is none, another
    begins.
    """
    for _ in range(ATTEMPTS - 1):
        # another replica may keep a change of the same action in between
        with suppress(IntegrityError), store.writing() as connection:
            return _kept(connection, change)
    with store.writing() as connection:
        return _kept(connection, change)


def taken(store: Store) -> tuple[Taken, ...]:
    """Return every action as its last change left it, the one changed last first."""
    newest = select(action_taken.c.id, func.max(action_taken.c.change).label("change")).group_by(action_taken.c.id)
    last = newest.subquery()
    wanted = select(action_taken).join(
        last, (action_taken.c.id == last.c.id) & (action_taken.c.change == last.c.change)
    )
    with store.reading() as connection:
        rows = [_read(row) for row in connection.execute(wanted).mappings()]
    return tuple(sorted(rows, key=lambda each: (each.at, each.id), reverse=True))


def ongoing(actions: Iterable[Taken], owner: str = "") -> tuple[Taken, ...]:
    """Return those that somebody has taken and not ended, the soonest due first; with `owner`, that account's."""
    mine = [each for each in actions if each.state == "assigned" and owner in ("", each.owner)]
    return tuple(sorted(mine, key=lambda each: (each.due or date.max, each.at)))


def course(store: Store, id: str) -> tuple[Taken, ...]:  # noqa: A002 - what it is called everywhere
    """Return every change of one action, the first first; nothing for an id that nobody has."""
    wanted = select(action_taken).where(action_taken.c.id == id).order_by(action_taken.c.change)
    with store.reading() as connection:
        return tuple(_read(row) for row in connection.execute(wanted).mappings())


def changes(store: Store) -> tuple[Taken, ...]:
    """Return every change of every action, the newest first."""
    wanted = select(action_taken).order_by(action_taken.c.at.desc(), action_taken.c.id, action_taken.c.change.desc())
    with store.reading() as connection:
        return tuple(_read(row) for row in connection.execute(wanted).mappings())


def of_finding(store: Store, finding: str) -> tuple[Taken, ...]:
    """Return what was done about a finding, what was changed last first."""
    return tuple(each for each in taken(store) if each.finding == finding)


def _kept(connection: Connection, change: Taken) -> Taken:
    known = change.id or _going_on(connection, change)
    last = connection.scalar(select(func.max(action_taken.c.change)).where(action_taken.c.id == known))
    row = asdict(change) | {
        "id": known,
        "change": (last or 0) + 1,
        "at": change.at.astimezone(UTC),
        "departments": json.dumps(change.departments, ensure_ascii=False),
        "reached": json.dumps(change.reached, ensure_ascii=False),
    }
    connection.execute(action_taken.insert(), [row])
    return _read(row)


def _going_on(connection: Connection, change: Taken) -> str:
    """The id of the action that is going on for the same finding, else of the next one.

    Ids are worked out, so that two who begin the same at once meet in the table's key instead of beginning two.
    """
    same = (action_taken.c.finding == change.finding, action_taken.c.action == change.action)
    wanted = select(action_taken.c.id, action_taken.c.state).where(*same).order_by(action_taken.c.change)
    states = {row.id: row.state for row in connection.execute(wanted)} if change.finding else {}
    begun = [each for each, state in states.items() if state not in ENDED]
    if begun:
        return str(begun[0])
    several = f"{len(states)}" if change.finding else f"{change.at.isoformat()} {change.who} {change.departments}"
    return hashlib.sha256(f"{change.finding}\n{change.action}\n{several}".encode()).hexdigest()[:16]


def _read(row: RowMapping | dict[str, Any]) -> Taken:
    found = {name: value for name, value in row.items() if name != "change"}
    lists = {name: tuple(json.loads(found[name])) for name in ("departments", "reached")}
    at = found["at"] if found["at"].tzinfo else found["at"].replace(tzinfo=UTC)  # SQLite keeps no zone
    return Taken(**found | lists | {"at": at})

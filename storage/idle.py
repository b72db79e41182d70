"""Whose seats stand idle: the one answer of the store that is about single people, by their pseudonyms.

Nothing of it may be shown. It is for whoever holds the directory and gives seats back: see `connectors/reclaim.py`.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from storage.facts import Person
from storage.rollups import seats_in_use
from storage.schema import alias
from storage.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class IdleSeat:
    """A seat that was not used in the 28 days up to the end of the week, and is not new.

    `accounts` are the other pseudonyms of its holder: further addresses, and the vendor's account.
    """

    person: Person
    accounts: tuple[Person, ...]
    ever_used: bool


def idle_seats(store: Store, tool: str, week: date) -> tuple[IdleSeat, ...]:
    """Return the idle seats of a tool at the end of the week that begins on Monday `week`."""
    used = seats_in_use(week)
    wanted = (
        select(used.c.person, used.c.activated)
        .where(used.c.tool == tool, used.c.active == 0, used.c.in_grace == 0)
        .order_by(used.c.person)
    )
    with store.reading() as connection:
        rows = connection.execute(wanted).all()
        others: dict[bytes, list[bytes]] = {}
        for other, person in connection.execute(select(alias.c.alias, alias.c.person)):
            others.setdefault(bytes(person), []).append(bytes(other))
    return tuple(
        IdleSeat(
            person=Person(bytes(person)),
            accounts=tuple(Person(each) for each in _all_of(bytes(person), others)),
            ever_used=bool(activated),
        )
        for person, activated in rows
    )


def _all_of(person: bytes, others: dict[bytes, list[bytes]]) -> list[bytes]:
    """Every alias that leads to a person, in at most two steps, as roll-ups follow them."""
    near = others.get(person, [])
    return [*near, *(far for each in near for far in others.get(each, []))]

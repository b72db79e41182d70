"""Roles that were given to people while the bot runs. Nothing is forgotten: who gave and took what, and when."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update

from storage.schema import role_grant
from storage.store import Store, in_utc

Role = Literal["administrator", "enablement", "leader"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A role that `by` gave to `who` (a user's opaque id, or "group:" and a group's).

    A leader has one a department; without a department it is the company alone. It holds until it `ended`.
    """

    who: str
    role: Role
    department: str = ""
    by: str
    at: datetime
    ended: datetime | None = None
    ended_by: str | None = None


def grants(store: Store, *, ended: bool = False) -> tuple[Grant, ...]:
    """Return the grants that hold, oldest first; with `ended` those that do not hold any more as well."""
    columns = [each for each in role_grant.c if each.name != "id"]
    wanted = select(*columns).order_by(role_grant.c.id)
    with store.reading() as connection:
        rows = connection.execute(wanted if ended else wanted.where(role_grant.c.ended.is_(None))).mappings()
        return tuple(Grant(**row | {"at": in_utc(row["at"]), "ended": in_utc(row["ended"])}) for row in map(dict, rows))


def give(store: Store, given: Sequence[Grant]) -> tuple[Grant, ...]:
    """Keep the grants that do not hold already, and return those."""
    with store.writing() as connection:
        holding = select(role_grant.c.who, role_grant.c.role, role_grant.c.department).where(
            role_grant.c.ended.is_(None)
        )
        known = {tuple(row) for row in connection.execute(holding)}
        new = tuple(each for each in given if (each.who, each.role, each.department) not in known)
        if new:
            connection.execute(role_grant.insert(), [asdict(each) for each in new])
    return new


def take(
    store: Store,
    who: str,
    *,
    role: Role | None = None,
    departments: Sequence[str] | None = None,
    by: str,
    at: datetime,
) -> int:
    """End what somebody was given: all of it, one role, or a leader's departments. Return how many grants ended."""
    ending = update(role_grant).where(role_grant.c.who == who, role_grant.c.ended.is_(None))
    if role is not None:
        ending = ending.where(role_grant.c.role == role)
    if departments is not None:
        ending = ending.where(role_grant.c.role == "leader", role_grant.c.department.in_(departments))
    with store.writing() as connection:
        return connection.execute(ending.values(ended=at, ended_by=by)).rowcount

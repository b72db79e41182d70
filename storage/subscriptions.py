"""Subscriptions that people made, how all of them stand, and what is muted where. Places and people are opaque ids."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import delete, select, update

from storage.schema import place_mute, subscription, subscription_state
from storage.store import Store, in_utc, insert_missing

MuteKind = Literal["department", "finding"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A subscription that somebody made. `departments` are those it tells of; none means all its owner may see."""

    what: str
    audience: str
    platform: str
    place: str
    departments: tuple[str, ...]
    day: str
    at: str
    timezone: str
    thread_only: bool
    skip_empty: bool
    owner: str
    created: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a subscription stands, be it kept here or in the settings.

    `paused` says why, "" where it is not. `done` is the newest due moment that was dealt with, `trouble` what its owner
    was told last, "" since all is well.
    """

    paused: str = ""
    paused_at: datetime | None = None
    paused_by: str = ""
    introduced: bool = False
    done: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mute:
    """A department, or a finding by its key, that is not told in a place before the day `until`."""

    place: str
    kind: MuteKind
    what: str
    until: date
    by: str
    at: datetime


def subscribe(store: Store, kept: Kept) -> int:
    """Keep a subscription; return its number."""
    with store.writing() as connection:
        made = connection.execute(subscription.insert().values(**_written(asdict(kept))))
        return int(made.inserted_primary_key[0])  # type: ignore[index]


def kept_subscriptions(store: Store) -> dict[int, Kept]:
    """Return those that have not ended, by number."""
    columns = [each for each in subscription.c if each.name != "ended"]
    wanted = select(*columns).where(subscription.c.ended.is_(None)).order_by(subscription.c.id)
    with store.reading() as connection:
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
    return {int(row.pop("id")): Kept(**_read(row)) for row in rows}


def change(store: Store, number: int, changes: Mapping[str, object]) -> bool:
    """Change fields of a subscription; False where there is none of this number."""
    changing = update(subscription).where(subscription.c.id == number, subscription.c.ended.is_(None))
    with store.writing() as connection:
        return connection.execute(changing.values(**_written(dict(changes)))).rowcount == 1


def unsubscribe(store: Store, number: int, now: datetime) -> bool:
    """End a subscription; False where there is none of this number."""
    return change(store, number, {"ended": now})


def standings(store: Store) -> dict[str, Standing]:
    """Return how subscriptions stand, by key; one that is not there has nothing to tell yet."""
    with store.reading() as connection:
        rows = [dict(row) for row in connection.execute(select(subscription_state)).mappings()]
    return {
        str(row.pop("key")): Standing(**row | {"paused_at": in_utc(row["paused_at"]), "done": in_utc(row["done"])})
        for row in rows
    }


def stand(store: Store, key: str, **changes: object) -> None:
    """Note how a subscription stands now: the fields of Standing that change."""
    with store.writing() as connection:
        insert_missing(connection, subscription_state, [{"key": key, **asdict(Standing())}])
        connection.execute(update(subscription_state).where(subscription_state.c.key == key).values(**changes))


def mute(store: Store, muted: Mute) -> None:
    """Keep a mute; it takes the place of an earlier one of the same."""
    with store.writing() as connection:
        connection.execute(delete(place_mute).where(*_same(muted.place, muted.kind, muted.what)))
        connection.execute(place_mute.insert().values(**asdict(muted)))


def unmute(store: Store, place: str, kind: MuteKind, what: str) -> bool:
    """Forget a mute; False where there was none."""
    with store.writing() as connection:
        return connection.execute(delete(place_mute).where(*_same(place, kind, what))).rowcount == 1


def mutes(store: Store, place: str, today: date) -> tuple[Mute, ...]:
    """Return what is not to be told in a place today."""
    wanted = select(place_mute).where(place_mute.c.place == place, place_mute.c.until > today)
    with store.reading() as connection:
        rows = connection.execute(wanted.order_by(place_mute.c.kind, place_mute.c.what)).mappings().all()
    return tuple(Mute(**dict(row) | {"at": in_utc(row["at"])}) for row in rows)


def _same(place: str, kind: str, what: str) -> tuple[Any, ...]:
    return place_mute.c.place == place, place_mute.c.kind == kind, place_mute.c.what == what


def _written(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"departments": json.dumps(row["departments"], ensure_ascii=False)} if "departments" in row else row


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"departments": tuple(json.loads(row["departments"])), "created": in_utc(row["created"])}

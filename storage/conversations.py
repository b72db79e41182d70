"""Where the bot may speak by itself: conversations that it was brought into, and what it takes to reach them.

Ids are the platform's opaque ones; no name of a person, chat or channel is kept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import RowMapping, or_, select, update

from storage.schema import conversations
from storage.store import Store, insert_missing

Kind = Literal["personal", "group", "channel"]
State = Literal["active", "paused", "removed"]
Reference = dict[str, object]
"""What the platform's API wants to know to post there, as JSON."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """One conversation. `person` is the account that a personal one is with, `team` what a channel belongs to.

    `paused`: the platform refuses posts, `reason` says with which words; `removed`: the bot was taken out.
    """

    id: str
    kind: Kind
    tenant: str
    team: str = ""
    person: str = ""
    reference: Reference
    state: State = "active"
    reason: str = ""


def remember_conversation(store: Store, seen: Conversation, now: datetime) -> bool:
    """Keep how to reach it, as of its newest message; true where it is new or comes back after it was gone."""
    values = {
        "kind": seen.kind,
        "tenant": seen.tenant,
        "team": seen.team,
        "person": seen.person,
        "reference": json.dumps(seen.reference, sort_keys=True),
    }
    known = conversation(store, seen.id)
    if known is not None and known == seen:
        return False
    fresh = {"state": "active", "reason": "", "changed": now, "told": False}
    with store.writing() as connection:
        row = {"id": seen.id, "greeted": False, **values, **fresh}
        if insert_missing(connection, conversations, [row]) == 1:
            return True
        back = known is not None and known.state == "removed"
        again = {"greeted": False} if back else {}
        connection.execute(
            update(conversations).where(conversations.c.id == seen.id).values(**values, **fresh, **again)
        )
    return back


def conversation(store: Store, to: str) -> Conversation | None:
    """Return the conversation with this id, or the personal one with this account."""
    personal = (conversations.c.kind == "personal") & (conversations.c.person == to)
    wanted = (
        select(conversations)
        .where(or_(conversations.c.id == to, personal))
        .order_by(conversations.c.id != to, conversations.c.changed.desc())
        .limit(1)
    )
    with store.reading() as connection:
        row = connection.execute(wanted).mappings().first()
    return None if row is None else _of(row)


def all_conversations(store: Store) -> tuple[Conversation, ...]:
    """Return every conversation, in the order of their ids."""
    with store.reading() as connection:
        rows = connection.execute(select(conversations).order_by(conversations.c.id)).mappings().all()
    return tuple(map(_of, rows))


def suspend(store: Store, place: str, state: Literal["paused", "removed"], reason: str, now: datetime) -> bool:
    """Note that nothing can be posted there; true the first time, which is when somebody is to be told."""
    with store.writing() as connection:
        connection.execute(
            update(conversations)
            .where(conversations.c.id == place, conversations.c.state != state)
            .values(state=state, reason=reason, changed=now)
        )
        first = update(conversations).where(conversations.c.id == place, conversations.c.told.is_(False))
        return connection.execute(first.values(told=True)).rowcount == 1


def greet_once(store: Store, place: str) -> bool:
    """Whether it is to be greeted: true once, until the bot is taken out and comes back."""
    with store.writing() as connection:
        first = update(conversations).where(conversations.c.id == place, conversations.c.greeted.is_(False))
        return connection.execute(first.values(greeted=True)).rowcount == 1


def _of(row: RowMapping | Mapping[str, object]) -> Conversation:
    kept = dict(row)
    return Conversation(
        id=str(kept["id"]),
        kind=kept["kind"],
        tenant=str(kept["tenant"]),
        team=str(kept["team"]),
        person=str(kept["person"]),
        reference=json.loads(str(kept["reference"])),
        state=kept["state"],
        reason=str(kept["reason"]),
    )

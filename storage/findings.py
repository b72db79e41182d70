"""What digests have told, and what people chose about it: departments and numbers, nobody's name.

Departments and reasons are the organisation's own words; `who` is a platform's opaque id of an account, or ''.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import RowMapping, delete, select

from storage.schema import finding_choice, finding_seen
from storage.store import Store

SeenState = Literal["new", "still", "worse", "reversed", "resolved"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """What a finding is known by. `direction` is -1, 0 or 1; no departments means the company."""

    key: str
    detector: str
    metric: str
    tool: str
    direction: int
    departments: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen(Pattern):
    """A finding as the digest of a week (its Monday) saw it. `told`: it was among those that are told."""

    week: date
    state: SeenState
    impact: float
    value: float
    told: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice(Pattern):
    """That somebody does not want to hear of a finding, before the day `until` (None: at all).

    `impact` is the finding's own when it was chosen.
    """

    choice: Literal["snooze", "dismiss"]
    until: date | None = None
    impact: float
    at: date
    who: str = ""
    reason: str = ""


def seen_before(store: Store, week: date) -> tuple[Seen, ...]:
    """Return what the digests of earlier weeks saw, newest first."""
    wanted = (
        select(finding_seen).where(finding_seen.c.week < week).order_by(finding_seen.c.week.desc(), finding_seen.c.key)
    )
    with store.reading() as connection:
        return tuple(Seen(**_read(row)) for row in connection.execute(wanted).mappings())


def note_seen(store: Store, week: date, seen: Sequence[Seen]) -> None:
    """Note what the digest of a week saw. Noting it again changes nothing; what was told once stays told."""
    rows = {each.key: each for each in seen}
    known = finding_seen.c.week == week
    with store.writing() as connection:
        told = set(connection.scalars(select(finding_seen.c.key).where(known, finding_seen.c.told)))
        connection.execute(delete(finding_seen).where(known, finding_seen.c.key.in_(rows)))
        written = [_written(each) | {"told": each.told or key in told} for key, each in rows.items()]
        if written:
            connection.execute(finding_seen.insert(), written)


def choices(store: Store) -> tuple[Choice, ...]:
    """Return what people chose, those that have ended too, by key."""
    with store.reading() as connection:
        rows = connection.execute(select(finding_choice).order_by(finding_choice.c.key)).mappings()
        return tuple(Choice(**_read(row)) for row in rows)


def choose(store: Store, choice: Choice) -> None:
    """Keep a choice; it takes the place of an earlier one about the same key."""
    with store.writing() as connection:
        connection.execute(delete(finding_choice).where(finding_choice.c.key == choice.key))
        connection.execute(finding_choice.insert(), [_written(choice)])


def restore(store: Store, key: str) -> bool:
    """Forget the choice about a finding; False where there was none."""
    with store.writing() as connection:
        return connection.execute(delete(finding_choice).where(finding_choice.c.key == key)).rowcount == 1


def _read(row: RowMapping) -> dict[str, Any]:
    return {**row, "departments": tuple(json.loads(row["departments"]))}


def _written(row: Seen | Choice) -> dict[str, Any]:
    return asdict(row) | {"departments": json.dumps(row.departments, ensure_ascii=False)}

"""De-identified events as columns, and the columns as bytes: what a batch of one file and UTC day holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from connectors.timestamps import DAY, date_of
from storage.facts import EventBatch, Person

VERSION = 1

NOBODY = -1
"""Code of the person of an event that names none: an assistant's, in a conversation whose person is known."""

ABSENT = -1
"""Characters of content that is absent or holds no text; tokens that are not reported. For floats it is NaN."""

OTHER, PROMPT, ANSWER = 0, 1, 2
"""Kinds of messages. OTHER (tool and system) is kept to find a prompt's answer and counts for nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageColumns:
    """Messages, one entry a row. `person` and `model` are codes: places in `Events.people` and `Events.models`.

    Ids are 64-bit keyed hashes, 0 where the vendor gave none. `time` is in microseconds since 1970.
    """

    event: NDArray[np.uint64]
    message: NDArray[np.uint64]
    parent: NDArray[np.uint64]
    conversation: NDArray[np.uint64]
    time: NDArray[np.int64]
    person: NDArray[np.int32]
    model: NDArray[np.int32]
    kind: NDArray[np.uint8]
    characters: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, slots=True)
class CostColumns:
    """Metered use, one entry a row; the codes as in MessageColumns."""

    event: NDArray[np.uint64]
    time: NDArray[np.int64]
    person: NDArray[np.int32]
    model: NDArray[np.int32]
    input_tokens: NDArray[np.int64]
    output_tokens: NDArray[np.int64]
    credits: NDArray[np.float64]
    cost: NDArray[np.float64]


MESSAGE_TYPES: Mapping[str, str] = {
    "event": "<u8",
    "message": "<u8",
    "parent": "<u8",
    "conversation": "<u8",
    "time": "<i8",
    "person": "<i4",
    "model": "<i4",
    "kind": "<u1",
    "characters": "<i4",
}
COST_TYPES: Mapping[str, str] = {
    "event": "<u8",
    "time": "<i8",
    "person": "<i4",
    "model": "<i4",
    "input_tokens": "<i8",
    "output_tokens": "<i8",
    "credits": "<f8",
    "cost": "<f8",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Events:
    """Events with their dictionaries. `same` pairs the codes of an account and of the address seen beside it."""

    people: tuple[Person, ...]
    models: tuple[str, ...]
    same: tuple[tuple[int, int], ...]
    messages: MessageColumns
    costs: CostColumns

    @property
    def rows(self) -> int:
        """How many events there are."""
        return len(self.messages.event) + len(self.costs.event)


class _Packed(msgspec.Struct, array_like=True):
    version: int
    people: bytes
    models: list[str]
    same: list[tuple[int, int]]
    messages: list[bytes]
    costs: list[bytes]


def take(columns: Any, rows: Any) -> Any:  # noqa: ANN401 - either kind of columns, any index of numpy's
    """Return columns of the same kind with only these rows."""
    kind = type(columns)
    return kind(**{each.name: getattr(columns, each.name)[rows] for each in fields(kind)})


def joined(parts: Sequence[Any]) -> Any:  # noqa: ANN401 - either kind of columns
    """Return columns of the same kind with the rows of all of them. At least one is wanted."""
    kind = type(parts[0])
    if len(parts) == 1:
        return parts[0]
    return kind(**{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(kind)})


def no_messages() -> MessageColumns:
    """Return columns without a row."""
    return MessageColumns(**{name: np.empty(0, kind) for name, kind in MESSAGE_TYPES.items()})


def no_costs() -> CostColumns:
    """Return columns without a row."""
    return CostColumns(**{name: np.empty(0, kind) for name, kind in COST_TYPES.items()})


def batches_of(events: Events, file: str) -> Iterator[EventBatch]:
    """Yield one batch a UTC day, by day."""
    message_days, cost_days = events.messages.time // DAY, events.costs.time // DAY
    for day in np.unique(np.concatenate([message_days, cost_days])).tolist():
        of_day = _narrowed(
            Events(
                people=events.people,
                models=events.models,
                same=events.same,
                messages=take(events.messages, message_days == day),
                costs=take(events.costs, cost_days == day),
            )
        )
        yield EventBatch(file=file, day=date_of(day), rows=of_day.rows, columns=pack(of_day))


def pack(events: Events) -> bytes:
    """Return events as bytes."""
    return msgspec.msgpack.encode(
        _Packed(
            version=VERSION,
            people=b"".join(events.people),
            models=list(events.models),
            same=list(events.same),
            messages=[getattr(events.messages, name).astype(kind).tobytes() for name, kind in MESSAGE_TYPES.items()],
            costs=[getattr(events.costs, name).astype(kind).tobytes() for name, kind in COST_TYPES.items()],
        )
    )


def unpack(columns: bytes) -> Events:
    """Return the events of a batch. The columns are views of its bytes: not to be written to."""
    packed = msgspec.msgpack.decode(columns, type=_Packed)
    if packed.version != VERSION:
        raise ValueError(
            f"a batch of version {packed.version} was written by another release; this one reads {VERSION}"
        )
    messages = zip(MESSAGE_TYPES.items(), packed.messages, strict=True)
    costs = zip(COST_TYPES.items(), packed.costs, strict=True)
    return Events(
        people=tuple(Person(packed.people[at : at + 32]) for at in range(0, len(packed.people), 32)),
        models=tuple(packed.models),
        same=tuple(packed.same),
        messages=MessageColumns(**{name: np.frombuffer(raw, kind) for (name, kind), raw in messages}),
        costs=CostColumns(**{name: np.frombuffer(raw, kind) for (name, kind), raw in costs}),
    )


def merged(batches: Sequence[EventBatch]) -> Events:
    """Return the events of several batches under one pair of dictionaries."""
    people: dict[Person, int] = {}
    models: dict[str, int] = {}
    same: dict[tuple[int, int], None] = {}
    messages, costs = [no_messages()], [no_costs()]
    for batch in batches:
        events = unpack(batch.columns)
        person_codes = np.array([*(people.setdefault(each, len(people)) for each in events.people), NOBODY], np.int32)
        model_codes = np.array([models.setdefault(each, len(models)) for each in events.models], np.int32)
        same |= {(int(person_codes[account]), int(person_codes[email])): None for account, email in events.same}
        messages.append(_recoded(events.messages, person_codes, model_codes))
        costs.append(_recoded(events.costs, person_codes, model_codes))
    return Events(
        people=tuple(people), models=tuple(models), same=tuple(same), messages=joined(messages), costs=joined(costs)
    )


def days_of(batches: Sequence[EventBatch]) -> list[date]:
    """Return the days that batches hold, in order."""
    return sorted({batch.day for batch in batches})


def _recoded(columns: Any, people: NDArray[np.int32], models: NDArray[np.int32]) -> Any:  # noqa: ANN401
    kept = {each.name: getattr(columns, each.name) for each in fields(columns)}
    return type(columns)(**kept | {"person": people[columns.person], "model": models[columns.model]})


def _narrowed(events: Events) -> Events:
    """Leave out of the dictionaries what no event names."""
    used_people = np.zeros(len(events.people) + 1, bool)
    used_models = np.zeros(len(events.models), bool)
    for columns in (events.messages, events.costs):
        used_people[columns.person] = True
        used_models[columns.model] = True
    used_people[-1] = False
    same = [pair for pair in events.same if used_people[pair[0]] or used_people[pair[1]]]
    for pair in same:
        used_people[list(pair)] = True
    person_codes = np.append(np.cumsum(used_people[:-1]) - 1, NOBODY).astype(np.int32)
    model_codes = (np.cumsum(used_models) - 1).astype(np.int32)
    return Events(
        people=tuple(events.people[at] for at in np.flatnonzero(used_people).tolist()),
        models=tuple(events.models[at] for at in np.flatnonzero(used_models).tolist()),
        same=tuple((int(person_codes[account]), int(person_codes[email])) for account, email in same),
        messages=_recoded(events.messages, person_codes, model_codes),
        costs=_recoded(events.costs, person_codes, model_codes),
    )

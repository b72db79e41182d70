"""De-identified events as columns, and the columns as bytes: what a batch of one file and UTC day holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from connectors.files.distinct import coded, distinct
from connectors.files.timestamps import DAY, date_of
from storage.facts import EventBatch, Person

VERSION = 1

NOBODY = -1
"""Code of the person of an event that names none: an assistant's, in a conversation whose person is known."""

ABSENT = -1
"""Characters of content that is absent or holds no text; tokens that are not reported. For floats it is NaN."""

METERED = "usage analytics"
"""The file of a day's batch that a vendor's table of metered use makes. The space keeps it apart from vendors' ids."""

PERSON_BYTES = 32

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
_CODES = {"person", "model"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Events:
    """Events with their dictionaries.

    `people` are PERSON_BYTES each, one after the other; a person's code is the place among them. `same`, of two
    columns, pairs the code of an account with that of the address seen beside it.
    """

    people: bytes
    models: tuple[str, ...]
    same: NDArray[np.int32]
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
    same: bytes
    messages: list[tuple[str, bytes]]
    costs: list[tuple[str, bytes]]


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
    for day in distinct(np.concatenate([message_days, cost_days])).tolist():
        of_day = replace(
            events,
            messages=_only(events.messages, message_days == day),
            costs=_only(events.costs, cost_days == day),
        )
        yield EventBatch(file=file, day=date_of(day), rows=of_day.rows, columns=pack(_narrowed(of_day)))


def pack(events: Events) -> bytes:
    """Return events as bytes."""
    return msgspec.msgpack.encode(
        _Packed(
            version=VERSION,
            people=events.people,
            models=list(events.models),
            same=events.same.astype("<i4").tobytes(),
            messages=[_pack_column(name, getattr(events.messages, name), kind) for name, kind in MESSAGE_TYPES.items()],
            costs=[_pack_column(name, getattr(events.costs, name), kind) for name, kind in COST_TYPES.items()],
        )
    )


def nothing() -> bytes:
    """Return the bytes of no events."""
    same = np.empty((0, 2), np.int32)
    return pack(Events(people=b"", models=(), same=same, messages=no_messages(), costs=no_costs()))


def unpack(columns: bytes) -> Events:
    """Return the events of a batch. Most columns are views of its bytes: not to be written to."""
    packed = msgspec.msgpack.decode(columns, type=_Packed)
    if packed.version != VERSION:
        raise ValueError(
            f"a batch of version {packed.version} was written by another release, this one reads {VERSION}"
        )
    messages = zip(MESSAGE_TYPES.items(), packed.messages, strict=True)
    costs = zip(COST_TYPES.items(), packed.costs, strict=True)
    return Events(
        people=packed.people,
        models=tuple(packed.models),
        same=np.frombuffer(packed.same, "<i4").reshape(-1, 2),
        messages=MessageColumns(**{name: _unpack_column(name, kind, *each) for (name, kind), each in messages}),
        costs=CostColumns(**{name: _unpack_column(name, kind, *each) for (name, kind), each in costs}),
    )


def people_of(columns: bytes) -> list[Person]:
    """Return whom the events of a batch name."""
    return split_people(msgspec.msgpack.decode(columns, type=_Packed).people)


def split_people(people: bytes) -> list[Person]:
    """Return each person of a dictionary by code."""
    return [Person(people[at : at + PERSON_BYTES]) for at in range(0, len(people), PERSON_BYTES)]


def merged(batches: Sequence[Events]) -> Events:
    """Return the events of several batches under one pair of dictionaries: people in their order, each once."""
    counts = [len(events.people) // PERSON_BYTES for events in batches]
    people, person_codes = _distinct(b"".join(events.people for events in batches))
    starts = np.cumsum([0, *counts])
    models: dict[str, int] = {}
    same, messages, costs = [], [no_messages()], [no_costs()]
    for events, start, count in zip(batches, starts, counts, strict=False):
        of_person = np.append(person_codes[start : start + count], NOBODY).astype(np.int32)
        of_model = np.array([models.setdefault(each, len(models)) for each in events.models], np.int32)
        same.append(of_person[events.same])
        messages.append(_recoded(events.messages, of_person, of_model))
        costs.append(_recoded(events.costs, of_person, of_model))
    return Events(
        people=people,
        models=tuple(models),
        same=np.concatenate([np.empty((0, 2), np.int32), *same]),
        messages=joined(messages),
        costs=joined(costs),
    )


def _distinct(people: bytes) -> tuple[bytes, NDArray[np.int64]]:
    """Return each person once, in the order of their bytes; and each one's place there."""
    table = np.frombuffer(people, ">u8").reshape(-1, 4)
    _, places = coded(table[:, 0].astype(np.uint64))
    once = np.empty((places.max(initial=-1) + 1, 4), ">u8")
    once[places] = table
    if (once[places] == table).all():
        return once.tobytes(), places
    # Two people whose first eight bytes are the same.
    listed = split_people(people)
    place_of = {person: place for place, person in enumerate(sorted(set(listed)))}
    return b"".join(place_of), np.array([place_of[person] for person in listed], np.int64)


def _recoded(columns: Any, people: NDArray[np.int32], models: NDArray[np.int32]) -> Any:  # noqa: ANN401
    return replace(columns, person=people[columns.person], model=models[columns.model])


def _only(columns: Any, rows: NDArray[np.bool_]) -> Any:  # noqa: ANN401
    return columns if rows.all() else take(columns, rows)


def _pack_column(name: str, column: NDArray[Any], kind: str) -> tuple[str, bytes]:
    """Return a column as bytes and their type: for codes the smallest that holds them, NOBODY being 0."""
    if name in _CODES:
        shifted = column + 1
        kind = np.min_scalar_type(int(shifted.max(initial=0))).newbyteorder("<").str
        return kind, shifted.astype(kind).tobytes()
    return kind, column.astype(kind, copy=False).tobytes()


def _unpack_column(name: str, kind: str, stored: str, raw: bytes) -> NDArray[Any]:
    column = np.frombuffer(raw, stored)
    return column.astype(kind) - 1 if name in _CODES else column


def _narrowed(events: Events) -> Events:
    """Leave out of the dictionaries what no event names, and sort them: the same events make the same bytes."""
    table = np.frombuffer(events.people, np.uint8).reshape(-1, PERSON_BYTES)
    used_people, used_models = np.zeros(len(table) + 1, bool), np.zeros(len(events.models), bool)
    for columns in (events.messages, events.costs):
        used_people[columns.person] = True
        used_models[columns.model] = True
    used_people[-1] = False
    same = events.same[used_people[events.same].any(axis=1)]
    used_people[same.ravel()] = True
    people, places = _distinct(table[used_people[:-1]].tobytes())
    of_person = np.full(len(used_people), NOBODY, np.int32)
    of_person[used_people] = places
    models = [events.models[at] for at in np.flatnonzero(used_models).tolist()]
    of_model = np.zeros(len(used_models), np.int32)
    of_model[used_models] = np.argsort(np.argsort(np.array(models))) if models else []
    pairs = of_person[same]
    return Events(
        people=people,
        models=tuple(sorted(models)),
        same=pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))],
        messages=_recoded(events.messages, of_person, of_model),
        costs=_recoded(events.costs, of_person, of_model),
    )

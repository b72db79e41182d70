"""A day's messages in order within their conversations: copies dropped, and every message's person and model found."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from connectors.events import ANSWER, NOBODY, PROMPT, MessageColumns, take

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

_MAX_STEPS: Final = 64
"""How many tool calls between a prompt and the answer to it are followed."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
_ORDER_OF_KIND = np.array([1, 0, 2])
"""At one moment, a prompt comes before a tool's message, and that before an answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """Messages by conversation and time. `start` is the place of the first message of each one's conversation.

    `model` is each message's own; of a prompt its answer's. `person` is each message's own; where it names none, that
    of the message before it in the conversation.
    """

    columns: MessageColumns
    start: Places
    person: Places
    model: Places


def without_copies(columns: Any, keys: NDArray[np.uint64]) -> Any:  # noqa: ANN401 - either kind of columns
    """Return the columns with one row a key; rows with key 0 are all kept.

    Of copies that differ the latest counts, then the one with the most text, then the greatest in every other column:
    never the one that happened to arrive first.
    """
    order = np.argsort(keys, kind="stable")
    same_as_before = keys[order[1:]] == keys[order[:-1]]
    if not (same_as_before & (keys[order[1:]] != 0)).any():
        return columns
    copied = np.zeros(len(keys), bool)
    copied[order[1:]] |= same_as_before
    copied[order[:-1]] |= same_as_before
    copied &= keys != 0
    rows = np.flatnonzero(copied)
    names = [name for name in columns.__dataclass_fields__ if name not in {"time", "characters"}]
    names += [name for name in ("characters", "time") if hasattr(columns, name)]
    ranked = rows[np.lexsort([*(getattr(columns, name)[rows] for name in names), keys[rows]])]
    last = np.append(keys[ranked[1:]] != keys[ranked[:-1]], True)
    kept = ~copied
    kept[ranked[last]] = True
    return take(columns, kept)


def thread(messages: MessageColumns) -> Thread:
    """Return messages without copies, in order, with their persons and models."""
    messages = without_copies(messages, messages.event)
    messages = without_copies(messages, _message_keys(messages, messages.message))
    keys = (messages.message, _ORDER_OF_KIND[messages.kind], messages.time, messages.conversation)
    ordered: MessageColumns = take(messages, np.lexsort(keys))
    start = _starts(ordered.conversation)
    person = _nearest(ordered.person.astype(np.int64), ordered.person != NOBODY, start, later_first=False)
    return Thread(columns=ordered, start=start, person=person, model=_models(ordered, start))


def _message_keys(messages: MessageColumns, ids: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return messages.conversation * _MIX + ids


def _starts(conversation: NDArray[np.uint64]) -> Places:
    places = np.arange(len(conversation))
    changes = np.append(True, conversation[1:] != conversation[:-1])[: len(conversation)]
    return np.maximum.accumulate(np.where(changes, places, 0))


def _models(messages: MessageColumns, start: Places) -> Places:
    """Return each message's model: its own, else its answer's, else the next in the conversation, else the last."""
    own = messages.model.astype(np.int64)
    named = (messages.kind == ANSWER) & (own > 0)
    found = _nearest(own, named, start, later_first=True)
    answers = _answers(messages, named)
    answered = answers < len(own)
    found[answered] = own[answers[answered]]
    return np.where(own > 0, own, found)


def _answers(messages: MessageColumns, named: Flags) -> Places:
    """Return the place of the first answer, with a model, to each prompt; the number of messages where none is."""
    size = len(named)
    first = np.full(size, size)
    parent = _parents(messages)
    answer = np.flatnonzero(named)
    above = parent[answer]
    for _ in range(_MAX_STEPS):
        reached = (above >= 0) & (messages.kind[above] == PROMPT)
        np.minimum.at(first, above[reached], answer[reached])
        climbing = (above >= 0) & ~reached & ~named[above]
        answer, above = answer[climbing], parent[above[climbing]]
        if not answer.size:
            break
    return first


def _parents(messages: MessageColumns) -> Places:
    """Return the place of the message that each one follows, -1 where it is not known."""
    keys = _message_keys(messages, messages.message)
    wanted = _message_keys(messages, messages.parent)
    order = np.argsort(keys)
    at = np.minimum(np.searchsorted(keys, wanted, sorter=order), max(len(keys) - 1, 0))
    place = order[at]
    return np.where((keys[place] == wanted) & (messages.parent != 0), place, -1)


def _nearest(values: Places, known: Flags, start: Places, *, later_first: bool) -> Places:
    """Fill each place with the nearest known value of its conversation, looking one way first, then the other.

    A known place keeps its own. Where a conversation knows none, NOBODY for persons and 0 (no model) for models.
    """
    size = len(values)
    places = np.arange(size)
    before = np.maximum.accumulate(np.where(known, places, -1))
    after = np.minimum.accumulate(np.where(known, places, size)[::-1])[::-1]
    has_before = before >= start
    has_after = after < size
    has_after[has_after] &= start[after[has_after]] == start[has_after]
    found = np.where(known, values, 0 if later_first else NOBODY)
    ways = [(before, has_before), (after, has_after)]
    for place, has in ways if later_first else reversed(ways):
        found[has] = values[place[has]]
    return found

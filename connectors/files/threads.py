"""A day's messages in order within their conversations: copies dropped, and every message's person and model found."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from connectors.files.distinct import changes, coded
from connectors.files.events import ANSWER, NOBODY, PROMPT, MessageColumns, take

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
    ascending = np.sort(keys)
    if not (ascending[1:] == ascending[:-1]).any():
        return columns
    order = np.argsort(keys)
    ordered = keys[order]
    same_as_before = (ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)
    copied = np.zeros(len(keys), bool)
    copied[order[1:][same_as_before]] = True
    copied[order[:-1][same_as_before]] = True
    rows = np.flatnonzero(copied)
    names = [name for name in columns.__dataclass_fields__ if name not in {"time", "characters"}]
    names += [name for name in ("characters", "time") if hasattr(columns, name)]
    ranked = rows[np.lexsort([*(getattr(columns, name)[rows] for name in names), keys[rows]])]
    kept = ~copied
    kept[ranked[::-1][changes(keys[ranked[::-1]])]] = True
    return take(columns, kept)


def thread(messages: MessageColumns) -> Thread:
    """Return messages without copies, in order, with their persons and models."""
    messages = without_copies(messages, messages.event)
    messages = without_copies(messages, _message_keys(messages, messages.message))
    ordered: MessageColumns = take(messages, _order(messages))
    start = _starts(ordered.conversation)
    person = _nearest(ordered.person.astype(np.int64), ordered.person != NOBODY, start, later_first=False)
    return Thread(columns=ordered, start=start, person=person, model=_models(ordered, start))


def _order(messages: MessageColumns) -> Places:
    """Return the order by conversation, time, kind, and last by message id so that it is always the same."""
    kind = _ORDER_OF_KIND[messages.kind]
    conversations, conversation = coded(messages.conversation)
    moment = messages.time - messages.time.min(initial=np.iinfo(np.int64).max)
    if len(conversations) < 1 << 23 and moment.max(initial=0) < 1 << 38:
        together = conversation << 40 | moment << 2 | kind
        order = np.argsort(together)
        if (together[order[1:]] != together[order[:-1]]).all():
            return order
    return np.lexsort((messages.message, kind, messages.time, conversation))


def _message_keys(messages: MessageColumns, ids: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return messages.conversation * _MIX + ids


def _starts(conversation: NDArray[np.uint64]) -> Places:
    places = np.arange(len(conversation))
    return np.maximum.accumulate(np.where(changes(conversation), places, 0))


def _models(messages: MessageColumns, start: Places) -> Places:
    """Return each message's model: its own, else its answer's, else the next in the conversation, else the last."""
    own = messages.model.astype(np.int64)
    named = (messages.kind == ANSWER) & (own > 0)
    answers = _answers(messages, start, named)
    found = own.copy()
    answered = (answers < len(own)) & (own == 0)
    found[answered] = own[answers[answered]]
    missing = found == 0
    if missing.any():
        found[missing] = _nearest(own, named, start, later_first=True)[missing]
    return found


def _answers(messages: MessageColumns, start: Places, named: Flags) -> Places:
    """Return the place of the first answer, with a model, to each prompt; the number of messages where none is."""
    size = len(named)
    first = np.full(size, size)
    parent = _parents(messages, start)
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


def _parents(messages: MessageColumns, start: Places) -> Places:
    """Return the place of the message that each one follows, -1 where it is not known."""
    places = np.arange(len(start))
    parent = np.where((places > start) & (messages.parent == np.roll(messages.message, 1)), places - 1, -1)
    # Nearly all follow the message before them; only the others are looked up.
    rest = np.flatnonzero((parent < 0) & (messages.parent != 0))
    if rest.size:
        keys = _message_keys(messages, messages.message)
        wanted = _message_keys(messages, messages.parent)[rest]
        order = np.argsort(keys)
        place = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
        parent[rest] = np.where(keys[place] == wanted, place, -1)
    return parent


def _nearest(values: Places, known: Flags, start: Places, *, later_first: bool) -> Places:
    """Fill each place with the nearest known value of its conversation, looking one way first, then the other.

    A known place keeps its own. Where a conversation knows none, NOBODY for persons and 0 (no model) for models.
    """
    if known.all():
        return values
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

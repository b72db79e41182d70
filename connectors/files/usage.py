"""From a day's events to its facts. Pure, and the same whatever the order in which files came.

Tokens. Where the vendor metered a person's day (the usage analytics, or rows of a log with tokens; never both of one
day), the day's tokens are the vendor's, by model. Elsewhere they may be estimated: a token is about four characters of
English (OpenAI's rule of thumb, https://help.openai.com/en/articles/4936856), a person's prompts are input and the
assistant's answers output. That leaves out what the vendor adds to each request (instructions, files, earlier turns),
so an estimate of input is low, and other languages take more tokens a character. Estimated rows say so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from connectors.files.distinct import changes, coded, distinct
from connectors.files.events import (
    ABSENT,
    ANSWER,
    METERED,
    NOBODY,
    OTHER,
    PROMPT,
    CostColumns,
    Events,
    merged,
    no_costs,
    split_people,
    take,
    unpack,
)
from connectors.files.threads import Flags, Places, Thread, thread, without_copies
from connectors.files.timestamps import DAY, day_number
from storage.facts import NO_MODEL, EventBatch, Person, Usage
from storage.models import strength

CHARACTERS_PER_TOKEN = 4
SHORT, LONG = 50, 200
"""A prompt is short under the one and long over the other, in characters."""


Row = tuple[object, ...]
"""The values of a Usage's fields, in their order."""

_FIELDS = tuple(each.name for each in fields(Usage))
_MEASURES = _FIELDS[4:12]
_INPUT, _OUTPUT, _ESTIMATED, _CREDITS, _COST = map(
    _FIELDS.index, ("input_tokens", "output_tokens", "tokens_estimated", "credits", "cost")
)


def usage_of_day(
    batches: Sequence[EventBatch],
    next_batches: Sequence[EventBatch],
    aliases: Mapping[Person, Person],
    *,
    day: date,
    tool: str,
    estimates: bool = True,
) -> list[Usage]:
    """Return the facts of `day` from its events; the next day's are wanted for answers that came after midnight.

    `aliases` names the address of an account. Without `estimates`, tokens that nobody metered are absent. Facts come by
    person, each one's models weakest first.
    """
    rows = rows_of_day(batches, next_batches, aliases, day=day, tool=tool, estimates=estimates)
    return [Usage(**dict(zip(_FIELDS, row, strict=True))) for row in rows]  # type: ignore[arg-type]


def rows_of_day(
    batches: Sequence[EventBatch],
    next_batches: Sequence[EventBatch],
    aliases: Mapping[Person, Person],
    *,
    day: date,
    tool: str,
    estimates: bool = True,
) -> list[Row]:
    """Return the same as the values of Usage's fields: between processes these cost a fraction of the objects."""
    if not batches:
        return []
    number = day_number(day)
    events = _canonical(merged(_of_interest(batches, next_batches)), aliases)
    keys, columns = _from_messages(events, number)
    models = len(events.models)
    people = split_people(events.people)
    rows: dict[int, list[object]] = {
        key: [day, people[key // models], tool, events.models[key % models], *values, True, None, None]
        for key, *values in zip(keys.tolist(), *(each.tolist() for each in columns), strict=True)
    }
    if not estimates:
        _forget_estimates(rows.values())
    costs = take(events.costs, events.costs.time // DAY == number)
    if len(costs.event):
        _add_costs(rows, without_copies(costs, costs.event), events, day=day, tool=tool)
    return [tuple(rows[key]) for key in sorted(rows)]


def _of_interest(batches: Sequence[EventBatch], next_batches: Sequence[EventBatch]) -> list[Events]:
    """Return a day's events, and of the next day's the messages in the same conversations."""
    today = _with_one_meter(batches)
    conversations = distinct(np.concatenate([events.messages.conversation for events in today]))
    found = today
    for batch in next_batches:
        events = unpack(batch.columns)
        place = np.searchsorted(conversations, events.messages.conversation)
        place[place == len(conversations)] = 0
        goes_on = conversations[place] == events.messages.conversation if len(conversations) else place < 0
        if goes_on.any():
            found.append(replace(events, messages=take(events.messages, goes_on), costs=no_costs()))
    return found


def _with_one_meter(batches: Sequence[EventBatch]) -> list[Events]:
    """Return a day's events. Where the usage analytics tell of the day, COSTS rows are left out: both meter it."""
    analytics = any(batch.file == METERED and batch.rows for batch in batches)
    found = [unpack(batch.columns) for batch in batches]
    return [
        replace(events, costs=no_costs()) if analytics and batch.file != METERED else events
        for batch, events in zip(batches, found, strict=True)
    ]


def _canonical(events: Events, aliases: Mapping[Person, Person]) -> Events:
    """Put accounts under their addresses, people in the order of their pseudonyms, and models weakest first."""
    people = split_people(events.people)
    beside: dict[Person, Person] = {}
    writing = np.zeros(len(people) + 1, bool)
    writing[events.messages.person] = True
    writing[events.costs.person] = True
    for account, email in events.same[writing[events.same[:, 0]]].tolist():
        known, seen = people[account], people[email]
        beside[known] = min(beside.get(known, seen), seen)
    person_codes = np.arange(-1, len(people)).astype(np.int32)[np.r_[1 : len(people) + 1, 0]]
    if aliases or beside:
        owners = [aliases.get(each) or beside.get(each) or each for each in people]
        people = sorted(set(owners))
        place_of_person = {person: place for place, person in enumerate(people)}
        person_codes = np.array([*(place_of_person[each] for each in owners), NOBODY], np.int32)
    models = sorted({NO_MODEL, *events.models}, key=strength)
    place_of_model = {model: place for place, model in enumerate(models)}
    model_codes = np.array([place_of_model[each] for each in events.models], np.int32)

    def recoded(columns: Any) -> Any:  # noqa: ANN401 - either kind of columns
        return replace(columns, person=person_codes[columns.person], model=model_codes[columns.model])

    return Events(
        people=b"".join(people),
        models=tuple(models),
        same=events.same[:0],
        messages=recoded(events.messages),
        costs=recoded(events.costs),
    )


def _from_messages(events: Events, number: int) -> tuple[Places, list[Places]]:
    """Return what messages alone tell: person × models + model, ascending, and for each of them every measure."""
    ordered = thread(events.messages)
    columns = ordered.columns
    counted = (columns.time // DAY == number) & (columns.kind != OTHER) & (ordered.person != NOBODY)
    if not counted.any():
        return np.empty(0, np.int64), [np.empty(0, np.int64) for _ in _MEASURES]
    return _sums(ordered, counted, len(events.models))


def _sums(ordered: Thread, counted: Flags, models: int) -> tuple[Places, list[Places]]:
    columns = ordered.columns
    of_row = ordered.person[counted] * models + ordered.model[counted]
    keys, group = coded(of_row)

    def total(values: NDArray[Any]) -> Places:
        # Exact: floats hold whole numbers up to 2**53.
        return np.bincount(group, weights=values, minlength=len(keys)).astype(np.int64)

    kind, characters = columns.kind[counted], columns.characters[counted].astype(np.int64)
    prompt, answer, told = kind == PROMPT, kind == ANSWER, characters != ABSENT
    written = np.where(told, characters, 0)
    prompt_characters = total(written * prompt)
    measures = {
        "sessions": _sessions(ordered, counted, models, keys),
        "messages": np.bincount(group, minlength=len(keys)),
        "prompts": total(prompt),
        "prompt_characters": prompt_characters,
        "short_prompts": total(prompt & told & (characters < SHORT)),
        "long_prompts": total(prompt & (characters > LONG)),
        "input_tokens": _tokens(prompt_characters),
        "output_tokens": _tokens(total(written * answer)),
    }
    return keys, [measures[name] for name in _MEASURES]


def _sessions(ordered: Thread, counted: Flags, models: int, keys: Places) -> Places:
    """Count each conversation of a person once, under the strongest model used in it."""
    start, person, model = ordered.start[counted], ordered.person[counted], ordered.model[counted]
    # Rows lie by conversation; only where several people share one do they have to be sorted within.
    first = np.flatnonzero(changes(start))
    lengths = np.diff(np.append(first, len(start)))
    if (person != np.repeat(person[first], lengths)).any():
        order = np.lexsort((person, start))
        start, person, model = start[order], person[order], model[order]
        first = np.flatnonzero(changes(start) | changes(person))
    strongest = person[first] * models + np.maximum.reduceat(model, first)
    return np.bincount(np.searchsorted(keys, strongest), minlength=len(keys))


def _tokens(characters: Places) -> Places:
    return (characters + CHARACTERS_PER_TOKEN // 2) // CHARACTERS_PER_TOKEN


def _add_costs(rows: dict[int, list[object]], costs: CostColumns, events: Events, *, day: date, tool: str) -> None:
    """Add what was metered. A person whose tokens were metered that day keeps no estimate."""
    models, people = len(events.models), split_people(events.people)
    keys = costs.person.astype(np.int64) * models + costs.model
    # Floats are added in the order of event ids, so that their sum does not depend on the order of arrival.
    order = np.lexsort((costs.event, keys))
    ordered, keys = take(costs, order), keys[order]
    metered = set(ordered.person[(ordered.input_tokens != ABSENT) | (ordered.output_tokens != ABSENT)].tolist())
    for key, row in rows.items():
        if key // models in metered:
            _forget_estimates([row])
    starts = np.flatnonzero(changes(keys))
    ends = np.append(starts, len(keys))[1:]
    for key, start, end in zip(keys[starts].tolist(), starts.tolist(), ends.tolist(), strict=True):
        metering: CostColumns = take(ordered, slice(start, end))
        empty = [day, people[key // models], tool, events.models[key % models]]
        row = rows.setdefault(key, [*empty, *(None for _ in _MEASURES), False, None, None])
        if key // models in metered:
            row[_INPUT], row[_OUTPUT] = _whole(metering.input_tokens), _whole(metering.output_tokens)
        row[_CREDITS], row[_COST] = _amount(metering.credits), _amount(metering.cost)


def _forget_estimates(rows: Iterable[list[object]]) -> None:
    for row in rows:
        row[_INPUT], row[_OUTPUT], row[_ESTIMATED] = None, None, False


def _whole(values: NDArray[np.int64]) -> int | None:
    told = values != ABSENT
    return int(values[told].sum()) if told.any() else None


def _amount(values: NDArray[np.float64]) -> float | None:
    told = ~np.isnan(values)
    return float(values[told].sum()) if told.any() else None

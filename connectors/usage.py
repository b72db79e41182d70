"""From a day's events to its facts. Pure, and the same whatever the order in which files came.

Tokens. Where the vendor metered a person's day (COSTS rows with tokens), the day's tokens are the vendor's, by model.
Elsewhere they are estimated: a token is about four characters of English (OpenAI's rule of thumb,
https://help.openai.com/en/articles/4936856), a person's prompts are input and the assistant's answers output. That
leaves out what the vendor adds to each request (instructions, files, earlier turns), so an estimate of input is low,
and other languages take more tokens a character. Estimated rows say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from connectors.events import ABSENT, ANSWER, NOBODY, OTHER, PROMPT, CostColumns, Events, merged, take
from connectors.threads import Flags, Places, Thread, thread, without_copies
from connectors.timestamps import DAY, day_number
from storage.facts import NO_MODEL, EventBatch, Person, Usage
from storage.models import strength

CHARACTERS_PER_TOKEN = 4
SHORT, LONG = 50, 200
"""A prompt is short under the one and long over the other, in characters."""


@dataclass(kw_only=True, slots=True)
class _Groups:
    """Sums by person and model. `keys` are person × models + model, ascending; every column has one entry a key."""

    keys: Places
    columns: dict[str, Places] = field(default_factory=dict)


def usage_of_day(
    batches: Sequence[EventBatch],
    next_batches: Sequence[EventBatch],
    aliases: Mapping[Person, Person],
    *,
    day: date,
    tool: str,
) -> list[Usage]:
    """Return the facts of `day` from its events; the next day's are wanted for answers that came after midnight.

    `aliases` names the address of an account. Facts come sorted by person and model.
    """
    if not batches:
        return []
    events = _canonical(merged([*batches, *next_batches]), aliases)
    number = day_number(day)
    facts = _from_messages(events, number, day=day, tool=tool)
    costs = take(events.costs, events.costs.time // DAY == number)
    _add_costs(facts, without_copies(costs, costs.event), events, day=day, tool=tool)
    return sorted(facts.values(), key=lambda fact: (fact.person, fact.model))


def _canonical(events: Events, aliases: Mapping[Person, Person]) -> Events:
    """Put people in the order of their pseudonyms, accounts under their addresses, and models weakest first."""
    beside: dict[Person, Person] = {}
    for account, email in events.same:
        known, seen = events.people[account], events.people[email]
        beside[known] = min(beside.get(known, seen), seen)
    owners = [aliases.get(each) or beside.get(each) or each for each in events.people]
    people = sorted(set(owners))
    models = sorted({NO_MODEL, *events.models}, key=strength)
    place_of_person = {person: place for place, person in enumerate(people)}
    place_of_model = {model: place for place, model in enumerate(models)}
    person_codes = np.array([*(place_of_person[each] for each in owners), NOBODY], np.int32)
    model_codes = np.array([place_of_model[each] for each in events.models], np.int32)

    def recoded(columns: Any) -> Any:  # noqa: ANN401 - either kind of columns
        return replace(columns, person=person_codes[columns.person], model=model_codes[columns.model])

    return Events(
        people=tuple(people),
        models=tuple(models),
        same=(),
        messages=recoded(events.messages),
        costs=recoded(events.costs),
    )


def _from_messages(events: Events, number: int, *, day: date, tool: str) -> dict[int, Usage]:
    """Return the facts that messages alone tell, by person × models + model."""
    ordered = thread(events.messages)
    columns = ordered.columns
    counted = (columns.time // DAY == number) & (columns.kind != OTHER) & (ordered.person != NOBODY)
    if not counted.any():
        return {}
    sums = _sums(ordered, counted, len(events.models))
    names = list(sums.columns)
    return {
        key: Usage(
            day=day,
            person=events.people[key // len(events.models)],
            tool=tool,
            model=events.models[key % len(events.models)],
            tokens_estimated=True,
            **dict(zip(names, values, strict=True)),
        )
        for key, *values in zip(sums.keys.tolist(), *(each.tolist() for each in sums.columns.values()), strict=True)
    }


def _sums(ordered: Thread, counted: Flags, models: int) -> _Groups:
    columns = ordered.columns
    keys = ordered.person[counted] * models + ordered.model[counted]
    sums = _Groups(keys=np.unique(keys))
    group = np.searchsorted(sums.keys, keys)

    def total(values: NDArray[Any]) -> Places:
        # Exact: floats hold whole numbers up to 2**53.
        return np.bincount(group, weights=values, minlength=len(sums.keys)).astype(np.int64)

    kind, characters = columns.kind[counted], columns.characters[counted].astype(np.int64)
    prompt, answer, told = kind == PROMPT, kind == ANSWER, characters != ABSENT
    written = np.where(told, characters, 0)
    sums.columns = {
        "sessions": _sessions(ordered, counted, models, sums.keys),
        "messages": np.bincount(group, minlength=len(sums.keys)),
        "prompts": total(prompt),
        "prompt_characters": total(written * prompt),
        "short_prompts": total(prompt & told & (characters < SHORT)),
        "long_prompts": total(prompt & (characters > LONG)),
        "input_tokens": _tokens(total(written * prompt)),
        "output_tokens": _tokens(total(written * answer)),
    }
    return sums


def _sessions(ordered: Thread, counted: Flags, models: int, keys: Places) -> Places:
    """Count each conversation of a person once, under the strongest model used in it."""
    people = int(ordered.person.max()) + 1
    session = ordered.start[counted] * people + ordered.person[counted]
    model = ordered.model[counted]
    order = np.lexsort((model, session))
    last = np.append(session[order[1:]] != session[order[:-1]], True)
    chosen = order[last]
    strongest = session[chosen] % people * models + model[chosen]
    return np.bincount(np.searchsorted(keys, strongest), minlength=len(keys))


def _tokens(characters: Places) -> Places:
    return (characters + CHARACTERS_PER_TOKEN // 2) // CHARACTERS_PER_TOKEN


def _add_costs(facts: dict[int, Usage], costs: CostColumns, events: Events, *, day: date, tool: str) -> None:
    """Add what was metered. A person whose tokens were metered that day keeps no estimate."""
    models = len(events.models)
    keys = costs.person.astype(np.int64) * models + costs.model
    # Floats are added in the order of event ids, so that their sum does not depend on the order of arrival.
    order = np.lexsort((costs.event, keys))
    ordered, keys = take(costs, order), keys[order]
    metered = set(ordered.person[(ordered.input_tokens != ABSENT) | (ordered.output_tokens != ABSENT)].tolist())
    for key in [key for key in facts if key // models in metered]:
        facts[key] = replace(facts[key], input_tokens=None, output_tokens=None, tokens_estimated=False)
    groups, starts = np.unique(keys, return_index=True)
    ends = np.append(starts, len(keys))[1:]
    for key, start, end in zip(groups.tolist(), starts.tolist(), ends.tolist(), strict=True):
        rows: CostColumns = take(ordered, slice(start, end))
        fact = facts.get(key) or Usage(
            day=day, person=events.people[key // models], tool=tool, model=events.models[key % models]
        )
        if key // models in metered:
            fact = replace(fact, input_tokens=_whole(rows.input_tokens), output_tokens=_whole(rows.output_tokens))
        facts[key] = replace(fact, credits=_amount(rows.credits), cost=_amount(rows.cost))


def _whole(values: NDArray[np.int64]) -> int | None:
    told = values != ABSENT
    return int(values[told].sum()) if told.any() else None


def _amount(values: NDArray[np.float64]) -> float | None:
    told = ~np.isnan(values)
    return float(values[told].sum()) if told.any() else None

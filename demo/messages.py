"""Every message of every session: who wrote it, when, how long, with which model, and what it answers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.activity import Sessions
from demo.clockwork import SECOND, Times, pauses, schedule
from demo.depth import (
    by_week,
    cells,
    draw_answer_lengths,
    draw_messages,
    draw_models,
    draw_prompt_lengths,
    habits,
    message_totals,
)
from demo.distributions import Integers
from demo.people import Person
from demo.profile import UNKNOWN_MODELS, Models

USER, ASSISTANT, TOOL, SYSTEM = range(4)
AUTHORS = ("user", "assistant", "tool", "system")
NOTHING = -1
"""No model, no parent, or content that is null."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Messages:
    """One element a message, by time.

    `time` is in microseconds since the first Monday, `author` a place in AUTHORS, `length` in characters.
    `length` is -1 for null content, `model` is a place in the company's model names or -1, `parent` a place among the
    messages or -1.
    """

    session: Integers
    time: Integers
    author: Integers
    length: Integers
    model: Integers
    parent: Integers


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Plan:
    """Per session: messages, prompts, and the strongest model."""

    messages: Integers
    prompts: Integers
    unanswered: NDArray[np.bool_]
    model: Integers
    prompt_lengths: Integers


def _plan(
    persons: tuple[Person, ...], sessions: Sessions, models: Models, weeks: int, rng: np.random.Generator
) -> _Plan:
    rank = habits(persons, sessions)
    count = len(sessions.person)
    messages, model = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    prompts, unanswered = np.zeros(count, dtype=np.int64), rng.random(count) < 0.5
    lengths: list[Integers] = []
    for week, these in by_week(cells(sessions)):
        for cell, total in zip(these, message_totals(week, weeks, these, rng), strict=True):
            messages[cell.rows] = draw_messages(cell, total, rank["depth"][cell.rows], rng)
            prompts[cell.rows] = (messages[cell.rows] + unanswered[cell.rows]) // 2
        for cell, drawn in zip(these, draw_models(these, rank["older"], models, weeks, rng), strict=True):
            model[cell.rows] = drawn
        ranks = [np.repeat(rank["wording"][cell.rows], prompts[cell.rows]) for cell in these]
        lengths += draw_prompt_lengths(ranks, these, week, weeks, rng)
    return _Plan(
        messages=messages, prompts=prompts, unanswered=unanswered, model=model, prompt_lengths=np.concatenate(lengths)
    )


def converse(
    persons: tuple[Person, ...],
    sessions: Sessions,
    models: Models,
    weeks: int,
    rng: np.random.Generator,
) -> tuple[Times, Messages]:
    """Return the times of the sessions and all their messages, those of tools and systems included."""
    plan = _plan(persons, sessions, models, weeks, rng)
    count, total = len(plan.messages), int(plan.messages.sum())
    first = np.cumsum(plan.messages) - plan.messages
    session = np.repeat(np.arange(count), plan.messages)
    at = np.arange(total) - first[session]
    again = (at == plan.messages[session] - 1) & (at % 2 == 0) & ~plan.unanswered[session]
    answer = (at % 2 == 1) | again
    since, lasts = _since_start(answer, first, session, rng)
    times = schedule(persons, sessions, lasts, rng)
    parent = np.arange(total) - 1 - again
    parent[first] = np.where(times.before >= 0, (first + plan.messages - 1)[times.before], NOTHING)
    length = np.empty(total, dtype=np.int64)
    length[~answer] = plan.prompt_lengths
    length[answer] = draw_answer_lengths(sessions.department[session[answer]], rng)
    base = Messages(
        session=session,
        time=times.start[session] + since,
        author=np.where(answer, ASSISTANT, USER),
        length=np.where(rng.random(total) < np.where(answer, 0.003, 0.0015), NOTHING, length),
        model=_models(plan, models, session, at, answer, rng=rng),
        parent=parent,
    )
    return times, _by_time(_with_tools(base, first, times, rng))


def _since_start(
    answer: NDArray[np.bool_],
    first: Integers,
    session: Integers,
    rng: np.random.Generator,
) -> tuple[Integers, Integers]:
    """Return microseconds from the session's start per message, and per session how long it lasts: under 20 hours."""
    wait = (pauses(answer, rng) * SECOND).astype(np.int64)
    wait[first] = 0
    since = np.cumsum(wait)
    since -= since[first][session]
    last = np.append(first[1:], len(since)) - 1
    squeeze = np.minimum(1.0, 72_000.0 * SECOND / np.maximum(since[last], 1))
    since = (since * squeeze[session]).astype(np.int64)
    return since, since[last]


def _models(
    plan: _Plan,
    models: Models,
    session: Integers,
    at: Integers,
    answer: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
) -> Integers:
    """Return each message's model. The last answer is the session's strongest; earlier ones may be weaker."""
    count = len(plan.model)
    ranks = np.array([model.rank for model in models.known])
    order = np.argsort(ranks, kind="stable")
    weaker = order[(np.searchsorted(ranks[order], ranks[plan.model]) * rng.random(count)).astype(np.int64)]
    weaker = np.where(ranks[weaker] < ranks[plan.model], weaker, plan.model)
    answers = plan.messages - plan.prompts
    fate = rng.random(count)
    changed = (fate < 0.08) & (answers >= 2)
    strange = (fate > 0.994) & (answers >= 2)
    silent = (fate > 0.99) & (fate <= 0.994) & (answers >= 2)
    unknown = len(models.known) + rng.integers(0, len(UNKNOWN_MODELS), count)
    model = plan.model[session]
    early = at < plan.messages[session] // 2
    model = np.where(changed[session] & early, weaker[session], model)
    model = np.where(strange[session] & (at == 1), unknown[session], model)
    model = np.where(silent[session] & (at == 1), NOTHING, model)
    model = np.where(((fate > 0.5) & (fate < 0.501))[session], unknown[session], model)
    return np.where(answer, model, NOTHING)


def _with_tools(base: Messages, first: Integers, times: Times, rng: np.random.Generator) -> Messages:
    """Return the messages and, at the end, those of tools (before an answer) and systems (before a first prompt)."""
    total = len(base.time)
    used = np.flatnonzero((base.author == ASSISTANT) & (rng.random(total) < 0.06))
    opened = first[(times.before < 0) & (rng.random(len(first)) < 0.03)]
    at = np.concatenate((used, opened))
    tools = np.arange(len(at)) < len(used)
    half = (base.time[used] - base.time[np.maximum(base.parent[used], 0)]) // 2
    before = np.concatenate((np.minimum(half, 2 * SECOND), np.full(len(opened), 1000)))
    length = np.where(rng.random(len(at)) < 0.4, NOTHING, rng.integers(20, 900, len(at)))
    parent = base.parent.copy()
    parent[at] = total + np.arange(len(at))
    return Messages(
        session=np.append(base.session, base.session[at]),
        time=np.append(base.time, base.time[at] - before),
        author=np.append(base.author, np.where(tools, TOOL, SYSTEM)),
        length=np.append(base.length, length),
        model=np.append(base.model, np.full(len(at), NOTHING)),
        parent=np.append(parent, base.parent[at]),
    )


def _by_time(messages: Messages) -> Messages:
    order = np.argsort(messages.time, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    parent = messages.parent[order]
    return Messages(
        session=messages.session[order],
        time=messages.time[order],
        author=messages.author[order],
        length=messages.length[order],
        model=messages.model[order],
        parent=np.where(parent >= 0, place[parent], NOTHING),
    )

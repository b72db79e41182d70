"""Simulated people whose use of one tool changes in nothing unless somebody changes it, written into a real store.

A few do most: how often and how much somebody writes is log-normal, with a Pareto tail on top. Whether somebody comes
in a week is chance. What a department and the company have in common resembles its own past, AR(1) by week.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from demo.company import Company
from demo.profile import DEPARTMENTS
from storage.facts import Contract, Member, Person, Seat, Usage
from storage.ingestion import replace_contracts, replace_members, replace_seats, replace_usage
from storage.rollups import refresh
from storage.store import Store

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOOL = "chatgpt"
CURRENT, OLDER = "gpt-4o", "gpt-4"
FIRST_WEEK = date(2025, 2, 3)
LONG_AGO = date(2023, 6, 5)
COMMON, OWN = 0.04, 0.07
"""Standard deviation of what the company, and each department, has in common in a week, on the log scale."""

MEASURES = ("active", "sessions", "prompts", "characters", "older")
"""What somebody's week is made of; `characters` are those of a prompt, `older` the odds of an older model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Staff:
    """Everybody: the place of the department among `departments`, and habits, one entry a person.

    `active` is the chance to come in a week, `sessions` and `prompts` the mean number beyond the first one, a week and
    a session, `characters` those of a prompt, `older` the chance that a session is on an older model.
    """

    departments: tuple[str, ...]
    department: Ints
    active: Floats
    sessions: Floats
    prompts: Floats
    characters: Floats
    older: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """What everybody did, each of the shape (people, weeks)."""

    sessions: Ints
    older: Ints
    prompts: Ints
    characters: Ints
    short: Ints
    long: Ints
    output: Ints


def invented(rng: np.random.Generator) -> Staff:
    """Return 9 to 12 departments of 15 to 150 people."""
    sizes = rng.integers(15, 151, rng.integers(9, 13))
    department = np.repeat(np.arange(len(sizes)), sizes)
    n = len(department)
    level = np.exp(0.25 * rng.standard_normal((4, len(sizes))))[:, department]
    heavy = np.where(rng.random(n) < 0.1, 1 + rng.pareto(1.7, n), 1.0)
    return Staff(
        departments=tuple(f"Department {each + 1}" for each in range(len(sizes))),
        department=department,
        active=rng.beta(5, 2, n),
        sessions=np.minimum(2.0 * level[0] * np.exp(0.8 * rng.standard_normal(n)) * heavy, 120.0),
        prompts=1.8 * level[1] * np.exp(0.5 * rng.standard_normal(n)),
        characters=280 * level[2] * np.exp(0.5 * rng.standard_normal(n)),
        older=np.clip(rng.beta(1.0, 2.0, n) * level[3], 0.0, 0.95),
    )


def of_demo(company: Company) -> Staff:
    """Return the demo's people who still use the tool, with their habits, at the levels from before its trends."""
    end = 7 * company.weeks
    places = {each.name: n for n, each in enumerate(DEPARTMENTS)}
    accounts = [
        (places[person.department(end)], person.account)
        for person in company.people
        if person.account and person.account.stops >= company.weeks and person.department(end) in places
    ]
    department = np.array([place for place, _ in accounts])
    weight, depth, wording, older = (
        np.array([getattr(account, name) for _, account in accounts])
        for name in ("weight", "depth", "wording", "older")
    )
    share = weight / np.array([weight[department == place].mean() for place in range(len(places))])[department]
    often = np.array([each.sessions[0] for each in DEPARTMENTS])[department]
    deep = np.array([each.depth[0] if each.fixed else 5.4 * each.depth[0] for each in DEPARTMENTS])[department]
    long, odds = (
        np.array([getattr(each, name) for each in DEPARTMENTS])[department] for name in ("characters", "older")
    )
    return Staff(
        departments=tuple(places),
        department=department,
        active=np.array([account.weekly for _, account in accounts]),
        sessions=(often - 1) * share,
        prompts=np.maximum(deep / 2 - 1, 0.2) * np.exp(0.3 * depth - 0.045),
        characters=272 * long * np.exp(0.4 * wording - 0.08),
        older=1 / (1 + np.exp(-(odds + 0.8 * older))),
    )


def wandering(rng: np.random.Generator, shape: tuple[int, int], memory: float) -> Floats:
    """Return AR(1) of standard deviation 1, (series, weeks)."""
    values = rng.standard_normal((shape[0], shape[1] + 30))
    for week in range(1, values.shape[1]):
        values[:, week] = memory * values[:, week - 1] + np.sqrt(1 - memory**2) * values[:, week]
    return values[:, 30:]


def use(
    staff: Staff, weeks: int, rng: np.random.Generator, memory: float, times: Mapping[str, Floats] | None = None
) -> Use:
    """Return what everybody does in each week. `times` multiplies a habit, (people, weeks); odds of `older`."""
    n = len(staff.department)
    moved: dict[str, Floats] = {}
    for name in MEASURES:
        loud = 0.3 if name == "active" else 1.0
        common = COMMON * wandering(rng, (1, weeks), memory)
        own = OWN * wandering(rng, (len(staff.departments), weeks), memory)
        moved[name] = np.exp(loud * (common + own))[staff.department] * (times or {}).get(name, np.ones((n, weeks)))
    active = rng.random((n, weeks)) < np.minimum(staff.active[:, None] * moved["active"], 1.0)
    sessions = np.where(active, 1 + rng.poisson(staff.sessions[:, None] * moved["sessions"]), 0)
    more = rng.gamma(2.0, 0.5, (n, weeks)) * staff.prompts[:, None] * moved["prompts"]
    prompts = sessions + rng.poisson(sessions * more)
    per_prompt = staff.characters[:, None] * moved["characters"]
    spread = np.exp(0.5 * rng.standard_normal((n, weeks)) / np.sqrt(np.maximum(prompts, 1)))
    long = 1 / (1 + (250 / per_prompt) ** 1.5)
    odds = staff.older[:, None] / (1 - staff.older[:, None]) * moved["older"]
    characters = np.round(prompts * per_prompt * spread).astype(np.int64)
    answers = np.exp(0.3 * rng.standard_normal((n, weeks)))
    many = rng.binomial(prompts, long)
    return Use(
        sessions=sessions,
        older=rng.binomial(sessions, odds / (1 + odds)),
        prompts=prompts,
        characters=characters,
        short=rng.binomial(prompts - many, 0.12),
        long=many,
        output=np.round(prompts * 200 * answers).astype(np.int64),
    )


# The store -----------------------------------------------------------------------------------------------------------


def person(number: int) -> Person:
    """Return the pseudonym of a simulated person."""
    return Person(number.to_bytes(32, "big"))


def write(store: Store, staff: Staff, did: Use, members: Sequence[Member] = (), first: date = FIRST_WEEK) -> None:
    """Write people, seats and use into a store, and roll it up. `members` stand in for one place since ever."""
    people, weeks = did.sessions.shape
    everybody = range(people)
    places = [
        Member(person=person(each), since=LONG_AGO, department=staff.departments[staff.department[each]])
        for each in everybody
    ]
    replace_members(store, "directory", members or places, [])
    replace_seats(store, TOOL, [Seat(person=person(each), tool=TOOL, start=LONG_AGO) for each in everybody])
    replace_contracts(store, [Contract(tool=TOOL, seats=people, price=30.0)])
    days = [first + timedelta(days=day) for day in range(7 * weeks)]
    replace_usage(store, TOOL, days, _facts(did, first))
    refresh(store)


def _facts(did: Use, first: date) -> Iterator[Usage]:
    """Yield a fact for each person, week and model, on one working day; Friday has somebody each week."""
    who, when = np.nonzero(did.sessions)
    for n, week in zip(who.tolist(), when.tolist(), strict=True):
        day = first + timedelta(weeks=week, days=n % 5)
        sessions, older = int(did.sessions[n, week]), int(did.older[n, week])
        whole = {
            name: int(getattr(did, name)[n, week]) for name in ("prompts", "characters", "short", "long", "output")
        }
        on_older = {name: each * older // sessions for name, each in whole.items()}
        rest = {name: whole[name] - each for name, each in on_older.items()}
        for model, count, part in ((OLDER, older, on_older), (CURRENT, sessions - older, rest)):
            if count:
                yield Usage(
                    day=day,
                    person=person(n),
                    tool=TOOL,
                    model=model,
                    sessions=count,
                    messages=2 * part["prompts"],
                    prompts=part["prompts"],
                    prompt_characters=part["characters"],
                    short_prompts=part["short"],
                    long_prompts=part["long"],
                    input_tokens=part["characters"] // 4,
                    output_tokens=part["output"],
                    tokens_estimated=True,
                )

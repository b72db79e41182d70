"""Who uses the tool in which week, and in how many sessions."""

from dataclasses import dataclass

import numpy as np

from demo.distributions import Floats, Integers
from demo.people import Person
from demo.profile import DEPARTMENTS, OUTSIDE, WORKSHOP_WEEKS_AGO, Department, between, progress

ALL_DEPARTMENTS = (*DEPARTMENTS, OUTSIDE)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sessions:
    """One element a session, by week and department: who, which week, and the department's place in the profile."""

    person: Integers
    week: Integers
    department: Integers


def department_progress(department: Department, weeks: int, week: int) -> float:
    """Return how far a department's own trend has come: along the last 14 weeks, or from the workshop on."""
    return progress(weeks, week, WORKSHOP_WEEKS_AGO) if department.steps_up else progress(weeks, week)


def systematic(expected: Floats, rng: np.random.Generator) -> Integers:
    """Return whole numbers within one of `expected`, whose sum is also within one of its sum."""
    reached = np.cumsum(expected)
    if len(reached) and abs(reached[-1] - round(reached[-1])) < 1e-6:
        reached[-1] = round(reached[-1])
    steps = np.floor(reached + rng.uniform(1e-4, 1 - 1e-4))
    return np.diff(steps, prepend=0.0).astype(np.int64)


def hold_sessions(persons: tuple[Person, ...], weeks: int, rng: np.random.Generator) -> Sessions:
    """Return every session of all weeks. Whoever still uses the tool does so at least once in the last four."""
    places = {department.name: i for i, department in enumerate(ALL_DEPARTMENTS)}
    parts: list[tuple[Integers, int, int]] = []
    for week in range(weeks):
        members: list[list[int]] = [[] for _ in ALL_DEPARTMENTS]
        for i, person in enumerate(persons):
            if person.account and person.account.adopted <= week <= person.account.stops:
                members[places[person.department(7 * week)]].append(i)
        for place, department in enumerate(ALL_DEPARTMENTS):
            pool = rng.permutation(np.array(members[place], dtype=np.int64))
            if len(pool):
                active = _active(persons, pool, weeks, week, rng)
                parts.append((_sessions(persons, active, department, weeks=weeks, week=week, rng=rng), week, place))
    return Sessions(
        person=np.concatenate([who for who, _, _ in parts]),
        week=np.repeat([week for _, week, _ in parts], [len(who) for who, _, _ in parts]),
        department=np.repeat([place for _, _, place in parts], [len(who) for who, _, _ in parts]),
    )


def _active(persons: tuple[Person, ...], pool: Integers, weeks: int, week: int, rng: np.random.Generator) -> Integers:
    chances = np.array([_chance(persons[i], weeks, week, i) for i in pool.tolist()])
    return pool[systematic(chances, rng) > 0]


def _chance(person: Person, weeks: int, week: int, index: int) -> float:
    account = person.account
    if account is None:
        return 0.0
    if week == weeks - 4 + index % 4 or week == account.adopted:
        return 1.0
    return account.weekly * (0.75 if week - account.adopted < 3 and account.adopted > 0 else 1.0)


def _sessions(
    persons: tuple[Person, ...],
    active: Integers,
    department: Department,
    *,
    weeks: int,
    week: int,
    rng: np.random.Generator,
) -> Integers:
    rate = between(department.sessions, department_progress(department, weeks, week))
    calm = week in {weeks - 1, weeks - 14}
    total = max(round(len(active) * rate * (1.0 if calm else 1.0 + 0.015 * float(rng.standard_normal()))), len(active))
    weights = np.array([a.weight if (a := persons[i].account) else 0.0 for i in active.tolist()])
    extra = (
        systematic((total - len(active)) * weights / weights.sum(), rng) if len(active) else np.zeros(0, dtype=np.int64)
    )
    return np.repeat(active, 1 + extra)

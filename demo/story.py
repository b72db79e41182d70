"""The company of `demo --story`: a department that asks often and shallowly, and seats that fall idle. Facts only.

What the bot makes of it is worked out by the engine; the only thing that is put in is what people did.
"""

from dataclasses import dataclass

import numpy as np

WEEKS = 40
SEATS = 300
HELD = 34
"""The week in which the session is held, counted from the first; those after it show what it did."""

SHALLOW = "Customer Support"


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A department: its people, sessions a week of each, messages a session, and how many stop, from which week on.

    `after` are the messages a session that a session of training leads to.
    """

    name: str
    people: int
    sessions: float
    messages: float
    stop: int = 0
    stops: int = WEEKS
    after: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """One person's use in one week; a person is a number."""

    person: int
    week: int
    sessions: int
    messages: int


GROUPS = (
    Group(name=SHALLOW, people=30, sessions=8.0, messages=3.4, after=5.0),
    Group(name="Logistics", people=20, sessions=3.6, messages=3.5),
    Group(name="Facilities", people=16, sessions=3.2, messages=3.8),
    Group(name="Procurement", people=18, sessions=3.8, messages=4.0),
    Group(name="Operations", people=22, sessions=4.0, messages=3.7),
    Group(name="Field Service", people=20, sessions=3.9, messages=3.3),
    Group(name="HR", people=16, sessions=4.2, messages=5.2),
    Group(name="Finance", people=20, sessions=4.0, messages=5.8),
    Group(name="Legal", people=14, sessions=3.5, messages=6.6),
    Group(name="Marketing", people=24, sessions=4.5, messages=6.9, stop=16, stops=26),
    Group(name="Sales", people=44, sessions=4.1, messages=6.2, stop=26, stops=24),
    Group(name="Engineering", people=46, sessions=4.6, messages=8.0),
)


def departments() -> list[str]:
    """Return everybody's department, by the person's number."""
    return [group.name for group in GROUPS for _ in range(group.people)]


def weeks(seed: int, helped: str, since: int) -> list[Week]:
    """Return who did how much in which week; the department `helped` goes deeper after the week `since`."""
    rng = np.random.default_rng(seed)
    rows, first = [], 0
    for group in GROUPS:
        numbers = range(first, first + group.people)
        first += group.people
        for week in range(WEEKS):
            mood = 1 + 0.05 * float(rng.standard_normal())  # a department's weeks differ by more than its people's
            deep = mood * (group.after if group.name == helped and week > since and group.after else group.messages)
            # one after the other stops, over six weeks
            stopped = round(group.stop * min(max((week - group.stops) / 6, 0.0), 1.0))
            for person in numbers[stopped:]:
                held = 1 + int(rng.poisson(group.sessions - 1))
                said = max(held, round(float(rng.normal(held * deep, 1.1 * np.sqrt(held)))))
                rows.append(Week(person=person, week=week, sessions=held, messages=said))
    return rows

"""When sessions take place, and which continue an earlier conversation.

Times are microseconds since the first Monday, in UTC.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.activity import Sessions
from demo.distributions import Floats, Integers
from demo.people import Person
from demo.profile import LOCATIONS

SECOND = 1_000_000
DAY = 86_400 * SECOND
WEEKDAYS = (0.195, 0.205, 0.205, 0.20, 0.155, 0.018, 0.022)
CONTINUED = 0.09
"""Share of sessions that take up the holder's last conversation, among those one to five days after it."""
OVERNIGHT = 0.03
"""Share of sessions that run on through midnight UTC, among those with another one the next day."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Times:
    """Per session: its start, its conversation, and the session of the same conversation before it (-1: none)."""

    start: Integers
    conversation: Integers
    before: Integers


def pauses(answer: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Return seconds before each message: an answer takes some 14, the next prompt about a minute."""
    noise = rng.standard_normal(len(answer))
    return np.clip(np.where(answer, 14.0 * np.exp(0.6 * noise), 60.0 * np.exp(noise)), 1.0, 1200.0)


def schedule(persons: tuple[Person, ...], sessions: Sessions, lasts: Integers, rng: np.random.Generator) -> Times:
    """Return when each session starts. `lasts` are their durations; every session ends on the UTC day it starts."""
    start = _starts(persons, sessions, rng)
    latest = start // DAY * DAY + DAY - SECOND - lasts - rng.integers(0, 60 * SECOND, len(start))
    start = np.maximum(np.minimum(start, latest), start // DAY * DAY + SECOND)
    order = np.lexsort((start, sessions.person))
    person, day = sessions.person[order], start[order] // DAY
    apart = np.where(person[1:] == person[:-1], day[1:] - day[:-1], 0)
    continued = (apart >= 1) & (apart <= 5) & (rng.random(len(apart)) < CONTINUED)
    overnight = (apart == 1) & (rng.random(len(apart)) < OVERNIGHT)
    overnight[1:] &= ~overnight[:-1]
    evening, morning = order[:-1][overnight], order[1:][overnight]
    start[evening] = (
        (start[evening] // DAY + 1) * DAY - lasts[evening] - rng.integers(SECOND, 500 * SECOND, len(evening))
    )
    start[morning] = start[morning] // DAY * DAY + rng.integers(2 * SECOND, 500 * SECOND, len(morning))
    linked = np.concatenate(([False], continued | overnight))
    conversation = np.empty_like(order)
    conversation[order] = np.cumsum(~linked) - 1
    before = np.full_like(order, -1)
    before[order[1:][linked[1:]]] = order[:-1][linked[1:]]
    return Times(start=start, conversation=conversation, before=before)


def _starts(persons: tuple[Person, ...], sessions: Sessions, rng: np.random.Generator) -> Integers:
    """Return starts in the staff's working hours, some in the evening or at weekends, each within its UTC week."""
    count = len(sessions.person)
    ahead = np.array([LOCATIONS[person.location][1] for person in persons])[sessions.person]
    day = rng.choice(7, size=count, p=WEEKDAYS)
    part = rng.random(count)
    noise = rng.standard_normal(count)
    hour = np.where(part < 0.46, 10.4 + 1.2 * noise, np.where(part < 0.93, 14.9 + 1.5 * noise, 20.0 + 1.6 * noise))
    local = (24.0 * day + np.clip(hour, 5.5, 23.9) - ahead) % 168.0
    return np.asarray(sessions.week * 7 * DAY + (local * 3600.0 * SECOND).astype(np.int64))

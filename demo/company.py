"""The simulated company: its people, and everything they and the tool wrote in half a year."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from demo.activity import Sessions, hold_sessions
from demo.clockwork import Times
from demo.messages import Messages, converse
from demo.people import Person, populate
from demo.profile import SCENARIOS, UNKNOWN_MODELS, Models, Scenario

PEOPLE_AT_LEAST = 100
WEEKS_AT_LEAST = 18


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Company:
    """A company and its use of one tool, `chatgpt`. Days and times count from `first_day`, a Monday, in UTC."""

    first_day: date
    weeks: int
    seed: int
    scenario: Scenario
    people: tuple[Person, ...]
    sessions: Sessions
    times: Times
    messages: Messages
    workspace_id: str
    organisation_id: str

    @property
    def end(self) -> date:
        """The Monday after the last week."""
        return self.first_day + timedelta(weeks=self.weeks)

    @property
    def models(self) -> Models:
        """The scenario's models."""
        return SCENARIOS[self.scenario]

    @property
    def model_names(self) -> tuple[str, ...]:
        """Model names by the numbers that messages carry."""
        return tuple(model.slug for model in self.models.known) + UNKNOWN_MODELS

    def day(self, number: int) -> date:
        """Return the date of a day counted from the first one."""
        return self.first_day + timedelta(days=number)


def simulate(
    *,
    people: int = 600,
    weeks: int = 26,
    last_week: date,
    seed: int = 7,
    scenario: Scenario = "2025",
) -> Company:
    """Return the company whose last complete week begins on the Monday `last_week`.

    Chance depends on `seed`, `people` and `weeks` only: another `last_week` moves every date and changes nothing
    else. `people` are those employed at the end. Raises ValueError for fewer than 100 people or 18 weeks, or for a
    day that is no Monday.
    """
    if people < PEOPLE_AT_LEAST or weeks < WEEKS_AT_LEAST:
        raise ValueError(f"a simulated company needs at least {PEOPLE_AT_LEAST} people and {WEEKS_AT_LEAST} weeks")
    if last_week.weekday() != 0:
        raise ValueError(f"last_week must be a Monday; {last_week} is not")
    rng = np.random.default_rng([seed, people, weeks])
    workspace = rng.bytes(16).hex()
    persons = populate(people, weeks, rng)
    sessions = hold_sessions(persons, weeks, rng)
    times, messages = converse(persons, sessions, SCENARIOS[scenario], weeks, rng)
    return Company(
        first_day=last_week - timedelta(weeks=weeks - 1),
        weeks=weeks,
        seed=seed,
        scenario=scenario,
        people=persons,
        sessions=sessions,
        times=times,
        messages=messages,
        workspace_id=uuid(workspace),
        organisation_id=f"org-{workspace[:24]}",
    )


def uuid(digits: str) -> str:
    """Return 32 hexadecimal digits in the grouping of a UUID."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

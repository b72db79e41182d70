"""What the company's people do with their eight other tools, day by day.

Nobody is set apart for them: they are the people who use ChatGPT too, or have no account there. Who uses what, since
when and how much are choices of ours; the vendors' servers (`demo.vendors`) tell it in their own words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from demo.company import Company
from demo.people import Person
from demo.profile import between, progress

WORKDAYS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """How a tool is used: shares of each department's people, and what a day of use is like.

    `daily` is the chance of using it on a workday, before the trend and in the last week. `begun` is the share of
    people who used it in the first week already; the others begin later. `prompts` is a mean a day, `input_tokens` and
    `output_tokens` one a prompt; `rates` are cents for a million tokens of either. `models` are names and their
    shares; none where the vendor names none.
    """

    shares: Mapping[str, float]
    daily: tuple[float, float]
    begun: float
    prompts: float
    prompts_a_session: float
    input_tokens: float
    output_tokens: float
    rates: tuple[int, int] = (0, 0)
    models: tuple[tuple[str, float], ...] = ()
    sessions: float = 1.0
    """Part of the days on which there are sessions and tokens at all: GitHub counts them for its CLI alone."""
    idle: float = 0.15
    """Part of a tool's people who have an account and never use it."""


HABITS: Mapping[str, Habit] = {
    "claude": Habit(
        shares={"Marketing": 0.55, "Legal": 0.7, "Product": 0.6, "Finance": 0.4, "Engineering": 0.08},
        daily=(0.45, 0.6),
        begun=0.5,
        prompts=9,
        prompts_a_session=4,
        input_tokens=1800,
        output_tokens=450,
        rates=(300, 1500),
        models=(("claude-sonnet-4-6", 0.8), ("claude-opus-4-6", 0.2)),
    ),
    "claude-code": Habit(
        shares={"Engineering": 0.4, "Product": 0.06},
        daily=(0.5, 0.75),
        begun=0.35,
        prompts=22,
        prompts_a_session=9,
        input_tokens=4200,
        output_tokens=900,
        rates=(300, 1500),
        models=(("claude-sonnet-4-6", 0.7), ("claude-opus-4-6", 0.3)),
    ),
    "cursor": Habit(
        shares={"Engineering": 0.45, "Product": 0.1},
        daily=(0.6, 0.7),
        begun=0.7,
        prompts=18,
        prompts_a_session=6,
        input_tokens=3100,
        output_tokens=700,
        rates=(200, 1000),
        models=(("claude-sonnet-4-6", 0.55), ("gpt-5", 0.45)),
    ),
    "github-copilot": Habit(
        shares={"Engineering": 0.6},
        daily=(0.55, 0.45),
        begun=0.9,
        prompts=8,
        prompts_a_session=5,
        input_tokens=2600,
        output_tokens=600,
        sessions=0.25,
    ),
    "codex": Habit(
        shares={"Engineering": 0.4, "Product": 0.2},
        daily=(0.35, 0.6),
        begun=0.4,
        prompts=12,
        prompts_a_session=5,
        input_tokens=5200,
        output_tokens=800,
        rates=(125, 1000),
        models=(("gpt-5.3-codex", 0.75), ("gpt-5.5", 0.25)),
    ),
    "openai-api": Habit(
        shares={"Engineering": 0.35, "Product": 0.4},
        daily=(0.5, 0.55),
        begun=0.7,
        prompts=40,
        prompts_a_session=40,
        input_tokens=1500,
        output_tokens=300,
        rates=(125, 1000),
        models=(("gpt-5.4", 0.6), ("gpt-4o-2024-08-06", 0.4)),
    ),
    "gemini": Habit(
        shares={"Marketing": 0.6, "HR": 0.6, "Operations": 0.5},
        daily=(0.4, 0.5),
        begun=0.6,
        prompts=4,
        prompts_a_session=4,
        input_tokens=0,
        output_tokens=0,
    ),
    "copilot": Habit(
        shares={
            "Engineering": 0.25,
            "Sales": 0.55,
            "Marketing": 0.45,
            "Customer Success": 0.5,
            "Finance": 0.7,
            "Legal": 0.6,
            "Product": 0.35,
            "HR": 0.6,
            "Operations": 0.5,
        },
        daily=(0.3, 0.4),
        begun=0.7,
        prompts=5,
        prompts_a_session=5,
        input_tokens=0,
        output_tokens=0,
        idle=0.4,
    ),
}
"""New tools come last: chance goes by a tool's number."""

TOOLS = tuple(HABITS)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelUse:
    """What one model was used for in a day; `cents` is the whole price."""

    model: str
    input_tokens: int
    output_tokens: int
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolDay:
    """What one person did with a tool on one day, counted from the company's first. `person` is an index."""

    day: int
    person: int
    prompts: int
    sessions: int
    models: tuple[ModelUse, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolUse:
    """One tool: the indices of everybody who has an account (some never use it), and the days of use by day."""

    tool: str
    members: tuple[int, ...]
    days: Mapping[int, tuple[ToolDay, ...]]

    def everything(self) -> tuple[ToolDay, ...]:
        """Return every day of use, oldest first."""
        return tuple(each for day in sorted(self.days) for each in self.days[day])


def use_tools(company: Company) -> Mapping[str, ToolUse]:
    """Return the use of each tool. Chance depends on the company's seed, people and weeks alone, never on dates."""
    return {
        tool: _use(company, tool, np.random.default_rng([company.seed, len(company.people), company.weeks, number]))
        for number, tool in enumerate(TOOLS)
    }


def _use(company: Company, tool: str, rng: np.random.Generator) -> ToolUse:
    habit = HABITS[tool]
    members = _members(company, habit, rng)
    days: dict[int, list[ToolDay]] = {}
    for person in members:
        if rng.random() < habit.idle:
            continue
        late = rng.integers(1, max(company.weeks - 6, 2))
        begins = max(0 if rng.random() < habit.begun else 7 * int(late), company.people[person].start)
        eager = float(np.exp(0.5 * rng.standard_normal()))
        for day in range(begins, 7 * company.weeks):
            chance = between(habit.daily, progress(company.weeks, day // 7))
            if rng.random() < (chance if day % 7 < WORKDAYS else 0.06):
                days.setdefault(day, []).append(_day(habit, day, person, eager, rng))
    return ToolUse(tool=tool, members=members, days={day: tuple(each) for day, each in days.items()})


def _members(company: Company, habit: Habit, rng: np.random.Generator) -> tuple[int, ...]:
    """Return who has an account: a share of each department as it is at the end."""
    last = 7 * company.weeks - 1
    members: list[int] = []
    for department, share in habit.shares.items():
        pool = [i for i, each in enumerate(company.people) if _works_in(each, department, last)]
        members += rng.permutation(pool)[: round(share * len(pool))].tolist()
    return tuple(sorted(members))


def _works_in(person: Person, department: str, day: int) -> bool:
    return person.listed and person.end is None and person.start < day and person.department(day) == department


def _day(habit: Habit, day: int, person: int, eager: float, rng: np.random.Generator) -> ToolDay:
    prompts = 1 + int(rng.poisson(habit.prompts * eager))
    if rng.random() >= habit.sessions:
        return ToolDay(day=day, person=person, prompts=prompts, sessions=0, models=())
    names = [name for name, _ in habit.models] or [""]
    shares = [share for _, share in habit.models] or [1.0]
    parts = rng.multinomial(prompts, shares).tolist()
    return ToolDay(
        day=day,
        person=person,
        prompts=prompts,
        sessions=max(round(prompts / habit.prompts_a_session), 1),
        models=tuple(_model_use(habit, name, part, rng) for name, part in zip(names, parts, strict=True) if part),
    )


def _model_use(habit: Habit, model: str, prompts: int, rng: np.random.Generator) -> ModelUse:
    size = prompts * float(np.exp(0.3 * rng.standard_normal()))
    read, written = round(size * habit.input_tokens), round(size * habit.output_tokens)
    cents = round((read * habit.rates[0] + written * habit.rates[1]) / 1e6)
    return ModelUse(model=model, input_tokens=read, output_tokens=written, cents=cents)


def shown_address(person: Person, number: int) -> str:
    """Return an address as a vendor shows it: some in capitals, as people typed them once."""
    return person.email.title() if number % 7 == 0 else person.email

"""The people of the simulated company: where they belong, since when, and what their AI account is like.

Days count from the Monday of the first simulated week, weeks from 0; both may be negative for what was before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from demo.distributions import spread
from demo.names import DOMAIN, FORMER_DOMAIN, invent_names, plain
from demo.profile import DEPARTMENTS, ENGINEERING_AND_SALES, LOCATIONS, OUTSIDE, REORGANISATION_WEEKS_AGO, Department

NEVER = 1 << 20
"""A day or week that does not come."""
POWER_WEIGHT = 8.0
"""How many times an ordinary part of the sessions a power user has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place in the organisation, held from a day on. `manager` is an index among the people, or None at the top."""

    since: int
    department: str
    team: str
    manager: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account of the AI tool, and its holder's habits.

    It is used from week `adopted` to week `stops`, both included. `weekly` is the chance of using it in one of these
    weeks, `weight` the holder's part in the department's sessions. `depth`, `wording` and `older` rank the holder
    among others (standard normal) in depth, in length of prompts and in keeping to older models.
    """

    user_id: str
    email: str
    created: int
    adopted: int
    stops: int
    seat: bool
    weekly: float
    weight: float
    depth: float
    wording: float
    older: float
    role: str
    managed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody of the company, or (`listed` false) somebody outside the HR file who has an account."""

    name: str
    employee_id: str
    email: str
    aliases: tuple[str, ...]
    location: int
    places: tuple[Place, ...]
    start: int
    end: int | None
    listed: bool
    account: Account | None

    def department(self, day: int) -> str:
        """Return the department held on a day; the first one before it began."""
        held = [place.department for place in self.places if place.since <= day]
        return held[-1] if held else self.places[0].department


@dataclass(frozen=True, kw_only=True, slots=True)
class _Opening:
    """A place to be filled: department, fate of its seat, and dates."""

    department: Department
    fate: str  # active | dormant | never | left | seatless
    power: bool = False


def seat_count(people: int) -> int:
    """Return the number of seats, near 92 % of the people, that Engineering and Sales can divide most exactly."""
    around = range(round(people * 0.89), round(people * 0.945) + 1)
    ideal = people * 0.9167
    return min(
        around,
        key=lambda n: (round(abs(round(ENGINEERING_AND_SALES * n) / n - ENGINEERING_AND_SALES), 4), abs(n - ideal)),
    )


def apportion(total: int, shares: Iterable[float]) -> list[int]:
    """Return whole parts of `total` in proportion to `shares`, by largest remainders."""
    weights = np.array(list(shares), dtype=np.float64)
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(int)
    for i in np.argsort(parts - exact, kind="stable")[: total - int(parts.sum())]:
        parts[i] += 1
    return [int(part) for part in parts]


def _openings(people: int) -> list[_Opening]:
    seats = seat_count(people)
    two = round(ENGINEERING_AND_SALES * seats)
    outside = max(6, round(seats * 0.016))
    numbers = apportion(two, (d.share for d in DEPARTMENTS[:2]))
    numbers += apportion(seats - two - outside, (d.share for d in DEPARTMENTS[2:]))
    seatless = apportion(
        people - seats + outside, (d.share * (0.2 if i < 2 else 1.0) for i, d in enumerate(DEPARTMENTS))
    )
    left = apportion(max(5, round(people * 0.04)), numbers)
    openings: list[_Opening] = []
    for department, seated, without, gone in zip(
        (*DEPARTMENTS, OUTSIDE), (*numbers, outside), (*seatless, 0), (*left, 0), strict=True
    ):
        never = round(department.never * seated)
        idle = round((department.never + department.dormant) * seated)
        fates = ["active"] * (seated - idle) + ["dormant"] * (idle - never) + ["never"] * never
        fates += ["left"] * gone + ["seatless"] * without
        openings += [
            _Opening(department=department, fate=fate, power=i < department.power_users) for i, fate in enumerate(fates)
        ]
    return openings


def populate(people: int, weeks: int, rng: np.random.Generator) -> tuple[Person, ...]:
    """Return the people in the order of the HR file, those outside it last; 4 % more have left on the way."""
    openings = _openings(people)
    names = invent_names(len(openings), rng)
    taken: set[str] = set()
    persons = [_person(o, names[i], weeks, taken, rng) for i, o in enumerate(openings)]
    persons = _with_habits(persons, openings, rng)
    persons = _reorganise(persons, weeks, max(3, round(people * 0.01)))
    listed = [p for p in persons if p.listed]
    order = sorted(range(len(listed)), key=lambda i: (listed[i].start, i))
    numbered = [replace(listed[at], employee_id=f"E{n + 1001:05d}") for n, at in enumerate(order)]
    return tuple(_with_managers(numbered)) + tuple(p for p in persons if not p.listed)


def _person(opening: _Opening, name: tuple[str, str], weeks: int, taken: set[str], rng: np.random.Generator) -> Person:
    first, last = name
    listed = opening.department is not OUTSIDE
    local = f"{plain(first)}.{plain(last)}"
    while local in taken:
        local += "2"
    taken.add(local)
    email = f"{local}@{DOMAIN}" if listed else f"{local}@{'studio-nine' if rng.random() < 0.5 else 'freelance'}.example"
    aliases: list[str] = []
    if listed and rng.random() < 0.14:
        aliases.append(f"{local}@{FORMER_DOMAIN}" if rng.random() < 0.5 else f"{local.replace('.', '', 1)}@{DOMAIN}")
    joined = opening.fate == "active" and not opening.power and listed and rng.random() < 0.06
    start = int(rng.integers(7, 7 * (weeks - 8))) if joined else -int(rng.integers(200, 3000))
    adopted, stops = _use(opening.fate, start if joined else None, weeks, rng)
    end = 7 * stops + int(rng.integers(4, 7)) if opening.fate == "left" else None
    created = start + int(rng.integers(0, 4)) if joined else min(-int(rng.integers(30, 160)), 7 * adopted)
    account = Account(
        user_id="user-" + rng.bytes(12).hex(),
        email=aliases[0] if aliases and rng.random() < 0.5 else email,
        created=created,
        adopted=adopted,
        stops=stops,
        seat=opening.fate != "left",
        weekly=1.0,
        weight=1.0,
        depth=0.0,
        wording=0.0,
        older=0.0,
        role="standard-user" if rng.random() > 0.01 else "account-admin",
        managed=listed,
    )
    team = opening.department.teams[int(rng.integers(len(opening.department.teams)))]
    return Person(
        name=f"{first} {last}",
        employee_id="",
        email=email,
        aliases=tuple(aliases),
        location=int(rng.choice(len(LOCATIONS), p=[share for _, _, share in LOCATIONS])),
        places=(Place(since=start, department=opening.department.name, team=team),),
        start=start,
        end=end,
        listed=listed,
        account=None if opening.fate == "seatless" else account,
    )


def _use(fate: str, joined: int | None, weeks: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return the first and last week of use. Most began before the first week, the rest mostly in the second half."""
    at = rng.random()
    early, late = int(rng.integers(1, weeks // 2)), int(rng.integers(weeks // 2 - 1, weeks - 4))
    begun = 0 if at < 0.55 else early if at < 0.72 else late
    match fate:
        case "active" if joined is not None:
            return min(joined // 7 + int(rng.integers(1, 4)), weeks - 5), NEVER
        case "active":
            return begun, NEVER
        case "dormant":
            return min(begun, weeks // 2), int(rng.integers(weeks // 2, weeks - 4))
        case "left":
            return 0, int(rng.integers(4, weeks - 5))
        case _:
            return NEVER, -1


def _with_habits(persons: list[Person], openings: list[_Opening], rng: np.random.Generator) -> list[Person]:
    """Return the people with habits, spread evenly over each department so that its averages hold for any seed."""
    made = list(persons)
    for department in (*DEPARTMENTS, OUTSIDE):
        members = [
            i for i, o in enumerate(openings) if o.department is department and o.fate in {"active", "dormant", "left"}
        ]
        shuffled = rng.permutation(members)
        shares = spread(len(members), rng)
        traits = rng.standard_normal((len(members), 3))
        weights = np.exp(0.75 * rng.standard_normal(len(members)))
        for place, i in enumerate(shuffled.tolist()):
            account = made[i].account
            if account is None:
                continue
            power = openings[i].power
            weekly = min(max(department.weekly + 0.3 * (float(shares[place]) - 0.5), 0.2), 0.98)
            made[i] = replace(
                made[i],
                account=replace(
                    account,
                    weekly=1.0 if power else weekly,
                    weight=POWER_WEIGHT if power else float(weights[place]),
                    depth=float(traits[place, 0]) + 1.5 * power,
                    wording=float(traits[place, 1]) + 1.5 * power,
                    older=float(traits[place, 2]) - 3.0 * power,
                    adopted=0 if power else account.adopted,
                ),
            )
    return made


def _reorganise(persons: list[Person], weeks: int, size: int) -> list[Person]:
    """Return the people after Marketing's Growth team, `size` people, became a team of Product."""
    day = 7 * (weeks - REORGANISATION_WEEKS_AGO)
    made = list(persons)
    movers = [
        i
        for i, p in enumerate(made)
        if p.places[0].department == "Product"
        and p.account
        and p.account.stops >= weeks
        and p.start < 0
        and p.account.weight < POWER_WEIGHT
    ][:size]
    for i, person in enumerate(made):
        place = person.places[0]
        if i in movers:
            places = (replace(place, department="Marketing", team="Growth"), replace(place, since=day, team="Growth"))
            made[i] = replace(person, places=places)
        elif place.department == "Product" and place.team == "Growth":
            made[i] = replace(person, places=(replace(place, team="Management"),))
    return made


def _with_managers(persons: list[Person]) -> list[Person]:
    """Return the people with managers: the team's longest-serving member, then the department's, then one head."""
    heads: dict[str, int] = {}
    leads: dict[tuple[str, str], int] = {}
    for i, person in enumerate(persons):
        if person.end is None:
            for place in person.places:
                leads.setdefault((place.department, place.team), i)
            heads.setdefault(person.places[0].department, i)
    top = min(heads.values())

    def manager(i: int, place: Place) -> int | None:
        head = heads[place.department]
        lead = leads.get((place.department, place.team), head)
        return lead if i not in {lead, head} else head if i != head else top if i != top else None

    return [
        replace(person, places=tuple(replace(place, manager=manager(i, place)) for place in person.places))
        for i, person in enumerate(persons)
    ]

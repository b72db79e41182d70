"""What vendors tell of an organisation as a whole in a week: what it is billed, by which projects, and its seats.

No person is in these numbers, so they are no metrics of the panel: they have no departments, and they are never added
to what people's use costs. The organisation's smallest group holds for them as well.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from insights.basis import Basis
from insights.series import COMPANY, Panel
from storage.reading import project_days

WEEK = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """What a project cost in the week. `people`: the most who were in it on one day, so at least as many in all."""

    id: str
    cost: float
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """What is told of a week. None is not told, or hidden: too few people used the tool, or hold its seats.

    `cost` is in dollars. `projects` are those that may be told, dearest first; the rest of the cost is theirs and that
    of other projects together.
    """

    cost: float | None = None
    projects: tuple[Project, ...] = ()
    seats: int | None = None


def whole_of(shown: Panel, basis: Basis, tool: str) -> Whole:
    """Return what is told of a tool in the last week of `shown`, as far as people's use and seats tell no such number.

    A bill counts where the vendor told of every day of the week: a part of a week is no week.
    """
    if not shown.weeks:
        return Whole()
    first = shown.weeks[-1]
    days = project_days(basis.store, tool, first, first + timedelta(days=WEEK - 1))
    seats = [round(told["assigned_seats"]) for told in days.values() if "assigned_seats" in told]
    by_person = shown.cell("seats_assigned", COMPANY, tool)
    known = by_person.value is not None or by_person.suppressed
    bills = {place: told["billed_cost"] for place, told in days.items() if "billed_cost" in told}
    billed = len({day for day, _ in bills}) == WEEK and _may_be_told(shown, tool)
    return Whole(
        cost=sum(bills.values()) if billed else None,
        projects=_projects(basis, bills, days) if billed else (),
        seats=seats[-1] if seats and not known and seats[-1] >= basis.min_group_size else None,
    )


def _may_be_told(shown: Panel, tool: str) -> bool:
    cost, people = (shown.cell(each, COMPANY, tool) for each in ("metered_cost", "weekly_active_users"))
    return cost.value is None and not cost.suppressed and people.value is not None


def _projects(
    basis: Basis, bills: dict[tuple[date, str], float], days: dict[tuple[date, str], dict[str, float]]
) -> tuple[Project, ...]:
    """Return the projects in which enough people were. What is left of the cost is about as many, or it is nothing."""
    costs: dict[str, float] = {}
    people: dict[str, float] = {}
    for (_, project), cost in bills.items():
        costs[project] = costs.get(project, 0) + cost
    for (_, project), told in days.items():
        people[project] = max(people.get(project, 0), told.get("people", 0))
    large = [
        Project(id=each, cost=cost, people=round(people.get(each, 0)))
        for each, cost in costs.items()
        if each and people.get(each, 0) >= basis.min_group_size
    ]
    large.sort(key=lambda each: (-each.cost, each.id))
    # What is left could be worked out from the sum: it has to hold a project of enough people, too.
    left = {each for each, cost in costs.items() if cost} - {each.id for each in large}
    return tuple(large[:-1] if left else large)

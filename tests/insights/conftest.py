"""Planted companies: weekly roll-up rows made by hand, and the panels they become."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from insights.basis import Basis
from insights.series import Panel, show
from insights.weekly import weekly
from storage.facts import Contract
from storage.models import family
from storage.reading import Rows
from storage.schema import COHORTS, SEVERAL, cohort_week, group_week, model_week
from storage.store import Store

FIRST = date(2026, 1, 5)
GROUP = tuple(column.name for column in group_week.c)
COHORT = tuple(column.name for column in cohort_week.c)
MODEL = tuple(column.name for column in model_week.c)
ADDS_UP = tuple(name for name in GROUP if name not in {"week", "tool", "segment", "name", "tokens_estimated"})

Value = float | Sequence[float] | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """What one department does; each figure is one number or one a week. `seats` None: no seats are known.

    `several`: people with seats of two tools who use none, one and both; each unused seat costs 30.
    """

    people: Value = 40
    often: Value = 4.0
    deep: Value = 6.0
    long: Value = 0.8
    short: Value = 0.05
    characters: Value = 600.0
    older: Value = 0.05
    seats: float | None = 50
    several: tuple[int, int, int] | None = None
    unused: Value = 2
    top_ten: Value = 0.1
    output: Value = 2.0
    missing: tuple[str, ...] = ()
    models: Mapping[str, int] = field(default_factory=dict)
    newcomers: Value = None
    returned: Value = 0
    lapsed: Value = 0
    cost: Value = None


def at(value: Value, week: int) -> float:
    if isinstance(value, int | float):
        return float(value)
    assert value is not None
    return float(value[week])


def _figures(group: Group, week: int) -> dict[str, Any]:
    people = round(at(group.people, week))
    sessions = people * at(group.often, week)
    messages = sessions * at(group.deep, week)
    prompts = messages / 2
    figures: dict[str, Any] = dict.fromkeys(ADDS_UP) | {
        "people": people,
        "sessions": sessions,
        "messages": messages,
        "prompts": prompts,
        "prompt_characters": prompts * at(group.characters, week),
        "short_prompts": prompts * at(group.short, week),
        "long_prompts": prompts * at(group.long, week),
        "input_tokens": prompts * 100,
        "output_tokens": prompts * 100 * at(group.output, week),
        "cost": None if group.cost is None else at(group.cost, week),
        "active_weeks": people * 9,
        "top_ten_prompts": prompts * at(group.top_ten, week),
        "top_decile_prompts": prompts * 0.3,
        "top_decile_people": -(-people // 10),
        "power": people // 4,
        "habitual": people // 4,
        "novice": people // 4,
        "low": people - 3 * (people // 4),
        "non_users": 5,
    }
    if group.seats is not None:
        unused = at(group.unused, week)
        figures |= {
            "seats_assigned": group.seats,
            "seats_activated": group.seats - unused / 2,
            "seats_active": group.seats - unused,
            "seats_never_used": unused / 2,
            "seat_spend": group.seats * 30.0,
            "unused_seat_spend": unused * 30.0,
        }
    if group.several is not None:
        none, one, _ = group.several
        counts = (sum(group.several), *group.several)
        figures |= dict(zip(SEVERAL, counts, strict=True)) | {"several_unused_spend": 60.0 * none + 30.0 * one}
    return figures | dict.fromkeys(group.missing)


def rows_of(tools: Mapping[str, Mapping[str, Group]], weeks: int) -> tuple[Rows, Rows]:
    """Return group_week and model_week rows of each tool, with the company as the sum of the departments."""
    groups: list[tuple[Any, ...]] = []
    models: list[tuple[Any, ...]] = []
    for week in range(weeks):
        for tool, departments in tools.items():
            monday = FIRST + timedelta(weeks=week)
            cells = {name: _figures(group, week) for name, group in departments.items()}
            total = {
                column: None
                if all(each[column] is None for each in cells.values())
                else sum(each[column] or 0 for each in cells.values())
                for column in ADDS_UP
            }
            for name, figures in {"": total, **cells}.items():
                key = {
                    "week": monday,
                    "tool": tool,
                    "segment": "department" if name else "company",
                    "name": name,
                    "tokens_estimated": True,
                }
                groups.append(tuple((figures | key)[column] for column in GROUP))
            models += _models(monday, tool, departments, cells, week)
    return Rows(GROUP, groups), Rows(MODEL, models)


def _models(
    monday: date, tool: str, departments: Mapping[str, Group], cells: Mapping[str, dict[str, Any]], week: int
) -> list[tuple[Any, ...]]:
    """Rows of models: those a group names (users, three sessions each), else gpt-4 (`older`) and gpt-4o."""
    used: dict[tuple[str, str], tuple[float, float]] = {}
    for name, group in departments.items():
        people, sessions, older = cells[name]["people"], cells[name]["sessions"] or 0, at(group.older, week)
        told = {slug: (users, users * 3.0) for slug, users in group.models.items()} or {
            "gpt-4": (people, sessions * older),
            "gpt-4o": (people, sessions * (1 - older)),
        }
        for slug, (users, part) in told.items():
            whole = used.get(("", slug), (0.0, 0.0))
            used["", slug] = (whole[0] + users, whole[1] + part)
            used[name, slug] = (users, part)
    rows = []
    for (name, slug), (users, part) in used.items():
        values = dict.fromkeys(MODEL) | {
            "week": monday,
            "tool": tool,
            "segment": "department" if name else "company",
            "name": name,
            "model": slug,
            "people": users,
            "sessions": part,
        }
        rows += [tuple(values[column] for column in MODEL)] if part else []
    return rows


def cohort_rows(tools: Mapping[str, Mapping[str, Group]], weeks: int) -> Rows:
    """Return cohort_week rows of the groups whose newcomers are given, with the company as their sum."""
    rows = []
    for week in range(weeks):
        for tool, departments in tools.items():
            cells = {name: _cohort(each, week) for name, each in departments.items() if each.newcomers is not None}
            whole = {name: sum(each[name] for each in cells.values()) for name in COHORTS}
            for name, cell in ({"": whole} | cells if cells else {}).items():
                segment = "department" if name else "company"
                key = {"week": FIRST + timedelta(weeks=week), "tool": tool, "segment": segment, "name": name}
                rows.append(tuple((key | cell)[column] for column in COHORT))
    return Rows(COHORT, rows)


def _cohort(group: Group, week: int) -> dict[str, float]:
    newcomers, returned = at(group.newcomers, week), at(group.returned, week)
    kept = round(at(group.people, week)) - newcomers - returned
    return {"kept": kept, "newcomers": newcomers, "returned": returned, "lapsed": at(group.lapsed, week)}


MakePanel = Callable[..., Panel]


@pytest.fixture
def planted(store: Store) -> MakePanel:
    """Return a function that makes the panel of departments (of one tool) or of tools with their departments."""

    def make(
        departments: Mapping[str, Group] | None = None,
        *,
        tools: Mapping[str, Mapping[str, Group]] | None = None,
        weeks: int = 14,
        k: int = 5,
        history: int | None = None,
        reference: str = "gpt-4o",
        contracts: dict[str, Contract] | None = None,
        show_tools: Sequence[str] = ("*",),
    ) -> Panel:
        made = tools if tools is not None else {"*": departments or {}}
        groups, models = rows_of(made, weeks)
        mondays = [FIRST + timedelta(weeks=n) for n in range(weeks)]
        end = FIRST + timedelta(weeks=weeks, days=-1)
        behind = weekly(
            groups,
            models,
            mondays,
            first_week=FIRST,
            reference_rank=family(reference).rank,
            family=family,
            cohorts=cohort_rows(made, weeks),
        )
        basis = Basis(store=store, as_of=end + timedelta(days=1), min_group_size=k, reference_model=reference)
        return show(
            behind,
            basis,
            tools=show_tools,
            history=weeks if history is None else history,
            contracts=contracts or {},
            last_day=end,
        )

    return make


@pytest.fixture
def group() -> type[Group]:
    return Group

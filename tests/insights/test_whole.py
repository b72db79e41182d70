"""What vendors tell of the whole organisation: whole weeks, no small group, and nothing that follows from the sum."""

from datetime import date, timedelta

import pytest

from bot.answers.whole import whole_cell, whole_words
from insights.basis import Basis
from insights.series import ALL_TOOLS, panel
from insights.whole import Project, Whole, whole_of
from storage import ingestion, rollups
from storage.facts import CompanyDay, Person, Usage
from storage.store import Store

WEEK = date(2026, 11, 9)
TOOL = "openai-api"


@pytest.fixture
def told(store: Store):
    """Keep a week of `people` who use the tool, and numbers of the whole by measure, project and day."""

    def keep(
        numbers: dict[tuple[str, str], float], *, people: int = 12, days: int = 7, cost: float | None = None
    ) -> Whole:
        facts = [
            Usage(
                day=day, person=Person(number.to_bytes(32, "big")), tool=TOOL, model="gpt-5", input_tokens=9, cost=cost
            )
            for day in (WEEK + timedelta(days=n) for n in range(5))
            for number in range(people)
        ]
        ingestion.replace_usage(store, TOOL, sorted({each.day for each in facts}), facts)
        whole = [
            CompanyDay(day=WEEK + timedelta(days=n), measure=measure, project=project, value=value)
            for n in range(days)
            for (measure, project), value in numbers.items()
        ]
        ingestion.replace_company_days(store, TOOL, {}, whole)
        rollups.refresh(store)
        basis = Basis(store=store, as_of=WEEK + timedelta(days=9))
        return whole_of(panel(basis, tools=(ALL_TOOLS, TOOL)), basis, TOOL)

    return keep


def bills(**projects: tuple[float, int]) -> dict[tuple[str, str], float]:
    """Return a day's cost and people of each project."""
    names = {name.replace("none", ""): each for name, each in projects.items()}
    costs = {("billed_cost", name): cost for name, (cost, _) in names.items()}
    return costs | {("people", name): people for name, (_, people) in names.items() if name}


def test_a_week_that_is_billed_as_a_whole_is_told_with_its_projects(told) -> None:
    whole = told(bills(a=(10, 6), b=(20, 5)))
    assert whole.cost == 210
    assert whole.projects == (Project(id="b", cost=140, people=5), Project(id="a", cost=70, people=6))
    words = whole_words({TOOL: whole}, "USD")
    assert words == (
        "OpenAI API is billed as a whole and by no person, so no total holds it: $210 in the week, "
        "$140 by b (5 people or more) and $70 by a (6 people or more)."
    )
    assert whole_cell(whole, "metered_cost", "USD") == "$210 as a whole"


def test_a_week_of_which_a_day_is_not_told_is_no_week(told) -> None:
    assert told(bills(a=(10, 6)), days=6) == Whole()


def test_what_fewer_people_than_the_smallest_group_cost_is_not_told(told) -> None:
    assert told(bills(a=(10, 4)), people=4) == Whole()


def test_a_project_of_few_people_is_hidden_together_with_one_of_enough(told) -> None:
    whole = told(bills(a=(10, 6), b=(20, 5), c=(1, 2)))
    assert [each.id for each in whole.projects] == ["b"]
    assert "$77 by other projects" in whole_words({TOOL: whole}, "USD")


def test_what_is_of_no_project_is_told_together_with_one_of_enough_people(told) -> None:
    whole = told(bills(d=(1, 6), none=(5, 0)))
    assert (whole.cost, whole.projects) == (42, ())


def test_where_the_use_of_people_has_a_cost_the_bill_is_not_told_beside_it(told) -> None:
    assert told(bills(a=(10, 6)), cost=1.5).cost is None


def test_seats_are_the_last_that_were_told_and_none_of_a_small_group(told, store: Store) -> None:
    whole = told({("assigned_seats", ""): 120})
    assert (whole.seats, whole.cost) == (120, None)
    assert whole_cell(whole, "seats_assigned", "USD") == "120 in all"
    assert whole_cell(whole, "prompts", "USD") == ""
    assert whole_words({TOOL: whole}, "USD") == ""


def test_fewer_seats_than_the_smallest_group_are_not_told(told) -> None:
    assert told({("assigned_seats", ""): 4}).seats is None

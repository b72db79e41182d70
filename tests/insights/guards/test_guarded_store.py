"""From the store to the notes: a December in three countries, and a re-organisation, with usage of real rows."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from insights.basis import Basis
from insights.series import Panel, panel
from storage import ingestion, rollups
from storage.facts import Member, Person, Usage
from storage.store import Store

FIRST = date(2025, 9, 1)
OFFICES = ("Berlin, DE", "Austin, TX", "Paris")
DEPARTMENTS = ("Sales", "Support", "Legal", "Finance", "Design")
PEOPLE = [Person(number.to_bytes(2, "big") * 16) for number in range(1, 201)]
LONG_AGO = date(2019, 5, 1)

AtWork = Callable[[date], float]


def members(moved: date | None = None) -> list[Member]:
    """Return forty members a department; half of Support becomes Sales on the day `moved`."""
    rows = []
    for n, person in enumerate(PEOPLE):
        stays = {"department": DEPARTMENTS[n % 5], "location": OFFICES[n // 5 % 3], "start": LONG_AGO}
        if moved and stays["department"] == "Support" and n % 2:
            rows.append(Member(person=person, since=LONG_AGO, until=moved, **stays))
            rows.append(Member(person=person, since=moved, **stays | {"department": "Sales"}))
        else:
            rows.append(Member(person=person, since=LONG_AGO, **stays))
    return rows


def used(store: Store, weeks: int, at_work: AtWork, *, tool: str = "chatgpt", until: date | None = None) -> None:
    """Write usage of five days a week; whoever is at work has two sessions, Support's have more messages."""
    rng = random.Random(5)
    for day in (FIRST + timedelta(weeks=week, days=n) for week in range(weeks) for n in range(5)):
        if until and day > until:
            return
        facts = [
            Usage(
                day=day,
                person=person,
                tool=tool,
                model="gpt-4o",
                sessions=2,
                messages=rng.randint(8, 16) * (1 + (n % 5 == 1)),
                prompts=5,
            )
            for n, person in enumerate(PEOPLE)
            if rng.random() < 0.6 * at_work(day)
        ]
        ingestion.replace_usage(store, tool, [day], facts)


def seen(store: Store, weeks: int, **basis: str) -> Panel:
    rollups.refresh(store)
    return panel(Basis(store=store, as_of=FIRST + timedelta(weeks=weeks), **basis))  # type: ignore[arg-type]


@pytest.fixture
def december(store: Store) -> Panel:
    """Return what is seen on 12 January of a company that did next to nothing around Christmas."""
    ingestion.replace_members(store, "directory", members(), [])
    used(store, 19, lambda day: 0.1 if date(2025, 12, 22) <= day <= date(2026, 1, 2) else 1.0)
    return seen(store, 19)


def test_december_is_explained_by_the_countries_members_are_in(december: Panel) -> None:
    (note,) = [each for each in december.notes if "holidays" in each]
    assert note.startswith("In the weeks of 22 December and 29 December use was ")
    assert note.endswith(
        " lower everywhere (holidays in the US, Germany and France): they are left out of comparisons."
    )
    assert not [each for each in december.scan.changes if each.metric in {"weekly_active_users", "prompts"}]
    assert december.scan.judged


def test_within_the_holidays_nothing_is_judged_on_the_newest_week(store: Store) -> None:
    ingestion.replace_members(store, "directory", members(), [])
    used(store, 17, lambda day: 0.1 if day >= date(2025, 12, 22) else 1.0)
    shown = seen(store, 17)
    (note,) = [each for each in shown.notes if "holidays" in each]
    assert note.endswith("it is not judged.")
    assert not [each for each in shown.scan.changes if each.since >= date(2025, 12, 22)]


def test_without_a_directory_the_organisations_country_tells_the_holidays(store: Store) -> None:
    used(store, 14, lambda _: 1.0)
    american = seen(store, 14, country="US").guarded.watch
    assert american.ignored is not None
    assert [american.weeks[week] for week in american.ignored[0, 0].nonzero()[0]] == [
        date(2025, 9, 1),
        date(2025, 10, 13),
        date(2025, 11, 10),
        date(2025, 11, 24),
    ]
    nowhere = seen(store, 14).guarded.watch
    assert nowhere.ignored is not None
    assert not nowhere.ignored.any()


def test_a_reorganisation_is_told_and_changes_nobody(store: Store) -> None:
    moved = FIRST + timedelta(weeks=12)
    ingestion.replace_members(store, "directory", members(moved), [])
    used(store, 15, lambda _: 1.0)
    shown = seen(store, 15)
    assert (
        "20 people moved from Support to Sales on 24 November: numbers before and after are about different people, "
        "and are not compared."
    ) in shown.notes
    assert not [each for each in shown.scan.changes if each.department in {"Sales", "Support"}]
    before, now = shown.array("messages_per_session", "Sales")[[5, -1]]
    assert now > before * 1.2


def test_a_late_source_is_told_and_nobody_dropped_its_tool(store: Store) -> None:
    ingestion.replace_members(store, "directory", members(), [])
    used(store, 14, lambda _: 1.0)
    used(store, 14, lambda _: 1.0, tool="claude", until=FIRST + timedelta(weeks=13, days=1))
    shown = seen(store, 14)
    assert (
        "Facts about Claude reach only to 2 December, its source may be late: the week of 1 December is not judged."
    ) in shown.notes
    assert not [each for each in shown.scan.changes if each.kind == "odd_week"]

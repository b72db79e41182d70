"""Roll-ups against the same figures worked out by hand with pandas from the same facts."""

import random
from datetime import date, timedelta

import pandas as pd
import pytest

from storage import ingestion, reading, rollups
from storage.facts import Alias, Contract, Member, Person, Seat, Usage
from storage.store import Store

MONDAY = date(2025, 1, 6)
WEEKS = 14
PEOPLE = [Person(bytes([number]) * 32) for number in range(1, 61)]
ALIAS = Person(b"z" * 32)
MOVER, MOVED = PEOPLE[0], MONDAY + timedelta(days=7 * 10 + 2)


def facts(seed: int) -> list[Usage]:
    rng = random.Random(seed)
    rows = []
    for offset in range(WEEKS * 7):
        day = MONDAY + timedelta(days=offset)
        for person in [*rng.sample(PEOPLE[:-5], 20), MOVER]:
            who = ALIAS if person == PEOPLE[1] and rng.random() < 0.5 else person
            tools = rng.sample(["chatgpt", "claude"], rng.choice([1, 1, 2]))
            rows += [
                Usage(
                    day=day,
                    person=who,
                    tool=tool,
                    model=rng.choice(["gpt-4o", "gpt-4"]),
                    sessions=rng.randint(0, 3),
                    messages=rng.randint(1, 20),
                    prompts=rng.randint(1, 30),
                    input_tokens=None if tool == "claude" else 100,
                )
                for tool in tools
            ]
    unique = {(row.day, row.person, row.tool, row.model): row for row in rows}
    return list(unique.values())


@pytest.fixture
def filled(store: Store) -> Store:
    members = [
        Member(person=person, since=date(2020, 1, 1), department="AB"[number % 2])
        for number, person in enumerate(PEOPLE[:-3])
        if person != MOVER
    ]
    members += [
        Member(person=MOVER, since=date(2020, 1, 1), until=MOVED, department="A"),
        Member(person=MOVER, since=MOVED, department="B"),
    ]
    ingestion.replace_members(store, "directory", members, [Alias(alias=ALIAS, person=PEOPLE[1])])
    ingestion.replace_seats(
        store, "chatgpt", [Seat(person=person, tool="chatgpt", start=MONDAY, price=30.0) for person in PEOPLE]
    )
    ingestion.replace_contracts(store, [Contract(tool="chatgpt", seats=99, price=30.0)])
    rows = facts(1)
    ingestion.replace_usage(store, "test", sorted({row.day for row in rows}), rows)
    rollups.refresh(store)
    return store


def frame() -> pd.DataFrame:
    table = pd.DataFrame([{name: getattr(row, name) for name in Usage.__slots__} for row in facts(1)])
    table["person"] = table["person"].map(lambda each: PEOPLE[1] if each == ALIAS else each)
    table["week"] = table["day"].map(lambda day: day - timedelta(days=day.weekday()))

    def department(row: pd.Series) -> str:
        if row["person"] == MOVER:
            return "A" if row["day"] < MOVED else "B"
        number = PEOPLE.index(row["person"])
        return "AB"[number % 2] if number < len(PEOPLE) - 3 else "Unmapped"

    table["department"] = table.apply(department, axis=1)
    return table


def cell(store: Store, week: date, tool: str, segment: str = "company", name: str = "") -> dict[str, object]:
    found = reading.group_weeks(store, week, week)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    return next(row for row in rows if (row["tool"], row["segment"], row["name"]) == (tool, segment, name))


LAST = MONDAY + timedelta(weeks=WEEKS - 1)


@pytest.mark.parametrize("tool", ["chatgpt", "claude", "*"])
@pytest.mark.parametrize("department", [None, "A", "B"])
@pytest.mark.parametrize("week", [MONDAY, MONDAY + timedelta(weeks=10), LAST])
def test_sums_and_people_equal_those_of_pandas(filled: Store, tool: str, department: str | None, week: date) -> None:
    table = frame()
    table = table[table["week"] == week]
    table = table if tool == "*" else table[table["tool"] == tool]
    table = table if department is None else table[table["department"] == department]
    found = cell(filled, week, tool, *(("department", department) if department else ()))
    assert found["people"] == table["person"].nunique()
    assert found["prompts"] == table["prompts"].sum()
    assert found["sessions"] == table["sessions"].sum()
    by_person = table.groupby("person")["prompts"].sum().sort_values(ascending=False)
    assert found["top_ten_prompts"] == by_person.head(10).sum()
    assert found["top_decile_prompts"] == by_person.head(-(-len(by_person) // 10)).sum()


def test_people_are_counted_once_over_tools_and_departments(filled: Store) -> None:
    week = MOVED - timedelta(days=MOVED.weekday())
    by_tool = [cell(filled, week, tool)["people"] for tool in ("chatgpt", "claude")]
    by_department = [cell(filled, week, "*", "department", name)["people"] for name in ("A", "B")]
    table = frame()
    everybody = table[table["week"] == week]["person"].nunique()
    assert cell(filled, week, "*")["people"] == everybody
    assert sum(by_tool) > everybody
    assert sum(by_department) >= everybody


def test_a_measure_no_tool_reports_is_absent_and_one_that_some_report_is_theirs(filled: Store) -> None:
    assert cell(filled, LAST, "claude")["input_tokens"] is None
    assert cell(filled, LAST, "*")["input_tokens"] == cell(filled, LAST, "chatgpt")["input_tokens"]


def test_the_ladder_equals_the_published_rule(filled: Store) -> None:
    table = frame()
    table = table[(table["tool"] == "chatgpt") & (table["week"] > LAST - timedelta(weeks=12))]
    by_person = table.groupby("person").agg(weeks=("week", "nunique"), prompts=("prompts", "sum"))
    mean = by_person["prompts"] / 12
    habit = by_person["weeks"] >= 9
    found = cell(filled, LAST, "chatgpt")
    assert found["power"] == (habit & (mean >= 15)).sum()
    assert found["habitual"] == (habit & (mean < 15)).sum()
    assert found["novice"] == (~habit & (mean >= 1)).sum()
    assert found["low"] == (~habit & (mean < 1)).sum()
    assert found["non_users"] == len(PEOPLE) - len(by_person)


def test_the_ladder_is_absent_before_twelve_weeks(filled: Store) -> None:
    assert cell(filled, MONDAY + timedelta(weeks=10), "chatgpt")["power"] is None
    assert cell(filled, MONDAY + timedelta(weeks=11), "chatgpt")["power"] is not None


def test_seats_are_counted_where_their_holders_belong(filled: Store) -> None:
    found = cell(filled, LAST, "chatgpt")
    table = frame()
    table = table[table["tool"] == "chatgpt"]
    lately = table[table["week"] > LAST - timedelta(weeks=4)]["person"].nunique()
    assert found["seats_purchased"] == 99
    assert found["seats_assigned"] == len(PEOPLE)
    assert found["seats_activated"] == table["person"].nunique()
    assert found["seats_active"] == lately
    assert found["seats_never_used"] == len(PEOPLE) - table["person"].nunique()
    assert found["seat_spend"] == 30.0 * len(PEOPLE)
    assert found["unused_seat_spend"] == 30.0 * (len(PEOPLE) - lately)
    assert cell(filled, LAST, "chatgpt", "department", "Unmapped")["seats_assigned"] == 3


def test_seats_that_are_new_or_of_somebody_new_are_in_grace_until_they_are_used_or_thirty_days_old(
    store: Store,
) -> None:
    sunday = MONDAY + timedelta(days=6)
    old, edge, fresh, joiner, user, regiven, moved = PEOPLE[:7]

    def seat(person: Person, start: date, end: date | None = None) -> Seat:
        return Seat(person=person, tool="chatgpt", start=start, end=end, price=10.0)

    long_ago = sunday - timedelta(days=400)
    ingestion.replace_seats(
        store,
        "chatgpt",
        [
            seat(old, long_ago),
            seat(edge, sunday - timedelta(days=30)),
            seat(fresh, sunday - timedelta(days=29)),
            seat(joiner, long_ago),
            seat(user, sunday),
            seat(regiven, long_ago, sunday - timedelta(days=100)),
            seat(regiven, sunday - timedelta(days=5)),
            seat(moved, sunday - timedelta(days=9), sunday - timedelta(days=2)),
        ],
    )
    ingestion.replace_members(
        store,
        "directory",
        [
            Member(person=person, since=long_ago, department="A", start=start)
            for person, start in {
                old: None,
                edge: long_ago,
                fresh: long_ago,
                joiner: sunday - timedelta(days=3),
                user: None,
                regiven: None,
                moved: None,
            }.items()
        ],
        [],
    )
    used = Usage(day=MONDAY, person=user, tool="chatgpt", model="gpt-4o", sessions=1, messages=2, prompts=1)
    ingestion.replace_usage(store, "test", [MONDAY], [used])
    rollups.refresh(store)
    found = cell(store, MONDAY, "chatgpt", "department", "A")
    assert found["seats_assigned"] == 6
    assert found["seats_active"] == 1
    assert found["seats_never_used"] == 5
    assert found["seats_in_grace"] == 2
    assert found["seat_spend"] == 60.0
    assert found["unused_seat_spend"] == 30.0


def test_models_add_up_to_the_sessions(filled: Store) -> None:
    found = reading.model_weeks(filled, LAST, LAST)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    total = sum(row["sessions"] for row in rows if row["tool"] == "chatgpt" and row["segment"] == "company")
    assert total == cell(filled, LAST, "chatgpt")["sessions"]


def test_nothing_is_worked_out_twice(filled: Store) -> None:
    assert rollups.refresh(filled) == 0


def test_writing_the_same_facts_again_changes_no_roll_up(filled: Store) -> None:
    before = reading.group_weeks(filled, MONDAY, LAST).rows
    rows = facts(1)
    ingestion.replace_usage(filled, "test", sorted({row.day for row in rows}), rows)
    assert rollups.refresh(filled) == WEEKS
    assert reading.group_weeks(filled, MONDAY, LAST).rows == before


def test_a_reorganisation_today_leaves_past_weeks_alone(filled: Store) -> None:
    week = MONDAY + timedelta(weeks=2)
    before = cell(filled, week, "chatgpt", "department", "A")
    members = [
        Member(person=person, since=date(2020, 1, 1), until=LAST, department="AB"[number % 2])
        for number, person in enumerate(PEOPLE[:-3])
        if person != MOVER
    ]
    members += [Member(person=each.person, since=LAST, department="New") for each in members]
    members += [
        Member(person=MOVER, since=date(2020, 1, 1), until=MOVED, department="A"),
        Member(person=MOVER, since=MOVED, department="B"),
    ]
    ingestion.replace_members(filled, "directory", members, [Alias(alias=ALIAS, person=PEOPLE[1])])
    rollups.refresh(filled)
    assert cell(filled, week, "chatgpt", "department", "A") == before
    assert cell(filled, LAST, "chatgpt", "department", "New")["people"]


def test_a_refresh_that_stops_half_way_goes_on_where_it_stopped(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = reading.group_weeks(filled, MONDAY, LAST).rows
    rows = facts(1)
    ingestion.replace_usage(filled, "test", sorted({row.day for row in rows}), rows)
    fill, done = rollups._fill_group_week, []

    def stop(connection, week):
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(week)
        fill(connection, week)

    monkeypatch.setattr(rollups, "_fill_group_week", stop)
    with pytest.raises(KeyboardInterrupt):
        rollups.refresh(filled)
    monkeypatch.undo()
    assert rollups.refresh(filled) == WEEKS - 5
    assert reading.group_weeks(filled, MONDAY, LAST).rows == before


def test_only_the_touched_weeks_and_those_whose_windows_see_them_are_worked_out(filled: Store) -> None:
    day = LAST - timedelta(weeks=2)
    ingestion.replace_usage(filled, "test", [day], [row for row in facts(1) if row.day == day])
    assert rollups.refresh(filled) == 3


def test_a_week_without_facts_has_no_roll_up(filled: Store) -> None:
    week = MONDAY + timedelta(weeks=5)
    ingestion.replace_usage(filled, "test", [week + timedelta(days=n) for n in range(7)], [])
    rollups.refresh(filled)
    assert reading.group_weeks(filled, week, week).rows == []


def test_a_tool_that_reports_no_prompts_has_no_ladder(filled: Store) -> None:
    rows = [
        Usage(day=MONDAY + timedelta(weeks=week), person=person, tool="cursor", model="", sessions=1)
        for week in range(WEEKS)
        for person in PEOPLE[:10]
    ]
    ingestion.replace_usage(filled, "cursor", sorted({row.day for row in rows}), rows)
    rollups.refresh(filled)
    found = cell(filled, LAST, "cursor")
    assert (found["people"], found["power"], found["habitual"]) == (10, None, None)
    assert cell(filled, LAST, "chatgpt")["power"] is not None

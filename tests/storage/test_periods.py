"""Period totals by department: the one held on the period's last day, worked out anew whenever who is where changes."""

from datetime import date

from storage import ingestion
from storage.facts import Alias, Member, PeriodUsage, Person
from storage.periods import group_periods, refresh_periods
from storage.store import Store

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
ANA, BO, CY = (Person(bytes([number]) * 32) for number in (1, 2, 3))


def total(person: Person, messages: int | None, model: str = "", last: date = LAST) -> PeriodUsage:
    return PeriodUsage(
        first=FIRST, last=last, person=person, tool="chatgpt", model=model, active=bool(messages), messages=messages
    )


def write(store: Store, *totals: PeriodUsage, last: date = LAST) -> None:
    ingestion.replace_period(store, "import:chatgpt-users", "chatgpt", FIRST, last, totals)


def groups(store: Store) -> dict[str, tuple[int, int, int | None]]:
    found = group_periods(store)
    told = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    return {row["name"]: (row["listed"], row["people"], row["messages"]) for row in told}


def place(person: Person, department: str, since: date, until: date | None = None) -> Member:
    return Member(person=person, department=department, since=since, until=until)


def test_everybody_is_listed_once_and_only_the_active_count(store: Store) -> None:
    write(store, total(ANA, 5), total(ANA, 7, "gpt-4o"), total(BO, 0), total(CY, None))
    assert refresh_periods(store) == 1
    assert groups(store) == {"": (3, 1, 12), "Unmapped": (3, 1, 12)}


def test_a_total_that_nobody_tells_is_absent(store: Store) -> None:
    write(store, total(ANA, None))
    refresh_periods(store)
    assert groups(store)[""] == (1, 0, None)


def test_the_department_is_the_one_held_on_the_last_day(store: Store) -> None:
    moved = date(2026, 3, 31)
    places = [place(ANA, "Sales", date(2020, 1, 1), moved), place(ANA, "Support", moved)]
    ingestion.replace_members(store, "directory", [*places, place(BO, "Sales", date(2020, 1, 1))], [])
    write(store, total(ANA, 5), total(BO, 6))
    refresh_periods(store)
    assert groups(store) == {"": (2, 2, 11), "Sales": (1, 1, 6), "Support": (1, 1, 5)}


def test_a_change_of_the_directory_or_of_whose_an_account_is_works_periods_out_anew(store: Store) -> None:
    write(store, total(ANA, 5), total(BO, 6))
    refresh_periods(store)
    assert refresh_periods(store) == 0
    ingestion.replace_members(store, "directory", [place(ANA, "Sales", date(2020, 1, 1))], [])
    assert refresh_periods(store) == 1
    assert groups(store) == {"": (2, 2, 11), "Sales": (1, 1, 5), "Unmapped": (1, 1, 6)}
    ingestion.add_aliases(store, "chatgpt", [Alias(alias=BO, person=ANA)])
    assert refresh_periods(store) == 1
    assert groups(store) == {"": (1, 1, 11), "Sales": (1, 1, 11)}


def test_a_corrected_period_alone_is_worked_out_anew(store: Store) -> None:
    short = date(2026, 3, 7)
    write(store, total(ANA, 5))
    write(store, total(ANA, 2, last=short), last=short)
    assert refresh_periods(store) == 2
    write(store, total(ANA, 6))
    assert refresh_periods(store) == 1
    write(store)
    assert refresh_periods(store) == 0
    assert groups(store)[""] == (1, 1, 2)

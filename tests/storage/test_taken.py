"""What was done about findings is kept change by change, and only the last one counts."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage.store import Store
from storage.taken import Taken, course, keep, of_finding, ongoing, taken

KEY = "unused_seats:Sales|Support:chatgpt"
NOW = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
ASSIGNED = Taken(
    finding=KEY,
    action="reclaim_seats",
    metric="seats_unused_share",
    tool="chatgpt",
    departments=("Sales", "Support"),
    state="assigned",
    owner="T01:U0OWNER",
    due=date(2026, 10, 19),
    at=NOW,
    who="T01:U0LEADER",
)


def later(change: Taken, **new: object) -> Taken:
    return replace(change, at=change.at + timedelta(days=1), **new)


def test_what_is_kept_is_read_as_it_was_with_an_id(store: Store) -> None:
    kept = keep(store, ASSIGNED)

    assert kept == replace(ASSIGNED, id=kept.id)
    assert len(kept.id) == 16
    assert taken(store) == (kept,)


def test_every_change_is_kept_with_when_and_who_and_the_last_one_counts(store: Store) -> None:
    first = keep(store, ASSIGNED)
    done = keep(
        store, later(first, state="done", done=date(2026, 10, 6), reached=("Sales",), people=30, who="T01:U0OWNER")
    )

    assert taken(store) == (done,)
    assert course(store, first.id) == (first, done)
    assert [each.who for each in course(store, first.id)] == ["T01:U0LEADER", "T01:U0OWNER"]


def test_a_second_change_without_an_id_goes_on_with_what_is_going_on(store: Store) -> None:
    first = keep(store, ASSIGNED)
    second = keep(store, later(ASSIGNED, owner="T01:U0OTHER"))

    assert second.id == first.id
    assert ongoing(taken(store), "T01:U0OWNER") == ()
    assert ongoing(taken(store), "T01:U0OTHER") == (second,)


@pytest.mark.parametrize("end", ["done", "dismissed"])
def test_after_its_end_the_same_finding_begins_another(store: Store, end) -> None:
    first = keep(store, ASSIGNED)
    keep(store, later(first, state=end))
    again = keep(store, later(later(ASSIGNED)))

    assert again.id != first.id
    assert of_finding(store, KEY) == (again, *[each for each in taken(store) if each.id == first.id])


def test_what_nobody_proposed_begins_anew_each_time(store: Store) -> None:
    free = replace(ASSIGNED, finding="", state="done", done=date(2026, 10, 1), reached=("Sales",))
    ids = {keep(store, free).id, keep(store, later(free)).id}

    assert len(ids) == 2


def test_the_soonest_due_comes_first_and_what_has_no_day_last(store: Store) -> None:
    for number, due in enumerate((None, date(2026, 11, 1), date(2026, 10, 8))):
        keep(store, replace(ASSIGNED, finding=f"{KEY}{number}", due=due))

    assert [each.due for each in ongoing(taken(store))] == [date(2026, 10, 8), date(2026, 11, 1), None]


def test_two_who_take_the_same_at_once_take_one_action(store: Store) -> None:
    together = threading.Barrier(8)

    def take(number: int) -> None:
        together.wait()
        keep(store, replace(ASSIGNED, owner=f"T01:U{number}"))

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    (one,) = taken(store)
    assert {each.owner for each in course(store, one.id)} == {f"T01:U{number}" for number in range(8)}


def test_an_unknown_id_has_no_course(store: Store) -> None:
    assert course(store, "nothing") == ()

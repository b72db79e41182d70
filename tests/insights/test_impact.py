"""What became of actions that were done, told as it was fixed before anybody looked."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from insights.basis import Basis
from insights.impact import WAITS, Impact, impacts, records
from storage import ingestion, rollups
from storage.facts import Member, Person, Usage
from storage.schema import action_taken
from storage.store import Store, open_store
from storage.taken import Taken, keep

FIRST = date(2026, 1, 5)
WEEKS = 22
TODAY = FIRST + timedelta(weeks=WEEKS)
DONE = FIRST + timedelta(weeks=13, days=2)
DEPARTMENTS = tuple(f"Department {letter}" for letter in "ABCDEFGHIJ")
WORKSHOP = "multi_turn_workshop"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Basis]:
    """Ten departments of eight people; the messages of Department A rise from 6 to 9 a session after DONE."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('impact')}/ai-usage.db")
    rng = random.Random(7)
    everybody = [Person(number.to_bytes(32, "big")) for number in range(1, 81)]
    place = {each: DEPARTMENTS[n % 10] for n, each in enumerate(everybody)}
    members = [Member(person=each, since=date(2020, 1, 1), department=name) for each, name in place.items()]
    ingestion.replace_members(store, "directory", members, [])
    rows = []
    for week in range(WEEKS):
        for person, name in place.items():
            deep = 90 if name == DEPARTMENTS[0] and week > 13 else 60
            rows.append(
                Usage(
                    day=FIRST + timedelta(weeks=week, days=4),
                    person=person,
                    tool="chatgpt",
                    model="gpt-4o",
                    sessions=10,
                    messages=deep + rng.randint(-12, 12),
                    prompts=deep // 2,
                )
            )
    ingestion.replace_usage(store, "chatgpt", sorted({each.day for each in rows}), rows)
    rollups.refresh(store)
    yield Basis(store=store, as_of=TODAY)
    store.close()


@pytest.fixture
def basis(company: Basis) -> Iterator[Basis]:
    yield company
    with company.store.writing() as connection:
        connection.execute(action_taken.delete())


def done(store: Store, *reached: str, on: date = DONE, noted: date | None = None, **changed: object) -> Taken:
    values: dict[str, object] = {
        "action": WORKSHOP,
        "metric": "messages_per_session",
        "tool": "*",
        "state": "done",
        "done": on,
        "reached": reached,
        "departments": reached,
        "at": datetime.combine(noted or on, datetime.min.time(), UTC),
        "who": "T1:U1",
    }
    return keep(store, Taken(**{**values, **changed}))  # type: ignore[arg-type]


def only(basis: Basis) -> Impact:
    (found,) = impacts(basis)
    return found


def test_what_helped_is_told_with_its_size_after_four_and_eight_weeks(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0])
    four, eight, twelve = only(basis).looks
    for look in (four, eight):
        assert look.effect is not None
        assert look.effect.verdict == "helped"
        assert look.effect.estimate == pytest.approx(3.0, abs=0.5)
        assert look.effect.compared == 9
    assert twelve.effect is None
    assert twelve.due == FIRST + timedelta(weeks=13 + 13)


def test_what_did_nothing_is_not_told_as_help(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[1])
    last = only(basis).last
    assert last is not None
    assert last.effect is not None
    assert last.effect.verdict in {"can't tell", "no difference"}


def test_before_it_is_due_nothing_is_looked_at(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0], on=TODAY - timedelta(days=10))
    found = only(basis)
    assert found.last is None
    assert [each.weeks for each in found.looks] == list(WAITS)


def test_departments_reached_by_another_such_action_are_no_comparison(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0])
    done(basis.store, DEPARTMENTS[1], DEPARTMENTS[2], on=DONE + timedelta(weeks=2))
    first = next(each for each in impacts(basis) if each.plan.reached == (DEPARTMENTS[0],))
    assert first.left_out == (DEPARTMENTS[1], DEPARTMENTS[2])
    assert first.last is not None
    assert first.last.effect is not None
    assert first.last.effect.compared == 7


def test_an_action_for_another_metric_leaves_the_comparison_alone(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0])
    done(basis.store, DEPARTMENTS[1], action="prompt_templates", metric="characters_per_prompt")
    first = next(each for each in impacts(basis) if each.plan.reached == (DEPARTMENTS[0],))
    assert first.left_out == ()


def test_what_reached_everybody_can_not_be_compared(basis: Basis) -> None:
    done(basis.store)
    last = only(basis).last
    assert last is not None
    assert last.effect is not None
    assert last.effect.reason == "everybody was reached"


def test_a_plan_that_came_after_its_weeks_could_be_seen_says_so(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0], noted=DONE + timedelta(weeks=5))
    assert only(basis).plan.late


def test_a_plan_noted_in_time_is_not_late(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0], noted=DONE + timedelta(days=3))
    assert not only(basis).plan.late


def test_whoever_sees_one_department_is_told_the_same_effect(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0])
    seen = Basis(store=basis.store, as_of=basis.as_of, visible=(DEPARTMENTS[0],))
    assert only(seen).last == only(basis).last


def test_effects_of_one_action_add_up_to_its_record(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0])
    done(basis.store, DEPARTMENTS[1], finding="other")
    found = records(impacts(basis))[WORKSHOP]
    assert found.times == 2
    assert found.low < found.estimate < found.high
    assert 0.5 < found.promise < 1


def test_a_record_of_one_clear_success_promises_more_than_none(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0])
    assert records(impacts(basis))[WORKSHOP].promise > 0.9


def test_what_is_not_done_or_has_no_metric_has_no_plan(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0], state="assigned", done=None)
    done(basis.store, DEPARTMENTS[1], metric="nothing_we_know", finding="x")
    assert impacts(basis) == ()

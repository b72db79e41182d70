"""The scan: what was planted is found, with its size; what is common is told once; everything tried is counted."""

from datetime import date, timedelta

import numpy as np
import pytest

from insights.catalogue import metrics
from insights.rates import adjusted, by_family, flat
from insights.scan import Change, Scan, Watch, Watched, scan

WEEKS = 40
DEPARTMENTS = tuple(f"D{n}" for n in range(10))
DEPTH = metrics()["messages_per_session"]
ACTIVE = metrics()["weekly_active_users"]


def watch(depth: np.ndarray, active: np.ndarray, ignored: np.ndarray | None = None) -> Watch:
    """Return one tool whose departments have these values, (departments, weeks), and a company of their sum or mean."""
    whole = np.concatenate([[np.average(depth, axis=0, weights=active)], depth])[None]
    people = np.concatenate([[active.sum(axis=0)], active])[None]
    return Watch(
        weeks=tuple(date(2026, 1, 5) + timedelta(weeks=n) for n in range(depth.shape[1])),
        tools=("chatgpt",),
        departments=DEPARTMENTS,
        metrics=(
            Watched(metric=DEPTH, values=whole, sizes=4 * people),
            Watched(metric=ACTIVE, values=people, sizes=np.full_like(people, np.nan)),
        ),
        people=people,
        sessions=4 * people,
        ignored=ignored,
    )


@pytest.fixture
def noise() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    shape = (len(DEPARTMENTS), WEEKS)
    return 6 * np.exp(0.05 * rng.standard_normal(shape)), np.round(60 * np.exp(0.05 * rng.standard_normal(shape)))


def found(told: Scan, metric: str, department: str) -> Change:
    change = told.of(metric, department, "chatgpt")
    assert change is not None, [(each.metric, each.department, each.kind) for each in told.changes]
    return change


def test_nothing_is_found_where_nothing_changes_and_everything_tried_is_counted(noise) -> None:
    told = scan(watch(*noise))
    assert told.changes == ()
    assert told.tried == 2 * 11 * 3
    assert len(told.judged) == 2 * 11


def test_a_new_level_of_one_department_is_found_with_its_week_size_and_interval(noise) -> None:
    depth, active = noise
    depth[4, -6:] *= 0.75
    told = scan(watch(depth, active))
    assert {(each.metric, each.department) for each in told.changes if each.department} == {(DEPTH.id, "D4")}
    change = found(told, "messages_per_session", "D4")
    assert change.kind == "level"
    assert abs((change.since - date(2026, 1, 5)).days // 7 - (WEEKS - 6)) <= 1
    assert change.before == pytest.approx(6, rel=0.05)
    assert change.now == pytest.approx(4.5, rel=0.05)
    assert change.low <= -1.5 <= change.high
    assert change.q <= 0.05
    assert abs(change.shrunk) <= abs(change.low)


def test_what_every_department_does_is_told_once_of_the_company(noise) -> None:
    depth, active = noise
    depth[:, -6:] *= 1.3
    told = scan(watch(depth, active))
    assert found(told, "messages_per_session", "").now > 7
    assert [each for each in told.changes if each.department]
    assert all(each.part for each in told.changes if each.department)


def test_a_week_that_is_odd_everywhere_is_not_each_departments_own(noise) -> None:
    depth, active = noise
    active[:, -1] = np.round(active[:, -1] * 0.5)
    told = scan(watch(depth, active))
    assert [(each.department, each.kind) for each in told.changes if each.metric == ACTIVE.id] == [("", "odd_week")]


def test_weeks_that_are_ignored_are_not_judged(noise) -> None:
    depth, active = noise
    active[:, -1] = np.round(active[:, -1] * 0.5)
    ignored = np.zeros((len(DEPARTMENTS) + 1, WEEKS), dtype=np.bool_)
    ignored[:, -1] = True
    assert scan(watch(depth, active, ignored)).changes == ()


def test_a_change_that_is_not_worth_a_word_is_none(noise) -> None:
    depth, active = noise
    depth[:] = 6 * np.exp(0.005 * np.random.default_rng(1).standard_normal(depth.shape))
    depth[4, -6:] *= 1.04  # eight times the noise, and a quarter of a message
    assert scan(watch(depth, active)).changes == ()


def test_small_departments_are_not_judged(noise) -> None:
    depth, active = noise
    active[4] = 6
    depth[4, -6:] *= 0.5
    told = scan(watch(depth, active))
    assert ("messages_per_session", "chatgpt", "D4") not in told.judged
    assert told.of("messages_per_session", "D4", "chatgpt") is None


def test_few_weeks_tell_nothing(noise) -> None:
    depth, active = noise
    assert scan(watch(depth[:, :7], active[:, :7])) == Scan()


def test_adjusted_chances_are_those_of_benjamini_and_hochberg() -> None:
    told = adjusted(np.array([0.01, np.nan, 0.02, 0.03, 0.5]))
    assert told[[0, 2, 3, 4]] == pytest.approx([0.04, 0.04, 0.04, 0.5])
    assert np.isnan(told[1])
    assert len(adjusted(np.zeros(0))) == 0


def test_departments_are_judged_as_they_stand_where_the_company_has_moved(noise) -> None:
    depth, active = noise
    depth[:8, -6:] *= 1.4
    told = scan(watch(depth, active))
    went = {each.department for each in told.changes if each.metric == DEPTH.id and each.change > 0 and each.part}
    assert went == set(DEPARTMENTS[:8])


def test_people_who_stop_are_missed_where_few_are_left(noise) -> None:
    depth, active = noise
    active[4] = np.array([14, 15, 13, 16] * 10)
    active[4, -6:] = [7, 6, 7, 8, 6, 7]
    told = scan(watch(depth, active))
    change = found(told, ACTIVE.id, "D4")
    assert change.kind == "level"
    assert change.weeks == 6


def test_a_slow_way_up_is_told_as_one_from_where_it_begins(noise) -> None:
    depth, active = noise
    depth[4, -14:] *= np.linspace(1, 1.5, 14)
    change = found(scan(watch(depth, active)), DEPTH.id, "D4")
    assert change.kind == "trend"
    assert 9 <= change.weeks <= 19
    assert change.before == pytest.approx(6, rel=0.05)
    assert change.now == pytest.approx(9, rel=0.1)


def test_weights_move_the_rate_to_what_matters_and_keep_its_sum() -> None:
    p, weights = np.array([0.02, 0.02, np.nan, 0.02, 0.02]), np.array([2.0, 2.0, 9.0, 1.0, 1.0])
    assert flat(np.array([0.01, 0.9, np.nan]), np.array([3.0, 1.0, 5.0]))[0] == pytest.approx(0.01 * 2 * 2 / 3)
    assert np.isnan(flat(p, weights)[2])
    assert flat(p, np.ones(5))[[0, 1, 3, 4]] == pytest.approx([0.02] * 4)


def test_a_family_is_opened_as_a_whole_and_pays_for_the_others() -> None:
    family = np.array(["a", "a", "b", "b"])
    p, one = np.array([0.001, 0.9, 0.4, 0.5]), np.ones(4)
    assert by_family(p, one, family, one) == pytest.approx([0.004, 1.0, 1.0, 1.0])
    heavy = np.array([1.5, 1.5, 0.5, 0.5])
    assert by_family(p, one, family, heavy)[0] == pytest.approx(0.004 / 1.5)

"""What is told before a contract renews, over year-long courses, day by day: at most once, and never for noise."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from insights.forecast import Forecast
from insights.renewal import Renewal
from insights.renewal_watch import COVERS, QUIET, STEPS, decide
from storage.contracts import Told
from storage.facts import Contract

SEATS = 600
FIRST = date(2026, 1, 5)
YEAR = 365
RENEWS = FIRST + timedelta(days=YEAR + 30)
NOTICE = RENEWS - timedelta(days=30)

Course = Callable[[int], float]
"""Seats in use in a week, by its number."""


def renewal(on: date, used: Course, spread: float = 20, **terms: object) -> Renewal:
    week = (on - FIRST).days // 7
    now, before = used(week), (used(week - 2), used(week - 1))
    contract = Contract(tool="chatgpt", seats=SEATS, price=30.0, renews=RENEWS, notice_days=30, **terms)  # type: ignore[arg-type]
    return Renewal(
        contract=contract,
        week=FIRST + timedelta(weeks=week - 1),
        as_of=on,
        currency="USD",
        price=30.0,
        notice=NOTICE,
        assigned=SEATS,
        activated=SEATS,
        active=now,
        active_before=before,
        in_grace=0,
        idle=SEATS - now,
        departments=(),
        active_then=Forecast(weeks=8, value=now, low=max(now - spread, 0), high=now + spread, errors=10),
        cost_per_active=None,
    )


def year(used: Course, *, every: int = 1, runs: int = 1, **terms: object) -> list[Told]:
    """Return what is told in a year of looking every day, several times a day."""
    told: list[Told] = []
    for day in range(0, YEAR + 40, every):
        for _ in range(runs):
            found = decide(renewal(FIRST + timedelta(days=day), used, **terms), told, 5)
            if found is not None:
                told.append(found)
    return told


def noisy(level: Course, noise: float, seed: int) -> Course:
    rng = random.Random(seed)
    values = [level(week) + rng.gauss(0, noise) for week in range(70)]
    return lambda week: min(max(round(values[max(week, 0)]), 0), SEATS)


def test_where_every_seat_is_used_only_the_day_of_notice_is_told() -> None:
    assert [(each.kind, each.days, each.above) for each in year(lambda _: SEATS - 5)] == [("near", 30, False)]


def test_steady_waste_is_told_when_first_seen_and_at_every_step() -> None:
    told = year(lambda _: 450)
    assert [each.kind for each in told] == ["crossed", *["near"] * len(STEPS)]
    assert [each.days for each in told[1:]] == list(STEPS)


def test_looking_again_on_the_same_day_tells_nothing_more() -> None:
    assert year(lambda week: 580 - 4 * week, runs=3) == year(lambda week: 580 - 4 * week)


def test_a_slow_fall_crosses_once_and_is_told_as_worse_with_weeks_between() -> None:
    told = year(lambda week: max(590 - 6 * week, 300))
    assert [each.kind for each in told].count("crossed") == 1
    worse = [each for each in told if each.kind == "worse"]
    assert 1 <= len(worse) <= 6
    assert all(later.on - sooner.on >= timedelta(days=1) for sooner, later in pairwise(told))
    assert all(later.share > sooner.share for sooner, later in pairwise(worse))


def test_what_recovers_is_told_as_resolved_once() -> None:
    told = year(lambda week: 450 if week < 12 else 595)
    assert [each.kind for each in told] == ["crossed", "resolved", "near"]
    assert not told[1].above


def test_what_wastes_again_after_it_was_resolved_is_told_again() -> None:
    told = year(lambda week: 450 if week < 8 or week > 24 else 590)
    assert [each.kind for each in told][:3] == ["crossed", "resolved", "crossed"]


@pytest.mark.parametrize("seed", range(40))
def test_noise_around_the_bar_turns_at_most_once(seed: int) -> None:
    """Fifteen per cent of 600 is 90: the course wanders about 510, two percent of the seats up and down."""
    told = year(noisy(lambda _: 510, 12, seed))
    assert [each.kind for each in told if each.kind != "near"] in ([], ["crossed"])
    assert len(told) <= 1 + len(STEPS)


@pytest.mark.parametrize("seed", range(20))
def test_noise_well_below_the_bar_tells_nothing_but_the_steps(seed: int) -> None:
    told = year(noisy(lambda _: 560, 12, seed))
    assert {each.kind for each in told} <= {"near"}


@pytest.mark.parametrize("seed", range(20))
def test_messages_are_few_whatever_happens(seed: int) -> None:
    told = year(noisy(lambda week: 520 + 60 * (1 if (week // 6) % 2 else -1), 15, seed))
    turns = [each for each in told if each.kind in ("crossed", "resolved")]
    assert all(later.on - sooner.on >= QUIET for sooner, later in pairwise(turns))
    assert all(a.kind != b.kind for a, b in pairwise(turns))
    assert len(told) <= 20


def test_a_step_right_after_a_message_is_covered_by_it() -> None:
    start = (NOTICE - FIRST).days - 120 - COVERS + 2
    told = year(lambda week: 450 if week * 7 >= start - 21 else 590)
    days = [each.days for each in told if each.days > 90]
    assert len(days) == 1


def test_one_that_is_found_late_begins_with_the_nearest_step() -> None:
    found = decide(renewal(NOTICE - timedelta(days=20), lambda _: 450), (), 5)
    assert found is not None
    told = [found]
    later = decide(renewal(NOTICE - timedelta(days=19), lambda _: 450), told, 5)
    assert later is None
    last = decide(renewal(NOTICE - timedelta(days=14), lambda _: 450), told, 5)
    assert last is None or last.days == 14


def test_after_the_day_of_notice_nothing_is_told() -> None:
    assert decide(renewal(NOTICE + timedelta(days=1), lambda _: 300), (), 5) is None


def test_the_bar_is_the_settings_own_and_never_fewer_people_than_a_group() -> None:
    assert decide(renewal(FIRST + timedelta(days=30), lambda _: 570, alert_above=0.04), (), 5) is not None
    assert decide(renewal(FIRST + timedelta(days=30), lambda _: 570, alert_above=0.04), (), 50) is None
    assert decide(renewal(FIRST + timedelta(days=30), lambda _: 570, alert_above=0.2), (), 5) is None


def test_without_a_forecast_nothing_is_told() -> None:
    known = renewal(FIRST, lambda _: 450)
    assert decide(replace(known, active_then=None), (), 5) is None

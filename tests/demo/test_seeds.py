"""The same figures for any seed and size, straight from the simulation; the feed itself is measured in test_figures."""

from datetime import date

import numpy as np
import pytest

from demo import simulate
from demo.activity import ALL_DEPARTMENTS
from demo.messages import ASSISTANT, USER

PLACES = {department.name: i for i, department in enumerate(ALL_DEPARTMENTS)}


@pytest.mark.parametrize(("people", "seed"), [(200, 0), (200, 1), (200, 2), (270, 3), (450, 4), (777, 5), (1200, 6)])
def test_figures_hold_for_every_seed_and_size(people, seed):
    company = simulate(people=people, seed=seed, last_week=date(2026, 6, 1))
    m, s, last = company.messages, company.sessions, company.weeks - 1
    messages = np.bincount(m.session, m.author <= ASSISTANT, minlength=len(s.week))
    prompts = np.bincount(m.session, m.author == USER, minlength=len(s.week))
    characters = np.bincount(m.session, np.maximum(m.length, 0) * (m.author == USER), minlength=len(s.week))

    def depth(chosen):
        return messages[chosen].sum() / chosen.sum()

    def often(chosen):
        return chosen.sum() / len(set(s.person[chosen].tolist()))

    now, then = s.week == last, s.week == last - 13
    engineering, sales = s.department == PLACES["Engineering"], s.department == PLACES["Sales"]
    assert depth(now) == pytest.approx(6.8, abs=0.1)
    assert depth(now) - depth(then) == pytest.approx(1.4, abs=0.15)
    assert characters[now].sum() / prompts[now].sum() == pytest.approx(312, abs=8)
    assert depth(now & engineering) == pytest.approx(9.2, abs=0.2)
    assert 9.0 <= depth((s.week > last - 4) & engineering) <= 9.3
    assert depth(now & sales) == pytest.approx(4.1, abs=0.15)
    assert depth((s.week > last - 4) & sales) == pytest.approx(4.1, abs=0.15)
    rates = {
        name: often(now & (s.department == place))
        for name, place in PLACES.items()
        if (now & (s.department == place)).any()
    }
    assert max(rates, key=rates.get) == "Sales"
    seats = [
        person.department(7 * company.weeks) for person in company.people if person.account and person.account.seat
    ]
    two = seats.count("Engineering") + seats.count("Sales")
    assert two / len(seats) == pytest.approx(0.42, abs=0.003)


def test_another_last_week_moves_dates_and_nothing_else():
    one = simulate(people=150, last_week=date(2026, 6, 1))
    other = simulate(people=150, last_week=date(2024, 1, 1))
    assert one.people == other.people
    for name in ("session", "time", "author", "length", "model", "parent"):
        assert np.array_equal(getattr(one.messages, name), getattr(other.messages, name))
    assert one.end == date(2026, 6, 8)
    assert other.first_day == date(2023, 7, 10)


def test_another_seed_is_another_company():
    assert (
        simulate(people=150, seed=1, last_week=date(2026, 6, 1)).people
        != simulate(people=150, last_week=date(2026, 6, 1)).people
    )


@pytest.mark.parametrize("wrong", [{"people": 20}, {"weeks": 10}, {"last_week": date(2026, 6, 2)}])
def test_a_company_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"at least|Monday"):
        simulate(**{"last_week": date(2026, 6, 1), **wrong})


def test_sessions_of_one_conversation_lie_on_different_days_and_some_cross_midnight():
    company = simulate(people=150, last_week=date(2026, 6, 1))
    day = 86_400_000_000
    session_day = company.times.start // day
    assert np.array_equal(company.messages.time // day, session_day[company.messages.session])
    pairs = set(zip(company.times.conversation.tolist(), session_day.tolist(), strict=True))
    assert len(pairs) == len(session_day)
    assert np.array_equal(session_day // 7, company.sessions.week)
    before = company.times.before
    later = np.flatnonzero(before >= 0)
    assert len(later) > 0.03 * len(before)
    ends = np.zeros(len(before), dtype=np.int64)
    np.maximum.at(ends, company.messages.session, company.messages.time)
    assert (company.times.start[later] - ends[before[later]] < day // 48).any()


def test_every_reply_names_what_it_answers_and_nothing_answers_the_future():
    m = simulate(people=150, last_week=date(2026, 6, 1)).messages
    assert (m.parent[m.author == ASSISTANT] >= 0).all()
    children = np.flatnonzero(m.parent >= 0)
    assert (m.parent[children] < children).all()
    assert (m.parent[m.author == USER] < 0).any()

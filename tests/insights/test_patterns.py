"""Patterns of where people are, rather than what changed: found where planted, and not in noise."""

from dataclasses import replace

import numpy as np
import pytest

from insights.detectors import DETECTORS
from insights.engine import examine
from insights.finding import LONG, QUICK, Action, Finding
from insights.signs import standing

WEEKS = 14
STATES = {"frequent_shallow", "rare_deep", "leading", "spend_ahead", "lapsing", "newly_active"}
"""The detectors of this file's patterns."""


def found_by(panel, detector: str) -> list[Finding]:
    seen = examine(panel, limit=None)
    assert seen.faults == ()
    return [each for each in seen.findings if each.detector == detector]


def only(panel, detector: str) -> Finding:
    found = found_by(panel, detector)
    assert len(found) == 1
    return found[0]


@pytest.fixture
def sound(group):
    """Six departments alike."""
    return {name: group() for name in ("Engineering", "Finance", "HR", "Legal", "Operations", "Sales")}


# Rarely and deep -----------------------------------------------------------------------------------------------------


def test_a_department_that_comes_rarely_and_goes_deep_lacks_occasions(planted, group, sound) -> None:
    found = only(planted(sound | {"Legal": group(often=2.0, deep=9.0)}), "rare_deep")
    assert found.departments == ("Legal",)
    assert found.key == "rare_deep:Legal:*"
    assert found.headline == (
        "Legal comes rarely and goes deep: 2 sessions a week per active user, at 9 messages a session."
    )
    assert "This has held in all 14 weeks shown." in found.detail
    assert found.action.title == "Find three weekly tasks in Legal to use it for"


def test_two_departments_that_come_rarely_are_one_finding(planted, group, sound) -> None:
    rare = {"HR": group(often=2.4, deep=9.0), "Legal": group(often=2.0, deep=9.0)}
    found = only(planted(sound | rare), "rare_deep")
    assert found.headline.startswith("Legal and HR come rarely and go deep: Legal has 2 sessions")


@pytest.mark.parametrize(("often", "deep"), [(2.0, 6.0), (4.0, 9.0), (6.0, 9.0)])
def test_rarely_alone_or_deep_alone_is_not_rarely_and_deep(planted, group, sound, often, deep) -> None:
    assert found_by(planted(sound | {"Legal": group(often=often, deep=deep)}), "rare_deep") == []


def test_a_department_is_rare_and_deep_after_four_weeks_and_since_then(planted, group, sound) -> None:
    for weeks, told in ((3, False), (4, True), (6, True)):
        often = [4.0] * (WEEKS - weeks) + [1.8] * weeks
        deep = [6.0] * (WEEKS - weeks) + [9.5] * weeks
        found = found_by(planted(sound | {"Legal": group(often=often, deep=deep)}), "rare_deep")
        assert bool(found) is told
        assert not told or "This has held since the week of" in found[0].detail


# A state begins and ends ---------------------------------------------------------------------------------------------


def test_a_state_begins_after_four_weeks_at_its_bar_and_outlasts_one_week_below() -> None:
    assert standing(np.array([0, 1, 1, 1.0])) == 0
    assert standing(np.array([0, 1, 1, 1, 1.0])) == 4
    assert standing(np.array([1, 1, 1, 1, 0.5, 1, 1.0])) == 7
    assert standing(np.array([1, 1, 1, 1, 0.9, 0.9, 0.9])) == 7
    assert standing(np.array([1, 1, 1, 1, 0.5, 0.5, 1.0])) == 0
    assert standing(np.array([1, 1, 1, 1, np.nan])) == 0
    assert standing(np.array([])) == 0


# Leading -------------------------------------------------------------------------------------------------------------


def test_a_department_ahead_of_all_others_can_show_them_how(planted, group, sound) -> None:
    found = only(planted(sound | {"Engineering": group(deep=9.2), "Sales": group(deep=5.0)}), "leading")
    assert found.headline == (
        "Engineering is ahead of every other department: 9.2 messages a session, against 6 in the middle one."
    )
    assert "It was first in each of the last 8 weeks" in found.detail
    assert found.action.title == "Let Engineering show others how they work"


def test_the_first_of_a_close_field_does_not_lead(planted, group, sound) -> None:
    assert found_by(planted(sound | {"Engineering": group(deep=6.9)}), "leading") == []


def test_of_two_that_are_ahead_neither_leads(planted, group, sound) -> None:
    deep = [9.0 + 0.3 * (-1) ** week for week in range(WEEKS)]
    other = [9.0 - 0.3 * (-1) ** week for week in range(WEEKS)]
    assert found_by(planted(sound | {"Engineering": group(deep=deep), "Legal": group(deep=other)}), "leading") == []


# Spend ---------------------------------------------------------------------------------------------------------------


def rising(first: float, last: float) -> list[float]:
    return [float(each) for each in np.linspace(first, last, WEEKS)]


def test_metered_cost_that_grows_faster_than_prompts(planted, group, sound) -> None:
    spending = {name: replace(each, cost=100.0) for name, each in sound.items()}
    spending["Sales"] = group(cost=rising(100, 500))
    found = only(planted(spending), "spend_ahead")
    assert found.headline.startswith("Metered cost grew faster than use: $6")
    assert found.headline.endswith(" a week over 14 weeks, while prompts stayed where they were.")
    assert "It grew most in Sales: $" in found.detail
    assert found.action.id == "review_spend"


def test_cost_that_grows_with_use_is_no_finding(planted, group, sound) -> None:
    growing = {name: group(often=rising(3, 6), cost=rising(100, 200)) for name in sound}
    assert found_by(planted(growing), "spend_ahead") == []


def test_without_any_cost_nothing_is_said_about_it(planted, sound) -> None:
    assert found_by(planted(sound), "spend_ahead") == []


# Who stops and who begins --------------------------------------------------------------------------------------------


def test_a_department_in_which_more_stop_than_begin(planted, group, sound) -> None:
    known = {name: group(newcomers=6, lapsed=6) for name in sound}
    found = only(planted(known | {"Sales": group(newcomers=5, lapsed=18)}), "lapsing")
    assert found.departments == ("Sales",)
    assert found.headline == (
        "More people stop than begin in Sales: 18 people who used it in the four weeks before did not in the last "
        "four, and 5 people began or came back."
    )
    assert found.action.title == "Ask the head of Sales to raise it in a team meeting"


def test_a_company_in_which_more_stop_than_begin(planted, group, sound) -> None:
    found = only(planted({name: group(newcomers=5, lapsed=10) for name in sound}), "lapsing")
    assert found.departments == ()
    assert found.headline.startswith("More people stop than begin: 60 people")


def test_as_many_who_stop_as_begin_are_no_finding(planted, group, sound) -> None:
    assert found_by(planted({name: group(newcomers=9, lapsed=9) for name in sound}), "lapsing") == []


def test_a_wave_of_newcomers(planted, group, sound) -> None:
    known = {name: group(newcomers=6, lapsed=6) for name in sound}
    wave = [6.0] * 11 + [12.0, 18.0, 24.0]
    found = only(planted(known | {"HR": group(newcomers=wave, lapsed=6)}, history=40), "newly_active")
    assert found.departments == ("HR",)
    assert found.headline == "24 people in HR used it for the first time in the last four weeks."
    assert found.action.id == "welcome_session"


def test_nobody_is_called_new_while_history_is_young(planted, group, sound) -> None:
    wave = [6.0] * 11 + [12.0, 18.0, 24.0]
    assert found_by(planted({name: group(newcomers=wave) for name in sound}, history=14), "newly_active") == []


# Actions -------------------------------------------------------------------------------------------------------------


def test_what_is_done_at_once_counts_most_and_a_programme_half() -> None:
    action = Action(
        id="a", title="A", steps=("Do.",), where={"*": "here"}, owner="admin", minutes=QUICK, measure="sessions"
    )
    assert action.actionable == 1
    assert replace(action, owner="leader", minutes=LONG).actionable == pytest.approx(0.5)
    efforts = [replace(action, minutes=minutes).actionable for minutes in (5, 15, 60, 240, 2400)]
    assert efforts == sorted(efforts, reverse=True)
    assert replace(action, minutes=1).actionable == 1


# Noise ---------------------------------------------------------------------------------------------------------------


def wandering(rng: np.random.Generator, phi: float, value: float, by: float) -> list[float]:
    noise = np.empty(WEEKS)
    noise[0] = rng.normal()
    for week in range(1, WEEKS):
        noise[week] = phi * noise[week - 1] + rng.normal() * np.sqrt(1 - phi**2)
    return [float(each) for each in np.maximum(value * (1 + by * noise), 0.01)]


@pytest.mark.parametrize("phi", [0.0, 0.3, 0.6])
def test_departments_that_differ_a_little_and_wander_have_no_patterns(planted, group, phi: float) -> None:
    """Nine departments, each up to a tenth off the others for good, whose weeks wander by a tenth to a sixth."""
    rng = np.random.default_rng(23)
    panels, alarms = 52, 0
    for _ in range(panels):
        departments = {}
        for n in range(9):
            people = int(rng.integers(12, 90))
            by = 0.10 + 0.4 / people
            turnover = np.clip(rng.poisson(0.12 * people, (3, WEEKS)), 0, people).astype(float)
            departments[f"D{n}"] = group(
                people=wandering(rng, phi, people, 0.06),
                often=wandering(rng, phi, 4.0 * rng.uniform(0.9, 1.1), by),
                deep=wandering(rng, phi, 6.5 * rng.uniform(0.9, 1.1), by),
                cost=wandering(rng, phi, 5.0 * people, 0.15),
                newcomers=(turnover[0] / 2).round().tolist(),
                returned=(turnover[1] / 2).round().tolist(),
                lapsed=turnover[2].tolist(),
                seats=100,
                unused=8,
            )
        seen = examine(planted(departments, history=60), limit=None)
        assert seen.faults == ()
        alarms += any(each.detector in STATES for each in seen.findings)
    assert set(STATES) <= {each.id for each in DETECTORS}
    assert alarms <= panels / 13

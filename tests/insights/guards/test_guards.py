"""What is no behaviour is noted and not told as change; what is behaviour is still found beside it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from insights.catalogue import metrics
from insights.guards.guard import Guarded, guard
from insights.scan import Change, Watch, Watched, scan
from storage.circumstances import Move, Restated
from tests.insights.watched import SIZES, around, company, times, without_use

WEEKS = 26
SEEDS = range(20)
SOME = 4
"""Of twenty changeless companies so many may be said to change: one in ten is promised, and chance is chance."""


def changes(watch: Watch, **circumstances: object) -> tuple[Change, ...]:
    return scan(guard(watch, around(watch, **circumstances)).watch).changes


def guarded(watch: Watch, **circumstances: object) -> Guarded:
    return guard(watch, around(watch, **circumstances))


def out(found: Guarded, row: int = 0, tool: int = 0) -> list[int]:
    """Return the weeks that are left out of a row."""
    assert found.watch.ignored is not None
    return np.flatnonzero(found.watch.ignored[tool, row]).tolist()


def of_metric(found: Sequence[Change], metric: str) -> list[Change]:
    return [each for each in found if each.metric == metric]


# Nothing -------------------------------------------------------------------------------------------------------------


def test_a_company_that_changes_in_nothing_is_left_as_it_is() -> None:
    for seed in SEEDS:
        watch = company(seed)
        found = guarded(watch)
        assert found.notes == ()
        assert found.breaks == ()
        assert not out(found)
        assert scan(found.watch).judged == scan(watch).judged


@pytest.mark.parametrize("weekly", [-0.05, -0.02, 0.02, 0.05])
def test_a_company_that_grows_or_declines_has_no_dips(weekly: float) -> None:
    course = np.exp(weekly * np.arange(WEEKS))
    for seed in SEEDS:
        watch = company(seed)
        metrics = tuple(
            replace(each, values=each.values * course) if each.metric.adds_up else each for each in watch.metrics
        )
        moving = replace(watch, people=watch.people * course, sessions=watch.sessions * course, metrics=metrics)
        assert guarded(moving).notes == ()


def test_no_weeks_leave_nothing_to_do() -> None:
    watch = company(0, weeks=26)
    empty = replace(
        watch,
        weeks=(),
        people=watch.people[..., :0],
        sessions=watch.sessions[..., :0],
        metrics=tuple(replace(each, values=each.values[..., :0], sizes=each.sizes[..., :0]) for each in watch.metrics),
    )
    assert guard(empty, around(watch)).notes == ()


@pytest.mark.parametrize("weeks", range(1, 12))
def test_a_short_history_is_no_trouble(weeks: int) -> None:
    watch = company(1, weeks=weeks)
    found = guarded(watch, unknown=np.full((1, weeks), np.nan))
    assert found.notes == ()
    assert out(found) == []


# Holidays and dips ---------------------------------------------------------------------------------------------------


def test_a_holiday_week_is_explained_and_no_change() -> None:
    wrong = 0
    told = {"lost": {23: 0.4}, "countries": {23: ("Germany", "the US")}}
    for seed in SEEDS:
        watch = without_use(company(seed), 0.66, slice(23, 24))
        found = guarded(watch, **told)
        assert out(found) == [23]
        wrong += bool(scan(found.watch).changes)
    assert wrong <= SOME
    (note,) = found.notes
    assert note == (
        "In the week of 10 August use was 29% lower everywhere (holidays in Germany and the US): it is left out of "
        "comparisons."
    )


def test_a_newest_week_of_holidays_is_not_judged_and_older_changes_still_are() -> None:
    watch = times(without_use(company(3), 0.5, slice(25, 26)), "messages_per_session", 1.6, 16, [3])
    found = guarded(watch, lost={25: 0.6}, countries={25: ("Germany",)})
    told = scan(found.watch).changes
    assert [(each.department, each.kind) for each in of_metric(told, "messages_per_session")] == [
        ("Department 3", "level")
    ]
    assert not [each for each in told if each.kind == "odd_week"]
    (note,) = found.notes
    assert note.endswith("lower everywhere (holidays in Germany): it is not judged.")


def test_a_week_that_lost_a_day_of_five_is_out_and_one_that_lost_less_is_not() -> None:
    watch = company(0)
    assert out(guarded(watch, lost={20: 0.2})) == [20]
    assert out(guarded(watch, lost={20: 0.19})) == []


def test_a_department_with_holidays_of_its_own_is_out_alone() -> None:
    watch = company(0)
    circumstances = around(watch)
    circumstances.lost[3, 20] = 0.4
    found = guard(watch, circumstances)
    assert out(found, 3) == [20]
    assert out(found, 2) == out(found, 0) == []
    assert found.notes == ()


@pytest.mark.parametrize("weeks", [slice(20, 21), slice(20, 22), slice(25, 26), slice(24, 26)])
def test_one_or_two_weeks_in_which_all_stayed_away_are_a_dip_and_no_change(weeks: slice) -> None:
    wrong = 0
    for seed in SEEDS:
        found = guarded(without_use(company(seed), 0.66, weeks))
        assert out(found) == list(range(weeks.start, weeks.stop))
        assert "lower everywhere" in found.notes[0]
        wrong += bool(scan(found.watch).changes)
    assert wrong <= SOME


def test_a_drop_that_lasts_is_a_change_and_no_dip() -> None:
    found = 0
    for seed in SEEDS:
        watch = without_use(company(seed), 0.6, slice(18, 26))
        assert guarded(watch).notes == ()
        found += any(not each.department for each in of_metric(changes(watch), "weekly_active_users"))
    assert found >= 0.8 * len(SEEDS)


def test_a_dip_of_one_large_department_is_no_dip_of_all() -> None:
    watch = company(1)
    people = watch.people.copy()
    people[:, -1, 22] *= 0.2
    people[:, 0, 22] = people[:, 1:, 22].sum(axis=1)
    assert people[0, 0, 22] < 0.85 * people[0, 0, 21]
    assert guarded(replace(watch, people=people)).notes == ()


# Models ---------------------------------------------------------------------------------------------------------------


def test_models_under_new_names_are_a_break_of_the_shares_of_models() -> None:
    from insights import catalogue  # noqa: PLC0415

    watch = company(0)
    older = catalogue.metrics()["older_model_share"]
    share = replace(watch.metrics[0], metric=older, values=np.full_like(watch.people, 0.4))
    watch = replace(watch, metrics=(*watch.metrics, share))
    unknown = np.where(np.arange(WEEKS) >= 21, 0.5, 0.01)[None]
    found = guarded(watch, unknown=unknown)
    assert [(each.metric.id, each.week) for each in found.breaks] == [("older_model_share", watch.weeks[21])]
    assert np.isnan(found.watch.metrics[-1].values[..., :21]).all()
    (note,) = found.notes
    assert note == (
        "Many sessions (ChatGPT) carry other model names since the week of 27 July: shares of models are compared only "
        "from then on."
    )


# Sources -------------------------------------------------------------------------------------------------------------


def test_a_tool_whose_facts_stop_is_late_and_nobody_dropped_it() -> None:
    watch = company(6, tools=("*", "chatgpt", "claude"))
    watch = without_use(watch, 1.0, slice(25, 26))
    people = watch.people.copy()
    people[2, :, 25] *= 0.3
    people[0, :, 25] -= people[2, :, 25] * 2
    reach = {"chatgpt": watch.weeks[-1] + timedelta(days=4), "claude": watch.weeks[-1] + timedelta(days=1)}
    found = guarded(replace(watch, people=people), reach=reach)
    assert out(found, tool=2) == out(found, tool=0) == [25]
    assert out(found, tool=1) == []
    assert found.notes == (
        "Facts about Claude reach only to 25 August, its source may be late: the week of 24 August is not judged.",
    )
    assert ("messages_per_session", "claude", "Department 5") in scan(found.watch).judged


def test_a_tool_that_is_long_gone_is_not_late_and_all_tools_together_go_on() -> None:
    watch = company(6, tools=("*", "chatgpt", "claude"))
    reach = {"chatgpt": watch.weeks[-1] + timedelta(days=6), "claude": watch.weeks[18]}
    found = guarded(watch, reach=reach)
    assert out(found) == []
    assert out(found, tool=2) == list(range(18, 26))
    assert found.notes == ()


def test_a_restated_week_is_told_with_its_numbers_and_without_where_few_were_active() -> None:
    watch = company(7)
    week, noted = watch.weeks[20], date(2026, 8, 20)
    told = [
        Restated(tool="chatgpt", week=week, measure="messages", before=12300, after=14100, noted=noted),
        Restated(tool="chatgpt", week=week, measure="sessions", before=2000, after=2110, noted=noted),
        Restated(tool="chatgpt", week=watch.weeks[19], measure="sessions", before=2000, after=2900, noted=noted),
    ]
    assert guarded(watch, restated=told).notes == (
        "ChatGPT restated the week of 20 July, and 1 week before it on 20 August: messages 12,300 → 14,100.",
    )
    people = watch.people.copy()
    people[:, 0, 20] = np.nan
    assert guarded(replace(watch, people=people), restated=told[:1]).notes == (
        "ChatGPT restated the week of 20 July on 20 August.",
    )


# Directory -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def reorganised() -> Callable[[int, date | None], Guarded]:
    """Return a function that lets people move from department 6 to department 4 and makes 4 another one by it."""

    def move(people: int, on: date | None = None) -> Guarded:
        watch = times(company(8), "messages_per_session", 1.7, 14, [4])
        day = on or watch.weeks[14]
        members = np.array([[sum(SIZES)], *([each] for each in SIZES)]) * np.ones((1 + len(SIZES), WEEKS))
        members[4, 14:] += people
        members[6, 14:] -= people
        moves = [Move(day=day, source="Department 6", target="Department 4", people=people)]
        return guarded(watch, members=members, moves=moves)

    return move


def test_a_reorganised_department_is_compared_with_itself_only(reorganised: Callable[..., Guarded]) -> None:
    found = reorganised(38)
    assert out(found, 4) == out(found, 6) == list(range(14))
    assert out(found, 5) == out(found, 0) == []
    assert not [each for each in scan(found.watch).changes if each.department in {"Department 4", "Department 6"}]


def test_few_who_move_hide_no_change_but_of_counts(reorganised: Callable[..., Guarded]) -> None:
    found = reorganised(4)
    assert out(found, 4) == []
    assert [each.department for each in scan(found.watch).changes if each.kind == "level"] == ["Department 4"]
    found = reorganised(10)
    assert out(found, 4) == []
    (people,) = [each.values for each in found.watch.metrics if each.metric.id == "weekly_active_users"]
    assert np.isnan(people[0, 4, :14]).all()
    assert not np.isnan(people[0, 5]).any()


def test_the_week_of_a_move_is_neither_before_nor_after_unless_it_was_a_monday(
    reorganised: Callable[..., Guarded],
) -> None:
    assert out(reorganised(38, date(2026, 6, 11)), 4) == list(range(15))


@pytest.mark.parametrize(
    ("move", "note"),
    [
        (
            Move(day=date(2026, 8, 3), source="Department 6", target="Department 4", people=38),
            (
                "38 people moved from Department 6 to Department 4 on 3 August: numbers before and after are about "
                "different people, and are not compared."
            ),
        ),
        (
            Move(day=date(2026, 8, 3), source="", target="Department 4", people=38),
            (
                "38 people who were not in the directory came into Department 4 on 3 August: its numbers before and "
                "after are about different people."
            ),
        ),
        (
            Move(day=date(2026, 8, 3), source="Department 1", target="Department 2", people=4),
            (
                "Some people moved from Department 1 to Department 2 on 3 August: numbers before and after are about "
                "different people, and are not compared."
            ),
        ),
    ],
)
def test_a_move_is_told_and_of_few_no_number(move: Move, note: str) -> None:
    assert guarded(company(8), moves=[move]).notes == (note,)


def test_moves_long_ago_and_between_tiny_departments_are_not_told() -> None:
    watch = company(8)
    assert guarded(watch, moves=[Move(day=date(2026, 5, 4), source="Department 6", target="Department 4", people=38)])
    members = np.full((1 + len(SIZES), WEEKS), 4.0)
    few = Move(day=date(2026, 8, 3), source="Department 1", target="Department 2", people=4)
    assert guarded(watch, members=members, moves=[few]).notes == ()


def test_a_department_under_another_name_is_told_as_such() -> None:
    watch = company(8)
    members = np.ones((1 + len(SIZES), WEEKS)) * np.array([[sum(SIZES)], *([each] for each in SIZES)])
    members[2, :22], members[1, 22:] = 0, 0
    move = Move(day=watch.weeks[22], source="Department 1", target="Department 2", people=30)
    assert guarded(watch, members=members, moves=[move]).notes == (
        "Department 1 is called Department 2 since 3 August: its numbers begin anew.",
    )


# Beginnings ----------------------------------------------------------------------------------------------------------


def test_a_roll_out_is_no_change_and_nothing_is_told_before_eight_weeks_after_it() -> None:
    ramp = np.array([0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95])
    for begin, judged in ((10, True), (19, False)):
        watch = company(9)
        share = np.ones(WEEKS)
        share[:begin] = np.nan
        share[begin : begin + len(ramp)] = ramp[: WEEKS - begin]
        metrics = tuple(
            replace(each, values=each.values * (share if each.metric.adds_up else share * 0 + 1))
            for each in watch.metrics
        )
        new = replace(watch, people=watch.people * share, sessions=watch.sessions * share, metrics=metrics)
        found = guarded(new)
        assert out(found)[-1] >= begin + 1
        assert bool(scan(found.watch).judged) is judged
        assert found.notes == ()


def test_a_department_that_begins_later_is_not_judged_on_its_first_week() -> None:
    watch = company(9)
    people = watch.people.copy()
    people[:, 3, :12] = np.nan
    found = guarded(replace(watch, people=people))
    assert out(found, 3) == list(range(13))
    assert out(found, 2) == []


# Together ------------------------------------------------------------------------------------------------------------


def test_what_is_behaviour_is_found_as_often_as_without_the_guards() -> None:
    plants: dict[str, Callable[[int], Watch]] = {
        "level": lambda seed: times(company(seed), "messages_per_session", 1.5, 17, [6]),
        "drift": lambda seed: drifting(company(seed)),
        "lapse": lambda seed: times(company(seed), "weekly_active_users", 0.55, 19, [6]),
    }
    for name, plant in plants.items():
        bare = sum(bool([c for c in scan(plant(seed)).changes if c.department]) for seed in SEEDS)
        kept = sum(bool([c for c in changes(plant(seed)) if c.department]) for seed in SEEDS)
        assert bare >= 0.8 * len(SEEDS), name
        assert kept >= bare - 1, name


def drifting(watch: Watch) -> Watch:
    for week in range(13, WEEKS):
        watch = times(watch, "messages_per_session", 1.06, week, [6])
    return watch


def test_at_most_three_notes_are_told_the_most_important_first() -> None:
    watch = times(without_use(company(10), 0.6, slice(20, 21)), "messages_per_session", 2.0, 23)
    moves = [Move(day=date(2026, 8, 3), source="Department 6", target="Department 4", people=38)]
    week, noted = watch.weeks[20], watch.weeks[24]
    told = [Restated(tool="chatgpt", week=week, measure="messages", before=1, after=2, noted=noted)]
    reach = {"chatgpt": watch.weeks[-1] + timedelta(days=1)}
    notes = guarded(watch, moves=moves, restated=told, reach=reach).notes
    assert [note.split()[0] for note in notes] == ["Facts", "ChatGPT", "Messages"]


def test_all_tools_together_are_judged_from_when_the_last_of_them_began() -> None:
    rng = np.random.default_rng(4)
    people = np.round(200 * np.exp(0.03 * rng.standard_normal((2, 26))))
    people[1, :14] = np.nan
    whole = np.nansum(people, axis=0)
    values = np.repeat(np.concatenate([whole[None], people])[:, None, :], 2, axis=1)
    metric = metrics()["weekly_active_users"]
    watch = Watch(
        weeks=tuple(date(2026, 1, 5) + timedelta(weeks=n) for n in range(26)),
        tools=("*", "chatgpt", "claude"),
        departments=("Everybody",),
        metrics=(Watched(metric=metric, values=values, sizes=np.full_like(values, np.nan)),),
        people=values,
        sessions=4 * values,
    )
    assert any(each.tool == "*" for each in scan(watch).changes), "nothing is tested: the jump is not seen at all"
    found = guard(watch, around(watch, members=np.full((2, 26), 200.0)))
    assert found.watch.ignored is not None
    assert found.watch.ignored[0, 0, :15].all()
    assert not found.watch.ignored[0, 0, 15:].any()
    assert not [each for each in scan(found.watch).changes if each.tool == "*"]

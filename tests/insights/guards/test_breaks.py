"""What is counted otherwise is noted with what is worked out from it, and is no behaviour; what people do is found."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from insights import catalogue
from insights.guards.breaks import Break, definition_breaks
from insights.guards.echoes import with_echoes
from insights.guards.guard import Guarded, guard
from insights.guards.steps import chi_squared
from insights.scan import Change, Watch, Watched, scan
from insights.signals import Floats
from tests.insights.watched import SIZES, around, company, noise, times

DEPTH = "messages_per_session"
WEEKS = 26
SEEDS = range(20)
MANY = range(60)


def guarded(watch: Watch, **circumstances: object) -> Guarded:
    return guard(watch, around(watch, **circumstances))


def changes(watch: Watch) -> tuple[Change, ...]:
    return scan(guarded(watch).watch).changes


def of_metric(found: Sequence[Change], metric: str) -> list[Change]:
    return [each for each in found if each.metric == metric]


def values_of(found: Guarded, metric: str) -> Floats:
    return next(each.values for each in found.watch.metrics if each.metric.id == metric)


def even(seed: int, departments: int, scatter: float, jumps: Floats | float, at: int) -> Watch:
    """Return a company whose depth alone is watched, equally noisy everywhere, and jumps (as a logarithm) at a week."""
    rng = np.random.default_rng(seed)
    course = 0.04 * noise(rng, (1, WEEKS), 0.3) + scatter * noise(rng, (departments, WEEKS), 0.3)
    course[:, at:] += np.broadcast_to(np.asarray(jumps), (departments,))[:, None]
    values = np.exp(2 + 0.3 * rng.standard_normal((departments, 1)) + course)
    values = np.concatenate([values.mean(axis=0, keepdims=True), values])[None]
    people = np.round(np.exp(4 + 0.05 * noise(rng, values.shape, 0.3)))
    watch = company(0, weeks=WEEKS)
    return replace(
        watch,
        departments=tuple(f"Department {n}" for n in range(1, departments + 1)),
        metrics=(Watched(metric=catalogue.metrics()[DEPTH], values=values, sizes=people * 4),),
        people=people,
        sessions=people * 4,
    )


def calls(departments: int, scatter: float, factor: float, at: int, apart: float = 0.0) -> list[Break | None]:
    """Return, of many companies, the newest break at the week at which true jumps, so far `apart`, are."""
    found: list[Break | None] = []
    for seed in MANY:
        jumps = np.log(factor) * (1 + apart * np.random.default_rng((7, seed)).standard_normal(departments))
        watch = even(seed, departments, scatter, jumps, at)
        found.append(next((each for each in definition_breaks(watch) if each.week == watch.weeks[at]), None))
    return found


def share(found: Sequence[Break | None], *, sure: bool) -> float:
    return sum(each is not None and each.sure is sure for each in found) / len(found)


# Found ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.6])
def test_changeless_companies_have_no_breaks(memory: float) -> None:
    for together in (0.02, 0.15):
        assert sum(len(definition_breaks(company(n, memory=memory, together=together))) for n in MANY) <= 1


@pytest.mark.parametrize(
    ("departments", "scatter", "factor", "least"),
    [
        (9, 0.05, 1.25, 0.55),
        (6, 0.05, 1.33, 0.75),
        (9, 0.05, 1.33, 0.8),
        (15, 0.05, 1.33, 0.85),
        (9, 0.05, 0.67, 0.9),
        (9, 0.1, 1.5, 0.7),
        (9, 0.1, 2.0, 0.9),
    ],
)
def test_what_is_counted_otherwise_by_a_little_is_found(
    departments: int, scatter: float, factor: float, least: float
) -> None:
    assert share(calls(departments, scatter, factor, 20), sure=True) >= least


@pytest.mark.parametrize("departments", [6, 9, 15])
@pytest.mark.parametrize(("scatter", "factor"), [(0.05, 1.33), (0.1, 1.33), (0.05, 1.6)])
def test_what_departments_do_each_in_its_own_way_is_rarely_called_a_break(
    departments: int, scatter: float, factor: float
) -> None:
    assert share(calls(departments, scatter, factor, 20, apart=0.35), sure=True) <= 0.15
    assert share(calls(departments, scatter, factor, 20, apart=0.5), sure=True) <= 0.08


@pytest.mark.parametrize(("factor", "at"), [(2.0, 18), (2.0, 25), (0.5, 22), (1.8, 20), (1.4, 20)])
def test_a_number_that_is_counted_otherwise_is_noted_and_no_change(factor: float, at: int) -> None:
    hits = told = 0
    for seed in SEEDS:
        watch = times(company(seed), DEPTH, factor, at)
        found = guarded(watch)
        broken = [each for each in found.breaks if each.metric.id == DEPTH]
        if [each.week for each in broken] == [watch.weeks[at]]:
            hits += 1
            assert broken[0].factor == pytest.approx(factor, rel=0.15)
            told += bool(of_metric(scan(found.watch).changes, DEPTH))
            assert "change in how it is counted" in found.notes[0]
    assert hits >= 0.8 * len(SEEDS)
    # The weeks since wander, as all do: now and then chance makes a trend of them.
    assert told <= 0.1 * len(SEEDS)


@pytest.mark.parametrize("factor", [1.3, 1.6, 2.0])
def test_departments_that_act_each_in_its_own_way_are_no_break(factor: float) -> None:
    wrong, found = 0, 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        each = np.exp(np.log(factor) * (1 + 0.4 * rng.standard_normal(1 + len(SIZES))))
        each[0] = factor
        watch = times(company(seed), DEPTH, each, 17)
        wrong += bool(definition_breaks(watch))
        found += any(not change.department for change in of_metric(changes(watch), DEPTH))
    assert wrong <= 0.1 * 40
    assert found >= 0.8 * 40


@pytest.mark.parametrize("part", [0.2, 0.4, 0.6, 0.8])
def test_a_break_in_the_middle_of_a_week_is_found(part: float) -> None:
    hits = 0
    for seed in SEEDS:
        watch = even(seed, 9, 0.05, np.log(1.5), 20)
        (depth,) = watch.metrics
        values = depth.values.copy()
        values[..., 19] *= 1.5**part
        found = definition_breaks(replace(watch, metrics=(replace(depth, values=values),)))
        hits += any(each.sure and each.week in watch.weeks[19:21] for each in found)
    assert hits >= 0.8 * len(SEEDS)


@pytest.mark.parametrize("weeks", [4, 6, 8])
def test_what_rises_everywhere_alike_over_weeks_is_no_break(weeks: int) -> None:
    wrong = 0
    for seed in MANY:
        watch = even(seed, 9, 0.05, 0.0, 20)
        (depth,) = watch.metrics
        course = 1.5 ** np.clip((np.arange(WEEKS) - 14) / weeks, 0, 1)
        wrong += bool(definition_breaks(replace(watch, metrics=(replace(depth, values=depth.values * course),))))
    assert wrong <= 0.15 * len(MANY)


def test_a_rise_over_weeks_and_one_that_brought_more_people_are_no_breaks() -> None:
    for seed in SEEDS:
        rising = company(seed)
        for week in range(16, 22):
            rising = times(rising, DEPTH, 1.15, week)
        assert not definition_breaks(rising)
        more = times(times(company(seed), "prompts", 2.0, 18), "weekly_active_users", 2.0, 18)
        assert not [each for each in definition_breaks(more) if each.metric.id == "prompts"]


def test_few_departments_cannot_tell_a_break_from_a_change() -> None:
    assert not definition_breaks(times(company(0, sizes=(100, 200, 300)), DEPTH, 2.0, 18))


# New -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [1, 2, 3])
def test_a_break_of_the_last_weeks_is_no_behaviour_be_it_sure_or_not(age: int) -> None:
    for scatter in (0.05, 0.1):
        found = calls(9, scatter, 1.5, WEEKS - age)
        assert share(found, sure=True) + share(found, sure=False) >= 0.8


def test_what_departments_surely_do_for_themselves_is_not_waited_with() -> None:
    for age in (1, 2, 3):
        assert sum(each is not None for each in calls(9, 0.05, 1.6, WEEKS - age, apart=0.5)) <= 0.1 * len(MANY)


def test_what_is_too_new_to_be_sure_is_not_judged_and_older_changes_still_are() -> None:
    waited = 0
    for seed in MANY:
        watch = even(seed, len(SIZES), 0.1, np.log(1.45), 25)
        (depth,) = watch.metrics
        values = depth.values.copy()
        values[:, 3, 17:] *= 2
        watch = replace(watch, metrics=(replace(depth, values=values),))
        found = guarded(watch)
        if found.breaks and not found.breaks[0].sure:
            waited += 1
            assert np.isnan(values_of(found, DEPTH)[..., 25:]).all()
            assert not np.isnan(values_of(found, DEPTH)[..., :25]).any()
            told = scan(found.watch).changes
            assert "Department 3" in {each.department for each in told}
            assert "" not in {each.department for each in told if each.kind == "odd_week"}
            assert found.notes[0].endswith(
                "that looks like a change in how it is counted, and is not judged before a few more weeks are known."
            )
    assert waited >= 10


# One tool, and what comes with it ------------------------------------------------------------------------------------


def of_tool(watch: Watch, tool: int, factors: dict[str, float], at: int) -> Watch:
    """Return the company whose metrics of one tool are so many times as large from a week on."""
    metrics = []
    for each in watch.metrics:
        values = each.values.copy()
        values[tool, :, at:] *= factors.get(each.metric.id, 1.0)
        metrics.append(replace(each, values=values))
    return replace(watch, metrics=tuple(metrics))


def test_a_break_of_one_tool_is_one_of_all_tools_together() -> None:
    found = guarded(of_tool(company(4, tools=("*", "chatgpt", "claude")), 1, {DEPTH: 2.0}, 18))
    assert [each.tool for each in found.breaks] == ["chatgpt"]
    depth = values_of(found, DEPTH)
    assert np.isnan(depth[:2, :, :18]).all()
    assert not np.isnan(depth[2]).any()
    assert not np.isnan(values_of(found, "prompts")).any()
    assert found.notes[0].startswith("Messages per session (ChatGPT) became ")


@pytest.mark.parametrize("seed", range(5))
def test_what_steps_in_the_week_of_a_break_is_taken_to_be_worked_out_from_it(seed: int) -> None:
    watch = of_tool(
        company(seed, tools=("*", "chatgpt", "claude")), 1, {DEPTH: 2.0, "prompts": 2.0, "long_prompt_share": 0.6}, 20
    )
    found = guarded(watch)
    assert {(each.metric.id, each.tool) for each in found.breaks} >= {
        (DEPTH, "chatgpt"),
        ("prompts", "chatgpt"),
        ("long_prompt_share", "chatgpt"),
    }
    for metric in (DEPTH, "prompts", "long_prompt_share"):
        assert np.isnan(values_of(found, metric)[:2, :, :20]).all()
        assert not np.isnan(values_of(found, metric)[2]).any()
    assert not np.isnan(values_of(found, "weekly_active_users")).any()
    assert len(found.notes) == 1
    assert "and what is worked out from it moved with it" in found.notes[0]


def test_an_echo_in_which_departments_differ_is_found_by_the_week_of_the_break() -> None:
    each = np.linspace(0.4, 0.9, 1 + len(SIZES))
    watch = times(times(company(2), DEPTH, 1.8, 19), "long_prompt_share", each, 19)
    assert [each.metric.id for each in definition_breaks(watch)] == [DEPTH]
    found = guarded(watch)
    assert [(each.metric.id, each.echo) for each in found.breaks] == [(DEPTH, False), ("long_prompt_share", True)]
    assert not of_metric(scan(found.watch).changes, "long_prompt_share")


def test_a_change_in_another_week_or_without_a_break_is_no_echo() -> None:
    each = np.linspace(0.4, 0.9, 1 + len(SIZES))
    for at in (16, 22):
        watch = times(times(company(2), DEPTH, 1.8, 19), "long_prompt_share", each, at)
        assert [each.metric.id for each in guarded(watch).breaks] == [DEPTH]
    assert not guarded(times(company(2), "long_prompt_share", each, 19)).breaks


def test_people_who_come_or_stay_away_in_the_week_of_a_break_are_no_echo() -> None:
    watch = times(times(company(2), DEPTH, 3.0, 18), "weekly_active_users", 0.8, 18)
    sessions = watch.sessions.copy()
    sessions[..., 18:] *= 0.8
    found = guarded(replace(watch, sessions=sessions))
    assert {each.metric.id for each in found.breaks} == {DEPTH}
    assert not np.isnan(values_of(found, "weekly_active_users")).any()


def test_estimated_tokens_are_worked_out_from_characters() -> None:
    known = catalogue.metrics()
    watch = company(3, together=0.02)
    rng = np.random.default_rng(3)
    ratio = np.exp(1 + 0.12 * rng.standard_normal(watch.people.shape))
    ratio[..., 20:] *= 0.8
    step = next(each.values for each in watch.metrics if each.metric.id == DEPTH) * 50
    step[..., 20:] *= 1.5
    watch = replace(
        watch,
        metrics=(
            Watched(metric=known["characters_per_prompt"], values=step, sizes=watch.people),
            Watched(metric=known["output_to_input_ratio"], values=ratio, sizes=watch.people),
        ),
    )
    broken = [each for each in definition_breaks(watch) if each.metric.id == "characters_per_prompt"]
    assert [each.metric.id for each in with_echoes(watch, broken, ["chatgpt"])] == [
        "characters_per_prompt",
        "output_to_input_ratio",
    ]
    assert [each.metric.id for each in with_echoes(watch, broken, [])] == ["characters_per_prompt"]


def test_the_same_tools_of_a_break_of_all_together_are_left_out_with_it() -> None:
    watch = company(4, tools=("*", "chatgpt", "claude"))
    each = np.exp(np.linspace(1.2, 0.2, 1 + len(SIZES)))
    metrics = list(watch.metrics)
    for n, watched in enumerate(metrics):
        if watched.metric.id == DEPTH:
            values = watched.values.copy()
            values[0, :, 19:] *= 2.0
            values[1, :, 19:] *= each[:, None]
            metrics[n] = replace(watched, values=values)
    found = guarded(replace(watch, metrics=tuple(metrics)))
    assert [(each.tool, each.echo) for each in found.breaks] == [("*", False), ("chatgpt", True)]
    assert len(found.notes) == 1
    assert found.notes[0].startswith("Messages per session became ")


def test_metrics_that_tell_one_break_of_neighbouring_weeks_are_told_once() -> None:
    watch = company(3)
    known = catalogue.metrics()
    one, other = (
        Break(metric=known[metric], tool="chatgpt", week=watch.weeks[week], factor=2.0, sure=sure)
        for metric, week, sure in ((DEPTH, 20, True), ("prompts", 21, False))
    )
    found = with_echoes(watch, [one, other], [])
    assert [(each.metric.id, each.week, each.sure) for each in found] == [
        (DEPTH, watch.weeks[21], True),
        ("prompts", watch.weeks[21], True),
    ]


def test_a_real_change_is_found_beside_a_break_of_another_metric() -> None:
    watch = times(times(company(5), DEPTH, 2.0, 15), "sessions_per_active_user", 1.6, 16, [4])
    told = of_metric(changes(watch), "sessions_per_active_user")
    assert [(each.department, each.kind) for each in told] == [("Department 4", "level")]


def test_quantiles_of_chi_squared_are_right() -> None:
    rng = np.random.default_rng(0)
    for freedom in (3, 7, 15):
        drawn = (rng.standard_normal((200_000, freedom)) ** 2).sum(axis=1)
        for deviations, part in ((-1.645, 0.05), (-1.28, 0.1), (1.645, 0.95)):
            assert chi_squared(freedom, deviations) == pytest.approx(np.quantile(drawn, part), rel=0.1)

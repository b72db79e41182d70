"""Companies as the guards see them: weekly numbers with noise, into which something is planted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from insights import catalogue
from insights.guards.circumstances import Circumstances
from insights.scan import Watch, Watched
from insights.signals import Floats
from storage.circumstances import Move, Restated

FIRST = date(2026, 3, 2)
SIZES = (30, 40, 55, 70, 90, 120, 200, 320)
METRICS = ("weekly_active_users", "sessions_per_active_user", "messages_per_session", "long_prompt_share", "prompts")


def noise(rng: np.random.Generator, shape: tuple[int, ...], memory: float) -> Floats:
    """Return AR(1) along the last axis, standard deviation 1."""
    news = rng.standard_normal((*shape[:-1], shape[-1] + 20))
    for week in range(1, news.shape[-1]):
        news[..., week] += memory * news[..., week - 1]
    return news[..., 20:] * np.sqrt(1 - memory**2)


def company(
    seed: int = 0,
    *,
    weeks: int = 26,
    sizes: Sequence[int] = SIZES,
    tools: Sequence[str] = ("chatgpt",),
    memory: float = 0.3,
    together: float = 0.04,
    first: date = FIRST,
) -> Watch:
    """Return a company that changes in nothing: departments of `sizes` people, each week with its own `together`."""
    rng = np.random.default_rng(seed)
    shape = (len(tools), len(sizes), weeks)
    people_of = np.array(sizes, dtype=np.float64)[None, :, None]

    def around(level: float, scatter: float) -> Floats:
        common = together * noise(rng, (len(tools), 1, weeks), memory)
        own = scatter * np.sqrt(40 / people_of) * noise(rng, shape, memory)
        return np.asarray(level * np.exp(0.2 * rng.standard_normal((len(tools), len(sizes), 1)) + common + own))

    people = np.round(people_of * np.minimum(around(0.8, 0.05), 1.25))
    sessions = people * around(4.0, 0.08)
    messages = sessions * around(6.0, 0.08)
    prompts = messages / 2
    long = prompts * np.minimum(around(0.3, 0.05), 0.9)
    sums = {"people": people, "sessions": sessions, "messages": messages, "prompts": prompts, "long_prompts": long}
    return watch_of_sums(sums, tools, [first + timedelta(weeks=n) for n in range(weeks)])


def watch_of_sums(sums: Mapping[str, Floats], tools: Sequence[str], weeks: Sequence[date]) -> Watch:
    """Return what is watched of sums by tool, department and week."""
    whole = {name: np.concatenate([each.sum(axis=1, keepdims=True), each], axis=1) for name, each in sums.items()}
    metrics = []
    for name in METRICS:
        metric = catalogue.metrics()[name]
        above = whole[metric.numerator]
        below = whole[metric.denominator] if metric.denominator else np.full_like(above, np.nan)
        values = above / below if metric.denominator else above
        metrics.append(Watched(metric=metric, values=values, sizes=below))
    return Watch(
        weeks=tuple(weeks),
        tools=tuple(tools),
        departments=tuple(f"Department {n}" for n in range(1, len(whole["people"][0]))),
        metrics=tuple(metrics),
        people=whole["people"],
        sessions=whole["sessions"],
    )


def times(watch: Watch, metric: str, factor: Floats | float, week: int, rows: slice | list[int] = slice(None)) -> Watch:
    """Return the company whose metric is `factor` times as large from a week on; one factor, or one a row."""
    metrics = list(watch.metrics)
    for n, each in enumerate(metrics):
        if each.metric.id == metric:
            values = each.values.copy()
            part = np.asarray(factor, dtype=np.float64)
            values[:, rows, week:] *= part[None, :, None] if part.ndim else part
            metrics[n] = replace(each, values=values)
    people = watch.people
    if metric == "weekly_active_users":
        people = next(each.values for each in metrics if each.metric.id == metric)
    return replace(watch, metrics=tuple(metrics), people=people)


def without_use(watch: Watch, part: float, weeks: slice) -> Watch:
    """Return the company of which only a part came, and did anything, in some weeks."""
    metrics = list(watch.metrics)
    for n, each in enumerate(metrics):
        if each.metric.adds_up:
            values = each.values.copy()
            values[..., weeks] *= part
            metrics[n] = replace(each, values=values)
    people, sessions = watch.people.copy(), watch.sessions.copy()
    people[..., weeks] *= part
    sessions[..., weeks] *= part
    return replace(watch, metrics=tuple(metrics), people=people, sessions=sessions)


def around(
    watch: Watch,
    *,
    lost: Mapping[int, float] | None = None,
    countries: Mapping[int, tuple[str, ...]] | None = None,
    members: Floats | None = None,
    moves: Sequence[Move] = (),
    reach: Mapping[str, date] | None = None,
    restated: Sequence[Restated] = (),
    unknown: Floats | None = None,
    k: int = 5,
) -> Circumstances:
    """Return ordinary circumstances but for what is given; `lost` and `countries` by week."""
    shape = watch.people.shape[1:]
    away = np.zeros(shape)
    for week, part in (lost or {}).items():
        away[:, week] = part
    named = countries or {}
    return Circumstances(
        k=k,
        lost=away,
        countries=tuple(named.get(week, ()) for week in range(shape[1])),
        members=members
        if members is not None
        else np.array([[sum(SIZES)], *([each] for each in SIZES)]) * np.ones(shape),
        moves=tuple(moves),
        reach=reach if reach is not None else {each: watch.weeks[-1] + timedelta(days=6) for each in watch.tools},
        restated=tuple(restated),
        unknown=unknown if unknown is not None else np.zeros((len(watch.tools), shape[1])),
    )

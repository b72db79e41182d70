"""Changes planted among the demo's people: how many are found and rightly explained, and what is taken for behaviour.

The demo's people keep the habits they had before its trends, so that nothing changes but what is planted, in one
department or the company, in what each person does. It goes into a store as facts, is rolled up, and is read, gated,
scanned and told as ever.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality import claims, people
from benchmarks.quality.people import Staff, Use
from demo.company import simulate
from insights.basis import Basis
from insights.causes.why import why
from insights.engine import MOST, examine
from insights.finding import Finding
from insights.scan import Change, Scan
from insights.series import panel
from storage.facts import Member
from storage.store import open_store

Floats = NDArray[np.float64]

WEEKS, OLD = 40, 6
BEGINS = WEEKS - OLD
DRIFTS = 14
CHRISTMAS = date(2025, 12, 22)
WEEK = timedelta(weeks=1)
BEGAN = people.FIRST_WEEK + BEGINS * WEEK
WITHIN = 2 * WEEK
"""How far the week that is told may be off."""

MEMORY = 0.3

PER: Mapping[str, tuple[str, float]] = {
    "characters_per_prompt": ("characters", 0.0),
    "messages_per_session": ("prompts", 2.0),
    "sessions_per_active_user": ("sessions", 1.0),
}
"""By metric: the habit behind it, and the part of its level that the habit does not move."""

ABOUT_PEOPLE = ("weekly_active_users", "sessions_per_active_user", "prompts")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What was planted.

    `metrics` are those by which it may be told, `departments` where ('' the company), `way` up or down (0: nothing is
    to be told), `since` the week from which it holds, where one can be told. `cause` is what the words must say.
    """

    what: str
    staff: Staff
    did: Use
    metrics: tuple[str, ...]
    departments: tuple[str, ...]
    way: int = 0
    since: date | None = None
    cause: str = ""
    first: date = people.FIRST_WEEK
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How it went: told at all, in the digest's few, with the right week, with the cause; and what else was told.

    `known` says that `insights.causes.why` knows the cause, told or not; both are None where there is none to name.
    """

    what: str
    where: str
    found: bool
    short: bool
    dated: bool
    explained: bool | None
    known: bool | None
    wrong: int
    behaviour: bool
    said: str


# Plans ---------------------------------------------------------------------------------------------------------------


def noise(staff: Staff, metric: str, here: NDArray[np.bool_], seed: int) -> float:
    """Return the standard deviation of some people's weekly values, as a logarithm, where nothing changes."""
    did = people.use(staff, 52, np.random.default_rng((21, seed)), MEMORY)
    sessions, prompts = (each[here].sum(axis=0) for each in (did.sessions, did.prompts))
    match metric:
        case "characters_per_prompt":
            values = did.characters[here].sum(axis=0) / prompts
        case "messages_per_session":
            values = 2 * prompts / sessions
        case _:
            values = sessions / (did.sessions[here] > 0).sum(axis=0)
    return float(np.log(values).std(ddof=1))


def moved(staff: Staff, metric: str, here: NDArray[np.bool_], by: Floats) -> dict[str, Floats]:
    """Return what multiplies a habit so that some people's metric moves by factors, one a week."""
    habit, fixed = PER[metric]
    level = fixed + (2.0 if habit == "prompts" else 1.0) * float(getattr(staff, habit)[here].mean())
    times = np.ones((len(staff.department), WEEKS))
    times[here] = (level * by - fixed) / (level - fixed)
    return {habit: times}


def level(staff: Staff, seed: int, rng: np.random.Generator) -> Plan:
    """A level shift of two standard deviations, six weeks old; every third in the whole company."""
    return _one(staff, seed, rng, "level shift, 2 sd", np.where(np.arange(WEEKS) >= BEGINS, 2.0, 0.0), BEGAN)


def drift(staff: Staff, seed: int, rng: np.random.Generator) -> Plan:
    """A drift that reaches three standard deviations in 14 weeks; every third in the whole company."""
    along = np.clip((np.arange(WEEKS, dtype=np.float64) - (WEEKS - DRIFTS)) / (DRIFTS - 1), 0.0, 1.0)
    return _one(staff, seed + 1, rng, "drift to 3 sd", np.asarray(3.0 * along), None)


def _one(staff: Staff, seed: int, rng: np.random.Generator, what: str, deviations: Floats, since: date | None) -> Plan:
    """Return the plan of one metric in one place, both by turns."""
    metric, way = tuple(PER)[seed % 3], 1 if seed % 2 else -1
    place = "" if seed // 3 % 3 == seed % 3 else staff.departments[seed * 2 % len(staff.departments)]
    here = np.array([place in {"", staff.departments[each]} for each in staff.department.tolist()])
    by = np.exp(way * noise(staff, metric, here, seed) * deviations)
    did = people.use(staff, WEEKS, rng, MEMORY, moved(staff, metric, here, by))
    return Plan(what=what, staff=staff, did=did, metrics=(metric,), departments=(place,), way=way, since=since)


def mix(staff: Staff, seed: int, rng: np.random.Generator) -> Plan:
    """The shallowest large department has more sessions, the deepest fewer: the company's depth falls, no one's own."""
    del seed
    often, come = (np.ones((len(staff.department), WEEKS)) for _ in range(2))
    engineering = staff.department == staff.departments.index("Engineering")
    often[engineering, BEGINS:], come[engineering, BEGINS:] = 0.25, 0.5
    often[staff.department == staff.departments.index("Sales"), BEGINS:] = 2.6
    did = people.use(staff, WEEKS, rng, MEMORY, {"sessions": often, "active": come})
    return Plan(
        what="mix shift",
        staff=staff,
        did=did,
        metrics=("messages_per_session",),
        departments=("",),
        way=-1,
        since=BEGAN,
        cause=r"\bmix\b|share of (the )?sessions|part of (the )?sessions|(more|fewer|less) of (the|its) sessions",
    )


def lapse(staff: Staff, seed: int, rng: np.random.Generator) -> Plan:
    """Two of five people of a department stop."""
    place = seed * 2 % len(staff.departments)
    stopped = (staff.department == place) & (rng.random(len(staff.department)) < 0.4)
    times = np.ones((len(staff.department), WEEKS))
    times[stopped, BEGINS:] = 0.0
    return Plan(
        what="lapse",
        staff=staff,
        did=people.use(staff, WEEKS, rng, MEMORY, {"active": times}),
        metrics=("weekly_active_users",),
        departments=(staff.departments[place],),
        way=-1,
        since=BEGAN,
        cause=r"stopped|laps|no longer|stayed away|have not come",
    )


def holiday(staff: Staff, seed: int, rng: np.random.Generator) -> Plan:
    """The last week is that of Christmas: two of five come, and half as often."""
    del seed
    quiet = np.ones((len(staff.department), WEEKS))
    quiet[:, -1] = 0.4
    did = people.use(staff, WEEKS, rng, MEMORY, {"active": quiet, "sessions": np.sqrt(quiet)})
    first = CHRISTMAS - (WEEKS - 1) * WEEK
    return Plan(what="holiday week", staff=staff, did=did, metrics=ABOUT_PEOPLE, departments=(), first=first)


def definition(staff: Staff, seed: int, rng: np.random.Generator) -> Plan:
    """The vendor counts characters otherwise: from one week on a third more everywhere."""
    del seed
    did = people.use(staff, WEEKS, rng, MEMORY)
    counted = did.characters.copy()
    counted[:, BEGINS:] = np.round(1.35 * counted[:, BEGINS:])
    metrics = ("characters_per_prompt", "input_tokens_per_active_user", "output_to_input_ratio")
    return Plan(
        what="definition break",
        staff=staff,
        did=replace(did, characters=counted),
        metrics=metrics,
        departments=(),
    )


def reorganisation(staff: Staff, seed: int, rng: np.random.Generator) -> Plan:
    """Half of Sales becomes a part of Marketing, and everybody goes on as before."""
    del seed
    sales, marketing = (staff.departments.index(name) for name in ("Sales", "Marketing"))
    leaving = (staff.department == sales) & (rng.random(len(staff.department)) < 0.5)
    members = []
    for n, place in enumerate(staff.department.tolist()):
        before = Member(person=people.person(n), since=people.LONG_AGO, department=staff.departments[place])
        if leaving[n]:
            members += [
                replace(before, until=BEGAN),
                replace(before, since=BEGAN, department=staff.departments[marketing]),
            ]
        else:
            members.append(before)
    return Plan(
        what="re-organisation",
        staff=staff,
        did=people.use(staff, WEEKS, rng, MEMORY),
        metrics=(),
        departments=("Sales", "Marketing"),
        members=tuple(members),
    )


PLANS: tuple[Callable[[Staff, int, np.random.Generator], Plan], ...] = (
    level,
    drift,
    mix,
    lapse,
    holiday,
    definition,
    reorganisation,
)


# What came of them ---------------------------------------------------------------------------------------------------


def tried(job: tuple[int, int]) -> Result:
    """Plant one change and look."""
    at, seed = job
    staff = people.of_demo(simulate(last_week=date(2026, 6, 1), seed=7 + seed))
    plan = PLANS[at](staff, seed, np.random.default_rng((31, at, seed)))
    with tempfile.TemporaryDirectory(prefix="ai-usage-bench-") as folder:
        store = open_store(f"sqlite:///{folder}/store.db")
        people.write(store, plan.staff, plan.did, plan.members, first=plan.first)
        shown = panel(Basis(store=store, as_of=plan.first + WEEKS * WEEK))
        seen = examine(shown, limit=None)
        found = shown.scan
        causes = [cause.text for each in _changes(plan, found) if (cause := why(shown, each))]
        store.close()
    if seen.faults:
        raise RuntimeError(f"a detector failed: {seen.faults}")
    return judged(plan, seen.findings, found, causes)


def judged(plan: Plan, findings: Sequence[Finding], scan: Scan, causes: Sequence[str]) -> Result:
    """Compare what was told with what was planted."""
    claiming = [each for each in findings if claims.of_findings([each])]
    right = [each for each in claiming if _is_it(plan, each, scan)]
    said = " ".join(f"{each.headline} {each.detail}" for each in right or claiming[:1])
    words = " ".join(f"{each.headline} {each.detail}" for each in right)
    return Result(
        what=plan.what,
        where=f"{', '.join(plan.metrics[:1])} {' and '.join(each or 'company' for each in plan.departments)}".strip(),
        found=bool(right) if plan.way else not right,
        short=any(each in findings[:MOST] for each in right),
        dated=plan.since is None or any(_dated(plan, each.since) for each in _changes(plan, scan)),
        explained=bool(re.search(plan.cause, words)) if plan.cause else None,
        known=any(re.search(plan.cause, each) for each in causes) if plan.cause else None,
        wrong=len(claiming) - len(right),
        behaviour=not plan.way,
        said=said,
    )


def _is_it(plan: Plan, finding: Finding, scan: Scan) -> bool:
    """Tell whether a finding is about what was planted; of what is no behaviour anything near it is.

    One about the whole company is also about a department that it names and that went the same way.
    """
    where = finding.departments or ("",)
    if not plan.way:
        metric = not plan.metrics or finding.metric in plan.metrics
        return metric and (not plan.departments or any(each in plan.departments for each in where))
    way = finding.evidence.change is not None and finding.evidence.change * plan.way > 0
    moved = {each.department for each in scan.changes if each.metric == finding.metric and each.change * plan.way > 0}
    named = [each for each in plan.departments if each in where or (each in moved and each in finding.detail)]
    return way and finding.metric in plan.metrics and bool(named)


def _changes(plan: Plan, scan: Scan) -> Iterator[Change]:
    """Yield what the scan found of what was planted."""
    for each in scan.changes:
        if each.metric in plan.metrics and each.department in plan.departments and each.change * plan.way > 0:
            yield each


def _dated(plan: Plan, since: date) -> bool:
    return plan.since is None or abs(since - plan.since) <= WITHIN


def run(seeds: int, first: int = 0) -> None:
    """Print what was found, by kind and in all, of the seeds from `first` on."""
    jobs = [(at, seed) for at in range(len(PLANS)) for seed in range(first, first + seeds)]
    with ProcessPoolExecutor() as pool:
        results = list(pool.map(tried, jobs))
    print(f"Planted among the demo's people, {WEEKS} weeks, {seeds} times each\n")
    print(f"{'':20}{'planted':>8}{'found':>8}{'of 5':>8}{'week':>8}{'cause':>8}{'known':>8}{'right':>8}{'other':>8}")
    told = [each for each in results if not each.behaviour]
    for what in dict.fromkeys(each.what for each in told):
        _row(what, [each for each in told if each.what == what])
    _row("in all", told)
    print(f"\n{'not to be told':20}{'planted':>8}{'silent':>8}{'other':>8}")
    for what in dict.fromkeys(each.what for each in results if each.behaviour):
        these = [each for each in results if each.what == what]
        print(f"{what:20}{len(these):8}{sum(each.found for each in these):8}{sum(each.wrong for each in these):8}")
    right = sum(map(_right, told)) + sum(each.found for each in results if each.behaviour)
    print(f"\nright in all: {right} of {len(results)} ({right / len(results):.0%})")
    print("found: in the findings; of 5: in a digest; week: within two; cause: named, where there is one to name;")
    print("known: `causes.why` can name it; right: found, week and cause; other: further findings that claim a change,")
    print("consequences of what was planted among them\n")
    for each in results:
        if not _right(each):
            print(f"  missed: {each.what}, {each.where}: {each.said[:200] or 'nothing was told'}")
    print()


def _right(result: Result) -> bool:
    return result.found and (result.behaviour or (result.dated and result.explained is not False))


def _row(what: str, these: Sequence[Result]) -> None:
    caused = [each for each in these if each.explained is not None]
    cause, known = (
        f"{sum(bool(getattr(each, name)) for each in caused)}/{len(caused)}" if caused else "–"
        for name in ("explained", "known")
    )
    counts = (sum(each.found for each in these), sum(each.short for each in these), sum(each.dated for each in these))
    print(
        f"{what:20}{len(these):8}"
        + "".join(f"{each:8}" for each in counts)
        + f"{cause:>8}{known:>8}{sum(map(_right, these)):8}{sum(each.wrong for each in these):8}"
    )

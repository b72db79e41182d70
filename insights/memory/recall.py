"""What earlier digests told, and how this week's findings stand to it.

A finding is known again by its detector, metric, tool and direction, and by departments that overlap by half: who
joins and who leaves does not make it new. It is the same one as long as no more than LATELY lies between two digests
that found it, whether they told it or not.

    new       no digest told it                                              novelty 1.0
    worse     MATERIAL times the impact that was told last, or dismissed     1.0
    reversed  the same metric went the other way when it was told last       1.0
    still     told once, twice, or more often before                         0.6, 0.4, 0.3
    resolved  told lately, looked for, judged, and not found any more        one line at the digest's end

The digest of a week reads what earlier weeks noted and nothing else, so that making it again gives the same.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from insights.basis import WEEK, monday
from insights.finding import Finding
from insights.weekly import COMPANY
from storage.findings import Choice, Pattern, Seen, choices, note_seen, seen_before
from storage.store import Store

LATELY = 4 * WEEK
TURNS = 26 * WEEK
"""How far back a change is looked for that has been reversed: as far as changes are tested."""

MATERIAL = 1.25
NOVELTY = (1.0, 0.6, 0.4, 0.3)
"""By how many digests told it before; the last stands for all further ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What earlier digests saw, newest first, and the choices that hold today. Empty where nothing was told yet."""

    seen: tuple[Seen, ...] = ()
    choices: tuple[Choice, ...] = ()


Judges = Callable[[Pattern, str], bool]
"""Whether a pattern's metric can be judged now, and shown, in a department."""


def recall(store: Store, week: date, today: date) -> Memory:
    """Return what is remembered when the digest of `week` is made on `today`."""
    return replace(hushed(store, today), seen=seen_before(store, week))


def hushed(store: Store, today: date) -> Memory:
    """Return what nobody wants to hear of today, and nothing of what digests told."""
    return Memory(choices=tuple(each for each in choices(store) if each.until is None or today < each.until))


def beside(finding: Finding, memory: Memory, judges: Judges) -> Finding:
    """Return the finding with its state, novelty, and what joined and left since it was told last."""
    told = [each for each in _course(finding, memory) if each.told]
    if _turned(finding, memory):
        return replace(finding, state="reversed", novelty=NOVELTY[0])
    last = told[0] if told else None
    bar = _last_impact(finding, last, memory)
    worse = bar is not None and finding.impact >= MATERIAL * bar
    if last is None:
        return replace(finding, state="worse" if worse else "new", novelty=NOVELTY[0])
    return replace(
        finding,
        state="worse" if worse else "still",
        novelty=NOVELTY[0 if worse else min(len(told), len(NOVELTY) - 1)],
        first_week=told[-1].week,
        weeks_told=len(told),
        joined=tuple(each for each in finding.departments if each not in last.departments),
        left=tuple(each for each in last.departments if each not in finding.departments and judges(last, each)),
    )


def silenced(finding: Finding, memory: Memory) -> Choice | None:
    """Return the choice by which a finding stays quiet; None where there is none, or it has got materially worse."""
    for each in _chosen(finding, memory):
        if finding.impact < MATERIAL * each.impact:
            return each
    return None


def gone(found: Sequence[Finding], memory: Memory, week: date, judges: Judges) -> Iterator[tuple[Seen, date]]:
    """Yield what lately was told and is not found any more, though it could be, with the week that told it first.

    What somebody chose not to hear of stays quiet to its end.
    """
    handled: list[Seen] = []
    for each in memory.seen:
        if week - each.week > LATELY:
            return
        if not each.told or any(_alike(each, other) for other in handled):
            continue
        handled.append(each)
        if each.state == "resolved" or any(_about(each, other) for other in found):
            continue
        if any(_alike(each, other) for other in memory.choices):
            continue
        if all(judges(each, name) for name in each.departments or (COMPANY,)):
            yield each, min(row.week for row in _course(each, memory) if row.told)


def note(
    store: Store, week: date, *, told: Sequence[Finding], untold: Sequence[Finding], resolved: Sequence[Seen]
) -> None:
    """Note what the digest of `week` told, what it found besides, and what it told as resolved."""
    rows = [_seen(each, week, told=True) for each in told] + [_seen(each, week, told=False) for each in untold]
    note_seen(store, week, [*(replace(each, week=week, state="resolved") for each in resolved), *rows])


def chosen(about: Finding | Seen, *, today: date, until: date | None, who: str = "", reason: str = "") -> Choice:
    """Return the choice to hear no more of a finding before `until`; never, where that is None."""
    return Choice(
        key=about.key,
        detector=about.detector,
        metric=about.metric,
        tool=about.tool,
        direction=about.direction,
        departments=about.departments,
        choice="dismiss" if until is None else "snooze",
        until=until,
        impact=about.impact,
        at=today,
        who=who,
        reason=reason,
    )


def _course(finding: Finding | Seen, memory: Memory) -> list[Seen]:
    """The same finding in the weeks that are remembered, newest first, as far as it goes without a gap or an end."""
    found: list[Seen] = []
    now = finding
    for week, rows in groupby(memory.seen, key=lambda each: each.week):
        if now.week - week > LATELY:
            break
        alike = [each for each in rows if _alike(now, each)]
        if not alike:
            continue
        now = max(alike, key=lambda each: (len({*each.departments} & {*now.departments}), each.key))
        if now.state == "resolved":
            break
        found.append(now)
    return found


def _turned(finding: Finding, memory: Memory) -> bool:
    """Whether the newest digest that told of this metric here told of the other direction only."""
    if not finding.direction:
        return False
    late = (each for each in memory.seen if finding.week - each.week <= TURNS)
    told = (each for each in late if each.told and each.state != "resolved")
    for _, rows in groupby(told, key=lambda each: each.week):
        ways = {each.direction for each in rows if _same(finding, each)}
        if ways:
            return finding.direction not in ways
    return False


def _last_impact(finding: Finding, last: Seen | None, memory: Memory) -> float | None:
    """The impact when it was told last, or when somebody chose not to hear of it, if that was later."""
    for each in _chosen(finding, memory):
        if last is None or last.week < monday(each.at):
            return each.impact
    return None if last is None else last.impact


def _chosen(finding: Finding, memory: Memory) -> Iterator[Choice]:
    return (each for each in memory.choices if _alike(finding, each))


def _alike(one: Finding | Pattern, other: Finding | Pattern) -> bool:
    return one.direction == other.direction and _same(one, other)


def _same(one: Finding | Pattern, other: Finding | Pattern) -> bool:
    """Whether two are about the same metric, at least half of the smaller one's departments among them."""
    if (one.detector, one.metric, one.tool) != (other.detector, other.metric, other.tool):
        return False
    mine, others = set(one.departments), set(other.departments)
    if not mine or not others:
        return mine == others
    return 2 * len(mine & others) >= min(len(mine), len(others))


def _about(seen: Seen, finding: Finding) -> bool:
    """Whether a finding says that what was seen goes on somewhere in it, or has turned."""
    if (seen.detector, seen.metric, seen.tool) != (finding.detector, finding.metric, finding.tool):
        return False
    everybody = not seen.departments or not finding.departments
    return everybody or bool(set(seen.departments) & set(finding.departments))


def _seen(finding: Finding, week: date, *, told: bool) -> Seen:
    return Seen(
        key=finding.key,
        detector=finding.detector,
        metric=finding.metric,
        tool=finding.tool,
        direction=finding.direction,
        departments=finding.departments,
        week=week,
        state=finding.state,
        impact=float(finding.impact),
        value=float(finding.evidence.value),
        told=told,
    )

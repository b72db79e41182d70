"""Every detector over the panel, and the findings worth a reader's time."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

from insights.detectors import DETECTORS
from insights.finding import Detector, Finding
from insights.grouping import grouped
from insights.impact import Record
from insights.memory.looked import Scope, judges_of, passed_of, scope_of
from insights.memory.recall import Memory, beside, gone, silenced
from insights.memory.resolved import Resolved, resolved_of
from insights.scan import Change, Scan
from insights.series import Panel
from insights.signs import judged
from insights.visible import visible_findings, visible_memory, visible_resolved
from insights.weekly import COMPANY
from storage.findings import Choice

NOTHING_LEARNT: Mapping[str, Record] = MappingProxyType({})

GENERAL = "changes"
"""The detector that tells whatever changed and no pattern explains."""

MOST = 5
"""Findings in a digest, and lines about what is resolved."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A detector that failed: its id, and the error's kind and words."""

    detector: str
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Quiet:
    """A finding that somebody chose not to hear of."""

    finding: Finding
    choice: Choice


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """What was found, largest first, which detectors looked, and which of them failed.

    `findings` are worth telling, `others` come after them, and `quiet` ones are not to be told. `tried` counts the
    hypotheses that were tested for change, and `passed` are the changes that were found.
    """

    findings: tuple[Finding, ...]
    looked: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    others: tuple[Finding, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    resolved: tuple[Resolved, ...] = ()
    scope: Scope = field(default_factory=Scope)
    tried: int = 0
    passed: tuple[Change, ...] = ()

    @property
    def found(self) -> tuple[Finding, ...]:
        """Everything that was found, told or not."""
        return (*self.findings, *self.others, *(each.finding for each in self.quiet))


def examine(
    panel: Panel,
    *,
    tool: str = "",
    limit: int | None = MOST,
    detectors: Iterable[Detector] = DETECTORS,
    memory: Memory | None = None,
    records: Mapping[str, Record] = NOTHING_LEARNT,
) -> Examination:
    """Return the findings about one tool (by default the panel's first), ranked by `Finding.rank`; ties by key.

    A second finding about the same department counts half.

    Impact (0..1) is how large the effect is, times the root of the part of the company that it concerns; confidence
    (0..1) is one minus the chance that ordinary weeks look like it; novelty falls as digests tell it again
    (`insights.memory`); actionable is how easily something is done about it, more where `records` say that the action
    helped here, less where it did not. At most `limit` are kept. A detector that fails is a fault and stops no other.
    """
    shown = panel.whole.narrowed(tool) if tool else panel.whole
    every = {each.id: each for each in detectors}
    scanned, faults = _scanned(shown)
    found, failed = _detected(shown, tuple(every.values()))
    names = judged(shown) if shown.weeks else ()
    if panel.whole is not panel:
        cut = panel.narrowed(tool) if tool else panel
        again = partial(_again, cut, every)
        found = visible_findings(found, shown.departments, cut.departments, again)
        names = tuple(each for each in names if each in cut.departments)
    judges = judges_of(shown, scanned)
    known = memory or Memory()
    found = [replace(each, actionable=proven(each.actionable, records.get(each.action.id))) for each in found]
    found = [beside(each, known, judges) for each in _once(tuple(grouped(found, names)))]
    if panel.whole is not panel:
        found = [visible_memory(each, panel.departments) for each in found]
    choices = [silenced(each, known) for each in found]
    ranked = _ranked([each for each, choice in zip(found, choices, strict=True) if choice is None])
    sound = {name: each for name, each in every.items() if name not in {fault.detector for fault in failed}}
    lately = tuple(gone(found, known, shown.weeks[-1], judges)) if shown.weeks else ()
    resolved = resolved_of(shown, lately, sound)
    if panel.whole is not panel:
        resolved = visible_resolved(resolved, shown.departments, panel.departments)
    return Examination(
        findings=ranked[:limit],
        looked=tuple(every),
        faults=(*faults, *failed),
        others=ranked[limit:] if limit is not None else (),
        quiet=tuple(Quiet(finding=each, choice=choice) for each, choice in zip(found, choices, strict=True) if choice),
        resolved=resolved[:MOST],
        scope=scope_of(shown, scanned, names),
        tried=scanned.tried,
        passed=tuple(each for each in passed_of(scanned) if each.department in {COMPANY, *panel.departments}),
    )


def proven(actionable: float, record: Record | None) -> float:
    """Return how worthwhile an action is beside what it did here: times 0.5 to 1.5, 1 where nothing is known."""
    return actionable if record is None else min(actionable * (0.5 + record.promise), 1.0)


def findings(panel: Panel, limit: int | None = MOST) -> list[Finding]:
    """Return the findings of the panel, at most `limit`, largest first. See `examine` for what failed."""
    return list(examine(panel, limit=limit).findings)


def _scanned(panel: Panel) -> tuple[Scan, tuple[Fault, ...]]:
    try:
        return panel.scan, ()
    except Exception as error:  # noqa: BLE001 - detectors that need no scan are heard all the same
        return Scan(), (_fault("scan", error),)


def _detected(panel: Panel, detectors: Sequence[Detector]) -> tuple[list[Finding], tuple[Fault, ...]]:
    found: list[Finding] = []
    faults: list[Fault] = []
    for detector in detectors:
        try:
            found += (replace(each, actionable=each.action.actionable) for each in detector.detect(panel))
        except Exception as error:  # noqa: BLE001 - whatever one detector does, the others are heard
            faults.append(_fault(detector.id, error))
    return found, tuple(faults)


def _again(panel: Panel, every: Mapping[str, Detector], ids: Collection[str]) -> list[Finding]:
    return _detected(panel, [every[each] for each in ids if each in every])[0]


def _once(found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings without those of GENERAL which a pattern tells already, of the same metric going the same way.

    A pattern says what a change means, and the change itself stands in its sentence.
    """
    patterns = [each for each in found if each.detector != GENERAL]
    for each in found:
        same = [known for known in patterns if (known.metric, known.tool) == (each.metric, each.tool)]
        if each.detector != GENERAL or not any(_covers(known, each) for known in same):
            yield each


def _covers(pattern: Finding, change: Finding) -> bool:
    where = not pattern.departments or not change.departments or set(pattern.departments) & set(change.departments)
    # What tells how things stand does not say that they have changed.
    return bool(where) and pattern.direction == change.direction


def _fault(detector: str, error: Exception) -> Fault:
    return Fault(detector=detector, error=f"{type(error).__name__}: {error}")


def _ranked(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings, largest first; each further one about a department that was named before counts half.

    A department acts on one thing at a time, and a reader wants to hear of others too. So it is with changes that no
    pattern explains and that one view shows: prompts, tokens and credits rise together.
    """
    left, ranked = list(found), list[Finding]()
    while left:
        named = Counter(name for each in ranked for name in each.departments)
        seen = Counter(each.view for each in ranked if each.detector == GENERAL)
        best = min(left, key=lambda each: (-_weight(each, named, seen), each.key))
        left.remove(best)
        ranked.append(best)
    return tuple(ranked)


def _weight(finding: Finding, named: Mapping[str, int], seen: Mapping[str, int]) -> float:
    before = max((named[name] for name in finding.departments), default=0)
    before += seen[finding.view] if finding.detector == GENERAL else 0
    return float(finding.rank * 0.5**before)

"""Every detector over the panel, and the findings worth a reader's time."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from insights.detectors import DETECTORS
from insights.finding import Detector, Finding
from insights.series import Panel

MOST = 5
"""Findings in a digest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A detector that failed: its id, and the error's kind and words."""

    detector: str
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """What was found, largest first, which detectors looked, and which of them failed."""

    findings: tuple[Finding, ...]
    looked: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


def examine(
    panel: Panel, *, tool: str = "", limit: int | None = MOST, detectors: Iterable[Detector] = DETECTORS
) -> Examination:
    """Return the findings about one tool (by default the panel's first), ranked by impact × confidence; ties by key.

    A second finding about the same department counts half.

    Impact (0..1) is how large the effect is, times the root of the part of the company that it concerns; confidence
    (0..1) is one minus the chance that ordinary weeks look like it. At most `limit` are kept. A detector that fails
    is a fault and stops no other.
    """
    judged = panel.narrowed(tool) if tool else panel
    found: list[Finding] = []
    faults: list[Fault] = []
    looked: list[str] = []
    for detector in detectors:
        looked.append(detector.id)
        try:
            found += detector.detect(judged)
        except Exception as error:  # noqa: BLE001 - whatever one detector does, the others are heard
            faults.append(Fault(detector=detector.id, error=f"{type(error).__name__}: {error}"))
    return Examination(findings=_ranked(found)[:limit], looked=tuple(looked), faults=tuple(faults))


def _ranked(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings, largest first; each further one about a department that was named before counts half.

    A department acts on one thing at a time, and a reader wants to hear of others too.
    """
    left, ranked = list(found), list[Finding]()
    while left:
        named = Counter(name for each in ranked for name in each.departments)
        best = min(left, key=lambda each: (-_weight(each, named), each.key))
        left.remove(best)
        ranked.append(best)
    return tuple(ranked)


def _weight(finding: Finding, named: Mapping[str, int]) -> float:
    before = max((named[name] for name in finding.departments), default=0)
    return float(finding.impact * finding.confidence * 0.5**before)


def findings(panel: Panel, limit: int | None = MOST) -> list[Finding]:
    """Return the findings of the panel, at most `limit`, largest first. See `examine` for what failed."""
    return list(examine(panel, limit=limit).findings)

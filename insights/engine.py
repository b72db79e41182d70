"""Every detector over the panel, and the findings worth a reader's time."""

from collections.abc import Iterable
from dataclasses import dataclass

from insights import catalogue
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
class Judgement:
    """What was found, largest first, by how many detectors, and which of them failed."""

    findings: tuple[Finding, ...]
    looked: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


def judge(panel: Panel, limit: int | None = MOST, detectors: Iterable[Detector] | None = None) -> Judgement:
    """Return the findings of the panel, at most `limit`, ranked by impact × confidence; ties by key.

    Impact (0..1) is how large the effect is, times the root of the part of the company that it concerns; confidence
    (0..1) is one minus the chance that ordinary weeks look like it. A detector that fails is a fault and stops no
    other.
    """
    found: list[Finding] = []
    faults: list[Fault] = []
    looked = tuple(catalogue.detectors().values() if detectors is None else detectors)
    for detector in looked:
        try:
            found += detector.detect(panel)
        except Exception as error:  # noqa: BLE001 - whatever one detector does, the others are heard
            faults.append(Fault(detector=detector.id, error=f"{type(error).__name__}: {error}"))
    ranked = sorted(found, key=lambda each: (-each.impact * each.confidence, each.key))
    return Judgement(findings=tuple(ranked[:limit]), looked=tuple(each.id for each in looked), faults=tuple(faults))


def findings(panel: Panel, limit: int | None = MOST) -> list[Finding]:
    """Return the findings of the panel, at most `limit`, largest first. See `judge` for what failed."""
    return list(judge(panel, limit).findings)

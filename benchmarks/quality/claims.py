"""What a digest says has changed, and which of it is new: a finding that persists counts once."""

from collections.abc import Iterable, Sequence

from insights.finding import Finding
from insights.scan import Scan

Claim = tuple[str, str, str, int]
"""Metric, tool, department and direction."""


def of_findings(findings: Iterable[Finding]) -> list[tuple[Claim, ...]]:
    """Return what each finding claims, a claim a department. Findings that tell how things are claim no change."""
    return [
        tuple((each.metric, each.tool, name, _way(each.evidence.change)) for name in each.departments or ("",))
        for each in findings
        if each.evidence.change is not None and each.evidence.low is not None
    ]


def of_scan(scan: Scan) -> list[tuple[Claim, ...]]:
    """Return what each change of a scan claims.

    No digest speaks of scatter, and what departments did with the company is told in one finding.
    """
    told = [each for each in scan.changes if each.kind != "scatter" and not each.part]
    return [((each.metric, each.tool, each.department, _way(each.change)),) for each in told]


def _way(change: float) -> int:
    return 1 if change > 0 else -1


def counted(digests: Sequence[Sequence[tuple[Claim, ...]]]) -> tuple[int, int]:
    """Return how many findings there are in consecutive digests, those told before counted once, and how many in all.

    A finding is new where nothing that it claims was claimed in an earlier digest.
    """
    known: set[Claim] = set()
    new = 0
    for digest in digests:
        before = frozenset(known)
        for claims in digest:
            new += before.isdisjoint(claims)
            known.update(claims)
    return new, sum(map(len, digests))

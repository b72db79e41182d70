"""How much was looked at, and where silence means that there is nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from insights import catalogue
from insights.memory.recall import Judges
from insights.scan import RECENT, WINDOWS, Change, Scan
from insights.series import Panel
from insights.signs import enough, judged
from insights.weekly import ALL_TOOLS, COMPANY
from storage.findings import Pattern


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """How much was looked at: departments that are large enough, metrics and tools that were tested, and weeks."""

    departments: int = 0
    metrics: int = 0
    tools: int = 0
    weeks: int = 0


def scope_of(panel: Panel, scanned: Scan, names: Sequence[str]) -> Scope:
    """Return how much was looked at. `names` are the departments that detectors judge, which may be more or fewer."""
    metrics = {metric for metric, _, _ in scanned.judged}
    places = {name for _, _, name in scanned.judged if name != COMPANY}
    return Scope(
        departments=len(places | set(names)),
        metrics=len(metrics),
        tools=len(_tools(scanned)) or min(len(panel.weeks), 1),
        weeks=min(panel.history, max(WINDOWS.values())) if metrics else len(panel.weeks),
    )


def passed_of(scanned: Scan) -> tuple[Change, ...]:
    """Return the changes; of one tool alone not again as those of all together."""
    one = len(_tools(scanned)) == 1
    return tuple(each for each in scanned.changes if each.tool != ALL_TOOLS or not one)


def judges_of(panel: Panel, scanned: Scan) -> Judges:
    """Return what tells whether a pattern could be found in a department now, so that its absence means something.

    Its metric is shown there in each of the last weeks, and it was tested for change, or people are enough.
    """
    large = {*judged(panel), *((COMPANY,) if enough(panel) else ())} if panel.weeks else set()

    def judges(pattern: Pattern, department: str) -> bool:
        metric = catalogue.metrics().get(pattern.metric)
        if metric is None or pattern.tool != panel.tools[0]:
            return False
        values = panel.array(metric.id, department)[-RECENT:]
        if len(values) < RECENT or np.isnan(values).any():
            return False
        if pattern.direction and metric.watched:
            return (metric.id, pattern.tool, department) in scanned.judged
        return metric.group.startswith("seats") or department in large

    return judges


def _tools(scanned: Scan) -> set[str]:
    return {tool for _, tool, _ in scanned.judged} - {ALL_TOOLS}

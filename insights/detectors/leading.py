"""A department that is ahead of all others, from which they can learn."""

import math
from dataclasses import dataclass

import numpy as np

from insights import catalogue
from insights.actions.peer_session import peer_session
from insights.finding import Detector, Evidence, Finding
from insights.series import Panel
from insights.signals import median
from insights.signs import drawn_together, enough, filled, judged, reach, recent_people, size
from insights.words import told

WEEKS = 8
FEWEST_AHEAD = 7
"""Weeks of these in which it must have been first."""

FEWEST_DEPARTMENTS = 4
METRICS = {"proficiency_score": 1.15, "messages_per_session": 1.2}
"""How far ahead of the department in the middle, by metric; the first one that tells is told."""

SUREST = 0.9
"""How sure it must be that the one behind is not in truth ahead."""

UNKNOWN_MEMORY = 0.5
MOST_MEMORY = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lead:
    """Who leads in what, who follows, the mean of the weeks of both and of the middle one, and how sure it is."""

    metric: str
    first: str
    second: str
    values: tuple[float, float, float]
    ahead: int
    times: float
    sure: float


def _detect(panel: Panel) -> list[Finding]:
    names = judged(panel)
    if not enough(panel) or len(names) < FEWEST_DEPARTMENTS or len(panel.weeks) < WEEKS:
        return []
    for metric, factor in METRICS.items():
        lead = _lead(panel, metric, names)
        if lead is not None and lead.times >= factor and lead.ahead >= FEWEST_AHEAD and lead.sure >= SUREST:
            return [_finding(panel, lead)]
    return []


def _lead(panel: Panel, metric: str, names: tuple[str, ...]) -> _Lead | None:
    """Return who leads once each department is drawn towards the others as far as its own weeks leave doubt."""
    table = {each: panel.array(metric, each)[-WEEKS:] for each in names}
    known = [each for each in names if np.isfinite(table[each]).all()]
    if len(known) < FEWEST_DEPARTMENTS:
        return None
    weeks = np.array([table[each] for each in known])
    means = weeks.mean(axis=1)
    memory = min(max(panel.scan.memory.get(metric, UNKNOWN_MEMORY), 0.0), MOST_MEMORY)
    errors = weeks.std(axis=1, ddof=1) * np.sqrt((1 + memory) / (1 - memory) / WEEKS)
    errors = np.maximum(errors, 1e-3 * np.abs(means).max() + 1e-12)
    drawn, between = drawn_together(means, errors)
    order = np.argsort(-drawn)
    first, second = int(order[0]), int(order[1])
    others = float(median(np.delete(drawn, first)[None, :])[0])
    left = errors**2 * between**2 / (between**2 + errors**2)
    error = math.sqrt(float(left[first] + left[second]))
    return _Lead(
        metric=metric,
        first=known[first],
        second=known[second],
        values=(float(means[first]), float(means[second]), float(np.median(np.delete(means, first)))),
        ahead=int((weeks[first] > np.delete(weeks, first, axis=0).max(axis=0)).sum()),
        times=float(drawn[first]) / others if others > 0 else 0.0,
        sure=0.5 * math.erfc(-(drawn[first] - drawn[second]) / error / math.sqrt(2)) if error else 0.5,
    )


def _finding(panel: Panel, lead: _Lead) -> Finding:
    own, next_one = (_told(lead.metric, each) for each in lead.values[:2])
    middle = told(lead.values[2], catalogue.metrics()[lead.metric].unit)
    often = f"in {'each' if lead.ahead == WEEKS else lead.ahead} of the last {WEEKS} weeks"
    return Finding(
        key=f"leading:{lead.first}:{panel.tools[0]}",
        detector="leading",
        view="departments",
        metric=lead.metric,
        tool=panel.tools[0],
        departments=(lead.first,),
        week=panel.weeks[-1],
        headline=f"{lead.first} is ahead of every other department: {own}, against {middle} in the middle one.",
        detail=f"It was first {often}; {lead.second} comes next with {next_one}. "
        "What it does differently the numbers do not say; it can show the others.",
        evidence=Evidence(
            value=lead.values[0],
            before=lead.values[2],
            change=lead.values[0] - lead.values[2],
            people=recent_people(panel, (lead.first,)),
            weeks=WEEKS,
        ),
        impact=0.5 * reach(panel, (lead.first,)) * size(lead.times - 1, 0.5),
        confidence=lead.sure,
        action=filled(peer_session, departments=lead.first),
    )


def _told(metric: str, value: float) -> str:
    if metric == "proficiency_score":
        return f"a proficiency score of {told(value, 'score')}"
    return f"{told(value, catalogue.metrics()[metric].unit)} messages a session"


leading = Detector(
    id="leading",
    view="departments",
    looks_for=f"a department clearly ahead in proficiency or depth, first in {FEWEST_AHEAD} of {WEEKS} weeks",
    detect=_detect,
)

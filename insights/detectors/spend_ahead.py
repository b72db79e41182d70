"""Metered spend that grows faster than what it is spent on."""

from insights.actions.review_spend import review_spend
from insights.finding import Detector, Evidence, Finding
from insights.scan import RECENT
from insights.series import ALL_TOOLS, Panel
from insights.signs import Move, course, enough, judged, moves, recent_people, size
from insights.weekly import COMPANY
from insights.words import told

SPENT = {"metered_cost": ("Metered cost", "money"), "metered_credits": ("Credits used", "credits")}
USED = {"prompts": "prompts", "sessions": "sessions"}
FASTER = 1.2
"""How much faster than use spend must have grown, as a quotient of the two growths."""


def _detect(panel: Panel) -> list[Finding]:
    if not enough(panel) or len(panel.weeks) < 2 * RECENT:
        return []
    used = next((each for each in USED if _both_ends(panel, each) is not None), "")
    use = _both_ends(panel, used) if used else None
    for spent in SPENT if use is not None else ():
        move = moves(panel, spent, (COMPANY,), 1).get(COMPANY)
        spend = _both_ends(panel, spent)
        if move and spend and use and (spend[1] / spend[0]) / (use[1] / use[0]) >= FASTER:
            return [_finding(panel, move, used, (*spend, *use))]
    return []


def _both_ends(panel: Panel, metric: str, department: str = COMPANY) -> tuple[float, float] | None:
    """Return the mean of the first four weeks and of the last; None where either is absent or nothing."""
    before = panel.over(metric, department, until=len(panel.weeks) - RECENT)
    now = panel.over(metric, department)
    return (before, now) if before and now else None


def _finding(panel: Panel, move: Move, used: str, figures: tuple[float, float, float, float]) -> Finding:
    before, now, use_before, use = figures
    name, unit = SPENT[move.metric]
    weeks = len(panel.weeks)
    faster = (now / before) / (use / use_before)
    return Finding(
        key=f"spend_ahead::{panel.tools[0]}",
        detector="spend_ahead",
        view="tokens",
        metric=move.metric,
        tool=panel.tools[0],
        departments=(),
        week=panel.weeks[-1],
        headline=f"{name} grew faster than use: {_per_week(panel, before, now, unit)} a week over {weeks} weeks, "
        f"while {USED[used]} {_way(use_before, use)}.",
        detail=" ".join(
            part
            for part in (
                f"Both are weekly means of the first {RECENT} of these weeks and the last {RECENT}.",
                course(panel, move),
                _each(panel, used, before / use_before, now / use, unit),
                _most(panel, move.metric, unit),
            )
            if part
        ),
        evidence=Evidence(
            value=move.now,
            before=move.before,
            change=move.found.change,
            low=move.found.low,
            high=move.found.high,
            people=recent_people(panel, (COMPANY,)),
            weeks=move.found.weeks,
        ),
        impact=size(faster - 1, 1.0),
        confidence=move.confidence,
        action=review_spend,
    )


def _per_week(panel: Panel, before: float, now: float, unit: str) -> str:
    return f"{told(before, unit, panel.currency)} → {told(now, unit, panel.currency)}"


def _way(before: float, now: float) -> str:
    change = now / before - 1
    if abs(change) < 0.02:
        return "stayed where they were"
    return f"{'rose' if change > 0 else 'fell'} by {told(abs(change), 'percent')}"


def _each(panel: Panel, used: str, before: float, now: float, unit: str) -> str:
    """What one prompt costs; not of several tools, of which some may cost nothing by the prompt."""
    if panel.tools[0] == ALL_TOOLS:
        return ""
    if unit == "money":
        each = f"{told(before * 100, 'money', panel.currency)} → {told(now * 100, 'money', panel.currency)}"
        return f"That is {each} for a hundred {USED[used]}."
    return f"That is {told(before * 100, unit)} → {told(now * 100, unit)} credits for a hundred {USED[used]}."


def _most(panel: Panel, metric: str, unit: str) -> str:
    """Where it grew most."""
    ends = {each: _both_ends(panel, metric, each) for each in judged(panel)}
    grown = {each: both for each, both in ends.items() if both is not None and both[1] > both[0]}
    if len(ends) < 2 or not grown:
        return ""
    first = max(grown, key=lambda each: grown[each][1] - grown[each][0])
    return f"It grew most in {first}: {_per_week(panel, *grown[first], unit)} a week."


spend_ahead = Detector(
    id="spend_ahead",
    view="tokens",
    looks_for="metered cost or credits that rise faster than prompts or sessions",
    detect=_detect,
)

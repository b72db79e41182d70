"""Sessions that stay on models below the reference model."""

from insights.actions.default_model import set_default_model
from insights.finding import Detector, Evidence, Finding
from insights.scan import RECENT
from insights.series import Panel
from insights.signs import enough, filled, judged, lasting, recent_people, size, standing, sureness
from insights.words import listing, told

METRIC = "older_model_share"
LEAST = 0.20
"""Share of sessions, in each of the last four weeks, below which older models are no matter for a digest."""


def _detect(panel: Panel) -> list[Finding]:
    values, now = panel.array(METRIC), panel.latest(METRIC)
    weeks = standing(values / LEAST)
    if now is None or not weeks or not enough(panel):
        return []
    model = panel.reference.name
    change = panel.change(METRIC)
    return [
        Finding(
            key=f"older_models::{panel.tools[0]}",
            detector="older_models",
            view="models",
            metric=METRIC,
            tool=panel.tools[0],
            departments=(),
            week=panel.weeks[-1],
            headline=f"{told(now, 'percent')} of sessions still run on models below {model}.",
            detail=" ".join(part for part in (_since(panel, weeks), _where(panel)) if part),
            evidence=Evidence(
                value=now,
                before=None if change is None else now - change,
                change=change,
                people=recent_people(panel, ("",)),
                weeks=weeks,
            ),
            impact=size(now, 0.5),
            confidence=sureness(values[-RECENT:].tolist(), LEAST),
            action=filled(set_default_model, model=model),
        )
    ]


def _over(panel: Panel, department: str) -> bool:
    share = panel.latest(METRIC, department)
    return share is not None and share < LEAST


def _since(panel: Panel, weeks: int) -> str:
    change, now = panel.change(METRIC), panel.latest(METRIC)
    if change is None or now is None:
        return lasting(panel, weeks)
    first, last = told(now - change, "percent"), told(now, "percent")
    if first == last:
        return f"The share is where it was in the first of these {len(panel.weeks)} weeks."
    return f"The share was {first} in the first of these {len(panel.weeks)} weeks and is {last} in the last."


def _where(panel: Panel) -> str:
    """The departments that stand out above the company, most first."""
    whole = panel.over(METRIC, weeks=RECENT) or 0.0
    shares = {each: panel.over(METRIC, each, RECENT) for each in judged(panel)}
    above = {each: share for each, share in shares.items() if share is not None and share >= whole + 0.08}
    if not above:
        return ""
    first = sorted(above, key=lambda each: -above[each])[:3]
    named = listing([f"{each} ({told(above[each], 'percent')})" for each in first])
    return f"Highest over the last {RECENT} weeks: {named}."


older_models = Detector(
    id="older_models",
    view="models",
    looks_for=f"at least {LEAST:.0%} of sessions below the reference model, for at least {RECENT} weeks",
    detect=_detect,
    resolved="older models carry less than a fifth of sessions now",
    over=_over,
)

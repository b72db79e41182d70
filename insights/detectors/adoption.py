"""People who stop coming."""

from insights.actions.champions_programme import champions_programme
from insights.actions.office_hours import office_hours
from insights.causes.why import why
from insights.finding import Detector, Evidence, Finding
from insights.series import Panel
from insights.signs import Move, course, enough, judged, moves, recent_people, size
from insights.weekly import COMPANY
from insights.words import told, tool_name

METRIC = "weekly_active_users"
LEAST = 0.10
"""Share of the people active at first who must be gone before it is worth a word."""

FEWEST_DEPARTMENTS = 3


def _detect(panel: Panel) -> list[Finding]:
    move = moves(panel, METRIC, (COMPANY,), -1).get(COMPANY) if enough(panel) else None
    if move is None or -move.change < LEAST * move.before:
        return []
    return [
        Finding(
            key=f"adoption_falls::{panel.tools[0]}",
            detector="adoption_falls",
            view="overview",
            metric=METRIC,
            tool=panel.tools[0],
            departments=(),
            week=panel.weeks[-1],
            headline=f"Weekly active users went down from {told(move.before, 'people')} to {told(move.now, 'people')} "
            f"over {len(panel.weeks)} weeks.",
            detail=_detail(panel, move),
            evidence=Evidence(
                value=move.now,
                before=move.before,
                change=move.found.change,
                low=move.found.low,
                high=move.found.high,
                people=recent_people(panel, (COMPANY,)),
                weeks=move.found.weeks,
                p=move.found.p,
                q=move.found.q,
                since=move.found.since,
            ),
            impact=size(-move.change / move.before, 0.5),
            confidence=move.confidence,
            action=champions_programme if _everywhere(panel) else office_hours,
            direction=-1,
        )
    ]


def _everywhere(panel: Panel) -> bool:
    """Tell whether it fell in most departments, each by itself: then an hour in one of them is not enough."""
    known = judged(panel)
    return len(known) >= FEWEST_DEPARTMENTS and 2 * len(moves(panel, METRIC, known, -1)) > len(known)


def _detail(panel: Panel, move: Move) -> str:
    """Say how it fell, and where and who that was."""
    cause = why(panel.wide, move.found, tool_name)
    came = course(panel, move) or "The fall has come slowly, week by week."
    return f"{came} {cause.text}" if cause else came


adoption_falls = Detector(
    id="adoption_falls",
    view="overview",
    looks_for="weekly active users that fall steadily",
    detect=_detect,
    resolved="the fall of weekly active users is no longer clear",
)

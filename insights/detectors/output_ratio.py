"""Answers that grow or shrink against what is put in."""

from insights.actions.check_tier import check_tier
from insights.finding import Detector, Evidence, Finding
from insights.series import Panel
from insights.signs import Move, course, enough, moves, recent_people, size
from insights.weekly import COMPANY

METRIC = "output_to_input_ratio"
UP = "Answers have become longer for what is put in, or prompts shorter; prompt length tells which."
DOWN = "Answers have become shorter for what is put in, or prompts carry more context; prompt length tells which."


def _detect(panel: Panel) -> list[Finding]:
    if not enough(panel):
        return []
    found = [moves(panel, METRIC, (COMPANY,), direction).get(COMPANY) for direction in (1, -1)]
    move = next((each for each in found if each is not None), None)
    if move is None:
        return []
    up = move.change > 0
    estimated = panel.cell(METRIC).estimated
    return [
        Finding(
            key=f"output_ratio::{panel.tools[0]}",
            detector="output_ratio",
            view="tokens",
            metric=METRIC,
            tool=panel.tools[0],
            departments=(),
            week=panel.weeks[-1],
            headline=f"Output tokens per input token went {'up' if up else 'down'} from {_told(move.before, move)} "
            f"to {_told(move.now, move)} over {len(panel.weeks)} weeks{' (estimated)' if estimated else ''}.",
            detail=" ".join(part for part in (course(panel, move), UP if up else DOWN) if part),
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
                estimated=estimated,
            ),
            impact=0.5 * size(abs(move.change) / move.before if move.before else 0.0, 0.5),
            confidence=move.confidence,
            action=check_tier,
            direction=1 if up else -1,
        )
    ]


def _told(value: float, move: Move) -> str:
    """Both ends with as many digits as the smaller one needs."""
    return f"{value:.{1 if min(move.before, move.now) >= 0.995 else 2}f}"


output_ratio = Detector(
    id="output_ratio",
    view="tokens",
    looks_for="a rise or fall of output tokens per input token",
    detect=_detect,
    resolved="the change of output tokens per input token is no longer clear",
)

"""Seats whose price nobody has entered: neither spend nor what stands unused can be told."""

from insights.actions.fix_prices import fix_prices
from insights.finding import Detector, Evidence, Finding
from insights.series import Panel
from insights.signs import size
from insights.words import counted, verb

SEATS = "seats_assigned"
SPEND = "monthly_spend"
FEWEST_SEATS = 10
FULL_SEATS = 1000
"""Seats without a price that count at a quarter of full impact: what they cost is not known, so more is not claimed."""


def _detect(panel: Panel) -> list[Finding]:
    seats = panel.latest(SEATS) if panel.weeks else None
    if seats is None or seats < FEWEST_SEATS or panel.latest(SPEND) is not None:
        return []
    return [
        Finding(
            key=f"unpriced_seats::{panel.tools[0]}",
            detector="unpriced_seats",
            view="licenses",
            metric=SEATS,
            tool=panel.tools[0],
            departments=(),
            week=panel.weeks[-1],
            headline=f"{counted(seats, 'seat')} {verb(round(seats), 'has', 'have')} no price, so spend cannot be told.",
            detail="The price is in the agreement with the vendor; seats that stand unused are counted without it.",
            evidence=Evidence(value=seats, people=round(seats), weeks=1),
            impact=0.25 * size(seats, FULL_SEATS),
            confidence=1.0,
            action=fix_prices,
        )
    ]


def _over(panel: Panel, department: str) -> bool:
    del department
    return panel.latest(SPEND) is not None


unpriced_seats = Detector(
    id="unpriced_seats",
    view="licenses",
    looks_for="seats without a price",
    detect=_detect,
    resolved="seats have a price now",
    over=_over,
)

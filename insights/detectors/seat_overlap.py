"""People who hold seats in several tools and use one of them at most."""

import math
from dataclasses import replace

import numpy as np

from insights.actions.consolidate_tools import consolidate_tools
from insights.finding import Detector, Evidence, Finding
from insights.scan import RECENT
from insights.series import ALL_TOOLS, Panel
from insights.signs import size, sureness
from insights.words import counted, told, verb

SEVERAL = "several_tools"
MORE = "several_using_more"
SPEND = "several_unused_spend"
LEAST = 0.15
"""Share of the people with several seats who use one at most, from which it is told."""

FEWEST_PEOPLE = 10
FEWEST_WEEKS = 4
"""Weeks of facts before "not used in 28 days" can be said of anybody."""


def _detect(panel: Panel) -> list[Finding]:
    if panel.tools[0] != ALL_TOOLS or panel.history < FEWEST_WEEKS or len(panel.weeks) < 2:
        return []
    # Those who use none are with those who use one: either may be too few to be told alone.
    several = panel.array(SEVERAL)
    idle = several - panel.array(MORE)
    shares = idle / np.where(several > 0, several, np.nan)
    least = max(FEWEST_PEOPLE, panel.min_group_size)
    if not (idle[-2:] >= least).all() or not (shares[-2:] >= LEAST).all():
        return []
    people, few = panel.latest(SEVERAL) or 0.0, float(idle[-1])
    money = panel.latest(SPEND)
    price = told(money or 0.0, "money", panel.currency)
    cost = f"; the seats that the {people:,.0f} leave unused cost {price} a month" if money else ""
    return [
        Finding(
            key=f"seat_overlap::{ALL_TOOLS}",
            detector="seat_overlap",
            view="tools",
            metric=MORE,
            tool=ALL_TOOLS,
            departments=(),
            week=panel.weeks[-1],
            headline=f"{told(few, 'people')} of {counted(people, 'person', 'people')} with seats in several tools "
            f"{verb(round(few), 'uses', 'use')} one of them at most{cost}.",
            detail="Used means any activity in the last 28 days. Tools whose use is not known are left out.",
            evidence=Evidence(value=people - few, people=round(people), weeks=min(len(panel.weeks), RECENT)),
            impact=size(float(shares[-1]), 0.5) * math.sqrt(size(few, panel.latest("weekly_active_users") or few)),
            confidence=sureness(shares[-RECENT:].tolist(), LEAST),
            action=replace(consolidate_tools, expected=f"up to {price} a month") if money else consolidate_tools,
        )
    ]


seat_overlap = Detector(
    id="seat_overlap",
    view="tools",
    looks_for=f"people with seats in several tools of whom at least {LEAST:.0%} use one at most",
    detect=_detect,
)

"""Seats that are paid for and not used."""

import numpy as np

from insights.actions.reclaim_seats import activate_or_reclaim
from insights.actions.right_size_tier import right_size_tier
from insights.finding import Detector, Evidence, Finding
from insights.scan import RECENT
from insights.series import Panel
from insights.signs import STAYS, filled, lasting, reach, size, sureness
from insights.weekly import COMPANY, UNMAPPED
from insights.words import counted, everyone, listing, told, verb

SHARE = "seats_unused_share"
COUNT = "seats_unused"
SEATS = "seats_assigned"
LEAST = 0.25
"""Share of a department's seats, unused for 28 days, from which it is named."""

FEWEST_SEATS = 10
FEWEST_WEEKS = 4
"""Weeks of facts before "not used in 28 days" can be said of anybody."""


def _detect(panel: Panel) -> list[Finding]:
    if panel.history < FEWEST_WEEKS or not panel.weeks:
        return []
    found = [each for each in panel.departments if each != UNMAPPED and _idle(panel, each)]
    if not found and _idle(panel, COMPANY):
        found = [COMPANY]
    if not found:
        return []
    found.sort(key=lambda each: -(panel.latest(SHARE, each) or 0))
    return [_finding(panel, found)]


def _idle(panel: Panel, department: str) -> bool:
    """Tell whether enough seats stand unused, in this week and the one before."""
    shares = panel.array(SHARE, department)[-2:]
    unused, seats = panel.latest(COUNT, department), panel.latest(SEATS, department)
    if unused is None or seats is None or seats < FEWEST_SEATS or unused < panel.min_group_size:
        return False
    return bool((shares >= LEAST).all())


def _over(panel: Panel, department: str) -> bool:
    share = panel.latest(SHARE, department)
    return share is not None and share < LEAST


def _finding(panel: Panel, found: list[str]) -> Finding:
    unused, seats = (sum(panel.latest(each, name) or 0.0 for name in found) for each in (COUNT, SEATS))
    share = unused / seats
    spends = [panel.latest("unused_spend", each) for each in found]
    money = sum(each for each in spends if each is not None) if None not in spends else None
    names = listing(found)
    cost = "" if not money else f", {told(money, 'money', panel.currency)} a month"
    departments = tuple(each for each in found if each)
    before = panel.over(SHARE, found[0], 1, until=RECENT)
    return Finding(
        key=f"unused_seats:{'|'.join(sorted(departments))}:{panel.tools[0]}",
        detector="unused_seats",
        view="licenses",
        metric=SHARE,
        tool=panel.tools[0],
        departments=departments,
        week=panel.weeks[-1],
        headline=f"{_who(found, names, unused)} of {counted(seats, 'seat')}{'' if names else ' stand'} unused "
        f"({told(share, 'percent')}){cost}.",
        detail=" ".join(
            part for part in (_each(panel, found), _used(panel, found), _renewal(panel), everyone(found)) if part
        ),
        evidence=Evidence(
            value=share,
            before=before if len(found) == 1 else None,
            change=share - before if before is not None and len(found) == 1 else None,
            people=round(seats),
            weeks=min(len(panel.weeks), RECENT),
        ),
        impact=reach(panel, found, SEATS) * size(share, 0.5),
        confidence=sureness(panel.array(SHARE, found[0])[-RECENT:].tolist(), LEAST),
        action=filled(
            # Where no department stands out, more was bought than is used everywhere: the contract is what to change.
            activate_or_reclaim if departments or not _renewal(panel) else right_size_tier,
            departments=listing(departments) or "the company",
            saving=_saving(panel, money),
            saving_source="the seats' own prices" if money else "",
        ),
    )


def _who(found: list[str], names: str, unused: float) -> str:
    return f"{names} {verb(len(found), 'leaves', 'leave')} {told(unused, 'seats')}" if names else told(unused, "seats")


def _each(panel: Panel, found: list[str]) -> str:
    """The shares of the first three, where there are several; a seat counts as unused after 28 days without use."""
    told_each = [f"{each} {told(panel.latest(SHARE, each) or 0.0, 'percent')}" for each in found[:3]]
    named = f"{', '.join(told_each)}. " if len(found) > 1 else ""
    new = sum(panel.latest("seats_in_grace", each) or 0.0 for each in found)
    never = sum(panel.latest("seats_never_used", each) or 0.0 for each in found) - new
    so_far = f" {counted(never, 'of them was', 'of them were')} never used." if never >= panel.min_group_size else ""
    joiners = f" {counted(new, 'new seat is', 'new seats are')} not counted." if new >= panel.min_group_size else ""
    return f"{named}Unused means no activity in the last 28 days.{_since(panel, found[0])}{so_far}{joiners}"


def _since(panel: Panel, department: str) -> str:
    """Since when, of the worst one; a week that is just under the bar does not end it."""
    short = np.flatnonzero(~(panel.array(SHARE, department) >= STAYS * LEAST))
    weeks = len(panel.weeks) - (int(short[-1]) + 1 if len(short) else 0)
    return f" {lasting(panel, weeks)}" if weeks >= RECENT else ""


def _used(panel: Panel, found: list[str]) -> str:
    """The two departments with the most spend, where they use what they have: what the money buys elsewhere."""
    whole = panel.latest("monthly_spend")
    spends = {each: panel.latest("monthly_spend", each) or 0.0 for each in panel.departments if each != UNMAPPED}
    top = sorted(spends, key=lambda each: -spends[each])[:2]
    if not whole or len(spends) < 4 or set(top) & set(found):
        return ""
    unused, seats = (sum(panel.latest(name, each) or 0.0 for each in top) for name in (COUNT, SEATS))
    if not seats or unused / seats >= LEAST * 0.75:
        return ""
    share, active = told(sum(spends[each] for each in top) / whole, "percent"), told(1 - unused / seats, "percent")
    return f"{listing(top)} hold {share} of seat spend and use {active} of their seats."


def _renewal(panel: Panel) -> str:
    dates = [each.renews for each in panel.contracts.values() if each.renews and each.renews > panel.weeks[-1]]
    return f"The contract renews on {min(dates).day} {min(dates):%B %Y}." if dates else ""


def _saving(panel: Panel, money: float | None) -> str:
    return f"up to {told(money, 'money', panel.currency)} a month" if money else "unknown"


unused_seats = Detector(
    id="unused_seats",
    view="licenses",
    looks_for=f"departments with at least {LEAST:.0%} of their seats unused for 28 days",
    detect=_detect,
    resolved="{departments} no longer {leaves|leave} a quarter of seats unused",
    over=_over,
)

"""What a contract's renewal is about: seats bought and used, what idle ones cost, how many will be in use by then."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from insights.basis import Basis, latest_complete_week
from insights.forecast import Forecast, forecast
from insights.question import Weeks
from insights.series import COMPANY, TESTED_WEEKS, Panel, panel
from insights.weekly import UNMAPPED
from storage.facts import Contract
from storage.reading import contracts, first_week, last_day

YEAR = 12
"""Months of the term that is renewed: what can be reduced is told a year."""

FULL = 0.95
"""Share of a department's seats in use from which it may need more."""

FEWEST_SEATS = 10
MONTH = 365.25 / 12


@dataclass(frozen=True, kw_only=True, slots=True)
class DepartmentSeats:
    """One department's seats of the last week; None where hidden or unknown. `idle_spend` is a month's."""

    department: str
    assigned: float | None
    active: float | None
    idle: float | None
    idle_spend: float | None

    @property
    def full(self) -> bool:
        """Whether nearly every seat is in use, so that more may be needed."""
        if self.assigned is None or self.active is None or self.assigned < FEWEST_SEATS:
            return False
        return self.active >= FULL * self.assigned


@dataclass(frozen=True, kw_only=True, slots=True)
class Renewal:
    """One tool's contract beside its use in the week `week`. Money is in `currency`; None is not known.

    `notice` is the last day on which the contract can be changed. `idle` seats are assigned and were not used in 28
    days, those of joiners within 30 days (`in_grace`) left out. `unassigned` were bought and given to nobody.
    `active_before` are those that the two weeks before saw in use, where known.

    Three amounts that must not be mixed up: `at_risk` is what unassigned and idle seats cost from now until the
    contract renews; `reassignable` what idle seats cost a month, which can be given to others today; `reducible` what a
    year costs of the seats that even the upper end of the forecast does not need.
    """

    contract: Contract
    week: date
    as_of: date
    currency: str
    price: float | None
    notice: date | None
    assigned: float | None
    activated: float | None
    active: float | None
    in_grace: float | None
    idle: float | None
    departments: tuple[DepartmentSeats, ...]
    active_then: Forecast | None
    cost_per_active: float | None
    active_before: tuple[float, ...] = ()

    @property
    def purchased(self) -> float | None:
        """The seats that are paid for: those of the contract, or else all that were given out."""
        return float(self.contract.seats) if self.contract.seats is not None else self.assigned

    @property
    def unassigned(self) -> float | None:
        """Seats that were bought and given to nobody; none where more were given out than bought."""
        if self.contract.seats is None or self.assigned is None:
            return None
        return max(self.contract.seats - self.assigned, 0.0)

    @property
    def days_to_notice(self) -> int | None:
        """Days until notice must have been given; negative where that day is past."""
        return (self.notice - self.as_of).days if self.notice else None

    @property
    def unused(self) -> float | None:
        """Seats that are paid for and used by nobody: unassigned and idle ones."""
        if self.idle is None:
            return None
        return self.idle + (self.unassigned or 0.0)

    @property
    def at_risk(self) -> float | None:
        """What unused seats cost from now until the contract renews."""
        if self.unused is None or self.price is None or self.contract.renews is None:
            return None
        months = max((self.contract.renews - self.as_of).days, 0) / MONTH
        return self.unused * self.price * months

    @property
    def reassignable(self) -> float | None:
        """What idle seats cost a month."""
        return None if self.idle is None or self.price is None else self.idle * self.price

    @property
    def surplus(self) -> int | None:
        """Seats that even the upper end of the forecast does not need, joiners' seats counted as needed."""
        if self.active_then is None or self.purchased is None:
            return None
        needed = math.ceil(self.active_then.high) + (self.in_grace or 0.0)
        return max(int(self.purchased - needed), 0)

    @property
    def reducible(self) -> float | None:
        """What the surplus costs a year."""
        return None if self.surplus is None or self.price is None else self.surplus * self.price * YEAR

    @property
    def wasted_share(self) -> float | None:
        """The share of the seats paid for that the forecast expects unused when notice is due."""
        if self.active_then is None or not self.purchased:
            return None
        expected = self.active_then.value + (self.in_grace or 0.0)
        return max(self.purchased - expected, 0.0) / self.purchased


def renewals(basis: Basis, tools: Sequence[str] = ()) -> tuple[Renewal, ...]:
    """Return the contracts that are known, or those of `tools`, the one whose notice is due first first."""
    newest = latest_complete_week(basis.as_of, last_day(basis.store))
    oldest = first_week(basis.store)
    if newest is None or oldest is None:
        return ()
    known = [each for tool, each in contracts(basis.store).items() if not tools or tool in tools]
    span = Weeks(first=max(oldest, newest - timedelta(weeks=TESTED_WEEKS - 1)), last=newest)
    found = [_renewal(panel(basis, weeks=span, tools=(each.tool,)), each, basis.as_of) for each in known]
    return tuple(sorted(found, key=lambda each: (each.notice or date.max, each.contract.tool)))


def notice_day(contract: Contract) -> date | None:
    """Return the last day on which the contract can be changed: the renewal's, less the days of notice."""
    return contract.renews - timedelta(days=contract.notice_days or 0) if contract.renews else None


def _renewal(shown: Panel, contract: Contract, as_of: date) -> Renewal:
    def latest(metric: str, department: str = COMPANY) -> float | None:
        return shown.latest(metric, department)

    notice, week = notice_day(contract), shown.weeks[-1]
    assigned, spend = latest("seats_assigned"), latest("monthly_spend")
    price = contract.price if contract.price is not None else (spend / assigned if spend and assigned else None)
    active, purchased = latest("seats_active"), contract.seats or assigned
    return Renewal(
        contract=contract,
        week=week,
        as_of=as_of,
        currency=contract.currency,
        price=price,
        notice=notice,
        assigned=assigned,
        activated=latest("seats_activated"),
        active=active,
        in_grace=latest("seats_in_grace"),
        idle=latest("seats_unused"),
        departments=tuple(
            DepartmentSeats(
                department=each,
                assigned=latest("seats_assigned", each),
                active=latest("seats_active", each),
                idle=latest("seats_unused", each),
                idle_spend=latest("unused_spend", each),
            )
            for each in sorted(shown.departments, key=lambda name: (-(latest("seats_unused", name) or 0), name))
            if each != UNMAPPED or latest("seats_assigned", each)
        ),
        active_then=_active_then(shown, notice),
        cost_per_active=purchased * price / active if purchased and price is not None and active else None,
        active_before=tuple(each for each in shown.values("seats_active")[-3:-1] if each is not None),
    )


def _active_then(shown: Panel, notice: date | None) -> Forecast | None:
    """Return how many seats will be in use in the week in which notice is due; None past it, or where too far off."""
    if notice is None or notice <= shown.weeks[-1]:
        return None
    ahead = max((notice - shown.weeks[-1]).days // 7, 1)
    values = shown.array("seats_active")
    found = forecast(values, ahead)
    if found is None:
        # Further ahead than the history can be checked: as unsure as the furthest that it can.
        furthest = int((~np.isnan(values)).sum()) - 6
        return None if furthest < 4 else _widened(forecast(values, furthest), ahead)
    return found


def _widened(found: Forecast | None, ahead: int) -> Forecast | None:
    """Return a forecast of a nearer week as one of a later, its interval grown as that of a series that wanders."""
    if found is None:
        return None
    grown = math.sqrt(ahead / found.weeks)
    return Forecast(
        weeks=ahead,
        value=found.value,
        low=max(found.value - (found.value - found.low) * grown, 0.0),
        high=found.value + (found.high - found.value) * grown,
        errors=found.errors,
    )

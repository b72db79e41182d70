"""Which working days each week lost: public holidays where the members are, and the turn of the year."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from insights.guards.places import Place, place_of, spoken

Floats = NDArray[np.float64]

WORKING_DAYS = 5
YEAR_END = ((12, 24), (1, 1))
"""From Christmas Eve to New Year's Day hardly anybody works, whether the days are holidays or not."""

ENOUGH_KNOWN = 0.5
"""Share of members whose country is known from which the others are taken to be where those are."""

SMALLEST_LOSS = 0.01


def lost_days(weeks: Sequence[date], place: Place | None) -> Floats:
    """Return the share of Monday to Friday that each week lost in a place (None: only the turn of the year)."""
    return np.array([_lost(week, place) for week in weeks], dtype=np.float64)


def lost_by_row(
    weeks: Sequence[date], members: Mapping[str, Floats], default: str, rows: int
) -> tuple[Floats, tuple[tuple[str, ...], ...]]:
    """Return the share of working days lost by row and week, and the countries that had holidays, by week.

    `members` are how many there are at each location (as the directory writes it), of shape (rows, weeks), the
    company first; without any, everybody is in `default`. Of countries those are named whose holidays cost the
    company a hundredth of its working days, the most costly first.
    """
    nobody = np.zeros((rows, len(weeks)))
    places: dict[Place, Floats] = {}
    unknown = nobody
    if not any(count.any() for count in members.values()):
        members = {"": np.ones((rows, len(weeks)))}
    for location, count in members.items():
        place = place_of(location, default)
        if place is None:
            unknown = unknown + count
        else:
            places[place] = places.get(place, nobody) + count
    known = sum(places.values(), nobody)
    unknown = np.where(known >= ENOUGH_KNOWN * (known + unknown), 0.0, unknown)
    lost = unknown * lost_days(weeks, None)
    of_country: dict[str, Floats] = {}
    for place, count in places.items():
        lost = lost + count * lost_days(weeks, place)
        public = count[0] * _public(weeks, place)
        of_country[place.country] = of_country.get(place.country, np.zeros(len(weeks))) + public
    total = known + unknown
    share = np.divide(lost, total, out=np.zeros_like(lost), where=total > 0)
    named = []
    for week, least in enumerate(SMALLEST_LOSS * total[0]):
        costly = sorted(of_country.items(), key=lambda each: -each[1][week])
        named.append(tuple(spoken(country) for country, away in costly if away[week] > least))
    return np.where(total > 0, share, share[0]), tuple(named)


def _public(weeks: Sequence[date], place: Place) -> Floats:
    """Return the share of working days that are public holidays."""
    return np.array([sum(day in _holidays(place, day.year) for day in _days(week)) / WORKING_DAYS for week in weeks])


def _lost(week: date, place: Place | None) -> float:
    return sum(_no_work(day, place) for day in _days(week)) / WORKING_DAYS


def _days(week: date) -> list[date]:
    return [week + timedelta(days=n) for n in range(WORKING_DAYS)]


def _no_work(day: date, place: Place | None) -> bool:
    first, last = YEAR_END
    of_year = (day.month, day.day)
    return of_year >= first or of_year <= last or (place is not None and day in _holidays(place, day.year))


@cache
def _holidays(place: Place, year: int) -> frozenset[date]:
    """Return a place's public holidays, where they fall on a weekend the days that stand in for them as well."""
    # A tenth of a second to import, which only a scan for change needs.
    from holidays import country_holidays  # noqa: PLC0415

    return frozenset(country_holidays(place.country, subdiv=place.subdivision or None, years=year))

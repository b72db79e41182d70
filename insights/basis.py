"""What every number is worked out on: the store, the day it is asked, and the organisation's own choices."""

from dataclasses import dataclass
from datetime import date, timedelta

from storage.store import Store

WEEK = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What every number is worked out on.

    `as_of` is the day on which the question is asked. `min_group_size` is the fewest people any number may be
    about. `reference_model` names the model that "older" and "or above" are measured from. `country` is the code of
    the country ("DE", "DE-BY") of members whose location does not tell one. `visible` are the departments that may be
    told of to whoever asks; None means all. It changes what is shown and named, never a number.
    """

    store: Store
    as_of: date
    min_group_size: int = 5
    reference_model: str = "gpt-4o"
    currency: str = "USD"
    country: str = ""
    visible: tuple[str, ...] | None = None


def monday(day: date) -> date:
    """Return the Monday of the week that `day` lies in."""
    return day - timedelta(days=day.weekday())


WEEKEND = timedelta(days=2)
"""Where nobody works at weekends the last day with facts is a Friday, and the week is complete all the same."""


def latest_complete_week(as_of: date, last_day: date | None) -> date | None:
    """Return the Monday of the newest week that is over on `as_of` and to whose Friday, at least, the facts reach.

    `last_day` is the newest day with facts; without any there is no complete week.
    """
    if last_day is None:
        return None
    return monday(min(as_of, last_day + WEEKEND + timedelta(days=1))) - WEEK

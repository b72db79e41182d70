"""How long pull requests took to merge, in words."""

from datetime import date

from bot.format import format_value, format_week
from insights.basis import Basis
from insights.merging import merge_time

HOUR, DAY = 60, 24 * 60


def merge_words(basis: Basis, week: date) -> str:
    """Return the sentence about a week (a Monday's): the number, or why there is none."""
    every, copilots = merge_time(basis, week), merge_time(basis, week, by_copilot=True)
    when = f"week of {format_week(week)}"
    if every.too_few:
        return f"Fewer than {basis.min_group_size} pull requests were merged in the {when}: too few to tell how fast."
    if every.minutes is None or every.merged is None:
        return f"How long pull requests took to merge is not reported for the {when}."
    wrote = ""
    if copilots.minutes is not None and copilots.merged is not None:
        wrote = f"; those that Copilot wrote took {in_time(copilots.minutes)} ({copilots.merged:,} merged)"
    took = f"Pull requests took a median of {in_time(every.minutes)} to merge on a typical day"
    return f"{took} ({when}, {every.merged:,} merged){wrote}."


def in_time(minutes: float) -> str:
    """Return a span of time in the unit that it is thought of in: "45 min", "5.2 h", "3.4 days"."""
    if minutes < 1.5 * HOUR:
        return f"{minutes:.0f} min"
    if minutes < 2 * DAY:
        return f"{format_value(minutes / HOUR, 'ratio')} h"
    return f"{format_value(minutes / DAY, 'ratio')} days"

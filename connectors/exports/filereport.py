"""What is told of a file that was imported: what it is, what of it was kept, and what was not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.exports.export import Period
from storage.facts import PeriodUsage, Usage
from storage.schema import MEASURES


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What a file told of one tool: totals of a period, or, `by_day`, of the days from first to last that it has.

    `listed` are the people in it, `active` those of them who used the tool, `totals` the sums of what was kept.
    """

    tool: str
    first: date
    last: date
    by_day: bool
    days: int
    listed: int
    active: int
    totals: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class FileReport:
    """How one file went. `error` says why nothing of it was kept; `skipped` counts lines and facts by reason."""

    file: str
    kind: str = ""
    title: str = ""
    error: str = ""
    parts: tuple[Part, ...] = ()
    seats: int | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def part_of_days(tool: str, facts: Sequence[Usage]) -> Part:
    """Return what some facts of a tool are together."""
    days = {fact.day for fact in facts}
    people = len({fact.person for fact in facts})
    return Part(
        tool=tool,
        first=min(days),
        last=max(days),
        by_day=True,
        days=len(days),
        listed=people,
        active=people,
        totals=_totals(facts),
    )


def part_of_period(tool: str, period: Period, totals: Sequence[PeriodUsage]) -> Part:
    """Return what the totals of a period are together."""
    return Part(
        tool=tool,
        first=period.first,
        last=period.last,
        by_day=False,
        days=period.days,
        listed=len({each.person for each in totals}),
        active=len({each.person for each in totals if each.active}),
        totals=_totals(totals),
    )


def _totals(facts: Sequence[Usage] | Sequence[PeriodUsage]) -> dict[str, float]:
    told = {name: [getattr(fact, name) for fact in facts] for name in MEASURES}
    return {
        name: round(sum(value for value in values if value is not None), 6)
        for name, values in told.items()
        if any(value is not None for value in values)
    }

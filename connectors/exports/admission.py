"""What an export's lines become at the door: pseudonyms for people, plain names of models, and lines added up."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from connectors.door import Door, model_name
from connectors.exports.export import Export, Found, Period, Use
from storage.facts import NO_MODEL, Alias, PeriodUsage, Person, Usage
from storage.schema import COUNTS

TWICE = "a line that is told twice"
DIFFERENTLY = "a line about a person of whom a line before it told other numbers: the first one counts"
IDLE = "idle on the day that the line is about"
AGAIN = "an event that was told before"

Key = tuple[str, Period, Person, str]
"""Tool, period, person and model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """What came through the door: facts by tool, totals by tool and period, aliases by tool, and what was left out."""

    days: Mapping[str, list[Usage]]
    periods: Mapping[tuple[str, Period], list[PeriodUsage]]
    aliases: Mapping[str, list[Alias]]
    passed: Mapping[str, int]
    adds: bool


@dataclass(kw_only=True)
class _Sum:
    """What adds up of one person, period and model."""

    active: bool = False
    active_days: int | None = None
    measures: Counter[str] = field(default_factory=Counter)


def admitted(found: Found, export: Export, doors: Mapping[str, Door], owners: Mapping[Person, Person]) -> Admitted:
    """Return the facts in what a file holds. `doors` are by tool; `owners` are the accounts whose address is known.

    An account goes by the address that is known for it, else by the one beside it. A person has one line, or one a
    model: the same line again is passed over, and so is one that tells other numbers.
    """
    passed: Counter[str] = Counter()
    aliases: dict[str, dict[Person, Alias]] = defaultdict(dict)
    sums: dict[Key, _Sum] = defaultdict(_Sum)
    for tool, person, account, uses in _told_once(found.uses, export, doors, owners, passed):
        email = doors[tool].person(uses[0].email)
        if email and account and account not in owners and not _is_address(uses[0]):
            aliases[tool][account] = Alias(alias=account, person=email)
        for use in uses:
            told = sums[tool, use.period, person, model_name(use.model) if use.model else NO_MODEL]
            told.active = told.active or use.active
            if use.active_days is not None:
                told.active_days = max(told.active_days or 0, use.active_days)
            told.measures.update(use.measures)
    days, periods = _facts(sums, passed)
    return Admitted(
        days=days,
        periods=periods,
        aliases={tool: list(each.values()) for tool, each in aliases.items()},
        passed=passed,
        adds=export.adds,
    )


def _is_address(use: Use) -> bool:
    """Tell whether the account is the address itself: it says nothing about whose the address is."""
    return use.account is not None and use.email is not None and use.account.lower() == use.email.lower()


def _told_once(
    uses: Sequence[Use],
    export: Export,
    doors: Mapping[str, Door],
    owners: Mapping[Person, Person],
    passed: Counter[str],
) -> Iterator[tuple[str, Person, Person | None, list[Use]]]:
    """Yield each line's uses of one period, with its tool, person and account."""
    seen: dict[tuple[object, ...], tuple[object, ...]] = {}
    events: set[str] = set()
    for (_, period), group in groupby(uses, key=lambda use: (use.line, use.period)):
        of_line = list(group)
        first = of_line[0]
        tool = first.tool or export.tool
        door = doors[tool]
        account = door.account(first.account)
        person = (owners.get(account) if account else None) or door.person(first.email) or account
        if person is None:
            continue
        if export.events:
            if first.event is not None and first.event in events:
                passed[AGAIN] += 1
                continue
            events.add(first.event or "")
        else:
            key = (tool, period, person, account, model_name(first.model))
            told = tuple(
                (use.model, use.active, use.active_days, tuple(sorted(use.measures.items()))) for use in of_line
            )
            if (before := seen.setdefault(key, told)) is not told:
                if not (export.adds and period.days == 1):
                    passed[TWICE if before == told else DIFFERENTLY] += 1
                continue
        yield tool, person, account, of_line


def _facts(
    sums: Mapping[Key, _Sum], passed: Counter[str]
) -> tuple[dict[str, list[Usage]], dict[tuple[str, Period], list[PeriodUsage]]]:
    days: dict[str, list[Usage]] = defaultdict(list)
    periods: dict[tuple[str, Period], list[PeriodUsage]] = defaultdict(list)
    idle: set[tuple[str, Period, Person]] = set()
    by_model = {key[:3] for key in sums if key[3] != NO_MODEL}
    for (tool, period, person, model), told in sorted(sums.items(), key=lambda each: (each[0][0], each[0][2:])):
        measures = {name: round(n) if name in COUNTS else round(float(n), 6) for name, n in told.measures.items()}
        if period.days > 1:
            totals = PeriodUsage(
                first=period.first,
                last=period.last,
                person=person,
                tool=tool,
                model=model,
                active=told.active,
                active_days=told.active_days,
                **measures,  # type: ignore[arg-type]  # by name
            )
            periods[tool, period].append(totals)
        elif told.active:
            if measures or (tool, period, person) not in by_model:
                fact = Usage(day=period.first, person=person, tool=tool, model=model, **measures)  # type: ignore[arg-type]
                days[tool].append(fact)
        else:
            idle.add((tool, period, person))
    if idle:
        passed[IDLE] += len(idle)
    return days, periods

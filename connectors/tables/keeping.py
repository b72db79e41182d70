"""What a run read of some days, kept with how far it came."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from hashlib import sha256

from connectors.connector import Table
from connectors.tables.fold import IMPOSSIBLE, MOST, PEOPLE, Fold, Whole
from connectors.tables.state import Run, by_window
from connectors.tables.windows import marks
from storage import ingestion
from storage.facts import Alias, CompanyDay, Person, Usage

_MEASURE = re.compile(r"[a-z][a-z0-9_]{0,47}")
_PROJECT = re.compile(r"[A-Za-z0-9_.:-]{0,64}")


def facts_of(run: Run, fold: Fold) -> list[Usage]:
    """Return the facts of a window, of accounts under the person to whom they belong.

    It is as known before, else as the newest row with both an account and an address says; what is new is kept, since
    other rows of the account may lack the address.
    """
    source = run.source
    owners = ingestion.account_aliases(source.store, source.name)
    news = {own: person for own, (_, person) in fold.owners.items() if own not in owners}
    ingestion.add_aliases(source.store, source.name, [Alias(alias=own, person=who) for own, who in news.items()])
    return fold.facts(source.connector.tool, owners | news)


def keep_window(run: Run, days: list[date], fold: Fold, facts: list[Usage], read: Sequence[Table]) -> None:
    """Keep what was told of `days`; those of which the vendor has nothing to tell stay as they were."""
    source, positions = run.source, {mark_of(each): str(days[-1]) for each in read if each.optional}
    for newest, oldest in marks(run):
        known = {each: ingestion.get_watermark(source.store, source.name, each) for each in (newest, oldest)}
        positions[newest] = max(known[newest] or "", str(days[-1]))
        positions[oldest] = min(known[oldest] or "9", str(days[0]))
    silent = fold.untold - {fact.day for fact in facts}
    told = [day for day in days if day not in silent]
    keep_company(run, _whole(run, fold, days), fold.told, days)
    if any(each.adds for each in run.feed.tables):
        only = _asked(run, fold)
        ingestion.merge_usage(source.store, source.name, told, facts, positions, restated=told, only=only)
    else:
        ingestion.replace_usage(source.store, source.name, told, facts, positions)


def _asked(run: Run, fold: Fold) -> set[Person] | None:
    """Return of whom a window told all there is; None: of everybody."""
    if not all(each.by_person for each in by_window(run)):
        return None
    owners = ingestion.account_aliases(run.source.store, run.source.name)
    return {person for own in fold.asked for person in (own, owners.get(own, own))}


def keep_company(run: Run, whole: Whole, told: Mapping[str, Collection[date]], days: Collection[date]) -> None:
    """Keep what was told of the whole organisation on some of `days`.

    Of a measure nothing stays on the days of which it was `told` whole, or tells a number now.
    """
    anew = {name: {day for day in of if day in days} for name, of in told.items()}
    numbers = []
    for (day, measure, project), value in whole.items():
        if not _MEASURE.fullmatch(measure) or not 0 <= value <= MOST:
            run.tally.skipped[IMPOSSIBLE] += 1
        elif day in days:
            anew.setdefault(measure, set()).add(day)
            numbers.append(CompanyDay(day=day, measure=measure, value=round(float(value), 6), project=_id(project)))
    ingestion.replace_company_days(run.source.store, run.source.name, anew, numbers)


def _whole(run: Run, fold: Fold, days: Collection[date]) -> Whole:
    """Return what was told of the whole organisation, with how many people were in each project."""
    owners = ingestion.account_aliases(run.source.store, run.source.name) if fold.projects else {}
    counts = {
        (day, PEOPLE, project): float(len({owners.get(each, each) for each in people}))
        for (day, project), people in fold.projects.items()
        if day in days
    }
    return fold.company | counts


def _id(project: str) -> str:
    """Return a project's id where it looks like one, else its hash: nothing odd goes into the store."""
    return project if _PROJECT.fullmatch(project) else sha256(project.encode("utf-8", "surrogatepass")).hexdigest()


def mark_of(table: Table) -> str:
    """The watermark that says that an optional table was read."""
    return f"read {table.name}"[:64]

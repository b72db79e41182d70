"""Which export a file is, by its headings; and where it is none, which it comes nearest to and what it lacks."""

import difflib
import unicodedata
from collections.abc import Sequence

import connectors.exports
from connectors.errors import ConfigurationError
from connectors.exports.export import Export
from connectors.exports.fields import told
from connectors.exports.sheet import Sheet, plain
from storage.discover import discover

HEADING_WITHIN = 10
"""So many rows a title may take before the heading."""


def exports() -> tuple[Export, ...]:
    """Return every kind of export that is known."""
    return discover(connectors.exports, Export)


def recognised(sheet: Sheet, kind: str = "") -> tuple[Export, int]:
    """Return which export a table is, and the row of its heading.

    Raises ConfigurationError that says which columns are missing.
    """
    known = exports()
    if kind:
        known = tuple(each for each in known if each.id == kind)
    rows = [row for _, row in sheet.rows[:HEADING_WITHIN]]
    for at, headings in enumerate(rows):
        found = sorted((each for each in known if each.recognise(headings)), key=lambda each: -each.likeness(headings))
        if len(found) > 1 and found[0].likeness(headings) == found[1].likeness(headings):
            both = " or ".join(f"{each.title} (--kind {each.id})" for each in found[:2])
            raise ConfigurationError(f"its headings fit more than one export: say whether it is {both}")
        if found:
            return found[0], at
    raise ConfigurationError(
        nearest(known, max(rows, key=lambda row: max(each.likeness(row) for each in known)) if rows else [])
    )


def nearest(exports: Sequence[Export], headings: Sequence[str]) -> str:
    """Say which export a file with unknown headings comes nearest to, what it lacks, and what it has besides.

    A file without a heading has people's data in its first line: headings are shown only where some are known.
    """
    best = max(exports, key=lambda each: (each.likeness(headings) - 2 * len(each.missing(headings)), each.id))
    known = max(each.likeness(headings) for each in exports)
    listed = "; ".join(f"{each.title} ({each.id})" for each in exports if not each.refused)
    if not known or any("@" in each for each in headings):
        why = "the first line must name the columns, and none of its fields is a heading that is known"
        return f"{why}. Recognised are: {listed}"
    lacks = [" or ".join(sorted({told(name) for name in group})) for group in best.missing(headings)]
    besides = [shown(each) for each, name in zip(headings, best.names(headings), strict=True) if not name]
    return (
        f"its headings are those of no export that is known. Nearest is {best.title}: "
        f"missing {', '.join(lacks)}{_rename(best, headings)}"
        + (f"; not known there: {', '.join(besides[:6])}{' …' if len(besides) > 6 else ''}" if besides else "")
        + f". Recognised are: {listed}"
    )


def _rename(export: Export, headings: Sequence[str]) -> str:
    spare = {plain(each): each for each, name in zip(headings, export.names(headings), strict=True) if not name}
    for group in export.missing(headings):
        for name in group:
            for spelling in export.columns[name]:
                if found := difflib.get_close_matches(spelling, spare, n=1, cutoff=0.75):
                    return f" (is that {shown(spare[found[0]])}? Then rename it to {told(name)})"
    return ""


def shown(heading: str) -> str:
    """Return a heading from outside as it may be shown: short, and without what could steer a terminal."""
    kept = "".join(each for each in heading if unicodedata.category(each)[0] != "C")
    return f"“{' '.join(kept.split())[:40]}”"

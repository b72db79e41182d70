"""The page about sources, written from what the connectors declare of themselves."""

import connectors
from connectors.connector import Connector, Permission, Stream, Table, TableFeed, opt_in_tables
from storage.discover import discover

HEAD = """\
# Sources

What each connector reads, never reads and needs. Written by `ai-usage sources --markdown` from the connectors' own
declarations; a test holds that this page says the same.
"""


def feeds_of(connector: Connector) -> list[Stream | Table]:
    """Return what a connector reads one by one: streams of files, or tables."""
    if isinstance(connector.feed, TableFeed):
        return [*connector.feed.people, *connector.feed.tables]
    return [*connector.streams, *([connector.meter.table] if connector.meter else [])]


def permissions_of(connector: Connector) -> tuple[Permission, ...]:
    """Return what a key must be allowed to do, each once; what opt-in tables need is not among it."""
    asked = opt_in_tables(connector)
    return tuple(
        dict.fromkeys([connector.users, *(each.permission for each in feeds_of(connector) if each not in asked)])
    )


def whole_of(connector: Connector) -> list[str]:
    """Return the numbers that a connector reports of the whole organisation alone."""
    return sorted({name for each in feeds_of(connector) for name in getattr(each, "whole", ())})


def opt_in_line(table: Table) -> str:
    """Return how an opt-in table is switched on, what it needs and adds, as a sentence without a full stop."""
    adds = f", adds {', '.join(f'`{name}`' for name in sorted(table.measures))}" if table.measures else ""
    return f'"{table.name}" is read only with `also = ["{table.name}"]`{adds}, and needs {table.permission.name}'


def declared(connector: Connector) -> list[str]:
    """Return what a connector declares of itself, a line each, for the terminal."""
    lines = [f"reads: {each}" for each in connector.reads]
    lines += [f"never reads: {each}" for each in connector.never_reads]
    lines += [f"needs: {each.name} — {each.where}" for each in permissions_of(connector)]
    lines += [f"optional: {opt_in_line(each)} — {each.permission.where}" for each in opt_in_tables(connector)]
    lines += [f"active means: {connector.active}"] if connector.active else []
    lines += [f"finest grain: {connector.grain}"]
    lines += [f"source of cost: {connector.cost}"] if connector.cost else []
    again = f"{connector.restatement_days} days are read again"
    lines += [
        f"can be read {connector.retention_days} days back, {again}, up to {connector.lag_hours} h late",
        f"reports {', '.join(sorted(connector.measures)) or 'that somebody was active'}",
    ]
    lines += [f"of the whole organisation: {', '.join(whole)}"] if (whole := whole_of(connector)) else []
    return lines


def sources_page() -> str:
    """Return the page in Markdown, a section a connector."""
    found = [way for each in discover(connectors, Connector) for way in ways_of(each)]
    return "\n".join([HEAD, *(_section(each, kind) for kind, each in found)])


def ways_of(connector: Connector) -> list[tuple[str, Connector]]:
    """Return every way to read a tool with the `kind` that chooses it, "" for the one read without a kind."""
    return [("", connector), *connector.kinds.items()]


def _section(connector: Connector, kind: str) -> str:
    chosen = f', `kind = "{kind}"`' if kind else ""
    lines = [f"## {connector.title} (`{connector.tool}`{chosen})", ""]
    lines += [f"- Reads {each}." for each in connector.reads]
    lines += [f"- Never reads: {each}." for each in connector.never_reads]
    lines += [f"- Needs {each.name}. Where: {each.where}." for each in permissions_of(connector)]
    lines += [f"- Optional: {opt_in_line(each)}. Where: {each.permission.where}." for each in opt_in_tables(connector)]
    lines += [f"- Active means: {connector.active}."] if connector.active else []
    lines += [f"- Finest grain: {connector.grain}."]
    lines += [f"- Source of cost: {connector.cost}."] if connector.cost else []
    again = f"{connector.restatement_days} days are read again"
    lines += [
        f"- Can be read {connector.retention_days} days back; {again}; up to {connector.lag_hours} h late.",
        f"- Reports {', '.join(f'`{name}`' for name in sorted(connector.measures)) or 'that somebody was active'}.",
    ]
    whole = whole_of(connector)
    lines += [f"- Of the whole organisation: {', '.join(f'`{name}`' for name in whole)}."] if whole else []
    lines += [""]
    return "\n".join(lines)

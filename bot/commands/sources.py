"""`ai-usage sources`: what each connector reads, never reads, and needs."""

from typing import TYPE_CHECKING

import click

from bot.options import as_json, print_json

if TYPE_CHECKING:
    from connectors.connector import Connector, Stream, Table


def feeds_of(connector: "Connector") -> "list[Stream | Table]":
    """Return what a connector reads one by one: streams of files, or tables."""
    from connectors.connector import TableFeed  # noqa: PLC0415

    if isinstance(connector.feed, TableFeed):
        return [*connector.feed.people, *connector.feed.tables]
    return list(connector.streams)


@click.command("sources")
@as_json
def command(*, json_wanted: bool) -> None:
    """Print every source the bot can read: what it reads, what it never reads, and the permission it needs."""
    from rich.console import Console  # noqa: PLC0415

    import connectors  # noqa: PLC0415
    from connectors.connector import Connector  # noqa: PLC0415
    from storage.discover import discover  # noqa: PLC0415

    found = discover(connectors, Connector)
    if json_wanted:
        print_json(
            [
                {
                    "tool": each.tool,
                    "title": each.title,
                    "reads": each.reads,
                    "never_reads": each.never_reads,
                    "measures": sorted(each.measures),
                    "active": each.active,
                    "streams": [
                        {"name": stream.name, "permission": stream.permission, "optional": stream.optional}
                        for stream in feeds_of(each)
                    ],
                    "retention_days": each.retention_days,
                    "restatement_days": each.restatement_days,
                    "lag_hours": each.lag_hours,
                }
                for each in found
            ]
        )
        return
    console = Console(highlight=False)
    for each in found:
        console.print(f"[bold]{each.title}[/bold]  [dim]{each.tool}[/dim]")
        for heading, lines in (("reads", each.reads), ("never reads", each.never_reads)):
            for line in lines:
                console.print(f"  {heading}: {line}", markup=False)
        for permission in dict.fromkeys([each.users, *(stream.permission for stream in feeds_of(each))]):
            console.print(f"  needs: {permission.name} — {permission.where}", markup=False)
        if each.active:
            console.print(f"  active means: {each.active}", markup=False)
        console.print(
            f"  can be read {each.retention_days} days back, {each.restatement_days} days are read again, "
            f"up to {each.lag_hours} h late"
        )
        console.print(f"  reports {', '.join(sorted(each.measures))}\n")

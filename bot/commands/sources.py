"""`ai-usage sources`: what each connector reads, never reads, and needs."""

import click

from bot.options import as_json, print_json


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
                    "streams": [
                        {"name": stream.name, "permission": stream.permission, "optional": stream.optional}
                        for stream in each.streams
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
        for permission in dict.fromkeys([each.users, *(stream.permission for stream in each.streams)]):
            console.print(f"  needs: {permission.name} — {permission.where}", markup=False)
        console.print(f"  keeps its logs {each.retention_days} days; reports {', '.join(sorted(each.measures))}\n")

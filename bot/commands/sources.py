"""`ai-usage sources`: what each connector reads, never reads, and needs."""

import click

from bot.options import as_json, print_json


@click.command("sources")
@click.option("--markdown", is_flag=True, help="Print the page docs/sources.md.")
@as_json
def command(*, markdown: bool, json_wanted: bool) -> None:
    """Print every source the bot can read: what it reads, what it never reads, and the permission it needs."""
    from rich.console import Console  # noqa: PLC0415

    import connectors  # noqa: PLC0415
    from bot.running.sources_page import declared, feeds_of, sources_page, ways_of, whole_of  # noqa: PLC0415
    from connectors.connector import Connector  # noqa: PLC0415
    from storage.discover import discover  # noqa: PLC0415

    found = [way for each in discover(connectors, Connector) for way in ways_of(each)]
    if markdown:
        click.echo(sources_page(), nl=False)
        return
    if json_wanted:
        print_json(
            [
                {
                    "tool": each.tool,
                    "kind": kind,
                    "title": each.title,
                    "reads": each.reads,
                    "never_reads": each.never_reads,
                    "measures": sorted(each.measures),
                    "active": each.active,
                    "grain": each.grain,
                    "cost": each.cost,
                    "whole": whole_of(each),
                    "streams": [
                        {
                            "name": feed.name,
                            "permission": feed.permission,
                            "optional": feed.optional,
                            "opt_in": getattr(feed, "opt_in", False),
                            "measures": sorted(getattr(feed, "measures", ())),
                        }
                        for feed in feeds_of(each)
                    ],
                    "retention_days": each.retention_days,
                    "restatement_days": each.restatement_days,
                    "lag_hours": each.lag_hours,
                }
                for kind, each in found
            ]
        )
        return
    console = Console(highlight=False)
    for kind, each in found:
        chosen = f', kind = "{kind}"' if kind else ""
        console.print(f"[bold]{each.title}[/bold]  [dim]{each.tool}{chosen}[/dim]")
        for line in declared(each):
            console.print(f"  {line}", markup=False)
        console.print()

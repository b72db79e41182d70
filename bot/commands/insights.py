"""`ai-usage insights`: what the engine found, and what it looked at."""

from datetime import date
from pathlib import Path

import click

from bot.options import as_json, as_of, print_json


@click.command("insights")
@click.option("--all", "everything", is_flag=True, help="Every finding, not only those a digest would show.")
@as_of
@as_json
@click.pass_obj
def command(config: Path | None, as_of: date | None, *, everything: bool, json_wanted: bool) -> None:
    """Print this week's findings with their numbers and actions."""
    from rich.console import Console  # noqa: PLC0415

    from bot.digest import MOST_FINDINGS, main_tool  # noqa: PLC0415
    from bot.installation import open_installation  # noqa: PLC0415
    from insights.engine import examine  # noqa: PLC0415
    from insights.series import panel  # noqa: PLC0415

    basis = open_installation(config).basis(as_of)
    tool = main_tool(basis)
    shown = panel(basis, tools=(tool,))
    seen = examine(shown, tool=tool, limit=None if everything else MOST_FINDINGS)
    if json_wanted:
        print_json(
            {
                "week": shown.weeks[-1] if shown.weeks else None,
                "weeks": len(shown.weeks),
                "findings": seen.findings,
                "faults": seen.faults,
                "notes": shown.notes,
            }
        )
        return
    console = Console(highlight=False)
    for number, finding in enumerate(seen.findings, 1):
        console.print(f"[bold]{number}. {finding.headline}[/bold]")
        console.print(f"   {finding.detail}\n   → {finding.action.title}\n", markup=False)
    if not seen.findings:
        console.print(f"Nothing notable in {len(shown.departments)} departments over {len(shown.weeks)} weeks.")
    for fault in seen.faults:
        console.print(f"[red]{fault.detector} failed: {fault.error}[/red]")

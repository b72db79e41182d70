"""`ai-usage insights`: what the engine found, and what it looked at."""

from datetime import date
from pathlib import Path

import click

from bot.choosing_commands import COMMANDS
from bot.options import as_json, as_of, print_json


@click.group("insights", commands=COMMANDS, invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Every finding, not only those a digest would show.")
@as_of
@as_json
@click.pass_context
def command(ctx: click.Context, as_of: date | None, *, everything: bool, json_wanted: bool) -> None:
    """Print this week's findings with their numbers and actions; snooze, dismiss or restore one by its key."""
    if ctx.invoked_subcommand is not None:
        return
    from bot.insights_words import insights_in_json, insights_lines  # noqa: PLC0415
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.sending.digest import examined, main_tool  # noqa: PLC0415
    from insights.engine import MOST  # noqa: PLC0415

    config: Path | None = ctx.obj
    basis = open_installation(config).basis(as_of)
    shown, seen = examined(basis, main_tool(basis), limit=None if everything else MOST)
    if json_wanted:
        print_json(insights_in_json(shown, seen))
        return
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False)
    for line in insights_lines(seen, shown.currency):
        console.print(line)

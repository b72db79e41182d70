"""`ai-usage actions`: the catalogue of what the bot may recommend."""

import click

from bot.options import as_json, print_json


@click.command("actions")
@as_json
def command(*, json_wanted: bool) -> None:
    """Print every action the bot may recommend: steps, who, how long, and how success is measured."""
    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415

    from insights.actions import ACTIONS  # noqa: PLC0415

    if json_wanted:
        print_json(ACTIONS)
        return
    console = Console()
    for action in ACTIONS:
        console.print(f"[bold]{action.title}[/bold]  [dim]{action.owner} · {action.minutes} min[/dim]")
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(action.steps, 1))
        after = f"Measured by {action.measure} after {action.weeks} weeks. Expected: {action.expected}."
        console.print(Padding(f"{steps}\n{after}", (0, 0, 1, 2)), markup=False)

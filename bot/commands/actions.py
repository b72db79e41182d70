"""`ai-usage actions`: the catalogue of what the bot may recommend."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.options import as_json, print_json

if TYPE_CHECKING:
    from insights.finding import Action


@click.command("actions")
@as_json
def command(*, json_wanted: bool) -> None:
    """Print every action the bot may recommend: steps, where to click, who, how long, and how success is measured.

    The easiest come first. What stands in braces is filled in from the finding.
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415

    from insights.actions import ACTIONS  # noqa: PLC0415

    easiest = sorted(ACTIONS, key=lambda each: (-each.actionable, each.id))
    if json_wanted:
        print_json([asdict(each) | {"actionable": round(each.actionable, 2)} for each in easiest])
        return
    console = Console(highlight=False)
    for action in easiest:
        console.print(action.title, style="bold", markup=False)
        for line in _lines(action):
            console.print(Padding(line, (0, 0, 0, 2)), markup=False)
        console.print()


def _lines(action: "Action") -> list[str]:
    from bot.advice import OWNERS, effort, expectation  # noqa: PLC0415
    from bot.wording import tool_name  # noqa: PLC0415
    from insights.finding import ANYWHERE  # noqa: PLC0415

    named = [f"{tool_name(tool)}: {place}" for tool, place in action.where.items() if tool != ANYWHERE]
    other = action.where[ANYWHERE]
    return [
        f"{OWNERS[action.owner]} · {effort(action.minutes)} · {action.id}",
        *(f"{number}. {step}" for number, step in enumerate(action.steps, 1)),
        *(f"Where · {each}" for each in named),
        f"Where · {f'other tools: {other}' if named else other}",
        f"Expect · {expectation(action)}",
    ]

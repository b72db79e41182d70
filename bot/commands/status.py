"""`ai-usage status`: how far each source reaches, and how its last run went."""

from datetime import date
from pathlib import Path

import click

from bot.options import as_json, as_of, print_json


@click.command("status")
@as_of
@as_json
@click.pass_obj
def command(config: Path | None, as_of: date | None, *, json_wanted: bool) -> None:
    """Show whether the data are fresh, what failed or was skipped, and what to do about it."""
    from dataclasses import replace  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from bot.answers.status_card import details, status_card  # noqa: PLC0415
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.render.text import render_text  # noqa: PLC0415
    from bot.running.status import status_of  # noqa: PLC0415

    installation = open_installation(config)
    status = status_of(installation.basis(as_of), installation.settings)
    if json_wanted:
        print_json(status)
        return
    console = Console(highlight=False)
    console.print(render_text(replace(status_card(status), footer="", buttons=())))
    for line in details(status) if status.sources else ():
        console.print(Padding(Text(line), (0, 0, 0, 2)))

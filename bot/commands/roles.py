"""`ai-usage roles`: who may ask the bot about what."""

from pathlib import Path

import click

from bot.options import as_json, print_json


@click.command("roles")
@as_json
@click.pass_obj
def command(config: Path | None, *, json_wanted: bool) -> None:
    """Print who may ask about what, by the settings and by `grant`."""
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.people.granting import holders, who_card  # noqa: PLC0415

    installation = open_installation(config)
    if json_wanted:
        print_json(holders(installation))
        return
    from rich.console import Console  # noqa: PLC0415

    from bot.render.text import render_text  # noqa: PLC0415

    Console().print(render_text(who_card(installation)))

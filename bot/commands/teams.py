"""`ai-usage teams`: what Microsoft Teams needs from this installation."""

import click

from bot.teams import commands


@click.group("teams")
def command() -> None:
    """Prepare the bot for Microsoft Teams."""


command.add_command(commands.package_command)
command.add_command(commands.places_command)

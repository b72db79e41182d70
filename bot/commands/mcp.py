"""`ai-usage mcp`: answer assistants."""

from datetime import date
from pathlib import Path

import click

from bot.options import as_of


@click.command("mcp")
@click.option("--as", "user", default="", help="Answer as this user id of [roles] would be answered.")
@as_of
@click.pass_obj
def command(config: Path | None, user: str, as_of: date | None) -> None:
    """Answer an assistant over the Model Context Protocol, on standard input and output.

    An assistant that runs this command may ask what its user may: name them with --as. Without it whoever starts the
    command is an administrator, as with `ai-usage ask`.
    """
    from bot.assistants import assistants_server  # noqa: PLC0415
    from bot.dialogue import Asker  # noqa: PLC0415
    from bot.installation import open_installation  # noqa: PLC0415

    assistants_server(open_installation(config), Asker(platform="terminal", user=user), as_of).run()

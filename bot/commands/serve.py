"""`ai-usage serve`: everything, until stopped."""

import asyncio
import logging
from pathlib import Path

import click


@click.command("serve")
@click.option("--verbose", is_flag=True, help="Log more than warnings.")
@click.pass_obj
def command(config: Path | None, *, verbose: bool) -> None:
    """Run the bot: Slack, Teams, the chat page, scheduled ingestion and digests."""
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.running.serving import serve  # noqa: PLC0415

    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    asyncio.run(serve(open_installation(config)))

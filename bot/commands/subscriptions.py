"""`ai-usage subscriptions`: what is sent where and when, and what became of it."""

from pathlib import Path

import click

from bot.options import as_json, print_json


@click.command("subscriptions")
@click.option(
    "--arrived", nargs=2, metavar="KEY PERIOD", help="Note that a message whose fate was unknown stands there."
)
@click.option("--missing", nargs=2, metavar="KEY PERIOD", help="Note that it does not; it is sent if it is still due.")
@as_json
@click.pass_obj
def command(
    config: Path | None, arrived: tuple[str, str] | None, missing: tuple[str, str] | None, *, json_wanted: bool
) -> None:
    """Print what is sent where and when, and what is in doubt (`ai-usage status` names those with KEY and PERIOD)."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from bot.installation import open_installation  # noqa: PLC0415
    from bot.sending.places import note_arrived  # noqa: PLC0415
    from bot.sending.subscribed import list_card  # noqa: PLC0415
    from bot.sending.subscriptions import subscriptions_of  # noqa: PLC0415# noqa: PLC0415

    installation = open_installation(config)
    for named, there in ((arrived, True), (missing, False)):
        if named:
            if not note_arrived(installation, *named, there=there):
                raise click.ClickException(
                    f"no delivery {named[0]!r} of {named[1]!r} is in doubt: see `ai-usage status`"
                )
            click.echo(f"noted: {named[1]} of {named[0]} {'arrived' if there else 'did not arrive'}")
            return
    if json_wanted:
        print_json(subscriptions_of(installation))
        return
    from rich.console import Console  # noqa: PLC0415

    from bot.render.text import render_text  # noqa: PLC0415

    Console().print(render_text(list_card(subscriptions_of(installation), datetime.now(UTC))))

"""`ai-usage grant`: who may ask the bot about what."""

from pathlib import Path

import click


@click.command("grant")
@click.argument("who")
@click.argument("what", nargs=-1)
@click.option("--revoke", is_flag=True, help="Take it again; without WHAT, all that was granted.")
@click.pass_obj
def command(config: Path | None, who: str, what: tuple[str, ...], *, revoke: bool) -> None:
    """Let WHO (a user id, or group:ID) ask: `ai-usage grant U0123 sales, marketing`, `enablement`, `administrator`.

    `ai-usage roles` tells who may.
    """
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.people import granting  # noqa: PLC0415
    from bot.people.rights import Asker  # noqa: PLC0415

    words, by = f"{who} {' '.join(what)}", Asker(platform="terminal")
    try:
        card = (granting.revoke if revoke else granting.grant)(words, by, open_installation(config))
    except granting.NotGrantedError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{card.title}: {card.text}")

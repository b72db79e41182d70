"""`ai-usage digest`: the weekly digest."""

from datetime import date
from pathlib import Path

import click

from bot.options import as_json, as_of, print_json


@click.command("digest")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write digest.html, digest.json and the charts to this folder.",
)
@as_of
@as_json
@click.pass_obj
def command(config: Path | None, out: Path | None, as_of: date | None, *, json_wanted: bool) -> None:
    """Print the digest of the latest complete week."""
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.sending.digest import remember, weekly_digest  # noqa: PLC0415
    from bot.sending.digest_files import digest_in_json, write_digest  # noqa: PLC0415

    installation = open_installation(config)
    basis = installation.basis(as_of)
    digest, seen = weekly_digest(basis, installation.settings.organisation.name)
    if digest is None:
        raise click.ClickException("there is no complete week of data yet: `ai-usage status` shows how far it reaches")
    if out is not None:
        write_digest(digest, seen, basis, out)
    remember(basis, digest, seen)
    if json_wanted:
        print_json(digest_in_json(digest, seen, basis))
        return
    from rich.console import Console  # noqa: PLC0415

    from bot.render.text import render_digest  # noqa: PLC0415

    Console().print(render_digest(digest))

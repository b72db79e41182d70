"""`ai-usage insights snooze`, `dismiss` and `restore`."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bot.options import as_of

if TYPE_CHECKING:
    from insights.basis import Basis

T = TypeVar("T")
KEY = click.argument("key")


@click.command("snooze")
@KEY
@click.option("--weeks", type=click.IntRange(1, 52), default=4, show_default=True)
@as_of
@click.pass_obj
def snooze_command(config: Path | None, key: str, weeks: int, as_of: date | None) -> None:
    """Keep a finding out of digests for some weeks, unless it gets materially worse."""
    from bot.actions.choosing import snooze  # noqa: PLC0415

    choice = _done(config, as_of, lambda basis: snooze(basis, key, weeks=weeks))
    click.echo(f"Snoozed until {choice.until}: {choice.key}")


@click.command("dismiss")
@KEY
@click.option("--reason", default="", help="Why, for whoever asks later.")
@as_of
@click.pass_obj
def dismiss_command(config: Path | None, key: str, reason: str, as_of: date | None) -> None:
    """Keep a finding out of digests, unless it gets materially worse."""
    from bot.actions.choosing import dismiss  # noqa: PLC0415

    choice = _done(config, as_of, lambda basis: dismiss(basis, key, reason=reason))
    click.echo(f"Dismissed: {choice.key}")


@click.command("restore")
@KEY
@as_of
@click.pass_obj
def restore_command(config: Path | None, key: str, as_of: date | None) -> None:
    """Let digests tell a finding again."""
    from bot.actions.choosing import restore  # noqa: PLC0415

    _done(config, as_of, lambda basis: restore(basis, key))
    click.echo(f"Restored: {key}")


def _done(config: Path | None, as_of: date | None, do: "Callable[[Basis], T]") -> T:
    from bot.actions.choosing import UnknownFindingError  # noqa: PLC0415
    from bot.installation import open_installation  # noqa: PLC0415

    try:
        return do(open_installation(config).basis(as_of))
    except UnknownFindingError as error:
        raise click.ClickException(str(error)) from error


COMMANDS = {each.name or "": each for each in (snooze_command, dismiss_command, restore_command)}

"""`ai-usage reclaim`: whose unused seats can be taken back, for an administrator with the directory at hand."""

import csv
import logging
import os
import stat
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.options import as_json, as_of, print_json

if TYPE_CHECKING:
    from connectors.reclaim import Reclaim, Reclaims

log = logging.getLogger(__name__)


@click.command("reclaim")
@click.option("--tool", required=True, metavar="TOOL", help="Whose seats: chatgpt, copilot, cursor …")
@click.option(
    "--directory",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="CSV",
    help="The HR list of this moment: the columns of `ingest directory`, and `status` for who is on leave.",
)
@click.option(
    "--out",
    default="reclaim.csv",
    type=click.Path(path_type=Path, dir_okay=False),
    show_default=True,
    help="Where the list is written, readable by you alone.",
)
@as_of
@as_json
@click.pass_obj
def command(
    config: Path | None, tool: str, directory: Path, out: Path, as_of: date | None, *, json_wanted: bool
) -> None:
    """List the holders of unused seats by address. The list is made on this machine, and nothing of it is kept.

    Joiners of the last 30 days and who is on leave are left alone; who has left is listed as such.
    """
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.settings import TOOLS, nearest  # noqa: PLC0415
    from connectors.door import Door  # noqa: PLC0415
    from connectors.errors import ConnectorError  # noqa: PLC0415
    from connectors.reclaim import by_department, reclaims  # noqa: PLC0415
    from insights.basis import latest_complete_week  # noqa: PLC0415
    from storage.idle import idle_seats  # noqa: PLC0415
    from storage.reading import last_day  # noqa: PLC0415

    if tool not in TOOLS:
        raise click.BadParameter(f"there is no tool {tool!r}: {nearest(tool, TOOLS)}", param_hint="--tool")
    installation = open_installation(config)
    basis = installation.basis(as_of)
    week = latest_complete_week(basis.as_of, last_day(basis.store))
    if week is None:
        raise click.ClickException("there is no complete week of data yet: `ai-usage ingest` reads logs")
    door = Door(installation.identity_key(), tool)
    try:
        found = reclaims(directory, door, idle_seats(basis.store, tool, week), basis.as_of)
    except ConnectorError as error:
        raise click.ClickException(str(error)) from error
    if found.seats:
        _write(out, found.seats)
    # who did it, how much, and never whom
    log.warning("reclaim list of %s written: %d seats, %d on leave left alone", tool, len(found.seats), found.on_leave)
    counts = by_department(found.seats)
    if json_wanted:
        print_json(
            {
                "tool": tool,
                "week": week,
                "seats": len(found.seats),
                "by_department": counts,
                "left_alone": found.on_leave,
                "not_in_the_directory": found.unknown,
                "bad_lines": found.bad,
                "file": str(out) if found.seats else None,
            }
        )
        return
    _tell(tool, out, found, counts)


def _tell(tool: str, out: Path, found: "Reclaims", counts: dict[str, int]) -> None:
    for each in found.bad:
        click.echo(f"line {each.line} left out: {each.why}", err=True)
    if found.seats:
        click.echo(f"{len(found.seats)} seats of {tool} in {out}, readable by you alone:")
        for department, count in counts.items():
            click.echo(f"  {department}: {count}")
    else:
        click.echo("No seat can be taken back.")
    if found.on_leave:
        click.echo(f"{found.on_leave} left alone: on leave, or not begun yet.")
    if found.unknown:
        click.echo(f"{found.unknown} more idle seats are of nobody in this directory: shared accounts, or an old list.")


def _write(out: Path, seats: "tuple[Reclaim, ...]") -> None:
    """Write the list anew with rights for its owner alone, whatever was there before."""
    from insights.export import defused  # noqa: PLC0415

    draft = out.with_name(f".{out.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("address", "department", "why"))
        rows.writerows((defused(each.address), defused(each.department), each.why) for each in seats)
    draft.replace(out)

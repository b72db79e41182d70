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
    """Show how fresh the data are, and what was skipped or failed."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from bot.installation import open_installation  # noqa: PLC0415
    from bot.status import status_of  # noqa: PLC0415

    installation = open_installation(config)
    status = status_of(installation.basis(as_of))
    if json_wanted:
        print_json(status)
        return
    console = Console(highlight=False)
    if not status.sources:
        console.print("No source has been read yet: fill in one in the settings, then `ai-usage ingest`.")
        return
    table = Table(
        title=f"Latest complete week: {status.latest_week or 'none yet'}", title_justify="left", box=SIMPLE_HEAD
    )
    for name in ("source", "facts", "last run", "rows", "skipped", "state"):
        table.add_column(name, no_wrap=True)
    for each in status.sources:
        table.add_row(
            each.source,
            f"{each.first_day} – {each.last_day}" if each.first_day else "–",
            f"{each.last_run:%m-%d %H:%M} UTC" if each.last_run else "–",
            f"{each.rows:,}",
            f"{sum(each.skipped.values()):,}",
            "failed" if each.error else "ok",
        )
    console.print(table)
    for each in status.sources:
        if each.error:
            console.print(f"  {each.source}: {each.error}", markup=False)
        for reason, count in each.skipped.items():
            console.print(f"  {each.source}: skipped {count:,} {reason}", markup=False)
    for note in status.notes:
        console.print(f"  {note}", markup=False)

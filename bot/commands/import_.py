"""`ai-usage import`: history from the files that vendors' consoles save."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.options import as_json, as_of, print_json

if TYPE_CHECKING:
    from connectors.exports.export import Period


def _period(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> "Period | None":
    from connectors.exports.export import Period  # noqa: PLC0415

    if value is None:
        return None
    first, _, last = value.partition("..")
    try:
        period = Period(first=date.fromisoformat(first.strip()), last=date.fromisoformat(last.strip()))
    except ValueError:
        raise click.BadParameter("write the first and the last day, as in 2026-10-01..2026-10-28") from None
    if not 2 <= period.days <= 366:
        raise click.BadParameter("the last day lies after the first, by at most a year")
    return period


def _kinds(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    from bot.settings import nearest  # noqa: PLC0415
    from connectors.exports.recognition import exports  # noqa: PLC0415

    known = [each.id for each in exports() if not each.refused]
    if value is not None and value not in known:
        raise click.BadParameter(f"there is no kind {value!r}: {nearest(value, known)}")
    return value or ""


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True), metavar="FILE...")
@click.option(
    "--period",
    callback=_period,
    metavar="FIRST..LAST",
    help="The days that a file's totals are about, where it does not say so itself: 2026-10-01..2026-10-28.",
)
@click.option("--kind", callback=_kinds, metavar="KIND", help="What the files are, where their headings leave it open.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be imported, and write nothing.")
@as_of
@as_json
@click.pass_obj
def command(
    config: Path | None,
    files: tuple[Path, ...],
    period: "Period | None",
    kind: str,
    as_of: date | None,
    *,
    dry: bool,
    json_wanted: bool,
) -> None:
    """Import files that a vendor's console saves: history beyond the APIs, such as a baseline from before.

    Each FILE, or each file of a folder or a .zip, is recognised by its headings. docs/import.md says which are known.
    """
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.running.imported import import_paths, tell  # noqa: PLC0415
    from bot.running.progress import TerminalProgress  # noqa: PLC0415

    installation = open_installation(config)
    with TerminalProgress() as progress:
        reports = import_paths(installation, files, progress, period=period, kind=kind, today=as_of, dry=dry)
    if json_wanted:
        print_json({"written": not dry, "files": reports})
    else:
        for line, is_error in tell(reports, dry=dry):
            click.echo(line, err=is_error)
    if any(each.error for each in reports):
        raise SystemExit(1)

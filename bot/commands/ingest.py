"""`ai-usage ingest`: read the sources now."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.options import as_json, print_json

if TYPE_CHECKING:
    from bot.running.ingestion import Outcome

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended."""


@click.command("ingest")
@click.argument("source", default="")
@click.option(
    "--from",
    "path",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="A folder, file or archive of downloaded logs, or the CSV from HR.",
)
@as_json
@click.pass_obj
def command(config: Path | None, source: str, path: Path | None, *, json_wanted: bool) -> None:
    """Read every source of the settings, or one SOURCE such as chatgpt or directory."""
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.running.ingestion import ingest_all  # noqa: PLC0415
    from bot.running.progress import TerminalProgress  # noqa: PLC0415

    if path is not None and not source:
        raise click.UsageError("--from wants a source: `ai-usage ingest chatgpt --from PATH`")
    installation = open_installation(config)
    if not source and not installation.settings.sources:
        raise click.ClickException("the settings name no source: fill in [sources.chatgpt], then try again")
    try:
        with TerminalProgress() as progress:
            outcomes = ingest_all(installation, progress, source, path.absolute() if path else None)
    except KeyboardInterrupt:
        click.echo("Stopped. What was read is kept: run it again to go on.", err=True)
        raise SystemExit(INTERRUPTED) from None
    if json_wanted:
        print_json(outcomes)
    else:
        for each in outcomes:
            _tell(each)
    if any(each.report is None or each.report.damaged for each in outcomes):
        raise SystemExit(1)


def _tell(outcome: "Outcome") -> None:
    from insights.words import counted  # noqa: PLC0415

    report = outcome.report
    if report is None:
        again = f"; ask again from {outcome.next_try:%Y-%m-%d %H:%M} UTC on" if outcome.next_try else ""
        click.echo(f"{outcome.source}: {outcome.error}{again}", err=True)
        return
    known = f", {report.known_files:,} read before" if report.known_files else ""
    # A vendor that delivers tables gives pages alone.
    origin = counted(report.files, "file") if report.files or not report.pages else counted(report.pages, "page")
    read = f"{counted(report.rows, 'row')} from {origin}"
    click.echo(f"{outcome.source}: {read}{known}")
    for reason, count in report.skipped.items():
        click.echo(f"  skipped {count:,}: {reason}")
    if report.damaged:
        click.echo(f"  {len(report.damaged)} damaged: {', '.join(report.damaged[:5])}", err=True)

"""`ai-usage ingest`: read the sources now."""

from pathlib import Path

import click


@click.command("ingest")
@click.argument("source", default="")
@click.option(
    "--from",
    "path",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="A folder, file or archive of downloaded logs, or the CSV from HR.",
)
@click.pass_obj
def command(config: Path | None, source: str, path: Path | None) -> None:
    """Read every source of the settings, or one SOURCE such as chatgpt or directory."""
    from bot.ingestion import ingest_all  # noqa: PLC0415
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.progress import TerminalProgress  # noqa: PLC0415
    from insights.words import counted  # noqa: PLC0415

    if path is not None and not source:
        raise click.UsageError("--from wants a source: `ai-usage ingest chatgpt --from PATH`")
    installation = open_installation(config)
    if not source and not installation.settings.sources:
        raise click.ClickException("the settings name no source: fill in [sources.chatgpt], then try again")
    with TerminalProgress() as progress:
        outcomes = ingest_all(installation, progress, source, path.absolute() if path else None)
    failed = False
    for each in outcomes:
        if each.report is None:
            failed = True
            click.echo(f"{each.source}: {each.error}", err=True)
            continue
        report = each.report
        known = f", {report.known_files:,} read before" if report.known_files else ""
        read = f"{counted(report.rows, 'row')} from {counted(report.files, 'file')}"
        click.echo(f"{each.source}: {read}{known}")
        for reason, count in report.skipped.items():
            click.echo(f"  skipped {count:,}: {reason}")
        if report.damaged:
            failed = True
            click.echo(f"  {len(report.damaged)} damaged: {', '.join(report.damaged[:5])}", err=True)
    if failed:
        raise SystemExit(1)

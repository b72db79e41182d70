"""`ai-usage doctor`: whether everything is set up."""

from pathlib import Path

import click

from bot.options import as_json, print_json

SIGNS = {"ok": "[green]✓[/green]", "look": "[yellow]![/yellow]", "wrong": "[red]✗[/red]"}


@click.command("doctor")
@click.argument("part", default="")
@as_json
@click.pass_obj
def command(config: Path | None, part: str, *, json_wanted: bool) -> None:
    """Try every PART of the installation, or one, and say what to fix."""
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415

    from bot.installation import open_installation  # noqa: PLC0415
    from bot.running.doctor import PARTS, examine  # noqa: PLC0415
    from bot.settings import nearest  # noqa: PLC0415

    if part and part not in PARTS:
        raise click.BadParameter(f"there is no part {part!r}: {nearest(part, PARTS)}", param_hint="PART")
    checks = list(examine(open_installation(config), part))
    if json_wanted:
        print_json(checks)
    else:
        console = Console(highlight=False)
        for each in checks:
            console.print(f"{SIGNS[each.state]} {each.part}: {escape(each.said)}")
            if each.fix:
                console.print(f"    → {escape(each.fix)}")
    if any(each.state == "wrong" for each in checks):
        raise SystemExit(1)

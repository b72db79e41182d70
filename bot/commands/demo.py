"""`ai-usage demo`: see the product at work in a minute, without any account."""

import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Literal

import click

from bot.options import as_of


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out/demo"),
    show_default=True,
    help="The folder for the store, the settings, digest.html, digest.json and the charts.",
)
@click.option("--serve/--no-serve", default=True, help="Leave the chat page open afterwards (the default), or exit.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The chat page's port.")
@click.option("--people", type=click.IntRange(100, 20000), default=600, show_default=True)
@click.option("--weeks", type=click.IntRange(18, 104), default=26, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option(
    "--scenario",
    type=click.Choice(["2025", "2026"]),
    default="2025",
    show_default=True,
    help="Which models the company has.",
)
@click.option(
    "--tools",
    type=click.Choice(["chatgpt", "all"]),
    default="chatgpt",
    show_default=True,
    help="ChatGPT alone, or all nine tools that have a connector.",
)
@click.option(
    "--story",
    is_flag=True,
    help="Show weeks passing instead: a finding, its owner, whether it helped, a renewal alert, fewer seats.",
)
@as_of
def command(
    out: Path,
    port: int,
    people: int,
    weeks: int,
    seed: int,
    scenario: Literal["2025", "2026"],
    tools: Literal["chatgpt", "all"],
    as_of: date | None,
    *,
    serve: bool,
    story: bool,
) -> None:
    """Simulate a company, serve its logs, ingest them, and show the digest and the chat page."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415

    from bot.demo_company import DemoPlan, make_demo  # noqa: PLC0415
    from bot.render.text import render_digest  # noqa: PLC0415
    from bot.sending.digest import weekly_digest  # noqa: PLC0415
    from bot.sending.digest_files import write_digest  # noqa: PLC0415

    today = as_of or datetime.now(UTC).date()
    if story:
        _tell(out, today, seed)
        return
    plan = DemoPlan(folder=out, people=people, weeks=weeks, seed=seed, scenario=scenario, today=today, tools=tools)
    installation, outcomes = make_demo(plan)
    for each in outcomes:
        if each.error is not None:
            raise click.ClickException(f"{each.source}: {each.error}")
    basis = installation.basis(today)
    digest, seen = weekly_digest(basis, installation.settings.organisation.name)
    if digest is None:
        raise click.ClickException("the simulated company has no complete week: this should not happen")
    console = Console()
    console.print(render_digest(digest))
    written = write_digest(digest, seen, basis, out)
    console.print(f"\nWrote {len(written)} files to {out}: open {written[0]} in a browser.", highlight=False)
    console.print(f"Ask: {_this_program()} --config {out / 'ai-usage.toml'} ask sales", highlight=False, soft_wrap=True)
    if serve:
        from bot.running.serving import serve_page_until_stopped  # noqa: PLC0415

        serve_page_until_stopped(installation, today, port)


def _tell(out: Path, today: date, seed: int) -> None:
    """Print the messages of the story as they come, and write them as a page."""
    from rich.console import Console  # noqa: PLC0415

    from bot.demo_story import in_words, story, write_story  # noqa: PLC0415
    from bot.render.text import render_text  # noqa: PLC0415

    console, beats = Console(), []
    for beat in story(out, today, seed):
        console.print()
        console.rule(style="dim")
        console.print(in_words(beat), style="bold", markup=False, highlight=False)
        console.print(render_text(beat.card))
        beats.append(beat)
    page = write_story(beats, out)
    console.print(f"\nThe whole story: open {page} in a browser.", highlight=False, soft_wrap=True)


def _this_program() -> str:
    """How this command was called, from here: ".venv/bin/ai-usage" where it is not on the path."""
    program = Path(sys.argv[0])
    if shutil.which(program.name):
        return program.name
    return os.path.relpath(program)

"""`ai-usage ask`: a question in words."""

from datetime import date
from pathlib import Path

import click

from bot.options import as_json, as_of, print_json


@click.command("ask")
@click.argument("text", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the chart's picture to this file.")
@click.option("--as", "user", default="", help="Answer as this user id of [roles] would be answered.")
@as_of
@as_json
@click.pass_obj
def command(
    config: Path | None, text: tuple[str, ...], out: Path | None, user: str, as_of: date | None, *, json_wanted: bool
) -> None:
    """Answer a question: `ai-usage ask sales`, `ask sales vs engineering`, `ask help`."""
    from bot.answer import question_in_json  # noqa: PLC0415
    from bot.dialogue import Asker, Said, reply  # noqa: PLC0415
    from bot.installation import open_installation  # noqa: PLC0415

    asker = Asker(platform="terminal", user=user)
    said = Said(text=" ".join(text), asker=asker)
    answer = reply(said, open_installation(config), as_of)
    if out is not None and answer.card.chart is not None:
        from bot.charts import draw  # noqa: PLC0415

        out.write_bytes(draw(answer.card.chart))
    if json_wanted:
        print_json(
            {
                "question": question_in_json(answer.understanding) if answer.understanding else None,
                "confidence": answer.understanding.confidence if answer.understanding else None,
                "clarify": (answer.understanding.suggestions or None) if answer.understanding else None,
                "card": answer.card,
            }
        )
        return
    from rich.console import Console  # noqa: PLC0415

    from bot.render.text import render_text  # noqa: PLC0415

    Console().print(render_text(answer.card))

"""`ai-usage ask`: a question in words."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.options import as_json, as_of, print_json

if TYPE_CHECKING:
    from bot.dialogue import Reply


@click.command("ask")
@click.argument("text", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the chart's picture to this file.")
@click.option("--as", "user", default="", help="Answer as this user id of [roles] would be answered.")
@click.option(
    "--thread",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The thread's earlier questions, one a line: follow-ups lean on them.",
)
@click.option("--json-lines", is_flag=True, help="Read questions from standard input, answer each with a line of JSON.")
@as_of
@as_json
@click.pass_obj
def command(
    config: Path | None,
    text: tuple[str, ...],
    out: Path | None,
    user: str,
    thread: Path | None,
    as_of: date | None,
    *,
    json_lines: bool,
    json_wanted: bool,
) -> None:
    """Answer a question: `ai-usage ask sales`, `ask sales vs engineering`, `ask why did depth drop`."""
    from bot.dialogue import Asker, Said, reply  # noqa: PLC0415
    from bot.installation import open_installation  # noqa: PLC0415

    asker = Asker(platform="terminal", user=user)
    before = tuple(_lines(thread.read_text(encoding="utf-8"))) if thread else ()
    installation = open_installation(config)

    def asked(words: str) -> "Reply":
        return reply(Said(text=words, asker=asker, before=before), installation, as_of)

    if json_lines:
        for line in sys.stdin:
            _print_line(asked(line.strip()))
        return
    answer = asked(" ".join(text))
    if out is not None and answer.card.chart is not None:
        from bot.charts import draw  # noqa: PLC0415

        out.write_bytes(draw(answer.card.chart))
    if json_wanted:
        print_json(in_json(answer))
        return
    from rich.console import Console  # noqa: PLC0415

    from bot.render.text import render_text  # noqa: PLC0415

    Console().print(render_text(answer.card))


def in_json(answer: "Reply") -> dict[str, object]:
    """Return a reply in the stable shape of `ask --json`. `clarify` is the question back, null where there is none."""
    from bot.answers.answer import question_in_json  # noqa: PLC0415

    understood = answer.understanding
    asks_back = understood is not None and understood.asks_back and not answer.refused
    return {
        "question": question_in_json(understood) if understood else None,
        "confidence": understood.confidence if understood else None,
        "clarify": {"text": answer.card.text, "options": [each.ask for each in answer.card.buttons if each.ask]}
        if asks_back
        else None,
        "card": answer.card,
    }


def _print_line(answer: "Reply") -> None:
    import msgspec  # noqa: PLC0415

    sys.stdout.buffer.write(msgspec.json.encode(in_json(answer)) + b"\n")
    sys.stdout.buffer.flush()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]

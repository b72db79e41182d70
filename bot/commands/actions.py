"""`ai-usage actions`: the catalogue of what the bot may recommend, and what people did about it."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import click

from bot.options import as_json, as_of, print_json

if TYPE_CHECKING:
    from bot.card import Card
    from insights.finding import Action


@click.group("actions", invoke_without_command=True)
@click.option("--log", is_flag=True, help="Every change of every action: when, what, and who made it.")
@click.option("--open", "taken", is_flag=True, help="What is recommended now, and who has taken what until when.")
@as_of
@as_json
@click.pass_context
def command(ctx: click.Context, as_of: date | None, *, log: bool, taken: bool, json_wanted: bool) -> None:
    """Print every action the bot may recommend: steps, where to click, who, how long, and how success is measured.

    The easiest come first. What stands in braces is filled in from the finding.
    """
    if ctx.invoked_subcommand is not None:
        return
    if log or taken:
        _print(_said(ctx, "actions log" if log else "actions", "", as_of), json_wanted=json_wanted)
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415

    from insights.actions import ACTIONS  # noqa: PLC0415

    easiest = sorted(ACTIONS, key=lambda each: (-each.actionable, each.id))
    if json_wanted:
        print_json([asdict(each) | {"actionable": round(each.actionable, 2)} for each in easiest])
        return
    console = Console(highlight=False)
    for action in easiest:
        console.print(action.title, style="bold", markup=False)
        for line in _lines(action):
            console.print(Padding(line, (0, 0, 0, 2)), markup=False)
        console.print()


def _taking(verb: str, about: str) -> click.Command:
    """Return the command that notes something about an action, in the words that the chat understands."""

    @click.argument("words", nargs=-1, required=True)
    @click.option("--as", "user", default="", help="Note it as done by this user id of [roles].")
    @as_of
    @as_json
    @click.pass_context
    def noting(ctx: click.Context, words: tuple[str, ...], user: str, as_of: date | None, *, json_wanted: bool) -> None:
        text = " ".join(words)
        card = _said(ctx, f"{verb} {text}", user, as_of)
        if card is None:
            raise click.UsageError(
                f"“{text}” is not understood: write the action, the departments and the day, such as "
                f"“{verb} prompt workshop for Sales on 12 May”"
            )
        _print(card, json_wanted=json_wanted)

    return click.command(verb, help=about, short_help=about)(noting)


command.add_command(_taking("did", "Note what was done: `did prompt workshop for Sales on 12 May`."))
command.add_command(_taking("done", "Note that an action that was proposed or taken is done."))
command.add_command(_taking("assign", "Give a proposed action to somebody: `… for Sales to T01:U07 by 2026-12-01`."))


def _said(ctx: click.Context, text: str, user: str, as_of: date | None) -> "Card | None":
    from bot.actions.noting import note  # noqa: PLC0415
    from bot.dialogue import Asker, Said, reply  # noqa: PLC0415
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.people.rights import rights_of  # noqa: PLC0415

    installation = open_installation(ctx.obj)
    asker = Asker(platform="terminal", user=user)
    if text == "actions":
        return reply(Said(text=text, asker=asker), installation, as_of).card
    return note(text, asker, rights_of(asker, installation), installation, as_of)


def _print(card: "Card | None", *, json_wanted: bool) -> None:
    from rich.console import Console  # noqa: PLC0415

    from bot.render.text import render_text  # noqa: PLC0415

    if card is not None and json_wanted:
        print_json(card)
    elif card is not None:
        Console().print(render_text(card))


def _lines(action: "Action") -> list[str]:
    from bot.answers.advice import OWNERS, effort, expectation  # noqa: PLC0415
    from bot.answers.wording import tool_name  # noqa: PLC0415
    from insights.finding import ANYWHERE  # noqa: PLC0415

    named = [f"{tool_name(tool)}: {place}" for tool, place in action.where.items() if tool != ANYWHERE]
    other = action.where[ANYWHERE]
    return [
        f"{OWNERS[action.owner]} · {effort(action.minutes)} · {action.id}",
        *(f"{number}. {step}" for number, step in enumerate(action.steps, 1)),
        *(f"Where · {each}" for each in named),
        f"Where · {f'other tools: {other}' if named else other}",
        f"Expect · {expectation(action)}",
    ]

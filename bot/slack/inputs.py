"""Parts of Slack's forms, within its limits, and what was filled into them."""

from collections.abc import Mapping
from typing import Any

from bot.render.slack_words import clip

Block = dict[str, Any]
View = dict[str, Any]

MOST_OPTIONS = 100
OPTION, TITLE, SECTION, LABEL = 75, 24, 3000, 2000  # characters


def modal(title: str, blocks: list[Block]) -> View:
    """A form that can only be closed, until it is given what submits it."""
    return {"type": "modal", "title": plain(title, TITLE), "close": plain("Close", TITLE), "blocks": blocks}


def plain(text: str, limit: int) -> Block:
    """Text in which nothing is parsed."""
    return {"type": "plain_text", "text": clip(text, limit), "emoji": False}


def section(text: str) -> Block:
    """A paragraph."""
    return {"type": "section", "text": plain(text, SECTION)}


def options(names: Mapping[str, str]) -> list[Block]:
    """What can be chosen: names by value."""
    return [{"text": plain(name, OPTION), "value": value} for value, name in names.items()][:MOST_OPTIONS]


def of_input(block: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    """An element to fill in, which `values_of` finds by its block's id."""
    made = {
        "type": "input",
        "block_id": block,
        "label": plain(label, LABEL),
        "element": element | {"action_id": block},
        "optional": optional,
    }
    return made | ({"hint": plain(hint, LABEL)} if hint else {})


def values_of(view: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What was filled in, by block."""
    return {block: next(iter(actions.values())) for block, actions in view["state"]["values"].items()}

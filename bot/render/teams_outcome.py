"""What became of a finding, written into a card that stands in a conversation already. Pure."""

import copy
from collections.abc import Iterator
from typing import Any

from bot.card import Card
from bot.format import one_line, shorten
from bot.render.teams_elements import plain
from bot.render.teams_findings import outcome_elements

_MARK = "outcome"


def with_outcome(card: dict[str, Any], about: str, outcome: Card, *, undone: bool = False) -> dict[str, Any] | None:
    """The card with what was done about a finding in place of its buttons; as it was before, with `undone`.

    None where the card tells of no such finding.
    """
    changed = copy.deepcopy(card)
    found = False
    for number, container in enumerate(_findings(changed, about)):
        found = True
        items = [each for each in container["items"] if not str(each.get("id", "")).startswith(_MARK)]
        opens = None
        for each in items:
            if each.get("type") == "ActionSet":
                each["isVisible"] = undone
                toggles = (action for action in each["actions"] if action["type"] == "Action.ToggleVisibility")
                opens = next(toggles, opens)
        told = [] if undone else outcome_elements(outcome, about, opens)
        container["items"] = items + [each | {"id": f"{_MARK}:{number}:{n}:{about}"} for n, each in enumerate(told)]
    return changed if found else None


def said_of(outcome: Card) -> str:
    """The outcome in one line, as Teams shows it to whoever pressed."""
    return shorten(plain(": ".join(part for part in (one_line(outcome.title), one_line(outcome.text)) if part)), 300)


def _findings(part: Any, about: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    match part:
        case {"type": "Container", "id": str(name), "items": list()} if name.split(":", 2)[2:] == [about]:
            if name.startswith("finding:"):
                yield part
        case dict():
            for each in part.values():
                yield from _findings(each, about)
        case list():
            for each in part:
                yield from _findings(each, about)
        case _:
            return

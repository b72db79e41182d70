"""What Adaptive Cards are made of: words that nothing is read into, and how large a message Teams takes.

Words from outside go into `RichTextBlock`s, where Teams reads no Markdown, mention or link; where only a `TextBlock`
will do (headings), signs that mean something are replaced by their likeness.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.format import clean, one_line

Element = dict[str, object]

LARGEST = 80_000
"""Bytes of a message in UTF-16, pictures inside it not counted. Teams refuses from some 100 KB on."""

TEXT = 3000  # characters of a paragraph
SHORT = 400

_LIKENESS = str.maketrans(
    {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "[": "［", "]": "］", "<": "‹", ">": "›", "#": "﹟", "\\": "∖", "|": "∣"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """What stays together in one message."""

    elements: tuple[Element, ...]


def plain(text: str) -> str:
    """Text for where no Markdown is read: cleaned, and without what cards replace by a date."""
    return clean(text).replace("{{", "{ {").replace("${", "$ {")


def defanged(text: str) -> str:
    """One line for where Markdown is read: signs for bold, links, mentions and lists made likenesses."""
    text = plain(one_line(text)).translate(_LIKENESS).replace("://", "∶//")
    start, dot, rest = text.partition(".")
    if dot and start.isdecimal():
        return f"{start}․{rest}"
    return f"–{text[1:]}" if text[:2] in {"- ", "+ "} else text


def size_of(card: Mapping[str, object]) -> int:
    """Bytes as Teams counts them: UTF-16, without the pictures inside."""
    bare = json.dumps(card, ensure_ascii=False, default=str)
    return 2 * len(bare) - 2 * _inside(card) + _beyond(bare)


def _beyond(text: str) -> int:
    """What letters outside the first plane take more, in bytes of UTF-16."""
    return 2 * sum(letter > "\uffff" for letter in text)


def _inside(part: object) -> int:
    """Characters of the pictures inside."""
    match part:
        case dict():
            return sum(map(_inside, part.values()))
        case list() | tuple():
            return sum(map(_inside, part))
        case str() if part.startswith("data:image/"):
            return len(part)
        case _:
            return 0


def heading(text: str, *, size: str = "Default") -> Element:
    """A heading for eyes and screen readers. `text` is defanged already: Teams reads Markdown here."""
    return {"type": "TextBlock", "text": text, "wrap": True, "style": "heading", "size": size, "weight": "Bolder"}


def rich(*runs: Element | str, **more: object) -> Element:
    """A paragraph of runs."""
    return {"type": "RichTextBlock", "inlines": list(runs)} | more


def run(text: str, **style: object) -> Element:
    """Words in one style; whatever is in them stays words."""
    return {"type": "TextRun", "text": plain(text)} | style


def quiet(text: str, **more: object) -> Element:
    """A small, pale paragraph."""
    return rich(run(text, size="Small", isSubtle=True), **more)


def toggle(title: str, name: str) -> Element:
    """A button that shows or hides the element of that id, without asking us."""
    return {"type": "Action.ToggleVisibility", "title": title, "targetElements": [name]}

"""Wordings that every platform shares."""

from dataclasses import replace

from bot.card import Advice, Card, Field
from bot.format import one_line


def change_words(field: Field) -> str:
    """The change and whether it is a good one, since "down" can be either: "down 9 points over 14 weeks · better"."""
    change = one_line(field.change)
    return f"{change} · {field.trend}" if change and field.trend != "neutral" else change


def facts_of(advice: Advice) -> list[tuple[str, str]]:
    """Who, how long, where and what to expect: those that are said."""
    named = (("Who", advice.owner), ("Takes", advice.effort), ("Where", advice.where), ("Expect", advice.expected))
    told = [(name, one_line(value)) for name, value in named]
    return [(name, value) for name, value in told if value and value.lower() != "unknown"]


def inside(view: Card, card: Card) -> Card:
    """A view as it stands under the digest's card: no questions to ask next, and no footer that repeats the card's."""
    return replace(view, buttons=(), footer="" if view.footer == card.footer else view.footer)


def paragraphs(text: str) -> list[str]:
    """The parts of a text that empty lines keep apart, without their own line breaks."""
    return [part for part in (one_line(block) for block in text.replace("\r\n", "\n").split("\n\n")) if part]

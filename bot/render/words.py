"""Wordings that every platform shares."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.card import Advice, Card, Digest, Field
from bot.format import one_line

_SPAN = re.compile(r" over (\d+ weeks?)$")
_SHORTEST, _LONGEST = 20, 110
"""Between which a headline's first part, up to its colon, can stand for it."""


def change_words(field: Field) -> str:
    """The change and whether it is a good one, since "down" can be either: "down 9 points over 14 weeks · better"."""
    change = one_line(field.change)
    return f"{change} · {field.trend}" if change and field.trend != "neutral" else change


def facts_of(advice: Advice) -> list[tuple[str, str]]:
    """Who, how long, where and what to expect: those that are said."""
    named = (("Who", advice.owner), ("Takes", advice.effort), ("Where", advice.where), ("Expect", advice.expected))
    told = [(name, one_line(value)) for name, value in named]
    return [(name, value) for name, value in told if value and value.lower() != "unknown"]


def resolved_words(card: Card) -> list[str]:
    """What earlier cards told and is gone, a line each: "Resolved: Sales no longer …"."""
    return [f"Resolved: {told}" for told in map(one_line, card.resolved) if told]


def inside(digest: Digest) -> list[Card]:
    """The views as they stand under the digest's card.

    They are titled by what tells them apart, without questions to ask next or a footer that repeats the card's.
    """
    titles = short_titles(digest)
    return [
        replace(view, title=title, buttons=(), footer="" if view.footer == digest.card.footer else view.footer)
        for view, title in zip(digest.views, titles, strict=True)
    ]


def short_titles(digest: Digest) -> list[str]:
    """The views' titles without the parts that all of them share: "Tokens" of "Whole company · Tokens · ChatGPT"."""
    parts = [one_line(view.title).split(" · ") for view in digest.views]
    shared = set.intersection(*map(set, parts)) if len(parts) > 1 else set()
    own = [" · ".join(part for part in each if part not in shared) for each in parts]
    return [short or one_line(view.title) for short, view in zip(own, digest.views, strict=True)]


def paragraphs(text: str) -> list[str]:
    """The parts of a text that empty lines keep apart, without their own line breaks."""
    return [part for part in (one_line(block) for block in text.replace("\r\n", "\n").split("\n\n")) if part]


def shared_span(fields: Sequence[Field]) -> str:
    """The weeks that all changes of three or more numbers speak of: "14 weeks"; empty where they differ."""
    spans = {found[1] if (found := _SPAN.search(field.change)) else "" for field in fields if one_line(field.change)}
    many = sum(bool(one_line(field.change)) for field in fields)
    return spans.pop() if len(spans) == 1 and many >= 3 else ""


def without_span(field: Field, span: str) -> Field:
    """The field whose change does not say what is said once for all: "up 73" of "up 73 over 14 weeks"."""
    return replace(field, change=field.change.removesuffix(f" over {span}")) if span else field


def lead_of(headline: str) -> tuple[str, str]:
    """A headline's point and what follows it: ("Sales asks often and shallowly:", " 6.0 sessions a week …")."""
    at = headline.find(": ")
    return (headline[: at + 1], headline[at + 1 :]) if _SHORTEST <= at <= _LONGEST else (headline, "")

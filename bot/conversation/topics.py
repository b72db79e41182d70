"""What people call a view, in their own words; beside the words that views and metrics bring themselves.

`phrases.toml` has them. Where several views are named the first of `TOPICS` is meant.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.conversation.text import phrases, stem

TOPICS = phrases("topics")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A phrase found in a text: what it stands for, and the words (from, to) that it covers."""

    value: str
    first: int
    last: int


def hits(stems: Sequence[str], phrases: Sequence[tuple[str, re.Pattern[str]]]) -> list[Hit]:
    """Return every place where one of the phrases stands, in the order of the phrases."""
    text = " ".join(stems)
    found = []
    for value, pattern in phrases:
        for match in pattern.finditer(text):
            start = text[: match.start()].count(" ")
            found.append(Hit(value=value, first=start, last=start + match[0].count(" ") + 1))
    return found


def compiled(phrase: str) -> re.Pattern[str]:
    """Return the pattern of one phrase over stems."""
    parts: list[str] = []
    for word in phrase.split():
        if word == "…":
            parts.append(r"(?:\S+ ){0,3}?")
        else:
            forms = sorted({form for each in word.split("|") for form in (each.replace("_", " "), _stems(each))})
            parts.append(f"(?:{'|'.join(map(re.escape, forms))}) ")
    return re.compile(rf"(?<!\S){''.join(parts).removesuffix(' ')}(?!\S)")


def _stems(words: str) -> str:
    return " ".join(map(stem, words.split("_")))


@cache
def topics() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return every phrase with the view that it names."""
    return tuple((view, compiled(phrase)) for view, phrases in TOPICS.items() for phrase in phrases)


@cache
def alone(text: str) -> str:
    """Return the view that the whole of a text names, though its words name none within a longer one; else ''."""
    return next(
        (
            view
            for view, said in phrases("alone").items()
            if text in {" ".join(map(stem, each.split())) for each in said}
        ),
        "",
    )


def names_view(text: str) -> bool:
    """Tell whether the whole of a text is a phrase for a view."""
    return any(pattern.fullmatch(text) for _, pattern in topics())


def words_of(phrases: Sequence[str]) -> frozenset[str]:
    """Return the stems of every word that the phrases use."""
    return frozenset(stem(word) for phrase in phrases for word in re.split(r"[ |_]", phrase) if word != "…")


def longest(found: Sequence[Hit]) -> list[Hit]:
    """Return the hits without those that lie within a longer one."""
    return [
        each
        for each in found
        if not any(
            other.first <= each.first and each.last <= other.last and other.last - other.first > each.last - each.first
            for other in found
        )
    ]

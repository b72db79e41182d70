"""What is met kindly without an answer: people, content, attempts on the rules, other subjects; and small talk."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Literal

from bot.conversation.text import Token, first_names, phrases
from bot.conversation.topics import compiled

Why = Literal["person", "content", "rules", "scope"]
"""Why a question is declined: it is about one person, what was written, against the rules, or about other things."""

REFUSED = phrases("refused")
WHYS: tuple[Why, ...] = ("rules", "content", "person", "scope")
"""In the order in which they are looked for."""


KIND = frozenset(phrases("talk")["kind"])
KINDLY = KIND | frozenset(phrases("talk")["kindly"])
HELP = phrases("talk")["help"]

AFTER_HELP = frozenset(
    {
        "you",
        "this",
        "bot",
        "please",
        "about",
        "here",
        "for",
        "me",
        "now",
        "then",
        "today",
        "do",
        "the",
        "exactly",
        "actually",
        "really",
        "again",
        "all",
        "have",
    }
)

ADDRESS = re.compile(
    r"(?i:\b(?:user|employee|person|id)\s*#?\s*\d{2,})|[^\s@<>]+@[^\s@<>]+|<@[UW][A-Z0-9]+|(?-i:\b[UW][A-Z0-9]*\d[A-Z0-9]{3,}\b)|(?<!\w)@[a-z][\w.-]+"
    r"|(?-i:\b(?:Dr|Mr|Mrs|Ms|Prof|Professor|Frau|Herr|Mme)\.? [A-Z][a-z]+)|\b[a-z]\.[a-z]{3,}\b"
    r"|(?-i:\bpersonal (?:details?|data|info\w*|files?|records?)\b)",
    re.IGNORECASE,
)
HOSTILE = re.compile(
    r"(?i)<\s*script|;\s*--|\bdrop\s+table\b|\bunion\s+select\b|\bselect\b.+\bfrom\b\s+\w+|\{\{|\$\{|^\s*(?:system|assistant|developer)\s*:|<\|"
    r"|\b(?:os|subprocess)\.\w+\(|__import__|\brm\s+-rf\b|\.\./|/etc/passwd"
)


@cache
def _patterns() -> tuple[tuple[Why, re.Pattern[str]], ...]:
    return tuple((why, compiled(phrase)) for why in WHYS for phrase in REFUSED[why])


@cache
def _heaviest() -> tuple[re.Pattern[str], ...]:
    return tuple(compiled(phrase) for phrase in REFUSED["heaviest"])


@cache
def _helping() -> tuple[re.Pattern[str], ...]:
    return tuple(compiled(phrase) for phrase in HELP)


def is_kind(words: Sequence[str]) -> bool:
    """Tell whether all there is to it is a greeting or thanks."""
    return bool(words) and set(words) <= KINDLY and bool(set(words) & KIND)


def asks_for_help(stems: str) -> bool:
    """Tell whether somebody asks what may be asked, or who answers; a greeting may stand before it."""
    words = stems.split()
    greeted = next((n for n, word in enumerate(words) if word not in KINDLY), 0)
    return _asks_for_help(stems) or (greeted > 0 and _asks_for_help(" ".join(words[greeted:])))


def _asks_for_help(stems: str) -> bool:
    found = (each.match(stems) for each in _helping())
    return any(match and set(stems[match.end() :].split()) <= AFTER_HELP for match in found)


def hostile(text: str) -> bool:
    """Tell whether the text, as typed, holds what only an attempt on the machine would."""
    return HOSTILE.search(text) is not None


def names_somebody(text: str, row: Sequence[Token], strange: Sequence[bool]) -> bool:
    """Tell whether somebody is named: an address, a given name, or two strange words with capitals.

    `strange` tells of each word of the row whether it names nothing that is known.
    """
    if ADDRESS.search(text):
        return True
    if any(odd and each.word in first_names() for each, odd in zip(row, strange, strict=True)):
        return True
    capital = [
        odd and each.raw[:1].isupper() and not each.raw.isupper() for each, odd in zip(row, strange, strict=True)
    ]
    return any(one and two for one, two in pairwise(capital))


def refused(stems: str, *, apart: bool = False) -> Why | None:
    """Return why it is declined, by the words that were used; None where nothing speaks against an answer.

    `apart` tells that groups are asked for: "the heaviest users" are then departments.
    """
    why = next((why for why, pattern in _patterns() if pattern.search(stems)), None)
    if why is None and not apart and any(pattern.search(stems) for pattern in _heaviest()):
        return "person"
    return why

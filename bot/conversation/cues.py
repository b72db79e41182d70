"""Words that say what to do with the numbers: compare, rank, explain, recommend, look ahead, tell apart by."""

import re
from functools import cache

from bot.conversation.text import phrases
from bot.conversation.topics import compiled
from insights.question import By, Rank

CUES = phrases("cues")

BOTTOM = frozenset(phrases("words")["bottom"])
NUMBERS = dict(
    zip(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), range(1, 11), strict=True)
)
_HOW_MANY = rf"(\d{{1,2}}|{'|'.join(NUMBERS)})"
COUNTED = re.compile(
    rf"(?:top|best|worst|bottom|lowest|highest|biggest|smallest|most|least|leading|first|last) {_HOW_MANY}\b"
    rf"|\b{_HOW_MANY} (?:best|worst|biggest|smallest|lowest|highest|top|most|least|strongest|weakest)"
)
BY_WORDS: dict[str, By] = {
    **dict.fromkeys(("department", "team", "group", "unit", "function", "division"), "department"),
    **dict.fromkeys(("tool", "app", "vendor", "assistant"), "tool"),
    **dict.fromkeys(("location", "office", "site", "country", "city"), "location"),
    **dict.fromkeys(("week", "month"), "week"),
}
BY = re.compile(
    r"\b(?:by|per|for each|for every|of each|in each|each|every|across|split by|between|among|broken down by"
    r"|grouped by|which|what|any)(?: the| all| our| different| of the| of our)*"
    r" (department|team|group|unit|function|division|tool|app|vendor|assistant|location|office|site|country|city)\b"
    r"|\b(?:by|broken down by|split by) (week|month)\b|\b(week) by week\b|\b(month) (?:by|over) month\b"
)


@cache
def cues() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return every phrase with what it asks for."""
    return tuple((cue, compiled(phrase)) for cue, phrases in CUES.items() for phrase in phrases)


def by_of(stems: str) -> By | None:
    """Return what the numbers are to be told apart by."""
    match = BY.search(stems)
    return BY_WORDS[next(filter(None, match.groups()))] if match else None


def rank_of(stems: str) -> Rank:
    """Return from which end to list, and how many."""
    match = COUNTED.search(stems)
    number = next(filter(None, match.groups()), None) if match else None
    return Rank(
        order="bottom" if BOTTOM & set(stems.split()) else "top",
        count=(NUMBERS.get(number) or int(number)) if number else None,
    )

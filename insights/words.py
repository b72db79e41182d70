"""Words for sentences that are filled from numbers."""

import re
from collections.abc import Collection, Sequence
from datetime import date

from insights.numbers import format_value as told
from storage.ingestion import IMPORTED

__all__ = [
    "TOOL_NAMES",
    "counted",
    "day",
    "everyone",
    "grouped_words",
    "listing",
    "several",
    "told",
    "tool_name",
    "verb",
]

TOOL_NAMES = {
    "*": "all AI tools",
    "chatgpt": "ChatGPT",
    "codex": "Codex",
    "openai-api": "OpenAI API",
    "copilot": "Microsoft 365 Copilot",
    "gemini": "Gemini",
    "github-copilot": "GitHub Copilot",
    "claude": "Claude",
    "claude-code": "Claude Code",
    "cursor": "Cursor",
}

MOST_EXCEPTIONS = 3


def listing(names: Sequence[str], most: int = 3) -> str:
    """Return "A", "A and B", "A, B and C", "A, B and 2 more"."""
    if not names:
        return ""
    if len(names) > most:
        named = names[: most - 1]
        return f"{', '.join(named)} and {len(names) - len(named)} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def everyone(names: Sequence[str]) -> str:
    """Return a sentence that names those whom `listing` counted only; empty where it named all."""
    return f"They are {listing(names, most=12)}." if len(names) > 3 else ""


def counted(number: float, one: str, many: str = "") -> str:
    """Return "1 seat", "2 seats", "1,250 seats"."""
    return f"{number:,.0f} {one if round(number) == 1 else many or one + 's'}"


def verb(number: int, one: str, many: str) -> str:
    """Return the form of a verb that fits how many do it."""
    return one if number == 1 else many


def tool_name(tool: str) -> str:
    """Return a tool's name as people write it; a source of manual exports is called after its kind."""
    if tool.startswith(IMPORTED):
        return f"{tool.removeprefix(IMPORTED)} (imported)"
    return TOOL_NAMES.get(tool, tool)


def day(when: date) -> str:
    """Return "6 October"."""
    return f"{when.day} {when:%B}"


def several(words: str, number: int) -> str:
    """Return the words with each "{one|many}" in the form that fits how many do it."""
    return re.sub(r"\{([^{}|]*)\|([^{}|]*)\}", lambda found: found[1 if number == 1 else 2], words)


def grouped_words(names: Sequence[str], judged: Collection[str], did: str = "rose", did_not: str = "did not") -> str:
    """Return "7 of 9 departments rose; Legal and HR did not": the pattern, then its exceptions.

    `names` are those of which it is true, and `judged` all that were looked at. Where most are exceptions those that
    did are named instead: "2 of 9 departments rose: Legal and HR".
    """
    others = sorted(set(judged) - set(names))
    if len(names) == 1:
        return f"{names[0]} {did}"
    if not others:
        return f"{'Both' if len(names) == 2 else f'All {len(names)}'} departments {did}"
    part = f"{len(names)} of {len(names) + len(others)} departments {did}"
    if len(others) < len(names) and len(others) <= MOST_EXCEPTIONS:
        return f"{part}; {listing(others)} {did_not}"
    return f"{part}: {listing(names)}" if len(names) <= len(others) else part

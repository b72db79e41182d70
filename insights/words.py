"""Words for sentences that are filled from numbers."""

from collections.abc import Sequence

from insights.numbers import format_value as told
from storage.ingestion import IMPORTED

__all__ = ["TOOL_NAMES", "counted", "listing", "told", "tool_name", "verb"]

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


def listing(names: Sequence[str], most: int = 3) -> str:
    """Return "A", "A and B", "A, B and C", "A, B and 2 more"."""
    if not names:
        return ""
    if len(names) > most:
        named = names[: most - 1]
        return f"{', '.join(named)} and {len(names) - len(named)} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


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

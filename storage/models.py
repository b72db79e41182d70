"""The model catalogue: which family a vendor's model name belongs to, and how strong the family is.

Data that connectors (a session belongs to its strongest model) and insights (share on the reference model or above)
both need, so it lies below both. Dots, dashes and underscores are one: `gpt-5-5` and `gpt-5.5` are the same model.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

OTHER: Final = "other"
UNRECOGNISED: Final = "unrecognised"
"""What the door writes in place of a model name that does not look like one, so that no free text can pass."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """A family of models. `rank` orders families by generation, higher is stronger; None: not known."""

    name: str
    rank: int | None


_END = r"(?![a-z0-9])"
_MINI = r"(?=.*-(?:mini|nano)" + _END + ")"

# Pattern (of the slug with dashes), family, rank. The first that matches decides, so the special precede the general.
# Ranks follow the order of release inside a vendor, a mini below its full model; between vendors they are set beside
# the OpenAI family that was current when the model came out.
_FIXED: Final = (
    (r"text-davinci-002|gpt-3-5|gpt-35", "GPT-3.5", 10),
    (r"(?:chatgpt-)?gpt-4o-mini|gpt-4-o-mini", "GPT-4o mini", 20),
    (r"(?:chat)?gpt-4o|gpt-4-o" + _END, "GPT-4o", 40),
    (rf"gpt-4-1{_END}{_MINI}", "GPT-4.1 mini", 36),
    (r"gpt-4-1" + _END, "GPT-4.1", 50),
    (r"gpt-4-5" + _END, "GPT-4.5", 60),
    (r"gpt-4" + _END, "GPT-4", 30),
    (r"gpt-oss", "gpt-oss", 48),
    (r"o1-mini", "o1 mini", 42),
    (r"o1-pro", "o1 pro", 54),
    (r"o1" + _END, "o1", 52),
    (r"o3-mini", "o3 mini", 56),
    (r"o3-pro", "o3 pro", 66),
    (r"o3-deep-research|o4-mini-deep-research|deep-research|research" + _END, "Deep research", 65),
    (r"o3" + _END, "o3", 64),
    (r"o4-mini|codex-mini", "o4 mini", 62),
    (r"agent-mode|agent" + _END, "ChatGPT agent", 67),
    (r"i-5-mini|gpt-5-t-mini", "GPT-5 mini", 68),
    (r"claude-(?:2|instant)", "Claude 2", 15),
    (r"claude-3-haiku", "Claude 3 Haiku", 22),
    (r"claude-3-sonnet", "Claude 3 Sonnet", 32),
    (r"claude-3-opus", "Claude 3 Opus", 34),
    (r"claude-3-5-haiku", "Claude 3.5 Haiku", 44),
    (r"claude-3-5-sonnet", "Claude 3.5 Sonnet", 46),
    (r"claude-3-7-sonnet", "Claude 3.7 Sonnet", 58),
    (r"gemini-(?:1-0-)?pro" + _END, "Gemini 1.0 Pro", 24),
    (r"gemini-1-5-flash", "Gemini 1.5 Flash", 26),
    (r"gemini-1-5-pro", "Gemini 1.5 Pro", 38),
    (r"gemini-2-0-flash-lite", "Gemini 2.0 Flash-Lite", 43),
    (r"gemini-2-0-flash", "Gemini 2.0 Flash", 45),
    (r"gemini-2-0", "Gemini 2.0 Pro", 47),
    (r"gemini-2-5-flash-lite", "Gemini 2.5 Flash-Lite", 57),
    (r"gemini-2-5-flash", "Gemini 2.5 Flash", 59),
    (r"gemini-2-5", "Gemini 2.5 Pro", 63),
    (r"auto" + _END, "Auto", None),
)
_PATTERNS: Final = tuple((re.compile(pattern), Family(name=name, rank=rank)) for pattern, name, rank in _FIXED)

_GPT = re.compile(r"gpt-(?P<major>[5-9])(?:-(?P<minor>\d))?(?P<rest>(?:-.*)?)$")
_CLAUDE = re.compile(r"claude-(?P<line>haiku|sonnet|opus)-(?P<major>[4-9])(?:-(?P<minor>\d))?" + _END)
_GEMINI = re.compile(r"gemini-(?P<major>[3-9])(?:-(?P<minor>\d))?-(?P<line>flash-lite|flash|pro)?")


def _gpt(slug: str) -> Family | None:
    if not (match := _GPT.match(slug)):
        return None
    major, minor, rest = int(match["major"]), int(match["minor"] or 0), match["rest"]
    version = f"{major}.{minor}" if minor else f"{major}"
    rank = 70 + (major - 5) * 100 + minor * 10
    if re.search(r"-(?:mini|nano)" + _END, rest):
        return Family(name=f"GPT-{version} mini", rank=rank - 2)
    if "-codex" in rest:
        return Family(name=f"GPT-{version} Codex", rank=rank + 1)
    if re.search(r"-pro" + _END, rest):
        return Family(name=f"GPT-{version} Pro", rank=rank + 2)
    return Family(name=f"GPT-{version}", rank=rank)


def _claude(slug: str) -> Family | None:
    if not (match := _CLAUDE.match(slug)):
        return None
    major, minor = int(match["major"]), int(match["minor"] or 0)
    version = f"{major}.{minor}" if minor else f"{major}"
    rank = 70 + (major - 4) * 60 + minor * 6 + {"haiku": -4, "sonnet": 0, "opus": 2}[match["line"]]
    return Family(name=f"Claude {match['line'].title()} {version}", rank=rank)


def _gemini(slug: str) -> Family | None:
    if not (match := _GEMINI.match(slug)):
        return None
    major, minor, line = int(match["major"]), int(match["minor"] or 0), match["line"] or "pro"
    version = f"{major}.{minor}" if minor else f"{major}"
    rank = 84 + (major - 3) * 60 + minor * 6 + {"flash-lite": -6, "flash": -4, "pro": 0}[line]
    return Family(name=f"Gemini {version} {line.title()}", rank=rank)


@lru_cache(maxsize=4096)
def family(slug: str) -> Family:
    """Return the family of a model name; `other` without a rank where the catalogue does not know it."""
    plain = slug.strip().lower().replace(".", "-").replace("_", "-")
    for pattern, found in _PATTERNS:
        if pattern.match(plain):
            return found
    return _gpt(plain) or _claude(plain) or _gemini(plain) or Family(name=OTHER, rank=None)


def strength(slug: str) -> tuple[int, str]:
    """Return what to sort model names by, weakest first: no model, then unknown ones, then by rank; ties by name."""
    if not slug:
        return (-2, slug)
    rank = family(slug).rank
    return (-1 if rank is None else rank, slug)

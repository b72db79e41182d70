"""Words for Slack: what must be escaped, and how long a text is in Slack's own unit.

Limits are Slack's (docs.slack.dev/reference/block-kit), counted in UTF-16 units, the larger of the counts in use.
"""

import re

from bot.format import clean

_CUT = "… (shortened)"
_LIKENESS = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "@": "﹫", "#": "﹟"})
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


def units(text: str) -> int:
    """How long Slack takes a text to be."""
    return len(text.encode("utf-16-le")) // 2


def escape_mrkdwn(text: str) -> str:
    """Text that mrkdwn shows as it is: `&`, `<`, `>` escaped; signs for bold, mentions and links made likenesses.

    Slack has no escape for those signs, and an invisible mark beside one can just as well switch it on.
    """
    text = clean(text).translate(_LIKENESS).replace("://", "∶//")
    for sign, entity in _ENTITIES:
        text = text.replace(sign, entity)
    return text


def clip(text: str, limit: int) -> str:
    """At most `limit` units; what is cut says so, in words where there is room."""
    if units(text) <= limit:
        return text
    end = _ending(limit)
    return _first(text, limit - units(end)).rstrip() + end


def clip_escaped(text: str, limit: int) -> str:
    """The same for escaped text, never cut inside an entity."""
    if units(text) <= limit:
        return text
    end = _ending(limit)
    return re.sub(r"&[a-z]{0,3}$", "", clip(text, limit).removesuffix(end)).rstrip() + end


def split(text: str, limit: int) -> list[str]:
    """All of the text in pieces of at most `limit` units, parted at white space where there is some."""
    pieces = []
    while units(text) > limit:
        piece = _first(text, limit)
        space = max(piece.rfind("\n"), piece.rfind(" "))
        piece = piece[:space] if space > len(piece) / 2 else piece
        pieces.append(piece.rstrip())
        text = text[len(piece) :].lstrip()
    return [piece for piece in (*pieces, text) if piece]


def _ending(limit: int) -> str:
    return _CUT if limit >= 100 else "…"


def _first(text: str, limit: int) -> str:
    """The first `limit` units, without half a character at the end."""
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", errors="ignore")

"""What the chat page is given by the rest of the bot."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.card import Card, Chart, Digest
from bot.picture.theme import ThemeName

THEMES: tuple[ThemeName, ...] = ("light", "dark")


@dataclass(frozen=True, kw_only=True, slots=True)
class WebVoice:
    """The blocking functions that make what is said; each runs in a thread. `organisation` is its name.

    `ask` takes a question and the thread whose earlier ones it may lean on.
    """

    ask: Callable[[str, str], Card]
    digest: Callable[[], Digest]
    draw: Callable[[Chart, ThemeName], bytes]
    organisation: str = ""

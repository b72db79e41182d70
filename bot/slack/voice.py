"""What the Slack app is given by the rest of the bot, and what it posts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.card import Card, Chart, Digest

Block = dict[str, Any]


class Message(Protocol):
    """A rendered message: `text` is what a notification and a screen reader say, `blocks` what is seen."""

    @property
    def text(self) -> str:
        """The whole message in words."""
        ...

    @property
    def blocks(self) -> list[Block]:
        """Block Kit, at most 50 blocks."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """The blocking functions that make what is said; each runs in a thread.

    `render_digest` takes the pictures' file ids by card title and gives the message and the replies in its thread,
    one a view and in the order of the views.
    """

    ask: Callable[[str], Card]
    draw: Callable[[Chart], bytes]
    render: Callable[[Card, str | None], Message]
    render_digest: Callable[[Digest, Mapping[str, str]], tuple[Message, Sequence[Message]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """One Slack workspace that the bot speaks in. `administrators` are user ids, or `*` for everybody."""

    client: AsyncWebClient
    voice: Voice
    administrators: frozenset[str]

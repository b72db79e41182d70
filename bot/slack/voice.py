"""What the Slack app is given by the rest of the bot, and where it speaks."""

from collections.abc import Callable
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from bot.card import Chart
from bot.dialogue import Reply, Said
from bot.slack.pictures import Uploads


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """The blocking functions that make what is said; each runs in a thread. An empty text asks for the overview."""

    reply: Callable[[Said], Reply]
    draw: Callable[[Chart], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """One Slack workspace that the bot speaks in. With `native_charts` Slack draws charts itself where it can."""

    client: AsyncWebClient
    voice: Voice
    native_charts: bool = False
    uploads: Uploads = field(default_factory=Uploads, compare=False)

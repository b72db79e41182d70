"""What goes over the wire to Teams and back, as plain JSON: the nouns that the adapter and everything else share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

JSON = dict[str, Any]

CHANNEL = "msteams"
CARD = "application/vnd.microsoft.card.adaptive"
WORDS = "application/vnd.microsoft.activity.message"


class NotAllowedError(Exception):
    """The request is not from Teams, or not for us. `status` is 401, 403, or 503 where that can't be checked now."""

    def __init__(self, said: str, status: Literal[401, 403, 503] = 401) -> None:
        super().__init__(said)
        self.status = status


class RefusedError(Exception):
    """Teams answered that it does not take it. `code` is its word for why, `wait` the seconds it wants to be left."""

    def __init__(self, status: int, code: str, said: str, wait: float | None = None) -> None:
        super().__init__(f"{status} {code}: {said}" if code else f"{status}: {said}")
        self.status = status
        self.code = code
        self.wait = wait


class NoTokenError(Exception):
    """Microsoft gives us no token: the secret is wrong or has expired."""


class UnreachableError(Exception):
    """No connection came about: nothing was sent."""


class NoAnswerError(Exception):
    """It was sent and no answer came back: it may have been taken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """The bot's own registration. `local` is without one: a client on this machine that signs nothing."""

    app_id: str = ""
    app_password: str = ""
    tenant_id: str = ""
    local: bool = False


class Wire(Protocol):
    """What an SDK does for us; `bot/teams/adapter.py` is the one that we have."""

    async def check(self, authorization: str | None, activity: Mapping[str, Any]) -> None:
        """Return if Teams signed this for us. NotAllowedError."""

    async def send(self, service_url: str, conversation: str, activity: JSON) -> str:
        """Post, and return the message's id. RefusedError, NoTokenError, UnreachableError, NoAnswerError."""

    async def update(self, service_url: str, conversation: str, message: str, activity: JSON) -> None:
        """Put another in a message's place. The same errors."""

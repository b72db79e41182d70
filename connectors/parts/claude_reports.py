"""Claude's answers as its Analytics API writes them."""

from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class User(msgspec.Struct):
    """Whose a row of the summary is."""

    id: str | None = None
    email_address: str | None = None


class Chat(msgspec.Struct):
    """Use of chat."""

    distinct_conversation_count: int | None = None
    message_count: int | None = None


class Cowork(msgspec.Struct):
    """Use of Cowork."""

    distinct_session_count: int | None = None
    message_count: int | None = None


class Person(msgspec.Struct):
    """What one person did on a day."""

    user: User
    chat_metrics: Chat | None = None
    cowork_metrics: Cowork | None = None


class Actor(msgspec.Struct):
    """Whose a row of a report is."""

    user_id: str | None = None
    email: str | None = None


class Use(msgspec.Struct):
    """What one person used of one product and model. `amount` is in cents."""

    actor: Actor
    product: str | None = None
    model: str | None = None
    uncached_input_tokens: int | None = None
    output_tokens: int | None = None
    amount: Decimal | None = None


class Summary(msgspec.Struct):
    """What the whole organisation has and did in some days. The end is not part of them."""

    starting_at: str
    ending_at: str | None = None
    assigned_seat_count: int | None = None
    pending_invite_count: int | None = None
    daily_active_user_count: int | None = None

    @property
    def first(self) -> date:
        """The first of the days."""
        return date.fromisoformat(self.starting_at[:10])

    @property
    def days(self) -> int:
        """How many days they are: one, where no end is told."""
        return (date.fromisoformat(self.ending_at[:10]) - self.first).days if self.ending_at else 1


class Summaries(msgspec.Struct):
    """A page of summaries. The reference names no cursor."""

    summaries: list[Summary]
    has_more: bool | None = None
    next_page: str | None = None


class Page(msgspec.Struct, Generic[T]):
    """A page of any of them. `has_more` may be missing: the cursor tells."""

    data: list[T]
    has_more: bool | None = None
    next_page: str | None = None


PEOPLE, REPORT = msgspec.json.Decoder(Page[Person]), msgspec.json.Decoder(Page[Use])
SUMMARIES = msgspec.json.Decoder(Summaries)


def in_money(amount: Decimal | None) -> float | None:
    """Return an amount of cents as whole units of money. Raises ValueError for one that is no number."""
    if amount is not None and not amount.is_finite():
        raise ValueError("an amount is no number")
    return None if amount is None else float(amount / 100)

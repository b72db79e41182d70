"""Cursor's answers as its Admin API writes them, and how a page of a report leads to the next."""

from dataclasses import replace

import msgspec

from connectors.rows import Request


class Member(msgspec.Struct, rename="camel"):
    """Somebody in the team, or who was."""

    id: int | str | None = None
    email: str | None = None
    role: str | None = None
    is_removed: bool | None = None


class Members(msgspec.Struct, rename="camel"):
    """The list of members, which has one page."""

    team_members: list[Member]


class Pagination(msgspec.Struct, rename="camel"):
    """Where a page stands among the others. What is named `page` in one report is `currentPage` in another."""

    has_next_page: bool
    page: int | None = None
    current_page: int | None = None


class Day(msgspec.Struct, rename="camel"):
    """What a member did on a day, as a text or in milliseconds."""

    user_id: int | str | None = None
    email: str | None = None
    day: str | None = None
    date: int | None = None
    is_active: bool | None = None
    composer_requests: int | None = None
    chat_requests: int | None = None
    agent_requests: int | None = None
    cmdk_usages: int | None = None


class Days(msgspec.Struct):
    """A page of the daily report."""

    data: list[Day]
    pagination: Pagination


class Tokens(msgspec.Struct, rename="camel"):
    """The tokens of an event."""

    input_tokens: int | None = None
    output_tokens: int | None = None


class Event(msgspec.Struct, rename="camel"):
    """One use of a model. `timestamp` is in milliseconds."""

    timestamp: str | int
    user_email: str | None = None
    model: str | None = None
    token_usage: Tokens | None = None
    charged_cents: float | None = None
    is_free_bugbot: bool | None = None


class Events(msgspec.Struct, rename="camel"):
    """A page of the usage events."""

    usage_events: list[Event]
    pagination: Pagination


MEMBERS, DAYS = msgspec.json.Decoder(Members), msgspec.json.Decoder(Days)
EVENTS = msgspec.json.Decoder(Events)


def following(told: Pagination, rows: int, request: Request) -> tuple[Request, ...]:
    """Return the question for the page after this one, where there is one."""
    asked = int(request.about)
    if (told.page or told.current_page or asked) != asked or (told.has_next_page and not rows):
        raise ValueError("the pages of the report do not advance")
    if not told.has_next_page:
        return ()
    return (replace(request, body={**(request.body or {}), "page": asked + 1}, about=str(asked + 1)),)

"""Cursor's answers as its Admin API writes them, and how a page of a report leads to the next."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import msgspec

from connectors.connector import Scopes
from connectors.parts.parsing import day_of_milliseconds, known
from connectors.rows import CompanyRow, Request, TablePage


class Member(msgspec.Struct, rename="camel"):
    """Somebody in the team, or who was."""

    id: int | str | None = None
    email: str | None = None
    role: str | None = None
    is_removed: bool | None = None


class Members(msgspec.Struct, rename="camel"):
    """The list of members, which has one page."""

    team_members: list[Member]


class _Spender(msgspec.Struct, rename="camel"):
    spend_cents: float | None = None
    overall_spend_cents: float | None = None


class _Spend(msgspec.Struct, rename="camel"):
    team_member_spend: list[_Spender]
    subscription_cycle_start: int | None = None
    total_pages: int | None = None


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
    pagination: Pagination | None = None


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
EVENTS, _SPEND = msgspec.json.Decoder(Events), msgspec.json.Decoder(_Spend)

SPENT = frozenset({"cycle_spend", "cycle_spend_beyond_plan", "cycle_days"})
"""What the spend of the current cycle tells of the team: all of it, what is paid on top, and its days so far."""


def following(told: Pagination | None, rows: int, request: Request) -> tuple[Request, ...]:
    """Return the question for the page after this one, where there is one.

    The API once answered without pages. Without a word on them, one that is full may be followed by others: ValueError.
    """
    asked = int(request.about)
    if told is None:
        if rows >= int(str((request.body or {})["pageSize"])):
            raise ValueError("a full answer that says nothing about further pages")
        return ()
    if (told.page or told.current_page or asked) != asked or (told.has_next_page and not rows):
        raise ValueError("the pages of the report do not advance")
    if not told.has_next_page:
        return ()
    return (replace(request, body={**(request.body or {}), "page": asked + 1}, about=str(asked + 1)),)


def ask_spend(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for the spend of the current cycle as of `last`."""
    del scopes, first
    return (Request(path="teams/spend", body={"page": 1, "pageSize": 100}, about=f"1 {last}"),)


def parse_spend(answer: bytes, request: Request) -> TablePage:
    """Return what all members on a page spent. Raises ValueError where pages that the vendor counts do not come."""
    page = _SPEND.decode(answer)
    number, today = int(request.about.split()[0]), date.fromisoformat(request.about.split()[1])
    more = number < (page.total_pages or 1)
    if more and not page.team_member_spend:
        raise ValueError("the pages of the spend end before their count")
    spent = known(
        cycle_spend=_sum(each.overall_spend_cents for each in page.team_member_spend),
        cycle_spend_beyond_plan=_sum(each.spend_cents for each in page.team_member_spend),
    )
    begun = day_of_milliseconds(page.subscription_cycle_start)
    days = known(cycle_days=(today - begun).days + 1 if begun and begun <= today else None)
    following_page = replace(request, body={**(request.body or {}), "page": number + 1}, about=f"{number + 1} {today}")
    return TablePage(
        company=(CompanyRow(day=today, measures=spent, adds=True), CompanyRow(day=today, measures=days)),
        then=(following_page,) if more else (),
    )


def _sum(cents: Iterable[float | None]) -> float | None:
    told = [each for each in cents if each is not None]
    return sum(told) / 100 if told else None

"""Google Workspace's log of activities in the Reports API, which is the same for every application."""

from collections.abc import Callable
from datetime import date

import msgspec

from connectors.connector import Scopes
from connectors.parts.parsing import midnights, next_page
from connectors.rows import Request


class Id(msgspec.Struct, rename="camel"):
    """When an activity was, and what tells it from others."""

    time: str | None = None
    unique_qualifier: str | int | None = None
    application_name: str | None = None
    customer_id: str | None = None


class Actor(msgspec.Struct, rename="camel"):
    """Who it was."""

    email: str | None = None
    profile_id: str | None = None


class Parameter(msgspec.Struct):
    """One thing that is told of an event; lists and numbers are not decoded."""

    name: str | None = None
    value: str | None = None


class Event(msgspec.Struct):
    """One of the events of an activity."""

    parameters: list[Parameter] | None = None


class Activity(msgspec.Struct):
    """What one person did at one moment."""

    id: Id
    actor: Actor | None = None
    events: list[Event] | None = None


class _Activities(msgspec.Struct, rename="camel"):
    kind: str | None = None
    items: list[Activity] | None = None
    next_page_token: str | None = None


_ACTIVITIES = msgspec.json.Decoder(_Activities)


def ask_activities(application: str) -> Callable[[Scopes, date, date], tuple[Request, ...]]:
    """Return the question for an application's days, to the midnight at the end of the last one."""

    def ask(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
        del scopes
        begin, end = midnights(first, last, "{}T00:00:00.000Z")
        path = f"admin/reports/v1/activity/users/all/applications/{application}"
        return (Request(path=path, parameters={"startTime": begin, "endTime": end, "maxResults": "1000"}),)

    return ask


def read_activities(answer: bytes, request: Request) -> tuple[list[Activity], tuple[Request, ...]]:
    """Return a page's activities, and what asks for the next. Raises ValueError for no list of activities."""
    page = _ACTIVITIES.decode(answer)
    if page.items is None and page.kind is None:
        raise ValueError("the answer is no list of activities")
    return page.items or [], next_page(request, "pageToken", page.next_page_token)


def name_of(name: Id) -> str | None:
    """Return what two tellings of one activity have in common; None where nothing tells it from others."""
    if name.unique_qualifier is None:
        return None
    return f"{name.time} {name.unique_qualifier} {name.application_name} {name.customer_id}"


def parameter(event: Event, name: str) -> str:
    """Return a text that is told of an event; "" where there is none."""
    return next((each.value or "" for each in event.parameters or () if each.name == name), "")

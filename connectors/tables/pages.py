"""The pages of a table: a question about some days, and all that its answers lead to."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from typing import Protocol, TypeVar

from connectors.connector import Table
from connectors.errors import ConnectorError, ExpiredCursorError, ForbiddenError, NotPublishedError, SourceFailedError
from connectors.net.http import READINGS, Api, read_page
from connectors.net.limits import Pace
from connectors.rows import Request, TablePage
from connectors.tables.state import Run

MOST_PAGES = 20_000
"""Pages that one question may lead to: more of them do not come to an end. A person in a list is a new question."""

RESTARTS = 2
"""How often a question is asked from its first page again, where a page that it led to is gone."""

REFUSED = "a person of whom the vendor refuses to tell (403), perhaps for want of a licence"


class Takes(Protocol):
    """What pages are gathered in."""

    def append(self, page: TablePage, /) -> None:
        """Take a page in."""


T = TypeVar("T", bound=Takes)


async def from_the_start(run: Run, table: Table, first: date, last: date, begin: Callable[[], T]) -> T:
    """Gather every page about some days; where one is gone that the vendor led to, all of them anew."""
    for restart in range(RESTARTS + 1):
        gathered = begin()
        try:
            async for page in _pages(run, table, first, last):
                gathered.append(page)
        except ExpiredCursorError:
            if restart == RESTARTS:
                raise
        else:
            return gathered
    raise AssertionError("the last attempt returns or raises")


async def _pages(run: Run, table: Table, first: date, last: date) -> AsyncIterator[TablePage]:
    """Ask for the days, and for what the answers lead to. A question that comes twice would go on for ever.

    Raises ExpiredCursorError where the vendor no longer knows what it led to.
    """
    api = replace(run.api, permission=table.permission, pace=_pace(run, table))
    waiting = deque((request, 0) for request in table.ask(run.access.scopes, first, last))
    asked: set[str] = set()
    refusals: list[ConnectorError] = []
    answered = False
    while waiting:
        request, pages = waiting.popleft()
        key = repr(request)
        if key in asked:
            raise SourceFailedError(f"{table.name} does not come to an end: a page came twice")
        asked.add(key)
        if pages > MOST_PAGES:
            raise SourceFailedError(f"{table.name} does not come to an end: {MOST_PAGES} pages to one question")
        try:
            page = await _page(api, table, request, len(asked))
        except (NotPublishedError, ForbiddenError) as error:
            missing = isinstance(error, NotPublishedError)
            if request.otherwise is not None and missing:
                waiting.append((request.otherwise, pages))
            elif pages and (missing or request.person):
                raise ExpiredCursorError(f"page {len(asked)} was gone when it was asked for ({error})") from error
            elif request.person:
                refusals.append(error)
            else:
                raise
            continue
        run.tally.pages += 1
        # The first page of a person that another list leads to is the beginning of a question.
        waiting.extend((each, 0 if each.person and not request.person else pages + 1) for each in page.then)
        answered |= bool(request.person)
        yield page
    if refused := [each for each in refusals if isinstance(each, ForbiddenError)]:
        run.tally.skipped[REFUSED] += len(refused)
    if refusals and not answered:
        raise (refused or refusals)[0]


async def _page(api: Api, table: Table, request: Request, number: int) -> TablePage:
    try:
        return await read_page(api, request, lambda answer: table.parse(answer, request))
    except (ValueError, KeyError, TypeError) as error:
        raise SourceFailedError(f"page {number} of {table.name} cannot be read, {READINGS} times over") from error


def _pace(run: Run, table: Table) -> Pace:
    if not table.per_minute:
        return run.api.pace
    name, key = table.name, run.access.token
    return run.limits.pace(run.api.base_url, key, run.api.sleep, per_minute=table.per_minute, endpoint=name)

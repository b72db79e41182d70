"""Cursor's Admin API of a team: members, daily usage with a row for every member, and usage events."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any

from aiohttp import web

from demo.company import Company
from demo.tools import ModelUse, ToolDay, ToolUse, shown_address

PAGE = 250
MOST_DAYS = 30
DAY = 86_400_000
"""In milliseconds."""


def routes(company: Company, use: ToolUse) -> list[web.RouteDef]:
    """Return the addresses of a team's API."""

    async def members(_request: web.Request) -> web.Response:
        told = [
            {"id": person, "email": company.people[person].email, "role": "member", "isRemoved": False}
            for person in use.members
        ]
        return web.json_response({"teamMembers": told})

    async def daily(request: web.Request) -> web.Response:
        begin, end, page, size = await _asked(company, request)
        rows = [row for day in range(begin, end + 1) for row in _everybody(company, use, day)]
        shown, more = _cut(rows, page, size)
        pagination = {"page": page, "pageSize": size, "hasNextPage": more, "hasPreviousPage": page > 1}
        return web.json_response({"data": shown, "pagination": pagination})

    async def events(request: web.Request) -> web.Response:
        begin, end, page, size = await _asked(company, request)
        found = [each for day in range(begin, end + 1) for each in _events(company, use, day)]
        shown, more = _cut(found, page, size)
        pagination = {"currentPage": page, "pageSize": size, "hasNextPage": more, "hasPreviousPage": page > 1}
        return web.json_response({"totalUsageEventsCount": len(found), "pagination": pagination, "usageEvents": shown})

    return [
        web.get("/cursor/teams/members", members),
        web.post("/cursor/teams/daily-usage-data", daily),
        web.post("/cursor/teams/filtered-usage-events", events),
    ]


async def _asked(company: Company, request: web.Request) -> tuple[int, int, int, int]:
    """Return the first and last day asked for, the page and its size; 400 for more days than the vendor answers."""
    body = await request.json()
    midnight = _milliseconds(company, 0)
    begin, end = ((int(body[name]) - midnight) // DAY for name in ("startDate", "endDate"))
    if end - begin >= MOST_DAYS:
        raise web.HTTPBadRequest(text=f"a question spans at most {MOST_DAYS} days")
    return begin, end, int(body.get("page", 1)), min(PAGE, int(body.get("pageSize", PAGE)))


def _cut(rows: Sequence[dict[str, Any]], page: int, size: int) -> tuple[Sequence[dict[str, Any]], bool]:
    return rows[(page - 1) * size : page * size], page * size < len(rows)


def _milliseconds(company: Company, day: int) -> int:
    return int(datetime.combine(company.day(day), time(), UTC).timestamp()) * 1000


def _everybody(company: Company, use: ToolUse, day: int) -> Iterator[dict[str, Any]]:
    """Every member has a row in the time that there is anything about, idle ones too."""
    active = {each.person: each for each in use.days.get(day, ())}
    if not 0 <= day < 7 * company.weeks:
        return
    for person in use.members:
        each = active.get(person)
        prompts = each.prompts if each else 0
        yield {
            "userId": person,
            "email": shown_address(company.people[person], person + day),
            "day": str(company.day(day)),
            "date": _milliseconds(company, day),
            "isActive": each is not None,
            "totalLinesAdded": 12 * prompts,
            "composerRequests": prompts // 4,
            "chatRequests": prompts // 3,
            "agentRequests": prompts - prompts // 4 - prompts // 3,
            "cmdkUsages": 0,
        }


def _events(company: Company, use: ToolUse, day: int) -> Iterator[dict[str, Any]]:
    """An event for each model of a day, and one a day that failed and cost nothing."""
    for number, each in enumerate(use.days.get(day, ())):
        for model in each.models:
            yield _event(company, each, model, failed=False)
        if number == 0:
            yield _event(company, each, None, failed=True)


def _event(company: Company, each: ToolDay, model: ModelUse | None, *, failed: bool) -> dict[str, Any]:
    moment = _milliseconds(company, each.day) + (9 * 3600 + 7 * each.person) * 1000
    tokens = {
        "inputTokens": model.input_tokens if model else 0,
        "outputTokens": model.output_tokens if model else 0,
        "cacheReadTokens": 2 * model.input_tokens if model else 0,
        "cacheWriteTokens": 0,
        "totalCents": model.cents if model else 0,
    }
    return {
        "timestamp": str(moment),
        "userEmail": shown_address(company.people[each.person], each.person + each.day),
        "model": model.model if model else "gpt-5",
        "kind": "Errored, not charged" if failed else "Usage-based",
        "maxMode": False,
        "isTokenBasedCall": True,
        "tokenUsage": tokens,
        "isFreeBugbot": False,
        "chargedCents": model.cents if model else 0,
    }

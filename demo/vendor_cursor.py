"""Cursor's Admin API of a team: members and their spend, daily usage with a row for every member, and usage events."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any

from aiohttp import web

from demo.company import Company
from demo.tools import ModelUse, ToolDay, ToolUse, shown_address

PAGE = 250
SPENDERS_A_PAGE = 15
MOST_DAYS = 30
DAY = 86_400_000
"""In milliseconds."""


def routes(company: Company, use: ToolUse) -> list[web.RouteDef]:
    """Return the addresses of a team's API. The current cycle began four weeks before the company's end."""
    cycle = 7 * company.weeks - 28
    cents: Counter[int] = Counter()
    for day in range(cycle, 7 * company.weeks):
        cents.update({each.person: sum(model.cents for model in each.models) for each in use.days.get(day, ())})

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

    async def spend(request: web.Request) -> web.Response:
        body = await request.json()
        page, size = int(body.get("page", 1)), min(SPENDERS_A_PAGE, int(body.get("pageSize", SPENDERS_A_PAGE)))
        told = {
            "teamMemberSpend": [_spender(company, person, cents.get(person, 0)) for person in use.members][
                (page - 1) * size : page * size
            ],
            "subscriptionCycleStart": _milliseconds(company, cycle),
            "totalMembers": len(use.members),
            "totalPages": -(-len(use.members) // size),
        }
        return web.json_response(told)

    return [
        web.get("/cursor/teams/members", members),
        web.post("/cursor/teams/spend", spend),
        web.post("/cursor/teams/daily-usage-data", daily),
        web.post("/cursor/teams/filtered-usage-events", events),
    ]


def _spender(company: Company, person: int, cents: int) -> dict[str, Any]:
    """What goes beyond 20 dollars is paid on top of the plan."""
    told = company.people[person]
    spent = {"spendCents": max(cents - 2000, 0), "overallSpendCents": cents, "includedSpendCents": min(cents, 2000)}
    return {"userId": person, "name": told.name, "email": told.email, "role": "member", **spent}


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

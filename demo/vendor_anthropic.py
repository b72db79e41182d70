"""Claude and Claude Code as Anthropic tells them: an organisation's analytics API, and its usage and cost reports."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from aiohttp import web

from demo.company import Company
from demo.tools import ModelUse, ToolDay, ToolUse, shown_address

PAGE = 40
MOST_DAYS = 31
ANALYTICS = "/anthropic/v1/organizations/analytics"
BUCKETS_A_PAGE = 20
API_COSTS = "/anthropic/v1/organizations/cost_report"
CODE_REPORT = "/anthropic/v1/organizations/usage_report/claude_code"
Told = Callable[[ModelUse], dict[str, Any]]


def routes(company: Company, claude: ToolUse, code: ToolUse) -> list[web.RouteDef]:
    """Return the addresses of both tools."""

    async def users(request: web.Request) -> web.Response:
        day = _day(company, request, "date")
        rows = [_chat(company, each) for each in claude.days.get(day, ())]
        return _page(request, rows + _idle(company, claude, code, day))

    async def usage(request: web.Request) -> web.Response:
        return _page(request, _report(company, claude, code, _day(company, request, "starting_at"), _tokens))

    async def cost(request: web.Request) -> web.Response:
        return _page(request, _report(company, claude, code, _day(company, request, "starting_at"), _amount))

    async def code_report(request: web.Request) -> web.Response:
        day = _day(company, request, "starting_at")
        rows = [row for each in code.days.get(day, ()) for row in _terminals(company, each)]
        return _page(request, [*rows, _machine(company, day)] if rows else [])

    async def summaries(request: web.Request) -> web.Response:
        first, end = _day(company, request, "starting_date"), _day(company, request, "ending_date")
        return web.json_response({"summaries": [_summary(company, claude, code, day) for day in range(first, end)]})

    async def costs(request: web.Request) -> web.Response:
        if request.query.getall("group_by[]", ()) != ["product"]:
            raise web.HTTPBadRequest(text="this simulation knows costs by product alone")
        return _buckets(company, request, lambda day: _products(claude, code, day))

    async def api_costs(request: web.Request) -> web.Response:
        return _buckets(company, request, lambda day: _api_costs(code, day))

    return [
        web.get(f"{ANALYTICS}/users", users),
        web.get(f"{ANALYTICS}/summaries", summaries),
        web.get(f"{ANALYTICS}/cost_report", costs),
        web.get(API_COSTS, api_costs),
        web.get(f"{ANALYTICS}/user_usage_report", usage),
        web.get(f"{ANALYTICS}/user_cost_report", cost),
        web.get(CODE_REPORT, code_report),
    ]


def _day(company: Company, request: web.Request, name: str) -> int:
    """Return the day asked for; 400 where the question is not the vendor's."""
    if "anthropic-version" not in request.headers:
        raise web.HTTPBadRequest(text="anthropic-version: header is required")
    try:
        return (date.fromisoformat(request.query[name][:10]) - company.first_day).days
    except (KeyError, ValueError):
        raise web.HTTPBadRequest(text=f"{name}: a day is required") from None


def _page(request: web.Request, rows: Sequence[dict[str, Any]]) -> web.Response:
    """Return the page asked for: the cursor says how many rows came before it."""
    begin = int(request.query.get("page", "page_0").removeprefix("page_"))
    end = begin + min(PAGE, int(request.query.get("limit", PAGE)))
    more = end < len(rows)
    return web.json_response({"data": rows[begin:end], "has_more": more, "next_page": f"page_{end}" if more else None})


def _buckets(company: Company, request: web.Request, told: Callable[[int], list[dict[str, Any]]]) -> web.Response:
    """Return buckets of a day each; one in which nothing was billed is there, and empty."""
    first, end = _day(company, request, "starting_at"), _day(company, request, "ending_at")
    if end - first > MOST_DAYS or request.query.get("bucket_width", "1d") != "1d":
        raise web.HTTPBadRequest(text=f"at most {MOST_DAYS} buckets of a day")
    begin = int(request.query.get("page", "page_0").removeprefix("page_"))
    days = list(range(first, end))[begin : begin + min(BUCKETS_A_PAGE, int(request.query.get("limit", 7)))]
    following = begin + len(days)
    more = following < end - first
    buckets = [
        {
            "starting_at": f"{company.day(day)}T00:00:00Z",
            "ending_at": f"{company.day(day + 1)}T00:00:00Z",
            "results": told(day),
        }
        for day in days
    ]
    cursor = f"page_{following}" if more else None
    return web.json_response({"data": buckets, "has_more": more, "next_page": cursor})


def _summary(company: Company, claude: ToolUse, code: ToolUse, day: int) -> dict[str, Any]:
    active = [{each.person for use in (claude, code) for each in use.days.get(day - back, ())} for back in range(28)]
    return {
        "starting_at": f"{company.day(day)}T00:00:00Z",
        "ending_at": f"{company.day(day + 1)}T00:00:00Z",
        "assigned_seat_count": len(claude.members),
        "pending_invite_count": 2,
        "daily_active_user_count": len(active[0]),
        "weekly_active_user_count": len(set().union(*active[:7])),
        "monthly_active_user_count": len(set().union(*active)),
    }


def _products(claude: ToolUse, code: ToolUse, day: int) -> list[dict[str, Any]]:
    sums = {name: _cents(use, day) for name, use in (("chat", claude), ("claude_code", code))}
    return [{**_money(cents), "product": name} for name, cents in sums.items() if cents]


def _api_costs(code: ToolUse, day: int) -> list[dict[str, Any]]:
    """Programs of the organisation cost something each day that people work, beside Claude Code."""
    cents = _cents(code, day)
    return [{"currency": "USD", "amount": f"{cents + 310}.5", "workspace_id": None}] if cents else []


def _cents(use: ToolUse, day: int) -> int:
    return sum(model.cents for each in use.days.get(day, ()) for model in each.models)


def _chat(company: Company, each: ToolDay) -> dict[str, Any]:
    return _user(company, each.person, each.day, conversations=each.sessions, messages=each.prompts)


def _idle(company: Company, claude: ToolUse, code: ToolUse, day: int) -> list[dict[str, Any]]:
    """Return rows of those who did nothing in chat; some of them were in Claude Code."""
    active = {each.person for each in claude.days.get(day, ())}
    coding = {each.person: each.sessions for each in code.days.get(day, ())}
    nothing = [person for person in sorted({*claude.members, *coding}) if person not in active]
    return [_user(company, person, day, code_sessions=coding.get(person, 0)) for person in nothing]


def _user(
    company: Company, person: int, day: int, *, conversations: int = 0, messages: int = 0, code_sessions: int = 0
) -> dict[str, Any]:
    return {
        "user": {
            "id": f"user_{person:05d}",
            "email_address": shown_address(company.people[person], person + day),
            "type": "user",
        },
        "chat_metrics": {"distinct_conversation_count": conversations, "message_count": messages},
        "claude_code_metrics": {"core_metrics": {"commit_count": 0, "distinct_session_count": code_sessions}},
        "cowork_metrics": {"distinct_session_count": 0, "message_count": 0},
        "web_search_count": 0,
    }


def _report(company: Company, claude: ToolUse, code: ToolUse, day: int, told: Told) -> list[dict[str, Any]]:
    """Return a report of use by person, product and model: Claude Code is a product of it too."""
    return [
        {
            "actor": {
                "type": "user_actor",
                "user_id": f"user_{each.person:05d}",
                "deleted": False,
                "email": shown_address(company.people[each.person], each.person + day),
            },
            "product": product,
            "model": model.model,
            **told(model),
        }
        for product, use in (("chat", claude), ("claude_code", code))
        for each in use.days.get(day, ())
        for model in each.models
    ]


def _tokens(use: ModelUse) -> dict[str, Any]:
    cached = 3 * use.input_tokens
    return {
        "uncached_input_tokens": use.input_tokens,
        "output_tokens": use.output_tokens,
        "cache_read_input_tokens": cached,
        "total_tokens": cached + use.input_tokens + use.output_tokens,
    }


def _amount(use: ModelUse) -> dict[str, Any]:
    return _money(use.cents)


def _money(cents: int) -> dict[str, Any]:
    return {"amount": f"{cents}.000000", "list_amount": f"{cents}.000000", "currency": "USD"}


def _terminals(company: Company, each: ToolDay) -> Iterable[dict[str, Any]]:
    """Return a row for each terminal: whoever has several sessions holds one of them elsewhere."""
    yield _terminal(company, each, "vscode", each.sessions - (each.sessions > 1), each.models)
    if each.sessions > 1:
        yield _terminal(company, each, "iTerm.app", 1, ())


def _terminal(
    company: Company, each: ToolDay, terminal: str, sessions: int, models: Sequence[ModelUse]
) -> dict[str, Any]:
    return {
        "date": f"{company.day(each.day)}T00:00:00Z",
        "actor": {
            "type": "user_actor",
            "email_address": shown_address(company.people[each.person], each.person + each.day),
        },
        "customer_type": "api",
        "terminal_type": terminal,
        "core_metrics": {"num_sessions": sessions, "commits_by_claude_code": sessions // 2},
        "model_breakdown": [
            {
                "model": use.model,
                "tokens": {"input": use.input_tokens, "output": use.output_tokens, "cache_read": 3 * use.input_tokens},
                "estimated_cost": {"amount": use.cents, "currency": "USD"},
            }
            for use in models
        ],
    }


def _machine(company: Company, day: int) -> dict[str, Any]:
    return {
        "date": f"{company.day(day)}T00:00:00Z",
        "actor": {"type": "api_actor", "api_key_name": "nightly-checks"},
        "core_metrics": {"num_sessions": 1},
        "model_breakdown": [],
    }

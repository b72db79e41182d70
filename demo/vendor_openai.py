"""Codex's Enterprise Analytics of the workspace, and the Admin API of the organisation on OpenAI's platform."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any

import msgspec
from aiohttp import web

from demo.company import Company
from demo.tools import ModelUse, ToolDay, ToolUse, shown_address

CENTS_A_CREDIT = 4
CODEX_PAGE, BUCKETS_A_PAGE = 60, 14
"""Fewer than may be asked for, so that there are pages."""

DAY = 86_400
"""In seconds."""

COSTS_BY_KEY_SINCE = 1_764_979_200
"""Costs by key are refused before this moment, in Unix seconds."""

PROJECT, RESEARCH = "proj_assistant", "proj_research"
"""Most work is done in the first, and every third person works in the second."""

SERVICE_ACCOUNT, PROJECT_KEY = "user-nightly-checks", None
"""Who else calls the API: an account that is no person, and a key of a project, which names nobody."""

Row = dict[str, Any]


def routes(company: Company, codex: ToolUse, api: ToolUse) -> list[web.RouteDef]:
    """Return the addresses of both tools."""
    newest = {each.person: each.day for each in codex.everything()}

    @lru_cache(maxsize=2)
    def codex_rows(begin: int, end: int) -> Sequence[Row]:
        # A span is told in pages: it is not made anew for each.
        return [row for day in range(begin, end) for row in _codex_rows(company, codex, newest, day)]

    async def analytics(request: web.Request) -> web.Response:
        if request.match_info["workspace"] != company.workspace_id:
            raise web.HTTPNotFound
        begin, end = _day(company, request, "start_time"), _day(company, request, "end_time")
        return _page(request, codex_rows(begin, end), min(CODEX_PAGE, _limit(request, CODEX_PAGE, 1000)))

    async def users(request: web.Request) -> web.Response:
        return _listed(request, [*(_user(company, api, person) for person in api.members), _robot()])

    async def projects(request: web.Request) -> web.Response:
        told = {"object": "organization.project", "created_at": _seconds(company, 0), "archived_at": None}
        names = {PROJECT: "Assistant", RESEARCH: "Research"}
        return _listed(
            request, [{**told, "id": each, "name": name, "status": "active"} for each, name in names.items()]
        )

    async def completions(request: web.Request) -> web.Response:
        groups = _groups(request, {"project_id", "user_id", "api_key_id", "model", "batch", "service_tier"})
        return _report(company, request, 7, 31, lambda day: _completions(api, day, groups))

    async def costs(request: web.Request) -> web.Response:
        groups = _groups(request, {"project_id", "line_item", "api_key_id"})
        if "api_key_id" in groups and int(request.query.get("start_time", 0)) < COSTS_BY_KEY_SINCE:
            raise _invalid("group_by", "costs by key are not kept for days that long ago")
        return _report(company, request, 7, 180, lambda day: _costs(api, day, groups))

    organization = "/openai/v1/organization"
    return [
        web.get("/chatgpt/v1/analytics/codex/workspaces/{workspace}/usage", analytics),
        web.get(f"{organization}/users", users),
        web.get(f"{organization}/projects", projects),
        web.get(f"{organization}/usage/completions", completions),
        web.get(f"{organization}/costs", costs),
    ]


def _invalid(name: str, why: str) -> web.HTTPException:
    told = {"error": {"message": f"Invalid '{name}': {why}", "type": "invalid_request_error", "param": name}}
    return web.HTTPBadRequest(text=msgspec.json.encode(told).decode(), content_type="application/json")


def _day(company: Company, request: web.Request, name: str) -> int:
    """Return the day that a moment in Unix seconds, or an ISO time, falls on, counted from the company's first."""
    text = request.query.get(name, "")
    try:
        moment = datetime.fromtimestamp(int(text), UTC) if text.isdigit() else datetime.fromisoformat(text)
    except ValueError:
        raise _invalid(name, "a moment in Unix seconds is required") from None
    return (moment.date() - company.first_day).days


def _seconds(company: Company, day: int) -> int:
    return int(datetime.combine(company.day(day), time(), UTC).timestamp())


def _limit(request: web.Request, default: int, most: int) -> int:
    text = request.query.get("limit", str(default))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise _invalid("limit", f"expected a whole number from 1 to {most}")
    return int(text)


def _groups(request: web.Request, known: set[str]) -> tuple[str, ...]:
    groups = tuple(request.query.getall("group_by", ()))
    if not known.issuperset(groups):
        raise _invalid("group_by", f"expected any of {', '.join(sorted(known))}")
    return groups


def _page(request: web.Request, rows: Sequence[Row], size: int) -> web.Response:
    begin = int(request.query.get("page", "page_0").removeprefix("page_"))
    end = begin + size
    more = end < len(rows)
    told = {"object": "page", "data": rows[begin:end], "has_more": more, "next_page": f"page_{end}" if more else None}
    return web.json_response(told)


def _listed(request: web.Request, rows: Sequence[Row]) -> web.Response:
    """Return the rows after the one whose id is `after`."""
    ids = [row["id"] for row in rows]
    after, size = request.query.get("after"), _limit(request, 20, 100)
    if after is not None and after not in ids:
        raise _invalid("after", "no object with this id")
    begin = ids.index(after) + 1 if after else 0
    shown = rows[begin : begin + size]
    ends = {"first_id": shown[0]["id"], "last_id": shown[-1]["id"]} if shown else {"first_id": None, "last_id": None}
    return web.json_response({"object": "list", "data": shown, **ends, "has_more": begin + size < len(rows)})


def _codex_rows(company: Company, use: ToolUse, newest: Mapping[int, int], day: int) -> Iterator[Row]:
    """A row for each user of a day, and for a few who did nothing. `newest` has each person's last day of use."""
    active = use.days.get(day, ())
    seen = {each.person for each in active}
    idle = [person for person in use.members if person not in seen][:3] if active else []
    for each in active:
        number = each.person + each.day
        yield _codex_row(company, each, named=number % 9 > 0 or newest[each.person] == day, by_model=number % 13 > 0)
    for person in idle:
        nothing = ToolDay(day=day, person=person, prompts=0, sessions=0, models=())
        yield _codex_row(company, nothing, named=True, by_model=True)


def _codex_row(company: Company, each: ToolDay, *, named: bool, by_model: bool) -> Row:
    """`named`: the address is told; `by_model`: so is what each model took."""
    person = company.people[each.person]
    user = person.account.user_id if person.account else f"user-codex{each.person:05d}"
    done = {"threads": each.sessions, "turns": each.prompts}
    total = _spent(each.models)
    models = [{"model": model.model, "speed": "standard", **_spent([model])} for model in each.models]
    return {
        "object": "workspace.codex.usage.result",
        "start_time": _seconds(company, each.day),
        "end_time": _seconds(company, each.day + 1),
        "user_id": user,
        "actor": {
            "type": "ACCOUNT_USER",
            "user_id": user,
            "email": shown_address(person, each.person + each.day) if named else None,
        },
        "totals": {**done, **total},
        "clients": [{"client_id": "CODEX_CLI", **done, **total}] if each.prompts else [],
        "models": models if by_model else None,
        "code_attribution": {"lines_of_code": {"added": 9 * each.prompts, "removed": 2 * each.prompts}},
    }


def _spent(models: Sequence[ModelUse]) -> Row:
    """Three quarters of the input come from the cache."""
    read, written = sum(use.input_tokens for use in models), sum(use.output_tokens for use in models)
    return {
        "credits": sum(use.cents for use in models) / CENTS_A_CREDIT,
        "uncached_text_input_tokens": read - 3 * read // 4,
        "cached_text_input_tokens": 3 * read // 4,
        "text_output_tokens": written,
        "text_total_tokens": read + written,
    }


def _platform_id(person: int) -> str:
    return f"user-{person:020d}"


def _user(company: Company, use: ToolUse, person: int) -> Row:
    """The last one's address is not told."""
    told = company.people[person]
    return {
        "object": "organization.user",
        "id": _platform_id(person),
        "name": told.name,
        "email": None if person == use.members[-1] else shown_address(told, person),
        "role": "owner" if person == use.members[0] else "reader",
        "added_at": _seconds(company, -90) + person,
        "is_service_account": False,
    }


def _robot() -> Row:
    told = {"object": "organization.user", "id": SERVICE_ACCOUNT, "name": "nightly-checks", "email": None}
    return {**told, "role": "reader", "added_at": 1_700_000_000, "is_service_account": True}


def _report(
    company: Company, request: web.Request, default: int, most: int, told: Callable[[int], list[Row]]
) -> web.Response:
    """Return buckets of a day each; one in which nothing happened is there, and empty."""
    if request.query.get("bucket_width", "1d") != "1d":
        raise _invalid("bucket_width", "this simulation keeps days")
    begin = _day(company, request, "start_time")
    end = _day(company, request, "end_time") if "end_time" in request.query else 7 * company.weeks
    buckets = [
        {
            "object": "bucket",
            "start_time": _seconds(company, day),
            "end_time": _seconds(company, day + 1),
            "results": told(day),
        }
        for day in range(begin, end)
    ]
    return _page(request, buckets, min(BUCKETS_A_PAGE, _limit(request, default, most)))


def _calls(use: ToolUse, day: int) -> Iterator[tuple[str, str | None, ModelUse, int]]:
    """Return in which project who called which model how often. Two that are no people call each day, too."""
    active = use.days.get(day, ())
    for each in active:
        project = RESEARCH if each.person % 3 == 0 else PROJECT
        for model in each.models:
            yield project, _platform_id(each.person), model, max(model.input_tokens // 2000, 1)
    if active:
        nightly = ModelUse(model="gpt-5.4", input_tokens=80_000, output_tokens=9_000, cents=19)
        yield PROJECT, SERVICE_ACCOUNT, nightly, 400
        yield PROJECT, PROJECT_KEY, nightly, 300
        idle = next((person for person in use.members if person not in {each.person for each in active}), None)
        if idle is not None:
            yield PROJECT, _platform_id(idle), ModelUse(model="gpt-5.4", input_tokens=0, output_tokens=0, cents=0), 0


def _completions(use: ToolUse, day: int, groups: Sequence[str]) -> list[Row]:
    """Return sums by what was grouped by; what was not is null. `input_tokens` includes cached ones."""
    dimensions = ("project_id", "user_id", "api_key_id", "model", "batch", "service_tier")
    sums: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for project, user, model, requests in _calls(use, day):
        of_call: dict[str, object] = {
            "project_id": project,
            "user_id": user,
            "api_key_id": f"key_{user}",
            "model": model.model,
        }
        of_call |= {"batch": False, "service_tier": "default"}
        total = sums[tuple(of_call[name] if name in groups else None for name in dimensions)]
        for place, number in enumerate((model.input_tokens, model.output_tokens, requests)):
            total[place] += number
    return [
        {
            "object": "organization.usage.completions.result",
            "input_tokens": read,
            "input_cached_tokens": read // 3,
            "output_tokens": written,
            "num_model_requests": requests,
            **dict(zip(dimensions, key, strict=True)),
        }
        for key, (read, written, requests) in sums.items()
    ]


def _costs(use: ToolUse, day: int, groups: Sequence[str]) -> list[Row]:
    """Return money by what was grouped by. Costs know projects, keys and line items, no users."""
    dimensions = ("line_item", "project_id", "api_key_id")
    sums: dict[tuple[object, ...], int] = defaultdict(int)
    for project, user, model, _ in _calls(use, day):
        of_call = {"line_item": model.model, "project_id": project, "api_key_id": f"key_{user}"}
        sums[tuple(of_call[name] if name in groups else None for name in dimensions)] += model.cents
    return [
        {
            "object": "organization.costs.result",
            "amount": {"value": cents / 100, "currency": "usd"},
            **dict(zip(dimensions, key, strict=True)),
        }
        for key, cents in sums.items()
    ]

"""GitHub Copilot of an organisation: seats, who is whom by SAML, and daily reports behind signed links.

How long pull requests took to merge is told of the whole organisation; no domain is verified.
"""

import hashlib
import hmac
import json
import random
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from aiohttp import web

from demo.company import Company
from demo.people import Person
from demo.tools import ToolDay, ToolUse

ORGANISATION = "northwind-demo"
SEATS_A_PAGE = IDENTITIES_A_PAGE = 30
FILES_A_DAY = 2
CREDITS_A_PROMPT = 0.25
MERGES_A_PERSON = 0.4
"""Pull requests that somebody who was active merges on a day, on average."""


def routes(company: Company, use: ToolUse, secret: bytes) -> list[web.RouteDef]:
    """Return the addresses of an organisation. Links are signed with `secret`."""
    persons = company.people

    async def seats(request: web.Request) -> web.Response:
        page, size = int(request.query["page"]), min(SEATS_A_PAGE, int(request.query["per_page"]))
        shown = [_seat(company, person) for person in use.members[(page - 1) * size : page * size]]
        return web.json_response({"total_seats": len(use.members), "seats": shown})

    async def graphql(request: web.Request) -> web.Response:
        asked = await request.json()
        begin = int(asked["variables"]["after"] or 0)
        end = begin + IDENTITIES_A_PAGE
        more = end < len(use.members)
        shown = [persons[person] for person in use.members[begin:end]]
        info = {"hasNextPage": more, "endCursor": str(end) if more else None}
        found = {"externalIdentities": {"nodes": [_identity(person) for person in shown], "pageInfo": info}}
        told: dict[str, Any] = {"samlIdentityProvider": found}
        if "membersWithRole" in asked["query"]:
            told = {"membersWithRole": {"nodes": [_member(person) for person in shown], "pageInfo": info}}
        return web.json_response({"data": {"organization": told}})

    async def report(request: web.Request) -> web.Response:
        day = request.query["day"]
        if not use.days.get(_number(company, day)):
            return web.Response(status=204)
        whole = request.path.endswith("organization-1-day")
        names = [f"{day}-whole"] if whole else [f"{day}-{number}" for number in range(FILES_A_DAY)]
        origin = str(request.url.origin())
        links = [f"{origin}/github-reports/{name}.ndjson?signature={_sign(secret, name)}" for name in names]
        return web.json_response({"download_links": links, "report_day": day})

    async def download(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if "Authorization" in request.headers:
            raise web.HTTPBadRequest(text="only one authentication mechanism is allowed")
        if not hmac.compare_digest(request.query.get("signature", "").encode(), _sign(secret, name).encode()):
            raise web.HTTPForbidden(text="signature does not match")
        day, part = name.rsplit("-", 1)
        if part == "whole":
            return web.json_response(_whole(company, use, _number(company, day)))
        lines = _lines(company, use, _number(company, day))[int(part) :: FILES_A_DAY]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        return web.Response(text=text, content_type="application/x-ndjson")

    organisation = f"/github/orgs/{ORGANISATION}/copilot"
    return [
        web.get(f"{organisation}/billing", partial(_billing, use)),
        web.get(f"{organisation}/billing/seats", seats),
        web.post("/github/graphql", graphql),
        web.get(f"{organisation}/metrics/reports/users-1-day", report),
        web.get(f"{organisation}/metrics/reports/organization-1-day", report),
        web.get("/github-reports/{name}.ndjson", download),
    ]


async def _billing(use: ToolUse, _request: web.Request) -> web.Response:
    breakdown = {"total": len(use.members), "added_this_cycle": 0, "pending_invitation": 1, "pending_cancellation": 0}
    return web.json_response({"seat_breakdown": breakdown, "plan_type": "business"})


def _sign(secret: bytes, name: str) -> str:
    return hmac.new(secret, name.encode(), hashlib.sha256).hexdigest()


def login(person: Person) -> str:
    """Return a person's account name, in capitals for some."""
    return person.email.split("@")[0].replace(".", "-").title() + "-nw"


def _seat(company: Company, person: int) -> dict[str, Any]:
    since = company.day(max(company.people[person].start, -60))
    return {
        "created_at": f"{since}T09:00:00Z",
        "plan_type": "business",
        "pending_cancellation_date": None,
        "assignee": {"login": login(company.people[person]), "id": 1000 + person, "type": "User"},
    }


def _identity(person: Person) -> dict[str, Any]:
    return {"samlIdentity": {"nameId": person.email}, "user": {"login": login(person).lower()}}


def _member(person: Person) -> dict[str, Any]:
    return {"login": login(person).lower(), "organizationVerifiedDomainEmails": []}


def _number(company: Company, day: str) -> int:
    return (date.fromisoformat(day) - company.first_day).days


def _lines(company: Company, use: ToolUse, day: int) -> Sequence[dict[str, Any]]:
    """Return a day's lines: those of who did something, and some whose work ran without them."""
    active = use.days.get(day, ())
    seen = {each.person for each in active}
    idle = [person for person in use.members if person not in seen][:5]
    return [_line(company, each) for each in active] + [
        _line(company, ToolDay(day=day, person=person, prompts=0, sessions=0, models=())) for person in idle
    ]


def _whole(company: Company, use: ToolUse, day: int) -> dict[str, Any]:
    """Return a day's report of everybody together: merging takes some hours, and a little less from week to week."""
    rng = random.Random(f"{company.seed} pull requests {day}")
    merged = sum(rng.random() < MERGES_A_PERSON for _ in use.days.get(day, ()))
    by_copilot = merged // 6
    minutes = rng.uniform(5, 9) * 60 * (1 - day / 7 / 200)
    return {
        "day": str(company.day(day)),
        "daily_active_users": len({each.person for each in use.days.get(day, ())}),
        "pull_requests": {
            "total_created": merged + rng.randint(0, 3),
            "total_merged": merged,
            "median_minutes_to_merge": round(minutes, 1) if merged else None,
            "total_merged_created_by_copilot": by_copilot,
            "median_minutes_to_merge_copilot_authored": round(minutes * 0.6, 1) if by_copilot else None,
        },
    }


def _line(company: Company, each: ToolDay) -> dict[str, Any]:
    line: dict[str, Any] = {
        "day": str(company.day(each.day)),
        "user_id": 1000 + each.person,
        "user_login": login(company.people[each.person]),
        "user_initiated_interaction_count": each.prompts,
        "code_generation_activity_count": 3 * each.prompts,
        "used_cli": bool(each.sessions),
        "ai_credits_used": CREDITS_A_PROMPT * each.prompts,
    }
    if each.sessions:
        line["totals_by_cli"] = {
            "session_count": each.sessions,
            "prompt_count": each.prompts // 2,
            "token_usage": {
                "prompt_tokens_sum": sum(use.input_tokens for use in each.models),
                "output_tokens_sum": sum(use.output_tokens for use in each.models),
            },
        }
    return line

"""GitHub Copilot of an organisation: seats, who is whom by SAML, and daily reports behind signed links."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from aiohttp import web

from demo.company import Company
from demo.people import Person
from demo.tools import ToolDay, ToolUse

ORGANISATION = "northwind-demo"
SEATS_A_PAGE = IDENTITIES_A_PAGE = 30
FILES_A_DAY = 2
CREDITS_A_PROMPT = 0.25


def routes(company: Company, use: ToolUse, secret: bytes) -> list[web.RouteDef]:
    """Return the addresses of an organisation. Links are signed with `secret`."""
    persons = company.people

    async def seats(request: web.Request) -> web.Response:
        page, size = int(request.query["page"]), min(SEATS_A_PAGE, int(request.query["per_page"]))
        shown = [_seat(company, person) for person in use.members[(page - 1) * size : page * size]]
        return web.json_response({"total_seats": len(use.members), "seats": shown})

    async def graphql(request: web.Request) -> web.Response:
        begin = int((await request.json())["variables"]["after"] or 0)
        end = begin + IDENTITIES_A_PAGE
        more = end < len(use.members)
        nodes = [_identity(persons[person]) for person in use.members[begin:end]]
        info = {"hasNextPage": more, "endCursor": str(end) if more else None}
        provider = {"externalIdentities": {"nodes": nodes, "pageInfo": info}}
        return web.json_response({"data": {"organization": {"samlIdentityProvider": provider}}})

    async def report(request: web.Request) -> web.Response:
        day = request.query["day"]
        if not use.days.get((date.fromisoformat(day) - company.first_day).days):
            return web.Response(status=204)
        names = [f"{day}-{number}" for number in range(FILES_A_DAY)]
        origin = str(request.url.origin())
        links = [f"{origin}/github-reports/{name}.ndjson?signature={_sign(secret, name)}" for name in names]
        return web.json_response({"download_links": links, "report_day": day})

    async def download(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if "Authorization" in request.headers:
            raise web.HTTPBadRequest(text="only one authentication mechanism is allowed")
        if not hmac.compare_digest(request.query.get("signature", "").encode(), _sign(secret, name).encode()):
            raise web.HTTPForbidden(text="signature does not match")
        day, number = name.rsplit("-", 1)
        lines = _lines(company, use, (date.fromisoformat(day) - company.first_day).days)[int(number) :: FILES_A_DAY]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        return web.Response(text=text, content_type="application/x-ndjson")

    organisation = f"/github/orgs/{ORGANISATION}/copilot"
    return [
        web.get(f"{organisation}/billing/seats", seats),
        web.post("/github/graphql", graphql),
        web.get(f"{organisation}/metrics/reports/users-1-day", report),
        web.get("/github-reports/{name}.ndjson", download),
    ]


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


def _lines(company: Company, use: ToolUse, day: int) -> Sequence[dict[str, Any]]:
    """Return a day's lines: those of who did something, and some whose work ran without them."""
    active = use.days.get(day, ())
    seen = {each.person for each in active}
    idle = [person for person in use.members if person not in seen][:5]
    return [_line(company, each) for each in active] + [
        _line(company, ToolDay(day=day, person=person, prompts=0, sessions=0, models=())) for person in idle
    ]


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

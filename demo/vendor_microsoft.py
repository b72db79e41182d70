"""Microsoft Graph of the tenant: who holds which licence, the reports on Copilot, and the sign-in before them.

The usage report is a snapshot: a line for each person with the day of the last activity, as of two days before it is
asked for. So the server must know the day.
"""

import csv
import hashlib
import hmac
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from aiohttp import web

from demo.company import Company
from demo.names import DOMAIN
from demo.tools import ToolDay, ToolUse, shown_address

TENANT = "00000000-0000-4000-8000-0000000000aa"
CLIENT_ID = "00000000-0000-4000-8000-0000000000bb"
SCOPE = "https://graph.microsoft.com/.default"
COPILOT_SKU, SUITE_SKU = "639dec6b-bb19-468b-871c-c5c441c4b0cb", "05e9a617-0261-4cee-bb44-138d3ef5d965"
USERS_A_PAGE = 100
LAG = 2
"""Days between the newest activity that a report tells and the day it is asked for."""

PERIODS = {"v1": ("D7", "D30", "D90", "D180", "ALL"), "v2": ("D7", "D28", "D90", "D180", "ALL")}
APPS = tuple(
    f"{app} Copilot" for app in ("Microsoft Teams", "Word", "Excel", "PowerPoint", "Outlook", "OneNote", "Loop")
)
DEFAULT_FIELDS = "displayName,mail,userPrincipalName,id"
Row = dict[str, Any]


def token(secret: str) -> str:
    """Return the bearer token that a client secret is exchanged for."""
    return "eyJ0." + hmac.new(secret.encode(), b"token", hashlib.sha256).hexdigest()


def routes(company: Company, use: ToolUse, secret: str, today: Callable[[], date]) -> list[web.RouteDef]:
    """Return the addresses of Graph and of the sign-in. `today` tells the day whenever it is asked."""
    everybody = tuple(_users(company, use))

    async def sign_in(request: web.Request) -> web.Response:
        form = await request.post()
        if request.match_info["tenant"] != TENANT or form.get("client_id") != CLIENT_ID:
            return web.json_response({"error": "unauthorized_client"}, status=400)
        if form.get("grant_type") != "client_credentials" or form.get("scope") != SCOPE:
            return web.json_response({"error": "invalid_scope"}, status=400)
        if not hmac.compare_digest(str(form.get("client_secret")).encode(), secret.encode()):
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response({"token_type": "Bearer", "expires_in": 3599, "access_token": token(secret)})

    async def products(request: web.Request) -> web.Response:
        return web.json_response({**_context(request, "subscribedSkus"), "value": _products(use)})

    async def users(request: web.Request) -> web.Response:
        return _users_page(request, everybody)

    async def switches(request: web.Request) -> web.Response:
        return web.json_response({**_context(request, "admin/reportSettings/$entity"), "displayConcealedNames": False})

    async def report(request: web.Request) -> web.Response:
        period, version = _asked(request.match_info["arguments"])
        day = (today() - company.first_day).days - LAG
        text = "\ufeff" + _csv(_lines(company, use, day, period, newer=version == "v2"))
        return web.Response(body=text.encode(), content_type="application/octet-stream")

    async def trend(request: web.Request) -> web.Response:
        period, version = _asked(request.match_info["arguments"])
        day = (today() - company.first_day).days - LAG
        text = "\ufeff" + _csv(_trend(company, use, day, period, newer=version == "v2"))
        return web.Response(body=text.encode(), content_type="application/octet-stream")

    graph = "/microsoft/v1.0"
    detail, of_days = (
        f"copilot/reports/getMicrosoft365Copilot{each}" for each in ("UsageUserDetail", "UserCountTrend")
    )
    return [
        web.post("/microsoft/{tenant}/oauth2/v2.0/token", sign_in),
        web.get(f"{graph}/subscribedSkus", products),
        web.get(f"{graph}/users", users),
        web.get(f"{graph}/admin/reportSettings", switches),
        web.get(f"{graph}/{detail}{{arguments:[(].*[)]}}", report),
        web.get(f"{graph}/{of_days}{{arguments:[(].*[)]}}", trend),
    ]


def _context(request: web.Request, of: str) -> Row:
    return {"@odata.context": f"{request.url.origin()}/microsoft/v1.0/$metadata#{of}"}


def _products(use: ToolUse) -> list[Row]:
    """More licences were bought than given away."""

    def product(sku: str, part: str, plan: str, consumed: int, bought: int) -> Row:
        return {
            "skuId": sku,
            "skuPartNumber": part,
            "capabilityStatus": "Enabled",
            "consumedUnits": consumed,
            "prepaidUnits": {"enabled": bought, "suspended": 0, "warning": 0},
            "servicePlans": [{"servicePlanName": plan}],
        }

    held = len(use.members)
    return [
        product(COPILOT_SKU, "Microsoft_365_Copilot", "M365_COPILOT_APPS", held, held + held // 10),
        product(SUITE_SKU, "SPE_E3", "EXCHANGE_S_ENTERPRISE", 5 * held, 6 * held),
    ]


def _principal(company: Company, person: int) -> str:
    """Return the name somebody signs in with: for some, not their address."""
    address = company.people[person].email
    return f"{address.split('@')[0]}@northwind-demo.onmicrosoft.com" if person % 11 == 0 else address


def _users(company: Company, use: ToolUse) -> Iterator[Row]:
    """Everybody employed, licensed or not, and a room, which has no address."""
    suite, licensed = {"skuId": SUITE_SKU, "disabledPlans": []}, {*use.members}
    for number, person in enumerate(company.people):
        if not person.listed or person.end is not None:
            continue
        copilot = [{"skuId": COPILOT_SKU, "disabledPlans": []}] if number in licensed else []
        yield {
            "id": f"00000000-0000-4000-8000-{number:012d}",
            "displayName": person.name,
            "userPrincipalName": _principal(company, number),
            "mail": shown_address(person, number),
            "accountEnabled": True,
            "assignedLicenses": [suite, *copilot],
        }
    yield {
        "id": "00000000-0000-4000-8000-00000000000f",
        "displayName": "Room 1",
        "userPrincipalName": f"room-1@{DOMAIN}",
        "mail": None,
        "accountEnabled": False,
        "assignedLicenses": [],
    }


def _users_page(request: web.Request, everybody: Sequence[Row]) -> web.Response:
    """Return the page asked for, with the fields asked for. The next one's address is told whole."""
    fields = request.query.get("$select", DEFAULT_FIELDS).split(",")
    begin = int(request.query.get("$skiptoken", "skip-0").removeprefix("skip-"))
    end = begin + min(USERS_A_PAGE, int(request.query.get("$top", USERS_A_PAGE)))
    shown = [{name: row[name] for name in fields if name in row} for row in everybody[begin:end]]
    told = {**_context(request, "users"), "value": shown}
    if end < len(everybody):
        told["@odata.nextLink"] = str(request.url.update_query({"$skiptoken": f"skip-{end}"}))
    return web.json_response(told)


def _asked(arguments: str) -> tuple[str, str]:
    """Return the period and the version of the report; 400 for a pair that there is not."""
    given = dict(each.split("=", 1) for each in arguments.strip("()").split(",") if "=" in each)
    period, version = (given.get(name, default).strip("'") for name, default in (("period", ""), ("version", "v1")))
    if period not in PERIODS.get(version, ()):
        raise web.HTTPBadRequest(text="this period is not supported")
    return period, version


def _csv(lines: Sequence[Mapping[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(lines[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def _lines(company: Company, use: ToolUse, day: int, period: str, *, newer: bool) -> list[dict[str, object]]:
    """Return a line for everybody who held a licence in half a year: some gave theirs up and are still told."""
    history: dict[int, list[ToolDay]] = {person: [] for person in use.members}
    for number in sorted(use.days):
        if number <= day:
            for each in use.days[number]:
                history.setdefault(each.person, []).append(each)
    refreshed, days = str(company.day(day)), 180 if period == "ALL" else int(period[1:])
    lines = [
        _line(company, person, refreshed, days, [str(company.day(each.day)) for each in done][-1:], newer=newer)
        | (_counts([each for each in done if each.day > day - days]) if newer else {})
        for person, done in history.items()
    ]
    former = [n for n, each in enumerate(company.people) if each.listed and each.end is not None][:5]
    given_up = [str(company.day(min(day, 0) - 30))]
    none = _counts([]) if newer else {}
    return lines + [_line(company, person, refreshed, days, given_up, newer=newer) | none for person in former]


def _line(
    company: Company, person: int, refreshed: str, days: int, last: Sequence[str], *, newer: bool
) -> dict[str, object]:
    """`last` holds the day of the last activity; nothing for somebody who never was."""
    when = last[0] if last else ""
    name = _principal(company, person)
    line: dict[str, object] = {
        "Report Refresh Date": refreshed,
        "User Principal Name": name.title() if person % 7 == 0 else name,
        "Display Name": company.people[person].name,
        "Last Activity Date": when,
        "Copilot Chat Last Activity Date": when,
    }
    line |= {f"{app} Last Activity Date": when if (person + n) % 3 == 0 else "" for n, app in enumerate(APPS)}
    line["Report Period"] = days
    if newer:
        line |= dict.fromkeys(_counts([]), "")
        line |= {"Copilot Chat (work) Last Activity Date": when, "Copilot Chat (web) Last Activity Date": ""}
        line |= {"Microsoft 365 Copilot Last Activity Date": when, "Edge Last Activity Date": ""}
        line["Copilot Agent Last Activity Date"] = ""
    return line


def _trend(company: Company, use: ToolUse, day: int, period: str, *, newer: bool) -> list[dict[str, object]]:
    """Return a line for each day of the period, newest first: how many people used any app, of the whole tenant."""
    refreshed, days = str(company.day(day)), 180 if period == "ALL" else int(period[1:])
    lines = []
    for number in range(day, day - days, -1):
        done = use.days.get(number, ())
        line: dict[str, object] = {"Report Refresh Date": refreshed, "Report Date": str(company.day(number))}
        for app in ("Microsoft Teams", "Word", "Any App"):
            share = len(done) if app == "Any App" else len(done) // 2
            line |= {f"{app} Enabled Users": len(use.members), f"{app} Active Users": share}
        if newer:
            line["Total prompts submitted"] = sum(each.prompts for each in done)
        lines.append({**line, "Report Period": days})
    return lines


def _counts(done: Sequence[ToolDay]) -> dict[str, object]:
    prompts = sum(each.prompts for each in done)
    return {
        "Prompts submitted for all apps": prompts,
        "Prompts submitted for Copilot Chat (work)": prompts - prompts // 3,
        "Prompts submitted for Copilot Chat (web)": prompts // 3,
        "Active Usage Days for all apps": len(done),
    }

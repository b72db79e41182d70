"""Microsoft 365 Copilot: the usage report of Microsoft Graph, and who holds a licence.

- The report has a line for each person, not for each day. It tells the day of the last activity: on that day the person
  was active, and no more is known of it. So each line is one day with no measures, and the days that earlier readings
  found are kept: active days are a lower bound, which grows with each daily reading. The first finds one a person.
- Prompts and active days of a rolling period of 28 days are not days, and are left out.
- The report holds everybody who had a licence in the past 180 days: seats come from the licences that accounts hold.
  Nobody tells since when, and a blocked account's licence is a seat, too.
- Accounts are known by their user principal name, which the report shows, and belong to the address of their mail.
- The key is a client secret, with the tenant and client_id of the application; or, without these, a bearer token.
- A tenant may conceal names. Concealed lines are counted and left out: they are nobody's.

Not confirmed: which products hold a Copilot licence (those whose own name, or a service plan's, contains COPILOT, the
Studio aside). Only the global cloud has the report. Source: the vendor's pages about Graph's reports, read in 2026.
"""

import csv
import re
from collections import Counter
from datetime import date
from io import StringIO
from urllib.parse import parse_qsl, urlsplit

import msgspec

from connectors.auth_microsoft import LOGIN
from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.rows import Account, DayRow, Request, TablePage

NO_DAY = "no readable day"
CONCEALED = (
    "a concealed name: nobody can tell whose it is. An administrator shows names in the Microsoft 365 admin centre: "
    "Settings, Org settings, Reports, clear “Display concealed user, group, and site names in all reports”"
)
USERS = "v1.0/users"
_REPORT = "v1.0/copilot/reports/getMicrosoft365CopilotUsageUserDetail"
_HASH = re.compile(r"[0-9a-fA-F]{32}")
_NAME, _LAST = ("userprincipalname", "username"), ("lastactivitydate", "lastactivitydateutc")
"""What a column may be called, in small letters and digits only."""


class _Plan(msgspec.Struct, rename="camel"):
    service_plan_name: str | None = None


class _Product(msgspec.Struct, rename="camel"):
    sku_id: str
    sku_part_number: str | None = None
    service_plans: list[_Plan] | None = None


class _Products(msgspec.Struct):
    value: list[_Product]


class _Licence(msgspec.Struct, rename="camel"):
    sku_id: str | None = None


class _User(msgspec.Struct, rename="camel"):
    user_principal_name: str | None = None
    mail: str | None = None
    assigned_licenses: list[_Licence] | None = None


class _Users(msgspec.Struct):
    value: list[_User]
    more: str | None = msgspec.field(default=None, name="@odata.nextLink")


_PRODUCTS, _USERS = msgspec.json.Decoder(_Products), msgspec.json.Decoder(_Users)


def ask_people(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask which products the tenant holds; who holds a licence of them follows from the answer."""
    del scopes, first, last
    return (Request(path="v1.0/subscribedSkus"),)


def ask_usage(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for the report as it stands; in its older version where the tenant has no newer one."""
    del scopes, first, last
    older = Request(path=f"{_REPORT}(period='D30')")
    return (Request(path=f"{_REPORT}(period='D28',version='v2')", otherwise=older),)


def parse_people(answer: bytes, request: Request) -> TablePage:
    """Return the accounts on a page and what leads to the next. `about` of a page of users names the Copilot products.

    Raises ValueError for a link that does not lead to users. Only the query is taken from a link, so that
    another host is never asked.
    """
    if request.path != USERS:
        wanted = " ".join(sorted(each.sku_id for each in _PRODUCTS.decode(answer).value if _is_copilot(each)))
        query = {"$select": "id,userPrincipalName,mail,assignedLicenses", "$top": "999"}
        return TablePage(then=(Request(path=USERS, parameters=query, about=wanted),))
    page, wanted_ids = _USERS.decode(answer), set(request.about.split())
    accounts = tuple(
        Account(
            id=_small(each.user_principal_name),
            email=each.mail or each.user_principal_name,
            active=any(licence.sku_id in wanted_ids for licence in each.assigned_licenses or ()),
            created=None,
        )
        for each in page.value
    )
    return TablePage(accounts=accounts, then=_next(page.more, request))


def parse_usage(answer: bytes, request: Request) -> TablePage:
    """Return the day on which each person was last active. Raises ValueError for a report that is cut or is none."""
    del request
    lines = csv.reader(StringIO(answer.decode("utf-8-sig")), strict=True)
    try:
        header = ["".join(filter(str.isalnum, each.lower())) for each in next(lines, [])]
        name_at, last_at = _column(header, _NAME), _column(header, _LAST)
        people = [line for line in lines if line]
    except csv.Error as error:
        raise ValueError("the report cannot be read") from error
    rows, passed, bad = [], Counter[str](), 0
    for line in people:
        if len(line) != len(header):
            raise ValueError("a line of the report is cut")
        name, day = line[name_at].strip(), line[last_at].strip()
        if "@" not in name or _HASH.fullmatch(name):
            passed[CONCEALED] += 1
            continue
        try:
            rows += [DayRow(day=date.fromisoformat(day), account=_small(name))] if day else []
        except ValueError:
            bad += 1
    return TablePage(rows=tuple(rows), passed=passed, bad={NO_DAY: bad} if bad else {})


def _column(header: list[str], names: tuple[str, ...]) -> int:
    for name in names:
        if name in header:
            return header.index(name)
    raise ValueError(f"the report has no column {names[0]}")


def _is_copilot(product: _Product) -> bool:
    names = [product.sku_part_number, *(each.service_plan_name for each in product.service_plans or ())]
    return any("COPILOT" in name.upper() and "STUDIO" not in name.upper() for name in names if name)


def _next(link: str | None, request: Request) -> tuple[Request, ...]:
    if not link:
        return ()
    parts = urlsplit(link)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not parts.path.endswith(f"/{USERS}") or not query:
        raise ValueError("the next page of users lies somewhere else")
    return (Request(path=USERS, parameters=query, about=request.about),)


def _small(name: str | None) -> str:
    return (name or "").lower()


_WHERE = "Entra admin centre: App registrations, the application, API permissions, Application permissions of Graph"
_USERS_PERMISSION = Permission(name="User.Read.All and Organization.Read.All (Microsoft Graph)", where=_WHERE)
_REPORT_PERMISSION = Permission(name="Reports.Read.All (Microsoft Graph)", where=_WHERE)

copilot = Connector(
    tool="copilot",
    title="Microsoft 365 Copilot",
    base_url="https://graph.microsoft.com",
    users=_USERS_PERMISSION,
    reads=("the products of the tenant", "accounts and their licences", "the day each person was last active"),
    never_reads=("prompts, answers, files, meetings", "display names", "which apps: they are not kept"),
    measures=frozenset(),
    # Of a first reading only the newest week is near the truth: a person who came each week shows up in the last one.
    retention_days=7,
    restatement_days=3,
    lag_hours=72,
    active="an intentional action with Copilot by somebody who holds a licence; to open its pane is none",
    feed=TableFeed(
        people=(Table(name="users", permission=_USERS_PERMISSION, ask=ask_people, parse=parse_people),),
        tables=(
            Table(name="usage report", permission=_REPORT_PERMISSION, ask=ask_usage, parse=parse_usage, adds=True),
        ),
        login=LOGIN,
    ),
)

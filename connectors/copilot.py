"""Microsoft 365 Copilot: the usage report of Microsoft Graph, who holds a licence, and on request the interactions.

- The report has a line for each person, not for each day. It tells the day of the last activity, of all and of each
  app: on each of these the person was active, and no more is known of them. They are days with no measures, and the
  days that earlier readings found are kept: active days are a lower bound, which grows with each daily reading.
- Prompts and active days of a rolling period of 28 days are not days, and are left out.
- A tenant may not have the newest report: older ones are asked for in its place, of version 1 and of the preview.
- The trend is of the whole tenant and by day: how many people used any app, and how many prompts they wrote.
- The report holds everybody who had a licence in the past 180 days: seats come from the licences that accounts hold.
  Nobody tells since when, and a blocked account's licence is a seat, too.
- Accounts are known by their user principal name, which the report shows, and belong to the address of their mail.
- The key is a client secret, with the tenant and client_id of the application; or, without these, a bearer token.
- A tenant may conceal names. Concealed lines are counted and left out: they are nobody's. The lines tell that by
  themselves, so the tenant's setting is not asked for, and it is never changed.

Not confirmed: which products hold a Copilot licence (those whose own name, or a service plan's, contains COPILOT, the
Studio aside); the names and places of version 2 in JSON; the heading of the trend's prompts. Only the global cloud has
the reports. Source: the vendor's pages about Graph's reports, read in 2026.
"""

import re
from collections import Counter
from datetime import date

from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.parts import copilot_interactions
from connectors.parts.copilot_interactions import NO_DAY, is_copilot
from connectors.parts.copilot_trend import REPORTS, TREND
from connectors.parts.graph import PRODUCTS, ask_products, newest_report, note_of, read_holders, read_report, read_seats
from connectors.parts.headings import read_day
from connectors.parts.parsing import always
from connectors.rows import Account, CompanyRow, DayRow, Request, TablePage

CONCEALED = (
    "a concealed name: nobody can tell whose it is. An administrator shows names in the Microsoft 365 admin centre: "
    "Settings, Org settings, Reports, clear “Display concealed user, group, and site names in all reports”"
)
_HASH = re.compile(r"[0-9a-fA-F]{32}")
_LAST = "lastactivitydate"

ask_usage = always(newest_report("getMicrosoft365CopilotUsageUserDetail"))


def ask_people(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask which products the tenant holds as of `last`; who holds them follows."""
    del scopes, first
    return (ask_products(str(last)),)


def parse_people(answer: bytes, request: Request) -> TablePage:
    """Return how many seats there are, or the accounts on a page, and what leads to the next."""
    holders, then = read_holders(answer, request, is_copilot)
    accounts = (Account(id=each.name, email=each.mail, active=each.licensed, created=None) for each in holders)
    seats = read_seats(answer, is_copilot) if request.path == PRODUCTS else {}
    company = (CompanyRow(day=date.fromisoformat(note_of(request)), measures=seats),) if seats else ()
    return TablePage(accounts=tuple(accounts), company=company, then=then)


def parse_usage(answer: bytes, request: Request) -> TablePage:
    """Return the days on which each person was last active. Raises ValueError for a report that is cut or is none."""
    sheet, then = read_report(answer, request)
    if not sheet.headings:
        return TablePage(then=then)
    name, lasts = sheet.heading("userprincipalname", "username"), [each for each in sheet.headings if _LAST in each]
    if not lasts:
        raise ValueError("the report has no day of the last activity")
    rows, passed, bad = [], Counter[str](), Counter[str]()
    for line in sheet.lines:
        person = line.get(name, "")
        if "@" not in person or _HASH.fullmatch(person):
            passed[CONCEALED] += 1
            continue
        days = {read_day(line[each]) for each in lasts if line.get(each)}
        if None in days:
            bad[NO_DAY] += 1
        rows += [DayRow(day=each, account=person.lower()) for each in sorted(filter(None, days))]
    return TablePage(rows=tuple(rows), then=then, passed=passed, bad=bad)


_SEATS = frozenset({"purchased_seats", "assigned_seats"})
_USERS = Permission(name="User.Read.All and Organization.Read.All (Microsoft Graph)", where=REPORTS.where)
_INTERACTIONS = Permission(name="AiEnterpriseInteraction.Read.All (Microsoft Graph)", where=REPORTS.where)

copilot = Connector(
    tool="copilot",
    title="Microsoft 365 Copilot",
    base_url="https://graph.microsoft.com",
    users=_USERS,
    reads=(
        "the products of the tenant, how many seats of them were bought and how many are given out",
        "accounts and their licences",
        "the days each person was last active, in any app and in each one",
        "how many people of the whole tenant were active by day, and how many prompts they wrote",
        "how many prompts and answers there are by person and day, and how long the prompts: only with `interactions`",
    ),
    never_reads=(
        "prompts and answers; with `interactions` their text passes through, is measured and dropped at once",
        "files, meetings, links: they are not decoded",
        "display names",
        "which apps: they are not kept",
    ),
    measures=frozenset(),
    # Of a first reading only the newest week is near the truth: a person who came each week shows up in the last one.
    retention_days=7,
    restatement_days=3,
    lag_hours=72,
    grain="a person's last day of use; a day of the whole tenant; on request a prompt",
    active="an intentional action with Copilot by somebody who holds a licence; to open its pane is none",
    feed=TableFeed(
        people=(Table(name="users", permission=_USERS, ask=ask_people, parse=parse_people, whole=_SEATS),),
        tables=(
            Table(name="usage report", permission=REPORTS, ask=ask_usage, parse=parse_usage, adds=True),
            TREND,
            Table(
                name="interactions",
                permission=_INTERACTIONS,
                ask=copilot_interactions.ask,
                parse=copilot_interactions.parse,
                opt_in=True,
                by_person=True,
                measures=copilot_interactions.MEASURES,
            ),
        ),
        login="https://login.microsoftonline.com",
    ),
)

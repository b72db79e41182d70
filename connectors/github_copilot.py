"""GitHub Copilot: an organisation's or enterprise's seats and usage metrics reports.

- Active is who began an interaction that day (see `github_reports`); tokens and sessions are those of the CLI alone:
  the editors report none. A day is final within three UTC days.
- Of the whole organisation come merged pull requests and the median minutes it took to merge them, those that Copilot
  wrote apart as well.
- A login may be listed twice, by two organisations of an enterprise: it is one seat. `github_logins` says whose it is.

Unconfirmed: that 204 comes below five active people, that a person's interactions include the prompts of the CLI, and
that the count of an enterprise's seats counts such a login once. Sources: GitHub's OpenAPI description and its
reference of usage metrics, read in 2026.
"""

from datetime import date
from functools import partial

import msgspec

from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.parts.github_billing import BILLING, SEAT
from connectors.parts.github_logins import PEOPLE, account_id
from connectors.parts.github_reports import MERGED, ask_company, ask_people, owner, parse_company, parse_people
from connectors.parts.parsing import day_of_text, nonzero
from connectors.rows import Account, Request, TablePage

SEATS_A_PAGE = 100
UNASSIGNED = "a seat without a person"


class _User(msgspec.Struct):
    login: str | None = None


class _Seat(msgspec.Struct):
    assignee: _User | None = None
    created_at: str | None = None
    pending_cancellation_date: str | None = None
    plan_type: str | None = None


class _Seats(msgspec.Struct):
    total_seats: int
    seats: list[_Seat]


_SEATS = msgspec.json.Decoder(_Seats)


def ask_seats(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for the first page of seats. The note is the day of asking, and how many seats came before the page."""
    del first
    query = {"page": "1", "per_page": str(SEATS_A_PAGE)}
    return (Request(path=f"{owner(scopes)}/copilot/billing/seats", parameters=query, about=f"{last} 0"),)


def parse_seats(answer: bytes, request: Request) -> TablePage:
    """Return who holds a seat. Raises ValueError where seats that the vendor counts do not come."""
    page = _SEATS.decode(answer)
    today, before = request.about.split()
    seen = int(before) + len(page.seats)
    if not page.seats and seen < page.total_seats:
        raise ValueError("the list of seats is shorter than its count")
    # A full page may be followed by another whatever the count says.
    more = seen < page.total_seats or len(page.seats) >= SEATS_A_PAGE
    query = {**request.parameters, "page": str(int(str(request.parameters["page"])) + 1)}
    accounts = tuple(
        Account(
            id=account_id(seat.assignee.login),
            email=None,
            active=not seat.pending_cancellation_date or seat.pending_cancellation_date[:10] >= today,
            created=day_of_text(seat.created_at),
            plan=seat.plan_type or "",
        )
        for seat in page.seats
        if seat.assignee and seat.assignee.login
    )
    then = (Request(path=request.path, parameters=query, about=f"{today} {seen}"),) if more else ()
    return TablePage(accounts=accounts, then=then, passed=nonzero({UNASSIGNED: len(page.seats) - len(accounts)}))


_USAGE = Permission(
    name="Organization Copilot metrics: read (or read:org of an owner; read:enterprise for an enterprise)",
    where=f"{SEAT.where}; the policy “Copilot usage metrics” is enabled",
)

_report = partial(Table, permission=_USAGE, span_days=1)

github_copilot = Connector(
    tool="github-copilot",
    title="GitHub Copilot",
    base_url="https://api.github.com",
    users=SEAT,
    reads=(
        "interactions and AI credits by person and day; sessions and tokens of the CLI",
        "merged pull requests and the median minutes it took to merge them, of the whole organisation by day",
        "how many seats are billed, wait for an invitation or end with the cycle, of the whole organisation",
        "who holds a seat since when; which address a login has, by SAML or on a verified domain",
    ),
    never_reads=(
        "usage records, which hold prompts and answers: they are not asked for",
        "code, repository names, languages, lines suggested or accepted: they are not decoded",
        "addresses on public profiles: anybody may write anything there",
    ),
    measures=frozenset({"prompts", "sessions", "input_tokens", "output_tokens", "credits"}),
    retention_days=365,
    restatement_days=4,
    lag_hours=72,
    grain="a person and day",
    cost="none: AI credits are counted, not priced; seats cost what the contract says",
    active="at least one interaction that the person began that day, in an editor or the CLI",
    feed=TableFeed(
        people=(
            Table(name="the list of seats", permission=SEAT, ask=ask_seats, parse=parse_seats),
            BILLING,
            *PEOPLE,
        ),
        tables=(
            _report(
                name="the report of pull requests", ask=ask_company, parse=parse_company, optional=True, whole=MERGED
            ),
            _report(name="the usage report", ask=ask_people, parse=parse_people),
        ),
        headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
        per_minute=80,
        account_id=account_id,
    ),
)

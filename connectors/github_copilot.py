"""GitHub Copilot: seats, who is whom by SAML, and the usage metrics reports, one UTC day a question.

A report is a list of signed links to files with a line for each person. 204, 404 and empty answers mean that there is
no data for that day. Tokens and sessions are those of the CLI alone: the editors report none. A day is final within
three UTC days, and there is none before FIRST_DAY. Where SAML belongs to the enterprise and not to the organisation,
accounts stay without an address. Unconfirmed: whether 204 comes below five active people, and that the interactions
of a person include the prompts of the CLI. Sources: GitHub's OpenAPI description and its reference of usage metrics.
"""

from collections import Counter
from datetime import date
from typing import Annotated, Any, NoReturn

import msgspec

from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.errors import ConfigurationError, NotPublishedError, PermissionMissingError
from connectors.rows import Account, DayRow, Request, TablePage
from connectors.timestamps import DAY, UNREADABLE, date_of, read_time

FIRST_DAY = date(2025, 10, 10)
SEATS_A_PAGE = 100
IDLE = "idle that day, by GitHub's definition"
UNASSIGNED = "a seat without a person"
UNNAMED = "a SAML identity without an account or an address"
BAD_LINE = "a line that cannot be read"
ANOTHER_DAY = "a line of another day than its report's"

_QUERY = """query($org: String!, $after: String) { organization(login: $org) { samlIdentityProvider {
externalIdentities(first: 100, after: $after) { nodes { samlIdentity { nameId } user { login } }
pageInfo { hasNextPage endCursor } } } } }"""

_Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 50)]
_Credits = Annotated[float, msgspec.Meta(ge=0, le=1 << 50)]


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


class _Saml(msgspec.Struct, rename="camel"):
    name_id: str | None = None


class _Identity(msgspec.Struct, rename="camel"):
    saml_identity: _Saml | None = None
    user: _User | None = None


class _Extensions(msgspec.Struct):
    code: str | None = None


class _Error(msgspec.Struct):
    type: str | None = None
    extensions: _Extensions | None = None


class _Report(msgspec.Struct):
    download_links: list[str]


class _Tokens(msgspec.Struct):
    prompt_tokens_sum: _Count | None = None
    output_tokens_sum: _Count | None = None


class _Cli(msgspec.Struct):
    session_count: _Count | None = None
    prompt_count: _Count | None = None
    token_usage: _Tokens | None = None


class _Line(msgspec.Struct):
    day: date
    user_login: str | None = None
    user_initiated_interaction_count: _Count | None = None
    totals_by_cli: _Cli | None = None
    ai_credits_used: _Credits | None = None


_SEATS, _LINE = msgspec.json.Decoder(_Seats), msgspec.json.Decoder(_Line)
_REPORT = msgspec.json.Decoder(_Report | None)


def ask_seats(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for the first page of seats. The note is the day of asking, and how many seats came before the page."""
    del first
    query = {"page": "1", "per_page": str(SEATS_A_PAGE)}
    return (Request(path=f"orgs/{_organization(scopes)}/copilot/billing/seats", parameters=query, about=f"{last} 0"),)


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
    accounts = tuple(each for each in (_account(seat, today) for seat in page.seats) if each)
    nobody = len(page.seats) - len(accounts)
    return TablePage(
        accounts=accounts,
        then=(Request(path=request.path, parameters=query, about=f"{today} {seen}"),) if more else (),
        passed={UNASSIGNED: nobody} if nobody else {},
    )


def _account(seat: _Seat, today: str) -> Account | None:
    if not (seat.assignee and seat.assignee.login):
        return None
    created, cancelled = read_time(seat.created_at), seat.pending_cancellation_date
    return Account(
        id=_account_id(seat.assignee.login),
        email=None,
        active=not cancelled or cancelled[:10] >= today,
        created=None if created == UNREADABLE else date_of(created // DAY),
        plan=seat.plan_type or "",
    )


def ask_saml(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for the first page of the organisation's SAML identities."""
    del first, last
    variables = {"org": _organization(scopes), "after": None}
    return (Request(path="graphql", body={"query": _QUERY, "variables": variables}, about=scopes.organization),)


def parse_saml(answer: bytes, request: Request) -> TablePage:
    """Return which account has which address: they hold no seat by that. Empty for an organisation without SAML.

    GraphQL tells errors with the status 200. Raises PermissionMissingError or NotPublishedError where the key may not
    read the field or there is none, ValueError for any other.
    """
    told = msgspec.json.decode(answer, type=dict[str, Any])
    for error in msgspec.convert(told.get("errors") or [], list[_Error]):
        _refuse(error)
    provider = told["data"]["organization"]["samlIdentityProvider"]
    if provider is None:
        return TablePage()
    found = provider["externalIdentities"]
    then: tuple[Request, ...] = ()
    if found["pageInfo"]["hasNextPage"]:
        if not (after := found["pageInfo"]["endCursor"]):
            raise ValueError("the list of identities says that there is more, but not where")
        variables = {"org": request.about, "after": after}
        then = (Request(path=request.path, body={"query": _QUERY, "variables": variables}, about=request.about),)
    nodes = msgspec.convert(found["nodes"], list[_Identity | None])
    named = [
        Account(id=_account_id(each.user.login), email=each.saml_identity.name_id, active=False, created=None)
        for each in nodes
        if each and each.user and each.user.login and each.saml_identity and _is_address(each.saml_identity.name_id)
    ]
    unnamed = len(nodes) - len(named)
    return TablePage(accounts=tuple(named), then=then, passed={UNNAMED: unnamed} if unnamed else {})


def _refuse(error: _Error) -> NoReturn:
    kind = error.type or (error.extensions.code if error.extensions else None)
    if kind in {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        raise PermissionMissingError(
            f"the key may not read SAML identities: it needs “{_SAML.name}”. Where to grant it: {_SAML.where}"
        )
    if kind == "undefinedField":
        raise NotPublishedError("SAML identities are not available here")
    raise ValueError("GraphQL answered with an error")


def ask_usage(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for one day's report; for none where GitHub keeps none."""
    del last
    if first < FIRST_DAY:
        return ()
    path = f"orgs/{_organization(scopes)}/copilot/metrics/reports/users-1-day"
    return (Request(path=path, parameters={"day": str(first)}, about=str(first)),)


def parse_usage(answer: bytes, request: Request) -> TablePage:
    """Return the files to fetch, or what a file says. Raises ValueError for a file that is cut or no report."""
    if request.link:
        return _parse_lines(answer, date.fromisoformat(request.about))
    report = None if answer.strip() in {b"", b'""'} else _REPORT.decode(answer)
    links = dict.fromkeys(report.download_links) if report else ()
    if not links:
        return TablePage(no_data=True)
    return TablePage(then=tuple(Request(path=each, link=True, about=request.about) for each in links))


def _parse_lines(answer: bytes, day: date) -> TablePage:
    rows: list[DayRow] = []
    passed: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    for raw in answer.splitlines(keepends=True):
        if not raw.strip():
            continue
        try:
            line = _LINE.decode(raw)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            if not raw.endswith(b"\n") and not isinstance(error, msgspec.ValidationError):
                raise ValueError("the file is cut short") from error
            bad[BAD_LINE] += 1
            continue
        if line.day != day:
            bad[ANOTHER_DAY] += 1
        elif measures := _measures(line):
            account = _account_id(line.user_login) if line.user_login else None
            rows.append(DayRow(day=day, account=account, measures=measures))
        else:
            passed[IDLE] += 1
    if bad and not rows and not passed:
        raise ValueError("no line of the file can be read")
    return TablePage(rows=tuple(rows), passed=passed, bad=bad)


def _measures(line: _Line) -> dict[str, float]:
    """What an active person did; nothing for somebody idle, whatever ran on their behalf."""
    cli = line.totals_by_cli or _Cli()
    tokens = cli.token_usage or _Tokens()
    prompts = line.user_initiated_interaction_count or cli.prompt_count
    if not prompts:
        return {}
    told = {
        "prompts": prompts,
        "sessions": cli.session_count,
        "input_tokens": tokens.prompt_tokens_sum,
        "output_tokens": tokens.output_tokens_sum,
        "credits": line.ai_credits_used,
    }
    return {name: value for name, value in told.items() if value is not None}


def _organization(scopes: Scopes) -> str:
    if not scopes.organization:
        raise ConfigurationError("GitHub Copilot needs the organisation's login: set `organization` of this source")
    return scopes.organization


def _account_id(login: str) -> str:
    """Return a login as it is compared. What a proxy put in its place is left alone: there, case matters."""
    return login if _is_token(login) else login.lower()


def _is_address(name: str | None) -> bool:
    return bool(name) and ("@" in str(name) or _is_token(str(name)))


def _is_token(text: str) -> bool:
    return text.startswith(("t~", "p~", "{"))


_USAGE = Permission(
    name="Organization Copilot metrics: read (or read:org of an owner)",
    where="GitHub: Settings, Developer settings, Personal access tokens; the policy “Copilot usage metrics” is enabled",
)
_SEAT = Permission(
    name="GitHub Copilot Business: read (or manage_billing:copilot or read:org of an owner)",
    where="GitHub: Settings, Developer settings, Personal access tokens",
)
_SAML = Permission(
    name="read:org of an owner",
    where="GitHub: Settings, Developer settings, Personal access tokens (classic), authorised for the organisation",
)

github_copilot = Connector(
    tool="github-copilot",
    title="GitHub Copilot",
    base_url="https://api.github.com",
    users=_SEAT,
    reads=(
        "interactions and AI credits by person and day; sessions and tokens of the CLI",
        "who holds a seat since when, and which address SAML gives an account",
    ),
    never_reads=(
        "usage records, which hold prompts and answers: they are not asked for",
        "code, repository names, languages, lines suggested or accepted: they are not decoded",
    ),
    measures=frozenset({"prompts", "sessions", "input_tokens", "output_tokens", "credits"}),
    retention_days=365,
    restatement_days=4,
    lag_hours=72,
    active="at least one interaction that the person began that day, in an editor or the CLI",
    feed=TableFeed(
        people=(
            Table(name="the list of seats", permission=_SEAT, ask=ask_seats, parse=parse_seats),
            Table(name="the SAML identities", permission=_SAML, ask=ask_saml, parse=parse_saml, optional=True),
        ),
        tables=(Table(name="the usage report", permission=_USAGE, ask=ask_usage, parse=parse_usage, span_days=1),),
        headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
        per_minute=80,
    ),
)

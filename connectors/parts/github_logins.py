"""Whose a GitHub login is: the addresses that SAML gives, and those of an organisation's verified domains, by GraphQL.

Reports and seats name logins alone. An address on a public profile is whatever its owner wrote there: it is never
asked for. Of a member's several addresses on verified domains the first by the alphabet is taken. SAML belongs to an
organisation or to its enterprise; verified addresses are asked for of the organisation.

GraphQL tells errors with the status 200: none of them is an empty list. Source: GitHub's public GraphQL schema.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NoReturn

import msgspec

from connectors.connector import Permission, Scopes, Table
from connectors.errors import ForbiddenError, NotPublishedError, TryAgainError
from connectors.parts.parsing import nonzero
from connectors.rows import Account, Request, TablePage
from connectors.tables.logins import BY_SIGN_IN, BY_VENDOR

UNNAMED = "a SAML identity without an account or an address"
UNVERIFIED = "a member without an address on a verified domain"

_IDENTITIES = """samlIdentityProvider { externalIdentities(first: 100, after: $after) {
nodes { samlIdentity { nameId } user { login } } pageInfo { hasNextPage endCursor } } }"""
_VARIABLES = "query($of: String!, $after: String)"
_QUERIES = {
    "organization": f"{_VARIABLES} {{ organization(login: $of) {{ {_IDENTITIES} }} }}",
    "enterprise": f"{_VARIABLES} {{ enterprise(slug: $of) {{ ownerInfo {{ {_IDENTITIES} }} }} }}",
    "members": f"""{_VARIABLES} {{ organization(login: $of) {{ membersWithRole(first: 100, after: $after) {{
nodes {{ login organizationVerifiedDomainEmails(login: $of) }} pageInfo {{ hasNextPage endCursor }} }} }} }}""",
}


class _User(msgspec.Struct):
    login: str | None = None


class _Saml(msgspec.Struct, rename="camel"):
    name_id: str | None = None


class _Identity(msgspec.Struct, rename="camel"):
    saml_identity: _Saml | None = None
    user: _User | None = None


class _Member(msgspec.Struct, rename="camel"):
    login: str | None = None
    organization_verified_domain_emails: list[str] | None = None


class _Extensions(msgspec.Struct):
    code: str | None = None


class _Error(msgspec.Struct):
    type: str | None = None
    extensions: _Extensions | None = None


def ask_saml(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for the first page of SAML identities: the enterprise's, and the organisation's, whichever are set."""
    del first, last
    asked = {"enterprise": scopes.enterprise, "organization": scopes.organization}
    return tuple(_request(about, name, None) for about, name in asked.items() if name)


def ask_members(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for the first page of the organisation's members."""
    del first, last
    return (_request("members", scopes.organization, None),) if scopes.organization else ()


def parse_saml(answer: bytes, request: Request) -> TablePage:
    """Return which login has which address: it holds no seat by that. Empty where there is no SAML.

    Raises ForbiddenError, NotPublishedError or TryAgainError for an error that says so, ValueError for another.
    """
    data = _data(answer, "SAML identities", SAML)
    owner = data["enterprise"]["ownerInfo"] if request.about == "enterprise" else data["organization"]
    if owner is None:
        _not_allowed("SAML identities", SAML)
    if (provider := owner["samlIdentityProvider"]) is None:
        return TablePage()
    found = provider["externalIdentities"]
    nodes = [each or _Identity() for each in msgspec.convert(found["nodes"], list[_Identity | None])]
    pairs = [((each.user or _User()).login, (each.saml_identity or _Saml()).name_id) for each in nodes]
    return _page([_account(*pair, BY_SIGN_IN) for pair in pairs], found, request, UNNAMED)


def parse_members(answer: bytes, request: Request) -> TablePage:
    """Return which login has which address on a verified domain. Raises as `parse_saml` does."""
    found = _data(answer, "verified addresses", DOMAINS)["organization"]["membersWithRole"]
    nodes = [each or _Member() for each in msgspec.convert(found["nodes"], list[_Member | None])]
    pairs = [(each.login, min(each.organization_verified_domain_emails or (), default=None)) for each in nodes]
    return _page([_account(*pair, BY_VENDOR) for pair in pairs], found, request, UNVERIFIED)


def account_id(login: str) -> str:
    """Return a login as it is compared. What a proxy put in its place is left alone: there, case matters."""
    return login if _is_token(login) else login.lower()


def _request(about: str, of: str, after: str | None) -> Request:
    return Request(
        path="graphql", body={"query": _QUERIES[about], "variables": {"of": of, "after": after}}, about=about
    )


def _page(told: Sequence[Account | None], found: dict[str, Any], request: Request, unnamed: str) -> TablePage:
    accounts = tuple(each for each in told if each)
    then: tuple[Request, ...] = ()
    if found["pageInfo"]["hasNextPage"]:
        if not (after := found["pageInfo"]["endCursor"]):
            raise ValueError("the list says that there is more, but not where")
        asked = (request.body or {})["variables"]
        then = (_request(request.about, asked["of"], after),)  # type: ignore[index]  # as `_request` made it
    return TablePage(accounts=accounts, then=then, passed=nonzero({unnamed: len(told) - len(accounts)}))


def _account(login: str | None, address: str | None, doubt: int) -> Account | None:
    if not (login and _is_address(address)):
        return None
    return Account(id=account_id(login), email=address, active=False, created=None, doubt=doubt)


def _data(answer: bytes, what: str, permission: Permission) -> dict[str, Any]:
    told = msgspec.json.decode(answer, type=dict[str, Any])
    for error in msgspec.convert(told.get("errors") or [], list[_Error]):
        match error.type or (error.extensions.code if error.extensions else None):
            case "FORBIDDEN" | "INSUFFICIENT_SCOPES" | "NOT_FOUND":
                _not_allowed(what, permission)
            case "undefinedField":
                raise NotPublishedError(f"{what} are not available here")
            case "RATE_LIMITED" | "RATE_LIMIT":
                raise TryAgainError(f"GitHub has had its hour's fill of questions (asked for {what})")
            case _:
                raise ValueError("GraphQL answered with an error")
    data: dict[str, Any] = told["data"]
    return data


def _not_allowed(what: str, permission: Permission) -> NoReturn:
    raise ForbiddenError(
        f"the key may not read {what}: it needs “{permission.name}”. Where to grant it: {permission.where}"
    )


def _is_address(name: str | None) -> bool:
    return bool(name) and ("@" in str(name) or _is_token(str(name)))


def _is_token(text: str) -> bool:
    return text.startswith(("t~", "p~", "{"))


_WHERE = "GitHub: Settings, Developer settings, Personal access tokens (classic), authorised for the organisation"
SAML = Permission(name="read:org of an owner (read:enterprise for an enterprise's)", where=_WHERE)
DOMAINS = Permission(name="read:org of an owner of an organisation with verified domains", where=_WHERE)

PEOPLE = (
    Table(name="SAML identities", permission=SAML, ask=ask_saml, parse=parse_saml, optional=True),
    Table(name="verified addresses", permission=DOMAINS, ask=ask_members, parse=parse_members, optional=True),
)
"""The lists that say whose a login is. Each is left out, with a warning, where the key may not read it."""

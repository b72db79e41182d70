"""Google's service accounts: a key that signs a statement of who asks as whom, and is given a bearer token for it.

The flow is OAuth's for a JWT as a grant (RFC 7523), with `sub` the administrator in whose name is asked.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import aiohttp
import jwt
import msgspec

from connectors.errors import ConfigurationError, PermissionMissingError, SourceFailedError, TryAgainError
from connectors.net.http import Sleep, is_private, post_form

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SECONDS = 3600
"""How long the token lives: no longer is given."""


class ServiceAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What a service account's key file holds that is needed here."""

    type: str
    client_email: str
    private_key: str
    token_uri: str
    private_key_id: str | None = None

    def __repr__(self) -> str:
        return f"ServiceAccount(client_email={self.client_email!r})"


class _Answer(msgspec.Struct):
    access_token: str | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What to send to a token endpoint: a form."""

    address: str
    form: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Grant(address={self.address!r})"


def service_account(key: str) -> ServiceAccount | None:
    """Return the service account whose key file this is; None where the key is a bearer token as it is.

    Raises ConfigurationError for JSON that is no such key.
    """
    if not key.lstrip().startswith("{"):
        return None
    try:
        account = msgspec.json.decode(key, type=ServiceAccount)
    except msgspec.DecodeError:
        account = None
    if account is None or account.type != "service_account":
        raise ConfigurationError("`key` holds JSON, but not the key of a service account: create one of type JSON")
    if not is_private(account.token_uri):
        raise ConfigurationError("`key`: its token_uri must begin with https://")
    return account


def grant(account: ServiceAccount, *, scope: str, admin: str, at: datetime) -> Grant:
    """Return what to send for a token. Raises ConfigurationError without an administrator, or for an unusable key."""
    if not admin:
        raise ConfigurationError(
            "`admin` of this source is not set: the address of the administrator in whose name the service account asks"
        )
    issued = int(at.timestamp())
    claims = {
        "iss": account.client_email,
        "sub": admin,
        "scope": scope,
        "aud": account.token_uri,
        "iat": issued,
        "exp": issued + SECONDS,
    }
    named = {"kid": account.private_key_id} if account.private_key_id else None
    try:
        assertion = jwt.encode(claims, account.private_key, algorithm="RS256", headers=named)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise ConfigurationError("`key`: its private_key cannot be used: download a new one") from None
    return Grant(address=account.token_uri, form={"grant_type": GRANT, "assertion": assertion})


def token_of(status: int, body: bytes, *, scope: str) -> str:
    """Return the token that an answer holds. Raises a ConnectorError that says what to fix, in words of our own."""
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TryAgainError(f"the token endpoint answered {status}")
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except msgspec.DecodeError:
        answer = _Answer()
    if status == HTTPStatus.OK and answer.access_token:
        return answer.access_token
    match answer.error:
        case "invalid_grant":
            raise ConfigurationError(
                "the token endpoint refuses the statement: `admin` must be the address of an administrator of this "
                "organisation, the key must not be revoked, and this machine's clock must be right"
            )
        case "unauthorized_client" | "access_denied" | "invalid_scope":
            raise PermissionMissingError(
                f"the service account may not ask in the name of `admin`: it needs the permission “{scope}”. Where to "
                "grant it: admin.google.com, Security, API controls, Domain-wide delegation"
            )
        case "invalid_client":
            raise ConfigurationError("the token endpoint does not know the service account of `key`")
        case _:
            raise SourceFailedError(f"the token endpoint answered {status}, and no token")


async def bearer_token(key: str, *, scope: str, admin: str, at: datetime, sleep: Sleep = asyncio.sleep) -> str:
    """Return the token to show: the key itself, or where it is a service account's, one that is asked for.

    Raises a ConnectorError that says what to fix.
    """
    account = service_account(key)
    if account is None:
        return key
    asked = grant(account, scope=scope, admin=admin, at=at)
    try:
        status, body = await post_form(asked.address, asked.form, sleep)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise TryAgainError(f"the token endpoint could not be read ({type(error).__name__})") from error
    return token_of(status, body, scope=scope)

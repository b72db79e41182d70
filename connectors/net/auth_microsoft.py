"""Microsoft's sign-in for an application: its client secret is exchanged for a bearer token (OAuth client credentials).

The token lives an hour or more, and is kept nowhere; a run that takes longer asks for another.
"""

import asyncio
import re
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
import msgspec

from connectors.errors import ConfigurationError, PermissionMissingError, SourceFailedError, TryAgainError
from connectors.net.http import Sleep, is_private, post_form

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """Who asks: the ids of the tenant and of the registered application, its client secret, and for which API."""

    tenant: str
    client_id: str
    secret: str
    api: str

    def __repr__(self) -> str:
        return f"Application(tenant={self.tenant!r}, client_id={self.client_id!r}, api={self.api!r})"


class _Token(msgspec.Struct):
    access_token: str = ""


async def get_token(application: Application, login: str, sleep: Sleep = asyncio.sleep) -> str:
    """Return a bearer token. Raises a ConnectorError that says which setting is wrong, and never shows the secret."""
    for setting, value in (("tenant", application.tenant), ("client_id", application.client_id)):
        if not _WORD.fullmatch(value):
            raise ConfigurationError(f"`{setting}` of this source is missing or no id: see the application in Entra")
    if not application.secret:
        raise ConfigurationError("the key is missing: set `key` of this source to the application's client secret")
    if not is_private(login):
        raise ConfigurationError("the address of the sign-in must begin with https://: others could read the secret")
    form = {
        "grant_type": "client_credentials",
        "client_id": application.client_id,
        "client_secret": application.secret,
        "scope": f"{application.api.rstrip('/')}/.default",
    }
    address = f"{login.rstrip('/')}/{application.tenant}/oauth2/v2.0/token"
    try:
        status, body = await post_form(address, form, sleep)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise TryAgainError(f"Microsoft's sign-in could not be reached ({type(error).__name__})", after=60) from None
    return _token(status, body)


def _token(status: int, body: bytes) -> str:
    """Return the token that an answer holds."""
    match status:
        case HTTPStatus.OK:
            try:
                token = msgspec.json.decode(body, type=_Token).access_token
            except (msgspec.DecodeError, UnicodeError):
                token = ""
            if not token:
                raise SourceFailedError("Microsoft's sign-in gave no token")
            return token
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise PermissionMissingError(
                f"Microsoft's sign-in refused the client secret ({status}): it is wrong or has expired. "
                "Entra admin centre: App registrations, the application, Certificates & secrets"
            )
        case HTTPStatus.TOO_MANY_REQUESTS:
            raise TryAgainError("Microsoft's sign-in asks for patience", after=60)
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise TryAgainError(f"Microsoft's sign-in answered {status}", after=60)
        case _:
            raise ConfigurationError(
                f"Microsoft's sign-in answered {status}: check `tenant` and `client_id` of this source"
            )

"""The one file that knows botbuilder: it checks who signed a request, gets our own token, and posts.

botbuilder-python 4.17 is archived, and its faults stay. Worked around here: the keys and the token are fetched in the
event loop; after the keys have changed, none is looked up anew; what is wrong with a token is told in a dozen ways;
a request without serviceUrl, or by a key without endorsements, is checked less; every client fetches a token of its
own; no answer is expected that is not the API's own JSON. The rest of `bot/teams` speaks plain JSON with the wire.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import jwt
from azure.core.exceptions import DeserializationError
from botbuilder.integration.aiohttp import ConfigurationBotFrameworkAuthentication
from botbuilder.schema import Activity
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import AuthenticationConstants, JwtTokenExtractor, MicrosoftAppCredentials
from botframework.connector.bot_framework_sdk_client_async import BotFrameworkConnectorConfiguration
from msrest.authentication import Authentication
from msrest.exceptions import ClientException
from msrest.pipeline import SansIOHTTPPolicy
from msrest.pipeline.async_abc import AsyncPipeline
from msrest.pipeline.async_requests import AsyncPipelineRequestsHTTPSender, AsyncRequestsCredentialsPolicy
from msrest.pipeline.universal import RawDeserializer
from msrest.universal_http.async_requests import AsyncRequestsHTTPSender
from requests import RequestException, Session

from bot.teams.wire import (
    CHANNEL,
    JSON,
    NoAnswerError,
    NotAllowedError,
    NoTokenError,
    RefusedError,
    Registration,
    UnreachableError,
)

log = logging.getLogger(__name__)

KEYS = AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL
ISSUER = AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER
FRESH = timedelta(days=1)
BETWEEN_LOOKUPS = timedelta(minutes=5)  # of keys nobody knows: anybody can make one up
PATIENCE = aiohttp.ClientTimeout(total=10)
CALL = 30  # seconds that Teams may take over one call


class KeysUnreachableError(Exception):
    """Microsoft's signing keys can't be had, so nothing can be checked."""


class Keys:
    """Microsoft's signing keys, in place of botbuilder's own: fetched without holding up the loop, and again when
    a token names one that is not known.
    """  # noqa: D205 - one sentence

    def __init__(self, url: str = KEYS) -> None:
        self.url = url
        self.keys: dict[str, JSON] = {}
        self.fetched = datetime.min.replace(tzinfo=UTC)
        self.tried = datetime.min.replace(tzinfo=UTC)
        self._turn = asyncio.Lock()

    async def get(self, key_id: str | None) -> SimpleNamespace:
        """Return the key as botbuilder wants it. PermissionError for one that Microsoft doesn't have."""
        async with self._turn:
            now = datetime.now(UTC)
            if now - self.fetched > FRESH or (key_id not in self.keys and now - self.tried > BETWEEN_LOOKUPS):
                self.tried = now
                await self._fetch(now)
        found = self.keys.get(key_id or "")
        if found is None:
            raise PermissionError("signed with a key that Microsoft does not have")
        endorsements = found.get("endorsements") or []
        if CHANNEL not in endorsements:
            raise PermissionError("signed with a key that is not for Teams")
        return SimpleNamespace(public_key=jwt.PyJWK(found, "RS256").key, endorsements=endorsements)

    async def refresh(self) -> None:
        """Fetch the keys. KeysUnreachableError where there are none after it."""
        await self._fetch(datetime.now(UTC))

    async def _fetch(self, now: datetime) -> None:
        try:
            async with aiohttp.ClientSession(timeout=PATIENCE, trust_env=True, raise_for_status=True) as session:
                async with session.get(self.url) as answer:
                    address = (await answer.json(content_type=None))["jwks_uri"]
                async with session.get(address) as answer:
                    listed = (await answer.json(content_type=None))["keys"]
            self.keys = {each["kid"]: each for each in listed}
            self.fetched = now
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            if not self.keys:
                raise KeysUnreachableError(f"Microsoft's signing keys can't be fetched: {error!r}") from error
            log.warning("Microsoft's signing keys can't be fetched, those at hand go on being used: %r", error)


class _Held(Authentication):
    """A token that was fetched before it is needed, so that signing does no I/O."""

    def __init__(self) -> None:
        self.token = ""

    def signed_session(self, session: Session | None = None) -> Session:
        """The session, with the token if there is one."""
        session = session or Session()
        if self.token:
            session.headers["Authorization"] = f"Bearer {self.token}"
        return session


class Adapter:
    """Our end of the wire. `keys` is where signing keys come from."""

    def __init__(self, registration: Registration, keys: Keys | None = None) -> None:
        """ValueError where the registration is neither whole nor local."""
        whole = registration.app_id and registration.app_password and registration.tenant_id
        if registration.local and registration.app_id:
            raise ValueError("a local bot has no registration")
        if not registration.local and not whole:
            raise ValueError("a registration is an app id, its password and a tenant")
        self.registration = registration
        names = SimpleNamespace(
            APP_TYPE="MultiTenant" if registration.local else "SingleTenant",
            APP_ID=registration.app_id,
            APP_PASSWORD=registration.app_password,
            APP_TENANTID=registration.tenant_id,
        )
        self._authentication = ConfigurationBotFrameworkAuthentication(names)
        JwtTokenExtractor.metadataCache[KEYS] = keys or Keys()
        self._held = _Held()
        self._clients: dict[str, ConnectorClient] = {}
        self.credentials = MicrosoftAppCredentials(
            registration.app_id, registration.app_password, registration.tenant_id or None
        )

    async def check(self, authorization: str | None, activity: Mapping[str, Any]) -> None:
        """Return if Teams signed this activity for us, or anybody may. NotAllowedError."""
        if self.registration.local:
            return
        if _issuer(authorization) != ISSUER:  # botbuilder also takes what its emulator and skills sign
            raise NotAllowedError("not signed by Teams")
        service_url = str(activity.get("serviceUrl") or "")
        if not service_url or activity.get("channelId") != CHANNEL:
            raise NotAllowedError("not from Teams")
        claimed = Activity(channel_id=CHANNEL, service_url=service_url)
        try:
            await self._authentication.authenticate_request(claimed, authorization)
        except KeysUnreachableError as error:
            log.warning("%s", error)
            raise NotAllowedError("signatures can't be checked now", 503) from error
        except Exception as error:  # PermissionError, jwt's, and bare Exceptions: each means that it is not valid
            raise NotAllowedError(f"the token is not valid: {error}") from error

    async def send(self, service_url: str, conversation: str, activity: JSON) -> str:
        """Post, and return the message's id. RefusedError, NoTokenError, UnreachableError, NoAnswerError."""
        client = await self._client(service_url)
        sent = await _called(client.conversations.send_to_conversation(conversation, _activity(activity)))
        return str(sent.id) if sent is not None and sent.id else ""

    async def update(self, service_url: str, conversation: str, message: str, activity: JSON) -> None:
        """Put another in a message's place. The same errors."""
        client = await self._client(service_url)
        await _called(client.conversations.update_activity(conversation, message, _activity(activity)))

    async def sign_in(self) -> None:
        """Fetch our token, or find it where it was put the last time. NoTokenError, UnreachableError."""
        if self.registration.local:
            return
        try:
            self._held.token = await asyncio.to_thread(self.credentials.get_access_token)
        except PermissionError as error:
            raise NoTokenError(str(error)) from error
        except (RequestException, OSError) as error:
            raise UnreachableError(f"Microsoft's sign-in can't be reached: {error}") from error
        except ValueError as error:  # MSAL's word for a tenant that is not there
            raise NoTokenError(str(error)) from error

    async def _client(self, service_url: str) -> ConnectorClient:
        await self.sign_in()
        if service_url not in self._clients:
            names = BotFrameworkConnectorConfiguration(self._held, service_url, pipeline_type=_Pipeline)
            names.retry_policy.retries = 0  # it would also repeat what is refused for good
            names.connection.timeout = CALL
            self._clients[service_url] = ConnectorClient(self._held, service_url, custom_configuration=names)
        return self._clients[service_url]


def _activity(activity: JSON) -> Activity:
    made: Activity = Activity().deserialize(activity)
    return made


def _issuer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme != "Bearer":
        return ""
    try:
        return str(jwt.decode(token, options={"verify_signature": False}).get("iss"))
    except (jwt.PyJWTError, ValueError):
        return ""


async def _called(call: Awaitable[Any]) -> Any:  # noqa: ANN401 - whatever the SDK returns
    try:
        return await call
    except ClientException as error:
        cause = getattr(error, "inner_exception", None) or error
        said = f"{type(cause).__name__}: {cause}"[:300]
        if any(word in said for word in ("NewConnectionError", "NameResolutionError", "ConnectTimeout")):
            raise UnreachableError(f"Teams can't be reached: {said}") from error
        raise NoAnswerError(f"no answer from Teams: {said}") from error
    except DeserializationError as error:
        raise NoAnswerError(f"Teams answered something else than JSON: {error}") from error


class _Refusals(SansIOHTTPPolicy[Any, Any]):
    """Raises what Teams refuses before botbuilder tries to read it as JSON, which an answer from a proxy is not."""

    def on_response(self, request: Any, response: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG002 - msrest's
        """RefusedError for every status from 400 on."""
        answer = response.http_response.internal_response
        if answer.status_code < 400:
            return
        wait = str(answer.headers.get("Retry-After", ""))
        try:
            told = json.loads(answer.content or b"{}").get("error") or {}
            code = str(told.get("code") or "")
            sub = str((told.get("innerHttpError") or {}).get("code") or told.get("subCode") or "")
        except (ValueError, AttributeError):
            told, code, sub = {}, "", ""
        said = str(told.get("message") or answer.reason or "")[:300]
        raise RefusedError(answer.status_code, sub or code, said, float(wait) if wait.isdecimal() else None)


class _Pipeline(AsyncPipeline[Any, Any]):
    """botbuilder's own way to Teams, with our view of refusals."""

    def __init__(self, config: BotFrameworkConnectorConfiguration) -> None:
        policies = [config.user_agent_policy, AsyncRequestsCredentialsPolicy(config.credentials), RawDeserializer()]  # type: ignore[no-untyped-call]
        sender = AsyncPipelineRequestsHTTPSender(AsyncRequestsHTTPSender(config))
        super().__init__([*policies, _Refusals()], sender)

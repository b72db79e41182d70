"""A vendor's API over HTTP: bearer key, retries that do as they are told, redirects without the key, checked files."""

import asyncio
import hashlib
import ipaddress
import random
import re
import tempfile
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import isfinite
from typing import IO, TypeVar, assert_never, cast
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
from yarl import URL

from connectors.connector import Permission, Sign
from connectors.errors import (
    BadFileError,
    ConfigurationError,
    ForbiddenError,
    NotPublishedError,
    PermissionMissingError,
    SourceFailedError,
    TryAgainError,
)
from connectors.net.limits import JITTER, SHARED, Limits, Pace
from connectors.net.limits import Sleep as Sleep  # noqa: PLC0414 - known from here, too
from connectors.rows import Request

ATTEMPTS = 6
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before the second attempt, doubled for each one after it, and the ceiling of what is waited for."""

READINGS = 3
"""How often a page is asked for that cannot be read: an answer that was cut on the way is whole the next time."""

TIMEOUT = 120.0
"""Seconds that a page may take, whole, and the longest silence within a file."""

MAX_PAGE = 64 << 20
"""A page of JSON larger than this, in bytes, is not one."""

_MAX_REDIRECTS = 5
_BLOCK = 1 << 18
_TOO_FAST = re.compile(rb'"(?:userRateLimitExceeded|rateLimitExceeded|RATE_LIMIT_EXCEEDED)"')
_ANTHROPIC = re.compile(r"(anthropic-ratelimit-[a-z-]+)-reset", re.IGNORECASE)
_SINCE_1970 = 1e9
"""A number of seconds beyond this is a moment, and not a pause."""

_REDIRECTS = {301, 302, 303, 307, 308}
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """An open connection to one vendor. `permission` is what the key must be allowed to do, `pace` how fast it asks.

    `patience` is the seconds that a page may take, whole. `renew` signs in anew and puts the token into the headers,
    where the key was exchanged for one that ends.
    """

    session: aiohttp.ClientSession
    base_url: str
    headers: Mapping[str, str]
    permission: Permission
    pace: Pace
    sleep: Sleep = asyncio.sleep
    patience: float = TIMEOUT
    renew: Callable[[], Awaitable[None]] | None = None

    def __repr__(self) -> str:
        return f"Api(base_url={self.base_url!r})"


@asynccontextmanager
async def open_api(
    base_url: str,
    token: str,
    permission: Permission,
    *,
    sign: Sign = "bearer",
    headers: Mapping[str, str] | None = None,
    sleep: Sleep = asyncio.sleep,
    pace: Pace | None = None,
    patience: float = TIMEOUT,
) -> AsyncIterator[Api]:
    """Open a connection to a vendor. Raises ConfigurationError for an address that would show the key to others.

    `sign` says how the key is shown, `headers` are sent beside it. Without a `pace` the key waits where it is told to.
    `patience` is the seconds that a page may take.
    """
    if not token:
        raise ConfigurationError("the key is missing: set `key` of this source")
    if not is_private(base_url):
        raise ConfigurationError("base_url must begin with https://: over http others on the way could read the key")
    timeout = aiohttp.ClientTimeout(total=None, connect=min(30.0, patience), sock_read=patience)
    # trust_env: companies reach the internet through the proxy that HTTPS_PROXY names.
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=True) as session:
        shown = {**(headers or {}), **signed(sign, token)}
        yield Api(
            session=session,
            base_url=base_url.rstrip("/"),
            headers=shown,
            permission=permission,
            pace=pace or limits_for(sleep).pace(base_url, token, sleep),
            sleep=sleep,
            patience=patience,
        )


def limits_for(sleep: Sleep) -> Limits:
    """Return the queues of the process; for a sleep that is made up, queues of its own: it keeps nobody waiting."""
    return SHARED if sleep is asyncio.sleep else Limits()


def signed(sign: Sign, token: str) -> dict[str, str]:
    """Return the headers that show a key."""
    match sign:
        case "bearer":
            return {"Authorization": f"Bearer {token}"}
        case "x-api-key":
            return {"x-api-key": token}
        case "basic":
            return {"Authorization": f"Basic {b64encode(f'{token}:'.encode()).decode()}"}
        case _:
            assert_never(sign)


async def post_form(address: str, form: Mapping[str, str], sleep: Sleep) -> tuple[int, bytes]:
    """Return the status and body with which a sign-in answers, after some patience with one that is busy or broken.

    Raises aiohttp.ClientError or TimeoutError where it does not answer.
    """
    timeout = aiohttp.ClientTimeout(total=60)
    for attempt in range(ATTEMPTS):
        last, pause = attempt + 1 == ATTEMPTS, min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=True) as session,
                session.post(address, data=form, allow_redirects=False) as answer,
            ):
                told = answer.status, await answer.read()
                pause = min(_pause_wanted(answer) or pause, LONGEST_PAUSE)
        except (aiohttp.ClientError, TimeoutError):
            if last:
                raise
        else:
            if last or not (told[0] in _BUSY or told[0] >= HTTPStatus.INTERNAL_SERVER_ERROR):
                return told
        await sleep(pause * random.uniform(1.0, JITTER))  # noqa: S311
    raise AssertionError("the last attempt returns or raises")


async def read_page(api: Api, request: Request, parse: Callable[[bytes], T]) -> T:
    """Return what a page holds. One that cannot be read is asked for again: it may have been cut on the way.

    Raises what `get_page` does, and the ValueError, KeyError or TypeError of `parse` for one that stays unreadable.
    """
    for reading in range(1, READINGS):
        answer = await get_page(api, request)
        try:
            return parse(answer)
        except (ValueError, KeyError, TypeError):
            await api.sleep(FIRST_PAUSE * reading)
    return parse(await get_page(api, request))


async def get_page(api: Api, request: Request) -> bytes:
    """Return the body of one answer, empty for 204.

    Raises NotPublishedError, PermissionMissingError or another ConnectorError.
    """

    async def read(answer: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for block in answer.content.iter_chunked(_BLOCK):
            body += block
            if len(body) > MAX_PAGE:
                raise SourceFailedError(f"{_named(request)} answered with more than {MAX_PAGE >> 20} MB")
        return bytes(body)

    return await _get(api, request, read, sound=(HTTPStatus.OK, HTTPStatus.NO_CONTENT), seconds=api.patience)


async def download(api: Api, request: Request, sha256: str | None) -> IO[bytes]:
    """Return a file's content, read from its start. Raises BadFileError where it is not what `sha256` (hex) promises.

    It lies in a temporary file that has no name, so nobody can open it and nothing stays behind after a kill.
    """

    async def read(answer: aiohttp.ClientResponse) -> IO[bytes]:
        content = cast("IO[bytes]", tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
        digest = hashlib.sha256()
        try:
            async for block in answer.content.iter_chunked(_BLOCK):
                digest.update(block)
                content.write(block)
        except BaseException:
            content.close()
            raise
        if sha256 and digest.hexdigest() != sha256.lower():
            content.close()
            raise BadFileError("its SHA-256 is not the one that the vendor lists")
        content.seek(0)
        return content

    return await _get(api, request, read)


def _named(request: Request) -> str:
    """A request as it may be told: a signed link is a secret, and an id of a person is not put into the path."""
    return "a link that the vendor gave" if request.link else request.path


async def _get(
    api: Api,
    request: Request,
    read: Callable[[aiohttp.ClientResponse], Awaitable[T]],
    *,
    sound: Container[int] = (HTTPStatus.OK,),
    seconds: float | None = None,
) -> T:
    """Ask until there is an answer with a `sound` status, as often and as slowly as the vendor wants it.

    `seconds` are those that an answer may take, whole.
    """
    path = _named(request)
    renewed = False
    for attempt in range(ATTEMPTS):
        pause: float | None = None
        why = "did not answer"
        if not request.link and (held := await api.pace.wait(LONGEST_PAUSE)):
            raise TryAgainError(f"the vendor asks this key to wait {held:.0f} s", after=held)
        try:
            async with asyncio.timeout(seconds), _answer(api, request) as (answer, redirected):
                pause = _pause_wanted(answer)
                why = f"answered {answer.status}"
                if answer.status in sound:
                    return await read(answer)
                again = redirected or pause is not None or await _is_too_fast(answer)
                over = answer.status == HTTPStatus.UNAUTHORIZED and not (again or request.link or renewed)
                if not (over and api.renew):
                    _refuse(api, request, answer.status, again=again)
        except (aiohttp.ClientError, TimeoutError) as error:
            why = f"could not be read: {urlsplit(api.base_url).netloc} ({type(error).__name__}), check `base_url`"
            over = False
        if over and api.renew:
            renewed = True
            await api.renew()
            continue
        if pause is not None and not request.link:
            api.pace.hold(pause)
        if pause is not None and pause > LONGEST_PAUSE:
            raise TryAgainError(f"{path} {why} and asks to wait {pause:.0f} s", after=pause)
        if attempt + 1 < ATTEMPTS and (pause is None or request.link):
            backing_off = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE) if pause is None else pause
            # Jitter, so that several who were turned away together do not come back together.
            await api.sleep(backing_off * random.uniform(1.0, JITTER))  # noqa: S311
    raise TryAgainError(f"{path} {why}; tried {ATTEMPTS} times", after=LONGEST_PAUSE)


@asynccontextmanager
async def _answer(api: Api, request: Request) -> AsyncIterator[tuple[aiohttp.ClientResponse, bool]]:
    """Yield the answer, and whether another address gave it. Only the vendor's own is shown the key."""
    path = _named(request)
    below = request.path.lstrip("/").replace("{person}", quote(request.person, safe=""))
    address = request.path if request.link else f"{api.base_url}/{below}"
    if request.link and not is_private(address):
        raise SourceFailedError(f"{path} leads to an address without encryption")
    headers: Mapping[str, str] = {} if request.link else api.headers
    parameters: list[tuple[str, str]] = [
        (name, each)
        for name, value in request.parameters.items()
        for each in ([value] if isinstance(value, str) else value)
    ]
    method, body = ("GET", None) if request.body is None else ("POST", request.body)
    for hop in range(_MAX_REDIRECTS + 1):
        async with api.session.request(
            method,
            _url(address, signed=request.link or hop > 0),
            params=parameters or None,
            json=body,
            headers=headers,
            allow_redirects=False,
        ) as answer:
            location = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or not location:
                yield answer, hop > 0
                return
            address, parameters, headers = urljoin(str(answer.url), location), [], {}
            method, body = "GET", None
            if not is_private(address):
                raise SourceFailedError(f"{path} redirects to an address without encryption")
    raise SourceFailedError(f"{path} redirects more than {_MAX_REDIRECTS} times")


def _url(address: str, *, signed: bool) -> URL:
    """Return an address. A signed one is sent as it was written, since its signature is over that."""
    as_written = signed and address.isascii() and " " not in address
    try:
        return URL(address, encoded=as_written)
    except ValueError as error:
        raise SourceFailedError("the vendor gave a link that is no address") from error


def _refuse(api: Api, request: Request, status: int, *, again: bool) -> None:
    """Raise for an answer that asking again will not change.

    It may change (`again`) where a storage host answered to a redirect, with 403 for one that is too old, and where
    the vendor asks to wait, or says that it was asked too fast: some do so with 403. A link that is refused is one
    that is too old.
    """
    path = _named(request)
    if request.link and status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NotPublishedError(f"{path} answered {status}")
    if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR or again:
        return
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            kind = ForbiddenError if status == HTTPStatus.FORBIDDEN else PermissionMissingError
            raise kind(
                f"{path} refused the key ({status}): it needs the permission “{api.permission.name}”. "
                f"Where to grant it: {api.permission.where}"
            )
        case HTTPStatus.BAD_REQUEST | HTTPStatus.NOT_FOUND | HTTPStatus.GONE | HTTPStatus.UNPROCESSABLE_ENTITY:
            raise NotPublishedError(f"{path} answered {status}")
        case _:
            raise SourceFailedError(f"{path} answered {status}")


async def _is_too_fast(answer: aiohttp.ClientResponse) -> bool:
    """Whether a 403 is Google's for too many questions at a time, which only its body tells from a refusal."""
    if answer.status != HTTPStatus.FORBIDDEN:
        return False
    body = bytearray()
    async for block in answer.content.iter_chunked(_BLOCK):
        body += block
        if len(body) > _BLOCK:
            break
    return bool(_TOO_FAST.search(body))


def _pause_wanted(answer: aiohttp.ClientResponse) -> float | None:
    """Return the seconds that the vendor asks to wait; None where it does not ask.

    Retry-After is a number or a date. GitHub tells a spent limit with 403 and when it is filled again
    (x-ratelimit-reset, in seconds since 1970); where it does not say when, its guide is a minute. Anthropic tells it
    of each of its limits (anthropic-ratelimit-…-reset, ISO 8601).
    """
    told = answer.headers
    if wanted := told.get("Retry-After", ""):
        return _seconds_until(wanted)
    if answer.status not in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.FORBIDDEN}:
        return None
    if told.get("x-ratelimit-remaining") == "0":
        pause = _seconds_until(told.get("x-ratelimit-reset", ""))
        return LONGEST_PAUSE if pause is None else pause
    spent = [
        _seconds_until(when)
        for name, when in told.items()
        if (limit := _ANTHROPIC.fullmatch(name)) and told.get(f"{limit[1]}-remaining", "0") == "0"
    ]
    return max((each for each in spent if each is not None), default=None)


def _seconds_until(wanted: str) -> float | None:
    """Return the seconds to a moment: seconds from now or since 1970, ISO 8601, or a date as in HTTP."""
    now = datetime.now(UTC)
    try:
        seconds = float(wanted)
        return max(seconds - now.timestamp() if seconds > _SINCE_1970 else seconds, 0.0) if isfinite(seconds) else None
    except ValueError:
        pass
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(wanted)
        except (ValueError, TypeError):
            continue
        return max((moment - now if moment.tzinfo else moment.replace(tzinfo=UTC) - now).total_seconds(), 0.0)
    return None


def is_private(address: str) -> bool:
    """Whether nobody on the way can read what is sent there: https, or this very machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return True
    host = parts.hostname or ""
    try:
        return parts.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False

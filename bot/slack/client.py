"""The Web API client, and how patient it is."""

import asyncio
import random
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

ATTEMPTS = 4
LONGEST_WAIT = 60.0  # seconds; Slack asks for 1 to 30 in practice, and an answer an hour late answers nobody

# codes by which Slack says that something may have been done all the same
UNCLEAR = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}


class WaitAsAsked(AsyncRetryHandler):
    """Asks again only after 429, after Retry-After. A longer wait than `longest` is not waited for.

    Only 429 says that nothing was done. After a dropped connection the message may stand in the channel already, and
    Slack knows no idempotency key, so such a post is never sent again.
    """

    def __init__(self, *, longest: float = LONGEST_WAIT) -> None:
        super().__init__(max_retry_count=ATTEMPTS - 1)
        self.longest = longest

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - the library's signature
        request: HttpRequest,  # noqa: ARG002
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return error is None and response is not None and response.status_code == 429 and wait(response) <= self.longest

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,  # noqa: ARG002
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002
    ) -> None:
        """Wait as long as the answer asked for, a little more so that replicas do not return in step."""
        state.next_attempt_requested = True
        await asyncio.sleep((wait(response) if response is not None else 1.0) + random.random() / 4)  # noqa: S311
        state.increment_current_attempt()


def wait(response: HttpResponse) -> float:
    """Seconds that the answer asks to wait; 1 where it does not say or says nonsense."""
    named = next((value for name, value in response.headers.items() if name.lower() == "retry-after"), "1")
    said = named[0] if isinstance(named, list) else named
    return float(said) if said.isdecimal() else 1.0


def slack_client(base_url: str, token: str | None) -> AsyncWebClient:
    """A client that never repeats a request but after 429. A server on this machine is reached without the proxy."""
    client = AsyncWebClient(token=token, base_url=base_url.rstrip("/") + "/", retry_handlers=[WaitAsAsked()])
    if is_here(base_url):
        client.proxy = None
    return client


def response_client(client: AsyncWebClient, url: str) -> AsyncWebhookClient:
    """A client for a command's or button's response_url, as patient as `client`."""
    answering = AsyncWebhookClient(url, proxy=client.proxy, ssl=client.ssl, retry_handlers=[WaitAsAsked()])
    if is_here(url):
        answering.proxy = None
    return answering


def is_here(url: str) -> bool:
    """Whether a server is on this machine: no proxy leads there."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def refusal(error: SlackApiError) -> str:
    """The code by which Slack refused, so that nothing was done; empty where that is not certain."""
    answer = error.response
    if not isinstance(answer, AsyncSlackResponse) or answer.status_code >= 500:
        return ""
    code = str(answer.get("error") or "")
    return "" if code in UNCLEAR else code


def refused_blocks(error: SlackApiError) -> str:
    """Why Slack refused the blocks, in its own words; empty where it refused something else."""
    answer = error.response
    if refusal(error) != "invalid_blocks" or not isinstance(answer, AsyncSlackResponse):
        return ""
    said = (answer.get("response_metadata") or {}).get("messages") or answer.get("errors") or []
    return "; ".join(str(line) for line in said) or "invalid_blocks"

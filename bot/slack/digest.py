"""The weekly digest in Slack: one message with the chart that matters, and in its thread one reply a view."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.card import Chart, Digest
from bot.reference import new_reference
from bot.render.slack import Part, digest_parts
from bot.sending.deliver import NotPostedError, PerhapsPostedError, Posted
from bot.slack.client import refusal
from bot.slack.post import Pictured, Place, drawn_by_slack, pictured_by, say
from bot.slack.voice import Workspace

log = logging.getLogger(__name__)

PICTURES_AT_ONCE = 3
PAUSE = 1.0  # seconds between two messages to one channel: Slack's own limit
Going = Callable[[], Awaitable[None]]
Arrived = Callable[[str], Awaitable[None]]

GONE = frozenset(
    {"channel_not_found", "not_in_channel", "is_archived", "user_not_found", "user_disabled", "cannot_dm_bot"}
)
"""Refusals that last until somebody does something about the place."""

REMEDIES: Mapping[str, str] = {
    "channel_not_found": "the channel does not exist or is private: invite the bot with /invite, and write its id (C…)",
    "not_in_channel": "invite the bot to the channel with /invite",
    "is_archived": "the channel is archived: subscribe another",
    "invalid_auth": "the token is not valid any more: install the app again and renew [slack] bot_token",
    "account_inactive": "the app was uninstalled: install it again",
    "token_revoked": "the app was uninstalled: install it again",
    "missing_scope": "the app lacks a permission: install it again with manifest.yml",
    "restricted_action": "posting in this channel is restricted: ask its owner",
}


async def _at_once() -> None:
    """What is to be done before posting where nothing is."""


async def _noted(message: str) -> None:
    """What is to be done after posting where nothing is."""


async def post_digest(
    workspace: Workspace,
    digest: Digest,
    channel: str,
    *,
    pause: float = PAUSE,
    thread_only: bool = False,
    key: str = "",
    going: Going = _at_once,
    arrived: Arrived = _noted,
) -> Posted:
    """Post the digest and its thread. A reply that fails does not stop the others, and is told in `problems`.

    With `thread_only` the channel sees one line, and the thread all else. `key` marks the main message; `going` is
    awaited right before it, `arrived` with its id right after. NotPostedError where it was refused, PerhapsPostedError
    where no answer came back.
    """
    main, *replies = digest_parts(digest, thread_only=thread_only)
    pictures = await _upload_all(workspace, [main, *replies])
    await going()
    ts = await _post_main(workspace, Place(channel=channel, key=key), main, pictures[0])
    await arrived(f"{channel}:{ts}")
    problems = []
    for part, pictured in zip(replies, pictures[1:], strict=True):
        await asyncio.sleep(pause)
        problems.append(await _post_reply(workspace, Place(channel=channel, thread=ts), part, pictured))
    missing = [part for part, each in zip((main, *replies), pictures, strict=True) if each and each.note]
    problems += [f"no picture for {each.title!r}" for each in missing]
    return Posted(message=f"{channel}:{ts}", problems=tuple(filter(None, problems)))


async def _upload_all(workspace: Workspace, parts: Sequence[Part]) -> list[Pictured | None]:
    """The pictures, all of them ready before anything is posted; None for a chart that Slack is asked to draw."""
    free = asyncio.Semaphore(PICTURES_AT_ONCE)

    async def one(chart: Chart | None) -> Pictured | None:
        if chart is not None and drawn_by_slack(workspace, chart):
            return None
        async with free:
            return await pictured_by(workspace, chart)

    return await asyncio.gather(*(one(part.chart) for part in parts))


async def _post_main(workspace: Workspace, place: Place, part: Part, pictured: Pictured | None) -> str:
    channel = place.channel
    try:
        return await say(workspace, place, part.chart, part.render, pictured)
    except SlackApiError as error:
        code = refusal(error)
        if not code:
            raise PerhapsPostedError(f"Slack did not say whether it posted to {channel}; look there") from error
        remedy = REMEDIES.get(code, "see the log")
        raise NotPostedError(f"Slack refused the digest for {channel}: {code}; {remedy}", gone=code in GONE) from error
    except aiohttp.ClientConnectorError as error:
        raise NotPostedError(f"Slack could not be reached: {error}") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise PerhapsPostedError(f"no answer from Slack after posting to {channel}: {error!r}; look there") from error


async def _post_reply(workspace: Workspace, place: Place, part: Part, pictured: Pictured | None) -> str:
    """Post one reply into the thread; returns what went wrong, if anything."""
    try:
        await say(workspace, place, part.chart, part.render, pictured)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        reference = new_reference()
        log.exception("a part of the digest could not be posted [%s]", reference)
        said = (refusal(error) if isinstance(error, SlackApiError) else "") or type(error).__name__
        return f"{part.title!r} is missing in the thread: {said} (reference {reference})"
    return ""

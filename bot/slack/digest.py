"""The weekly digest in Slack: one message with the chart that matters, and in its thread one reply a view."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.card import Card, Chart, Digest
from bot.deliver import NotPostedError, PerhapsPostedError, Posted
from bot.reference import new_reference
from bot.render.slack import SlackMessage, digest_charts, slack_blocks, slack_digest
from bot.slack.client import refusal
from bot.slack.post import Place, picture, post_with_picture
from bot.slack.voice import Workspace

log = logging.getLogger(__name__)

PICTURES_AT_ONCE = 3
PAUSE = 1.0  # seconds between two messages to one channel: Slack's own limit
REMEDIES: Mapping[str, str] = {
    "channel_not_found": "the channel does not exist or is private: invite the bot with /invite, and write its id (C…)",
    "not_in_channel": "invite the bot to the channel with /invite",
    "is_archived": "the channel is archived: name another in [[subscriptions]]",
    "invalid_auth": "the token is not valid any more: install the app again and renew [slack] bot_token",
    "account_inactive": "the app was uninstalled: install it again",
    "token_revoked": "the app was uninstalled: install it again",
    "missing_scope": "the app lacks a permission: install it again with manifest.yml",
    "restricted_action": "posting in this channel is restricted: ask its owner",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pictured:
    """One picture of the digest: the file that shows it, or the note that says why none does. Neither without chart."""

    file: str | None = None
    note: str = ""


async def post_digest(workspace: Workspace, digest: Digest, channel: str, *, pause: float = PAUSE) -> Posted:
    """Post the digest and its thread. A reply that fails does not stop the others, and is told in `problems`.

    NotPostedError where the main message was refused, PerhapsPostedError where no answer came back.
    """
    main, *replies = await _upload_all(workspace, digest)
    ts = await _post_main(workspace, digest, channel, main)
    problems = []
    for card, pictured in zip(digest.views, replies, strict=True):
        await asyncio.sleep(pause)
        problems.append(await _post_reply(workspace, card, Place(channel=channel, thread=ts), pictured))
    titles = (card.title for card in (digest.card, *digest.views))
    problems += [f"no picture for {title!r}" for title, each in zip(titles, (main, *replies), strict=True) if each.note]
    return Posted(message=f"{channel}:{ts}", problems=tuple(filter(None, problems)))


async def _upload_all(workspace: Workspace, digest: Digest) -> list[Pictured]:
    free = asyncio.Semaphore(PICTURES_AT_ONCE)

    async def one(chart: Chart | None) -> Pictured:
        if chart is None:
            return Pictured()
        async with free:
            file, note = await picture(workspace, chart)
        return Pictured(file=file, note=note)

    return await asyncio.gather(*map(one, digest_charts(digest)))


async def _post_main(workspace: Workspace, digest: Digest, channel: str, pictured: Pictured) -> str:
    def render(file: str | None) -> SlackMessage:
        return slack_digest(digest, [file])[0]

    try:
        return await post_with_picture(workspace, Place(channel=channel), render, pictured.file, pictured.note)
    except SlackApiError as error:
        code = refusal(error)
        if not code:
            raise PerhapsPostedError(f"Slack did not say whether it posted to {channel}; look there") from error
        remedy = REMEDIES.get(code, "see the log")
        raise NotPostedError(f"Slack refused the digest for {channel}: {code}; {remedy}") from error
    except aiohttp.ClientConnectorError as error:
        raise NotPostedError(f"Slack could not be reached: {error}") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise PerhapsPostedError(f"no answer from Slack after posting to {channel}: {error!r}; look there") from error


async def _post_reply(workspace: Workspace, card: Card, place: Place, pictured: Pictured) -> str:
    """Post one view into the thread; returns what went wrong, if anything."""

    def render(file: str | None) -> SlackMessage:
        return slack_blocks(card, file)

    try:
        await post_with_picture(workspace, place, render, pictured.file, pictured.note)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        reference = new_reference()
        log.exception("a view of the digest could not be posted [%s]", reference)
        said = (refusal(error) if isinstance(error, SlackApiError) else "") or type(error).__name__
        return f"{card.title!r} is missing in the thread: {said} (reference {reference})"
    return ""

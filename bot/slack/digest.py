"""The weekly digest in Slack: one message with the chart that matters, and in its thread one reply a view."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.card import Digest
from bot.deliver import NotPostedError, PerhapsPostedError, Posted
from bot.slack.client import refusal
from bot.slack.post import Place, new_reference, picture, post_with_picture
from bot.slack.voice import Message, Workspace

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
class Pictures:
    """The digest's pictures by card title: the files that are ready, and for the others the note that says so."""

    files: Mapping[str, str]
    notes: Mapping[str, str]

    def showing(self, title: str, file: str | None) -> dict[str, str]:
        """The files as they are, but for one card `file` or nothing."""
        kept = {name: known for name, known in self.files.items() if name != title}
        return kept if file is None else {**kept, title: file}


async def post_digest(workspace: Workspace, digest: Digest, channel: str, *, pause: float = PAUSE) -> Posted:
    """Post the digest and its thread. A reply that fails does not stop the others, and is told in `problems`.

    NotPostedError where the main message was refused, PerhapsPostedError where no answer came back.
    """
    pictures = await _upload_all(workspace, digest)
    ts = await _post_main(workspace, digest, channel, pictures)
    problems = [f"no picture for {title!r}" for title in pictures.notes]
    for number, card in enumerate(digest.views):
        await asyncio.sleep(pause)
        problem = await _post_reply(workspace, digest, Place(channel=channel, thread=ts), pictures, number)
        if problem:
            problems.append(f"{card.title!r} is missing in the thread: {problem}")
    return Posted(message=f"{channel}:{ts}", problems=tuple(problems))


async def _upload_all(workspace: Workspace, digest: Digest) -> Pictures:
    charts = {card.title: card.chart for card in (digest.card, *digest.views) if card.chart is not None}
    free = asyncio.Semaphore(PICTURES_AT_ONCE)

    async def one(title: str) -> tuple[str, str | None, str]:
        async with free:
            return title, *await picture(workspace, charts[title])

    done = await asyncio.gather(*map(one, charts))
    return Pictures(
        files={title: file for title, file, _ in done if file is not None},
        notes={title: note for title, file, note in done if file is None},
    )


async def _post_main(workspace: Workspace, digest: Digest, channel: str, pictures: Pictures) -> str:
    title = digest.card.title

    def render(file: str | None) -> Message:
        return workspace.voice.render_digest(digest, pictures.showing(title, file))[0]

    try:
        return await post_with_picture(
            workspace, Place(channel=channel), render, pictures.files.get(title), pictures.notes.get(title, "")
        )
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


async def _post_reply(workspace: Workspace, digest: Digest, place: Place, pictures: Pictures, number: int) -> str:
    """Post one view into the thread; returns what went wrong, if anything."""
    title = digest.views[number].title

    def render(file: str | None) -> Message:
        return workspace.voice.render_digest(digest, pictures.showing(title, file))[1][number]

    try:
        await post_with_picture(workspace, place, render, pictures.files.get(title), pictures.notes.get(title, ""))
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        reference = new_reference()
        log.exception("a view of the digest could not be posted [%s]", reference)
        said = (refusal(error) if isinstance(error, SlackApiError) else "") or type(error).__name__
        return f"{said} (reference {reference})"
    return ""

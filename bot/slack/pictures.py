"""Charts as Slack files: uploaded once, to nobody, then shown by image blocks that name the file's id."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.card import Chart

log = logging.getLogger(__name__)

LONGEST_WAIT = 20.0  # seconds until Slack has looked at a file; usually one or two
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 2.0


KEPT = 6 * 3600.0  # seconds for which an uploaded picture is shown again: workspaces may delete old files
MOST_KEPT = 200


class PictureError(Exception):
    """The picture can't be shown. The message says why, and goes to the log: the message goes out without it."""


class Uploads:
    """The files that show charts, by what they show: one upload for as many messages and channels as want it.

    Each workspace, known by its token, has files of its own. `without_native` are those that refused a chart of
    Slack's own drawing.
    """

    def __init__(self) -> None:
        self.without_native: set[str] = set()
        self._files: OrderedDict[tuple[str, Chart], tuple[float, asyncio.Future[str]]] = OrderedDict()

    async def file(self, token: str, chart: Chart, make: Callable[[], Awaitable[str]]) -> str:
        """The id of the file that shows the chart, made now unless it was lately, or is being made. As `make` raises.

        What failed is tried again by the next who asks.
        """
        key = (token, chart)
        now = time.monotonic()
        while self._files and (len(self._files) >= MOST_KEPT or next(iter(self._files.values()))[0] < now - KEPT):
            self._files.popitem(last=False)
        if key not in self._files:
            self._files[key] = (now, asyncio.ensure_future(make()))
        _, made = self._files[key]
        try:
            # who stops waiting does not stop the upload, for which others may wait
            return await asyncio.shield(made)
        except PictureError:
            if (kept := self._files.get(key)) is not None and kept[1] is made:
                del self._files[key]
            raise

    def forget(self, file: str) -> None:
        """Make the picture anew next time: Slack does not show this file any more."""
        for key, (_, made) in list(self._files.items()):
            if made.done() and not made.cancelled() and made.exception() is None and made.result() == file:
                del self._files[key]


async def upload(client: AsyncWebClient, chart: Chart, draw: Callable[[Chart], bytes]) -> str:
    """Draw the chart and upload it without a channel. Returns the file's id once an image block may name it.

    `alt_txt` is left out: the image block carries the words. PictureError where anything fails on the way.
    """
    try:
        png = await asyncio.to_thread(draw, chart)
    except Exception as error:
        raise PictureError(f"the chart {chart.title!r} could not be drawn") from error
    try:
        ticket = await client.files_getUploadURLExternal(filename="chart.png", length=len(png))
        file = str(ticket["file_id"])
        await _send(client, str(ticket["upload_url"]), png)
        await client.files_completeUploadExternal(files=[{"id": file, "title": chart.title}])
        await _until_ready(client, file)
    except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
        raise PictureError(f"the picture {chart.title!r} could not be uploaded: {error}") from error
    return file


async def _send(client: AsyncWebClient, url: str, png: bytes) -> None:
    timeout = aiohttp.ClientTimeout(total=client.timeout)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(url, data=png, proxy=client.proxy, ssl=client.ssl if client.ssl is not None else True) as answer,
    ):
        if answer.status != 200:
            raise PictureError(f"Slack's upload server answered {answer.status}")


async def _until_ready(client: AsyncWebClient, file: str) -> None:
    """Return when Slack has looked at the file: until it knows its type, blocks that name the file are refused."""
    pause, waited = FIRST_PAUSE, 0.0
    while True:
        seen = (await client.files_info(file=file)).get("file") or {}
        if seen.get("filetype") or seen.get("mimetype"):
            return
        if waited >= LONGEST_WAIT:
            raise PictureError(f"Slack did not finish with file {file} within {LONGEST_WAIT:g} seconds")
        await asyncio.sleep(pause)
        waited += pause
        pause = min(pause * 1.5, LONGEST_PAUSE)

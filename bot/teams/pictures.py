"""Charts as Teams shows them: at most 1024 pixels a side, in few colours, by an address or inside the message.

Source: learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format, on images.
"""

import asyncio
import base64
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aiohttp import web
from PIL import Image

from bot.card import Card, Chart
from bot.reference import new_reference
from storage.shown import keep_picture, picture
from storage.store import Store

log = logging.getLogger(__name__)

PATH = "/teams/pictures/{name}.png"
SIZES = ((1024, 64), (1024, 32), (800, 32), (640, 16))
"""Pixels of the longer side, and colours: the first that fits is taken. Teams shows no larger picture than 1024."""

LARGEST_INSIDE = 45_000  # bytes; as base64 some 60 KB, beside which the largest card still fits 100 KB
LARGEST = 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class Pictures:
    """How charts are shown: served under `public_url`, else inside the message where they are small enough."""

    draw: Callable[[Chart], bytes]
    store: Store
    public_url: str = ""

    def shown(self, card: Card) -> tuple[Card, str]:
        """The card, and where its chart can be seen: an https: or data: address. Blocking.

        Where it can't be shown the address is "", and the card says so in its footer; the log has the cause.
        """
        if card.chart is None:
            return card, ""
        try:
            return card, self._address(card.chart)
        except Exception:
            reference = new_reference()
            log.exception("posting without picture [%s]", reference)
            note = f"The picture could not be added; its numbers are in the text (reference {reference})."
            return replace(card, footer=f"{card.footer} · {note}" if card.footer else note), ""

    def _address(self, chart: Chart) -> str:
        drawn = self.draw(chart)
        png = fitting(drawn, LARGEST if self.public_url else LARGEST_INSIDE)
        if png is None:
            raise ValueError(f"{chart.title!r} is too large to be inside a message: set [teams] public_url")
        if self.public_url:
            name = keep_picture(self.store, png, datetime.now(UTC))
            return self.public_url.rstrip("/") + PATH.format(name=name)
        return "data:image/png;base64," + base64.b64encode(png).decode()


def fitting(png: bytes, most: int) -> bytes | None:
    """The picture as Teams shows it whole: opaque, at most 1024 pixels a side, in few colours, of at most `most` bytes.

    None where even the smallest that can still be read is larger.
    """
    with Image.open(io.BytesIO(png)) as opened:
        drawn = opened.convert("RGBA")
    ground = Image.new("RGBA", drawn.size, drawn.getpixel((drawn.width // 2, min(4, drawn.height - 1))))
    flat = Image.alpha_composite(ground, drawn).convert("RGB")
    for side, colours in SIZES:
        sheet = flat.copy()
        sheet.thumbnail((side, side), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        # an octree keeps the colour of a few pixels, such as one dot that is set apart; the median cut loses it
        few = sheet.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
        if out.tell() <= most:
            return out.getvalue()
    return None


def picture_route(store: Store) -> web.RouteDef:
    """Where Teams fetches pictures: by a name that nobody can guess, for as long as it is kept."""

    async def show(request: web.Request) -> web.StreamResponse:
        png = await asyncio.to_thread(picture, store, request.match_info["name"], datetime.now(UTC))
        if png is None:
            raise web.HTTPNotFound(text="this picture is not kept any more: ask again")
        headers = {"Cache-Control": "private, max-age=86400", "Cross-Origin-Resource-Policy": "cross-origin"}
        return web.Response(body=png, content_type="image/png", headers=headers)

    return web.get(PATH, show)

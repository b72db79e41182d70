"""What the page's server remembers, in memory and bounded: pictures, each visitor's questions, this week's digest."""

import asyncio
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.card import Card, Chart, Digest
from bot.picture.theme import ThemeName
from bot.web.voice import THEMES

MOST_PICTURES = 400
MOST_BYTES = 24 * 2**20
MOST_VISITORS = 200
MOST_EXCHANGES = 20
FRESH = 300.0  # seconds that a digest is shown before it is made again

Draw = Callable[[Chart, ThemeName], bytes]


@dataclass(slots=True)
class Pictures:
    """Charts by an id that can't be guessed, drawn when somebody looks. The longest unseen are forgotten."""

    draw: Draw
    charts: OrderedDict[str, tuple[Chart, ThemeName]] = field(default_factory=OrderedDict)
    ids: dict[tuple[Chart, ThemeName], str] = field(default_factory=dict)
    drawn: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def hang(self, chart: Chart) -> dict[str, str]:
        """The addresses of the chart's pictures by theme."""
        return {theme: f"/chart/{self._id(chart, theme)}.png" for theme in THEMES}

    async def png(self, picture: str) -> bytes | None:
        """The picture; None for one that is unknown or forgotten. Whatever `draw` raises."""
        if picture not in self.charts:
            return None
        self.charts.move_to_end(picture)
        async with self.drawing:
            if picture not in self.drawn:
                self.drawn[picture] = await asyncio.to_thread(self.draw, *self.charts[picture])
            self.drawn.move_to_end(picture)
            content = self.drawn[picture]
            while sum(map(len, self.drawn.values())) > MOST_BYTES and len(self.drawn) > 1:
                self.drawn.popitem(last=False)
        return content

    def _id(self, chart: Chart, theme: ThemeName) -> str:
        known = self.ids.get((chart, theme))
        if known is None:
            known = self.ids[chart, theme] = secrets.token_urlsafe(16)
            self.charts[known] = (chart, theme)
        self.charts.move_to_end(known)
        while len(self.charts) > MOST_PICTURES:
            forgotten, what = self.charts.popitem(last=False)
            self.drawn.pop(forgotten, None)
            del self.ids[what]
        return known


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One question and the card that answered it."""

    question: str
    card: Card


@dataclass(slots=True)
class Visitors:
    """What each visitor asked, by the id in their cookie."""

    histories: OrderedDict[str, deque[Exchange]] = field(default_factory=OrderedDict)

    def known(self, visitor: str | None) -> str:
        """The visitor's id: the one given if it is one of ours, else a new one."""
        if visitor is None or visitor not in self.histories:
            visitor = secrets.token_urlsafe(16)
            self.histories[visitor] = deque(maxlen=MOST_EXCHANGES)
        self.histories.move_to_end(visitor)
        while len(self.histories) > MOST_VISITORS:
            self.histories.popitem(last=False)
        return visitor

    def history(self, visitor: str) -> list[Exchange]:
        """What the visitor asked, oldest first."""
        return list(self.histories.get(visitor, ()))

    def remember(self, visitor: str, exchange: Exchange) -> None:
        """Keep one exchange, at the cost of the oldest where there are too many. Asked again, it is kept once."""
        history = self.histories.get(visitor)
        if history is None:
            return
        if history and history[-1].question == exchange.question:
            history.pop()
        history.append(exchange)


@dataclass(slots=True)
class ThisWeek:
    """The digest, made at most once in five minutes however many look."""

    make: Callable[[], Digest]
    made: Digest | None = None
    until: float = 0.0
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def digest(self) -> Digest:
        """The digest. Whatever `make` raises."""
        async with self.making:
            if self.made is None or time.monotonic() > self.until:
                self.made = await asyncio.to_thread(self.make)
                self.until = time.monotonic() + FRESH
            return self.made

"""Vendors on a bad day: a middleware that makes any of the servers faulty at random, from a seed.

No fault stays: whoever asks the same again soon has a sound answer. What it does to an answer is what has been seen
of real vendors: limits, outages, lines that break, bodies that end early, cursors that expire, lists that tell a thing
twice, and words that did not exist yesterday.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


class Fault(StrEnum):
    """What may go wrong with one answer."""

    WAIT = "429 with Retry-After"
    BUSY = "429 without"
    BROKEN = "500"
    AWAY = "503"
    NO_ANSWER = "the connection is closed without an answer"
    BREAK = "the connection breaks in the middle of the body"
    CUT = "the body ends in the middle, and its length says so"
    EXPIRED = "410 for a page's cursor"
    TWICE = "a row of a feed whose rows have ids comes twice"
    NEW_FIELD = "a field that nobody knows"
    NEW_WORD = "a value that nobody knows, where it does no harm"


SOUND = frozenset({Fault.TWICE, Fault.NEW_FIELD, Fault.NEW_WORD})
"""Oddities that leave the answer right: a reader has to cope with these at once."""

ODDS: Mapping[Fault, float] = {
    Fault.WAIT: 0.02,
    Fault.BUSY: 0.01,
    Fault.BROKEN: 0.01,
    Fault.AWAY: 0.01,
    Fault.NO_ANSWER: 0.01,
    Fault.BREAK: 0.01,
    Fault.CUT: 0.005,
    Fault.EXPIRED: 0.005,
    Fault.TWICE: 0.1,
    Fault.NEW_FIELD: 0.1,
    Fault.NEW_WORD: 0.1,
}
STATUS = {Fault.WAIT: 429, Fault.BUSY: 429, Fault.BROKEN: 500, Fault.AWAY: 503, Fault.EXPIRED: 410}
MOST_IN_A_ROW = 2
PAUSES = ("0", "0", "1")
"""What Retry-After says, in seconds."""

CURSORS = frozenset({"page", "pageToken", "$skiptoken", "after"})
FEEDS_WITH_IDS = {"/google/admin/": "items", "/logs": "data"}
"""Part of a path, and the list in its answers whose rows have ids. Cursor's events have none."""

WORDS = frozenset({"role", "customer_type", "service_tier", "capabilityStatus", "callerType"})
"""Fields that say something nobody needs to count by."""


@dataclass(kw_only=True, slots=True)
class Chaos:
    """How likely each fault is, and what was done so far. While `calm`, nothing goes wrong."""

    seed: int = 7
    odds: Mapping[Fault, float] = field(default_factory=lambda: ODDS)
    calm: bool = False
    done: Counter[Fault] = field(default_factory=Counter)
    _chance: random.Random = field(init=False)
    _in_a_row: Counter[str] = field(default_factory=Counter, init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def drawn(self, question: str, possible: frozenset[Fault]) -> Fault | None:
        """Return what goes wrong with this question now. The third time in a row, nothing that is not SOUND does."""
        hits = [fault for fault in Fault if self._chance.random() < self.odds.get(fault, 0.0)]
        if self._in_a_row[question] >= MOST_IN_A_ROW:
            possible &= SOUND
        fault = next((each for each in hits if each in possible), None) if not self.calm else None
        if fault is None or fault in SOUND:
            self._in_a_row.pop(question, None)
        else:
            self._in_a_row[question] += 1
        return fault

    def pick(self, choices: int) -> int:
        """Return a number from 0 to below `choices`."""
        return self._chance.randrange(choices)


def with_chaos(app: web.Application, chaos: Chaos) -> web.Application:
    """Return the app, which is not started yet, with faults before everything that it does."""
    app.middlewares.insert(0, _faulty(chaos))
    return app


def _faulty(chaos: Chaos) -> Middleware:
    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        sound = await handler(request)
        if not isinstance(sound, web.Response) or sound.status != web.HTTPOk.status_code:
            return sound
        body = sound.body if isinstance(sound.body, bytes) else b""
        fault = chaos.drawn(f"{request.method} {request.path_qs}", _possible(request, sound, body))
        if fault is None:
            return sound
        chaos.done[fault] += 1
        return await _spoilt(chaos, fault, request, sound, body)

    return answer


def _possible(request: web.Request, sound: web.Response, body: bytes) -> frozenset[Fault]:
    """Return the faults that this answer can have."""
    possible = set(Fault)
    if not any(name in request.query and request.query[name] != "1" for name in CURSORS) or _is_position(request):
        possible.discard(Fault.EXPIRED)
    if len(body) < 2:
        possible -= {Fault.CUT, Fault.BREAK}
    if sound.content_type != "application/json":
        possible -= SOUND
    elif not _feed(request):
        possible.discard(Fault.TWICE)
    return frozenset(possible)


def _is_position(request: web.Request) -> bool:
    """Whether `after` is a moment, which never expires."""
    return request.path.endswith("/logs")


def _feed(request: web.Request) -> str:
    """Return the name of the list in the answer whose rows have ids; "" where there is none."""
    return next((name for part, name in FEEDS_WITH_IDS.items() if part in request.path), "")


async def _spoilt(
    chaos: Chaos, fault: Fault, request: web.Request, sound: web.Response, body: bytes
) -> web.StreamResponse:
    match fault:
        case Fault.WAIT | Fault.BUSY | Fault.BROKEN | Fault.AWAY | Fault.EXPIRED:
            pause = {"Retry-After": PAUSES[chaos.pick(len(PAUSES))]} if fault is Fault.WAIT else None
            return web.json_response({"error": {"message": str(fault)}}, status=STATUS[fault], headers=pause)
        case Fault.NO_ANSWER:
            if request.transport:
                request.transport.abort()
            return web.Response()
        case Fault.BREAK:
            return await _broken_off(request, sound, body)
        case Fault.CUT:
            changed = body[: _middle(body)]
        case _:
            changed = msgspec.json.encode(_odd(chaos, fault, _feed(request), msgspec.json.decode(body)))
    return web.Response(body=changed, headers=_headers(sound))


def _headers(sound: web.Response) -> dict[str, str]:
    return {"Content-Type": sound.headers["Content-Type"]}


async def _broken_off(request: web.Request, sound: web.Response, body: bytes) -> web.StreamResponse:
    """Promise the whole body, send half of it, and hang up."""
    answer = web.StreamResponse(headers=_headers(sound))
    answer.content_length = len(body)
    await answer.prepare(request)
    await answer.write(body[: len(body) // 2])
    if request.transport:
        request.transport.close()
    return answer


def _middle(body: bytes) -> int:
    """Return where to cut: inside a line, so that what is left cannot pass for a whole answer."""
    newline = body.rfind(b"\n", 0, len(body) // 2)
    return newline + 2 if newline >= 0 else len(body) // 2


def _odd(chaos: Chaos, fault: Fault, feed: str, told: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the answer with something in it that was not there before."""
    if not isinstance(told, dict):
        return told
    match fault:
        case Fault.TWICE:
            rows = told.get(feed)
            if not rows:
                return told
            place = chaos.pick(len(rows))
            return {**told, feed: [*rows[: place + 1], *rows[place:]]}
        case Fault.NEW_FIELD:
            new = {"field_of_tomorrow": {"of": "tomorrow"}}
            return {name: _each(value, new) for name, value in told.items()} | new
        case _:
            return _reworded(told)


def _each(value: Any, new: Mapping[str, object]) -> Any:  # noqa: ANN401 - any JSON
    """Return rows with a new field; anything else as it is."""
    return [{**row, **new} if isinstance(row, dict) else row for row in value] if isinstance(value, list) else value


def _reworded(told: Any) -> Any:  # noqa: ANN401 - any JSON
    match told:
        case dict():
            return {
                name: "a value of tomorrow" if name in WORDS and isinstance(value, str) else _reworded(value)
                for name, value in told.items()
            }
        case list():
            return [_reworded(each) for each in told]
        case _:
            return told

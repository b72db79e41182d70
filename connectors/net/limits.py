"""How fast a key may ask: one queue for each vendor and key, shared by every source and run of the process.

A vendor counts the questions of a key, whoever asks them; so two sources with one key take turns, and where one of
them is told to wait, all do. Nothing of a key is held but a hash that means nothing outside of the process.
"""

import random
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import urlsplit

Sleep = Callable[[float], Awaitable[None]]

JITTER = 1.25
"""A wait that a vendor wants is made up to so much longer, so that those who were sent away do not return at once."""


@dataclass(slots=True)
class _Key:
    """When a key may be used again, in seconds of the clock: at all, and by endpoint."""

    until: float = 0.0
    next: dict[str, float] = field(default_factory=lambda: defaultdict(float))


class Limits:
    """The queues of many keys. They serve any thread and event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made_up = 0.0
        self._keys: dict[bytes, _Key] = defaultdict(_Key)
        self._salt = secrets.token_bytes(16)
        self._lock = threading.Lock()

    def pace(self, base_url: str, token: str, sleep: Sleep, *, per_minute: int = 0, endpoint: str = "") -> "Pace":
        """Return the queue of a key, of an `endpoint` with a limit of its own where it is named.

        `per_minute` is how many questions the vendor answers; 0: none is known, and only what it asks for is waited.
        """
        told = f"{urlsplit(base_url).netloc.lower()} {token}".encode("utf-8", "surrogatepass")
        name = blake2b(told, key=self._salt, digest_size=16).digest()
        with self._lock:
            key = self._keys[name]
        return Pace(self, key, sleep, per_minute, endpoint)

    def turn(self, key: _Key, per_minute: int, endpoint: str) -> float:
        """Take the next place in a queue, and return its time."""
        with self._lock:
            mine = max(self._now(), key.next[endpoint])
            key.next[endpoint] = mine + (60 / per_minute if per_minute else 0.0)
            return mine

    def hold(self, key: _Key, seconds: float) -> None:
        """Let nobody use a key for some seconds."""
        with self._lock:
            key.until = max(key.until, self._now() + seconds)

    def left(self, key: _Key, mine: float) -> tuple[float, float]:
        """Return the seconds until a place's time, and those for which the key is held."""
        with self._lock:
            moment = self._now()
            return mine - moment, key.until - moment

    def slept(self, until: float) -> None:
        """Take a sleep for done: one that was made up, as in a test, passes the time that it was asked for."""
        with self._lock:
            self._made_up += max(until - self._now(), 0.0)

    def now(self) -> float:
        """Return the moment on the clock of the queues, in seconds."""
        with self._lock:
            return self._now()

    def _now(self) -> float:
        return self._clock() + self._made_up


SHARED = Limits()
"""The queues of this process."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One user of a queue."""

    limits: Limits
    key: _Key
    sleep: Sleep
    per_minute: int = 0
    endpoint: str = ""

    def __repr__(self) -> str:
        return f"Pace(per_minute={self.per_minute}, endpoint={self.endpoint!r})"

    async def wait(self, longest: float) -> float:
        """Wait for the turn, and return 0; or how long the key is held, at once, where that is more than `longest`."""
        mine = self.limits.turn(self.key, self.per_minute, self.endpoint)
        while True:
            turn, held = self.limits.left(self.key, mine)
            if held > longest:
                return held
            seconds = max(turn, held * random.uniform(1.0, JITTER) if held > 0 else 0.0)  # noqa: S311
            if seconds <= 0:
                return 0.0
            until = self.limits.now() + seconds
            await self.sleep(seconds)
            self.limits.slept(until)

    def hold(self, seconds: float) -> None:
        """Say that the vendor wants this key to wait, whoever uses it."""
        self.limits.hold(self.key, seconds)

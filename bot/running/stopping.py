"""Ending runs that go on in other threads: at Ctrl-C, and when the bot is stopped."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from connectors.report import Progress, StoppedError

T = TypeVar("T")

AGAIN = 2.0
"""Seconds after which a run that goes on is ended again; what it has to put away takes less."""


@dataclass(kw_only=True, slots=True)
class Stop:
    """Ends runs. One that waits for its vendor ends at once, one that works at its next step of progress."""

    wanted: threading.Event = field(default_factory=threading.Event)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _going_on: dict[asyncio.Task[Any], asyncio.AbstractEventLoop] = field(default_factory=dict)

    def end_all(self) -> None:
        """End every run, and every one that is yet to begin."""
        with self._guard:
            self.wanted.set()
            for task, loop in self._going_on.items():
                loop.call_soon_threadsafe(_end, task, loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on an event loop of this thread's own. Raises StoppedError where it was ended."""

        async def watched() -> T:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - asyncio.run made one
            with self._guard:
                self._going_on[task] = asyncio.get_running_loop()
            try:
                if self.wanted.is_set():
                    work.close()
                    raise StoppedError
                return await work
            finally:
                with self._guard:
                    del self._going_on[task]

        try:
            return asyncio.run(watched())
        except asyncio.CancelledError:
            raise StoppedError from None

    def watching(self, progress: Progress) -> Progress:
        """Return `progress`, with the run ended at its next step where that is wanted."""
        return _Stopping(stop=self, inner=progress)


def _end(task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop) -> None:
    """End a run, and again as long as it goes on: a timeout that falls together with its end swallows that."""
    if not task.done():
        task.cancel()
        loop.call_later(AGAIN, _end, task, loop)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stopping:
    """Passes on what is told, unless the run is to end."""

    stop: Stop
    inner: Progress

    def begin(self, what: str, total: int) -> None:
        """A stage begins."""
        self._go_on()
        self.inner.begin(what, total)

    def advance(self, units: int) -> None:
        """So many more units are done."""
        self._go_on()
        self.inner.advance(units)

    def note(self, text: str) -> None:
        """Something is worth a line."""
        self.inner.note(text)

    def _go_on(self) -> None:
        if self.stop.wanted.is_set():
            raise StoppedError

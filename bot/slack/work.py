"""Blocking work in threads of its own, few at a time, so that acknowledging what Slack sends never waits for it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 2
"""Threads that work out answers. They share one interpreter with the loop that acknowledges: more would slow both."""

MOST_WAITING = 100
"""Answers that may wait. Who asks after them is told so at once, instead of being answered minutes later."""


class BusyError(Exception):
    """Too many are waiting for answers already."""


class Work:
    """The threads in which answers are worked out, and how many wait for one."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="answer")
        self._most = at_once + most_waiting
        self._begun = 0

    async def do(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """Return what `function` returns, worked out in a thread. BusyError where too many wait."""
        if self._begun >= self._most:
            raise BusyError
        self._begun += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, lambda: function(*arguments, **named))
        finally:
            self._begun -= 1

    def close(self) -> None:
        """Begin nothing more; what is being worked out is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

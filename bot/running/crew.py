"""Processes in which answers are worked out and charts are drawn.

The process that listens to Slack, Teams and browsers has to take what comes at once, whatever anybody asked before.
Python runs one thread at a time: an answer that is worked out beside the listening would hold it up again and again.
"""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import wait
from typing import TypeVar

from bot.installation import Installation
from bot.settings import Settings
from storage.store import open_store

T = TypeVar("T")
Way = Callable[[Callable[..., T], tuple[object, ...]], T]

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Answers worked out at once, each in a process of its own of some 150 MB."""

LESS_URGENT = 5
"""By how much the operating system puts them behind whoever listens, where there is not enough for both."""

_here: list[Installation] = []
"""The worker process's own installation; nothing in the process that listens."""


class Crew:
    """Workers that each have the installation opened. A worker that dies is replaced; what it was at is not repeated.

    `run` and `ask` block: call them in a thread.
    """

    def __init__(self, installation: Installation, workers: int = AT_ONCE) -> None:
        self._installation = installation
        self._workers = workers
        self._guard = threading.Lock()
        self._pool = self._started()

    def ask(self, function: Callable[..., T], *arguments: object) -> T:
        """Return what `function` returns for the arguments and, after them, the installation."""
        return self._done(_with_installation, function, arguments)

    def run(self, function: Callable[..., T], *arguments: object) -> T:
        """Return what `function`, which needs no installation, returns for the arguments."""
        return self._done(_plainly, function, arguments)

    def warm_up(self) -> None:
        """Let the workers start and import what answers need; this is not waited for."""
        with suppress(BrokenProcessPool):
            for _ in range(self._workers):
                self._pool.submit(_import_all)

    def close(self) -> None:
        """Begin nothing more; what is being worked out is ended."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _done(self, way: Way[T], function: Callable[..., T], arguments: tuple[object, ...]) -> T:
        pool = self._pool
        try:
            return pool.submit(way, function, arguments).result()
        except BrokenProcessPool:
            self._replace(pool)
            raise

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._guard:
            if self._pool is broken:
                log.error("a worker ended before its time, out of memory perhaps: others take its place")
                self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        level = logging.getLogger().getEffectiveLevel()
        store = self._installation.store.engine.url.render_as_string(hide_password=False)
        return ProcessPoolExecutor(
            max_workers=self._workers,
            # spawned, not forked: this process has threads, whose locks a fork would copy as they are
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self._installation.settings, store, level),
        )


def _begin(settings: Settings, store: str, level: int) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal: the caller ends this one
    threading.Thread(target=_follow_parent, daemon=True).start()
    with suppress(OSError):
        os.nice(LESS_URGENT)
    _here.append(Installation(settings=settings, store=open_store(store)))


def _follow_parent() -> None:
    """End with the process that started this one, also when that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _with_installation(function: Callable[..., T], arguments: tuple[object, ...]) -> T:
    return function(*arguments, _here[0])


def _plainly(function: Callable[..., T], arguments: tuple[object, ...]) -> T:
    return function(*arguments)


def _import_all() -> None:
    pass

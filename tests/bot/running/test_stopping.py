"""Runs in other threads are ended, whatever they do about it."""

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.running.stopping import Stop
from connectors.report import StoppedError


@pytest.mark.parametrize("swallowed", [0, 1])
def test_a_run_that_waits_is_ended_also_where_something_swallows_its_end(swallowed: int) -> None:
    stop, began = Stop(), threading.Event()

    async def wait() -> None:
        for _ in range(swallowed):
            with contextlib.suppress(asyncio.CancelledError):  # as a timeout does that falls together with it
                began.set()
                await asyncio.sleep(600)
        began.set()
        await asyncio.sleep(600)

    with ThreadPoolExecutor(max_workers=1) as pool:
        going_on = pool.submit(stop.run, wait())
        assert began.wait(30)
        stop.end_all()
        with pytest.raises(StoppedError):
            going_on.result(timeout=30)


def test_a_run_that_is_yet_to_begin_does_not() -> None:
    stop = Stop()
    stop.end_all()
    with pytest.raises(StoppedError):
        stop.run(asyncio.sleep(600))

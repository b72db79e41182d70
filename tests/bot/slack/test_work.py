"""Answers are worked out a few at a time, and whoever comes when too many wait is told at once."""

import asyncio
import threading

import pytest

from bot.slack.app import slack_workspace, start_slack
from bot.slack.work import BusyError, Work
from tests.bot.slack.conftest import KEYS


async def test_no_more_than_a_few_are_worked_out_at_once():
    work, running, most = Work(at_once=2), 0, 0
    guard = threading.Lock()

    def busy() -> None:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.02)
        with guard:
            running -= 1

    await asyncio.gather(*(work.do(busy) for _ in range(10)))
    assert most == 2


async def test_whoever_comes_when_too_many_wait_is_turned_away_at_once():
    work, gate = Work(at_once=1, most_waiting=1), threading.Event()
    first, second = (asyncio.ensure_future(work.do(gate.wait)) for _ in range(2))
    await asyncio.sleep(0)

    with pytest.raises(BusyError):
        await work.do(gate.wait)
    gate.set()
    await asyncio.gather(first, second)
    assert await work.do(lambda: 7) == 7


async def test_what_fails_leaves_its_place_to_the_next():
    work = Work(at_once=1, most_waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await work.do(lambda: 1 / 0)


async def test_a_busy_bot_says_so_instead_of_answering_minutes_later(fake, voice):
    workspace = slack_workspace(fake.api, KEYS, voice)
    running = await start_slack(workspace, "socket", fake.api, KEYS)
    gate = threading.Event()
    waiting = [asyncio.ensure_future(workspace.work.do(gate.wait)) for _ in range(102)]
    await fake.command("plain")
    await fake.until(lambda: fake.responses)
    gate.set()
    await asyncio.gather(*waiting)
    await running.close()

    assert "Ask again in a minute" in fake.responses[0]["text"]
    assert "reference" not in fake.responses[0]["text"]

"""Queues of keys: distance between questions, waits that all users of a key share, and made-up time."""

import asyncio
import threading

import pytest
from aiohttp import web

from connectors.connector import Permission
from connectors.errors import TryAgainError
from connectors.net.http import get_page, limits_for, open_api
from connectors.net.limits import SHARED, Limits
from connectors.rows import Request

HERE = "https://api.example.com"


class Sleeper:
    """Notes how long it was to sleep, and does not."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def limits() -> Limits:
    return Limits(clock=lambda: 1000.0)


async def test_questions_keep_the_distance_that_the_vendor_wants(limits: Limits) -> None:
    sleep = Sleeper()
    pace = limits.pace(HERE, "key", sleep, per_minute=20)
    for _ in range(4):
        assert await pace.wait(60) == 0
    assert sleep.slept == [3, 3, 3]


async def test_two_users_of_a_key_take_turns_and_another_key_or_vendor_does_not_wait(limits: Limits) -> None:
    first, second = Sleeper(), Sleeper()
    await limits.pace(HERE, "key", first, per_minute=20).wait(60)
    await limits.pace(f"{HERE}/v2", "key", second, per_minute=20).wait(60)
    assert (first.slept, second.slept) == ([], [3])
    await limits.pace(HERE, "another key", first, per_minute=20).wait(60)
    await limits.pace("https://api.example.org", "key", first, per_minute=20).wait(60)
    assert first.slept == []


async def test_an_endpoint_with_a_limit_of_its_own_has_a_queue_of_its_own(limits: Limits) -> None:
    sleep = Sleeper()
    await limits.pace(HERE, "key", sleep, per_minute=20).wait(60)
    await limits.pace(HERE, "key", sleep, per_minute=60, endpoint="events").wait(60)
    assert sleep.slept == []
    await limits.pace(HERE, "key", sleep, per_minute=60, endpoint="events").wait(60)
    assert sleep.slept == [1]


async def test_where_one_is_told_to_wait_every_user_of_the_key_does(limits: Limits) -> None:
    sleep = Sleeper()
    limits.pace(HERE, "key", sleep).hold(7)
    await limits.pace(HERE, "key", sleep, per_minute=600, endpoint="events").wait(60)
    assert len(sleep.slept) == 1
    assert 7 <= sleep.slept[0] <= 7 * 1.25
    await limits.pace(HERE, "key", sleep).wait(60)
    assert len(sleep.slept) == 1


async def test_a_wait_beyond_the_ceiling_is_told_at_once(limits: Limits) -> None:
    sleep = Sleeper()
    limits.pace(HERE, "key", sleep).hold(3600)
    assert await limits.pace(HERE, "key", sleep).wait(60) == 3600
    assert sleep.slept == []


async def test_somebody_who_waits_already_waits_longer_when_the_vendor_says_so(limits: Limits) -> None:
    waited: list[float] = []
    other = limits.pace(HERE, "key", Sleeper())

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 1:
            other.hold(30)

    pace = limits.pace(HERE, "key", sleep, per_minute=6)
    await pace.wait(60)
    await pace.wait(60)
    assert waited[0] == 10
    assert 20 <= waited[1] <= 25


def test_threads_with_loops_of_their_own_share_a_queue(limits: Limits) -> None:
    turns: list[float] = []
    pace = limits.pace(HERE, "key", Sleeper(), per_minute=60)

    def work() -> None:
        turns.extend(limits.turn(pace.key, pace.per_minute, pace.endpoint) for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(turns) == [1000.0 + second for second in range(200)]


def test_the_process_shares_its_queues_and_a_made_up_sleep_has_its_own() -> None:
    assert limits_for(asyncio.sleep) is SHARED
    assert limits_for(Sleeper()) is not SHARED


def test_a_queue_does_not_show_its_key(limits: Limits) -> None:
    pace = limits.pace(HERE, "the-secret-key", Sleeper())
    assert "the-secret-key" not in repr(pace) + repr(vars(limits))


async def test_after_one_source_was_told_to_wait_an_hour_another_with_its_key_does_not_even_ask(aiohttp_server) -> None:
    asked: list[str] = []

    async def reply(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=429, headers={"Retry-After": "3600"})

    app = web.Application()
    app.router.add_get("/{rest:.*}", reply)
    base = str((await aiohttp_server(app)).make_url(""))
    may, sleep, limits = Permission(name="n", where="w"), Sleeper(), Limits()
    for path in ("one", "two"):
        async with open_api(base, "key", may, sleep=sleep, pace=limits.pace(base, "key", sleep)) as api:
            with pytest.raises(TryAgainError) as caught:
                await get_page(api, Request(path=path))
            assert caught.value.after
            assert caught.value.after > 3500
    assert asked == ["/one"]

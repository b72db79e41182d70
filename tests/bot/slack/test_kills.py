"""A process is killed while it delivers, at any point: one message, or one that is known to be in doubt; never two.

`KILLS=100` runs it as often as is promised; the gate runs fewer.
"""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import outbox
from storage.store import Store
from tests.bot.slack.fake_slack import FakeSlack

KILLS = int(os.environ.get("KILLS", "20"))
FIRST = datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC)
SUBSCRIPTION = "digest:leaders:C0000000001"


@dataclass
class Nursery:
    process: asyncio.subprocess.Process

    async def round(self, moment: datetime, kill_after: float | None = None) -> tuple[str, float]:
        """Make a round in a process of its own, killed after so many seconds; return its end and how long it lived."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        began = asyncio.get_running_loop().time()
        killing = "" if kill_after is None else f" {kill_after}"
        self.process.stdin.write(f"{moment.isoformat()}{killing}\n".encode())
        ended = (await self.process.stdout.readline()).decode().strip()
        return ended, asyncio.get_running_loop().time() - began


@pytest.fixture
async def nursery(store: Store, tmp_path: Path, fake: FakeSlack) -> AsyncIterator[Nursery]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bot.slack.nursery",
        f"sqlite:///{tmp_path / 'store.db'}",
        fake.api,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
    )
    yield Nursery(process)
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


def arrived(fake: FakeSlack, moment: datetime) -> int:
    return sum(f"Digest {moment:%Y-%m-%d}" in each["text"] and not each.get("thread_ts") for each in fake.messages)


async def many(nursery: Nursery, fake: FakeSlack, store: Store) -> list[tuple[int, str]]:
    """Return, a killed delivery, how often its message arrived in the end, and what the outbox says of it."""
    fake.looks = 1
    usual = sorted([(await nursery.round(FIRST - timedelta(days=each)))[1] for each in (4, 3, 2, 1)])[1]
    rng = random.Random(KILLS)
    seen: list[tuple[int, str]] = []
    number = 0
    while len(seen) < KILLS:
        number += 1
        moment = FIRST + timedelta(days=number)
        ended, _ = await nursery.round(moment, kill_after=rng.uniform(0, usual))
        if ended != "killed":
            continue
        await nursery.round(moment + timedelta(minutes=20))
        await nursery.round(moment + timedelta(minutes=40))
        seen.append((arrived(fake, moment), str(outbox.delivered(store, SUBSCRIPTION, f"{moment:%Y-%m-%d}"))))
    return seen


async def test_killed_anywhere_a_digest_arrives_once_where_the_channel_may_be_read(
    nursery: Nursery, fake: FakeSlack, store: Store
) -> None:
    seen = await many(nursery, fake, store)
    assert set(seen) == {(1, "sent")}


async def test_killed_anywhere_a_digest_arrives_once_or_is_known_to_be_in_doubt(
    nursery: Nursery, fake: FakeSlack, store: Store
) -> None:
    fake.refused["conversations.history"] = "missing_scope"
    seen = await many(nursery, fake, store)
    assert set(seen) <= {(1, "sent"), (1, "unknown"), (0, "unknown")}
    assert (1, "sent") in seen

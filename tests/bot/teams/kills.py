"""Delivers digests in a process that is killed again and again, then once to the end.

usage: python -m tests.bot.teams.kills STORE-URL CONNECTOR-URL KILLS SUBSCRIPTIONS
"""

import asyncio
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta

from bot.card import Card, Digest
from bot.sending.deliver import deliver
from bot.sending.letters import Letter
from bot.teams.adapter import Adapter, Keys
from bot.teams.letters import teams_postman
from bot.teams.pictures import Pictures
from bot.teams.post import Office
from storage.store import open_store
from tests.bot.cards import WEEK
from tests.bot.teams.conftest import REGISTRATION, Microsoft

DIGEST = Digest(week=WEEK, card=Card(title="The week", text="6.8 messages a session."), views=())
LETTER = Letter(period="2025-W45", digest=DIGEST)
LONGEST = 0.3  # seconds until a kill; a delivery takes some 0.02


async def deliver_all(url: str, connector: str, count: int) -> None:
    store = open_store(url)
    adapter = Adapter(REGISTRATION, Keys(f"{connector}/openid"))
    adapter.credentials.app = Microsoft()
    office = Office(wire=adapter, store=store, pictures=Pictures(draw=lambda _: b"", store=store))
    post = teams_postman(office).post
    for number in range(count):
        person = f"person-{number}"
        # no lease: what a killed process had claimed is taken by the next at once
        await deliver(
            LETTER,
            f"digest:leaders:{person}",
            person,
            store=store,
            post=post,
            clock=lambda: datetime.now(UTC),
            lease=timedelta(0),
        )


def main() -> None:
    url, connector, kills, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    chance = random.Random(7)
    for number in range(kills + 1):
        child = os.fork()
        if child == 0:
            asyncio.run(deliver_all(url, connector, count))
            os._exit(0)
        if number < kills:
            time.sleep(chance.uniform(0.03, LONGEST))
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()

"""Makes rounds in processes that are killed: forks one a line of standard input, after everything was imported.

A line holds the moment it is (ISO 8601), and the seconds after which the process is killed, if at all. "killed" or
"ended" is written when it is gone.
"""

import asyncio
import os
import signal
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.card import Card, Digest
from bot.installation import Installation
from bot.sending.letters import Letter
from bot.sending.rounds import Rounds
from bot.settings import Roles, Settings, Subscription
from bot.slack import letters, pictures
from bot.slack.app import slack_workspace
from bot.slack.letters import slack_postman
from storage.store import open_store
from tests.bot.slack.conftest import KEYS, Heard, chart, voice_of
from tests.bot.slack.fake_slack import MEMBER_OF

LEASE = timedelta(minutes=1)
WEEK = date(2026, 2, 9)


def settings(folder: Path) -> Settings:
    subscription = Subscription(to=MEMBER_OF, day="daily")
    return Settings(roles=Roles(administrators=["U0ADMIN"]), subscriptions=[subscription], folder=folder)


def letter(period: str) -> Letter:
    card = Card(title=f"Digest {period}", text="6.8.", chart=chart("week"))
    views = tuple(Card(title=each, text=each) for each in ("depth", "models"))
    return Letter(period=period, digest=Digest(week=WEEK, card=card, views=views))


async def one_round(url: str, api: str, moment: datetime) -> None:
    store = open_store(url)
    workspace = slack_workspace(api, KEYS, voice_of(Heard()))
    rounds = Rounds(
        Installation(settings=settings(Path("/nowhere")), store=store),
        {"slack": slack_postman(workspace, None)},
        clock=lambda: moment,
        lease=LEASE,
        letters=lambda *_: letter(f"{moment:%Y-%m-%d}"),
    )
    await rounds.make()


def main() -> None:
    url, api = sys.argv[1:]
    letters.PAUSE = pictures.FIRST_PAUSE = 0.01
    for line in sys.stdin:
        moment, _, kill_after = line.strip().partition(" ")
        child = os.fork()
        if not child:
            asyncio.run(one_round(url, api, datetime.fromisoformat(moment).astimezone(UTC)))
            os._exit(0)
        if kill_after:
            # A child that has ended is not gone before it is waited for: nobody else has its id.
            time.sleep(float(kill_after))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        sys.stdout.write("killed\n" if os.WIFSIGNALED(status) else "ended\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""What `serve` sends is remembered for the next digest, and what Slack refused is not."""

from functools import partial
from pathlib import Path

import pytest

from bot import serving
from bot.installation import Installation
from bot.settings import Settings, Subscription
from bot.slack.digest import post_digest
from storage.findings import seen_before
from storage.store import Store
from tests.bot.slack.fake_slack import MEMBER_OF
from tests.bot.test_digest_memory import KEY, fill, monday_after

SUBSCRIPTION = Subscription(to=MEMBER_OF)


@pytest.fixture
def send(store: Store, slack, monkeypatch):
    fill(store, weeks=14)
    monkeypatch.setattr(serving, "post_digest", partial(post_digest, pause=0))
    return serving._sending(Installation(settings=Settings(folder=Path()), store=store), slack)


async def test_what_is_sent_is_remembered_once(send, store: Store, fake) -> None:
    await send(SUBSCRIPTION)
    seen = seen_before(store, monday_after(14))
    assert KEY in {each.key for each in seen if each.told}
    await send(SUBSCRIPTION)
    assert seen_before(store, monday_after(14)) == seen


async def test_what_slack_refused_is_not_remembered(send, store: Store, fake) -> None:
    fake.refused["chat.postMessage"] = "channel_not_found"
    await send(SUBSCRIPTION)
    assert seen_before(store, monday_after(14)) == ()


def test_the_chat_pages_digest_is_only_looked_at(store: Store) -> None:
    fill(store, weeks=14)
    installation = Installation(settings=Settings(folder=Path()), store=store)
    assert serving.digesting(installation, monday_after(14))().card.advice
    assert seen_before(store, monday_after(20)) == ()

"""The chat page's digest is looked at: nothing of it is remembered."""

from pathlib import Path

from bot.installation import Installation
from bot.running import serving
from bot.settings import Settings
from storage.findings import seen_before
from storage.store import Store
from tests.bot.test_digest_memory import fill, monday_after


def test_the_chat_pages_digest_is_only_looked_at(store: Store) -> None:
    fill(store, weeks=14)
    installation = Installation(settings=Settings(folder=Path()), store=store)
    assert serving.digesting(installation, monday_after(14))().card.advice
    assert seen_before(store, monday_after(20)) == ()

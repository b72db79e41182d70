"""Subscriptions made and kept in Teams: rounds over a real store and the fake Teams."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue import Said, reply
from bot.installation import Installation
from bot.sending.places import place_gone
from bot.sending.rounds import Rounds
from bot.sending.subscriptions import subscriptions_of
from bot.settings import Roles, Settings
from bot.settings import Subscription as InSettings
from bot.teams.letters import teams_postman
from tests.bot.company import TODAY, fill
from tests.bot.teams.conftest import Bot
from tests.bot.teams.fake_teams import ASKER, CHANNEL, PERSONAL

MONDAY = datetime(2026, 10, 26, 9, 0, 5, tzinfo=UTC)


@dataclass
class Week:
    """A bot that answers from a filled store, and its rounds at a moment."""

    bot: Bot
    installation: Installation
    now: datetime = MONDAY

    def rounds(self) -> Rounds:
        postmen = {"teams": teams_postman(self.bot.teams.office)}
        return Rounds(self.installation, postmen, clock=lambda: self.now)

    async def say(self, text: str, where: str = PERSONAL) -> str:
        """What is answered, as one text."""
        before = len(self.bot.fake.posted)
        await self.bot.hear(where=where, text=text)
        await self.bot.settled()
        return told(self.bot.fake.posted[before:])


def told(posted: list) -> str:
    return json.dumps([each.card["body"] for each in posted], ensure_ascii=False)


@pytest.fixture
async def week(bot: Bot) -> Week:
    fill(bot.store)
    settings = Settings(roles=Roles(administrators=[ASKER]), subscriptions=[InSettings(to=CHANNEL, timezone="UTC")])
    installation = Installation(settings=settings, store=bot.store)

    def answer(said: Said):
        return reply(said, installation, TODAY)

    def gone(place: str) -> None:
        place_gone(installation, place, "the app was removed there", MONDAY)

    object.__setattr__(bot.teams, "voice", replace(bot.teams.voice, reply=answer, gone=gone))
    for where in (PERSONAL, CHANNEL):
        await bot.hear("installationUpdate", where=where, action="add")
    await bot.settled()
    bot.fake.posted.clear()
    return Week(bot, installation)


async def test_the_digest_of_the_settings_comes_once(week: Week) -> None:
    await week.rounds().make()
    await week.rounds().make()
    main = [each for each in week.bot.fake.posted if each.conversation == CHANNEL]
    assert len(main) == 1
    assert "30 of 60 seats unused" in told(main)
    assert "This is the first of a subscription" in told(main)


async def test_somebody_subscribes_themselves_in_words_and_stops_it(week: Week) -> None:
    assert "Subscri" in await week.say("subscribe me mondays 9:00 UTC")
    (mine,) = (each for each in subscriptions_of(week.installation) if each.made)
    assert (mine.platform, mine.owner.endswith(ASKER)) == ("teams", True)
    week.now = MONDAY + timedelta(weeks=10)
    while week.now.weekday() != 0:
        week.now += timedelta(days=1)
    week.bot.fake.posted.clear()
    await week.rounds().make()
    assert [each.conversation for each in week.bot.fake.posted].count(PERSONAL) >= 1
    assert mine.number in await week.say("subscriptions")
    await week.say(f"unsubscribe {mine.number}")
    assert [each for each in subscriptions_of(week.installation) if each.made] == []


@pytest.mark.parametrize("code", ["MessageWritesBlocked", "BotNotInConversationRoster", "ConversationNotFound"])
async def test_what_goes_to_a_place_that_is_gone_is_paused_and_told_once(week: Week, code: str) -> None:
    week.bot.fake.gone[CHANNEL] = code
    for _ in range(3):
        await week.rounds().make()
        week.now += timedelta(weeks=1)
    assert subscriptions_of(week.installation)[0].standing.paused
    assert [each.conversation for each in week.bot.fake.posted] == [PERSONAL]
    assert "It is paused" in told(week.bot.fake.posted)
    assert code in told(week.bot.fake.posted)


async def test_what_goes_to_a_team_that_removed_the_app_is_paused_at_once_and_told_once(week: Week) -> None:
    await week.bot.hear("installationUpdate", where=CHANNEL, action="remove")
    for _ in range(2):
        await week.rounds().make()
    assert subscriptions_of(week.installation)[0].standing.paused == "the app was removed there"
    assert [each.conversation for each in week.bot.fake.posted] == [PERSONAL]

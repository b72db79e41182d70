"""Posting by itself: Teams' limits and moods, the digest, and conversations that are gone."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.card import Card
from bot.render.teams import teams_messages
from bot.sending.deliver import NotPostedError, PerhapsPostedError, deliver
from bot.sending.letters import Letter
from bot.teams.digest import post_digest
from bot.teams.letters import teams_postman
from bot.teams.pictures import LARGEST_INSIDE, PATH, Pictures, fitting
from bot.teams.post import ATTEMPTS, post
from bot.teams.wire import RefusedError
from storage.conversations import Conversation, conversation
from storage.outbox import delivered
from storage.store import open_store
from tests.bot import cards
from tests.bot.teams.fake_teams import ASKER, CHANNEL, GROUP, PERSONAL, TENANT

NOW = datetime(2025, 11, 10, 9, tzinfo=UTC)
WORDS = Card(title="Plain", text="No picture here.")


def refused(status: int, code: str = "", wait: str = "") -> tuple[int, object, dict[str, str]]:
    return status, {"error": {"code": code, "message": "no"}}, {"Retry-After": wait} if wait else {}


@pytest.fixture
async def known(bot):
    """The bot after it was added everywhere and greeted."""
    for where in (PERSONAL, GROUP, CHANNEL):
        await bot.hear("installationUpdate", where=where, action="add")
    await bot.settled()
    bot.fake.posted.clear()
    return bot


async def say(bot, card: Card = WORDS, where: str = PERSONAL, *, once: bool = False) -> str:
    place = conversation(bot.store, where)
    (message,) = teams_messages(card)
    return await post(bot.teams.office, place, message, once=once)


@pytest.mark.parametrize("status", [429, 412, 502, 504])
async def test_teams_moods_are_waited_for_as_long_as_it_asks(known, status):
    known.fake.answers.extend([refused(status, wait="7"), refused(status), refused(status)])
    assert await say(known)
    first, second, third = known.waited
    assert 7 <= first < 7.3
    assert 2 <= second < 2.3
    assert 4 <= third < 4.3
    assert len(known.fake.posted) == 1


async def test_patience_ends(known):
    known.fake.answers.extend([refused(429, wait="1")] * 99)
    with pytest.raises(RefusedError, match="429"):
        await say(known)
    assert len(known.waited) == ATTEMPTS - 1
    known.fake.answers.clear()
    known.waited.clear()
    known.fake.answers.append(refused(429, wait="3600"))
    with pytest.raises(RefusedError):
        await say(known)
    assert known.waited == []


@pytest.mark.parametrize("status", [400, 401, 403, 413, 500, 503])
async def test_what_is_refused_for_good_is_not_tried_again(known, status):
    before = known.fake.attempts
    known.fake.answers.append(refused(status, "BadArgument"))
    with pytest.raises(RefusedError, match=f"{status} BadArgument"):
        await say(known)
    assert known.fake.attempts == before + 1


async def test_a_refusal_in_html_is_understood_as_well(known):
    known.fake.answers.append((413, "<html>request entity too large</html>", {}))
    with pytest.raises(RefusedError, match="413"):
        await say(known)


async def test_a_burst_keeps_to_teams_limits(known):
    import asyncio  # noqa: PLC0415

    known.fake.limited = True
    known.teams.office.wire.credentials.get_access_token()
    office = replace(known.teams.office, pause=asyncio.sleep)
    (message,) = teams_messages(WORDS)
    place = conversation(known.store, PERSONAL)
    await asyncio.gather(*(post(office, place, message) for _ in range(15)))
    assert len(known.fake.posted) == 15
    assert known.fake.attempts > 18


async def test_the_tenant_is_kept_and_sent(known):
    await say(known)
    assert known.fake.posted[0].activity["channelData"] == {"tenant": {"id": TENANT}}
    assert conversation(known.store, PERSONAL).tenant == TENANT


async def test_the_digest_in_a_channel_is_a_post_with_a_reply_a_view(known):
    posted = await post_digest(known.teams.office, cards.DIGEST, CHANNEL)
    main, *replies = known.fake.posted
    assert (main.conversation, main.message) == (CHANNEL, posted.message)
    assert {each.conversation for each in replies} == {f"{CHANNEL};messageid={posted.message}"}
    assert [each.card["body"][0]["text"] for each in replies] == [view.title for view in cards.DIGEST.views]
    assert main.activity["summary"].startswith("Weekly digest, 3–9 Nov 2025: 6.8 messages a session")
    assert posted.problems == ()


@pytest.mark.parametrize("to", [PERSONAL, ASKER, GROUP])
async def test_elsewhere_the_digest_is_one_message_that_offers_the_views(known, to):
    posted = await post_digest(known.teams.office, cards.DIGEST, to)
    (main,) = known.fake.posted
    assert main.message == posted.message
    assert main.conversation == (GROUP if to == GROUP else PERSONAL)
    told = json.dumps(main.card)
    assert all(f'{{"ask": "{view.title.lower()}"}}' in told for view in cards.DIGEST.views)


async def test_references_survive_a_restart(known):
    url = str(known.store.engine.url)
    known.store.close()
    store = open_store(url)
    office = replace(known.teams.office, store=store)
    await post_digest(office, cards.DIGEST, ASKER)
    assert known.fake.posted[0].conversation == PERSONAL
    store.close()


async def test_a_reference_follows_teams_to_a_new_service_url(known):
    moved = known.fake.service_url.replace("127.0.0.1", "localhost")
    allowed = replace(known.teams.allowed, hosts=frozenset({"127.0.0.1", "localhost"}))
    object.__setattr__(known.teams, "allowed", allowed)
    await known.hear(text="sales", serviceUrl=moved, token=known.fake.token(serviceurl=moved))
    await known.settled()
    assert conversation(known.store, PERSONAL).reference["serviceUrl"] == moved


@pytest.mark.parametrize("code", ["MessageWritesBlocked", "BotNotInConversationRoster", "ConversationNotFound"])
async def test_a_conversation_that_is_gone_is_paused_and_told_once(known, code):
    known.fake.gone[PERSONAL] = code
    for _ in range(3):
        with pytest.raises(NotPostedError):
            await post_digest(known.teams.office, cards.DIGEST, ASKER)
    assert len(known.told) == 1
    assert code in known.told[0]
    assert conversation(known.store, PERSONAL).state == "paused"
    before = known.fake.attempts
    with pytest.raises(NotPostedError, match="paused"):
        await post_digest(known.teams.office, cards.DIGEST, ASKER)
    assert known.fake.attempts == before

    known.fake.gone.clear()
    await known.hear(text="sales")
    await known.settled()
    assert conversation(known.store, PERSONAL).state == "active"


async def test_a_conversation_nobody_told_of_is_explained(known):
    with pytest.raises(NotPostedError, match="add the app there"):
        await post_digest(known.teams.office, cards.DIGEST, "19:elsewhere@thread.tacv2")


async def test_the_digest_is_delivered_once_and_again_only_if_it_surely_did_not_arrive(known):
    letter = Letter(period="2025-W45", digest=cards.DIGEST)
    post = teams_postman(known.teams.office).post

    async def go() -> str:
        made = await deliver(letter, f"digest:leaders:{ASKER}", ASKER, store=known.store, post=post, clock=lambda: NOW)
        return made.state

    known.fake.answers.append(refused(403, "Forbidden"))
    assert await go() == "failed"
    known.fake.answers.append((502, "<html>bad gateway</html>", {}))
    assert await go() == "unknown"
    assert await go() == "already"
    assert delivered(known.store, f"digest:leaders:{ASKER}", "2025-W45") == "unknown"
    assert known.fake.posted == []


async def test_no_answer_from_teams_is_never_posted_again_by_itself(known):
    known.fake.answers.append((0, {}, {}))
    with pytest.raises(PerhapsPostedError):
        await post_digest(known.teams.office, cards.DIGEST, ASKER)
    assert known.fake.posted == []


async def test_a_card_goes_out_without_a_picture_that_cannot_be_drawn_and_says_so(known):
    def broken(chart: object) -> bytes:
        raise ValueError(chart)

    office = replace(known.teams.office, pictures=Pictures(draw=broken, store=known.store))
    posted = await post_digest(office, cards.DIGEST, ASKER)
    told = json.dumps(known.fake.posted[0].card)
    assert "The picture could not be added" in told
    assert "went from 4.9 to 5.4" in told
    assert len(posted.problems) == 1


async def test_with_a_public_address_pictures_are_fetched_by_a_name_nobody_can_guess(known):
    from bot.charts import draw  # noqa: PLC0415

    pictures = Pictures(draw=draw, store=known.store, public_url="https://bot.example/")
    _, first = pictures.shown(cards.LICENSES_CARD)
    _, second = pictures.shown(cards.LICENSES_CARD)
    assert first != second
    name = first.removeprefix("https://bot.example/teams/pictures/").removesuffix(".png")
    assert len(name) == 32
    assert "?" not in first
    answer = await known.client.get(PATH.format(name=name))
    assert answer.status == 200
    assert (await answer.read()).startswith(b"\x89PNG")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert (await known.client.get(PATH.format(name="x" * 32))).status == 404


@pytest.mark.parametrize("name", [name for name, card in cards.CARDS.items() if card.chart])
def test_every_picture_fits_teams_and_a_message(name):
    import io  # noqa: PLC0415

    from PIL import Image  # noqa: PLC0415

    from bot.charts import draw  # noqa: PLC0415

    png = fitting(draw(cards.CARDS[name].chart), LARGEST_INSIDE)
    assert png is not None
    with Image.open(io.BytesIO(png)) as picture:
        assert max(picture.size) <= 1024
        assert picture.mode == "P"


def test_a_conversation_is_told_apart_by_its_own_id_first(bot):
    from storage.conversations import remember_conversation  # noqa: PLC0415

    for each in ("a:one", "a:two"):
        seen = Conversation(id=each, kind="personal", tenant=TENANT, person="somebody", reference={})
        remember_conversation(bot.store, seen, NOW)
    assert conversation(bot.store, "a:one").id == "a:one"

"""Rounds over a real store and the fake Slack: what is due goes out, trouble is told once, what is gone is paused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.card import Card, Digest
from bot.dialogue import Asker, Said, reply
from bot.installation import Installation
from bot.running.status import status_of
from bot.sending.due import GRACE
from bot.sending.letters import Letter
from bot.sending.places import note_arrived, place_gone
from bot.sending.rounds import AGAIN, Rounds
from bot.sending.subscriptions import Wanted, create, subscriptions_of
from bot.settings import Roles, Settings
from bot.settings import Subscription as InSettings
from bot.slack import letters, pictures
from bot.slack.app import slack_workspace
from bot.slack.letters import slack_postman
from storage import outbox
from storage.findings import seen_before
from storage.store import Store
from tests.bot.company import TODAY, fill
from tests.bot.slack.conftest import KEYS
from tests.bot.slack.fake_slack import MEMBER_OF, FakeSlack

ADMIN = Asker(platform="slack", user="T0ACME:U0ADMIN")
MONDAY = datetime(2026, 10, 26, 9, 0, 5, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


Make = Callable[..., Rounds]


@pytest.fixture
def make(store: Store, fake: FakeSlack, voice: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setattr(letters, "PAUSE", 0.0)
    monkeypatch.setattr(pictures, "FIRST_PAUSE", 0.01)
    workspace = slack_workspace(fake.api, KEYS, voice)

    def rounds(*named: InSettings, **more: Any) -> Rounds:
        settings = Settings(roles=Roles(administrators=["U0ADMIN"]), subscriptions=list(named), folder=Path("/nowhere"))
        installed = Installation(settings=settings, store=store)
        return Rounds(installed, {"slack": slack_postman(workspace, None)}, clock=clock, **more)

    return rounds


def short(period: str = "2026-W43") -> Callable[..., Letter]:
    digest = Digest(week=TODAY, card=Card(title="The week", text="6.8.", footer="Facts."), views=())
    return lambda *_: Letter(period=period, digest=digest)


def roots(fake: FakeSlack, to: str = MEMBER_OF) -> list[str]:
    return [each["text"] for each in fake.messages if each["channel"] == to and not each.get("thread_ts")]


async def test_what_is_due_goes_out_once_and_is_remembered(make: Make, fake: FakeSlack, store: Store) -> None:
    fill(store)
    rounds = make(InSettings(to=MEMBER_OF))
    await rounds.make()
    await rounds.make()
    assert len(roots(fake)) == 1
    assert "30 of 60 seats unused" in roots(fake)[0]
    assert {each.key for each in seen_before(store, TODAY) if each.told} >= {"unused_seats:Engineering|Sales:chatgpt"}


async def test_the_first_introduces_itself_and_the_next_does_not(make: Make, fake: FakeSlack, clock: Clock) -> None:
    await make(InSettings(to=MEMBER_OF), letters=short("1")).make()
    clock.now += timedelta(weeks=1)
    await make(InSettings(to=MEMBER_OF), letters=short("2")).make()
    first, second = (str(each["blocks"]) for each in fake.messages)
    assert "first of a subscription (number f1): Mondays at 09:00 (UTC)" in first
    assert "on Monday, 2 Nov" in first
    assert "pause f1" in first
    assert "first of a subscription" not in second


async def test_what_was_sent_before_introductions_were_made_is_not_introduced(
    make: Make, fake: FakeSlack, store: Store
) -> None:
    outbox.note_told(store, f"digest:leaders:{MEMBER_OF}", ["2026-W40"], MONDAY, "C1:1.0")
    await make(InSettings(to=MEMBER_OF), letters=short()).make()
    assert "first of a subscription" not in str(fake.messages[0]["blocks"])


async def test_a_running_bot_follows_what_people_change(make: Make, fake: FakeSlack, clock: Clock) -> None:
    rounds = make(letters=short())
    await rounds.make()
    assert fake.messages == []
    created = MONDAY - timedelta(minutes=1)
    create(Wanted(place=f"T0ACME:{MEMBER_OF}"), ADMIN, rounds.installation, created)
    await rounds.make()
    assert len(roots(fake)) == 1


async def test_a_place_that_is_gone_pauses_it_and_its_owner_is_told_once(
    make: Make, fake: FakeSlack, clock: Clock
) -> None:
    rounds = make(InSettings(to="C0000000002", owner="U0OWNER"), letters=short())
    await rounds.make()
    (one,) = subscriptions_of(rounds.installation)
    assert "channel_not_found" in one.standing.paused
    clock.now += timedelta(weeks=1)
    await rounds.make()
    (told,) = roots(fake, "U0OWNER")
    assert "Trouble with subscription f1" in told
    assert "resume f1" in told


async def test_a_failure_is_tried_again_and_told_once_when_it_is_too_late(
    make: Make, fake: FakeSlack, clock: Clock
) -> None:
    rounds = make(InSettings(to=MEMBER_OF), letters=short())
    fake.refused_to[MEMBER_OF] = "restricted_action"
    await rounds.make()
    clock.now += timedelta(minutes=1)
    await rounds.make()
    assert len(fake.called("chat.postMessage")) == 1
    clock.now = MONDAY + GRACE - AGAIN
    await rounds.make()
    await rounds.make()
    (told,) = roots(fake, "U0ADMIN")
    assert "could not be sent" in told


async def test_a_failure_is_made_up_for_when_it_is_over(make: Make, fake: FakeSlack, clock: Clock) -> None:
    rounds = make(InSettings(to=MEMBER_OF), letters=short())
    fake.refused_to[MEMBER_OF] = "restricted_action"
    await rounds.make()
    fake.refused_to.clear()
    clock.now += AGAIN
    await rounds.make()
    assert len(roots(fake)) == 1


async def test_no_answer_is_told_as_doubt_and_never_repeated(make: Make, fake: FakeSlack, clock: Clock) -> None:
    rounds = make(InSettings(to=MEMBER_OF, owner="U0OWNER"), letters=short())
    fake.dropped.add("chat.postMessage")
    await rounds.make()
    fake.dropped.clear()
    clock.now += timedelta(hours=1)
    await rounds.make()
    assert len(roots(fake)) == 1
    assert [each.state for each in outbox.deliveries(rounds.installation.store, "unknown")] == ["unknown"]


async def test_a_bug_is_told_with_an_id_that_the_log_has(
    make: Make, fake: FakeSlack, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Letter:
        raise ValueError("the store is on fire")

    rounds = make(InSettings(to=MEMBER_OF), letters=broken)
    clock.now = MONDAY + GRACE - AGAIN
    await rounds.make()
    (told,) = roots(fake, "U0ADMIN")
    reference = told.rpartition("under ")[2].strip(". \n")[:8]
    assert f"[{reference}]" in caplog.text
    assert "on fire" not in told


async def test_a_test_goes_out_at_once_marked_and_beside_the_schedule(
    make: Make, fake: FakeSlack, clock: Clock
) -> None:
    clock.now = MONDAY + timedelta(days=2)
    rounds = make(InSettings(to=MEMBER_OF), letters=short())
    reply(Said(text="send test f1", asker=ADMIN), rounds.installation, TODAY)
    await rounds.make()
    await rounds.make()
    (message,) = fake.messages
    assert "A test of subscription f1" in str(message["blocks"])


async def test_a_thread_only_digest_puts_one_line_into_the_channel(make: Make, fake: FakeSlack) -> None:
    def threaded(*_: object) -> Letter:
        made = short()()
        return Letter(period=made.period, digest=made.digest, thread_only=True)

    await make(InSettings(to=MEMBER_OF, thread_only=True), letters=threaded).make()
    main, first = fake.messages
    assert first["thread_ts"] == main["ts"]
    assert len(main["blocks"]) == 2


async def test_a_subscription_of_somebody_without_a_role_any_more_is_paused(
    make: Make, fake: FakeSlack, store: Store
) -> None:
    rounds = make(letters=short())
    reply(Said(text="grant U0NEW enablement", asker=ADMIN), rounds.installation, TODAY)
    new = Asker(platform="slack", user="T0ACME:U0NEW")
    create(Wanted(place=f"T0ACME:{MEMBER_OF}"), new, rounds.installation, MONDAY - timedelta(hours=1))
    reply(Said(text="revoke U0NEW", asker=ADMIN), rounds.installation, TODAY)
    await rounds.make()
    assert roots(fake) == []
    (one,) = subscriptions_of(rounds.installation)
    assert "no role any more" in one.standing.paused


async def test_what_nobody_was_up_to_send_is_told(make: Make, fake: FakeSlack, clock: Clock) -> None:
    rounds = make(letters=short())
    create(Wanted(place=f"T0ACME:{MEMBER_OF}"), ADMIN, rounds.installation, MONDAY - timedelta(days=3))
    clock.now = MONDAY + timedelta(days=2)
    await rounds.make()
    await rounds.make()
    (told,) = roots(fake, "U0ADMIN")
    assert "was due on 2026-10-26 09:00 UTC" in told


async def test_an_alert_comes_once_for_what_it_tells(make: Make, fake: FakeSlack, clock: Clock, store: Store) -> None:
    fill(store)
    rounds = make(InSettings(what="alert", to=MEMBER_OF))
    await rounds.make()
    clock.now += timedelta(days=1)
    await rounds.make()
    (told,) = roots(fake)
    assert "Worth a look" in told


async def test_without_the_platform_nothing_is_lost_in_silence(
    make: Make, store: Store, clock: Clock, caplog: Any
) -> None:
    rounds = make(InSettings(to="19:general@thread.tacv2"), letters=short())
    await rounds.make()
    assert "its platform is not in the settings" in caplog.text


async def test_a_place_that_slack_says_is_gone_pauses_at_once_and_its_owner_is_told_once(
    make: Make, fake: FakeSlack, clock: Clock
) -> None:
    clock.now = MONDAY + timedelta(days=2)
    rounds = make(InSettings(to=MEMBER_OF, owner="U0OWNER"), letters=short())
    assert place_gone(rounds.installation, f"T0ACME:{MEMBER_OF}", "the channel was archived", clock.now) == 1
    assert place_gone(rounds.installation, MEMBER_OF, "the channel was archived", clock.now) == 0
    await rounds.make()
    await rounds.make()
    (told,) = roots(fake, "U0OWNER")
    assert "paused: the channel was archived" in told


async def test_what_is_in_doubt_is_in_the_status_until_somebody_looks(
    make: Make, fake: FakeSlack, store: Store, clock: Clock
) -> None:
    rounds = make(InSettings(to=MEMBER_OF), letters=short("2026-W43"))
    fake.dropped.add("chat.postMessage")
    await rounds.make()
    key = f"digest:leaders:{MEMBER_OF}"
    basis = rounds.installation.basis(TODAY)
    told = " ".join(status_of(basis, rounds.installation.settings).deliveries)
    assert f'--arrived "{key}" "2026-W43"' in told
    assert status_of(replace(basis, visible=("Sales",))).deliveries == ()
    assert not note_arrived(rounds.installation, key, "2026-W01", there=True)
    assert note_arrived(rounds.installation, key, "2026-W43", there=False)
    fake.dropped.clear()
    fake.messages.clear()
    await rounds.make()
    assert len(roots(fake)) == 1

"""When digests and ingestion run."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from bot.schedule import digest_trigger, missed, source_trigger, start_schedule
from bot.settings import Organisation, Settings, SettingsError, Source, Subscription

NOON = datetime(2026, 2, 11, 12, 0, tzinfo=UTC)  # a Wednesday


def next_times(trigger, start, count):
    times, last = [], None
    for _ in range(count):
        last = trigger.get_next_fire_time(last, last or start)
        times.append(last.isoformat())
    return times


def test_a_digest_keeps_its_local_hour_when_the_clocks_change():
    trigger = digest_trigger(Subscription(to="C1", at="09:00", timezone="Europe/Berlin"), "UTC")

    assert next_times(trigger, datetime(2026, 3, 17, tzinfo=UTC), 2) == [
        "2026-03-23T09:00:00+01:00",
        "2026-03-30T09:00:00+02:00",
    ]


def test_a_digest_due_in_an_hour_that_does_not_exist_still_comes_that_day():
    trigger = digest_trigger(Subscription(to="C1", day="sunday", at="02:30"), "Europe/Berlin")

    (due,) = next_times(trigger, datetime(2026, 3, 28, 12, tzinfo=UTC), 1)

    moment = datetime.fromisoformat(due).astimezone(UTC)
    assert datetime(2026, 3, 29, 0, 30, tzinfo=UTC) <= moment <= datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_subscription_without_a_zone_takes_the_organisations():
    trigger = digest_trigger(Subscription(to="C1", day="friday", at="07:15"), "Asia/Kolkata")

    assert next_times(trigger, NOON, 1) == ["2026-02-13T07:15:00+05:30"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("hourly", "2026-02-11T13:00:00+00:00"),
        ("", "2026-02-11T13:00:00+00:00"),
        ("every 6 hours", "2026-02-11T18:00:00+00:00"),
        ("Every 30  minutes", "2026-02-11T12:30:00+00:00"),
        ("every 1 day", "2026-02-12T12:00:00+00:00"),
        ("daily", "2026-02-12T05:00:00+01:00"),
        ("daily at 23:30", "2026-02-11T23:30:00+01:00"),
    ],
)
def test_a_source_is_read_as_its_schedule_says(words, expected):
    trigger = source_trigger("chatgpt", words, "Europe/Berlin")

    assert trigger.get_next_fire_time(NOON, NOON).isoformat() == expected


def test_a_source_may_be_left_alone():
    assert source_trigger("chatgpt", "never", "UTC") is None


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("houry", 'did you mean "hourly"'),
        ("evry 6 hours", 'did you mean "every 6 hours"'),
        ("daily at 25:00", 'did you mean "daily at 06:00"'),
        ("on tuesdays", 'write "hourly"'),
        ("every 1 minute", "not more often"),
    ],
)
def test_words_that_are_not_understood_name_the_setting_and_what_to_write(words, hint):
    with pytest.raises(SettingsError, match=r"\[sources.chatgpt\] schedule") as error:
        source_trigger("chatgpt", words, "UTC")

    assert hint in str(error.value)


@pytest.mark.parametrize(("hours", "expected"), [(1, True), (11, True), (13, False), (-1, False)])
def test_a_run_counts_as_missed_for_twelve_hours(hours, expected):
    trigger = digest_trigger(Subscription(to="C1", day="wednesday", at="12:00"), "UTC")

    assert missed(trigger, NOON + timedelta(hours=hours)) is expected


async def run(settings, now=NOON, seconds=0.2, fault=None):
    ran = []

    async def ingest(source):
        ran.append(f"ingest {source}")
        if fault:
            raise fault

    async def send(subscription):
        ran.append(f"digest to {subscription.to}")

    running = start_schedule(settings, ingest=ingest, send=send, now=lambda: now)
    runs = running.next_runs()
    await asyncio.sleep(seconds)
    running.close()
    return ran, runs


def due(minutes):
    """A weekly digest due `minutes` from now."""
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    day = at.strftime("%A").lower()
    return Settings(subscriptions=[Subscription(to="C1", day=day, at=at.strftime("%H:%M"), timezone="UTC")])


async def test_a_digest_missed_while_the_bot_was_down_is_made_up_for_at_once_and_once():
    ran, _ = await run(due(-30), now=datetime.now(UTC), seconds=0.5)

    assert ran == ["digest to C1"]


async def test_a_digest_made_up_for_waits_until_every_source_was_read():
    told, may_finish = [], asyncio.Event()

    async def ingest(source):
        await may_finish.wait()
        told.append(source)

    async def send(subscription):
        told.append(subscription.to)

    settings = msgspec.structs.replace(due(-30), sources={"chatgpt": Source(), "cursor": Source(schedule="never")})
    running = start_schedule(settings, ingest=ingest, send=send)
    await asyncio.sleep(0.2)
    assert told == []
    may_finish.set()
    await asyncio.sleep(0.2)
    running.close()

    assert told == ["chatgpt", "C1"]


async def test_a_digest_that_is_not_due_yet_waits():
    ran, runs = await run(due(30), now=datetime.now(UTC))

    assert ran == []
    assert timedelta(0) < runs[0].at - datetime.now(UTC) <= timedelta(minutes=30)


async def test_two_subscriptions_of_the_same_kind_to_the_same_place_are_an_error():
    settings = Settings(subscriptions=[Subscription(to="C1"), Subscription(to="C1", day="friday")])

    with pytest.raises(SettingsError, match="twice"):
        await run(settings)


async def test_a_schedule_that_is_not_understood_starts_nothing():
    settings = Settings(sources={"chatgpt": Source(), "cursor": Source(schedule="sometimes")})

    with pytest.raises(SettingsError, match="cursor"):
        await run(settings)


async def test_sources_are_read_at_once_and_a_fault_stops_nothing(caplog):
    settings = Settings(sources={"chatgpt": Source(), "cursor": Source(), "claude": Source(schedule="never")})
    ran, runs = await run(settings, now=datetime.now(UTC), fault=ValueError("no network"))

    assert sorted(ran) == ["ingest chatgpt", "ingest cursor"]
    assert {each.job for each in runs} == {"ingest chatgpt", "ingest cursor"}
    assert "ingest chatgpt failed" in caplog.text


async def test_the_next_runs_are_told_soonest_first_in_their_own_zone():
    week_off = Settings(
        organisation=Organisation(timezone="Europe/Berlin"),
        subscriptions=[Subscription(to="C1", day="friday"), Subscription(to="C2", day="thursday", timezone="UTC")],
    )
    now = datetime.now(UTC)
    _, runs = await run(week_off, now=now, seconds=0)

    assert [each.at for each in runs] == sorted(each.at for each in runs)
    assert {each.job for each in runs} == {"digest:leaders:C1", "digest:leaders:C2"}


async def running_until_read(settings, ingest, **more):
    async def send(_subscription):
        return None

    running = start_schedule(settings, ingest=ingest, send=send, **more)
    await asyncio.sleep(0.2)
    runs = {each.job: each.at for each in running.next_runs()}
    running.close()
    return runs


@pytest.mark.parametrize("wait", [timedelta(minutes=10), timedelta(hours=3)])
async def test_a_vendor_that_wants_patience_is_asked_again_then_be_that_before_or_after_the_schedule(wait):
    now = datetime.now(UTC)

    async def ingest(source):
        return now + wait if source == "cursor" else None

    runs = await running_until_read(Settings(sources={"cursor": Source(), "claude": Source()}), ingest)

    assert timedelta(0) <= runs["ingest cursor"] - (now + wait) <= timedelta(minutes=1)
    assert timedelta(minutes=59) < runs["ingest claude"] - now < timedelta(minutes=61)


async def test_after_a_restart_a_vendor_is_left_alone_for_as_long_as_it_said_and_no_digest_waits_for_it():
    told = []

    async def ingest(source):
        told.append(source)

    async def send(subscription):
        told.append(subscription.to)

    later = datetime.now(UTC) + timedelta(minutes=30)
    settings = msgspec.structs.replace(due(-30), sources={"chatgpt": Source(), "cursor": Source()})
    running = start_schedule(settings, ingest=ingest, send=send, not_before={"cursor": later})
    await asyncio.sleep(0.3)
    runs = {each.job: each.at for each in running.next_runs()}
    running.close()

    assert told == ["chatgpt", "C1"]
    assert runs["ingest cursor"] == later


async def test_all_runs_missed_in_ten_days_of_downtime_are_caught_up_once():
    ran, runs = await run(
        Settings(sources={"chatgpt": Source()}), now=datetime.now(UTC) - timedelta(days=10), seconds=0.5
    )

    assert ran == ["ingest chatgpt"]
    assert len(runs) == 1


async def test_the_directory_is_read_before_the_others_which_then_run_side_by_side():
    begun, may_finish = [], asyncio.Event()

    async def ingest(source):
        begun.append(source)
        await may_finish.wait()

    async def send(_subscription):
        return None

    settings = Settings(sources={"chatgpt": Source(), "cursor": Source(), "directory": Source()})
    running = start_schedule(settings, ingest=ingest, send=send)
    await asyncio.sleep(0.2)
    assert begun == ["directory"]
    may_finish.set()
    await asyncio.sleep(0.1)
    may_finish.clear()
    running.close()

    assert sorted(begun) == ["chatgpt", "cursor", "directory"]


async def test_a_source_that_is_still_being_read_is_not_read_a_second_time():
    begun, may_finish = [], asyncio.Event()

    async def ingest(source):
        begun.append(source)
        await may_finish.wait()

    async def send(_subscription):
        return None

    running = start_schedule(Settings(sources={"chatgpt": Source()}), ingest=ingest, send=send)
    await asyncio.sleep(0.1)
    running.scheduler.modify_job("ingest chatgpt", next_run_time=datetime.now(UTC))
    await asyncio.sleep(0.2)
    may_finish.set()
    running.close()

    assert begun == ["chatgpt"]

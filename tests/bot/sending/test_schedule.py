"""When digests and ingestion run."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.sending.schedule import source_trigger, start_schedule
from bot.settings import Settings, SettingsError, Source

NOON = datetime(2026, 2, 11, 12, 0, tzinfo=UTC)  # a Wednesday


def next_times(trigger, start, count):
    times, last = [], None
    for _ in range(count):
        last = trigger.get_next_fire_time(last, last or start)
        times.append(last.isoformat())
    return times


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


async def run(settings, now=NOON, seconds=0.2, fault=None):
    ran = []

    async def ingest(source):
        ran.append(f"ingest {source}")
        if fault:
            raise fault

    async def rounds():
        ran.append("round")

    running = start_schedule(settings, ingest=ingest, rounds=rounds, now=lambda: now)
    runs = running.next_runs()
    await asyncio.sleep(seconds)
    running.close()
    return ran, runs


async def test_a_round_is_made_at_once_and_again():
    ran, runs = await run(Settings(), now=datetime.now(UTC), seconds=0.3)

    assert ran == ["round"]
    assert {each.job for each in runs} == {"subscriptions"}


async def test_the_first_round_waits_until_every_source_was_read():
    told, may_finish = [], asyncio.Event()

    async def ingest(source):
        await may_finish.wait()
        told.append(source)

    async def rounds():
        told.append("round")

    settings = Settings(sources={"chatgpt": Source(), "cursor": Source(schedule="never")})
    running = start_schedule(settings, ingest=ingest, rounds=rounds)
    await asyncio.sleep(0.2)
    assert told == []
    may_finish.set()
    await asyncio.sleep(0.2)
    running.close()

    assert told == ["chatgpt", "round"]


async def test_a_schedule_that_is_not_understood_starts_nothing():
    settings = Settings(sources={"chatgpt": Source(), "cursor": Source(schedule="sometimes")})

    with pytest.raises(SettingsError, match="cursor"):
        await run(settings)


async def test_sources_are_read_at_once_and_a_fault_stops_nothing(caplog):
    settings = Settings(sources={"chatgpt": Source(), "cursor": Source(), "claude": Source(schedule="never")})
    ran, runs = await run(settings, now=datetime.now(UTC), fault=ValueError("no network"))

    assert sorted(ran) == ["ingest chatgpt", "ingest cursor", "round"]
    assert {each.job for each in runs} == {"ingest chatgpt", "ingest cursor", "subscriptions"}
    assert "ingest chatgpt failed" in caplog.text


async def running_until_read(settings, ingest, **more):
    async def rounds():
        return None

    running = start_schedule(settings, ingest=ingest, rounds=rounds, **more)
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

    async def rounds():
        told.append("round")

    later = datetime.now(UTC) + timedelta(minutes=30)
    settings = Settings(sources={"chatgpt": Source(), "cursor": Source()})
    running = start_schedule(settings, ingest=ingest, rounds=rounds, not_before={"cursor": later})
    await asyncio.sleep(0.3)
    runs = {each.job: each.at for each in running.next_runs()}
    running.close()

    assert told == ["chatgpt", "round"]
    assert runs["ingest cursor"] == later


async def test_all_runs_missed_in_ten_days_of_downtime_are_caught_up_once():
    ran, runs = await run(
        Settings(sources={"chatgpt": Source()}), now=datetime.now(UTC) - timedelta(days=10), seconds=0.5
    )

    assert ran == ["ingest chatgpt", "round"]
    assert len(runs) == 2


async def test_the_directory_is_read_before_the_others_which_then_run_side_by_side():
    begun, may_finish = [], asyncio.Event()

    async def ingest(source):
        begun.append(source)
        await may_finish.wait()

    async def rounds():
        return None

    settings = Settings(sources={"chatgpt": Source(), "cursor": Source(), "directory": Source()})
    running = start_schedule(settings, ingest=ingest, rounds=rounds)
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

    async def rounds():
        return None

    running = start_schedule(Settings(sources={"chatgpt": Source()}), ingest=ingest, rounds=rounds)
    await asyncio.sleep(0.1)
    running.scheduler.modify_job("ingest chatgpt", next_run_time=datetime.now(UTC))
    await asyncio.sleep(0.2)
    may_finish.set()
    running.close()

    assert begun == ["chatgpt"]

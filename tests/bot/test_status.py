"""`status`, as text: is everything fresh, what failed, what to do."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.answers.answer import ask
from bot.answers.status_card import spans, status_card
from bot.render.slack import slack_blocks
from bot.render.text import plain_text
from bot.running.status import status_of
from bot.settings import Settings, Source
from connectors.ingest import STOPPED
from connectors.tables.windows import NEWEST, OLDEST
from insights.basis import Basis
from storage import ingestion
from storage.facts import NO_MODEL, Person, Usage
from storage.store import Store
from tests.bot.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"
READ = datetime(2026, 11, 1, 6, tzinfo=UTC)
SETTINGS = Settings(
    sources={
        "chatgpt": Source(),
        "claude": Source(schedule="daily at 05:00"),
        "cursor": Source(),
        "gemini": Source(),
        "github-copilot": Source(),
        "directory": Source(schedule="never"),
    }
)


def read(store: Store, moment: datetime = READ, error: str | None = None, source: str = "chatgpt", **more) -> None:
    number = ingestion.start_run(store, source, moment)
    told = {"rows": 5, "skipped": {"not JSON": 2}, **more}
    ingestion.finish_run(store, number, finished=moment + timedelta(seconds=42), error=error, **told)


def read_to(store: Store, day: date, source: str = "chatgpt", stream: str = "CONVERSATION_MESSAGE") -> None:
    """Note how far a stream of files was read."""
    ingestion.save_file(
        store, source=source, stream=stream, file=str(day), rows=1, skipped=0, batches=(), position=f"{day}T23:00:00Z"
    )


def keep(store: Store, source: str, first: date, last: date) -> None:
    """Keep a fact on each of two days of a table feed, with how far it was read."""
    facts = [Usage(day=day, person=Person(b"p" * 32), tool=source, model=NO_MODEL, sessions=1) for day in (first, last)]
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    ingestion.replace_usage(store, source, days, facts, {NEWEST: str(last), OLDEST: str(first)})


def at(store: Store, as_of: date) -> Basis:
    return Basis(store=store, as_of=as_of)


def test_a_stream_that_was_not_read_for_half_of_what_its_vendor_keeps_raises_an_alarm(store: Store) -> None:
    read(store, error="refused the key")
    read_to(store, date(2026, 11, 1))
    assert status_of(at(store, date(2026, 11, 16))).alarms == ()
    (alarm,) = status_of(at(store, date(2026, 11, 17))).alarms
    assert alarm == (
        "ChatGPT (CONVERSATION_MESSAGE) was read up to 1 Nov 2026 only; its vendor keeps 30 days, so days are lost for "
        "good from 2 Dec 2026 on. Run `ai-usage ingest chatgpt`."
    )
    (alarm,) = status_of(at(store, date(2026, 12, 2))).alarms
    assert "so days are being lost for good." in alarm


def test_the_alarm_of_a_source_goes_by_the_kind_in_which_it_is_read(store: Store) -> None:
    read(store, source="codex")
    keep(store, "codex", date(2026, 10, 1), date(2026, 10, 20))
    as_of = at(store, date(2026, 11, 16))
    assert status_of(as_of, Settings(sources={"codex": Source(kind="")})).alarms == ()
    (alarm,) = status_of(as_of, Settings(sources={"codex": Source(kind="logs")})).alarms
    assert "its vendor keeps 30 days" in alarm


def test_runs_that_end_well_do_not_hide_a_watermark_that_stands_still(store: Store) -> None:
    read_to(store, date(2026, 11, 1))
    read_to(store, date(2026, 11, 17), stream="COSTS")
    read(store, datetime(2026, 11, 18, 6, tzinfo=UTC))
    (alarm,) = status_of(at(store, date(2026, 11, 18))).alarms
    assert alarm.startswith(
        "ChatGPT (CONVERSATION_MESSAGE) was asked on 18 Nov 2026 and has told nothing newer than 1 Nov 2026"
    )


def test_a_vendor_that_keeps_a_week_and_is_three_days_late_is_given_that_time(store: Store) -> None:
    keep(store, "copilot", date(2026, 11, 1), date(2026, 11, 5))
    read(store, datetime(2026, 11, 9, 6, tzinfo=UTC), source="copilot")
    assert status_of(at(store, date(2026, 11, 9))).alarms == ()
    assert len(status_of(at(store, date(2026, 11, 10))).alarms) == 1


def test_a_source_that_never_came_counts_from_its_first_run(store: Store) -> None:
    for day in range(17):
        read(store, READ + timedelta(days=day), error="refused the key")
    (alarm,) = status_of(at(store, date(2026, 11, 17))).alarms
    assert "was read up to 1 Nov 2026 only" in alarm


def test_a_run_that_was_killed_is_told_as_stopped(store: Store) -> None:
    ingestion.start_run(store, "chatgpt", READ)
    assert [each.state for each in status_of(at(store, date(2026, 11, 2))).sources] == ["stopped"]


def test_days_are_waited_for_then_missed_then_lost(store: Store) -> None:
    keep(store, "github-copilot", date(2025, 1, 1), date(2025, 1, 9))
    days = [date(2025, 1, 1), date(2026, 11, 3), date(2026, 11, 8), date(2026, 11, 9)]
    ingestion.mark_late(store, "github-copilot", days)
    read(store, datetime(2026, 11, 10, 6, tzinfo=UTC), source="github-copilot")
    gaps = status_of(at(store, date(2026, 11, 10))).sources[0].gaps
    assert (gaps.lost, gaps.missing, gaps.late) == ((days[0],), (days[1],), (days[2], days[3]))


def test_what_a_first_run_did_not_come_to_is_told_until_it_was_read(store: Store) -> None:
    keep(store, "cursor", date(2026, 10, 1), date(2026, 11, 9))
    read(store, source="cursor", error=STOPPED)
    assert status_of(at(store, date(2026, 11, 10))).sources[0].gaps.unread == (date(2025, 11, 10), date(2026, 9, 30))
    read(store, source="cursor")
    assert status_of(at(store, date(2026, 11, 10))).sources[0].gaps.unread is None


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([3], "3 Nov"),
        ([3, 4, 5], "3–5 Nov"),
        ([1, 3, 4], "1 Nov and 3–4 Nov"),
        ([1, 3, 5, 7, 9], "1 Nov, 3 Nov, 5 Nov"),
    ],
)
def test_days_that_follow_one_another_are_told_together(days: list[int], told: str) -> None:
    assert spans([date(2026, 11, day) for day in days], date(2026, 11, 20)).startswith(told)


def test_nothing_read_says_what_to_do(store: Store) -> None:
    assert "`ai-usage ingest`" in ask("status", at(store, date(2026, 11, 2))).card.text


def test_every_source_fresh_reads_in_five_seconds(store: Store) -> None:
    keep(store, "cursor", date(2026, 10, 1), date(2026, 11, 10))
    now = datetime(2026, 11, 11, 6, 2, tzinfo=UTC)
    read(store, now, source="cursor", pages=12, asked_from=date(2026, 11, 4), asked_to=date(2026, 11, 10))
    read(store, now, source="directory", rows=128, files=1, skipped={})
    settings = Settings(sources={"cursor": Source(), "directory": Source(schedule="never")})
    card = status_card(status_of(at(store, date(2026, 11, 11)), settings))
    assert_golden(GOLDEN / "status_fresh.txt", plain_text(card))


def troubled(store: Store) -> Basis:
    """One busy, one refused, one stopped, one late, one never read, and one about to lose days."""
    now = datetime(2026, 11, 18, 6, 2, tzinfo=UTC)
    keep(store, "cursor", date(2026, 10, 1), date(2026, 11, 16))
    keep(store, "github-copilot", date(2025, 11, 18), date(2026, 11, 15))
    ingestion.mark_late(store, "github-copilot", [date(2026, 11, 5), date(2026, 11, 16), date(2026, 11, 17)])
    read_to(store, date(2026, 11, 2))
    window = {"asked_from": date(2026, 11, 14), "asked_to": date(2026, 11, 17)}
    read(store, now, error="1 damaged file was not read", pages=31, files=12, rows=48_210, **window)
    refused = (
        "organizations/analytics/users refused the key (401): it needs the permission “read:analytics”. Where to grant "
        "it: Settings → API keys"
    )
    read(store, now, error=refused, source="claude", rows=0, skipped={})
    busy = "teams/members answered 429 and asks to wait 3600 s"
    read(store, now, error=busy, source="cursor", rows=0, skipped={}, next_try=now + timedelta(hours=1, minutes=3))
    warned = ("seats are not read: the key lacks manage_billing:copilot",)
    read(store, now, source="github-copilot", rows=912, pages=40, warnings=warned, **window)
    read(store, now - timedelta(days=1), source="directory", error=STOPPED, rows=0, skipped={})
    return at(store, date(2026, 11, 18))


def test_whatever_is_wrong_is_told_first_with_what_to_do(store: Store) -> None:
    card = status_card(status_of(troubled(store), SETTINGS))
    assert_golden(GOLDEN / "status_troubled.txt", plain_text(card))


def test_the_card_is_the_same_in_slack_and_no_cell_is_wider_than_a_phone_shows(store: Store) -> None:
    card = ask("status?", troubled(store), SETTINGS).card
    assert card.table is not None
    assert len(card.table.columns) == 6
    assert max(len(cell) for row in card.table.rows for cell in row) <= 48
    blocks = str(slack_blocks(card))
    assert "refused the key" in blocks
    assert "try 07:05" in blocks
    assert "skipped 2 rows: not JSON" in blocks


def test_times_are_those_of_the_organisation(store: Store) -> None:
    read(store, datetime(2026, 11, 18, 6, 2, tzinfo=UTC))
    settings = Settings(sources={"chatgpt": Source()})
    organisation = type(settings.organisation)(timezone="Asia/Kolkata")
    local = Settings(sources=settings.sources, organisation=organisation)
    card = status_card(status_of(at(store, date(2026, 11, 18)), local))
    assert card.table is not None
    assert card.table.rows[0][3] == "11:32, 42 s"
    assert "Times are Asia/Kolkata." in card.footer


def test_a_schedule_that_nobody_serves_is_told(store: Store) -> None:
    read(store, datetime(2026, 11, 14, 6, tzinfo=UTC))
    card = status_card(status_of(at(store, date(2026, 11, 18)), Settings(sources={"chatgpt": Source()})))
    assert "ChatGPT is overdue: is `ai-usage serve` running?" in card.text

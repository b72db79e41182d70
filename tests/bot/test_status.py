from datetime import UTC, date, datetime

from bot.answer import ask
from bot.status import status_of
from insights.basis import Basis
from storage import ingestion
from storage.store import Store

READ = datetime(2026, 11, 1, 6, tzinfo=UTC)


def read(store: Store, moment: datetime, error: str | None = None) -> None:
    number = ingestion.start_run(store, "chatgpt", moment)
    ingestion.finish_run(store, number, finished=moment, rows=5, skipped={"not JSON": 2}, error=error)


def test_a_source_not_read_for_half_of_what_its_vendor_keeps_raises_an_alarm(store: Store) -> None:
    read(store, READ)
    assert not [
        note for note in status_of(Basis(store=store, as_of=date(2026, 11, 16))).notes if "lost for good" in note
    ]
    (alarm,) = [note for note in status_of(Basis(store=store, as_of=date(2026, 11, 17))).notes if "lost" in note]
    assert alarm.startswith("chatgpt was last read on 2026-11-01, and its vendor keeps 30 days")


def test_runs_that_failed_do_not_count_as_read(store: Store) -> None:
    read(store, READ)
    read(store, datetime(2026, 11, 16, 6, tzinfo=UTC), error="refused the key")
    status = status_of(Basis(store=store, as_of=date(2026, 11, 18)))
    assert any("2026-11-01" in note for note in status.notes)
    assert status.sources[0].error == "refused the key"


def test_what_was_skipped_is_told_by_reason(store: Store) -> None:
    read(store, READ)
    assert status_of(Basis(store=store, as_of=date(2026, 11, 2))).sources[0].skipped == {"not JSON": 2}


def test_status_may_be_asked_for_in_words(store: Store) -> None:
    read(store, READ, error="refused the key")
    card = ask("status?", Basis(store=store, as_of=date(2026, 11, 2))).card
    assert card.text.startswith("ChatGPT could not be read.")
    assert card.table is not None
    assert card.table.rows[0][-1] == "failed: refused the key"

from datetime import UTC, datetime, timedelta

from storage.store import Store
from storage.threads import last_question, remember

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)


def test_a_thread_remembers_its_last_question_for_a_day(store: Store) -> None:
    remember(store, "T1:C1:1", "{1}", NOW)
    remember(store, "T1:C1:1", "{2}", NOW + timedelta(minutes=1))
    remember(store, "T1:C1:2", "{3}", NOW)
    assert last_question(store, "T1:C1:1", NOW + timedelta(hours=23)) == "{2}"
    assert last_question(store, "T1:C1:1", NOW + timedelta(hours=25)) is None
    assert last_question(store, "T1:C1:9", NOW) is None


def test_what_is_older_than_a_day_is_gone_from_the_store(store: Store) -> None:
    remember(store, "old", "{1}", NOW)
    remember(store, "new", "{2}", NOW + timedelta(days=2))
    assert last_question(store, "old", NOW) is None

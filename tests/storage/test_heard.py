"""An event counts once, in whichever thread or replica it arrives."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from storage.heard import KEPT, first_heard
from storage.store import Store

NOW = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)


def test_an_event_is_heard_once(store: Store) -> None:
    assert first_heard(store, "Ev1", NOW)
    assert not first_heard(store, "Ev1", NOW + timedelta(minutes=5))
    assert first_heard(store, "Ev2", NOW)


def test_what_nobody_repeats_any_more_is_forgotten(store: Store) -> None:
    first_heard(store, "Ev1", NOW)
    assert first_heard(store, "Ev2", NOW + KEPT + timedelta(seconds=1))
    assert first_heard(store, "Ev1", NOW + KEPT + timedelta(seconds=1))


def test_several_who_hear_the_same_at_once_answer_once(store: Store) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        firsts = list(pool.map(lambda _: first_heard(store, "Ev1", NOW), range(8)))
    assert firsts.count(True) == 1

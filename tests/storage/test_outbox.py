"""A delivery is claimed by one, for as long as its lease, and never after it may have gone out."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import outbox, schema
from storage.outbox import LEASE, claim, close, delivered, deliveries, sending
from storage.store import Store

NOW = datetime(2026, 2, 16, 9, 0, tzinfo=UTC)
LATER = NOW + LEASE + timedelta(seconds=1)
WHAT = ("digest:leaders:C1", "2026-W07")


def test_one_of_two_gets_it(store: Store) -> None:
    assert claim(store, *WHAT, NOW)
    assert claim(store, *WHAT, NOW) is None


def test_a_claim_whose_process_died_before_it_posted_is_free_after_its_lease(store: Store) -> None:
    first = claim(store, *WHAT, NOW)
    assert first is not None
    assert claim(store, *WHAT, NOW + LEASE) is None
    second = claim(store, *WHAT, LATER)
    assert second is not None
    assert not sending(store, *WHAT, first, LATER)
    assert sending(store, *WHAT, second, LATER)


def test_what_may_have_gone_out_is_never_claimed_again(store: Store) -> None:
    token = claim(store, *WHAT, NOW)
    assert token is not None
    assert sending(store, *WHAT, token, NOW)
    assert claim(store, *WHAT, NOW + timedelta(days=400)) is None
    (row,) = deliveries(store, "sending")
    assert (row.subscription, row.period, row.claimed) == (*WHAT, NOW)


def test_only_who_holds_the_claim_closes_it(store: Store) -> None:
    first = claim(store, *WHAT, NOW)
    second = claim(store, *WHAT, LATER)
    assert second is not None
    close(store, *WHAT, now=LATER, state="failed", token=first)
    assert delivered(store, *WHAT) == "claimed"
    close(store, *WHAT, now=LATER, state="sent", token=second, message="C1:1.0")
    assert delivered(store, *WHAT) == "sent"


@pytest.mark.parametrize(("state", "again"), [("failed", True), ("sent", False), ("unknown", False)])
def test_what_surely_did_not_go_out_may_be_sent_again(store: Store, state: outbox.State, *, again: bool) -> None:
    token = claim(store, *WHAT, NOW)
    close(store, *WHAT, now=NOW, state=state, token=token)
    assert (claim(store, *WHAT, NOW) is not None) is again


def test_a_test_is_put_down_and_claimed_once(store: Store) -> None:
    outbox.ask_for(store, *WHAT, NOW)
    assert [each.period for each in deliveries(store, "asked")] == [WHAT[1]]
    assert claim(store, *WHAT, NOW)
    assert claim(store, *WHAT, NOW) is None


def test_an_older_versions_claim_may_have_gone_out(store: Store) -> None:
    with store.writing() as connection:
        row = dict(zip(("subscription", "period"), WHAT, strict=True))
        connection.execute(schema.outbox.insert().values(**row, state="claimed", claimed=NOW))
    assert claim(store, *WHAT, LATER) is None

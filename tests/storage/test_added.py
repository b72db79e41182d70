"""Facts that are added to what is there, and never take anything away."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import delete, select

from storage import ingestion
from storage.facts import Person, Usage
from storage.schema import rollup_due, usage
from storage.store import Store

OLD, NEW = date(2026, 11, 11), date(2026, 11, 17)
FACT = Usage(day=OLD, person=Person(b"a" * 32), tool="copilot", model="")


def kept(store: Store) -> list[tuple[date, int | None]]:
    with store.reading() as connection:
        return [(row.day, row.prompts) for row in connection.execute(select(usage).order_by(usage.c.day))]


def take_due(store: Store) -> list[date]:
    with store.writing() as connection:
        weeks = sorted(connection.scalars(select(rollup_due.c.week)))
        connection.execute(delete(rollup_due))
    return weeks


def test_what_is_there_stays_and_only_the_weeks_of_what_is_new_are_due(store: Store) -> None:
    ingestion.add_usage(store, "copilot", [OLD, NEW], [FACT])
    assert take_due(store) == [date(2026, 11, 9)]
    ingestion.add_usage(store, "copilot", [OLD, NEW], [replace(FACT, day=NEW), replace(FACT, prompts=3)])
    assert kept(store) == [(OLD, None), (NEW, None)]
    assert take_due(store) == [date(2026, 11, 16)]
    ingestion.add_usage(store, "copilot", [OLD, NEW], [FACT], {"newest day": "2026-11-17"})
    assert take_due(store) == []
    assert ingestion.get_watermark(store, "copilot", "newest day") == "2026-11-17"


def test_the_same_fact_of_another_source_is_another_one(store: Store) -> None:
    for source in ("copilot", "another"):
        ingestion.add_usage(store, source, [OLD], [FACT])
    assert len(kept(store)) == 2


def test_a_fact_for_a_day_that_is_not_being_written_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="not being written"):
        ingestion.add_usage(store, "copilot", [NEW], [FACT])
    assert kept(store) == []

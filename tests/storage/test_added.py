"""Facts that are written beside those that are there: activity takes nothing away, measures are replaced."""

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
    ingestion.merge_usage(store, "copilot", [OLD, NEW], [FACT])
    assert take_due(store) == [date(2026, 11, 9)]
    ingestion.merge_usage(store, "copilot", [OLD, NEW], [replace(FACT, day=NEW), FACT])
    assert kept(store) == [(OLD, None), (NEW, None)]
    assert take_due(store) == [date(2026, 11, 16)]
    ingestion.merge_usage(store, "copilot", [OLD, NEW], [FACT], {"newest day": "2026-11-17"})
    assert take_due(store) == []
    assert ingestion.get_watermark(store, "copilot", "newest day") == "2026-11-17"


def test_measures_join_the_activity_of_the_same_key_and_later_activity_does_not_hide_them(store: Store) -> None:
    ingestion.merge_usage(store, "copilot", [OLD], [FACT])
    ingestion.merge_usage(store, "copilot", [OLD], [replace(FACT, prompts=3)], restated=[OLD])
    ingestion.merge_usage(store, "copilot", [OLD], [FACT])
    assert kept(store) == [(OLD, 3)]


def test_restated_measures_are_replaced_and_withdrawn_ones_leave_that_somebody_was_active(store: Store) -> None:
    told = [replace(FACT, prompts=3), replace(FACT, model="gpt-5", prompts=4)]
    ingestion.merge_usage(store, "copilot", [OLD, NEW], [*told, replace(FACT, day=NEW, prompts=9)], restated=[OLD, NEW])
    ingestion.merge_usage(store, "copilot", [OLD], [replace(FACT, prompts=2)], restated=[OLD])
    assert kept(store) == [(OLD, 2), (NEW, 9)]
    ingestion.merge_usage(store, "copilot", [OLD], [], restated=[OLD])
    assert kept(store) == [(OLD, None), (NEW, 9)]


def test_a_day_that_is_told_anew_is_late_no_more(store: Store) -> None:
    ingestion.mark_late(store, "copilot", [OLD, NEW])
    ingestion.merge_usage(store, "copilot", [OLD, NEW], [FACT], restated=[OLD])
    assert ingestion.late_days(store, "copilot") == [NEW]


def test_the_same_fact_of_another_source_is_another_one(store: Store) -> None:
    for source in ("copilot", "another"):
        ingestion.merge_usage(store, source, [OLD], [FACT])
    assert len(kept(store)) == 2


def test_a_fact_for_a_day_that_is_not_being_written_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="not being written"):
        ingestion.merge_usage(store, "copilot", [NEW], [FACT])
    assert kept(store) == []

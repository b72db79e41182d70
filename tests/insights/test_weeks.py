"""Only complete weeks are judged, and the panel says how fresh it is."""

from datetime import date, timedelta

import pytest

from insights.basis import Basis, latest_complete_week
from insights.question import Weeks
from insights.series import panel
from storage import ingestion, rollups
from storage.facts import Person, Usage
from storage.store import Store

MONDAY = date(2026, 3, 2)


def fill(store: Store, last: date, weeks: int = 20) -> None:
    first = MONDAY - timedelta(weeks=weeks)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    rows = [
        Usage(
            day=day, person=Person(bytes([n]) * 32), tool="chatgpt", model="gpt-4o", sessions=1, messages=4, prompts=2
        )
        for day in days
        for n in range(1, 21)
    ]
    ingestion.replace_usage(store, "test", days, rows)
    rollups.refresh(store)


@pytest.mark.parametrize(
    ("as_of", "last_day", "expected"),
    [
        (date(2026, 3, 9), date(2026, 3, 9), date(2026, 3, 2)),
        (date(2026, 3, 9), date(2026, 3, 8), date(2026, 3, 2)),
        (date(2026, 3, 8), date(2026, 3, 8), date(2026, 2, 23)),
        (date(2026, 3, 9), date(2026, 3, 6), date(2026, 3, 2)),
        (date(2026, 3, 9), date(2026, 3, 5), date(2026, 2, 23)),
        (date(2026, 3, 14), date(2026, 2, 25), date(2026, 2, 16)),
        (date(2026, 3, 9), None, None),
    ],
    ids=[
        "over and reached",
        "reached to its Sunday",
        "not yet over",
        "nobody works at weekends",
        "Thursday's facts only",
        "stale",
        "no facts",
    ],
)
def test_a_week_is_complete_when_it_is_over_and_the_facts_reach_its_friday(
    as_of: date, last_day: date | None, expected: date | None
) -> None:
    assert latest_complete_week(as_of, last_day) == expected


def test_the_running_week_is_left_out(store: Store) -> None:
    fill(store, MONDAY + timedelta(days=9))
    shown = panel(Basis(store=store, as_of=MONDAY + timedelta(days=9)))
    assert shown.weeks[-1] == MONDAY
    assert len(shown.weeks) == 14
    assert shown.history == 21
    assert not any(note.startswith("Facts reach") for note in shown.notes)


def test_a_stale_source_makes_the_newest_week_older_and_is_told(store: Store) -> None:
    fill(store, MONDAY + timedelta(days=3))
    shown = panel(Basis(store=store, as_of=MONDAY + timedelta(days=12)))
    assert shown.weeks[-1] == MONDAY - timedelta(weeks=1)
    assert shown.notes[0] == (
        "Facts reach only to 5 March 2026, so the week of 23 February 2026 is the newest complete one."
    )


def test_an_earlier_day_sees_no_later_week(store: Store) -> None:
    fill(store, MONDAY + timedelta(days=9))
    assert panel(Basis(store=store, as_of=date(2026, 1, 20))).weeks[-1] == date(2026, 1, 12)


def test_weeks_asked_for_are_cut_to_those_that_are_complete_and_known(store: Store) -> None:
    fill(store, MONDAY + timedelta(days=9), weeks=3)
    basis = Basis(store=store, as_of=MONDAY + timedelta(days=9))
    assert len(panel(basis, weeks=52).weeks) == 4
    asked = Weeks(first=MONDAY - timedelta(weeks=1), last=MONDAY + timedelta(weeks=30))
    assert panel(basis, weeks=asked).weeks == (MONDAY - timedelta(weeks=1), MONDAY)


def test_an_empty_store_gives_an_empty_panel(store: Store) -> None:
    shown = panel(Basis(store=store, as_of=MONDAY))
    assert shown.weeks == ()
    assert shown.notes == ("There are no facts yet.",)
    assert shown.latest("messages_per_session") is None
    assert shown.change("messages_per_session") is None
    assert shown.cell("messages_per_session").value is None
    assert shown.frame.empty
    assert shown.shares.empty


def test_weeks_in_the_future_give_an_empty_panel(store: Store) -> None:
    fill(store, MONDAY + timedelta(days=9), weeks=3)
    later = Weeks(first=MONDAY + timedelta(weeks=10), last=MONDAY + timedelta(weeks=12))
    assert panel(Basis(store=store, as_of=MONDAY + timedelta(days=9)), weeks=later).weeks == ()


def test_an_unknown_metric_is_an_error_and_an_unknown_department_is_absent(store: Store) -> None:
    fill(store, MONDAY + timedelta(days=9), weeks=3)
    shown = panel(Basis(store=store, as_of=MONDAY + timedelta(days=9)))
    assert shown.latest("messages_per_session", "Nowhere") is None
    with pytest.raises(KeyError):
        shown.latest("no_such_metric")


def test_people_outside_the_directory_are_counted_and_told(store: Store) -> None:
    fill(store, MONDAY + timedelta(days=9), weeks=3)
    ingestion.replace_members(store, "directory", [], [])
    shown = panel(Basis(store=store, as_of=MONDAY + timedelta(days=9)))
    assert shown.departments == ("Unmapped",)
    assert shown.latest("weekly_active_users", "Unmapped") == 20
    assert shown.notes == ("20 active people are not in the directory (Unmapped).",)


def test_a_tool_that_falls_silent_is_told(store: Store) -> None:
    fill(store, MONDAY + timedelta(days=6), weeks=3)
    days = [MONDAY - timedelta(weeks=2)]
    rows = [
        Usage(day=days[0], person=Person(bytes([n]) * 32), tool="codex", model="", sessions=1) for n in range(1, 10)
    ]
    ingestion.replace_usage(store, "codex", days, rows)
    rollups.refresh(store)
    shown = panel(Basis(store=store, as_of=MONDAY + timedelta(days=7)), tools=("*", "codex", "claude"))
    assert (
        "Facts about Codex reach only to 22 February, its source may be late: the weeks of 23 February and 2 March are "
        "not judged."
    ) in shown.notes
    assert "There are no facts about Claude." in shown.notes
    assert shown.latest("sessions", "", "claude") is None


def test_a_tool_that_nobody_has_used_for_long_is_told_as_such(store: Store) -> None:
    fill(store, MONDAY + timedelta(days=6), weeks=8)
    day = MONDAY - timedelta(weeks=6)
    rows = [Usage(day=day, person=Person(bytes([n]) * 32), tool="codex", model="", sessions=1) for n in range(1, 10)]
    ingestion.replace_usage(store, "codex", [day], rows)
    rollups.refresh(store)
    shown = panel(Basis(store=store, as_of=MONDAY + timedelta(days=7)), tools=("*", "codex"))
    assert "Codex has no use since the week of 19 January 2026." in shown.notes
    assert not any("late" in note for note in shown.notes)

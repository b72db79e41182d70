"""Digests week after week: what is new, still there, worse, reversed or gone, and what nobody wants to hear of."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from insights.actions.use_case_session import use_case_session
from insights.detectors import DETECTORS
from insights.engine import Examination, examine
from insights.finding import Detector, Direction, Evidence, Finding
from insights.memory.recall import chosen, note, recall
from insights.series import Panel
from storage.findings import choose, restore, seen_before
from storage.schema import finding_seen
from storage.store import Store
from tests.insights.conftest import FIRST, Group

Digest = Callable[..., Examination]
LATER = date(2100, 1, 1)


@pytest.fixture
def digest(planted, store: Store) -> Digest:
    """Return a function that makes, and by default notes, the digest after so many weeks of planted departments."""

    def make(
        departments: Mapping[str, Group],
        weeks: int,
        *,
        notes: bool = True,
        detectors: Sequence[Detector] = DETECTORS,
        limit: int | None = None,
    ) -> Examination:
        panel: Panel = planted(departments, weeks=weeks)
        memory = recall(store, panel.weeks[-1], monday_after(weeks))
        seen = examine(panel, limit=limit, detectors=detectors, memory=memory)
        assert seen.faults == ()
        if notes:
            untold = (*seen.others, *(each.finding for each in seen.quiet))
            resolved = [each.seen for each in seen.resolved]
            note(store, panel.weeks[-1], told=seen.findings, untold=untold, resolved=resolved)
        return seen

    return make


def monday_after(weeks: int) -> date:
    return FIRST + timedelta(weeks=weeks)


def company(**changed: Group) -> dict[str, Group]:
    return {name: Group() for name in ("Engineering", "HR", "Legal", "Sales", "Support")} | changed


def idle(*unused: float) -> Group:
    """Seats unused: 2 of 50 for thirteen weeks, and then as told."""
    return Group(unused=[unused[0]] * 13 + list(unused))


def seats(seen: Examination) -> Finding:
    (found,) = (each for each in seen.findings if each.detector == "unused_seats")
    return found


def words(seen: Examination) -> list[str]:
    return [each.words for each in seen.resolved]


def test_a_state_is_new_then_still_there_and_each_time_less_novel(digest: Digest) -> None:
    sales = company(Sales=idle(20, 20, 20, 20, 20))
    told = [seats(digest(sales, weeks)) for weeks in range(14, 19)]
    assert [each.state for each in told] == ["new", "still", "still", "still", "still"]
    assert [each.novelty for each in told] == [1.0, 0.6, 0.4, 0.3, 0.3]
    assert [each.weeks_told for each in told] == [0, 1, 2, 3, 4]
    assert [each.first_week for each in told] == [None, *[FIRST + timedelta(weeks=13)] * 4]


def test_materially_more_impact_than_was_told_last_is_worse_and_as_loud_as_new(digest: Digest) -> None:
    sales = company(Sales=idle(13, 14, 18))
    told = [seats(digest(sales, weeks)) for weeks in (14, 15, 16)]
    assert [each.state for each in told] == ["new", "still", "worse"]
    assert told[2].novelty == 1.0
    assert told[2].weeks_told == 2


def test_what_is_gone_is_said_once_and_is_new_when_it_comes_again(digest: Digest) -> None:
    sales = company(Sales=idle(20, 20, 2, 2, 20, 20))
    told = [words(digest(sales, weeks)) for weeks in range(14, 18)]
    assert told == [
        [],
        [],
        ["Sales no longer leaves a quarter of seats unused (told since the week of 6 April)"],
        [],
    ]
    assert seats(digest(sales, 19)).state == "new"


def test_what_was_not_told_for_long_is_not_called_resolved(digest: Digest) -> None:
    sales = company(Sales=idle(20, *[2] * 10))
    digest(sales, 14)
    assert words(digest(sales, 18, notes=False)) != []
    assert words(digest(sales, 19)) == []


def test_the_digest_of_a_week_is_the_same_when_it_is_made_again(digest: Digest, store: Store) -> None:
    sales = company(Sales=idle(20, 20, 20, 2))
    for weeks in (14, 15, 16, 17):
        first = digest(sales, weeks)
        known = seen_before(store, LATER)
        assert digest(sales, weeks) == first
        assert seen_before(store, LATER) == known
    assert seats(digest(sales, 15)).weeks_told == 1


def test_what_was_told_once_stays_told_when_its_week_is_noted_again(digest: Digest, store: Store) -> None:
    sales = company(Sales=idle(20, 20))
    digest(sales, 14)
    digest(sales, 14, limit=0)
    assert seats(digest(sales, 15)).state == "still"


def test_what_was_found_and_never_told_is_new_when_it_is(digest: Digest, store: Store) -> None:
    sales = company(Sales=idle(20, 20, 2))
    digest(sales, 14, limit=0)
    assert [each.told for each in seen_before(store, LATER)] == [False] * len(seen_before(store, LATER))
    assert seats(digest(sales, 15)).state == "new"


def test_a_digest_that_is_only_looked_at_leaves_no_trace(digest: Digest, store: Store) -> None:
    digest(company(Sales=idle(20)), 14, notes=False)
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(finding_seen)) == 0


# Departments ---------------------------------------------------------------------------------------------------------


def test_departments_that_join_and_leave_do_not_make_it_new(digest: Digest) -> None:
    groups = company(Sales=idle(20, 20, 20, 20), HR=idle(20, 20, 20, 2), Legal=idle(2, 20, 20, 20))
    digest(groups, 14)
    digest(groups, 15)
    second = seats(digest(groups, 16))
    assert (second.state, second.joined, second.left) == ("still", ("Legal",), ())
    third = seats(digest(groups, 17))
    assert (third.state, third.joined, third.left) == ("still", (), ("HR",))
    assert third.weeks_told == 3


def test_other_departments_altogether_are_new_and_the_first_are_resolved(digest: Digest) -> None:
    groups = company(Sales=idle(20, 2), Legal=Group(unused=[2] * 13 + [20, 20]))
    digest(groups, 14)
    seen = digest(groups, 15)
    assert seats(seen).departments == ("Legal",)
    assert seats(seen).state == "new"
    assert len(words(seen)) == 1


def test_what_a_detector_leaves_out_for_another_reason_is_not_resolved(digest: Digest) -> None:
    digest(company(Sales=Group(seats=12, unused=5)), 14)
    assert words(digest(company(Sales=Group(seats=12, unused=[5] * 14 + [4])), 15)) == []


@pytest.mark.parametrize("gone", [Group(people=3, seats=4, unused=1), Group(seats=None)], ids=["small", "no seats"])
def test_a_department_that_is_hidden_or_has_no_data_any_more_is_not_told_as_resolved(digest: Digest, gone) -> None:
    digest(company(Sales=idle(20), HR=idle(20)), 14)
    after = digest(company(Sales=gone, HR=idle(20, 20)), 15)
    assert seats(after).departments == ("HR",)
    assert seats(after).left == ()
    assert words(after) == []
    (last,) = words(digest(company(Sales=gone), 16))
    assert last.startswith("HR no longer leaves")


def test_a_department_that_is_not_there_any_more_is_not_told_as_resolved(digest: Digest) -> None:
    digest(company(Sales=idle(20)), 14)
    rest = {name: each for name, each in company().items() if name != "Sales"}
    assert words(digest(rest, 15)) == []


def test_a_detector_that_did_not_look_or_failed_resolves_nothing(digest: Digest, planted, store: Store) -> None:
    digest(company(Sales=idle(20)), 14)
    panel = planted(company(), weeks=15)
    memory = recall(store, panel.weeks[-1], monday_after(15))
    others = [each for each in DETECTORS if each.id != "unused_seats"]

    def fail(_: Panel) -> list[Finding]:
        raise ValueError

    broken = Detector(id="unused_seats", view="licenses", looks_for="trouble", detect=fail)
    assert len(examine(panel, memory=memory).resolved) == 1
    assert examine(panel, memory=memory, detectors=others).resolved == ()
    assert examine(panel, memory=memory, detectors=(*others, broken)).resolved == ()


# Direction -----------------------------------------------------------------------------------------------------------


def mover(direction: Direction, impact: float = 0.4, name: str = "Sales") -> Detector:
    def detect(panel: Panel) -> list[Finding]:
        return [
            Finding(
                key=f"mover:{name}:{direction}:*",
                detector="mover",
                view="depth",
                metric="messages_per_session",
                tool="*",
                departments=(name,),
                week=panel.weeks[-1],
                headline="It moves.",
                detail="",
                evidence=Evidence(value=5.0, people=20, weeks=4),
                impact=impact,
                confidence=1.0,
                action=use_case_session,
                direction=direction,
            )
        ]

    return Detector(id="mover", view="depth", looks_for="moves", detect=detect)


def test_the_other_direction_than_was_told_last_is_reversed_and_not_resolved(digest: Digest) -> None:
    ways: list[Direction] = [1, 1, -1, -1, 1]
    made = [digest(company(), weeks, detectors=(mover(way),)) for weeks, way in enumerate(ways, 14)]
    assert [each.findings[0].state for each in made] == ["new", "still", "reversed", "still", "reversed"]
    assert [each.findings[0].novelty for each in made] == [1.0, 0.6, 1.0, 0.6, 1.0]
    assert [words(each) for each in made] == [[]] * 5


def test_another_department_is_not_reversed(digest: Digest) -> None:
    digest(company(), 14, detectors=(mover(1),))
    assert digest(company(), 15, detectors=(mover(-1, name="HR"),)).findings[0].state == "new"


def test_a_change_that_nobody_found_words_for_is_resolved_by_its_metric(digest: Digest) -> None:
    digest(company(), 14, detectors=(mover(1),))
    silent = Detector(id="mover", view="depth", looks_for="moves", detect=lambda _: [])
    said = words(digest(company(), 15, detectors=(silent,)))
    assert said == ["The rise of messages per session in Sales is no longer clear (told since the week of 6 April)"]


# Choices -------------------------------------------------------------------------------------------------------------


def hush(store: Store, about: Finding, weeks: int, until: date | None) -> None:
    choose(store, chosen(about, today=monday_after(weeks), until=until, who="U1", reason="known"))


def test_a_snoozed_finding_is_quiet_until_its_day_and_then_still_there(digest: Digest, store: Store) -> None:
    sales = company(Sales=idle(20, 20, 20, 20, 20))
    hush(store, seats(digest(sales, 14)), 14, until=monday_after(16))
    quiet = digest(sales, 15)
    assert "unused_seats" not in {each.detector for each in quiet.findings}
    assert [each.choice.reason for each in quiet.quiet] == ["known"]
    again = seats(digest(sales, 16))
    assert (again.state, again.weeks_told) == ("still", 1)


def test_a_dismissed_finding_stays_quiet_through_its_end(digest: Digest, store: Store) -> None:
    sales = company(Sales=idle(20, *[20] * 6, 2))
    hush(store, seats(digest(sales, 14)), 14, until=None)
    for weeks in range(15, 21):
        seen = digest(sales, weeks)
        assert len(seen.quiet) == 1
        assert "unused_seats" not in {each.detector for each in seen.findings}
    assert words(digest(sales, 21)) == []


def test_a_dismissed_finding_is_heard_again_when_it_is_materially_worse(digest: Digest, store: Store) -> None:
    sales = company(Sales=idle(13, 14, 18, 18, 24))
    hush(store, seats(digest(sales, 14)), 14, until=None)
    assert len(digest(sales, 15).quiet) == 1
    assert seats(digest(sales, 16)).state == "worse"
    assert seats(digest(sales, 17)).state == "still"
    assert seats(digest(sales, 18)).state == "worse"


def test_one_that_was_dismissed_before_any_digest_told_it_comes_back_as_worse(digest: Digest, store: Store) -> None:
    sales = company(Sales=idle(13, 18))
    hush(store, seats(digest(sales, 14, notes=False)), 14, until=None)
    assert seats(digest(sales, 15)).state == "worse"


def test_a_restored_finding_is_heard_again(digest: Digest, store: Store) -> None:
    sales = company(Sales=idle(20, 20))
    found = seats(digest(sales, 14))
    hush(store, found, 14, until=None)
    assert restore(store, found.key)
    assert not restore(store, found.key)
    assert seats(digest(sales, 15)).state == "still"

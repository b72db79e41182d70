"""The engine ranks, keeps what a reader has time for, and survives its detectors."""

from collections import Counter

import pytest

from insights.actions.reclaim_seats import activate_or_reclaim
from insights.actions.use_case_session import use_case_session
from insights.engine import GENERAL, MOST, examine, findings
from insights.finding import Action, Detector, Evidence, Finding
from insights.series import Panel
from insights.signs import filled
from insights.words import grouped_words


def broken(_: Panel) -> list:
    raise ValueError("no such week")


def rich(group):
    rise = [3 + 0.12 * week for week in range(14)]
    return {
        "Engineering": group(),
        "Finance": group(),
        "Sales": group(often=6.5, deep=3.0, older=0.9),
        "HR": group(often=rise, deep=[each + 3 for each in rise], unused=20),
        "Legal": group(often=rise, long=0.1, top_ten=0.9, output=rise, older=0.6),
        "Support": group(long=0.0, top_ten=0.9, people=[200 - 10 * week for week in range(14)]),
    }


def test_findings_come_by_their_rank_each_further_one_about_a_department_counting_half(planted, group) -> None:
    found = findings(planted(rich(group)), limit=None)
    assert len(found) > MOST
    told: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    weights = []
    for each in found:
        before = max((told[name] for name in each.departments), default=0)
        before += seen[each.view] if each.detector == GENERAL else 0
        assert each.rank == each.impact * each.confidence * each.novelty * each.actionable
        weights.append(each.rank / 2**before)
        told.update(each.departments)
        seen.update([each.view] if each.detector == GENERAL else [])
    assert weights == sorted(weights, reverse=True)
    assert max(told.values()) > 1, "the panel names no department twice: nothing is tested"


def test_at_most_five_are_kept_and_they_are_the_first(planted, group) -> None:
    panel = planted(rich(group))
    assert findings(panel) == findings(panel, limit=None)[:MOST]
    assert findings(panel, limit=0) == []


def test_a_detector_that_fails_is_told_and_stops_no_other(planted, group) -> None:
    bad = Detector(id="broken", view="depth", looks_for="trouble", detect=broken)
    panel = planted(rich(group))
    fine = examine(panel)
    seen = examine(panel, detectors=(bad, *_all()))
    assert seen.findings == fine.findings
    assert [(each.detector, each.error) for each in seen.faults] == [("broken", "ValueError: no such week")]
    assert "broken" in seen.looked


def test_an_empty_panel_has_no_findings_and_no_faults(planted) -> None:
    seen = examine(planted({}, weeks=0), limit=None)
    assert (seen.findings, seen.faults) == ((), ())


def test_measures_that_no_tool_reports_make_no_faults(planted, group) -> None:
    missing = ("sessions", "prompts", "prompt_characters", "long_prompts", "input_tokens", "output_tokens", "power")
    seen = examine(planted({name: group(missing=missing, seats=None) for name in "ABC"}), limit=None)
    assert (seen.findings, seen.faults) == ((), ())


def test_one_tool_of_several_is_examined_by_itself(planted, group) -> None:
    quiet = {name: group() for name in "ABC"}
    loud = quiet | {"A": group(often=6.5, deep=3.0, unused=20)}
    panel = planted(tools={"*": quiet, "chatgpt": loud, "codex": quiet}, show_tools=("*", "chatgpt"))
    assert examine(panel).findings == ()
    found = examine(panel, tool="chatgpt").findings
    assert {each.tool for each in found} == {"chatgpt"}
    assert all(each.key.endswith(":chatgpt") for each in found)
    assert "unused_seats" in {each.detector for each in found}


def one_a_department(direction: int, *names: str, action: Action = use_case_session):
    def detect(panel: Panel) -> list[Finding]:
        return [
            Finding(
                key=f"alike:{name}:{panel.tools[0]}",
                detector="alike",
                view="depth",
                metric="messages_per_session",
                tool=panel.tools[0],
                departments=(name,),
                week=panel.weeks[-1],
                headline=f"{name} it is.",
                detail="",
                evidence=Evidence(value=5.0, people=20, weeks=4, p=0.001 * number, q=0.01 * number),
                impact=0.1 * number,
                confidence=1 - 0.01 * number,
                action=filled(action, departments=name),
                direction=direction,
            )
            for number, name in enumerate(names, 1)
        ]

    return Detector(id="alike", view="depth", looks_for="anything", detect=detect)


def test_the_same_in_many_departments_is_one_finding_with_its_exceptions(planted, group) -> None:
    panel = planted({name: group() for name in ("A", "B", "C", "Legal")})
    (found,) = examine(panel, detectors=(one_a_department(1, "A", "B", "C"),)).findings
    assert found.headline == "Messages per session: 3 of 4 departments rose; Legal did not."
    assert found.detail == "C it is. B it is. A it is."
    assert found.departments == ("C", "B", "A")
    assert found.key == "alike:A|B|C:*"
    assert (found.evidence.people, found.evidence.p, found.evidence.q) == (60, 0.003, 0.03)
    assert found.impact == pytest.approx((0.01 + 0.04 + 0.09) ** 0.5)
    assert found.confidence == 0.97
    assert found.action.title == "Hold a 30-minute use-case session for C, B and A"


def test_an_action_that_needs_more_than_the_departments_stays_as_it_was(planted, group) -> None:
    panel = planted({name: group() for name in ("A", "B", "C")})
    action = filled(activate_or_reclaim, saving="up to $5 a month")
    (found,) = examine(panel, detectors=(one_a_department(0, "A", "B", action=action),)).findings
    assert found.action.expected == "up to $5 a month"


@pytest.mark.parametrize(
    ("names", "judged", "words"),
    [
        ("ABCDEFG", "ABCDEFGHI", "7 of 9 departments rose; H and I did not"),
        ("ABCDEFGH", "ABCDEFGHI", "8 of 9 departments rose; I did not"),
        ("ABC", "ABC", "All 3 departments rose"),
        ("AB", "AB", "Both departments rose"),
        ("A", "ABC", "A rose"),
        ("AB", "ABCDE", "2 of 5 departments rose: A and B"),
        ("ABCDEF", "ABCDEFGHIJ", "6 of 10 departments rose"),
    ],
)
def test_a_pattern_is_told_with_its_exceptions_where_they_are_few(names: str, judged: str, words: str) -> None:
    assert grouped_words(tuple(names), tuple(judged)) == words


def test_the_examination_says_how_much_was_tried_and_what_passed(planted, group) -> None:
    seen = examine(planted(rich(group)), limit=None)
    assert (seen.scope.departments, seen.scope.tools, seen.scope.weeks) == (6, 1, 14)
    assert seen.scope.metrics > 5
    assert seen.tried > 6 * seen.scope.metrics
    assert seen.passed
    assert all(each.q <= 0.1 and each.low <= each.change <= each.high for each in seen.passed if each.kind == "trend")


def _all():
    from insights.detectors import DETECTORS  # noqa: PLC0415

    return DETECTORS

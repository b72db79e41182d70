"""The engine ranks, keeps what a reader has time for, and survives its detectors."""

from collections import Counter

from insights.engine import MOST, examine, findings
from insights.finding import Detector
from insights.series import Panel


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


def test_findings_come_by_impact_times_confidence_each_further_one_about_a_department_counting_half(
    planted, group
) -> None:
    found = findings(planted(rich(group)), limit=None)
    assert len(found) > MOST
    told: Counter[str] = Counter()
    weights = []
    for each in found:
        before = max((told[name] for name in each.departments), default=0)
        weights.append(each.impact * each.confidence / 2**before)
        told.update(each.departments)
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


def _all():
    from insights.detectors import DETECTORS  # noqa: PLC0415

    return DETECTORS

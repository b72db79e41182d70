"""Each detector finds what is planted for it, in the right words, and is silent where there is nothing."""

from dataclasses import replace
from datetime import date

import msgspec
import numpy as np
import pytest

from insights.detectors import DETECTORS
from insights.engine import examine, findings
from insights.finding import Finding
from insights.metrics import METRICS
from storage.facts import Contract

WEEKS = 14


def rising(first: float, last: float, weeks: int = WEEKS) -> list[float]:
    return [float(each) for each in np.linspace(first, last, weeks) + 0.01 * np.resize([1, -1], weeks)]


def only(panel, detector: str) -> Finding:
    seen = examine(panel, limit=None)
    assert seen.faults == ()
    found = [each for each in seen.findings if each.detector == detector]
    assert len(found) == 1, [each.headline for each in seen.findings]
    return found[0]


def none(panel, detector: str) -> None:
    seen = examine(panel, limit=None)
    assert seen.faults == ()
    assert [each.headline for each in seen.findings if each.detector == detector] == []


@pytest.fixture
def sound(group):
    """A company in which nothing is to be found."""
    return {name: group() for name in ("Engineering", "Sales", "HR", "Operations", "Legal")}


def test_a_sound_company_has_no_findings(planted, sound) -> None:
    assert findings(planted(sound), limit=None) == []


def test_older_models_that_persist(planted, group, sound) -> None:
    panel = planted(sound | {"Sales": group(older=0.9, people=120), "HR": group(older=0.5)})
    found = only(panel, "older_models")
    share = panel.latest("older_model_share")
    assert found.headline == f"{share:.0%} of sessions still run on models below GPT-4o."
    assert "Sales (90%)" in found.detail
    assert found.action.title == "Set GPT-4o as the workspace default"
    assert found.action.place("chatgpt") == "Workspace settings → Models"
    assert found.action.place("gemini") == "the page of models in the tool's admin settings"
    assert found.action.minutes == 5


def test_older_models_that_are_gone_lately_are_not_told(planted, group) -> None:
    late = [0.6] * 12 + [0.1] * 2
    none(planted({name: group(older=late) for name in "ABC"}), "older_models")


def test_a_reference_model_that_the_catalogue_does_not_know_is_no_finding(planted, group) -> None:
    panel = planted({name: group(older=0.9) for name in "ABC"}, reference="nobody-knows-it")
    none(panel, "older_models")
    assert "The model catalogue does not know the reference model nobody-knows-it." in panel.notes


def test_a_department_that_asks_often_and_shallowly(planted, group, sound) -> None:
    found = only(planted(sound | {"Sales": group(often=6.2, deep=3.0)}), "frequent_shallow")
    assert found.departments == ("Sales",)
    assert found.headline == (
        "Sales asks most often and shallowly: 6.2 sessions a week per active user, at 3 messages a session."
    )
    assert found.action.title == "Hold a 30-minute use-case session for Sales"
    assert found.evidence.people == 40


def test_often_and_deep_or_rarely_and_shallow_is_not_the_same_thing(planted, group, sound) -> None:
    none(planted(sound | {"Sales": group(often=6.2, deep=9.0), "HR": group(often=2.0, deep=3.0)}), "frequent_shallow")


def test_a_small_department_is_not_judged(planted, group, sound) -> None:
    none(planted(sound | {"Sales": group(often=6.2, deep=3.0, people=6)}), "frequent_shallow")


def test_both_rise_is_worth_repeating(planted, group, sound) -> None:
    found = only(planted(sound | {"HR": group(often=rising(3, 4.5), deep=rising(5, 7))}), "training_works")
    assert found.departments == ("HR",)
    assert found.headline == (
        "HR comes more often and goes deeper: "
        "3.0 → 4.5 sessions a week per active user and 5.0 → 7.0 messages a session over 14 weeks."
    )
    assert found.action.title == "Repeat what HR did"
    assert found.evidence.low is not None
    assert found.evidence.high is not None
    assert found.evidence.low <= found.evidence.change <= found.evidence.high
    assert "because" not in found.headline + found.detail


def test_depth_alone_is_not_training_that_works(planted, group, sound) -> None:
    none(planted(sound | {"HR": group(deep=rising(5, 7))}), "training_works")


def test_sessions_that_rise_without_depth(planted, group, sound) -> None:
    found = only(planted(sound | {"HR": group(often=rising(3, 4.5))}), "sessions_without_depth")
    assert found.departments == ("HR",)
    assert "3.0 → 4.5 sessions a week per active user over 14 weeks" in found.headline
    assert found.action.title == "Run a multi-turn prompt workshop for HR"


def test_sessions_that_rise_with_depth_want_no_workshop(planted, group, sound) -> None:
    none(planted(sound | {"HR": group(often=rising(3, 4.5), deep=rising(5, 7))}), "sessions_without_depth")


def test_five_weeks_of_history_make_no_trend(planted, group, sound) -> None:
    panel = planted(sound | {"HR": group(often=rising(3, 4.5, 5), deep=rising(5, 7, 5))}, weeks=5)
    none(panel, "training_works")


def test_prompts_with_room(planted, group) -> None:
    panel = planted({name: group(long=0.25, short=0.4, characters=312) for name in "ABC"} | {"D": group(long=0.5)})
    found = only(panel, "prompt_room")
    assert "power users could show how" in found.detail
    assert found.action.title == "Share prompt templates from your own power users"
    assert "D writes the longest, 600 characters on average." in found.detail


def test_long_prompts_leave_no_room(planted, group) -> None:
    none(planted({name: group(long=0.7) for name in "ABC"}), "prompt_room")


def test_unused_seats_of_two_departments_are_one_finding_with_their_money(planted, group, sound) -> None:
    panel = planted(
        sound | {"HR": group(unused=23, seats=51), "Operations": group(unused=30, seats=75)},
        contracts={"chatgpt": Contract(tool="chatgpt", seats=300, price=30.0, renews=date(2026, 9, 1))},
    )
    found = only(panel, "unused_seats")
    assert found.departments == ("HR", "Operations")
    assert found.headline == "HR and Operations leave 53 of 126 seats unused (42%), $1,590 a month."
    assert "The contract renews on 1 September 2026." in found.detail
    assert found.action.title == "Activate or reclaim unused seats in HR and Operations before renewal"
    assert found.action.expected == "up to $1,590 a month"
    assert found.action.source == "the seats' own prices"


def test_one_department_leaves_its_seats_unused(planted, group, sound) -> None:
    found = only(planted(sound | {"HR": group(unused=20)}), "unused_seats")
    assert found.headline.startswith("HR leaves 20 of 50 seats unused (40%)")


def test_many_departments_are_named_in_part(planted, group) -> None:
    names = [f"{letter} department with a name of just about sixty characters here" for letter in "ABCDE"]
    found = only(planted({name: group(unused=20) for name in names}), "unused_seats")
    assert f"{names[0]}, {names[1]} and 3 more leave 100 of 250 seats unused" in found.headline


def test_seats_are_not_called_unused_before_four_weeks_of_facts(planted, group, sound) -> None:
    none(planted(sound | {"HR": group(unused=30)}, weeks=3), "unused_seats")


def test_fewer_than_k_unused_seats_are_not_told(planted, group, sound) -> None:
    none(planted(sound | {"HR": group(people=9, seats=12, unused=4)}), "unused_seats")


def test_without_seats_there_is_no_word_about_them(planted, group) -> None:
    none(planted({name: group(seats=None, people=60) for name in "ABC"}), "unused_seats")


def test_use_that_lies_with_ten_people(planted, group) -> None:
    found = only(planted({name: group(top_ten=0.5, people=40) for name in "ABCDE"}), "concentration")
    assert found.headline == "Ten people write 50% of all prompts, out of 200 active people."
    assert "Spread evenly, ten people would write 5%" in found.detail


def test_answers_that_grow_against_what_is_put_in(planted, group) -> None:
    found = only(planted({name: group(output=rising(1.0, 1.6)) for name in "ABC"}), "output_ratio")
    assert found.headline == "Output tokens per input token went up from 1.0 to 1.6 over 14 weeks (estimated)."
    assert found.evidence.estimated


def test_people_who_stop_coming(planted, group) -> None:
    found = only(planted({name: group(people=rising(60, 40)) for name in "ABC"}), "adoption_falls")
    assert found.headline == "Weekly active users went down from 180 to 120 over 14 weeks."
    assert found.action.id == "champions_programme"


def test_people_whom_the_directory_does_not_know_are_a_matter_of_the_directory(planted, group, sound) -> None:
    found = only(planted(sound | {"Unmapped": group(people=20, seats=None)}), "not_in_directory")
    assert found.headline == "20 of 220 active people are not in the directory (9.1%)."
    assert found.action.id == "fix_directory"
    none(planted(sound | {"Unmapped": group(people=7, seats=None)}), "not_in_directory")


def test_seats_without_a_price_are_told_once_and_for_all(planted, group) -> None:
    priced = {name: group() for name in "ABC"}
    found = only(
        planted({name: replace(each, missing=("seat_spend",)) for name, each in priced.items()}), "unpriced_seats"
    )
    assert found.headline == "150 seats have no price, so spend cannot be told."
    assert found.action.id == "fix_prices"
    none(planted(priced), "unpriced_seats")


def test_seats_unused_everywhere_before_a_renewal_are_a_matter_of_the_contract(planted, group) -> None:
    contract = Contract(tool="chatgpt", seats=300, price=30.0, renews=date(2026, 9, 1))
    small = {f"D{n}": group(people=6, seats=9, unused=3) for n in range(8)}
    found = only(planted(small, contracts={"chatgpt": contract}), "unused_seats")
    assert found.departments == ()
    assert found.action.id == "right_size_tier"


def test_names_with_braces_and_formulas_pass_as_they_are(planted, group, sound) -> None:
    found = only(planted(sound | {"=R&D {0} {departments}": group(often=6.2, deep=3.0)}), "frequent_shallow")
    assert found.action.title == "Hold a 30-minute use-case session for =R&D {0} {departments}"


def test_no_finding_is_about_fewer_than_k_people(planted, group, sound) -> None:
    rng = np.random.default_rng(4)
    for _ in range(10):
        departments = {
            name: replace(
                each,
                people=int(rng.integers(1, 15)),
                older=0.6,
                often=float(rng.uniform(2, 9)),
                deep=float(rng.uniform(2, 9)),
            )
            for name, each in sound.items()
        }
        panel = planted(departments)
        for found in findings(panel, limit=None):
            assert found.evidence.people >= panel.min_group_size
            for name in found.departments:
                assert not panel.cell(found.metric, name).suppressed


def test_every_finding_is_well_formed(planted, group, sound) -> None:
    panel = planted(
        sound
        | {
            "Sales": group(often=6.2, deep=3.0, older=0.9),
            "HR": group(often=rising(3, 4.5), deep=rising(5, 7), unused=20),
            "Legal": group(often=rising(3, 4.5), long=0.1, top_ten=0.9, output=rising(1, 3)),
        }
    )
    seen = examine(panel, limit=None)
    assert len(seen.findings) >= 5
    assert set(seen.looked) == {each.id for each in DETECTORS}
    assert len({each.key for each in seen.findings}) == len(seen.findings)
    views = {each.id: each.view for each in DETECTORS}
    for found in seen.findings:
        assert found.key.split(":")[0].split(".")[0] == found.detector
        assert found.view == views[found.detector] or found.detector == "changes"
        assert found.metric in {each.id for each in METRICS}
        assert found.week == panel.weeks[-1]
        assert 0 < found.impact <= 1
        assert 0 < found.confidence <= 1
        assert found.headline.endswith(".")
        assert found.detail.endswith(".")
        assert msgspec.json.encode(found), "numbers are Python's own"
        assert "{" not in found.action.title + "".join(found.action.steps) + found.action.expected


def test_keys_are_the_same_a_week_later(planted, group, sound) -> None:
    departments = sound | {"HR": group(unused=20), "Sales": group(often=6.2, deep=3.0)}
    assert {each.key for each in findings(planted(departments, weeks=13))} == {
        each.key for each in findings(planted(departments, weeks=14))
    }


@pytest.mark.parametrize("phi", [0.0, 0.3, 0.6])
def test_panels_in_which_nothing_changes_rarely_have_findings(planted, group, phi: float) -> None:
    """Nine departments whose weeks wander by a tenth around values that are in order."""
    rng = np.random.default_rng(17)
    panels, alarms = 40, 0
    for _ in range(panels):
        departments = {f"D{n}": _wandering(group, rng, phi) for n in range(9)}
        alarms += bool(findings(planted(departments), limit=None))
    assert alarms <= 0.10 * panels


def _wandering(group, rng: np.random.Generator, phi: float):
    def around(value: float, by: float = 0.10) -> list[float]:
        noise = np.empty(WEEKS)
        noise[0] = rng.normal()
        for week in range(1, WEEKS):
            noise[week] = phi * noise[week - 1] + rng.normal() * np.sqrt(1 - phi**2)
        return [float(each) for each in np.maximum(value * (1 + by * noise), 0.01)]

    return group(
        people=around(float(rng.integers(15, 80))),
        often=around(4.0),
        deep=around(6.5),
        characters=around(500.0),
        long=around(0.75, 0.03),
        older=around(0.10),
        top_ten=around(0.12),
        output=around(2.0),
        seats=90,
        unused=around(9.0),
    )


def test_people_with_several_seats_who_use_one_at_most(planted, group, sound) -> None:
    found = only(
        planted(sound | {"Sales": group(several=(8, 12, 30)), "HR": group(several=(0, 6, 20))}), "seat_overlap"
    )
    assert found.headline == (
        "26 of 76 people with seats in several tools use one of them at most; the seats that the 76 leave unused cost "
        "$1,020 a month."
    )
    assert found.action.expected == "up to $1,020 a month"
    assert found.action.steps[-1] == "Give the other seats back before the next renewal."
    assert (found.view, found.departments, found.evidence.people) == ("tools", (), 76)


@pytest.mark.parametrize("several", [None, (0, 0, 0), (0, 0, 50), (1, 2, 60), (1, 2, 1), (0, 9, 9)])
def test_seats_that_do_not_overlap_or_of_few_people_are_no_finding(planted, group, sound, several) -> None:
    none(planted(sound | {"Sales": group(several=several)}), "seat_overlap")


def test_overlap_is_a_finding_of_all_tools_together_alone(planted, group, sound) -> None:
    all_tools = sound | {"Sales": group(several=(8, 12, 30))}
    panel = planted(tools={"*": all_tools, "chatgpt": sound, "claude": sound}, show_tools=("chatgpt",))
    none(panel, "seat_overlap")

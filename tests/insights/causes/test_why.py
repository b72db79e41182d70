"""Each kind of cause on a planted company, in the words a reader sees, and nothing where the numbers say nothing."""

import numpy as np
import pytest

from insights.catalogue import metrics
from insights.causes.why import Cause, why
from insights.scan import Change, Kind
from insights.series import Panel

WEEKS = 14


def stepped(before: float, after: float, at: int = 9) -> list[float]:
    return [before] * at + [after] * (WEEKS - at)


def changed(
    panel: Panel, metric: str, *, department: str = "", tool: str = "*", at: int = 9, kind: Kind = "level"
) -> Change:
    values = panel.array(metric, department, tool)
    if kind == "trend":
        before, now = values[0], values[-1]
    else:
        before, now = np.nanmean(values[:at]), np.nanmean(values[at:])
    return Change(
        metric=metric,
        tool=tool,
        department=department,
        kind=kind,
        since=panel.weeks[0 if kind == "trend" else at],
        weeks=WEEKS - at,
        before=float(before),
        now=float(now),
        change=float(now - before),
        low=0,
        high=0,
        p=0.001,
        q=0.01,
        shrunk=0,
    )


def told(panel: Panel, metric: str, **where) -> str:
    cause = why(panel, changed(panel, metric, **where))
    return cause.text if cause else ""


def test_one_department_explains_most_of_a_quotient(planted, group) -> None:
    panel = planted(
        {
            "Legal": group(deep=stepped(6, 6.5)),
            "Sales": group(deep=stepped(4, 8)),
            "Support": group(),
            "Finance": group(),
        }
    )
    cause = why(panel, changed(panel, "messages_per_session"))
    assert cause is not None
    assert cause.text == "Sales explains 89% of it (4 → 8)."
    assert (cause.kind, cause.by, cause.part) == ("within", "department", "Sales")
    assert cause.share == pytest.approx(4 / 4.5)
    assert cause.explained == pytest.approx(1.0)


def test_two_departments_explain_most_together(planted, group) -> None:
    departments = {name: group() for name in ("A", "B", "C", "D")}
    panel = planted(departments | {"Sales": group(deep=stepped(4, 7)), "Support": group(deep=stepped(5, 8))})
    assert told(panel, "messages_per_session") == "Sales and Support explain all of it."


def test_a_mix_that_shifts_is_told_with_its_shares(planted, group) -> None:
    panel = planted(
        {
            "Support": group(people=stepped(22, 45), deep=12),
            "Sales": group(people=stepped(50, 50), deep=5),
            "Legal": group(people=stepped(50, 50), deep=5.2),
        }
    )
    cause = why(panel, changed(panel, "messages_per_session"))
    assert cause is not None
    assert cause.text == "The mix shifted to Support (18% → 31% of sessions); no department changed by itself."
    assert (cause.kind, cause.part) == ("mix", "Support")
    assert cause.share == pytest.approx(1)


def test_a_mix_beside_changed_departments_is_told_with_its_part(planted, group) -> None:
    panel = planted(
        {
            "Support": group(people=stepped(22, 45), deep=12),
            "Sales": group(people=50, deep=stepped(5, 5.5)),
            "Legal": group(people=50, deep=5.2),
        }
    )
    assert told(panel, "messages_per_session") == (
        "The mix shifted to Support (18% → 31% of sessions), which explains 82% of it."
    )


def test_a_whole_that_moves_against_every_department_is_told_as_such(planted, group) -> None:
    panel = planted(
        {
            "Engineering": group(people=stepped(20, 80), deep=stepped(12, 11)),
            "Sales": group(people=stepped(80, 20), deep=stepped(4, 3.5)),
        }
    )
    cause = why(panel, changed(panel, "messages_per_session"))
    assert cause is not None
    assert cause.text == ("Every department fell, yet the company rose: more of the sessions come from Engineering.")
    assert (cause.kind, cause.part) == ("simpson", "Engineering")
    assert cause.share > 1


def test_with_hidden_departments_it_is_not_said_of_every_one(planted, group) -> None:
    panel = planted(
        {
            "Engineering": group(people=stepped(20, 80), deep=stepped(12, 11)),
            "Sales": group(people=stepped(80, 20), deep=stepped(4, 3.5)),
            "Tiny": group(people=2, deep=stepped(4, 3.5)),
            "Small": group(people=3, deep=stepped(4, 3.5)),
        }
    )
    assert told(panel, "messages_per_session") == (
        "Within departments it fell, yet the company rose: more of the sessions come from Engineering."
    )


def test_one_department_explains_most_of_a_count(planted, group) -> None:
    panel = planted({"Sales": group(people=stepped(40, 75)), "Legal": group(people=stepped(30, 45)), "Ops": group()})
    cause = why(panel, changed(panel, "weekly_active_users"))
    assert cause is not None
    assert cause.text == "Sales explains 70% of it (40 → 75)."
    assert (cause.kind, cause.explained, cause.change) == ("contribution", pytest.approx(35), pytest.approx(50))


def test_a_department_that_outdoes_the_whole_is_told_with_what_went_the_other_way(planted, group) -> None:
    panel = planted({"Sales": group(people=stepped(40, 80)), "Legal": group(people=stepped(40, 30)), "Ops": group()})
    assert told(panel, "weekly_active_users") == (
        "Sales explains more than all of it (40 → 80): the rest went the other way."
    )


def test_departments_that_change_alike_are_not_set_apart_for_their_size(planted, group) -> None:
    panel = planted({"Big": group(people=stepped(100, 120)), "Small": group(people=stepped(50, 60))})
    cause = why(panel, changed(panel, "weekly_active_users"))
    assert cause is not None
    assert cause.text == "All departments changed alike: none stands out for its size."
    assert cause.kind == "spread"
    deeper = planted({"Big": group(people=100, deep=stepped(4, 6)), "Small": group(people=50, deep=stepped(5, 7))})
    assert told(deeper, "messages_per_session") == "All departments changed alike: none stands out for its size."


def test_a_department_that_explains_no_more_than_its_size_does_not_stand_out(planted, group) -> None:
    panel = planted(
        {
            "Big": group(people=100, deep=stepped(4, 6.2)),
            "Mid": group(people=60, deep=stepped(4, 5)),
            "Small": group(people=40, deep=stepped(4, 7)),
        }
    )
    assert why(panel, changed(panel, "messages_per_session")) is None


def test_a_department_that_is_nearly_all_of_the_company_is_named(planted, group) -> None:
    panel = planted({"Big": group(people=stepped(200, 240)), "Small": group(people=stepped(20, 24))})
    assert told(panel, "weekly_active_users") == "Big explains 91% of it (200 → 240)."


def test_a_chain_of_counts_names_what_it_counts(planted, group) -> None:
    departments = {name: group(often=stepped(4, 6)) for name in ("Sales", "Legal", "Ops")}
    panel = planted(tools={"*": departments, "chatgpt": departments}, show_tools=("chatgpt",))
    assert told(panel, "prompts", tool="chatgpt") == "Sessions per active person explain 720 of the 720 prompts."


def test_a_change_spread_over_departments_of_any_size_is_told_as_spread(planted, group) -> None:
    departments = {f"D{n}": group(people=stepped(size, size + 10)) for n, size in enumerate((15, 30, 60, 120, 240))}
    cause = why(planted(departments), changed(planted(departments), "weekly_active_users"))
    assert cause is not None
    assert cause.kind == "spread"
    assert cause.text.startswith("It is spread over the departments: D")
    assert cause.text.endswith(", the largest part, explains 20% of it.")


def test_where_nothing_explains_half_nothing_is_said(planted, group) -> None:
    panel = planted(
        {
            "A": group(people=stepped(40, 62)),
            "B": group(people=stepped(40, 47)),
            **{name: group(people=stepped(40, 44)) for name in "CDEFG"},
        }
    )
    assert why(panel, changed(panel, "weekly_active_users")) is None


def test_who_came_and_who_stopped_is_told_where_no_department_stands_out(planted, group) -> None:
    def grown(newcomers: int, lapsed: int):
        return group(people=stepped(40, 50, 10), newcomers=newcomers, returned=6, lapsed=lapsed)

    panel = planted({"A": grown(10, 6), "B": grown(9, 6)})
    cause = why(panel, changed(panel, "weekly_active_users", at=10))
    assert cause is not None
    assert cause.text == "Against the four weeks before, 31 people are new or back and 12 stopped."
    assert (cause.kind, cause.by, cause.explained) == ("cohort", "people", 19)
    long_ago = why(panel, changed(panel, "weekly_active_users", at=7))
    assert long_ago is not None
    assert long_ago.kind == "cohort"


def test_a_cohort_too_small_to_tell_is_not_told(planted, group) -> None:
    def grown(lapsed: int):
        return group(people=stepped(40, 50, 10), newcomers=12, returned=0, lapsed=lapsed)

    panel = planted({"A": grown(1), "B": grown(2)})
    cause = why(panel, changed(panel, "weekly_active_users", at=10))
    assert cause is not None
    assert cause.kind == "spread"


def test_where_a_department_stands_out_it_is_told_with_who_stopped(planted, group) -> None:
    fallen = group(people=stepped(40, 25, 10), newcomers=0, lapsed=16)
    panel = planted({"A": fallen, "B": group(people=40, newcomers=0), "C": group(people=40, newcomers=0)})
    assert told(panel, "weekly_active_users", at=10) == (
        "A explains all of it (40 → 25). Against the four weeks before, nobody is new or back and 16 stopped."
    )


def test_that_how_many_stopped_cannot_be_told_is_said(planted, group) -> None:
    fallen = group(people=stepped(40, 36, 10), newcomers=0, lapsed=4)
    panel = planted({"A": fallen, "B": group(people=40, newcomers=0), "C": group(people=40, newcomers=0)})
    assert told(panel, "weekly_active_users", at=10) == (
        "A explains all of it (40 → 36). How many stopped cannot be told."
    )


def test_nobody_who_stopped_is_said_so(planted, group) -> None:
    grown = group(people=stepped(40, 50, 10), newcomers=12)
    panel = planted({"A": grown, "B": grown})
    assert told(panel, "weekly_active_users", at=10) == (
        "Against the four weeks before, 24 people are new or back and nobody stopped."
    )


def costly(group, **figures):
    return group(seats=50, people=40, **figures)


def test_a_factor_of_the_spend_is_told_in_money(planted, group) -> None:
    # Tokens per session grow with messages per session; 1,920 sessions a week in all.
    departments = {
        name: group(deep=stepped(6, 12), cost=stepped(1000, 2100), often=4) for name in ("Sales", "Legal", "Ops")
    }
    panel = planted(tools={"*": departments, "chatgpt": departments}, show_tools=("*", "chatgpt"))
    cause = why(panel, changed(panel, "metered_cost", tool="chatgpt"))
    assert cause is not None
    assert cause.text == "Tokens per session explain $3,083 of the $3,300."
    assert (cause.kind, cause.part, cause.by) == ("chain", "Tokens per session", "factor")
    assert cause.explained == pytest.approx(3300 * np.log(2) / np.log(2.1))


def test_a_price_explains_what_use_does_not(planted, group) -> None:
    departments = {name: group(cost=stepped(1000, 1500)) for name in ("Sales", "Legal")}
    panel = planted(tools={"*": departments, "chatgpt": departments}, show_tools=("chatgpt",))
    assert told(panel, "metered_cost", tool="chatgpt") == "The price of a token explains $1,000 of the $1,000."


def test_without_tokens_the_chain_is_shorter(planted, group) -> None:
    departments = {
        name: group(often=stepped(4, 8), cost=stepped(1000, 2000), missing=("input_tokens",), seats=None)
        for name in ("Sales", "Legal")
    }
    panel = planted(tools={"*": departments, "chatgpt": departments}, show_tools=("chatgpt",))
    assert told(panel, "metered_cost", tool="chatgpt") == "Sessions per active person explain $2,000 of the $2,000."


def test_all_of_several_tools_have_no_chain(planted, group) -> None:
    one = {name: group(deep=stepped(6, 12), cost=stepped(1000, 2000)) for name in ("Sales", "Legal")}
    panel = planted(tools={"*": one, "chatgpt": one, "codex": one}, show_tools=("*", "chatgpt", "codex"))
    cause = why(panel, changed(panel, "metered_cost"))
    assert cause is None or cause.kind != "chain"


def tools_of(group):
    return {
        "*": {"Sales": group(people=40, deep=stepped(5, 7)), "Legal": group(people=40, deep=stepped(5, 7))},
        "chatgpt": {name: group(people=20, deep=4) for name in ("Sales", "Legal")},
        "codex": {name: group(people=20, deep=stepped(6, 10)) for name in ("Sales", "Legal")},
    }


def test_a_tool_explains_a_department_and_the_company(planted, group) -> None:
    panel = planted(tools=tools_of(group), show_tools=("*", "chatgpt", "codex"))
    change = changed(panel, "messages_per_session", department="Sales")
    cause = why(panel, change, tool_name=str.title)
    assert cause is not None
    assert cause.text == "Codex explains all of it (6 → 10)."
    assert (cause.by, cause.part) == ("tool", "codex")
    whole = why(panel, changed(panel, "messages_per_session"))
    assert whole is not None
    assert whole.part == "codex"


def test_people_are_not_added_up_over_tools(planted, group) -> None:
    panel = planted(tools=tools_of(group), show_tools=("*", "chatgpt", "codex"))
    change = changed(panel, "messages_per_session", department="Sales")
    counted = [each for each in metrics().values() if "people" in each.needs]
    assert counted
    for metric in counted:
        other = Change(**{name: getattr(change, name) for name in Change.__slots__} | {"metric": metric.id})
        cause = why(panel, other)
        assert cause is None or cause.by != "tool"


def test_a_trend_compares_its_first_four_weeks_with_its_last(planted, group) -> None:
    panel = planted({"Sales": group(deep=np.linspace(4, 8, WEEKS).tolist()), "Legal": group(), "Ops": group()})
    cause = why(panel, changed(panel, "messages_per_session", kind="trend"))
    assert cause is not None
    assert cause.part == "Sales"
    assert cause.text == "Sales explains all of it (4.5 → 7.5)."


def test_what_the_shown_weeks_do_not_hold_has_no_cause(planted, group) -> None:
    panel = planted({"Sales": group(deep=stepped(4, 8)), "Legal": group()})
    right = changed(panel, "messages_per_session")
    opposite = Change(**{name: getattr(right, name) for name in Change.__slots__} | {"change": -2.0})
    scattered = changed(panel, "messages_per_session", kind="scatter")
    first = changed(panel, "messages_per_session", at=1)
    score = changed(panel, "proficiency_score", department="Sales")
    elsewhere = Change(**{name: getattr(right, name) for name in Change.__slots__} | {"tool": "codex"})
    assert [why(panel, each) for each in (opposite, scattered, first, score, elsewhere)] == [None] * 5


# Hidden departments --------------------------------------------------------------------------------------------------


def test_hidden_departments_are_only_there_as_what_is_left(planted, group) -> None:
    small = {
        "Tiny": group(people=2, deep=stepped(4, 20)),
        "Small": group(people=3, deep=stepped(4, 20)),
        "Sales": group(deep=stepped(5, 8)),
        "Ops": group(),
    }
    panel = planted(small)
    assert panel.cell("messages_per_session", "Tiny").suppressed
    cause = why(panel, changed(panel, "messages_per_session"))
    assert cause is not None
    assert (cause.part, cause.text) == ("Sales", "Sales explains 60% of it (5 → 8).")


def test_a_cause_does_not_depend_on_how_hidden_departments_share_what_is_left(planted, group) -> None:
    def company(a: float, b: float) -> Panel:
        return planted(
            {
                "Tiny": group(people=4, deep=stepped(4, a)),
                "Small": group(people=4, deep=stepped(4, b)),
                "Sales": group(deep=stepped(5, 8)),
                "Ops": group(),
            }
        )

    one, other = company(5, 9), company(9, 5)
    assert one.cell("messages_per_session", "Tiny").suppressed
    found: list[Cause | None] = [why(each, changed(each, "messages_per_session")) for each in (one, other)]
    assert found[0] == found[1]
    assert found[0] is not None
    assert found[0].part == "Sales"


def test_hidden_departments_that_explain_most_are_not_named(planted, group) -> None:
    panel = planted(
        {
            "Tiny": group(people=4, deep=stepped(4, 20)),
            "Small": group(people=4, deep=stepped(4, 20)),
            "Sales": group(),
            "Ops": group(),
        }
    )
    assert why(panel, changed(panel, "messages_per_session")) is None

"""The gate: nothing about fewer than k people is shown, and nothing that is shown gives it away."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.privacy import bridges, hidden_cells


def equations(counts: np.ndarray) -> list[np.ndarray]:
    """Every department adds up to the company and every tool to all of them: one row a sum, one column a cell."""
    rows, columns = counts.shape
    found = []
    for column in range(columns) if rows > 1 else ():
        line = np.zeros(counts.shape)
        line[0, column], line[1:, column] = 1, -1
        found.append(line.ravel())
    for row in range(rows) if columns > 1 else ():
        line = np.zeros(counts.shape)
        line[row, 0], line[row, 1:] = 1, -1
        found.append(line.ravel())
    return found


def known_exactly(counts: np.ndarray, hidden: np.ndarray) -> list[tuple[int, int]]:
    """The hidden cells whose value follows from the visible ones and the sums, by linear algebra."""
    unknown = np.flatnonzero(hidden.ravel())
    if not len(unknown):
        return []
    system = np.array([line[unknown] for line in equations(counts)])
    if not len(system):
        return []
    # A cell is determined when its unit vector lies in the row space, so that the null space is 0 there.
    _, sizes, right = np.linalg.svd(system)
    null = right[int((sizes > 1e-9).sum()) :]
    settled = np.abs(null).max(axis=0, initial=0) < 1e-9
    return [tuple(int(n) for n in np.unravel_index(unknown[each], counts.shape)) for each in np.flatnonzero(settled)]


def table(parts: list[list[int]]) -> np.ndarray:
    """Counts with their margins; people over tools are counted once, so a department has at least its largest tool."""
    inner = np.array(parts, dtype=float)
    together = np.maximum(inner.max(axis=1), np.ceil(inner.sum(axis=1) * 0.7))
    with_tools = np.column_stack([together, inner])
    return np.vstack([with_tools.sum(axis=0), with_tools])


tables = st.integers(1, 8).flatmap(
    lambda rows: st.integers(1, 4).flatmap(
        lambda columns: st.lists(
            st.lists(st.one_of(st.just(0), st.integers(1, 8), st.integers(5, 60)), min_size=columns, max_size=columns),
            min_size=rows,
            max_size=rows,
        )
    )
)


@settings(deadline=None, max_examples=400)
@given(tables)
def test_no_small_cell_follows_from_what_is_shown(parts: list[list[int]]) -> None:
    counts = table(parts)
    hidden = hidden_cells(counts, 5)
    small = (counts > 0) & (counts < 5)
    assert hidden[small].all()
    assert [cell for cell in known_exactly(counts, hidden) if counts[cell] < 5] == []


@settings(deadline=None, max_examples=300)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_what_the_departments_leave_of_the_company_is_about_k_people_or_nobody(people: list[int]) -> None:
    counts = np.array([[sum(people)], *[[each] for each in people]], dtype=float)
    hidden = hidden_cells(counts, 5)
    if not hidden[0, 0]:
        left = counts[1:][hidden[1:]].sum()
        assert left == 0 or left >= 5
        assert (hidden[1:] & (counts[1:] > 0)).sum() != 1


def test_nothing_is_hidden_where_all_groups_are_large() -> None:
    assert not hidden_cells(table([[10, 6], [20, 0], [30, 5]]), 5).any()


def test_one_small_department_takes_the_next_smallest_with_it() -> None:
    counts = np.array([[60.0], [3.0], [12.0], [45.0]])
    assert hidden_cells(counts, 5)[:, 0].tolist() == [False, True, True, False]


def test_two_small_departments_that_make_k_together_need_no_third() -> None:
    counts = np.array([[60.0], [3.0], [2.0], [55.0]])
    assert hidden_cells(counts, 5)[:, 0].tolist() == [False, True, True, False]


def test_two_small_departments_that_do_not_make_k_take_a_third() -> None:
    counts = np.array([[60.0], [1.0], [2.0], [57.0]])
    assert hidden_cells(counts, 5)[:, 0].tolist() == [False, True, True, True]


def test_a_company_smaller_than_k_is_hidden() -> None:
    assert hidden_cells(np.array([[3.0], [3.0]]), 5).all()


def test_a_department_with_nobody_is_not_what_hides_another() -> None:
    counts = np.array([[53.0], [3.0], [0.0], [20.0], [30.0]])
    assert hidden_cells(counts, 5)[:, 0].tolist() == [False, True, False, True, False]


def test_a_small_tool_takes_another_tool_of_the_department_with_it() -> None:
    hidden = hidden_cells(table([[40, 3, 20], [30, 9, 30], [50, 8, 10]]), 5)
    assert hidden[1, 2]
    assert hidden[1, 1:].sum() >= 2
    assert not hidden[1, 0]


def test_what_is_hidden_beforehand_is_protected_too() -> None:
    counts = np.array([[60.0], [20.0], [40.0]])
    before = np.array([[False], [True], [False]])
    assert hidden_cells(counts, 5, before)[1, 0]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ([(0, 1)], [0]),
        ([(0, 1), (0, 1)], []),
        ([(0, 1), (1, 2), (2, 0), (2, 3)], [3]),
        ([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)], [3]),
        ([(0, 0)], []),
    ],
)
def test_bridges_lie_on_no_cycle(edges: list[tuple[int, int]], expected: list[int]) -> None:
    assert bridges(edges) == expected


# The same, seen from outside: only what a panel hands out.


def test_no_hidden_department_follows_from_the_company_in_one_answer(planted, group) -> None:
    rng = np.random.default_rng(3)
    for _ in range(15):
        sizes = rng.integers(0, 14, size=6)
        departments = {f"D{n}": group(people=int(size), seats=int(size) + 3) for n, size in enumerate(sizes)}
        frame = planted(departments, weeks=2).frame
        for metric in ("sessions", "messages", "seats_unused", "unused_spend", "power_users"):
            rows = frame[(frame["metric"] == metric) & (frame["week"] == frame["week"].max())]
            company = rows[rows["department"] == ""].iloc[0]
            hidden = rows[(rows["department"] != "") & rows["suppressed"]]
            if company["suppressed"]:
                continue
            assert len(hidden) != 1
            about = [sizes[int(name[1:])] for name in hidden["department"]]
            assert not about or sum(about) >= 5 or metric in {"seats_unused", "unused_spend", "power_users"}


def test_hidden_cells_carry_no_number_at_all(planted, group) -> None:
    panel = planted({"Small": group(people=3, seats=3), "Next": group(people=9, seats=9), "Big": group()})
    hidden = panel.frame[panel.frame["suppressed"]]
    assert set(hidden["department"]) >= {"Small", "Next"}
    assert hidden[["value", "numerator", "denominator", "people"]].isna().all(axis=None)
    assert panel.values("messages_per_session", "Small") == (None,) * 14
    assert panel.over("messages_per_session", "Small") is None
    assert panel.change("messages_per_session", "Small") is None
    assert panel.cell("messages_per_session", "Small").suppressed
    assert panel.cell("messages_per_session", "Small").people is None


def test_what_is_hidden_does_not_depend_on_the_tools_asked_for(planted, group) -> None:
    big, codex = (
        {"A": group(people=40), "B": group(people=30), "C": group()},
        {"A": group(people=3), "B": group(people=20), "C": group(people=9)},
    )
    tools = {"*": big, "chatgpt": big, "codex": codex}
    alone = planted(tools=tools, show_tools=("chatgpt",)).frame
    every = planted(tools=tools, show_tools=("*", "chatgpt", "codex")).frame
    same = every[every["tool"] == "chatgpt"].reset_index(drop=True)
    order = ["metric", "department", "week"]
    pd.testing.assert_frame_equal(
        alone.sort_values(order, ignore_index=True), same.sort_values(order, ignore_index=True)
    )


def test_nobody_active_is_told_only_of_a_department_with_seats_enough(planted, group) -> None:
    panel = planted(
        {"Idle": group(people=0, seats=20), "Tiny": group(people=0, seats=2), "Big": group(), "Two": group()}
    )
    assert panel.latest("weekly_active_users", "Idle") == 0
    assert panel.cell("weekly_active_users", "Tiny").suppressed


def test_the_heaviest_ten_are_not_told_where_the_rest_are_few(planted, group) -> None:
    panel = planted({"Twelve": group(people=12), "Forty": group(people=40), "Fifty": group(people=50)})
    assert panel.cell("top_ten_share", "Twelve").suppressed
    assert panel.latest("top_ten_share") is not None


def test_a_family_that_few_used_is_part_of_other_and_shares_add_up(planted, group) -> None:
    mixes = {
        "A": group(people=30, models={"gpt-4": 12, "gpt-4o": 20, "o1": 2}),
        "B": group(people=30, models={"gpt-4": 10, "gpt-4o": 20, "o1": 9}),
        "C": group(people=30, models={"gpt-4": 14, "gpt-4o": 20, "o1": 11}),
    }
    shares = planted(mixes, weeks=1).shares
    by_department = shares.set_index(["department", "family"])
    assert ("A", "o1") not in by_department.index
    assert by_department.loc[("A", "other"), "people"] >= 5
    # o1 of A would follow from the company's were B's and C's both shown.
    assert len([name for name in "BC" if (name, "o1") not in by_department.index]) == 1
    sums = shares.groupby("department")["value"].sum()
    assert sums.to_numpy() == pytest.approx(1)


def test_older_models_that_few_used_hide_the_share_and_the_mix(planted, group) -> None:
    mixes = {
        "A": group(people=30, models={"gpt-4": 2, "gpt-4o": 25}),
        "B": group(people=30, models={"gpt-4": 10, "gpt-4o": 25}),
        "C": group(people=30, models={"gpt-4": 12, "gpt-4o": 25}),
    }
    panel = planted(mixes, weeks=1)
    assert panel.cell("older_model_share", "A").suppressed
    assert panel.cell("proficiency_score", "A").suppressed
    assert panel.cell("messages_per_session", "A").value is not None
    hidden = panel.shares[panel.shares["suppressed"]]
    assert "A" in set(hidden["department"])
    assert hidden[["value", "sessions"]].isna().all(axis=None)


def test_a_score_is_told_of_departments_and_never_of_the_company(planted, group) -> None:
    panel = planted({"A": group(), "B": group()})
    assert panel.latest("proficiency_score") is None
    assert 0 < panel.latest("proficiency_score", "A") < 100


def test_all_tools_together_do_not_tell_what_only_a_small_tool_reports(planted, group) -> None:
    chatgpt = {name: group(people=40, missing=("input_tokens", "output_tokens")) for name in ("A", "B", "C")}
    codex = {"A": group(people=3), "B": group(people=20), "C": group(people=30)}
    panel = planted(tools={"*": {name: group(people=45) for name in "ABC"}, "chatgpt": chatgpt, "codex": codex})
    told = {name: panel.cell("output_to_input_ratio", name) for name in ("A", "B", "C")}
    assert told["A"].suppressed
    # B's would give A's away: the company's tokens less those of C.
    assert told["B"].suppressed
    assert told["C"].value == 2.0
    assert told["C"].people == 30


def test_what_one_tool_reports_is_divided_by_its_own_people(planted, group) -> None:
    chatgpt = {name: group(people=40, missing=("input_tokens",)) for name in ("A", "B")}
    codex = {name: group(people=20, often=5, deep=4) for name in ("A", "B")}
    panel = planted(tools={"*": {name: group(people=50) for name in "AB"}, "chatgpt": chatgpt, "codex": codex})
    # 20 people, 5 sessions each, 2 prompts a session, 100 tokens a prompt.
    assert panel.latest("input_tokens_per_active_user", "A") == 1000

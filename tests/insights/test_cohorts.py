"""Who came and who stopped behind the gate: no small group of them is told, nor follows from what is."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.gate import hidden_group
from insights.weekly import Weekly, weekly
from storage.models import family
from storage.reading import Rows
from storage.schema import COHORTS, cohort_week, group_week, model_week

WEEK = date(2026, 3, 2)
K = 5
KEPT, NEW, BACK, GONE = range(4)

few = st.one_of(st.just(0), st.integers(1, 7), st.integers(5, 40))
counts = st.integers(1, 6).flatmap(
    lambda rows: st.integers(1, 3).flatmap(
        lambda tools: st.lists(
            st.lists(st.tuples(few, few, few, few), min_size=tools, max_size=tools), min_size=rows, max_size=rows
        )
    )
)


def table_of(cells: list[list[tuple[int, ...]]]) -> np.ndarray:
    """Return counts of the shape (cohorts, tools, departments) with their sums in tool 0 and department 0."""
    inner = np.array(cells, dtype=float).transpose(2, 1, 0)
    # One tool is all there is; of several the worst case for the gate, in which they add up.
    tools = np.concatenate([inner.sum(axis=1, keepdims=True), inner], axis=1)
    return np.concatenate([tools.sum(axis=2, keepdims=True), tools], axis=2)


def behind(table: np.ndarray) -> Weekly:
    tools = ["*", *(f"tool{n}" for n in range(1, table.shape[1]))]
    names = ["", *(f"D{n}" for n in range(1, table.shape[2]))]
    rows = [
        (WEEK, tool, "department" if name else "company", name, *table[:, t, d].tolist())
        for t, tool in enumerate(tools)
        for d, name in enumerate(names)
    ]
    columns = tuple(column.name for column in cohort_week.c)
    assert columns[4:] == COHORTS
    groups, models = (Rows(tuple(column.name for column in each.c), []) for each in (group_week, model_week))
    return weekly(
        groups, models, [WEEK], first_week=WEEK, reference_rank=None, family=family, cohorts=Rows(columns, rows)
    )


def settled(table: np.ndarray, hidden: np.ndarray, split: np.ndarray) -> set[tuple[int, ...]]:
    """Return the unseen (cohort, tool, department) whose value an outsider can work out, by linear algebra.

    The outsider knows all sums over departments and over tools, how many people were active now and before of
    every cell (from their seats), what is gained and lapsed where not `hidden`, and new and returned where not
    `split`.
    """
    size, at = table.size, np.arange(table.size).reshape(table.shape)
    lines = []

    def known(*cells: int, minus: tuple[int, ...] = ()) -> None:
        line = np.zeros(size)
        line[list(cells)] = 1
        line[list(minus)] = -1
        lines.append(line)

    _, tools, names = table.shape
    for cohort in range(4):
        for tool in range(tools):
            known(at[cohort, tool, 0], minus=tuple(at[cohort, tool, 1:]))
        for name in range(names):
            known(at[cohort, 0, name], minus=tuple(at[cohort, 1:, name]))
    for tool in range(tools):
        for name in range(names):
            kept, new, back, gone = at[:, tool, name].tolist()
            known(kept, new, back)
            known(kept, gone)
            if not hidden[tool, name]:
                known(new, back)
                known(gone)
            if not split[tool, name]:
                known(new)
                known(back)
    _, sizes, right = np.linalg.svd(np.array(lines))
    null = right[int((sizes > 1e-9).sum()) :]
    sure = np.abs(null).max(axis=0, initial=0) < 1e-9
    return {tuple(int(n) for n in np.unravel_index(each, table.shape)) for each in np.flatnonzero(sure)}


def gates(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    made = behind(table)
    return hidden_group(made, "gained", K)[..., 0], hidden_group(made, "newcomers", K)[..., 0]


@settings(deadline=None, max_examples=300)
@given(counts)
def test_no_small_cohort_follows_from_what_is_shown(cells: list[list[tuple[int, ...]]]) -> None:
    table = table_of(cells)
    hidden, split = gates(table)
    small = (table > 0) & (table < K)
    assert hidden[small[[KEPT, GONE]].any(axis=0)].all()
    assert split[small[[NEW, BACK]].any(axis=0)].all()
    assert (hidden <= split).all()
    assert [cell for cell in settled(table, hidden, split) if small[cell]] == []


@settings(deadline=None, max_examples=200)
@given(counts)
def test_what_the_visible_departments_leave_is_nobody_or_k_people(cells: list[list[tuple[int, ...]]]) -> None:
    table = table_of(cells)
    hidden, split = gates(table)
    gained = table[[NEW, BACK]].sum(axis=0)
    shown = ((gained, hidden), (table[GONE], hidden), (table[KEPT], hidden), (table[NEW], split), (table[BACK], split))
    for counted, shut in shown:
        left = np.where(shut[:, 1:], counted[:, 1:], 0).sum(axis=1)
        assert (shut[:, 0] | (left == 0) | (left >= K)).all()


def test_people_who_came_and_stopped_are_told(planted, group) -> None:
    panel = planted(
        {
            "A": group(newcomers=12, returned=6, lapsed=9),
            "B": group(newcomers=8, returned=5, lapsed=7),
            "C": group(newcomers=8, returned=7, lapsed=8),
        }
    )
    names = ("gained_people", "newcomers", "returned_people", "lapsed_people")
    assert [panel.latest(each, "A") for each in names] == [18, 12, 6, 9]
    assert [panel.latest(each) for each in names] == [46, 28, 18, 24]


def test_few_who_returned_hide_who_is_new_and_not_who_was_gained(planted, group) -> None:
    panel = planted(
        {
            "A": group(newcomers=12, returned=2, lapsed=9),
            "B": group(newcomers=8, returned=5, lapsed=7),
            "C": group(newcomers=8, returned=7, lapsed=8),
        }
    )
    assert panel.latest("gained_people", "A") == 14
    for name in ("newcomers", "returned_people"):
        assert panel.cell(name, "A").suppressed
        assert panel.cell(name, "B").suppressed
        assert panel.latest(name, "C") is not None


@pytest.mark.parametrize("lapsed", [3, 38])
def test_few_who_stopped_or_stayed_hide_the_whole_cohort(planted, group, lapsed: int) -> None:
    people = 40 if lapsed == 3 else 12
    newcomers = 10 if lapsed == 3 else 9
    panel = planted(
        {
            "A": group(people=people, newcomers=newcomers, lapsed=lapsed),
            "B": group(newcomers=8, lapsed=7),
            "C": group(newcomers=8, lapsed=8),
        }
    )
    assert panel.cell("lapsed_people", "A").suppressed
    assert panel.cell("gained_people", "A").suppressed


def test_without_cohorts_the_metrics_are_absent_and_not_hidden(planted, group) -> None:
    cell = planted({"A": group(), "B": group()}).cell("lapsed_people", "A")
    assert cell.value is None
    assert not cell.suppressed

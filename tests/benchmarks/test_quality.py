"""What the benchmark counts: scores as their authors define them, and each false finding once."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality import changeless, claims, people
from benchmarks.quality.scores import covering, f1
from storage.reading import group_weeks
from storage.store import Store

UP, OTHER = ("prompts", "*", "Sales", 1), ("prompts", "*", "Legal", 1)


def test_what_the_annotators_say_scores_full() -> None:
    assert f1([[40], [40]], [40]) == 1
    assert covering([[40], [40]], [40], 80) == 1


def test_changes_within_the_margin_count_and_each_counts_once() -> None:
    assert f1([[40]], [45]) == 1
    # Precision 1 of 2 (the start), recall 1 of 2.
    assert f1([[40]], [46]) == pytest.approx(0.5)
    # Precision 2 of 3, recall 1.
    assert f1([[40]], [39, 41]) == pytest.approx(0.8)


def test_precision_is_over_anybody_s_marks_and_recall_a_mean_over_annotators() -> None:
    # Found: the start and 40. All of it is somebody's; of the annotators' marks it has 2 of 2, 2 of 3 and 1 of 1.
    recall = (1 + 2 / 3 + 1) / 3
    assert f1([[40], [40, 60], []], [40]) == pytest.approx(2 * recall / (1 + recall))


def test_covering_weighs_segments_by_their_length() -> None:
    # Segments 0–20 and 20–80 against one of 80: 20 × 20/80 + 60 × 60/80, over 80.
    assert covering([[20]], [], 80) == pytest.approx((20 * 0.25 + 60 * 0.75) / 80)
    assert covering([[20], []], [], 80) == pytest.approx(((20 * 0.25 + 60 * 0.75) / 80 + 1) / 2)


def test_a_finding_that_persists_counts_once() -> None:
    assert claims.counted([[(UP,)], [(UP,)], [(UP, OTHER)], [(OTHER,)]]) == (1, 4)
    assert claims.counted([[], [(UP,), (OTHER,)], []]) == (2, 2)
    assert claims.counted([[(UP,)], [(("prompts", "*", "Sales", -1),)]]) == (2, 2)


def test_simulated_people_reach_the_roll_ups_as_they_were_drawn(store: Store) -> None:
    rng = np.random.default_rng(1)
    staff = people.invented(rng)
    did = people.use(staff, 3, rng, 0.3)
    people.write(store, staff, did)
    rows = group_weeks(store, people.FIRST_WEEK, people.FIRST_WEEK + timedelta(weeks=2))
    told = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    company = [each for each in told if each["segment"] == "company" and each["tool"] == people.TOOL]
    assert [each["sessions"] for each in company] == did.sessions.sum(axis=0).tolist()
    assert [each["people"] for each in company] == (did.sessions > 0).sum(axis=0).tolist()
    assert {each["name"] for each in told if each["segment"] == "department"} == set(staff.departments)


def test_a_panel_of_one_s_own_keeps_groups_weeks_and_gaps(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    lines = ["group,metric,week,value,denominator", "north,share,2026-01-05,0.4,50", "south,share,2026-01-12,0.2,80"]
    path.write_text("\n".join([*lines, "north,count,2026-01-05,30,"]))
    watch = changeless.read(path)
    assert (watch.departments, watch.weeks) == (("north", "south"), (date(2026, 1, 5), date(2026, 1, 12)))
    share, count = watch.metrics
    assert (share.metric.unit, count.metric.unit) == ("percent", "ratio")
    assert np.array_equal(share.values[0, 1:], [[0.4, np.nan], [np.nan, 0.2]], equal_nan=True)
    assert np.array_equal(share.sizes[0, 1:], [[50, np.nan], [np.nan, 80]], equal_nan=True)

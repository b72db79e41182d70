"""Nine sources side by side against vendors on a bad day: nothing is lost, and nothing counts twice."""

import pytest

from benchmarks.chaos import Plan, differences, kept, live_through, read_once, unlike_one_run, world_of
from storage.ingestion import late_days


@pytest.mark.parametrize("seed", [3, 5])
def test_what_is_kept_after_bad_days_is_what_good_days_and_one_run_at_the_end_leave(seed, tmp_path):
    plan = Plan(seed=seed, days=4, skipped=0.0)
    with world_of(plan) as world:
        hurt, counted = live_through(world, plan, tmp_path / "trouble", trouble=True)
        served = dict(world.chaos.done)
        calm, _ = live_through(world, plan, tmp_path / "calm", trouble=False)
        once = read_once(world, plan, tmp_path / "once")
        tables = kept(hurt.store)
        assert all(tables.values())
        assert {row[0] for row in tables["usage"]} == set(world.stage().base_urls)
        assert differences(tables, kept(calm.store)) == {}
        assert unlike_one_run(world, hurt.store, once.store) == {}
        assert not any(late_days(hurt.store, tool) for tool in world.stage().base_urls)
    assert counted.runs > plan.days
    assert sum(served.values()) > 100
    for each in (hurt, calm, once):
        each.store.close()

"""Folders of log files: the archive, damaged lines, the bulk writer, and the fit behind it all."""

import gzip
import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from demo import simulate, write_archive
from demo.bulk import write_bulk
from demo.distributions import (
    PROMPT_CHARACTERS,
    PROMPTS_PER_CONVERSATION,
    PROMPTS_PER_ENGINEERING_CONVERSATION,
    lengths_with_mean,
    prompts_with_mean,
    spread,
)
from demo.events import conversation_feed
from demo.files import FILE_AT_MOST, Troubles, lay_out
from demo.fit import refit
from demo.roster import users

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="module")
def company():
    return simulate(people=100, weeks=18, last_week=date(2026, 6, 1))


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_archive_is_the_same_twice_and_compressed(company, tmp_path):
    count = write_archive(company, tmp_path / "one")
    write_archive(simulate(people=100, weeks=18, last_week=date(2026, 6, 1)), tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert len(list((tmp_path / "one").glob("*.jsonl"))) == count
    write_archive(company, tmp_path / "small", gzip=True)
    for packed in list((tmp_path / "small").glob("*.jsonl.gz"))[:20]:
        assert gzip.decompress(packed.read_bytes()) == (tmp_path / "one" / packed.name.removesuffix(".gz")).read_bytes()
    page = json.loads((tmp_path / "one" / "users.json").read_text(encoding="utf-8"))
    assert (len(page["data"]), page["has_more"]) == (len(users(company)), False)
    assert (tmp_path / "one" / "directory.csv").read_text(encoding="utf-8").startswith("employee_id,work_email,")


def test_damaged_lines_are_added_to_whole_ones(company):
    whole, damaged = conversation_feed(company), conversation_feed(company, bad_lines=True)

    def lines(feed):
        return [line for file in feed.files for line in feed.body(file).data.split(b"\n") if line]

    def ids(feed):
        good, bad = set(), 0
        for line in lines(feed):
            try:
                good.add(json.loads(line)["event_id"])
            except (ValueError, TypeError):
                bad += 1
        return good, bad

    assert whole.damaged == 0
    assert damaged.damaged >= 5
    assert ids(damaged) == (ids(whole)[0], damaged.damaged)


def test_a_file_that_would_grow_over_the_limit_is_divided(company):
    sizes = np.full(100, 400_000)
    troubles = Troubles(late=0.0, twice=0.0, slots_late=1)
    files, _ = lay_out(company, "COSTS", np.repeat([3, 5], 50), slots_a_day=1, sizes=sizes, troubles=troubles)
    assert sorted(row for file in files for row in file.rows) == list(range(100))
    assert max(len(file.rows) for file in files) * 400_000 <= FILE_AT_MOST
    assert len({file.end_time for file in files}) == len(files) == 4


def test_the_bulk_folder_holds_what_it_says(tmp_path):
    bulk = write_bulk(tmp_path, 0.03, seed=3)
    lines = [json.loads(line) for path in sorted(tmp_path.iterdir()) for line in path.read_bytes().splitlines()]
    assert (bulk.files, bulk.lines, bulk.events) == (
        len(list(tmp_path.iterdir())),
        len(lines),
        len({line["event_id"] for line in lines}),
    )
    assert bulk.bytes == sum(path.stat().st_size for path in tmp_path.iterdir()) == pytest.approx(0.03e9, rel=0.15)
    assert max(path.stat().st_size for path in tmp_path.iterdir()) <= FILE_AT_MOST
    assert bulk.lines / bulk.events == pytest.approx(1.02, abs=0.002)
    assert bulk.bytes / bulk.lines == pytest.approx(1060, rel=0.1)


@pytest.mark.skipif(not DATA.exists(), reason="the shared usage data is not here: ../shared/data")
def test_refitting_gives_the_shipped_parameters_and_they_fit():
    fitted = refit(DATA)
    for name, shape in (
        ("PROMPTS_PER_CONVERSATION", PROMPTS_PER_CONVERSATION),
        ("PROMPTS_PER_ENGINEERING_CONVERSATION", PROMPTS_PER_ENGINEERING_CONVERSATION),
    ):
        assert (fitted[name]["mu"], fitted[name]["sigma"]) == pytest.approx((shape.mu, shape.sigma), abs=0.01)
        assert fitted[name]["distance"] < 0.02
    assert fitted["PROMPT_CHARACTERS"]["mus"] == pytest.approx(PROMPT_CHARACTERS.mus, abs=0.01)
    assert fitted["PROMPT_CHARACTERS"]["distance"] < 0.02
    assert fitted["ANSWER_TOKENS"]["distance"] < 0.03


@pytest.mark.parametrize("seed", range(5))
def test_stratified_draws_meet_their_mean_in_small_samples(seed):
    shares = spread(30, np.random.default_rng(seed))
    assert prompts_with_mean(PROMPTS_PER_CONVERSATION, 3.4, 60, shares).mean() == pytest.approx(3.4, abs=0.1)
    assert lengths_with_mean(PROMPT_CHARACTERS, 312.0, 8000, shares).mean() == pytest.approx(312, abs=1)

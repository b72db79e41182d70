"""Real conversation sizes, written as log lines, give the facts that pandas computes from the sizes alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from storage.store import Store
from tests.connectors.lines import NOON, door, facts, ingest, message, write

MODELS = ("gpt-3.5-turbo", "gpt-4", "gpt-4o", "gpt-5-1")
PEOPLE = 97


def sizes(shared: Path) -> pd.DataFrame:
    """Return one row a prompt or answer: conversation, its person, day and model, and the characters written."""
    table = pd.read_csv(shared / "data" / "sharegpt_conversation_lengths.csv").head(2500)
    rows = []
    for place, row in enumerate(table.itertuples(index=False)):
        prompts, answers = int(row.user_msgs), int(row.assistant_msgs)
        first, later = int(row.first_prompt_chars), 6 * max(int(row.user_words_median), 1)
        answer = 6 * int(row.assistant_words_total) // max(answers, 1)
        rows += [(place, 2 * number, "user", later if number else first) for number in range(prompts)]
        rows += [(place, 2 * number + 1, "assistant", answer) for number in range(answers)]
    frame = pd.DataFrame(rows, columns=["conversation", "number", "author", "characters"])
    frame["person"] = frame["conversation"] % PEOPLE
    frame["day"] = frame["conversation"] % 20
    frame["model"] = frame["conversation"].map(lambda place: MODELS[place * 7 % len(MODELS)])
    return frame.sort_values(["conversation", "number"], ignore_index=True)


def lines(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in frame.itertuples(index=False):
        # Times in a conversation are seconds apart, so that even the longest stays within its day.
        yield message(
            row.number,
            row.author,
            "w" * row.characters,
            conversation=f"c{row.conversation}",
            email=f"P{row.person}@Example.com",
            model=row.model if row.author == "assistant" else None,
            moment=NOON - timedelta(days=int(row.day), hours=12) + timedelta(seconds=60 * int(row.number)),
            parent=None,
        )


def expected(frame: pd.DataFrame) -> pd.DataFrame:
    answered = frame.groupby("conversation")["author"].transform(lambda authors: (authors == "assistant").any())
    table = frame.assign(
        model=frame["model"].where(answered, ""),
        prompts=(frame["author"] == "user").astype(int),
        prompt_characters=frame["characters"].where(frame["author"] == "user", 0),
        answer_characters=frame["characters"].where(frame["author"] == "assistant", 0),
        short_prompts=((frame["author"] == "user") & (frame["characters"] < 50)).astype(int),
        long_prompts=((frame["author"] == "user") & (frame["characters"] > 200)).astype(int),
    )
    sums = table.groupby(["day", "person", "model"]).agg(
        sessions=("conversation", "nunique"),
        messages=("author", "size"),
        prompts=("prompts", "sum"),
        prompt_characters=("prompt_characters", "sum"),
        short_prompts=("short_prompts", "sum"),
        long_prompts=("long_prompts", "sum"),
        answer_characters=("answer_characters", "sum"),
    )
    sums["input_tokens"] = (sums["prompt_characters"] + 2) // 4
    sums["output_tokens"] = (sums.pop("answer_characters") + 2) // 4
    return sums.reset_index()


def test_facts_equal_those_computed_from_the_sizes_with_pandas(store: Store, tmp_path: Path, shared: Path) -> None:
    frame = sizes(shared)
    assert (frame["number"] < 1440).all()
    events = list(lines(frame))
    for place in range(7):
        write(tmp_path / "logs" / f"{place}.jsonl", events[place::7])
    report = ingest(store, tmp_path / "logs")
    assert (report.rows, report.skipped) == (len(frame), {})
    wanted = expected(frame)
    wanted["person"] = [door().person(f"p{person}@example.com") for person in wanted["person"]]
    wanted["day"] = [NOON.date() - timedelta(days=int(day)) for day in wanted["day"]]
    keys = ["day", "person", "model"]
    found = pd.DataFrame(facts(store))[[*wanted.columns]]
    pd.testing.assert_frame_equal(
        found.sort_values(keys, ignore_index=True), wanted.sort_values(keys, ignore_index=True), check_dtype=False
    )

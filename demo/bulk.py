"""A large folder of `CONVERSATION_MESSAGE` files for benchmarks: lines of about 1 KB, shaped as `demo.events` does.

Nobody's story is in it: 5,000 people write for a month, and some of the lines come twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from demo.company import uuid
from demo.distributions import PROMPT_CHARACTERS, PROMPTS_PER_CONVERSATION, Integers
from demo.files import FILE_AT_MOST
from demo.words import quoted

PEOPLE = 5_000
DAYS = 30
TWICE = 0.02
LINES_A_FILE = 13_000
LINE_BYTES = 1_060
"""Roughly: some 800 of them around the content."""
MODELS = (
    "gpt-4o",
    "gpt-4o",
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-4o-mini",
    "gpt-4",
    "gpt-3.5-turbo",
    "o3",
    "gpt-5",
    "gpt-5-5",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """What was written: `events` are different ones, `lines` count the second copies too."""

    files: int
    lines: int
    events: int
    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Batch:
    """One file's messages by time."""

    conversation: Integers
    moment: Integers
    person: Integers
    answer: Integers
    length: Integers
    model: Integers


def write_bulk(folder: Path, gigabytes: float, seed: int = 7, first_day: date = date(2026, 5, 1)) -> Bulk:
    """Write about `gigabytes` (1e9 bytes) of log files into `folder`, made if absent; the same for a seed."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed])
    files = max(round(gigabytes * 1e9 / LINES_A_FILE / LINE_BYTES), 1)
    actors = [
        f'{{"type":"ACCOUNT_USER","user_id":"user-{n:024x}","user_email":"person{n:05d}@brightwater.example"}}'
        for n in range(PEOPLE)
    ]
    midnight = datetime.combine(first_day, time(), UTC)
    span = timedelta(days=DAYS) / files
    lines = events = size = 0
    previous: list[str] = []
    for number in range(files):
        batch = _batch(rng)
        fresh = list(
            _lines(batch, actors, np.datetime64((midnight + number * span).replace(tzinfo=None), "us"), span, rng)
        )
        source = previous or fresh
        copies = [source[i] for i in rng.integers(0, len(source), round(len(fresh) * TWICE)).tolist()]
        data = "".join(copies + fresh).encode()
        if len(data) > FILE_AT_MOST:
            raise ValueError(f"a file of {len(data)} bytes is larger than the vendor's {FILE_AT_MOST}")
        end = (midnight + (number + 1) * span + timedelta(seconds=2)).isoformat(timespec="microseconds")
        (folder / f"CONVERSATION_MESSAGE_{end}.jsonl").write_bytes(data)
        lines, events, size, previous = lines + len(copies) + len(fresh), events + len(fresh), size + len(data), fresh
    return Bulk(files=files, lines=lines, events=events, bytes=size)


def _batch(rng: np.random.Generator) -> _Batch:
    prompts = np.minimum(PROMPTS_PER_CONVERSATION.quantile(rng.random(LINES_A_FILE // 4)), 60)
    conversation = np.repeat(np.arange(len(prompts)), 2 * prompts)[:LINES_A_FILE]
    at = np.concatenate([np.arange(2 * n) for n in prompts.tolist()])[:LINES_A_FILE]
    start, person = rng.random(len(prompts)), np.floor(PEOPLE * rng.random(len(prompts)) ** 1.6).astype(np.int64)
    model = rng.integers(0, len(MODELS), len(prompts))
    moment = (1e6 * (start[conversation] + at / 20_000)).astype(np.int64)
    order = np.argsort(moment, kind="stable")
    answer = at % 2
    prompt_length = np.clip(PROMPT_CHARACTERS.quantile(rng.random(len(at))) * 0.4, 1, 8000)
    length = np.where(answer, np.clip(230 * np.exp(0.4 * rng.standard_normal(len(at))), 40, 3000), prompt_length)
    return _Batch(
        conversation=conversation[order],
        moment=moment[order],
        person=person[conversation][order],
        answer=answer[order],
        length=length.astype(np.int64)[order],
        model=model[conversation][order],
    )


def _lines(
    batch: _Batch,
    actors: list[str],
    start: np.datetime64,
    span: timedelta,
    rng: np.random.Generator,
) -> Iterator[str]:
    count = len(batch.moment)
    microseconds = batch.moment * (span / timedelta(microseconds=1)) / 1.1e6
    stamps = np.datetime_as_string(start + microseconds.astype("timedelta64[us]"), unit="us").tolist()
    digits, key = rng.bytes(28 * count).hex(), rng.bytes(12).hex()
    picks = rng.integers(0, 1 << 30, count).tolist()
    first = np.unique(batch.conversation, return_index=True)[1].tolist()
    conversations = [
        f'"{uuid(f"{key}{n:08x}")}","title":"Conversation {n}","created_at":"{stamps[at]}Z"'
        for n, at in enumerate(first)
    ]
    columns = zip(
        range(0, 56 * count, 56),
        stamps,
        batch.conversation.tolist(),
        batch.person.tolist(),
        batch.answer.tolist(),
        batch.length.tolist(),
        batch.model.tolist(),
        picks,
        strict=True,
    )
    for at, stamp, conversation, person, answer, length, model, pick in columns:
        by_model = f'"type":"assistant","model":"{MODELS[model]}","tools_used":[]'
        author = by_model if answer else '"type":"user","client_type":"desktop_web"'
        text = quoted(pick, length, answers=bool(answer))
        yield (
            f'{{"event_id":"evt_{digits[at : at + 24]}","type":"CONVERSATION_MESSAGE","timestamp":"{stamp}Z",'
            f'"principal":{{"id":"00000000-0000-4000-8000-000000000001","type":"CHATGPT_WORKSPACE"}},"actor":{actors[person]},"previous_message_id":"",'
            f'"message":{{"id":"{uuid(digits[at + 24 : at + 56])}","parent_id":null,"created_at":"{stamp}Z",'
            f'"author":{{{author}}},"content":{{"type":"text","value":{text}}},"files":[],"annotations":[]}},"conversation":{{"id":'
            f'{conversations[conversation]},"is_pinned":false,"is_temporary_chat":false,"gpt_id":null,"gpt_name":null,"project_id":null,'
            f'"project_name":null}}}}\n'
        )

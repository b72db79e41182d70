"""Twice, in another order, or killed half-way and run again: the facts are the same to the byte."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.chatgpt import chatgpt
from connectors.door import Names
from connectors.files.pieces import Block
from connectors.files.reading import Reader, read_piece
from storage.store import Store, open_store
from tests.connectors.lines import KEY, NOON, costs, door, facts, ingest, message, write

FILES = 24

RUN = """
import sys
from datetime import date
from pathlib import Path
from connectors.files import reading
from connectors.chatgpt import chatgpt
from connectors.door import Door
from connectors.ingest import Source, ingest_path
from connectors.report import Quiet
from storage.store import open_store

if __name__ == "__main__":
    reading._SMALL = 0  # so that processes are started
    store = open_store(sys.argv[1])
    source = Source(store=store, name="chatgpt", connector=chatgpt, door=Door(bytes.fromhex(sys.argv[3]), "chatgpt"))
    ingest_path(source, Path(sys.argv[2]), today=date(2026, 11, 20), progress=Quiet())
"""


def trouble(seed: int) -> list[list[dict[str, Any]]]:
    """Return files of events with all that a feed does: copies, lateness, midnights, bare accounts, meters."""
    rng = random.Random(seed)
    events = []
    for place in range(150):
        email = f"p{rng.randrange(25)}@example.com"
        start = NOON + timedelta(minutes=rng.randrange(6 * 24 * 60))
        for number in range(rng.randrange(1, 9)):
            author = rng.choice(["user", "assistant", "assistant", "tool"]) if number else "user"
            model = rng.choice([None, "gpt-4o", "gpt-4", "gpt-5.1", "house"]) if author == "assistant" else None
            actor = {"actor": {"user_email": None}} if rng.random() < 0.2 else {}
            event = message(
                number,
                author,
                "x" * rng.randrange(400),
                conversation=f"c{place}",
                email=email,
                model=model,
                moment=start + timedelta(minutes=7 * number),
                **actor,
            )
            events.append(event)
            if rng.random() < 0.1:
                events.append(event | {"event_id": f"again-{place}-{number}"})
            if rng.random() < 0.1:
                events.append(message(number, author, "y" * 50, conversation=f"c{place}", email=email, model=model))
    events += [
        costs(
            number,
            model=f"gpt-{number % 3 + 3}",
            measures={"billing": [{"cost": {"value": 0.1 * number, "unit": "USD"}}]},
        )
        for number in range(40)
    ]
    events += rng.sample(events, 100)
    rng.shuffle(events)
    return [events[place::FILES] for place in range(FILES)]


def written(folder: Path, order: list[int]) -> Path:
    files = trouble(1)
    for place, index in enumerate(order):
        write(folder / f"{place:03}.jsonl", files[index])
    return folder


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("expected")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    ingest(store, written(folder / "logs", list(range(FILES))))
    found = facts(store)
    store.close()
    assert len(found) > 200
    return found


def test_the_same_folder_twice(store: Store, tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    logs = written(tmp_path / "logs", list(range(FILES)))
    first, second = ingest(store, logs), ingest(store, logs)
    assert facts(store) == expected
    assert (first.files, second.files, second.known_files, second.rows, second.days) == (FILES, 0, FILES, 0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_files_in_another_order(store: Store, tmp_path: Path, expected: list[dict[str, Any]], seed: int) -> None:
    order = random.Random(seed).sample(range(FILES), FILES)
    ingest(store, written(tmp_path / "logs", order))
    assert facts(store) == expected


@pytest.mark.parametrize("seed", range(3))
def test_a_run_for_every_file(store: Store, tmp_path: Path, expected: list[dict[str, Any]], seed: int) -> None:
    order = random.Random(seed).sample(range(FILES), FILES)
    for path in sorted(written(tmp_path / "logs", order).iterdir()):
        ingest(store, path)
    assert facts(store) == expected


def test_one_file_with_every_line_in_another_order(
    store: Store, tmp_path: Path, expected: list[dict[str, Any]]
) -> None:
    events = [event for file in trouble(1) for event in file]
    random.Random(5).shuffle(events)
    ingest(store, write(tmp_path / "logs.jsonl", events))
    assert facts(store) == expected


def test_the_same_events_make_the_same_bytes_whatever_was_read_before() -> None:
    reader = Reader(parse=chatgpt.feed.parse, door=door())
    first, second = (Block(data=lines(file), before=0) for file in trouble(1)[:2])
    names = Names(door())
    read_piece(reader, first, names=names)
    assert read_piece(reader, second, names=names) == read_piece(reader, second)


def lines(events: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in events)


def killed_after(seconds: float, arguments: list[str]) -> bool:
    """Run in a process of its own and kill it; return whether it was still at work."""
    process = subprocess.Popen([sys.executable, "-c", RUN, *arguments], start_new_session=True)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() == -signal.SIGKILL


def ended(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_killed_again_and_again_and_run_to_its_end(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    logs = written(tmp_path / "logs", list(range(FILES)))
    url = f"sqlite:///{tmp_path / 'store.db'}"
    arguments = [url, str(logs), KEY.hex()]
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", RUN, f"{url}.untroubled", *arguments[1:]], check=True)
    whole = time.monotonic() - started
    rng = random.Random(3)
    kills = sum(killed_after(whole * rng.uniform(0.3, 0.95), arguments) for _ in range(8))
    assert kills > 0, "every run came to its end before it was killed"
    subprocess.run([sys.executable, "-c", RUN, *arguments], check=True)
    store = open_store(url)
    assert facts(store) == expected
    store.close()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are listed in /proc only on Linux")
def test_readers_do_not_outlive_a_killed_run(tmp_path: Path) -> None:
    events = [message(number, text="x" * 2000) for number in range(2000)]
    for place in range(20):
        write(tmp_path / "logs" / f"{place}.jsonl", events)
    arguments = [f"sqlite:///{tmp_path / 'store.db'}", str(tmp_path / "logs"), KEY.hex()]
    process = subprocess.Popen([sys.executable, "-c", RUN, *arguments], start_new_session=True)
    group = process.pid
    assert ended(lambda: len(members(group)) > 2), "no reader was started"
    process.kill()
    process.wait()
    assert ended(lambda: not members(group)), members(group)


def members(group: int) -> list[int]:
    """Return the processes of a process group."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                if os.getpgid(int(each.name)) == group and "Z" not in (each / "stat").read_text().split(")")[1][:3]:
                    found.append(int(each.name))
            except (ProcessLookupError, FileNotFoundError):
                continue
    return found

"""No address, no text and no vendor's id of any log line or HR row is found anywhere afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.store import Store, open_store
from tests.connectors.lines import KEY, costs, door, facts, message, write

ADDRESS = "canary.person@canary-corp.example"
SENTENCE = "The canary sings at midnight about Project Nightingale"
WORDS = ("canary", "nightingale", "sings at")

RUN = """
import sys
from datetime import date
from pathlib import Path
from connectors.files import reading
from connectors.chatgpt import chatgpt
from connectors.door import Door
from connectors.errors import ConnectorError
from connectors.ingest import Source, ingest_directory, ingest_path
from storage.store import open_store

class Talk:
    def begin(self, what, total): print(what, total, flush=True)
    def advance(self, units): print(units, flush=True)
    def note(self, text): print(text, flush=True)

if __name__ == "__main__":
    reading._SMALL = int(sys.argv[4])
    key = bytes.fromhex(sys.argv[3])
    store = open_store(sys.argv[1])
    source = Source(store=store, name="chatgpt", connector=chatgpt, door=Door(key, "chatgpt"))
    print(ingest_path(source, Path(sys.argv[2]) / "logs", today=date(2026, 11, 20), progress=Talk()))
    print(source)
    for name in ("people.csv", "headless.csv"):
        try:
            print(ingest_directory(store, "directory", source.door, Path(sys.argv[2]) / name, progress=Talk()))
        except ConnectorError as error:
            print(error, repr(error))
    print(store, flush=True)
    import os; os._exit(0)  # the WAL is left as it is
"""


def planted(value: object, text: str) -> Iterator[object]:
    """Yield copies of a JSON value, each with `text` in one of its places, or as one of its names."""
    match value:
        case dict():
            for name, inner in value.items():
                if name != "type" or isinstance(inner, dict):
                    yield from ({**value, name: changed} for changed in planted(inner, text))
            yield {**value, text: text}
        case list():
            for place, inner in enumerate(value):
                yield from ([*value[:place], changed, *value[place + 1 :]] for changed in planted(inner, text))
            yield [*value, text]
        case _:
            yield text
            yield [text]
            yield {text: text}


def rich_message(number: int, author: str) -> dict[str, Any]:
    return message(
        number,
        author,
        actor={"name": "n", "type": "ACCOUNT_USER", "credential_id": "c", "provider_user_id": "p"},
        message={
            "author": {"tools_used": ["t"], "skills_used": ["s"], "name": "n", "model": "gpt-4o"},
            "files": [{"id": "file-1", "name": "q.pdf", "download_url": "https://x.example/q", "created_at": 1.5}],
            "annotations": [{"id": "a", "quote_text": "q", "url": "https://x.example"}],
            "content": {"parts": ["p"], "url": "u"},
        },
        conversation_extra={},
    )


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in")
    bases = [rich_message(1, "user"), rich_message(2, "assistant"), rich_message(3, "tool"), costs(1)]
    for base in bases:
        base.get("conversation", {}).update(gpt_name="g", project_name="p", gpt_id="g-1", mode="m")
    events = [each for base in bases for text in (ADDRESS, SENTENCE) for each in planted(base, text)]
    assert len(events) > 300
    write(folder / "logs" / "a.jsonl", events)
    digest = json.dumps({"length": 5, "word_count": 1, "keywords": {"canary": 1}})
    broken = b'{"event_id": "' + ADDRESS.encode() + b'", "message": ' + SENTENCE.encode() + b"\n" + SENTENCE.encode()
    sound = [message(0, text=SENTENCE, email=ADDRESS), message(1, text=digest, email=ADDRESS)]
    write(folder / "logs" / "b.jsonl", sound)
    (folder / "logs" / "c.jsonl").write_bytes(b"\xff\xfe" + ADDRESS.encode() + b"\n" + broken + b"\n")
    (folder / "logs" / "cut.jsonl").write_bytes(json.dumps(sound[0]).encode()[:-40])
    users = [{"id": ADDRESS, "email": ADDRESS, "name": SENTENCE, "seat_type": SENTENCE, "status": SENTENCE}]
    users += [{"id": "user-1", "email": SENTENCE, "name": ADDRESS, "role": SENTENCE, "created_at": 1.7e9}]
    write(folder / "logs" / "users.json", [{"data": users}])
    (folder / "logs" / "users-2.json").write_text(json.dumps({"data": [{"id": 5, "email": ADDRESS}], "x": SENTENCE}))
    (folder / "people.csv").write_text(
        "employee_id,work_email,alias_emails,display_name,department,team,manager_email,start_date,note\n"
        f"1,{ADDRESS},other.{ADDRESS},{SENTENCE},Sales,Team,boss.{ADDRESS},2024-01-01,{SENTENCE}\n"
        f"2,{SENTENCE},{ADDRESS},{SENTENCE},Sales,Team,,2024-01-01,{SENTENCE}\n"
        f"{ADDRESS},a@x.example,,{SENTENCE},Sales,Team,{SENTENCE},2024-01-01,x\n"
        f"4,b@x.example,,{SENTENCE},Sales,Team,{ADDRESS},{SENTENCE},x\n"
        f"5,c@x.example,,{SENTENCE},Sales,Team,{ADDRESS},2024-01-01,x,{SENTENCE}\n"
    )
    (folder / "headless.csv").write_text(f"{ADDRESS},{SENTENCE},Sales\n{ADDRESS},{SENTENCE},Sales\n")
    return folder


@pytest.mark.parametrize("small", [0, 1 << 30], ids=["in processes", "in a thread"])
def test_nothing_planted_is_found_anywhere(canaries: Path, tmp_path: Path, small: int) -> None:
    out, temporary = tmp_path / "out", tmp_path / "tmp"
    out.mkdir()
    temporary.mkdir()
    url = f"sqlite:///{out / 'store.db'}"
    run = subprocess.run(
        [sys.executable, "-X", "dev", "-c", RUN, url, str(canaries), KEY.hex(), str(small)],
        capture_output=True,
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": os.getcwd()},  # noqa: PTH109
        check=True,
    )
    (out / "stdout").write_bytes(run.stdout)
    (out / "stderr").write_bytes(run.stderr)
    assert b"cut.jsonl" in run.stdout
    assert (out / "store.db-wal").stat().st_size > 0
    places = [each for folder in (out, temporary) for each in folder.rglob("*") if each.is_file()]
    assert len(places) >= 4
    for path in places:
        content = path.read_bytes().lower()
        for form in (content, content.decode("utf-16-le", "ignore").encode()):
            assert not [word for word in WORDS if word.encode() in form], path.name
    store = open_store(url)
    people = {row["person"] for row in facts(store)}
    store.close()
    assert door().person(ADDRESS) in people, "the canary did not come through the door at all"


def test_the_key_is_not_shown() -> None:
    assert "organisation" not in repr(door()) + str(door())


def test_a_short_key_is_refused() -> None:
    with pytest.raises(Exception, match="16 at least"):
        type(door())(b"short", "chatgpt")


def test_an_account_id_cannot_pass_for_an_address() -> None:
    assert door().account("ana@example.com") != door().person("ana@example.com")
    assert door("chatgpt").account("user-1") != door("codex").account("user-1")


def test_another_key_gives_other_people(store: Store) -> None:
    other = type(door())(bytes(reversed(KEY)), "chatgpt")
    assert other.person("ana@example.com") != door().person("ana@example.com")

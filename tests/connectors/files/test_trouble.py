"""Bad lines and bad files: counted, told by file and line, and in nobody's way."""

import gzip
import json
import os
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.chatgpt import parse
from connectors.door import Entry
from connectors.errors import ConfigurationError
from connectors.files import pieces, reading
from storage import ingestion
from storage.store import Store
from tests.connectors.lines import costs, door, facts, ingest, message, only, write


def line(event: object) -> bytes:
    return json.dumps(event).encode() + b"\n"


def test_bad_lines_are_told_by_number_and_the_others_count(store: Store, tmp_path: Path) -> None:
    lines = [
        line(message(0)),
        b"{not json\n",
        line(message(1) | {"conversation": {}}),
        b"\n",
        line(message(2) | {"timestamp": "yesterday"}),
        line(message(3) | {"actor": {"user_id": 5}}),
        line(message(4) | {"message": None}),
        b'{"message":{"content":{"value":' + b"[" * 100_000 + b"\n",
        line(message(5, "assistant")),
    ]
    (tmp_path / "logs.jsonl").write_bytes(b"\xef\xbb\xbf" + b"".join(lines))
    report = ingest(store, tmp_path)
    assert report.problems == (
        "logs.jsonl, line 2: not JSON; skipped",
        "logs.jsonl, line 3: no conversation id; skipped",
        "logs.jsonl, line 5: no readable time; skipped",
        "logs.jsonl, line 6: actor.user_id has another type than expected; skipped",
        "logs.jsonl, line 7: no message; skipped",
        "logs.jsonl, line 8: nested too deeply; skipped",
    )
    assert (sum(report.skipped.values()), report.rows, report.files) == (6, 2, 1)
    assert only(facts(store))["messages"] == 2


def test_line_numbers_go_on_over_pieces_and_chunks(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE", 4000)
    monkeypatch.setattr(pieces, "BLOCK", 4000)
    monkeypatch.setattr(reading, "CHUNK", 900)
    events: list[Any] = [message(number) for number in range(60)]
    for number in (17, 41, 59):
        events[number] = {"type": "CONVERSATION_MESSAGE"}
    write(tmp_path / "logs.jsonl", events)
    with gzip.open(tmp_path / "packed.jsonl.gz", "wb") as packed:
        packed.write((tmp_path / "logs.jsonl").read_bytes())
    plain, packed_too = ingest(store, tmp_path / "logs.jsonl"), ingest(store, tmp_path / "packed.jsonl.gz")
    assert [each.split(":")[0] for each in plain.problems] == [
        f"logs.jsonl, line {number + 1}" for number in (17, 41, 59)
    ]
    assert packed_too.files + packed_too.known_files == 1
    assert only(facts(store))["messages"] == 57


def test_only_the_first_problems_are_told_and_all_are_counted(store: Store, tmp_path: Path) -> None:
    (tmp_path / "logs.jsonl").write_bytes(b"{\n" * 500)
    report = ingest(store, tmp_path)
    assert len(report.problems) == 21
    assert report.skipped == {"not JSON": 500}


def test_a_file_whose_last_line_is_cut_is_not_done_until_it_is_whole(store: Store, tmp_path: Path) -> None:
    whole = b"".join(line(message(number)) for number in range(5))
    (tmp_path / "cut.jsonl").write_bytes(whole[:-30])
    write(tmp_path / "sound.jsonl", [message(0, conversation="other")])
    report = ingest(store, tmp_path)
    assert (report.damaged, report.files) == (("cut.jsonl",), 1)
    assert only(facts(store))["messages"] == 1
    (tmp_path / "cut.jsonl").write_bytes(whole)
    assert ingest(store, tmp_path).damaged == ()
    assert only(facts(store))["messages"] == 6


def test_a_last_line_without_a_line_end_is_read(store: Store, tmp_path: Path) -> None:
    (tmp_path / "logs.jsonl").write_bytes(line(message(0)).rstrip())
    assert ingest(store, tmp_path).damaged == ()
    assert only(facts(store))["messages"] == 1


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_a_packed_file_that_is_cut_short_is_damaged(store: Store, tmp_path: Path, keep: float) -> None:
    content = gzip.compress(b"".join(line(message(number, text=os.urandom(99).hex())) for number in range(50)))
    (tmp_path / "logs.jsonl.gz").write_bytes(content[: int(len(content) * keep)])
    assert ingest(store, tmp_path).damaged == ("logs.jsonl.gz",)
    assert ingestion.done_files(store, "chatgpt") == set()


def test_archives_and_packed_files_hold_the_same_as_plain_ones(store: Store, tmp_path: Path) -> None:
    plain = write(tmp_path / "plain" / "logs.jsonl", [message(0)])
    content = plain.read_bytes()
    (tmp_path / "packed").mkdir()
    with zipfile.ZipFile(tmp_path / "packed" / "a.zip", "w") as archive:
        archive.writestr("deep/logs.jsonl", content)
        archive.writestr("deep/b.jsonl.gz", gzip.compress(line(message(1, "assistant"))))
        archive.writestr("readme.txt", "not a log")
    with tarfile.open(tmp_path / "packed" / "b.tar.gz", "w:gz") as tar:
        tar.add(plain, "logs.jsonl")
    report = ingest(store, tmp_path / "packed")
    assert (report.files, report.known_files, report.damaged) == (2, 1, ())
    assert only(facts(store))["messages"] == 2
    assert ingest(store, plain).known_files == 1


def test_a_damaged_archive_says_so(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        ingest(store, tmp_path)


def test_a_path_without_logs_says_what_was_looked_for(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"\.jsonl\.gz"):
        ingest(store, tmp_path)
    with pytest.raises(ConfigurationError, match="there is no"):
        ingest(store, tmp_path / "nowhere")


def test_other_kinds_of_events_are_counted_and_passed_over(store: Store, tmp_path: Path) -> None:
    foreign = [{"event_id": "a", "type": "AUTH_LOG"}, {"type": "AUDIT_LOG", "message": "text", "payload": 3}]
    report = ingest(store, write(tmp_path / "logs.jsonl", [*foreign, message(0), costs(1)]))
    assert report.skipped == {"another kind of event": 2}
    assert report.problems == ()


def test_an_event_without_a_kind_is_told_by_what_it_holds(store: Store, tmp_path: Path) -> None:
    event = message(0)
    del event["type"]
    ingest(store, write(tmp_path / "logs.jsonl", [event]))
    assert only(facts(store))["messages"] == 1


def test_events_of_a_closed_day_are_counted_and_change_nothing(store: Store, tmp_path: Path) -> None:
    ingest(store, write(tmp_path / "a.jsonl", [message(0)]))
    before = facts(store)
    ingestion.close_days(store, "chatgpt", before[0]["day"].replace(day=11))
    report = ingest(store, write(tmp_path / "b.jsonl", [message(1, "assistant")]))
    assert facts(store) == before
    assert report.skipped == {"of a day that is closed: its events are gone": 1}


def test_a_run_is_noted_with_what_it_skipped(store: Store, tmp_path: Path) -> None:
    (tmp_path / "logs.jsonl").write_bytes(b"{\n" + line(message(0)))
    ingest(store, tmp_path)
    with store.reading() as connection:
        row = connection.exec_driver_sql("SELECT files, rows, skipped, error, finished FROM run").one()
    assert tuple(row)[:4] == (1, 1, '{"not JSON": 1}', None)
    assert row[4] is not None


LINE = line(message(3, "assistant", model="gpt-4o"))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_to_a_line_makes_it_crash(data: st.DataObject) -> None:
    base = data.draw(st.sampled_from([LINE, line(costs(1)), line(message(0, text={"parts": ["a"]}))]))
    changed = bytearray(base)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place : place + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=4))
    entry = Entry(door())
    rows = parse(LINE + bytes(changed) + LINE)
    entry.admit(rows)
    assert rows.lines >= 2
    assert entry.admitted().events.rows >= 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([message(3, "assistant"), costs(1)]), st.data())
def test_any_value_in_any_field_is_read_or_skipped(base: dict[str, Any], data: st.DataObject) -> None:
    event = json.loads(json.dumps(base))
    inner = event
    while True:
        name = data.draw(st.sampled_from(sorted(inner)))
        if isinstance(inner[name], dict) and inner[name] and data.draw(st.booleans()):
            inner = inner[name]
            continue
        inner[name] = data.draw(json_values)
        break
    entry = Entry(door())
    rows = parse(LINE + line(event))
    entry.admit(rows)
    admitted = entry.admitted()
    skipped = len(rows.bad) + len(admitted.bad) + sum(rows.passed.values()) + sum(admitted.passed.values())
    assert admitted.events.rows + skipped == 2


@pytest.mark.parametrize("measures", [{"usage": {"text_input_tokens": 10**30}}, {"usage": {"text_output_tokens": -5}}])
def test_tokens_that_cannot_be_are_a_bad_line(store: Store, tmp_path: Path, measures: dict[str, Any]) -> None:
    assert sum(ingest(store, write(tmp_path / "logs.jsonl", [costs(1, measures=measures)])).skipped.values()) == 1
    assert facts(store) == []


def test_a_digest_with_an_impossible_length_is_a_message_without_characters(store: Store, tmp_path: Path) -> None:
    event = message(0, text='{"length":99999999999999,"word_count":1}')
    ingest(store, write(tmp_path / "logs.jsonl", [event]))
    assert only(facts(store))["prompt_characters"] == 0

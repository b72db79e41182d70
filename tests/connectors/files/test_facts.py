"""From log lines to facts: what counts, under which model, and how much."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from storage.store import Store
from tests.connectors.lines import NOON, costs, door, facts, facts_of, ingest, message, only, write

MIDNIGHT = datetime(2026, 11, 11, tzinfo=UTC)


def test_a_session_of_a_prompt_and_its_answer(store: Store, tmp_path: Path) -> None:
    events = [message(0, text="x" * 30), message(1, "assistant", "y" * 400)]
    fact = only(facts_of(store, tmp_path, events))
    assert fact == {
        "source": "chatgpt",
        "day": date(2026, 11, 10),
        "person": door().person("ana@example.com"),
        "tool": "chatgpt",
        "model": "gpt-4o",
        "sessions": 1,
        "messages": 2,
        "prompts": 1,
        "prompt_characters": 30,
        "short_prompts": 1,
        "long_prompts": 0,
        "input_tokens": 8,
        "output_tokens": 100,
        "tokens_estimated": True,
        "credits": None,
        "cost": None,
    }


@pytest.mark.parametrize(("length", "short", "long"), [(49, 1, 0), (50, 0, 0), (200, 0, 0), (201, 0, 1)])
def test_short_is_under_50_characters_and_long_over_200(
    store: Store, tmp_path: Path, length: int, short: int, long: int
) -> None:
    fact = only(facts_of(store, tmp_path, [message(0, text="é" * length)]))
    assert (fact["prompt_characters"], fact["short_prompts"], fact["long_prompts"]) == (length, short, long)


def test_content_that_is_absent_counts_as_a_prompt_without_characters(store: Store, tmp_path: Path) -> None:
    fact = only(facts_of(store, tmp_path, [message(0, text=None)]))
    assert (fact["prompts"], fact["prompt_characters"], fact["short_prompts"]) == (1, 0, 0)


def test_content_in_parts_counts_the_characters_of_its_texts(store: Store, tmp_path: Path) -> None:
    parts = {"parts": ["12345", {"asset_pointer": "file://x"}, {"text": "678"}]}
    assert only(facts_of(store, tmp_path, [message(0, text=parts)]))["prompt_characters"] == 8


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ('{"length":312,"word_count":50}', 312),
        ('{"length":0,"word_count":0,"keywords":{"email":1}}', 0),
        ('{"length": 5}', 13),
        ('{"length":312,"word_count":50} is what I get', 44),
        ("{not json", 9),
    ],
)
def test_a_proxys_digest_stands_for_the_text_it_replaced(store: Store, tmp_path: Path, value: str, length: int) -> None:
    assert only(facts_of(store, tmp_path, [message(0, text=value)]))["prompt_characters"] == length


def test_tool_and_system_messages_count_for_nothing(store: Store, tmp_path: Path) -> None:
    events = [message(0, "system"), message(1), message(2, "tool", "z" * 900), message(3, "assistant", "")]
    fact = only(facts_of(store, tmp_path, events))
    assert (fact["messages"], fact["prompts"], fact["output_tokens"]) == (2, 1, 0)


def test_authorship_may_be_told_by_role(store: Store, tmp_path: Path) -> None:
    user, answer = message(0), message(1, "assistant")
    for event, role in ((user, "user"), (answer, "assistant")):
        author = event["message"]["author"]
        del author["type"]
        author["role"] = role
    fact = only(facts_of(store, tmp_path, [user, answer]))
    assert (fact["prompts"], fact["messages"], fact["model"]) == (1, 2, "gpt-4o")


def test_a_prompt_has_the_model_of_its_own_answer_not_of_the_next_message(store: Store, tmp_path: Path) -> None:
    events = [
        message(0, text="a" * 10),
        message(1, text="b" * 100),
        message(2, "assistant", parent="conv-1/1", model="o3"),
        message(3, "assistant", parent="conv-1/0", model="gpt-4"),
    ]
    characters = {fact["model"]: fact["prompt_characters"] for fact in facts_of(store, tmp_path, events)}
    assert characters == {"gpt-4": 10, "o3": 100}


def test_an_answer_is_found_through_tool_messages(store: Store, tmp_path: Path) -> None:
    events = [
        message(0, text="a" * 10),
        message(1, "assistant", model=None, parent="conv-1/0"),
        message(2, "tool", parent="conv-1/1"),
        message(3, text="b" * 100, parent="elsewhere"),
        message(4, "assistant", parent="conv-1/3", model="gpt-4"),
        message(5, "assistant", parent="conv-1/2", model="o3"),
    ]
    characters = {fact["model"]: fact["prompt_characters"] for fact in facts_of(store, tmp_path, events)}
    assert characters["o3"] == 10
    assert characters["gpt-4"] == 100


def test_without_links_the_next_answer_gives_the_model_and_else_the_last(store: Store, tmp_path: Path) -> None:
    unlinked = {"previous_message_id": "", "parent": None}
    events = [
        message(0, text="a" * 3, **unlinked),
        message(1, "assistant", model="gpt-4", **unlinked),
        message(2, text="b" * 5, **unlinked),
    ]
    assert only(facts_of(store, tmp_path, events))["prompt_characters"] == 8


def test_a_prompt_before_midnight_takes_its_model_from_the_answer_after_it(store: Store, tmp_path: Path) -> None:
    late, early = MIDNIGHT - timedelta(seconds=1), MIDNIGHT + timedelta(seconds=1)
    write(tmp_path / "one.jsonl", [message(0, moment=late)])
    ingest(store, tmp_path / "one.jsonl")
    assert only(facts(store))["model"] == ""
    write(tmp_path / "two.jsonl", [message(1, "assistant", moment=early)])
    ingest(store, tmp_path / "two.jsonl")
    assert [(row["day"].day, row["model"], row["prompts"], row["sessions"]) for row in facts(store)] == [
        (10, "gpt-4o", 1, 1),
        (11, "gpt-4o", 0, 1),
    ]


def test_a_prompt_that_nobody_answered_has_no_model(store: Store, tmp_path: Path) -> None:
    assert only(facts_of(store, tmp_path, [message(0)]))["model"] == ""


@pytest.mark.parametrize(
    ("models", "strongest"),
    [
        (("gpt-4o", "gpt-3.5-turbo"), "gpt-4o"),
        (("gpt-4o-mini", "gpt-4"), "gpt-4"),
        (("gpt-4o", "some-house-model"), "gpt-4o"),
        (("gpt-5-1", "gpt-5.5", "gpt-5"), "gpt-5.5"),
        (("house-a", "house-b"), "house-b"),
    ],
)
def test_a_session_belongs_to_the_strongest_model_used_in_it(
    store: Store, tmp_path: Path, models: tuple[str, ...], strongest: str
) -> None:
    events = []
    for place, model in enumerate(models):
        events += [message(2 * place), message(2 * place + 1, "assistant", model=model)]
    found = facts_of(store, tmp_path, events)
    assert {row["model"]: row["sessions"] for row in found} == {model: int(model == strongest) for model in models}


def test_a_conversation_of_two_days_is_two_sessions(store: Store, tmp_path: Path) -> None:
    events = [message(0), message(1, "assistant"), message(2, moment=NOON + timedelta(days=1))]
    assert [row["sessions"] for row in facts_of(store, tmp_path, events)] == [1, 1]


def test_an_answer_written_by_a_key_belongs_to_the_conversations_person(store: Store, tmp_path: Path) -> None:
    nobody = {"actor": {"type": "API_KEY", "user_id": None, "user_email": None}}
    fact = only(facts_of(store, tmp_path, [message(0), message(1, "assistant", **nobody)]))
    assert fact["messages"] == 2


def test_a_prompt_by_nobody_is_counted_and_left_out(store: Store, tmp_path: Path) -> None:
    nobody = {"actor": {"type": "API_KEY", "user_id": None, "user_email": None}}
    report = ingest(store, write(tmp_path / "logs.jsonl", [message(0, **nobody)]))
    assert facts(store) == []
    assert sum(report.skipped.values()) == 1


def test_one_person_whichever_way_the_address_is_spelt(store: Store, tmp_path: Path) -> None:
    emails = ("ana@example.com", " Ana@Example.COM ", "ANA@EXAMPLE.COM")
    events = [message(0, conversation=f"c{place}", email=email) for place, email in enumerate(emails)]
    assert only(facts_of(store, tmp_path, events))["sessions"] == 3


def test_an_account_is_the_person_whose_address_is_seen_beside_it(store: Store, tmp_path: Path) -> None:
    bare = {"actor": {"user_email": None}}
    events = [message(0), message(1, "assistant", **bare), message(0, conversation="c2", **bare)]
    found = facts_of(store, tmp_path, events)
    assert {row["person"] for row in found} == {door().person("ana@example.com")}
    assert sum(row["sessions"] for row in found) == 2


def test_an_account_without_an_address_is_resolved_by_the_list_of_users(store: Store, tmp_path: Path) -> None:
    bare = {"actor": {"user_email": None, "user_id": "user-7"}}
    ingest(store, write(tmp_path / "logs.jsonl", [message(0, **bare)]))
    assert only(facts(store))["person"] == door().account("user-7")
    write(tmp_path / "users.json", [{"object": "list", "data": [{"id": "user-7", "email": "Bo@Example.com"}]}])
    ingest(store, tmp_path / "users.json")
    assert only(facts(store))["person"] == door().person("bo@example.com")


def test_metered_tokens_take_the_place_of_estimates(store: Store, tmp_path: Path) -> None:
    events = [message(0), message(1, "assistant"), costs(1), costs(2, product="Work", model="o3"), costs(3)]
    found = {row["model"]: row for row in facts_of(store, tmp_path, events)}
    assert [found["gpt-4o"][name] for name in ("input_tokens", "output_tokens", "credits")] == [200, 80, 6.0]
    assert [found["o3"][name] for name in ("input_tokens", "sessions", "messages")] == [100, None, None]
    assert not any(row["tokens_estimated"] for row in found.values())


def test_credits_without_tokens_leave_the_estimate(store: Store, tmp_path: Path) -> None:
    bill = [{"cost": {"value": 1.5, "unit": "CREDITS"}}, {"cost": {"value": 0.25, "unit": "USD"}}]
    events = [message(0, text="x" * 40), costs(1, model="", measures={"usage": None, "billing": bill})]
    found = facts_of(store, tmp_path, events)
    assert [(row["input_tokens"], row["tokens_estimated"], row["credits"], row["cost"]) for row in found] == [
        (10, True, 1.5, 0.25)
    ]


def test_use_of_codex_is_counted_and_left_out(store: Store, tmp_path: Path) -> None:
    report = ingest(store, write(tmp_path / "logs.jsonl", [costs(1, product="codex")]))
    assert facts(store) == []
    assert sum(report.skipped.values()) == 1


@pytest.mark.parametrize(
    "stamp", [1_794_312_000.25, "2026-11-10T14:00:00+02:00", "2026-11-10T12:00:00Z", "2026-11-10T12:00:00"]
)
def test_times_come_as_text_with_and_without_an_offset_and_as_numbers(
    store: Store, tmp_path: Path, stamp: object
) -> None:
    assert only(facts_of(store, tmp_path, [message(0, timestamp=stamp)]))["day"] == date(2026, 11, 10)


def test_the_day_is_utcs(store: Store, tmp_path: Path) -> None:
    event = message(0, timestamp="2026-11-10T23:30:00-05:00")
    assert only(facts_of(store, tmp_path, [event]))["day"] == date(2026, 11, 11)


def test_an_event_delivered_twice_counts_once(store: Store, tmp_path: Path) -> None:
    again = message(0) | {"event_id": "evt-other"}
    write(tmp_path / "a.jsonl", [message(0), message(0)])
    write(tmp_path / "b.jsonl", [message(0), again])
    ingest(store, tmp_path)
    assert only(facts(store))["messages"] == 1


def test_of_copies_that_differ_the_same_one_counts_whichever_comes_first(store: Store, tmp_path: Path) -> None:
    one, other = message(0, text="x" * 10), message(0, text="x" * 20)
    for name, pair in (("a", (one, other)), ("b", (other, one))):
        only(facts_of(store, tmp_path / name, pair))
    assert only(facts(store))["prompt_characters"] == 20


def test_a_model_name_that_is_no_name_does_not_pass(store: Store, tmp_path: Path) -> None:
    events = [message(0), message(1, "assistant", model="ask ana@example.com")]
    assert only(facts_of(store, tmp_path, events))["model"] == "unrecognised"

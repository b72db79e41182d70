"""The feed has the troubles that real feeds have."""

import json
from collections import Counter
from datetime import datetime

import pytest

from demo.files import FILE_AT_MOST


@pytest.fixture(scope="module")
def reading(read):
    return read(200, 11, "2026")


@pytest.fixture(scope="module")
def events(reading):
    return reading.lines["CONVERSATION_MESSAGE"]


@pytest.fixture(scope="module")
def costs(reading):
    return reading.lines["COSTS"]


@pytest.mark.parametrize("event_type", ["CONVERSATION_MESSAGE", "COSTS"])
def test_some_events_come_in_two_files(reading, event_type):
    files: dict[str, set[str]] = {}
    for event in reading.lines[event_type]:
        files.setdefault(event["event_id"], set()).add(event["file"])
    assert 0.003 * len(files) < sum(len(f) > 1 for f in files.values()) < 0.03 * len(files)


def test_some_events_come_up_to_two_days_late(reading, events):
    ends = {file["id"]: datetime.fromisoformat(file["end_time"]) for file in reading.files["CONVERSATION_MESSAGE"]}
    lags = [(ends[e["file"]] - datetime.fromisoformat(e["timestamp"])).total_seconds() / 3600 for e in events]
    assert min(lags) > 0
    assert 36 < max(lags) < 61
    assert 0.005 < sum(lag > 13 for lag in lags) / len(lags) < 0.04


def test_files_are_in_time_order_and_within_the_vendors_size(reading, events):
    last = ("", "")
    for event in events:
        if event["file"] == last[0]:
            assert event["timestamp"] >= last[1]
        last = (event["file"], event["timestamp"])
    assert max(file["file_size"] for files in reading.files.values() for file in files) <= FILE_AT_MOST


def test_authorship_is_spelled_both_ways_and_assistants_carry_the_human(events):
    spelled = Counter(next(key for key in ("type", "role") if key in e["message"]["author"]) for e in events)
    assert 0.02 < spelled["role"] / len(events) < 0.2
    kinds = Counter(e["message"]["author"].get("type") or e["message"]["author"]["role"] for e in events)
    assert kinds["tool"] > 100
    assert kinds["system"] > 100
    assistants = [e for e in events if "assistant" in e["message"]["author"].values()]
    assert all(e["actor"]["type"] == "ACCOUNT_USER" for e in assistants)


def test_actors_have_addresses_in_mixed_case_or_none_and_a_few_are_no_person(events):
    kinds = Counter(e["actor"]["type"] for e in events)
    assert set(kinds) == {"ACCOUNT_USER", "API_KEY", "SYSTEM", "EXTERNAL_COLLABORATION_USER"}
    assert kinds["ACCOUNT_USER"] > 0.999 * len(events)
    emails = [e["actor"]["user_email"] for e in events if e["actor"]["type"] == "ACCOUNT_USER"]
    assert 0.005 < sum(email is None for email in emails) / len(emails) < 0.02
    assert 0.02 < sum(email is not None and email != email.lower() for email in emails) / len(emails) < 0.06


def test_contents_are_null_or_multi_byte_here_and_there(events):
    contents = [e["message"]["content"] for e in events]
    assert any(content is None for content in contents)
    assert any(content and content["value"] is None for content in contents)
    assert 0.01 < sum(bool(content) and not content.get("ascii", True) for content in contents) / len(contents) < 0.1


def test_titles_are_empty_first_and_often_filled_later(events):
    titles: dict[str, set[str]] = {}
    for event in events:
        titles.setdefault(event["conversation"]["id"], set()).add(event["conversation"]["title"])
    assert any(names == {""} for names in titles.values())
    assert sum(len(names) == 2 and "" in names for names in titles.values()) > 0.5 * len(titles)


def test_model_names_are_missing_or_unknown_here_and_there(events):
    models = Counter(
        e["message"]["author"].get("model") for e in events if "assistant" in e["message"]["author"].values()
    )
    assert 0 < models[None] < 0.01 * models.total()
    assert 0 < models["i-5-mini"] + models["agent-mode"] + models["orchid-preview-0"] < 0.01 * models.total()


def test_costs_lack_tokens_on_some_days_and_times_in_some_rows(costs):
    chat = [e["payload"] for e in costs if e["payload"]["product"] == "ChatGPT"]
    without = {row["day"] for row in chat if "usage" not in row["measures"]}
    assert 0.05 < len(without) / len({row["day"] for row in chat}) < 0.2
    assert {row["day"] for row in chat if "usage" in row["measures"]}.isdisjoint(without)
    assert 0 < sum("timestamp" not in e for e in costs) < 0.05 * len(costs)
    assert any(e["payload"]["identity"]["email"] != e["payload"]["identity"]["email"].lower() for e in costs)
    products = Counter(e["payload"]["product"] for e in costs)
    assert 0 < products["codex"] < 0.1 * products["ChatGPT"]


def test_cost_rows_are_one_per_user_hour_product_and_model_and_follow_the_messages(reading, costs):
    rows = {e["event_id"]: e["payload"] for e in costs}.values()
    keys = Counter((r["identity"]["user_id"], r["day"], r["hour"], r["product"], r["model"]) for r in rows)
    assert max(keys.values()) == 1
    counted = sum(r["measures"]["billing"][0]["quantity"]["value"] for r in rows if r["product"] == "ChatGPT")
    answers = reading.messages[(reading.messages["author"] == "assistant") & reading.messages["model"].notna()]
    assert counted == len(answers)


def test_the_directory_has_joiners_leavers_a_reorganisation_and_aliases(reading):
    directory = reading.directory
    company = reading.company
    assert list(directory.columns) == [
        "employee_id",
        "work_email",
        "alias_emails",
        "department",
        "team",
        "location",
        "manager_email",
        "start_date",
        "end_date",
        "effective_from",
    ]
    assert (directory["end_date"] != "").sum() >= 5
    assert (directory["start_date"] >= str(company.first_day)).any()
    moved = directory[directory["employee_id"].duplicated(keep=False)]
    assert set(moved["department"]) == {"Marketing", "Product"}
    assert set(moved.groupby("employee_id").size()) == {2}
    aliases = set(directory["alias_emails"].str.lower()) - {""}
    assert aliases & set(reading.users["email"].dropna().str.lower())
    managers = set(directory["manager_email"]) - {""}
    assert managers <= set(directory["work_email"].str.lower())
    assert (directory["manager_email"] == "").sum() == 1
    assert json.dumps(sorted(directory["department"].unique())) == json.dumps(
        sorted(
            (
                "Engineering",
                "Sales",
                "Marketing",
                "Customer Success",
                "Finance",
                "Legal",
                "Product",
                "HR",
                "Operations",
            )
        )
    )

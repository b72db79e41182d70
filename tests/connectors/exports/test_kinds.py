"""Each kind of export: what of it is kept, as what, and what is not."""

from datetime import date
from pathlib import Path

import pytest

from connectors.exports.chatgpt import TOO_MANY, UNREADABLE
from connectors.exports.copilot import CONCEALED
from connectors.exports.gemini import A_WORD
from connectors.exports.recognition import exports
from storage.store import Store
from tests.connectors.exports.files import (
    ADMIN_CENTRE,
    DAILY,
    EVENTS,
    GEMINI,
    OCTOBER,
    OWN,
    SEATS,
    chatgpt,
    known,
    load,
    load_text,
    rows,
)
from tests.connectors.lines import door

WEEK = (date(2026, 3, 1), date(2026, 3, 7))


def messages(store: Store) -> list[tuple[object, ...]]:
    return known(store, "period_usage", "model", "active", "messages", "credits")


def test_a_chatgpt_week_is_kept_by_model_and_adds_up_to_its_messages(store: Store, tmp_path: Path) -> None:
    report = load_text(store, tmp_path, chatgpt())
    assert report.error == ""
    assert messages(store) == [("", True, 2, 1.5), ("gpt-4o", True, 20, None), ("o3", True, 3, None)]
    assert {(row["first"], row["last"]) for row in rows(store, "period_usage")} == {WEEK}
    assert {row["person"] for row in rows(store, "period_usage")} == {door().person("ana@example.com")}
    assert report.parts[0].totals == {"messages": 25, "credits": 1.5}
    assert rows(store, "usage") == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"messages": "", "model_to_messages": "", "is_active": "0", "credits_used": ""}, ("", False, None, None)),
        ({"messages": "0", "model_to_messages": "0", "is_active": "0", "credits_used": ""}, ("", False, 0, None)),
        ({"messages": "7", "model_to_messages": "", "credits_used": "0"}, ("", True, 7, 0.0)),
    ],
    ids=["invited and never came", "enabled and idle", "without models"],
)
def test_no_messages_told_is_not_no_messages(
    store: Store, tmp_path: Path, told: dict[str, str], expected: tuple[object, ...]
) -> None:
    load_text(store, tmp_path, chatgpt(told))
    assert messages(store) == [expected]


@pytest.mark.parametrize(
    ("models", "why"),
    [("{'gpt-4o': 26}", TOO_MANY), ("{'gpt-4o': 2", UNREADABLE), ("__import__('os')", UNREADABLE)],
)
def test_models_that_cannot_be_trusted_leave_the_total_as_it_is(
    store: Store, tmp_path: Path, models: str, why: str
) -> None:
    report = load_text(store, tmp_path, chatgpt({"model_to_messages": models, "credits_used": ""}))
    assert messages(store) == [("", True, 25, None)]
    assert report.warnings == (f"1 of its lines: {why}",)


def test_a_chatgpt_month_date_range_and_day_are_what_they_say(store: Store, tmp_path: Path) -> None:
    month = {"cadence": "Monthly", "period_start": "2026-02-01", "period_end": "2026-02-28"}
    some = {"cadence": "Date Range", "period_start": "2026-01-05", "period_end": "2026-01-20"}
    day = {"cadence": "Daily", "period_start": "2026-01-03", "period_end": "2026-01-03"}
    report = load_text(store, tmp_path, chatgpt(month, some, day))
    assert [(part.by_day, part.days) for part in report.parts] == [(True, 1), (False, 16), (False, 28)]
    assert known(store, "usage", "source", "day", "model", "messages") == [
        ("import:chatgpt-users", date(2026, 1, 3), "", 2),
        ("import:chatgpt-users", date(2026, 1, 3), "gpt-4o", 20),
        ("import:chatgpt-users", date(2026, 1, 3), "o3", 3),
    ]


def test_a_chatgpt_account_without_address_is_its_account_and_one_with_it_is_known(
    store: Store, tmp_path: Path
) -> None:
    load_text(store, tmp_path, chatgpt({}, {"email": "", "public_id": "user-bo"}))
    people = {row["person"] for row in rows(store, "period_usage")}
    assert people == {door().person("ana@example.com"), door().account("user-bo")}
    assert known(store, "alias", "alias", "person") == [(door().account("user-ana"), door().person("ana@example.com"))]


def test_the_admin_centre_asks_for_its_period_and_keeps_the_last_day_as_a_day(store: Store, tmp_path: Path) -> None:
    text = f"{ADMIN_CENTRE}\nana@example.com,Ana,142,19,2026-10-27\nbo@example.com,Bo,,,\n"
    report = load_text(store, tmp_path, text)
    assert "--period 2026-10-01..2026-10-28" in report.error
    assert rows(store, "period_usage") == []
    assert load_text(store, tmp_path, text, period=OCTOBER).error == ""
    assert sorted(known(store, "period_usage", "active", "active_days", "prompts"), key=str) == [
        (False, None, None),
        (True, 19, 142),
    ]
    assert known(store, "usage", "day", "tool", "prompts") == [(date(2026, 10, 27), "copilot", None)]


@pytest.mark.parametrize("heading", ["Prompts submitted for All Apps", "Prompts submitted for all apps"])
def test_the_file_of_graph_says_its_own_period(store: Store, tmp_path: Path, heading: str) -> None:
    text = (
        f"\ufeffReport Refresh Date,User Principal Name,Display Name,Last Activity Date,{heading},"
        "Active Usage Days for all apps,Report Period\n"
        "2026-10-28,ana@example.com,Ana,2026-10-27,5,3,28\n2026-10-28,bo@example.com,Bo,2026-06-01,0,0,28\n"
    )
    report = load_text(store, tmp_path, text)
    assert report.error == ""
    assert {(row["first"], row["last"]) for row in rows(store, "period_usage")} == {(OCTOBER.first, OCTOBER.last)}
    assert [(part.listed, part.active) for part in report.parts if not part.by_day] == [(2, 1)]


def test_a_report_of_all_there_is_asks_for_its_period(store: Store, tmp_path: Path) -> None:
    text = (
        "Report Refresh Date,User Principal Name,Last Activity Date,Word Copilot Last Activity Date,Report Period\n"
        "2026-10-28,ana@example.com,2026-10-27,,ALL\n"
    )
    assert "--period" in load_text(store, tmp_path, text).error
    assert load_text(store, tmp_path, text, period=OCTOBER).error == ""


def test_concealed_names_are_nobodys(store: Store, shared: Path) -> None:
    (report,) = load(store, shared / "examples" / "m365-copilot" / "usageuserdetail.1.v1.csv")
    assert report.skipped == {CONCEALED: 1}
    assert rows(store, "period_usage") == []


def test_gemini_keeps_uses_as_prompts(store: Store, tmp_path: Path) -> None:
    text = f"{GEMINI}\nana@example.com,31,9,12,8,8\nbo@example.com,0,0,0,0,0\n"
    report = load_text(store, tmp_path, text, period=OCTOBER)
    assert [(part.tool, part.listed, part.active, part.totals) for part in report.parts] == [
        ("gemini", 2, 1, {"prompts": 31})
    ]


def test_gemini_whose_usage_is_a_word_tells_who_was_active_and_counts_nothing(store: Store, tmp_path: Path) -> None:
    text = f"{GEMINI}\nana@example.com,High,9,12,8,8\nbo@example.com,Not used,0,0,0,0\n"
    report = load_text(store, tmp_path, text, period=OCTOBER)
    assert [(part.listed, part.active, part.totals) for part in report.parts] == [(2, 1, {})]
    assert A_WORD in report.warnings[0]


def test_github_seats_are_held_since_the_report_and_given_up_when_they_are_gone(store: Store, tmp_path: Path) -> None:
    first = (
        f"{SEATS}\n2026-09-20T01:02:03Z,octo-ana,,2026-09-12T09:11:00Z,vscode\n2026-09-20T01:02:03Z,octo-bo,,None,\n"
    )
    later = f"{SEATS}\n2026-10-20T01:02:03Z,octo-ana,,2026-10-12T09:11:00Z,vscode\n"
    assert load_text(store, tmp_path, first).seats == 2
    assert load_text(store, tmp_path, later).seats == 1
    assert load_text(store, tmp_path, first).seats is None
    ana, bo = (door("github-copilot").account(each) for each in ("octo-ana", "octo-bo"))
    assert {row["person"]: (row["start"], row["end"]) for row in rows(store, "seat")} == {
        ana: (date(2026, 9, 20), None),
        bo: (date(2026, 9, 20), date(2026, 10, 20)),
    }
    assert known(store, "usage", "day", "person", "sessions") == [
        (date(2026, 9, 12), ana, None),
        (date(2026, 10, 12), ana, None),
    ]


def test_seats_without_any_day_ask_when_they_were_held(store: Store, tmp_path: Path) -> None:
    text = "login,last activity,plan\nocto-ana,never,business\n"
    assert "when its seats were held: say it" in load_text(store, tmp_path, text).error
    assert load_text(store, tmp_path, text, period=OCTOBER).seats == 1
    assert known(store, "seat", "start", "plan") == [(OCTOBER.last, "business")]


def test_cursor_events_add_up_and_count_once(store: Store, tmp_path: Path) -> None:
    event = "2026-10-01T10:00:00.123Z,ana@example.com,,,On-Demand,gpt-5,No,0,10,99,5,15,$0.04\n"
    text = (
        f"{EVENTS}\n{event}{event}"
        "2026-10-01T23:59:59.999-02:00,ana@example.com,,,Included,gpt-5,No,1200,1000,5000,300,6500,Included\n"
        '2026-10-01T12:00:00.000Z,ana@example.com,,,On-Demand,gpt-5,No,0,"1,000",0,1,2,0.5\n'
        '2026-10-01T12:00:01.000Z,bo@example.com,,,"Errored, No Charge",gpt-5,No,0,0,0,0,0,-\n'
    )
    report = load_text(store, tmp_path, text)
    assert sum(report.skipped.values()) == 2
    assert known(store, "usage", "day", "model", "input_tokens", "output_tokens", "cost") == [
        (date(2026, 10, 1), "gpt-5", 1010, 6, 0.54),
        (date(2026, 10, 2), "gpt-5", 1000, 300, None),
    ]


def test_cursors_two_files_stand_beside_each_other(store: Store, tmp_path: Path) -> None:
    load_text(store, tmp_path, f"{EVENTS}\n2026-10-01T10:00:00.1Z,ana@example.com,,,Free,gpt-5,No,0,10,9,5,15,Free\n")
    report = load_text(
        store,
        tmp_path,
        f"{DAILY}\n2026-10-01,u1,ana@example.com,true,1,2,3,4,x\n2026-10-01,u2,bo@example.com,false,0,0,0,0,\n",
    )
    assert report.skipped == {"idle that day, by the vendor's own word": 1}
    assert known(store, "usage", "source", "prompts", "input_tokens") == [
        ("import:cursor-daily", 10, None),
        ("import:cursor-events", None, 10),
    ]


def test_our_own_file_tells_days_and_periods_of_any_tool(store: Store, tmp_path: Path) -> None:
    text = (
        f"{OWN}\nana@example.com,Claude Code,2026-09-02,,,claude-opus-4,,3,,0.25\n"
        "ana@example.com,windsurf,,2026-09-01,2026-09-30,,12,40,,\nbo@example.com,windsurf,,2026-09-01,2026-09-30,,,0,,\n"
    )
    assert load_text(store, tmp_path, text).error == ""
    assert known(store, "usage", "tool", "model", "prompts", "messages", "cost") == [
        ("claude-code", "claude-opus-4", 3, None, 0.25)
    ]
    assert sorted(known(store, "period_usage", "tool", "active", "active_days", "prompts")) == [
        ("windsurf", False, None, 0),
        ("windsurf", True, 12, 40),
    ]


def test_the_examples_of_the_shelf_are_read(store: Store, shared: Path) -> None:
    folder = shared / "examples"
    for path in (
        folder / "m365-copilot-handmade" / "admin_center_export.csv",
        folder / "gemini" / "admin_console_gemini_usage.csv",
    ):
        (report,) = load(store, path, period=OCTOBER)
        assert (report.error, dict(report.skipped)) == ("", {})


@pytest.mark.parametrize("export", exports(), ids=lambda each: each.id)
def test_what_a_kind_needs_are_columns_that_it_names(export) -> None:
    assert {name for group in export.needs for name in group} <= export.columns.keys()
    assert all(
        spelling == "".join(filter(str.isalnum, spelling)).lower() for s in export.columns.values() for spelling in s
    )

"""Exports in every guise in which people save them: read alike, or refused with the reason and the place."""

import gzip
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import BadFileError, ConfigurationError
from connectors.exports.recognition import recognised
from connectors.exports.sheet import plain, read_sheet, under
from storage.store import Store
from tests.connectors.exports.files import (
    ADMIN_CENTRE,
    ANA,
    CHATGPT,
    EVENTS,
    OCTOBER,
    OWN,
    SEATS,
    chatgpt,
    csv_of,
    folder_of,
    known,
    load,
    load_text,
    rows,
)

TOTALS = [("", 2), ("gpt-4o", 20), ("o3", 3)]


def told(store: Store) -> list[tuple[object, ...]]:
    return known(store, "period_usage", "model", "messages")


@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators_change_nothing(store: Store, tmp_path: Path, form: str, separator: str) -> None:
    text = csv_of(CHATGPT, [ANA], separator).replace("\n", "\r\n")
    assert load_text(store, tmp_path, text.encode(form)).error == ""
    assert told(store) == TOTALS


def test_excels_line_about_separators_blank_lines_and_a_title_are_passed_over(store: Store, tmp_path: Path) -> None:
    assert load_text(store, tmp_path, "sep=;\n\n" + csv_of(CHATGPT, [ANA], ";")).error == ""
    assert load_text(store, tmp_path, "User report\n\n" + chatgpt()).error == ""
    assert told(store) == TOTALS


def test_windows_text_is_read_and_said(store: Store, tmp_path: Path) -> None:
    report = load_text(store, tmp_path, chatgpt({"name": "Zoë"}).encode("cp1252"))
    assert report.warnings == ("not in UTF-8 (line 2): read as Windows-1252",)
    assert told(store) == TOTALS


def test_packed_files_are_read_whatever_they_are_called(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "report.csv").write_bytes(gzip.compress(chatgpt().encode()))
    with zipfile.ZipFile(tmp_path / "a" / "more.zip", "w") as archive:
        archive.writestr("__MACOSX/._x.csv", "x")
        archive.writestr("in/seats.csv", f"{SEATS}\n2026-10-20,octo-ana,,2026-10-12,\n")
    (tmp_path / "a" / ".DS_Store").write_bytes(b"\0")
    assert [(each.file, each.kind, each.error) for each in load(store, tmp_path / "a")] == [
        ("more.zip/in/seats.csv", "github-copilot-seats", ""),
        ("report.csv", "chatgpt-users", ""),
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), extra=st.lists(st.sampled_from(["Skills", "apps_used", "Codex turns"]), unique=True))
def test_columns_come_in_any_order_spelling_and_company(seed: int, extra: list[str]) -> None:
    chance = random.Random(seed)
    headings = [*CHATGPT, *extra]
    chance.shuffle(headings)
    spelt = [
        chance.choice([str.upper, str.title, str])(each.replace("_", chance.choice([" ", "_", "-"])))
        for each in headings
    ]
    text = csv_of(headings, [ANA]).partition("\n")[2]
    sheet = read_sheet((",".join(spelt) + "\n" + text).encode())
    export, at = recognised(sheet)
    assert export.id == "chatgpt-users"
    (line,) = under(sheet, at, export.names(sheet.rows[at][1])).lines
    assert {name: line[name] for name in export.columns} == {name: ANA[name] for name in export.columns}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.binary(max_size=300) | st.text("a,;\"'\n\r\té=", max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        recognised(read_sheet(data))
    except (BadFileError, ConfigurationError):
        return


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.data())
def test_a_file_that_is_cut_anywhere_but_in_its_last_field_is_refused(data: st.DataObject) -> None:
    text = chatgpt({}, {"public_id": "user-bo", "email": "bo@example.com", "messages": "30"})
    cut = text[: data.draw(st.integers(text.index("\n") + 2, len(text) - 1))]
    try:
        sheet = read_sheet(cut.encode())
        export, at = recognised(sheet)
        lines = under(sheet, at, export.names(sheet.rows[at][1])).lines
    except BadFileError:
        return
    assert {line["messages"] for line in lines} <= {"25", "30"}
    assert {line["credits_used"] for line in lines} <= {"1.5", ""}


def test_a_quoted_line_break_counts_as_a_line_of_the_file(store: Store, tmp_path: Path) -> None:
    report = load_text(store, tmp_path, chatgpt({"name": "Ana\nof\nSales"}, {"messages": "many"}))
    assert [each.partition(": ")[0] for each in report.problems] == ["export.csv, line 5"]
    assert told(store) == TOTALS


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("period_end", "03/07/2026", "period end is no day that can be read for sure"),
        ("period_end", "2026-02-01", "period end lies before period start"),
        ("period_end", "2028-02-01", "period end lies more than a year after"),
        ("period_start", "", "period start is empty"),
        ("email", "Ana", "email is no address"),
        ("email", "Ana <ana@example.com>", "email is more than an address"),
        ("messages", "-3", "messages is no number from 0 on"),
        ("messages", "2.5", "messages is no whole number"),
        ("messages", "1.000.000", "messages is no number"),
        ("messages", "9" * 30, "messages is more than anybody can do"),
        ("credits_used", "1,5", "credits used has a comma"),
        ("is_active", "maybe", "is active is neither yes nor no"),
    ],
)
def test_a_field_that_cannot_be_read_is_named_with_its_line_and_cure(
    store: Store, tmp_path: Path, field: str, value: str, why: str
) -> None:
    bo = {"public_id": "user-bo", "email": "bo@example.com", "messages": "0", "model_to_messages": ""}
    report = load_text(store, tmp_path, chatgpt({field: value}, bo))
    assert report.problems[0].startswith(f"export.csv, line 2: {why}")
    assert known(store, "period_usage", "messages") == [(0,)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "it is empty"),
        (b"\n \n", "it is empty"),
        (chatgpt().partition("\n")[0].encode(), "it has a heading and no lines"),
        (chatgpt().encode()[:-40], "line 2: "),
        (b'{"data": []}', "it is JSON"),
        (b"%PDF-1.7", "it is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1", "it is an Excel workbook"),
        (b"PK\x03\x04xx", "an archive that is empty, damaged"),
        (b"\x1f\x8b\x08\x00zz", "it is damaged"),
        (gzip.compress(chatgpt().encode())[:-9], "it is damaged"),
        (b"<html></html>", "it is a page of HTML"),
        (chatgpt({"messages": "x"}).encode(), "none of its lines can be read; line 2: messages"),
        (b"a@b.example,Sales,3\n", "the first line must name the columns"),
        (b"gpt_id,messages_workspace\ng,1\n", "export the user report"),
        (EVENTS.replace("User,", "").encode() + b"\n", "Nearest is Cursor usage events: missing user"),
        (b"Date,SKU,Product,Quantity,Gross_amount,Username\n", "it is a bill"),
    ],
)
def test_what_is_no_export_is_refused_with_the_reason(store: Store, tmp_path: Path, text: bytes, why: str) -> None:
    report = load_text(store, tmp_path, text)
    assert why in report.error
    assert rows(store, "period_usage") == rows(store, "usage") == []


def test_an_unknown_file_is_told_what_is_missing_what_is_besides_and_what_is_known(
    store: Store, tmp_path: Path
) -> None:
    text = "period_strat,period_end,email,messages,is_active,Rank of\x1b[2J things\n2026-03-01,2026-03-07,a@b.c,1,1,1\n"
    error = load_text(store, tmp_path, text).error
    assert "Nearest is ChatGPT user report: missing period start (is that “period_strat”? Then rename it" in error
    assert "“period_strat”, “Rank of[2J things”" in error
    assert "Our own CSV (csv)" in error


def test_an_excel_workbook_is_no_archive_of_files(store: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")
    (report,) = load(store, tmp_path / "book.xlsx")
    assert report.error.startswith("it is a workbook")


def test_headings_that_fit_two_kinds_ask_which_is_meant(store: Store, tmp_path: Path) -> None:
    text = (
        "Date,Email,Is Active,Model,Kind,Cost,Chat Requests,Agent Requests\n2026-10-01,a@b.example,1,gpt-5,x,0.1,1,2\n"
    )
    error = load_text(store, tmp_path, text).error
    assert "--kind cursor-" in error
    assert load_text(store, tmp_path, text, kind="cursor-daily").error == ""


def test_one_bad_file_does_not_stop_the_others(store: Store, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a.csv": "", "b.csv": chatgpt(), "c.csv": "x,y\n1,2\n"})
    assert [bool(each.error) for each in load(store, folder)] == [True, False, True]
    assert told(store) == TOTALS


def test_a_person_who_comes_twice_counts_once_and_two_accounts_add_up(store: Store, tmp_path: Path) -> None:
    report = load_text(store, tmp_path, chatgpt({}, {}, {"messages": "99"}, {"public_id": "user-ana-2"}))
    assert report.skipped == {
        "a line about a person of whom a line before it told other numbers: the first one counts": 1,
        "a line that is told twice": 1,
    }
    assert told(store) == [("", 4), ("gpt-4o", 40), ("o3", 6)]


def test_a_heading_that_comes_again_is_no_line(store: Store, tmp_path: Path) -> None:
    report = load_text(store, tmp_path, chatgpt() + chatgpt({"public_id": "user-bo", "email": "bo@example.com"}))
    assert (report.parts[0].listed, dict(report.skipped)) == (2, {})


@pytest.mark.parametrize("name", ['=cmd|"/C calc"!A0', "+1", "@SUM(A1)", "-2", "\x1b[31mred"])
def test_names_that_mean_harm_are_not_even_read(store: Store, tmp_path: Path, name: str) -> None:
    assert load_text(store, tmp_path, chatgpt({"name": name, "groups": name, "department": name})).error == ""
    assert told(store) == TOTALS


def test_days_that_lie_ahead_are_left_out_and_open_periods_told(store: Store, tmp_path: Path) -> None:
    text = f"{OWN}\na@b.example,gemini,2026-12-24,,,,,3,,\na@b.example,gemini,,2026-11-01,2026-11-30,,,3,,\n"
    report = load_text(store, tmp_path, text)
    assert report.skipped == {"of a day that lies in the future": 1}
    assert report.warnings == ("its period to 2026-11-30 is not over: import it again when it is",)


def test_a_period_that_is_said_wrongly_is_doubted(store: Store, tmp_path: Path) -> None:
    report = load_text(store, tmp_path, f"{ADMIN_CENTRE}\na@b.example,A,1,1,2026-11-18\n", period=OCTOBER)
    assert "active on 2026-11-18, after the period" in report.warnings[0]


def test_headings_are_compared_by_letters_and_digits() -> None:
    assert plain(" Last-Activity Date (UTC)\u00a0") == "lastactivitydateutc"

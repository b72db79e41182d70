"""HR files: columns by name, departments by date, bad rows by line."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.directory import Directory, parse_directory, read_directory
from connectors.errors import ConfigurationError
from connectors.ingest import ingest_directory
from connectors.report import Quiet
from storage.facts import Member
from storage.schema import alias, member
from storage.store import Store
from tests.connectors.lines import door

HEADER = (
    "employee_id,work_email,alias_emails,department,team,location,manager_email,start_date,end_date,effective_from\n"
)


def read(text: str) -> Directory:
    return parse_directory(text, door("directory"))


def test_a_row_becomes_a_place_with_its_dates() -> None:
    found = read(
        HEADER + "1,Ana@X.com,a.old@x.com;ana@y.com,Sales,EMEA,Porto,mia@x.com,2024-03-04,2026-10-31,2026-01-01\n"
    )
    assert found.members == (
        Member(
            person=door().person("ana@x.com"),  # type: ignore[arg-type]
            since=date(2026, 1, 1),
            department="Sales",
            team="EMEA",
            location="Porto",
            manager=door().person("mia@x.com"),
            start=date(2024, 3, 4),
            end=date(2026, 10, 31),
        ),
    )
    assert {each.alias for each in found.aliases} == {door().person("a.old@x.com"), door().person("ana@y.com")}
    assert found.bad == ()


def test_the_same_person_at_the_vendor_and_in_the_directory() -> None:
    assert door("directory").person("Ana@X.com ") == door("chatgpt").person("ana@x.com")


def test_a_move_ends_the_place_before_it_and_the_order_of_rows_does_not_matter() -> None:
    rows = ["1,a@x.com,,Sales,,,,2024-01-01,,2026-05-04\n", "1,a@x.com,,Support,,,,2024-01-01,,2024-01-01\n"]
    for order in (rows, rows[::-1]):
        places = [(each.department, each.since, each.until) for each in read(HEADER + "".join(order)).members]
        assert places == [
            ("Support", date(2024, 1, 1), date(2026, 5, 4)),
            ("Sales", date(2026, 5, 4), None),
        ]


def test_without_effective_from_a_place_holds_since_the_start_and_else_always() -> None:
    members = read(HEADER + "1,a@x.com,,Sales,,,,2024-02-03,,\n2,b@x.com,,Sales,,,,,,\n").members
    assert [each.since for each in members] == [date(2024, 2, 3), date(1970, 1, 1)]


def test_snapshots_hold_from_the_start_and_say_when_something_changed() -> None:
    text = (
        "EMPLOYEE_ID,EMPLOYEE_EMAIL,DEPARTMENT,SNAPSHOT,MANAGER_ID,JOIN_DATE,LEAVE_DATE\n"
        "1,a@x.com,Sales,2026-09-01,2,2024-03-04,\n"
        "1,a@x.com,Sales,2026-10-01,2,2024-03-04,\n"
        "1,a@x.com,Support,2026-11-01,2,2024-03-04,\n"
        "2,mia@x.com,Sales,2026-11-01,,,\n"
    )
    ana = [each for each in read(text).members if each.person == door().person("a@x.com")]
    assert [(each.department, each.since, each.until) for each in ana] == [
        ("Sales", date(2024, 3, 4), date(2026, 11, 1)),
        ("Support", date(2026, 11, 1), None),
    ]
    assert ana[0].manager == door().person("mia@x.com")


@pytest.mark.parametrize(
    "header", ["Work Email;Department", "WORK-EMAIL;DEPT", "\ufeffworkEmail\tDepartment Name", "Email,department"]
)
def test_headers_are_known_by_other_spellings_and_separators(header: str) -> None:
    mark = next(each for each in ";\t," if each in header)
    assert read(f"{header}\r\na@x.com{mark}Sales\r\n").members[0].department == "Sales"


def test_the_examples_of_the_shelf_are_read(shared: Path) -> None:
    folder = shared / "examples" / "hris"
    for name, people in (("generic_hris.csv", 2), ("snapshot_convention.csv", 1)):
        found = read_directory(folder / name, door("directory"))
        assert (len(found.members), found.bad) == (people, ())


def test_bad_rows_are_told_by_line_field_and_cure_and_the_others_stay() -> None:
    found = read(
        HEADER
        + '1,a@x.com,,"Sales\nand more",,,,,,\n'
        + "2,,,Sales,,,,,,\n"
        + "3,c@x.com,, ,,,,,,\n"
        + "4,d@x.com,,Sales,,,,soon,,\n"
        + "5,e@x.com,,Sales,,,,2026-02-01,2026-01-01,\n"
        + "\n"
        + "6,nobody,,Sales,,,,,,\n"
        + "7,g@x.com,,Sales,,,,,,,,one,too,many\n"
        + "8,h@x.com,,Sales\n"
    )
    assert [(each.line, each.why.split()[0]) for each in found.bad] == [
        (4, "work_email"),
        (5, "department"),
        (6, "start_date"),
        (7, "end_date"),
        (9, "work_email"),
        (10, "it"),
    ]
    assert [each.department for each in found.members] == ["Sales and more", "Sales"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("employee_id,work_email,departmnt", "department is missing; the nearest is 'departmnt'"),
        ("employee_id,department,wrk_email", "work_email is missing; the nearest is 'wrk_email'"),
        ("a,b,c", "work_email is missing, and none of the 3 columns"),
        ("", "file is empty"),
    ],
)
def test_a_missing_column_is_named_with_the_nearest_found(header: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said.replace("(", r"\(")):
        read(f"{header}\nx,y,z\n" if header else "")


def test_names_lose_control_characters_and_are_bounded() -> None:
    name = read(HEADER + f"1,a@x.com,,  Sales\u202e\t&\x07 {'x' * 300} ,,,,,,\n").members[0].department
    assert name.startswith("Sales & x")
    assert len(name) == 200


def test_somebodys_first_address_is_nobodys_second() -> None:
    found = read(HEADER + "1,a@x.com,b@x.com a@x.com,Sales,,,,,,\n2,b@x.com,,Sales,,,,,,\n")
    assert found.aliases == ()


def test_a_file_replaces_the_one_before(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    for rows in ("1,a@x.com,b@x.com,Sales,,,,,,\n2,c@x.com,,Sales,,,,,,\n", "1,a@x.com,,Support,,,,,,\nbad\n"):
        path.write_text(HEADER + rows)
        report = ingest_directory(store, "directory", door("directory"), path, progress=Quiet())
    assert (report.rows, report.problems[0].split(":")[0]) == (1, "people.csv, line 3")
    with store.reading() as connection:
        assert connection.execute(select(member.c.department)).scalars().all() == ["Support"]
        assert connection.execute(select(alias)).all() == []


def test_a_file_that_cannot_be_read_says_how_to_save_it(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(HEADER.encode() + b"1,a@x.com,,Gesch\xe4ft,,,,,,\n")
    with pytest.raises(ConfigurationError, match="CSV UTF-8"):
        read_directory(tmp_path / "people.csv", door())
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_directory(tmp_path / "none.csv", door())

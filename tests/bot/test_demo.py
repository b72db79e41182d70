"""The main job, end to end, as a user runs it: one command, then questions."""

import json
import signal
import subprocess
import sys
import urllib.request
from datetime import date, timedelta
from pathlib import Path

import pytest

TODAY = date(2026, 11, 18)


def ai_usage(*arguments: str, folder: Path, code: int = 0) -> str:
    command = [sys.executable, "-c", "from bot.cli import main; main()", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == code, done.stderr or done.stdout
    return done.stdout if code == 0 else done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    told = ai_usage("demo", "--no-serve", "--out", "out", "--as-of", str(TODAY), folder=folder)
    assert "AI usage, week of 9–15 Nov 2026" in told
    return folder


def read(demo: Path) -> dict:
    return json.loads((demo / "out" / "digest.json").read_text(encoding="utf-8"))


def figure(demo: Path, metric: str, department: str = "") -> float:
    (row,) = [row for row in read(demo)["figures"] if (row["metric"], row["department"]) == (metric, department)]
    return row["value"]


def config(demo: Path) -> tuple[str, ...]:
    return ("--config", str(demo / "out" / "ai-usage.toml"))


def test_the_figures_that_the_company_was_built_with_come_out_of_its_logs(demo: Path) -> None:
    assert figure(demo, "messages_per_session") == pytest.approx(6.8, abs=0.2)
    assert figure(demo, "characters_per_prompt") == pytest.approx(312, abs=15)
    assert figure(demo, "older_model_share") == pytest.approx(0.39, abs=0.02)
    assert figure(demo, "messages_per_session", "Engineering") == pytest.approx(9.2, abs=0.4)
    assert figure(demo, "messages_per_session", "Sales") == pytest.approx(4.1, abs=0.3)
    spend = sum(figure(demo, "monthly_spend", name) for name in ("Engineering", "Sales"))
    assert spend / figure(demo, "monthly_spend") == pytest.approx(0.42, abs=0.01)


def test_depth_rose_by_as_much_as_was_planted(demo: Path) -> None:
    rows = json.loads(ai_usage(*config(demo), "export", "--json", "--as-of", str(TODAY), folder=demo))
    depth = {row["week"]: row["value"] for row in rows if row["metric"] == "messages_per_session"}
    last = date(2026, 11, 9)
    assert depth[str(last)] - depth[str(last - timedelta(weeks=13))] == pytest.approx(1.4, abs=0.3)


def test_sales_comes_most_often(demo: Path) -> None:
    often = {
        row["department"]: row["value"]
        for row in read(demo)["figures"]
        if row["metric"] == "sessions_per_active_user" and row["department"] and isinstance(row["value"], float)
    }
    assert max(often, key=lambda name: often[name]) == "Sales"


def test_the_findings_name_models_sales_hr_and_operations_with_the_right_actions(demo: Path) -> None:
    found = {finding["detector"]: finding for finding in read(demo)["findings"]}
    assert found["older_models"]["action"]["id"] == "set_default_model"
    assert found["frequent_shallow"]["departments"] == ["Sales"]
    assert found["frequent_shallow"]["action"]["id"] == "use_case_session"
    assert sorted(found["unused_seats"]["departments"]) == ["HR", "Operations"]
    assert found["unused_seats"]["action"]["id"] == "activate_or_reclaim"
    assert len(found) <= 5


def test_the_folder_holds_the_page_the_data_and_a_picture_for_the_digest_and_each_view(demo: Path) -> None:
    pictures = sorted((demo / "out").glob("*.png"))
    assert len(pictures) == 7
    assert all(path.stat().st_size < 1_000_000 for path in pictures)
    page = (demo / "out" / "digest.html").read_text(encoding="utf-8")
    assert "{" + "departments}" not in page
    assert "Hold a 30-minute use-case session for Sales" in page


def test_asking_about_sales_answers_with_its_numbers_its_chart_and_its_action(demo: Path) -> None:
    told = json.loads(ai_usage(*config(demo), "ask", "sales", "--json", "--as-of", str(TODAY), folder=demo))
    assert told["question"] == {
        "view": "overview",
        "metrics": [],
        "departments": ["Sales"],
        "tools": [],
        "weeks": {"from": None, "to": None},
        "locations": [],
        "by": None,
        "compare": None,
        "rank": None,
        "intent": "show",
    }
    assert told["card"]["title"].startswith("Sales")
    assert {"4.1"} <= {field["value"] for field in told["card"]["fields"]}
    assert "4.1" in told["card"]["chart"]["alt"]
    assert any("use-case session" in advice["action"] for advice in told["card"]["advice"])


def test_two_departments_are_compared_in_one_table(demo: Path) -> None:
    told = json.loads(
        ai_usage(*config(demo), "ask", "sales vs engineering depth", "--json", "--as-of", str(TODAY), folder=demo)
    )
    assert told["question"]["intent"] == "compare"
    assert told["card"]["table"]["columns"] == ["", "Sales", "Engineering", "Company"]
    assert told["card"]["table"]["rows"][0] == ["Messages per session", "4.1", "9.2", "6.8"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("depth", "Session depth"),
        ("models sales", "Sales · Model mix"),
        ("last 26 weeks", "over 26 weeks"),
        ("help", "What you can ask"),
        ("slaes", "Did you mean Sales"),
        ("licenses", "By department"),
        ("unicorns", "I don't know"),
    ],
)
def test_what_people_ask(demo: Path, question: str, words: str) -> None:
    told = ai_usage(*config(demo), "ask", question, "--as-of", str(TODAY), folder=demo)
    assert words in " ".join(told.split())


def test_a_chart_can_be_written_to_a_file(demo: Path) -> None:
    ai_usage(*config(demo), "ask", "sales", "--out", "sales.png", "--as-of", str(TODAY), folder=demo)
    assert (demo / "sales.png").read_bytes().startswith(b"\x89PNG")


def test_export_has_every_metric_by_department_in_tidy_rows(demo: Path) -> None:
    told = ai_usage(*config(demo), "export", "--by", "department", "--from", "2026-11-09", folder=demo)
    header, *rows = told.splitlines()
    assert header == "week,department,tool,metric,value,numerator,denominator,people,estimated"
    assert {row.split(",")[0] for row in rows} == {"2026-11-09"}
    assert any(",Sales,chatgpt,messages_per_session," in f",{row}" for row in rows)


def test_status_and_insights_speak_json(demo: Path) -> None:
    status = json.loads(ai_usage(*config(demo), "status", "--json", folder=demo))
    assert {each["source"]: each["error"] for each in status["sources"]} == {"chatgpt": None, "directory": None}
    told = json.loads(ai_usage(*config(demo), "insights", "--json", "--as-of", str(TODAY), folder=demo))
    assert told["week"] == "2026-11-09"
    assert told["findings"]


def test_the_doctor_finds_nothing_wrong_with_the_demo(demo: Path) -> None:
    checks = json.loads(ai_usage(*config(demo), "doctor", "--json", folder=demo))
    assert not [check for check in checks if check["state"] == "wrong"]
    assert any("unknown model names" in check["said"] for check in checks)


def test_nobody_of_the_company_is_found_in_anything_that_was_written(demo: Path) -> None:
    people = (demo / "out" / "people.csv").read_text(encoding="utf-8").splitlines()[1:]
    addresses = {row.split(",")[1] for row in people}
    assert len(addresses) > 500
    for path in (demo / "out").iterdir():
        if path.name == "people.csv":
            continue
        content = path.read_bytes()
        assert not [address for address in addresses if address.encode() in content], path.name


def test_a_demo_never_writes_over_somebodys_settings(tmp_path: Path) -> None:
    (tmp_path / "ai-usage.toml").write_text("[organisation]\nname = 'real'\n")
    told = ai_usage("demo", "--no-serve", "--out", ".", folder=tmp_path, code=2)
    assert "is not the demo's" in told


def test_init_writes_settings_and_a_key_that_the_doctor_accepts(tmp_path: Path) -> None:
    ai_usage("init", folder=tmp_path)
    checks = json.loads(ai_usage("doctor", "--json", folder=tmp_path))
    assert {check["part"]: check["state"] for check in checks}["privacy"] == "ok"
    assert (tmp_path / "ai-usage.key").stat().st_mode & 0o077 == 0
    assert "is there already" in ai_usage("init", folder=tmp_path, code=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("aks", "sales"), 'did you mean "ask"?'),
        (("ask", "sales"), "ai-usage init"),
        (("ingest", "chatgtp"), "ai-usage init"),
    ],
)
def test_a_slip_ends_in_one_sentence_that_says_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    code = 2
    told = ai_usage(*arguments, folder=tmp_path, code=code)
    assert words in told
    assert "Traceback" not in told


def test_an_empty_installation_says_what_is_missing(tmp_path: Path) -> None:
    ai_usage("init", folder=tmp_path)
    assert "no complete week" in ai_usage("digest", folder=tmp_path, code=1)
    assert "name no source" in ai_usage("ingest", folder=tmp_path, code=1)


def test_serve_opens_the_chat_page_and_ends_when_told_to(demo: Path) -> None:
    settings = (demo / "out" / "ai-usage.toml").read_text(encoding="utf-8")
    (demo / "out" / "serve.toml").write_text(settings + "\n[web]\nport = 0\n", encoding="utf-8")
    command = [sys.executable, "-u", "-c", "from bot.cli import main; main()", "--config", "out/serve.toml", "serve"]
    with subprocess.Popen(command, cwd=demo, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().removeprefix("Chat page: ").strip()
            assert address.startswith("http://127.0.0.1:"), address
            with urllib.request.urlopen(f"{address}/?q=sales", timeout=30) as answer:
                page = answer.read().decode()
            assert "Sales · Overview" in page
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

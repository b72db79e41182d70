"""Follow-ups through the one door: what a thread remembers, for whom, and that it is never a text."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli import app
from bot.dialogue import Asker, Reply, Said, reply
from bot.settings import Roles
from storage.schema import thread as table
from storage.store import Store, open_store
from tests.bot.company import TODAY, fill, installation

ROLES = Roles(administrators=["U0ADMIN"], leaders={"U0LEADER": ["Sales"]})


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('threads') / 'store.db'}")
    fill(store)
    yield store
    store.close()


def said(store: Store, text: str, thread: str, user: str = "U0ADMIN") -> Reply:
    asker = Asker(platform="slack", user=f"T0:{user}")
    return reply(Said(text=text, asker=asker, thread=thread), installation(store, ROLES), TODAY)


def test_a_follow_up_leans_on_its_own_thread(filled: Store) -> None:
    said(filled, "depth in sales", "one")
    said(filled, "licenses", "two")
    then = said(filled, "and support?", "one")
    assert then.question is not None
    assert (then.question.view, then.question.departments) == ("depth", ("Support",))
    alone = said(filled, "and support?", "")
    assert alone.question is not None
    assert alone.question.view == "overview"


def test_what_a_thread_remembers_is_no_text_and_not_its_key(filled: Store) -> None:
    said(filled, "please tell me about the depth in sales, zanzibar", "T0:C0:17.5")
    with filled.reading() as connection:
        rows = connection.execute(select(table)).all()
    assert rows
    assert not [row for row in rows if "please" in row.question or "zanzibar" in row.question or "C0" in row.thread]


def test_a_leader_does_not_go_on_from_what_they_may_not_see(filled: Store) -> None:
    said(filled, "depth in support", "shared")
    then = said(filled, "why?", "shared", "U0LEADER")
    assert "Support" not in repr(then.card)
    assert then.question is None or then.question.departments == ()


def test_a_greeting_is_no_question_to_go_on_from(filled: Store) -> None:
    said(filled, "depth in sales", "polite")
    said(filled, "thanks!", "polite")
    then = said(filled, "and support?", "polite")
    assert then.question is not None
    assert then.question.view == "depth"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    fill(store)
    store.close()
    path = tmp_path / "ai-usage.toml"
    path.write_text(f'[store]\nurl = "sqlite:///{tmp_path / "store.db"}"\n', encoding="utf-8")
    return path


def test_the_terminal_takes_the_threads_earlier_lines_from_a_file(config: Path) -> None:
    earlier = config.parent / "thread.txt"
    earlier.write_text("how is sales doing?\nand support?\n\n", encoding="utf-8")
    told = run(config, ["--json", "--thread", str(earlier), "since", "august"])
    question = json.loads(told)["question"]
    assert question["departments"] == ["Support"]
    assert question["weeks"] == {"from": "2026-07-27", "to": "2026-10-19"}
    assert (question["view"], question["intent"]) == ("overview", "show")


def test_many_questions_are_answered_a_line_each(config: Path) -> None:
    lines = run(
        config, ["--json-lines"], "depth in sales\nworst two departments by depth\n\nprocurement\n"
    ).splitlines()
    depth, worst, empty, unknown = map(json.loads, lines)
    assert depth["question"]["view"] == "depth"
    assert depth["clarify"] is None
    assert worst["question"]["rank"] == {"order": "bottom", "count": 2}
    assert worst["question"]["by"] == "department"
    assert empty["question"]["view"] == "overview"
    assert unknown["clarify"]["text"]
    assert unknown["confidence"] < 0.5
    assert set(depth["question"]) == {
        "view", "metrics", "departments", "tools", "weeks", "locations", "by", "compare", "rank", "intent",
    }  # fmt: skip
    assert set(depth) == {"question", "confidence", "clarify", "card"}


def run(config: Path, arguments: list[str], typed: str = "") -> str:
    result = CliRunner().invoke(
        app, ["--config", str(config), "ask", "--as-of", TODAY.isoformat(), *arguments], input=typed
    )
    assert result.exit_code == 0, result.output
    return result.output

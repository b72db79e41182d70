"""Actions in people's own words, in the chat and in the terminal."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.actions.noting import Noted, noted
from bot.cli import app
from bot.dialogue import Said, reply
from bot.installation import Installation
from bot.people.rights import Asker
from bot.settings import Roles, Settings
from storage.store import open_store
from storage.taken import taken
from tests.bot.test_digest_memory import fill, monday_after

NAMES = ("Sales", "Legal", "HR", "Research & Development")
TODAY = date(2026, 11, 30)
WORKSHOP = "multi_turn_workshop"
ADMIN = Asker(platform="slack", user="T01:U0ADMIN")
SALES = Asker(platform="slack", user="T01:U0SALES")
AS_OF = monday_after(15)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            "did prompt workshop for Sales on 12 May",
            Noted(verb="did", action=WORKSHOP, departments=("Sales",), day=date(2026, 5, 12)),
        ),
        (
            "We ran a prompt workshop for sales on 12 May.",
            Noted(verb="did", action=WORKSHOP, departments=("Sales",), day=date(2026, 5, 12)),
        ),
        (
            "We've held office hours for Legal and HR yesterday with about 40 people",
            Noted(verb="did", action="office_hours", departments=("Legal", "HR"), day=date(2026, 11, 29), people=40),
        ),
        (
            "assign prompt workshop for Sales to <@U07ABCD> by 3 March",
            Noted(verb="assign", action=WORKSHOP, departments=("Sales",), day=date(2027, 3, 3), person="U07ABCD"),
        ),
        (
            "done use_case_session for R&D",
            Noted(verb="done", action="use_case_session", departments=("Research & Development",)),
        ),
        (
            "we ran a training for everybody on 2026-11-02",
            Noted(verb="did", action=WORKSHOP, departments=NAMES, day=date(2026, 11, 2)),
        ),
    ],
)
def test_what_was_done_is_understood(text: str, meant: Noted) -> None:
    assert noted(text, NAMES, TODAY) == meant


@pytest.mark.parametrize(
    "text",
    [
        "did the workshop help?",
        "did the workshop help",
        "did sales use more",
        "we had fewer sessions in sales",
        "did prompt workshop for Marketing on 12 May",
        "assign seats",
        "done",
    ],
)
def test_a_question_is_no_note(text: str) -> None:
    said = noted(text, NAMES, TODAY)
    assert said is None or (text == "assign seats" and said.action == "activate_or_reclaim")


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("template") / "filled.db"
    store = open_store(f"sqlite:///{path}")
    fill(store, weeks=15)
    store.close()
    return path


@pytest.fixture
def installation(template, tmp_path):
    store = open_store(f"sqlite:///{shutil.copy(template, tmp_path / 'filled.db')}")
    roles = Roles(administrators=["U0ADMIN"], leaders={"U0SALES": ["Sales"]})
    yield Installation(settings=Settings(folder=tmp_path, roles=roles), store=store)
    store.close()


def said(text: str, asker: Asker, installation: Installation) -> str:
    card = reply(Said(text=text, asker=asker), installation, AS_OF).card
    return f"{card.title}: {card.text}"


def test_what_was_done_unasked_is_kept_with_who_said_it(installation) -> None:
    told = said(f"we ran a prompt workshop for Sales on {AS_OF.day} {AS_OF:%B} with 25 people", ADMIN, installation)
    assert told.startswith("Noted as done: Run a multi-turn prompt workshop for Sales: done on")
    (kept,) = taken(installation.store)
    assert (kept.who, kept.reached, kept.people, kept.finding) == ("T01:U0ADMIN", ("Sales",), 25, "")


def test_a_proposed_action_is_assigned_and_done_in_words(installation) -> None:
    assert said("assign reclaim for Sales to <@U07ABC> by 24 December", ADMIN, installation).startswith("Assigned")
    (kept,) = taken(installation.store)
    assert (kept.owner, kept.finding, kept.due) == ("T01:U07ABC", "unused_seats:Sales:chatgpt", date(2026, 12, 24))
    assert said("done reclaim for Sales today", ADMIN, installation).startswith("Noted as done")
    (kept,) = taken(installation.store)
    assert (kept.state, kept.owner) == ("done", "T01:U07ABC")


def test_what_nothing_proposes_can_not_be_assigned(installation) -> None:
    assert "Nothing that was found proposes that for Support" in said(
        "assign default model for Support", ADMIN, installation
    )


def test_a_leader_notes_what_was_done_in_their_own_department_alone(installation) -> None:
    assert said("did prompt workshop for Sales", SALES, installation).startswith("Noted as done")
    said("did prompt workshop for Support", SALES, installation)
    assert [each.reached for each in taken(installation.store)] == [("Sales",)]


def test_the_terminal_notes_assigns_and_lists(template: Path, tmp_path: Path) -> None:
    shutil.copy(template, tmp_path / "s.db")
    settings = tmp_path / "ai-usage.toml"
    settings.write_text('[store]\nurl = "sqlite:///s.db"\n[roles]\nadministrators = ["*"]\n', encoding="utf-8")

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["--config", str(settings), "actions", *words])
        return f"{result.exit_code} {' '.join(result.output.split())}"

    as_of = ("--as-of", AS_OF.isoformat())
    assert "Noted as done" in run("did", "prompt", "workshop", "for", "Sales", *as_of)
    assert "Yours now" in run("assign", "reclaim for Sales by 24 December", *as_of)
    log = run("--log", *as_of)
    assert log.startswith("0")
    assert "2 changes of 2 actions" in log
    assert "24 Dec" in run("--open", *as_of)
    assert "is not understood" in run("did", "something", "nice", *as_of)

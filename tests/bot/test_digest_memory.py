"""Digests of one store, week after week, and the commands about what is not to be heard of."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.actions.choosing import UnknownFindingError, dismiss, restore, snooze
from bot.answers.advice import state_of
from bot.answers.answer import ask
from bot.card import Digest
from bot.cli import app
from bot.render.html import render_card
from bot.render.slack import slack_digest
from bot.render.text import plain_text
from bot.sending.digest import remember, weekly_digest
from insights.basis import Basis
from insights.engine import Examination, examine
from insights.series import panel
from storage import ingestion, rollups
from storage.facts import Contract, Member, Person, Seat, Usage
from storage.findings import choices, seen_before
from storage.store import Store, open_store

FIRST = date(2026, 6, 1)
WEEKS = 20
NAMES = ("Engineering", "Sales", "Support")
KEY = "unused_seats:Sales:chatgpt"
STOPS, STARTS = 9, 16
"""Weeks from which half of Sales does not use its seats, and does again."""


def fill(store: Store, weeks: int = WEEKS) -> None:
    """Three departments of thirty people; Sales goes quiet for some weeks."""
    people = [Person(number.to_bytes(32, "big")) for number in range(1, 91)]
    ingestion.replace_members(
        store,
        "directory",
        [
            Member(person=person, since=date(2020, 1, 1), department=NAMES[number % 3])
            for number, person in enumerate(people)
        ],
        [],
    )
    seats = [Seat(person=person, tool="chatgpt", start=date(2025, 1, 6), price=30.0) for person in people]
    ingestion.replace_seats(store, "chatgpt", seats)
    ingestion.replace_contracts(store, [Contract(tool="chatgpt", seats=90, price=30.0)])
    rows = [
        Usage(
            day=FIRST + timedelta(weeks=week, days=day),
            person=person,
            tool="chatgpt",
            model="gpt-4o",
            sessions=1,
            messages=6,
            prompts=3,
            prompt_characters=990 + (number * 7 + week * 3) % 20,
            short_prompts=0,
            long_prompts=3,
            input_tokens=240,
            output_tokens=600,
        )
        for week in range(weeks)
        for number, person in enumerate(people)
        for day in (0, 2, 4)
        if not (number % 3 == 1 and number < 45 and STOPS <= week < STARTS)
    ]
    ingestion.replace_usage(store, "chatgpt", sorted({row.day for row in rows}), rows)
    rollups.refresh(store)


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("template") / "filled.db"
    store = open_store(f"sqlite:///{path}")
    fill(store)
    store.close()
    return path


@pytest.fixture
def filled(template: Path, tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{shutil.copy(template, tmp_path / 'filled.db')}")
    yield store
    store.close()


Made = tuple[Digest, Examination]


@pytest.fixture
def made(filled: Store) -> Callable[..., Made]:
    """Return a function that makes the digest after so many weeks, and notes it."""

    def make(weeks: int, *, notes: bool = True) -> Made:
        basis = Basis(store=filled, as_of=monday_after(weeks))
        digest, seen = weekly_digest(basis, "Acme")
        assert digest is not None
        if notes:
            remember(basis, digest, seen)
        return digest, seen

    return make


def monday_after(weeks: int) -> date:
    return FIRST + timedelta(weeks=weeks)


def test_a_first_digest_says_of_nothing_that_it_is_new(made: Callable[..., Made]) -> None:
    digest, seen = made(14)
    assert KEY in {each.key for each in seen.findings}
    assert {each.state for each in digest.card.advice} == {""}
    assert digest.card.resolved == ()


def test_the_next_digests_say_that_it_is_still_so_and_then_that_it_is_gone(made: Callable[..., Made]) -> None:
    states = []
    for weeks in range(14, 18):
        digest, _ = made(weeks)
        states += [each.state for each in digest.card.advice if each.key == KEY] or [digest.card.resolved]
    assert states[:3] == ["", "Still (2nd week)", "Still (3rd week)"]
    assert "Sales no longer leaves a quarter of seats unused (told since the week of 31 August)." in states[3]


def test_a_digest_in_which_nothing_is_new_says_so_first(made: Callable[..., Made]) -> None:
    made(14)
    digest, seen = made(15)
    assert [each.state for each in seen.findings if each.state != "still"] == []
    assert "Nothing new this week: " in digest.card.text


def test_every_renderer_says_the_state_and_what_is_resolved(made: Callable[..., Made]) -> None:
    for weeks in (14, 15):
        digest, _ = made(weeks)
    slack = json.dumps(slack_digest(digest)[0].blocks)
    for told in (plain_text(digest.card), render_card(digest.card), slack):
        assert "Still (2nd week)" in told
    for weeks in (16, 17):
        digest, _ = made(weeks)
    slack = json.dumps(slack_digest(digest)[0].blocks)
    for told in (plain_text(digest.card), render_card(digest.card), slack):
        assert "Resolved: Sales no longer leaves a quarter of seats unused" in told


def test_looking_at_findings_and_asking_notes_nothing(made: Callable[..., Made], filled: Store) -> None:
    made(14, notes=False)
    ask("sales", Basis(store=filled, as_of=monday_after(14)))
    assert seen_before(filled, monday_after(WEEKS)) == ()


def test_a_dismissed_finding_is_in_no_digest_and_no_answer(made: Callable[..., Made], filled: Store) -> None:
    basis = Basis(store=filled, as_of=monday_after(14))
    made(14)
    assert KEY in {each.key for each in ask("sales", basis).card.advice}
    dismiss(basis, KEY, reason="they move", who="U024BE7LH")
    assert KEY not in {each.key for each in ask("sales", basis).card.advice}
    _, seen = made(15)
    assert [(each.finding.key, each.choice.who) for each in seen.quiet] == [(KEY, "U024BE7LH")]
    made(16)
    assert KEY not in {each.seen.key for each in made(17)[1].resolved}


def test_a_button_under_an_old_digest_still_works_when_the_finding_is_gone(
    made: Callable[..., Made], filled: Store
) -> None:
    made(15)
    basis = Basis(store=filled, as_of=monday_after(18))
    assert KEY not in {each.key for each in examine_now(basis).found}
    choice = snooze(basis, KEY, weeks=2)
    assert choice.until == monday_after(20)
    restore(basis, KEY)
    assert choices(filled) == ()


def examine_now(basis: Basis) -> Examination:
    return weekly_digest(basis, "Acme")[1]


def test_a_key_that_nothing_has_is_answered_with_the_nearest(filled: Store) -> None:
    basis = Basis(store=filled, as_of=monday_after(14))
    with pytest.raises(UnknownFindingError, match='did you mean "unused_seats:Sales:chatgpt"'):
        snooze(basis, "unused_seat:sales:chatgpt")
    with pytest.raises(UnknownFindingError, match="is not snoozed or dismissed: there are none"):
        restore(basis, KEY)


# Commands ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(template: Path, tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs `ai-usage` on a filled store of its own, as of a week."""
    shutil.copy(template, tmp_path / "cli.db")
    config = tmp_path / "ai-usage.toml"
    config.write_text(
        '[organisation]\nname = "Acme"\n[store]\nurl = "sqlite:///cli.db"\n'
        '[privacy]\nkey = "env:AI_USAGE_TEST_KEY"\n[contracts.chatgpt]\nseats = 90\nprice = 30\n',
        encoding="utf-8",
    )

    def ai_usage(*words: str, weeks: int = 15, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["--config", str(config), *words, "--as-of", str(monday_after(weeks))])
        assert result.exit_code == code, result.output
        return result.output

    return ai_usage


def test_insights_in_json_holds_what_was_tried_what_passed_and_each_findings_evidence(run: Callable[..., str]) -> None:
    told = json.loads(run("insights", "--json"))
    assert told["looked_at"] == {"departments": 3, "metrics": 8, "tools": 1, "weeks": 15}
    assert told["tried"] > 40
    assert told["passed"] == len(told["changes"]) > 0
    assert told["rate"] == 0.1
    assert {"p", "q", "low", "high", "change", "since"} <= set(told["changes"][0])
    tested = [each for each in told["findings"] if each["evidence"]["q"] is not None]
    for each in told["findings"]:
        product = each["impact"] * each["confidence"] * each["novelty"] * each["actionable"]
        assert each["rank"] == pytest.approx(product)
        assert 0 < each["rank"] <= 1
    for each in tested:
        assert each["evidence"]["low"] <= each["evidence"]["change"] <= each["evidence"]["high"]
        assert each["evidence"]["p"] <= each["evidence"]["q"] <= 0.1
    assert {"resolved", "quiet", "faults", "notes"} <= set(told)


def test_insights_show_what_ranks_each_and_digests_make_them_less_novel(run: Callable[..., str]) -> None:
    assert "novelty 1.00" in run("insights", weeks=14)
    run("digest", weeks=14)
    told = run("insights", weeks=15)
    assert "Still (2nd week), told since the week of 31 August" in told
    assert "novelty 0.60" in told
    assert "hypotheses tried" in told
    assert "novelty 0.60" in run("insights", weeks=15), "insights left a trace"


def test_snoozing_dismissing_and_restoring_by_key(run: Callable[..., str]) -> None:
    assert run("insights", "snooze", KEY, "--weeks", "2") == f"Snoozed until {monday_after(17)}: {KEY}\n"
    assert "Quiet (snoozed until" in run("insights")
    assert run("insights", "dismiss", KEY, "--reason", "they move") == f"Dismissed: {KEY}\n"
    assert "they move): Sales leaves" in run("insights")
    assert [each["choice"]["choice"] for each in json.loads(run("insights", "--json"))["quiet"]] == ["dismiss"]
    assert run("insights", "restore", KEY) == f"Restored: {KEY}\n"
    assert "Quiet" not in run("insights")


def test_an_unknown_key_ends_in_a_sentence(run: Callable[..., str]) -> None:
    assert f'did you mean "{KEY}"?' in run("insights", "snooze", "unused_seats:Sale:chatgpt", code=1)


# Words ---------------------------------------------------------------------------------------------------------------


def test_states_are_told_in_words(filled: Store) -> None:
    shown = panel(Basis(store=filled, as_of=monday_after(14)), tools=("chatgpt",))
    found = next(each for each in examine(shown).findings if each.key == KEY)
    still = replace(found, state="still", weeks_told=2)
    back = {number: found.week - timedelta(weeks=number - 1) for number in (2, 3, 4, 11, 21)}
    told = [state_of(replace(still, first_week=first)) for first in back.values()]
    assert told == [f"Still ({number} week)" for number in ("2nd", "3rd", "4th", "11th", "21st")]
    moved = replace(still, first_week=back[2], joined=("HR",), left=("Legal", "Sales"))
    assert state_of(moved) == "Still (2nd week), now with HR, no longer Legal and Sales"
    rising = replace(found, state="worse", metric="messages_per_session")
    assert [state_of(replace(rising, direction=way)) for way in (-1, 0, 1)] == ["Worse", "Worse", "Stronger"]
    assert state_of(replace(found, state="worse", metric="monthly_spend", direction=1)) == "Larger"

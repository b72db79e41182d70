"""What buttons do, whoever presses them: over a filled store, with real rights."""

import logging
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.actions.deeds import Deed, NotDoneError, read
from bot.actions.doing import do, perform
from bot.card import Card
from bot.dialogue import Asker
from bot.installation import Installation
from bot.sending.digest import remember, weekly_digest
from bot.settings import Roles, Settings
from storage.findings import choices
from storage.store import open_store
from storage.taken import course, ongoing, taken
from tests.bot.test_digest_memory import KEY, fill, monday_after

ADMIN = Asker(platform="slack", user="T01:U0ADMIN")
SALES = Asker(platform="slack", user="T01:U0SALES")
SUPPORT = Asker(platform="slack", user="T01:U0SUPPORT")
STRANGER = Asker(platform="slack", user="T01:U0STRANGER")
ROLES = Roles(administrators=["U0ADMIN"], leaders={"U0SALES": ["Sales"], "U0SUPPORT": ["Support"]})
AS_OF = monday_after(15)


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
    yield Installation(settings=Settings(folder=tmp_path, roles=ROLES), store=store)
    store.close()


@pytest.fixture
def press(installation):
    def pressed(words: str, asker: Asker = ADMIN, as_of: date = AS_OF) -> Card:
        return do(words, asker, installation, as_of)

    return pressed


def digest_keys(installation, as_of: date = AS_OF) -> set[str]:
    return {each.key for each in weekly_digest(installation.basis(as_of), "Acme")[1].findings}


@pytest.mark.parametrize(
    ("words", "deed"),
    [
        (f"explain {KEY}", Deed(verb="explain", key=KEY)),
        ("table sales last 26 weeks", Deed(verb="table", words="sales last 26 weeks")),
        ("share", Deed(verb="share")),
        (f"snooze {KEY} 8", Deed(verb="snooze", key=KEY, weeks=8)),
        (f"snooze {KEY}", Deed(verb="snooze", key=KEY, weeks=4)),
        (f"snooze {KEY} 4000", Deed(verb="snooze", key=KEY, weeks=52)),
        (f"dismiss {KEY} they move to Lisbon", Deed(verb="dismiss", key=KEY, words="they move to Lisbon")),
        (f"assign activate_or_reclaim {KEY}", Deed(verb="assign", key=KEY, action="activate_or_reclaim")),
        (f"assign T01:U07 {KEY} 2026-10-01", Deed(verb="assign", key=KEY, person="T01:U07", day=date(2026, 10, 1))),
        (f"done {KEY} 2026-09-01", Deed(verb="done", key=KEY, day=date(2026, 9, 1))),
        (
            "explain changes.older_model_share.up:Customer Success|R:D: x|Ops:github-copilot",
            Deed(verb="explain", key="changes.older_model_share.up:Customer Success|R:D: x|Ops:github-copilot"),
        ),
        ("mute concentration::*", Deed(verb="mute", key="concentration::*")),
        (
            "did multi_turn_workshop 2026-09-01 Sales|Customer Success",
            Deed(verb="did", action="multi_turn_workshop", day=date(2026, 9, 1), reached=("Sales", "Customer Success")),
        ),
    ],
)
def test_a_buttons_words_are_read(words, deed):
    assert read(words) == deed


@pytest.mark.parametrize("words", ["", "delete everything", "explain", "mute nothing:at:all", f"done {KEY} soon"])
def test_words_that_no_button_has_are_answered_with_a_sentence(words, press):
    with pytest.raises(NotDoneError):
        read(words)
    assert press(words).title == "That did not work"


def test_a_finding_is_explained_with_its_numbers_and_what_to_do(press):
    card = press(f"explain {KEY}")

    assert card.title == "Sales · Share of seats unused · ChatGPT"
    assert [each.label for each in card.fields][:1] == ["Now"]
    assert card.chart is not None
    assert card.advice[0].key == KEY
    assert card.advice[0].steps
    assert "ranks by impact" in card.text


def test_a_finding_of_an_old_digest_that_is_gone_is_explained_as_gone(press, installation):
    digest, seen = weekly_digest(installation.basis(AS_OF), "Acme")
    remember(installation.basis(AS_OF), digest, seen)
    with installation.store.writing() as connection:
        connection.exec_driver_sql("UPDATE finding_seen SET key = 'unused_seats:Old:chatgpt' WHERE key = ?", (KEY,))

    assert press("explain unused_seats:Old:chatgpt", as_of=monday_after(16)).title == "Not found any more"


def test_muting_is_for_everybody_and_can_be_undone(press, installation):
    assert KEY in digest_keys(installation)
    card = press(f"mute {KEY}")
    assert card.title == "Muted for everybody"
    assert KEY not in digest_keys(installation)

    (undo,) = card.buttons
    press(undo.do)
    assert KEY in digest_keys(installation)
    (one,) = taken(installation.store)
    assert [each.state for each in course(installation.store, one.id)] == ["dismissed", "open"]


def test_snoozing_lasts_for_its_weeks_and_who_did_it_is_kept(press, installation):
    card = press(f"snooze {KEY} 2")

    assert "until" in card.text
    (choice,) = choices(installation.store)
    assert (choice.who, choice.until) == (ADMIN.user, monday_after(17))
    (kept,) = taken(installation.store)
    assert (kept.state, kept.who, kept.until) == ("snoozed", ADMIN.user, monday_after(17))
    assert KEY in digest_keys(installation, monday_after(17))


def test_a_dismissal_keeps_its_reason(press, installation):
    card = press(f"dismiss {KEY} they move to Lisbon")

    assert "they move to Lisbon" in card.text
    assert choices(installation.store)[0].reason == "they move to Lisbon"


def test_an_action_is_taken_by_who_presses_or_by_who_is_named(press, installation):
    press(f"assign activate_or_reclaim {KEY}")
    (mine,) = ongoing(taken(installation.store), ADMIN.user)
    card = press(f"assign T01:U0SALES {KEY} {monday_after(17)}")
    (theirs,) = ongoing(taken(installation.store), SALES.user)

    assert (mine.action, mine.metric, mine.departments) == ("activate_or_reclaim", "seats_unused_share", ("Sales",))
    assert (theirs.id, theirs.owner, theirs.due) == (mine.id, SALES.user, monday_after(17))
    assert card.title == "Assigned"
    assert "Activate or reclaim unused seats in Sales" in card.text
    assert [each.do for each in card.buttons] == [f"done {KEY}", f"explain {KEY}"]


def test_an_action_is_done_on_its_real_day_and_whom_it_reached_is_kept(press, installation):
    press(f"assign activate_or_reclaim {KEY}")
    deed = Deed(verb="done", key=KEY, day=monday_after(14), reached=("Sales", "Support"), people=45)
    card = perform(deed, ADMIN, installation, AS_OF).card

    (kept,) = taken(installation.store)
    assert (kept.state, kept.done, kept.reached, kept.people) == ("done", monday_after(14), ("Sales", "Support"), 45)
    assert "reaching about 45 people" in card.text
    assert "is looked at" in card.footer


def test_what_was_done_without_a_proposal_is_one_of_the_catalogues_actions(press, installation):
    card = press("did multi_turn_workshop 2026-09-01 Sales|Support")
    assert card.text.startswith("Run a multi-turn prompt workshop for Sales and Support: done on 1 September 2026")
    assert taken(installation.store)[0].finding == ""
    assert "did you mean" in press("did multi_turn_workshops 2026-09-01").text
    assert "did you mean" in press("did multi_turn_workshop 2026-09-01 Salse").text


@pytest.mark.parametrize("words", [f"done {KEY} 2030-01-01", f"done {KEY} 2020-01-01", f"assign {KEY} 2026-01-01"])
def test_days_that_cannot_be_are_refused_in_a_sentence(words, press, installation):
    assert press(words).title == "That did not work"
    assert taken(installation.store) == ()


def test_nobody_without_a_role_does_anything(press, installation, caplog):
    with caplog.at_level(logging.WARNING):
        for verb in ("explain", "mute", "assign", "done", "snooze"):
            assert "Sorry" in press(f"{verb} {KEY}", STRANGER).title
        assert "Sorry" in press("did multi_turn_workshop", STRANGER).title
    assert (choices(installation.store), taken(installation.store)) == ((), ())
    assert STRANGER.user in caplog.text
    assert KEY not in caplog.text


def test_a_leader_takes_what_is_about_their_own_departments(press, installation):
    assert press(f"assign {KEY}", SALES).title == "Yours now"
    assert press(f"snooze {KEY}", SALES).title.startswith("Snoozed")
    assert press(f"mute {KEY}", SALES).title == "Not yours to change"
    for verb in ("assign", "snooze", "done", "mute"):
        assert press(f"{verb} {KEY}", SUPPORT).title in ("Not yours to change", "That did not work"), verb
    assert [each.owner for each in ongoing(taken(installation.store))] in ([], [SALES.user])


def test_who_was_given_an_action_notes_it_as_done_without_any_role(press, installation):
    press(f"assign {STRANGER.user} {KEY}")
    assert press(f"done {KEY}", STRANGER).title == "Noted as done"
    assert taken(installation.store)[0].who == STRANGER.user


def test_an_answer_becomes_a_table(press):
    card = press("table sales")

    assert card.chart is None
    assert card.table is not None
    assert card.table.columns[0] == "Week of"
    assert len(card.table.rows) > 10


def test_a_shared_answer_is_the_answer_itself(press):
    assert press("share sales").title.startswith("Sales")
    assert "Sorry" in press("share sales", STRANGER).title

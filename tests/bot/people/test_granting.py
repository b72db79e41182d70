"""Who may ask, changed while the bot runs: in words by administrators, or from the terminal."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import app
from bot.dialogue import Asker, Reply, Said, reply
from bot.people.granting import NotGrantedError, grant
from bot.people.rights import Rights, rights_of
from bot.render.text import plain_text
from bot.running.doctor import PARTS
from bot.settings import Roles
from storage import ingestion, rollups
from storage.facts import Member, Person, Usage
from storage.grants import grants
from storage.store import Store, open_store
from tests.bot.company import TODAY, installation

ADMIN, NEW = (Asker(platform="slack", user=f"T0ACME:{each}") for each in ("U0ADMIN", "U0NEW"))
DEPARTMENTS = ("Sales", "Marketing", "Research, and Development")


@pytest.fixture
def known(store: Store) -> Store:
    """A store that knows departments."""
    return with_departments(store)


def with_departments(store: Store) -> Store:
    people = [Person(number.to_bytes(32, "big")) for number in range(1, 31)]
    members = [
        Member(person=each, since=TODAY.replace(year=2020), department=DEPARTMENTS[number % 3])
        for number, each in enumerate(people)
    ]
    ingestion.replace_members(store, "directory", members, [])
    rows = [Usage(day=TODAY.replace(day=1), person=each, tool="chatgpt", model="gpt-4o", sessions=1) for each in people]
    ingestion.replace_usage(store, "chatgpt", [TODAY.replace(day=1)], rows)
    rollups.refresh(store)
    return store


def say(store: Store, text: str, asker: Asker = ADMIN) -> Reply:
    return reply(Said(text=text, asker=asker), installation(store), TODAY)


def rights(store: Store, asker: Asker = NEW) -> Rights:
    return rights_of(asker, installation(store))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("grant <@U0NEW> sales, marketing", Rights(departments=("Sales", "Marketing"), company=True)),
        ("Grant <@U0NEW|new hire> Research, and  Development", Rights(departments=(DEPARTMENTS[2],), company=True)),
        ("grant U0NEW company", Rights(company=True)),
        ("grant <@U0NEW> enablement", Rights(enablement=True, company=True)),
        ("grant <@U0NEW> administrator", Rights(administrator=True, company=True)),
    ],
)
def test_an_administrator_gives_a_role_in_words(known: Store, words: str, expected: Rights) -> None:
    assert say(known, words).card.title == "Granted"
    assert rights(known) == expected


def test_a_user_group_is_given_a_role(known: Store) -> None:
    say(known, "grant <!subteam^S0HEADS|@heads> sales")
    member = Asker(platform="slack", user="T0ACME:U0ANY", groups=frozenset({"S0HEADS"}))
    assert rights(known, member).departments == ("Sales",)
    assert not rights(known).anything


def test_what_was_given_is_taken_again_one_department_or_all(known: Store) -> None:
    say(known, "grant <@U0NEW> sales, marketing")
    assert say(known, "revoke <@U0NEW> sales").card.title == "Revoked"
    assert rights(known).departments == ("Marketing",)
    say(known, "revoke <@U0NEW>")
    assert not rights(known).anything
    assert say(known, "revoke <@U0NEW>").card.title == "Nothing changed"


def test_who_gave_and_took_what_and_when_is_kept(known: Store) -> None:
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    grant("<@U0NEW> sales", ADMIN, installation(known), at)
    say(known, "revoke <@U0NEW>")
    (row,) = grants(known, ended=True)
    assert (row.who, row.department, row.by, row.at, row.ended_by) == ("U0NEW", "Sales", ADMIN.user, at, ADMIN.user)
    assert row.ended is not None
    assert grants(known) == ()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("grant", "Write “grant”"),
        ("grant <@U0NEW>", "Write “grant”"),
        ("grant <@U0NEW> salse", "did you mean"),
        ("grant <@U0NEW> sales, astrology", "There is no department “astrology”"),
    ],
)
def test_what_is_not_understood_grants_nothing_and_says_what_to_write(known: Store, words: str, hint: str) -> None:
    assert hint.lower() in say(known, words).card.text.lower()
    assert grants(known) == ()


@pytest.mark.parametrize("words", ["grant <@U0NEW> administrator", "revoke <@U0ADMIN>", "who"])
def test_only_administrators_say_who_may_ask_or_see_it(known: Store, words: str) -> None:
    say(known, "grant <@U0NEW> sales")
    answer = say(known, words, NEW)
    assert answer.refused
    assert answer.whom == ("U0ADMIN",)
    assert not rights(known).administrator


def test_an_administrator_by_grant_may_grant_and_is_named_to_ask(known: Store) -> None:
    say(known, "grant <@U0NEW> administrator")
    assert not say(known, "grant <@U0OTHER> sales", NEW).refused
    stranger = say(known, "", Asker(platform="slack", user="T0ACME:U0THIRD"))
    assert stranger.whom == ("U0ADMIN", "U0NEW")


def test_what_the_settings_say_is_not_revoked(known: Store) -> None:
    assert "change [roles] there" in say(known, "revoke U0ADMIN").card.text
    assert rights(known, ADMIN).administrator


def test_who_may_ask_is_told_with_who_said_so(known: Store) -> None:
    say(known, "grant <@U0NEW> sales")
    told = plain_text(say(known, "who?").card)
    assert "U0ADMIN" in told
    assert "the company and Sales" in told
    assert f"by {ADMIN.user}" in told


def test_a_department_that_is_gone_gives_no_rights(known: Store) -> None:
    given = Roles(leaders={"U0NEW": ["Department of Yesterday"]})
    assert rights_of(NEW, installation(known, given)) == Rights(company=True)


def test_nothing_is_granted_without_words(known: Store) -> None:
    with pytest.raises(NotGrantedError):
        grant("", ADMIN, installation(known))


def test_the_terminal_grants_and_tells(tmp_path: Path) -> None:
    config = tmp_path / "ai-usage.toml"
    config.write_text('[roles]\nadministrators = ["U0ADMIN"]\n', encoding="utf-8")
    store = open_store(f"sqlite:///{tmp_path / 'ai-usage.db'}")
    with_departments(store)
    store.close()

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["--config", str(config), *words], catch_exceptions=False)
        return done.output

    assert "U0NEW may now see the company, Sales and Marketing" in run("grant", "U0NEW", "sales,", "marketing")
    assert [each["who"] for each in json.loads(run("roles", "--json"))] == ["U0ADMIN", "U0NEW"]
    assert "U0NEW may not any more" in run("grant", "--revoke", "U0NEW")
    assert "did you mean" in run("grant", "U0NEW", "salse")


def test_doctor_names_departments_that_nobody_is_in(known: Store) -> None:
    given = Roles(administrators=["U0ADMIN"], leaders={"U0LEADER": ["Sales", "Marketng"]})
    checks = list(PARTS["roles"](installation(known, given)))
    assert [(each.state, each.said, each.fix) for each in checks] == [
        ("look", "[roles.leaders] U0LEADER names no known department: 'Marketng'", 'did you mean "Marketing"?')
    ]

"""What whom is replied: administrators everything, leaders the company and their own, everybody else whom to ask."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.dialogue import Asker, Reply, Said, reply
from bot.people.rights import Rights, narrowed, rights_of, seen_by
from bot.render.text import plain_text
from bot.sending.digest import weekly_digest
from bot.settings import Roles
from insights.question import Question
from insights.series import panel
from storage.store import Store, open_store
from tests.bot.company import NAMES, TODAY, fill, installation

ROLES = Roles(
    administrators=["U0ADMIN", "group:S0ADMINS"],
    leaders={"U0LEADER": ["sales", "Nowhere"], "group:S0HEADS": ["Support"], "U0CHIEF": []},
    enablement=["U0ENABLE"],
)
EVERY = (
    "",
    "sales",
    "departments",
    "licenses",
    "depth",
    "models",
    "prompts",
    "tokens",
    "help",
    "baseline",
    "tools",
    "renewal",
    "status",
    "rank departments",
    "why sales",
    "actions",
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('people') / 'store.db'}")
    fill(store)
    yield store
    store.close()


def of(user: str, *groups: str) -> Asker:
    return Asker(platform="slack", user=f"T0ACME:{user}", groups=frozenset(groups))


def said(store: Store, text: str, user: str = "U0LEADER") -> Reply:
    return reply(Said(text=text, asker=of(user)), installation(store, ROLES), TODAY)


def everything_in(answer: Reply) -> str:
    card = answer.card
    return " ".join((plain_text(card), repr(card.chart), repr(card.buttons), repr(card.advice)))


@pytest.mark.parametrize(
    ("asker", "rights"),
    [
        (of("U0ADMIN"), Rights(administrator=True, company=True)),
        (of("U0ANY", "S0ADMINS"), Rights(administrator=True, company=True)),
        (of("U0LEADER"), Rights(departments=("Sales",), company=True)),
        (of("U0LEADER", "S0HEADS"), Rights(departments=("Sales", "Support"), company=True)),
        (of("U0CHIEF"), Rights(company=True)),
        (of("U0ENABLE"), Rights(enablement=True, company=True)),
        (of("U0ANY"), Rights()),
        (of(""), Rights()),
        (Asker(platform="terminal"), Rights(administrator=True, company=True)),
        (Asker(platform="terminal", user="U0LEADER"), Rights(departments=("Sales",), company=True)),
    ],
)
def test_roles_are_read_by_user_id_with_or_without_workspace_and_by_group(
    filled: Store, asker: Asker, rights: Rights
) -> None:
    assert rights_of(asker, installation(filled, ROLES)) == rights


def test_everybody_may_be_an_administrator(filled: Store) -> None:
    assert rights_of(of("U0ANY"), installation(filled, Roles(administrators=["*"]))).administrator


@pytest.mark.parametrize("text", EVERY)
def test_a_leader_is_told_of_the_company_and_their_own_department_alone(filled: Store, text: str) -> None:
    told = everything_in(said(filled, text))
    assert not [name for name in NAMES if name != "Sales" and name in told]


@pytest.mark.parametrize("text", ["departments", "help"])
def test_an_administrator_is_told_of_all(filled: Store, text: str) -> None:
    told = everything_in(said(filled, text, "U0ADMIN"))
    assert all(name in told for name in NAMES)


def test_a_departments_numbers_are_the_same_for_its_leader(filled: Store) -> None:
    leaders, all_of_it = (said(filled, "sales", user).card for user in ("U0LEADER", "U0ADMIN"))
    assert (leaders.fields, leaders.chart) == (all_of_it.fields, all_of_it.chart)


def test_what_several_departments_share_is_told_to_the_leader_of_one_as_theirs(filled: Store) -> None:
    (everybodys,) = [each for each in said(filled, "licenses", "U0ADMIN").card.advice if "unused_seats" in each.key]
    (leaders,) = [each for each in said(filled, "licenses").card.advice if "unused_seats" in each.key]
    assert everybodys.headline.startswith("Engineering and Sales leave 30 of 60 seats unused")
    assert leaders.headline.startswith("Sales leaves 15 of 30 seats unused")


def test_another_department_is_answered_as_one_that_does_not_exist_and_it_is_logged(
    filled: Store, caplog: pytest.LogCaptureFixture
) -> None:
    there, nowhere = said(filled, "engineering"), said(filled, "astrologers")
    assert there.refused
    assert there.whom == ("U0ADMIN",)
    assert "You may ask about the whole company and Sales" in there.card.text
    assert there.card.text.replace("engineering", "astrologers") == nowhere.card.text
    assert caplog.record_tuples[0][1] == logging.WARNING
    assert "T0ACME:U0LEADER" in caplog.text
    assert "engineering" not in caplog.text


def test_a_slip_of_the_finger_is_read_among_what_a_leader_may_see(filled: Store) -> None:
    assert said(filled, "salse").card.title.startswith("Sales")
    assert said(filled, "enginering").refused


def test_a_stranger_is_told_whom_to_ask(filled: Store) -> None:
    answer = said(filled, "sales", "U0NEW")
    assert answer.refused
    assert answer.whom == ("U0ADMIN",)
    assert "your user id is U0NEW" in answer.card.text


def test_without_administrators_a_stranger_learns_where_they_are_written(filled: Store) -> None:
    answer = reply(Said(text="", asker=of("U0NEW")), installation(filled, Roles()), TODAY)
    assert "[roles]" in answer.card.text


def test_a_question_from_elsewhere_is_narrowed_too(filled: Store) -> None:
    rights = rights_of(of("U0LEADER"), installation(filled, ROLES))
    assert narrowed(Question(departments=("Sales",)), rights) == Question(departments=("Sales",))
    assert not isinstance(narrowed(Question(departments=("Sales", "Support")), rights), Question)


def test_a_leaders_answer_warns_before_others_see_it(filled: Store) -> None:
    assert "Sales" in said(filled, "sales").caution
    assert said(filled, "help").caution == ""
    assert said(filled, "sales", "U0ADMIN").caution == ""


def test_a_leaders_digest_names_nobody_else(filled: Store) -> None:
    installed = installation(filled, ROLES)
    basis = seen_by(installed.basis(TODAY), rights_of(of("U0LEADER"), installed))
    digest, _ = weekly_digest(basis, "Acme")
    assert digest is not None
    told = " ".join(plain_text(each) + repr(each.chart) for each in (digest.card, *digest.views))
    assert not [name for name in NAMES if name != "Sales" and name in told]
    assert "Sales leaves 15 of 30 seats unused" in told


def test_the_gate_is_not_moved_by_what_is_visible(filled: Store) -> None:
    basis = installation(filled).basis(TODAY)
    cut = panel(replace(basis, visible=("Support",)))
    assert cut.departments == ("Support",)
    assert cut.values("weekly_active_users", "Support") == panel(basis).values("weekly_active_users", "Support")
    assert cut.values("weekly_active_users", "Sales") == tuple(None for _ in cut.weeks)


@pytest.mark.parametrize("text", ["which department goes deepest?", "departments"])
def test_an_order_of_a_leaders_departments_says_that_they_are_not_all(filled: Store, text: str) -> None:
    assert "only those that you may see" in said(filled, text).card.footer
    assert "only those that you may see" not in said(filled, text, "U0ADMIN").card.footer

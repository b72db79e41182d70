"""What stands on somebody's page, over a filled store with real rights."""

import pytest

from bot.actions.doing import do
from bot.answers.home import home_of
from bot.people.granting import grant
from tests.bot.actions.test_doing import ADMIN, AS_OF, KEY, SALES, STRANGER, installation, template

__all__ = ["installation", "template"]


@pytest.fixture
def home(installation):
    return lambda who: home_of(who, installation, AS_OF)


def test_an_administrator_sees_the_numbers_the_sources_and_who_may_ask(home):
    page = home(ADMIN)

    assert "every department" in page.rights
    assert 0 < len(page.fields) <= 4
    assert [each.who for each in page.holders] == ["U0ADMIN", "U0SALES", "U0SUPPORT"]


def test_a_leader_sees_their_own_departments_and_not_who_may_ask(home):
    page = home(SALES)

    assert page.rights == "You may ask about the whole company and Sales."
    assert page.fields
    assert page.holders is None


def test_whoever_may_ask_nothing_sees_whom_to_ask_and_what_is_theirs_to_do(home, installation):
    do(f"assign {STRANGER.user} {KEY} 2026-10-01", ADMIN, installation, AS_OF)
    page = home(STRANGER)

    assert (page.fields, page.sources, page.holders) == ((), (), None)
    assert page.whom == ("U0ADMIN",)
    (action,) = page.actions
    assert (action.key, action.overdue) == (KEY, False)
    assert action.title.startswith("Activate or reclaim unused seats in Sales")


def test_who_was_granted_a_role_is_among_those_who_may_ask(home, installation):
    grant("U0NEW enablement", ADMIN, installation)
    assert ("U0NEW", "every department (enablement)") in {(each.who, each.may) for each in home(ADMIN).holders}

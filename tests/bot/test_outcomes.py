"""What becomes of actions, as people read it: in answers, in the digest, and in what is recommended next."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.actions.open_actions import log_card
from bot.answers.answer import ask
from bot.answers.learnt import effects_due
from bot.format import NOTHING
from bot.sending.digest import weekly_digest
from insights.basis import Basis
from insights.engine import proven
from insights.impact import Record, impacts
from storage.taken import Taken, keep
from tests.insights.test_impact import DEPARTMENTS, FIRST, TODAY, WORKSHOP, basis, company, done

__all__ = ["basis", "company"]  # fixtures


def assigned(basis: Basis, due: date, owner: str = "T1:U7") -> None:
    keep(
        basis.store,
        Taken(
            action=WORKSHOP,
            metric="messages_per_session",
            state="assigned",
            at=datetime.combine(TODAY, datetime.min.time(), UTC),
            who="T1:U1",
            finding=f"changes:{DEPARTMENTS[2]}:chatgpt",
            departments=(DEPARTMENTS[2],),
            owner=owner,
            due=due,
        ),
    )


def monday_of_week(number: int) -> date:
    return FIRST + timedelta(weeks=number)


def test_did_it_help_is_answered_with_what_was_measured(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0])
    card = ask("did the workshop help?", basis).card
    assert "it helped: messages per session" in card.text
    assert card.table is not None
    assert len(card.table.rows) == 1


def test_the_list_of_actions_has_owner_due_day_and_what_was_done(basis: Basis) -> None:
    assigned(basis, TODAY - timedelta(days=3))
    done(basis.store, DEPARTMENTS[0])
    table = ask("actions", basis).card.table
    assert table is not None
    assert [row[1] for row in table.rows] == ["U7", NOTHING]
    assert "overdue" in table.rows[0][2]
    assert table.rows[1][3].startswith("done on")


def test_a_renewal_without_a_contract_says_what_to_write(basis: Basis) -> None:
    assert "[contracts.<tool>]" in ask("renewal", basis).card.text


def test_every_effect_is_told_in_one_digest_and_in_no_other(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0])
    told = []
    for week in range(14, 22):
        then = Basis(store=basis.store, as_of=monday_of_week(week + 1))
        told.append(effects_due(impacts(then), then, monday_of_week(week), "GPT-4o"))
    assert [bool(each) for each in told] == [False, False, False, True, False, False, False, True]
    assert told[3].startswith("4 weeks on, Run a multi-turn prompt workshop for Department A: it helped")
    assert told[7].startswith("8 weeks on")


def test_what_was_noted_late_is_told_once_with_its_last_effect(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0], noted=monday_of_week(21) + timedelta(days=1))
    told = effects_due(impacts(basis), basis, monday_of_week(21), "GPT-4o")
    assert told.startswith("8 weeks on")
    assert "4 weeks on" not in told


def test_the_digest_tells_the_effect_and_what_is_overdue(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0])
    assigned(basis, TODAY - timedelta(days=3))
    digest, _ = weekly_digest(basis, "Acme")
    assert digest is not None
    assert "8 weeks on, Run a multi-turn prompt workshop for Department A: it helped" in digest.card.text
    assert digest.card.footer.startswith("Overdue: Run a multi-turn prompt workshop for Department C (due 5 Jun).")


def test_whoever_sees_another_department_is_not_told_of_the_effect(basis: Basis) -> None:
    done(basis.store, DEPARTMENTS[0])
    seen = Basis(store=basis.store, as_of=basis.as_of, visible=(DEPARTMENTS[1],))
    assert effects_due(impacts(seen), seen, monday_of_week(21), "GPT-4o") == ""


def test_every_change_stands_in_the_log(basis: Basis) -> None:
    assigned(basis, TODAY)
    assigned(basis, TODAY + timedelta(days=7), owner="T1:U8")
    card = log_card(basis)
    assert card.text.startswith("2 changes of 1 action")
    assert card.table is not None
    assert [row[3] for row in card.table.rows] == ["U8", "U7"]


@pytest.mark.parametrize(("promise", "factor"), [(0.5, 1.0), (0.1, 0.6), (0.9, 1.4)])
def test_an_action_counts_more_where_it_helped_here(promise: float, factor: float) -> None:
    record = Record(action=WORKSHOP, metric="messages_per_session", times=2, estimate=1, low=0, high=2, promise=promise)
    assert proven(0.6, record) == pytest.approx(0.6 * factor)
    assert proven(0.6, None) == 0.6
    assert proven(0.9, record) <= 1

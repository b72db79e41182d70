"""What a renewal's card says besides its numbers: true-up, who needs more, other tools, and the one thing to do."""

from dataclasses import replace
from datetime import timedelta

from bot.answers.renewal_card import beside_others, true_up_in_words, waiting
from bot.sending.renewal_alerts import recommendation
from insights.renewal import DepartmentSeats
from tests.insights.test_renewal_watch import NOTICE, renewal

SALES = DepartmentSeats(department="Sales", assigned=40, active=20, idle=20, idle_spend=600)
LEGAL = DepartmentSeats(department="Legal", assigned=20, active=20, idle=0, idle_spend=0)


def test_a_true_up_rule_is_said_and_its_absence_is_not() -> None:
    assert true_up_in_words(renewal(NOTICE, lambda _: 500)) == ""
    said = true_up_in_words(renewal(NOTICE, lambda _: 500, true_up="quarterly"))
    assert "billed quarterly (true-up)" in said


def test_departments_that_use_every_seat_wait_for_idle_ones_of_others() -> None:
    known = renewal(NOTICE, lambda _: 500)
    assert waiting([SALES], known) == ""
    assert waiting([SALES, LEGAL], known).startswith("Legal uses nearly every seat and may need more. Idle seats")


def test_an_active_persons_cost_is_set_beside_other_tools_of_the_same_currency() -> None:
    mine = replace(renewal(NOTICE, lambda _: 500), cost_per_active=36.0)
    other = replace(mine, contract=replace(mine.contract, tool="cursor"), cost_per_active=50.0)
    euros = replace(other, contract=replace(mine.contract, tool="claude"), currency="EUR")
    assert beside_others(mine, (mine, other, euros)) == "An active person costs $36 a month here, beside $50 in Cursor."
    assert beside_others(mine, (mine, euros)) == ""


def test_one_thing_to_do_is_a_session_while_there_is_time_and_then_to_take_seats_back() -> None:
    early = replace(renewal(NOTICE - timedelta(days=90), lambda _: 450), departments=(SALES, LEGAL))
    late = replace(renewal(NOTICE - timedelta(days=20), lambda _: 450), departments=(SALES, LEGAL))
    assert recommendation(early, 5).startswith("One thing to do: a use-case session for Sales, where 20 seats")
    assert "take back idle seats" in recommendation(late, 5)
    assert recommendation(replace(late, departments=(LEGAL,)), 5) == ""

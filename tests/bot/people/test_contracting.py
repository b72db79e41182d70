"""Contracts in words: what is understood, who may say it, and that the settings win."""

from datetime import date, timedelta

import pytest

from bot.dialogue import Said, reply
from bot.installation import apply_contracts
from bot.people.contracting import terms_of
from bot.people.granting import NotGrantedError
from bot.people.rights import Asker
from bot.settings import ContractSettings, Roles
from storage.contracts import said_changes
from storage.facts import Contract
from storage.reading import contracts
from storage.store import Store
from tests.bot.company import TODAY, fill, installation

ADMIN = Asker(platform="slack", user="T1:U0ADMIN")
LEADER = Asker(platform="slack", user="T1:U0SALES")
ROLES = Roles(administrators=["U0ADMIN"], leaders={"U0SALES": ["Sales"]})
NOTHING_KNOWN = Contract(tool="chatgpt")
SPOKEN = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("600 seats at $30", {"seats": 600, "price": 30.0}),
        ("1,200 seats at 25.50 EUR", {"seats": 1200, "price": 25.5, "currency": "EUR"}),
        ("€360 per seat and year", {"price": 30.0, "currency": "EUR"}),
        ("renews 31 March 2027 notice 60 days", {"renews": date(2027, 3, 31), "notice_days": 60}),
        ("renews on 31 March, 2 months notice", {"renews": date(2027, 3, 31), "notice_days": 60}),
        ("quarterly true-up", {"true_up": "quarterly"}),
        ("true up monthly, alert above 20%", {"true_up": "monthly", "alert_above": 0.2}),
        (
            "600 seats at $30 renews 2027-03-31 notice 60 days true-up quarterly alert above 15 %",
            {"seats": 600, "price": 30.0, "renews": date(2027, 3, 31), "notice_days": 60, "true_up": "quarterly"},
        ),
    ],
)
def test_what_is_said_of_a_contract_is_understood(words: str, meant: dict[str, object]) -> None:
    assert terms_of(words, NOTHING_KNOWN, SPOKEN) == Contract(tool="chatgpt", **meant)  # type: ignore[arg-type]


@pytest.mark.parametrize("words", ["", "600 sheep", "renews soon", "alert above 500%"])
def test_what_is_not_understood_says_what_to_write(words: str) -> None:
    with pytest.raises(NotGrantedError):
        terms_of(words, NOTHING_KNOWN, SPOKEN)


def test_what_an_administrator_says_is_kept_and_counted_with(store: Store) -> None:
    fill(store)
    made = installation(store, ROLES)

    def said(text: str, asker: Asker = ADMIN) -> str:
        card = reply(Said(text=text, asker=asker), made, TODAY).card
        return f"{card.title}: {card.text}"

    renews = TODAY + timedelta(days=100)
    told = said(f"contract chatgpt 90 seats at $40 renews {renews} notice 30 days")
    assert told.startswith("Noted: ChatGPT: 90 seats, $40 a seat and month, renews")
    assert said("contract chatgpt 100 seats").startswith("Noted: ChatGPT: 100 seats, $40")
    assert contracts(store)["chatgpt"] == Contract(tool="chatgpt", seats=100, price=40.0, renews=renews, notice_days=30)
    assert [each.who for each in said_changes(store)] == ["T1:U0ADMIN", "T1:U0ADMIN"]
    assert "notice is due by" in said("renewal chatgpt")
    assert "administrators" in said("contract chatgpt 5 seats", LEADER)
    assert said("contract chatgpt remove").startswith("Forgotten")
    assert contracts(store) == {}


def test_the_settings_win_over_what_was_said(store: Store) -> None:
    fill(store)
    reply(Said(text="contract chatgpt 100 seats", asker=ADMIN), installation(store, ROLES), TODAY)
    named = installation(store, ROLES, contracts={"chatgpt": ContractSettings(seats=70)})
    apply_contracts(named)
    assert contracts(store)["chatgpt"].seats == 70
    refused = reply(Said(text="contract chatgpt 100 seats", asker=ADMIN), named, TODAY).card
    assert "which win" in refused.text
    rows = reply(Said(text="contracts", asker=ADMIN), named, TODAY).card.table
    assert rows is not None
    assert rows.rows[0][-1] == "settings"


@pytest.mark.parametrize(
    "text", ["contract end date?", "contract status", "contract chatgpt", "when does the contract end"]
)
def test_a_question_about_contracts_is_answered_to_everybody_with_a_role(store: Store, text: str) -> None:
    fill(store)
    answer = reply(Said(text=text, asker=LEADER), installation(store, ROLES), TODAY)
    assert not answer.refused
    assert "Renewal" in answer.card.title

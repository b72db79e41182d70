"""Cards about companies of every shape: quiet, small, without departments, without seats, oddly named."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.answers.answer import ask
from bot.card import BarChart, DotChart, LineChart
from bot.sending.digest import weekly_digest
from insights.basis import Basis
from storage import ingestion, rollups
from storage.facts import Contract, Member, Person, Seat, Usage
from storage.store import Store

LAST = date(2026, 11, 9)
TODAY = date(2026, 11, 18)
LONG = "The Department for Extraordinarily Long Names and Other Matters of Concern"

Company = Callable[..., Basis]


@pytest.fixture
def company(store: Store) -> Company:
    def build(
        names: tuple[str, ...], people: int = 60, weeks: int = 16, model: str = "gpt-4o", *, seats: bool = True
    ) -> Basis:
        everybody = [Person(number.to_bytes(32, "big")) for number in range(1, people + 1)]
        if names:
            members = [
                Member(person=person, since=date(2020, 1, 1), department=names[number % len(names)])
                for number, person in enumerate(everybody)
            ]
            ingestion.replace_members(store, "directory", members, [])
        if seats:
            held = [Seat(person=person, tool="chatgpt", start=date(2025, 1, 6), price=30.0) for person in everybody]
            ingestion.replace_seats(store, "chatgpt", held)
            ingestion.replace_contracts(store, [Contract(tool="chatgpt", seats=people, price=30.0)])
        rng = random.Random(4)
        rows = [
            Usage(
                day=LAST - timedelta(weeks=week) + timedelta(days=day),
                person=person,
                tool="chatgpt",
                model="gpt-4o",
                sessions=1,
                messages=6,
                prompts=3,
                prompt_characters=rng.randint(990, 1010),
                short_prompts=0,
                long_prompts=3,
                input_tokens=240,
                output_tokens=600,
            )
            for week in range(weeks)
            for person in everybody
            for day in (1, 3)
        ]
        ingestion.replace_usage(store, "chatgpt", sorted({row.day for row in rows}), rows)
        rollups.refresh(store)
        return Basis(store=store, as_of=TODAY)

    return build


def test_a_quiet_week_is_a_good_digest_that_says_what_was_looked_at(company: Company) -> None:
    digest, seen = weekly_digest(company(("Sales", "Engineering", "HR")), "Acme")
    assert digest is not None
    assert seen.findings == ()
    assert digest.card.advice == ()
    assert "Nothing notable this week: 3 departments, 8 metrics and 1 tool were looked at over 15" in digest.card.text
    assert f"{seen.tried} hypotheses tried." in digest.card.text


def test_a_digest_has_the_six_views_each_with_its_chart(company: Company) -> None:
    digest, _ = weekly_digest(company(("Sales", "Engineering", "HR")), "Acme")
    assert digest is not None
    assert len(digest.views) == 6
    assert all(view.chart is not None and view.chart.alt for view in digest.views)


def test_nobody_in_the_directory_is_counted_as_unmapped_and_told(company: Company) -> None:
    digest, _ = weekly_digest(company(()), "Acme")
    assert digest is not None
    assert "60 active people are not in the directory (Unmapped)." in digest.card.footer


def test_a_department_of_too_few_is_explained_and_not_shown(company: Company) -> None:
    basis = company(tuple(["Big"] * 28 + ["Small"] * 1 + ["Big"] * 1))
    card = ask("small", basis).card
    assert "Too few people in Small were active" in card.text
    assert card.chart is None
    assert not card.fields


def test_a_comparison_with_a_hidden_department_hides_it_in_every_cell(company: Company) -> None:
    basis = company(tuple(["Big"] * 20 + ["Other"] * 9 + ["Small"]))
    card = ask("big vs small", basis).card
    assert card.table is not None
    column = card.table.columns.index("Small")
    assert {
        row[column] for row in card.table.rows if "spend" not in row[0].lower() and "seat" not in row[0].lower()
    } == {"hidden"}


def test_without_seats_nothing_is_said_about_money(company: Company) -> None:
    basis = company(("Sales", "HR"), seats=False)
    card = ask("overview", basis).card
    assert not [field for field in card.fields if "spend" in field.label.lower()]
    assert ask("licenses", basis).card.chart is None


@pytest.mark.parametrize("name", [LONG, "R&D *bold* <!channel>", "قسم المبيعات", "A vs B", "Help desk", "Depth"])
def test_a_department_is_found_by_its_own_name_whatever_that_is(company: Company, name: str) -> None:
    basis = company((name, "Sales", "Engineering"))
    answer = ask(name, basis)
    assert answer.understanding.question.departments == (name,)


def test_each_view_draws_its_own_kind_of_chart(company: Company) -> None:
    basis = company(("Sales", "Engineering", "HR"))
    kinds = {view: type(ask(view, basis).card.chart) for view in ("depth", "prompts", "departments", "licenses")}
    assert kinds == {"depth": LineChart, "prompts": LineChart, "departments": DotChart, "licenses": BarChart}


def test_a_metric_asked_for_by_name_is_drawn_by_itself(company: Company) -> None:
    card = ask("prompt length sales", company(("Sales", "Engineering"))).card
    assert isinstance(card.chart, LineChart)
    assert [line.unit for line in card.chart.lines] == ["characters"]


def test_help_names_the_organisations_own_departments(company: Company) -> None:
    card = ask("help", company(("Sales", "Engineering"))).card
    assert any(button.ask == "Engineering vs Sales" for button in card.buttons)


def test_buttons_ask_questions_that_are_understood(company: Company) -> None:
    basis = company(("Sales", "Engineering", "HR"), weeks=20)
    for question in ("overview", "sales", "sales vs hr", "models", "help", "slaes"):
        for button in ask(question, basis).card.buttons:
            assert not ask(button.ask, basis).understanding.unknown, button.ask


def test_one_process_answers_while_another_writes(company: Company, tmp_path: Path) -> None:
    basis = company(("Sales", "Engineering"))
    with basis.store.writing():
        assert ask("sales", basis).card.fields

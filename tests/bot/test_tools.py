"""Questions across tools: each tool says what it reports, people count once, and one tool alone is no comparison."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.answers.answer import ask
from bot.card import Card, LineChart
from bot.cli import app
from bot.sending.digest import weekly_digest
from insights.basis import Basis
from storage import ingestion, rollups
from storage.facts import Contract, Member, Person, Seat, Usage
from storage.store import Store

LAST = date(2026, 11, 9)
TODAY = date(2026, 11, 18)
WEEKS = 16
WITHOUT = "not reported"

Company = Callable[..., Basis]

USERS = {
    "chatgpt": range(1, 61),
    "claude": range(31, 81),
    "github-copilot": range(71, 101),
    "copilot": range(1, 31),
    "cursor": range(1, 4),
}
"""Who uses what; the first three tools are used by 60, 50 and 30 people, who are 100 together."""


def usage(tool: str, day: date, person: Person, model: str) -> Usage:
    """Return a day of one person: GitHub Copilot reports no prompts, no messages and no tokens."""
    if tool == "github-copilot":
        return Usage(day=day, person=person, tool=tool, model="", sessions=2)
    return Usage(
        day=day,
        person=person,
        tool=tool,
        model=model or ("gpt-4o" if tool == "chatgpt" else "claude-sonnet-4"),
        sessions=1,
        messages=6,
        prompts=3,
        prompt_characters=900,
        short_prompts=0,
        long_prompts=3,
        input_tokens=240,
        output_tokens=600,
    )


@pytest.fixture
def company(store: Store) -> Company:
    def build(
        *tools: str, departments: tuple[str, ...] = ("Sales", "Engineering"), weeks: int = WEEKS, model: str = ""
    ) -> Basis:
        everybody = [Person(number.to_bytes(32, "big")) for number in range(1, 101)]
        members = [
            Member(person=person, since=date(2020, 1, 1), department=departments[number % len(departments)])
            for number, person in enumerate(everybody)
        ]
        ingestion.replace_members(store, "directory", members, [])
        contracts = []
        for tool in tools:
            price = None if tool == "claude" else 30.0
            holders = [] if tool == "github-copilot" else [everybody[number - 1] for number in USERS[tool]]
            held = [Seat(person=person, tool=tool, start=date(2025, 1, 6), price=price) for person in holders]
            ingestion.replace_seats(store, tool, held)
            contracts += [Contract(tool=tool, seats=len(held), price=price)] if held else []
            rows = [
                usage(tool, LAST - timedelta(weeks=week) + timedelta(days=day), everybody[number - 1], model)
                for week in range(weeks)
                for number in USERS[tool]
                for day in (1, 4)
            ]
            ingestion.replace_usage(store, tool, sorted({row.day for row in rows}), rows)
        ingestion.replace_contracts(store, contracts)
        rollups.refresh(store)
        return Basis(store=store, as_of=TODAY)

    return build


ALL = ("chatgpt", "claude", "github-copilot")


def cells(card: Card) -> dict[str, dict[str, str]]:
    """Return a card's table by the first cell of each row and the heading of each column."""
    assert card.table is not None
    return {row[0]: dict(zip(card.table.columns[1:], row[1:], strict=True)) for row in card.table.rows}


def test_tools_are_set_beside_each_other_and_people_count_once(company: Company) -> None:
    card = ask("tools", company(*ALL)).card
    assert card.text == (
        "100 people used at least one of 3 tools, each counted once: "
        "ChatGPT 60 weekly active users; Claude 50; GitHub Copilot 30. "
        "30 people hold seats in several tools: 30 used two or more of them in the last 28 days, 0 used one, 0 used "
        "none. ChatGPT + Claude: 30 hold both; used lately: 0 only ChatGPT, 0 only Claude, 30 both, 0 neither."
    )
    assert cells(card) == {
        "ChatGPT": {
            "Active people": "60",
            "Sessions": "120",
            "Prompts": "360",
            "Seats": "60",
            "Unused seats": "0",
            "Seat spend a month": "$1,800",
            "Metered in the week": "not reported",
        },
        "Claude": {
            "Active people": "50",
            "Sessions": "100",
            "Prompts": "300",
            "Seats": "50",
            "Unused seats": "0",
            "Seat spend a month": "no price known",
            "Metered in the week": "not reported",
        },
        "GitHub Copilot": {
            "Active people": "30",
            "Sessions": "120",
            "Prompts": WITHOUT,
            "Seats": WITHOUT,
            "Unused seats": WITHOUT,
            "Seat spend a month": WITHOUT,
            "Metered in the week": WITHOUT,
        },
        "All together": {
            "Active people": "100",
            "Sessions": "340",
            "Prompts": "660",
            "Seats": "110",
            "Unused seats": "0",
            "Seat spend a month": "$1,800",
            "Metered in the week": "not reported by every tool",
        },
    }


def test_the_chart_of_tools_has_a_line_a_tool(company: Company) -> None:
    chart = ask("tools", company(*ALL)).card.chart
    assert isinstance(chart, LineChart)
    assert [(line.label, line.values[-1], len(line.values)) for line in chart.lines] == [
        ("ChatGPT", 60, 14),
        ("Claude", 50, 14),
        ("GitHub Copilot", 30, 14),
    ]


def test_the_footer_says_which_tools_a_total_covers(company: Company) -> None:
    card = ask("total prompts", company(*ALL)).card
    assert card.text == "660 prompts, unchanged over 14 weeks."
    assert card.footer == (
        "ChatGPT, Claude and GitHub Copilot, 10 Aug – 15 Nov 2026 (complete weeks, UTC). "
        "Not reported by GitHub Copilot: prompts."
    )


def test_a_total_of_money_says_whose_price_it_lacks(company: Company) -> None:
    footer = ask("monthly spend", company(*ALL)).card.footer
    assert "No price known for Claude: estimated monthly spend." in footer
    assert "Not reported by GitHub Copilot: estimated monthly spend." in footer


def test_the_digest_says_which_tools_its_numbers_cover(company: Company) -> None:
    digest, _ = weekly_digest(company("chatgpt", "github-copilot"), "Acme")
    assert digest is not None
    assert digest.card.footer.startswith("ChatGPT and GitHub Copilot, ")
    assert "Not reported by GitHub Copilot: messages per session, characters per prompt" in digest.card.footer


def test_the_view_of_one_tool_alone_says_so(company: Company) -> None:
    card = ask("tools", company("chatgpt")).card
    assert card.text == "ChatGPT is the only tool there is data about. ChatGPT 60 weekly active users."
    assert list(cells(card)) == ["ChatGPT"]
    assert isinstance(card.chart, LineChart)
    assert [line.label for line in card.chart.lines] == ["ChatGPT"]


@pytest.mark.parametrize(("tools", "views"), [(("chatgpt",), 6), (("chatgpt", "claude"), 7)])
def test_tools_are_in_the_digest_only_where_there_are_several(
    company: Company, tools: tuple[str, ...], views: int
) -> None:
    digest, _ = weekly_digest(company(*tools), "Acme")
    assert digest is not None
    assert len(digest.views) == views
    assert [" · AI tools · " in view.title for view in digest.views].count(True) == views - 6


@pytest.mark.parametrize("text", ["sales github copilot", "sales copilot", "how is github-copilot used in sales"])
def test_a_question_that_names_one_tool_is_answered_about_it(company: Company, text: str) -> None:
    card = ask(text, company(*ALL)).card
    assert card.title == "Sales · Overview · GitHub Copilot"
    assert card.text.startswith("15 weekly active users")
    assert "Not reported by GitHub Copilot: messages per session, characters per prompt" in card.text
    assert [field.label for field in card.fields] == ["Weekly active users", "Sessions per active user per week"]


def test_a_measure_that_the_tool_does_not_report_is_said_to_be_so_and_not_drawn(company: Company) -> None:
    card = ask("total prompts github copilot", company(*ALL)).card
    assert card.text == "Not reported by GitHub Copilot: prompts."
    assert card.chart is None
    assert card.fields == ()


def test_what_cannot_be_told_of_all_tools_together_is_explained(company: Company) -> None:
    card = ask("input tokens", company(*ALL)).card
    assert card.text.startswith("There is no one number for all tools together")
    assert "Not reported by GitHub Copilot: input tokens per active user per week." in card.footer


def test_what_needs_more_history_is_not_laid_at_the_vendors_door(company: Company) -> None:
    text = ask("departments", company("chatgpt", weeks=6)).card.text
    assert "active user" in text
    assert "Not reported" not in text


def test_models_that_the_catalogue_does_not_know_are_not_laid_at_the_vendors_door(company: Company) -> None:
    basis = company("chatgpt", "github-copilot", model="model-from-nowhere")
    assert "Not reported" not in ask("models chatgpt", basis).card.text
    assert "Not reported by GitHub Copilot: sessions below GPT-4o" in ask("models github copilot", basis).card.text


def test_help_names_the_tools_where_there_are_several(company: Company) -> None:
    card = ask("help", company("chatgpt", "claude")).card
    assert card.footer.endswith("Tools: ChatGPT and Claude.")
    assert "ChatGPT vs Claude" in [button.ask for button in card.buttons]


def test_departments_compared_in_one_tool_say_what_it_does_not_report(company: Company) -> None:
    card = ask("depth sales vs engineering github copilot", company(*ALL)).card
    assert cells(card)["Messages per session"] == {
        "Sales": "not reported by GitHub Copilot",
        "Engineering": "not reported by GitHub Copilot",
        "Company": "not reported by GitHub Copilot",
    }
    assert cells(card)["Sessions per active user per week"]["Sales"] == "4"


@pytest.mark.parametrize("text", ["chatgpt vs github copilot depth", "compare depth of chatgpt and github copilot"])
def test_several_tools_are_compared_in_one_table(company: Company, text: str) -> None:
    answer = ask(text, company(*ALL))
    assert answer.understanding.question.intent == "compare"
    assert answer.card.title == "Whole company · Session depth · ChatGPT and GitHub Copilot"
    assert answer.card.text == "ChatGPT 6 messages per session; not reported by GitHub Copilot."
    assert cells(answer.card)["Messages per session"] == {"ChatGPT": "6", "GitHub Copilot": WITHOUT}
    assert cells(answer.card)["Weekly active users"] == {"ChatGPT": "60", "GitHub Copilot": "30"}


def test_tools_and_departments_make_one_table_of_both(company: Company) -> None:
    card = ask("sessions sales vs engineering chatgpt vs claude", company(*ALL)).card
    assert cells(card) == {
        "Sales": {"ChatGPT": "6", "Claude": "6"},
        "Engineering": {"ChatGPT": "6", "Claude": "6"},
        "Company": {"ChatGPT": "6", "Claude": "6"},
    }


def test_tools_of_a_department_are_its_own(company: Company) -> None:
    card = ask("tools sales", company(*ALL)).card
    assert card.text.startswith("50 people in Sales used at least one of 3 tools, each counted once: ChatGPT 30 ")
    assert cells(card)["Claude"]["Active people"] == "25"


def test_a_tool_of_too_few_people_is_hidden_and_not_said_to_be_unused(company: Company) -> None:
    card = ask("tools", company("chatgpt", "claude", "cursor")).card
    assert "; Cursor: hidden." in card.text
    assert {cells(card)["Cursor"][each] for each in ("Active people", "Sessions", "Prompts")} == {"hidden"}
    assert isinstance(card.chart, LineChart)
    assert "Cursor" not in [line.label for line in card.chart.lines]


def test_a_department_of_too_few_people_has_no_tools_to_show(company: Company) -> None:
    card = ask("tools small", company("chatgpt", "claude", departments=tuple(["Big"] * 49 + ["Small"]))).card
    assert card.text.startswith("Too few people in Small were active")
    assert card.table is None
    assert card.chart is None


def test_a_tool_without_use_in_the_week_is_said_to_have_none(company: Company) -> None:
    basis = company("chatgpt", "claude")
    ingestion.replace_usage(basis.store, "claude", [LAST + timedelta(days=each) for each in (1, 4)], [])
    rollups.refresh(basis.store)
    row = cells(ask("tools", basis).card)["Claude"]
    assert (row["Sessions"], row["Prompts"], row["Seats"]) == ("no use", "no use", "50")


@pytest.mark.parametrize(
    ("tools", "expected"), [(("chatgpt", "github-copilot"), "github-copilot"), ((*ALL, "copilot"), "copilot")]
)
def test_copilot_means_microsofts_where_there_is_one(company: Company, tools: tuple[str, ...], expected: str) -> None:
    assert ask("copilot", company(*tools)).understanding.question.tools == (expected,)


def test_every_cell_has_words_and_every_button_is_understood(company: Company) -> None:
    basis = company(*ALL)
    questions = ("tools", "tools sales", "chatgpt vs claude", "github copilot", "sales claude", "licenses", "tokens")
    for question in questions:
        card = ask(question, basis).card
        assert card.table is None or all(cell for row in card.table.rows for cell in row[1:])
        for button in card.buttons:
            assert not ask(button.ask, basis).understanding.unknown, button.ask


def test_buttons_keep_to_the_tool_that_was_asked_about(company: Company) -> None:
    basis = company(*ALL)
    asked = next(button.ask for button in ask("sales claude", basis).card.buttons if button.label == "Session depth")
    question = ask(asked, basis).understanding.question
    assert (question.departments, question.tools) == (("Sales",), ("claude",))


def test_without_data_there_is_nothing_to_compare(store: Store) -> None:
    assert ask("tools", Basis(store=store, as_of=TODAY)).card.title == "Nothing to tell yet"


def test_the_command_line_answers_about_tools(company: Company, tmp_path: Path) -> None:
    company(*ALL)
    config = tmp_path / "ai-usage.toml"
    config.write_text(f'[store]\nurl = "sqlite:///{tmp_path / "store.db"}"\n', encoding="utf-8")
    arguments = ["--config", str(config), "ask", "tools", "--as-of", str(TODAY), "--json"]
    told = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert told.exit_code == 0
    card = json.loads(told.stdout)["card"]
    assert [row[0] for row in card["table"]["rows"]] == ["ChatGPT", "Claude", "GitHub Copilot", "All together"]


def overlapping(basis: Basis) -> Basis:
    """Give everybody who uses ChatGPT a seat of Claude too, which 30 of them use: seats are $30 and $20."""
    people = [Person(number.to_bytes(32, "big")) for number in USERS["chatgpt"]]
    seats = [Seat(person=each, tool="claude", start=date(2025, 1, 6), price=20.0) for each in people]
    ingestion.replace_seats(basis.store, "claude", seats)
    rollups.refresh(basis.store)
    return basis


def test_people_with_several_seats_are_told_with_what_they_use_and_what_the_rest_costs(company: Company) -> None:
    card = ask("who has several tools", overlapping(company("chatgpt", "claude"))).card
    assert card.title == "Whole company · Seats in several tools"
    assert card.text == (
        "60 people hold seats in several tools: 30 used two or more of them in the last 28 days, 30 used one, 0 used "
        "none. Their unused seats cost $600 a month. ChatGPT + Claude: 60 hold both; used lately: 30 only ChatGPT, "
        "0 only Claude, 30 both, 0 neither."
    )
    assert cells(card) == {
        "ChatGPT + Claude": {
            "Hold both": "60",
            "Use both": "30",
            "Only the first": "30",
            "Only the second": "0",
            "Neither": "0",
        }
    }
    assert "Compared are the seats of ChatGPT and Claude" in card.footer


@pytest.mark.parametrize(
    "text", ["overlap", "double seats", "who pays twice", "who has seats in several tools?", "tool overlap", "overlaps"]
)
def test_many_words_lead_to_seats_in_several_tools(company: Company, text: str) -> None:
    assert ask(text, company("chatgpt", "claude")).card.title == "Whole company · Seats in several tools"


def test_seats_in_several_tools_are_told_by_department(company: Company) -> None:
    basis = overlapping(company("chatgpt", "claude"))
    assert ask("overlap sales", basis).card.text.startswith(
        "30 people in Sales hold seats in several tools: 15 used two"
    )
    both = ask("overlap sales vs engineering", basis).card
    assert cells(both)["People with seats in several tools"] == {"Sales": "30", "Engineering": "30", "Company": "60"}
    assert ask("overlap engineering", basis).card.buttons[-1].ask == "seats in several tools"


def test_too_few_people_with_several_seats_are_not_told(company: Company) -> None:
    card = ask("overlap", company("chatgpt", "cursor")).card
    assert card.text.startswith("Too few people hold seats in several tools to tell")
    assert card.chart is None
    assert card.table is None
    assert card.footer.endswith("Pairs of tools cannot be told without telling about fewer than 5 people.")


def test_seats_whose_use_is_not_reported_are_not_said_to_overlap(company: Company) -> None:
    basis = company("chatgpt")
    seats = [Seat(person=Person(n.to_bytes(32, "big")), tool="gemini", start=date(2025, 1, 6)) for n in range(1, 50)]
    ingestion.replace_seats(basis.store, "gemini", seats)
    rollups.refresh(basis.store)
    card = ask("overlap", basis).card
    assert card.text.startswith("Who holds seats in several tools is not known")
    assert card.table is None


def test_a_department_that_does_not_use_a_tool_is_said_not_to(company: Company) -> None:
    basis = company("chatgpt", "claude", departments=("Sales", "Engineering"))
    members = [
        Member(
            person=Person(n.to_bytes(32, "big")),
            since=date(2020, 1, 1),
            department="Sales" if n <= 30 else "Engineering",
        )
        for n in range(1, 101)
    ]
    ingestion.replace_members(basis.store, "directory", members, [])
    rollups.refresh(basis.store)
    card = ask("sales depth in claude", basis).card
    assert card.text == "Nobody in Sales used Claude in the week of 9–15 Nov 2026."

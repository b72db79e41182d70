"""Findings and actions as people read them."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from bot.answers.advice import advice_of, effort
from bot.commands.actions import command
from insights.actions import ACTIONS
from insights.actions.default_model import set_default_model
from insights.actions.reclaim_seats import activate_or_reclaim
from insights.finding import Action, Evidence, Finding


def finding(action: Action, tool: str = "*", confidence: float = 0.99) -> Finding:
    return Finding(
        key=f"x::{tool}",
        detector="x",
        view="models",
        metric="older_model_share",
        tool=tool,
        departments=(),
        week=date(2026, 3, 2),
        headline="Something is so.",
        detail="This has held in all 14 weeks shown.",
        evidence=Evidence(value=1.0, people=40, weeks=14),
        impact=0.5,
        confidence=confidence,
        action=action,
    )


@pytest.mark.parametrize(
    ("tool", "tools", "told"),
    [
        ("chatgpt", (), "Workspace settings → Members"),
        ("github-copilot", (), "the organization's Settings → Copilot → Access"),
        ("a-new-tool", (), "the page of members or licences in the tool's admin settings"),
        ("*", ("chatgpt",), "Workspace settings → Members"),
        (
            "*",
            ("chatgpt", "cursor"),
            "ChatGPT: Workspace settings → Members; Cursor: cursor.com/dashboard → Members",
        ),
        ("*", ("a-new-tool", "another"), "the page of members or licences in the tool's admin settings"),
        (
            "*",
            ("chatgpt", "a-new-tool"),
            (
                "ChatGPT: Workspace settings → Members; "
                "a-new-tool: the page of members or licences in the tool's admin settings"
            ),
        ),
        (
            "*",
            ("chatgpt", "claude", "cursor", "gemini"),
            (
                "ChatGPT: Workspace settings → Members; Claude: claude.ai → Organization settings → Members; "
                "Cursor: cursor.com/dashboard → Members; Gemini: Google Admin console → Directory → Users → Licenses"
            ),
        ),
    ],
)
def test_where_to_click_is_told_for_the_tools_a_finding_is_about(tool: str, tools: tuple[str, ...], told: str) -> None:
    assert advice_of(finding(activate_or_reclaim, tool), tools).where == told


def test_an_effect_that_nobody_has_shown_is_not_promised_but_how_it_is_measured_is_said() -> None:
    told = advice_of(finding(set_default_model)).expected
    assert told == "not known beforehand; measured by “Sessions below the reference model” after 4 weeks"


@pytest.mark.parametrize(("confidence", "told"), [(0.99, "high"), (0.9, "fair"), (0.6, "low")])
def test_how_sure_a_finding_is_stands_in_words(confidence: float, told: str) -> None:
    assert advice_of(finding(set_default_model, confidence=confidence)).detail.endswith(f"How sure: {told}.")


@pytest.mark.parametrize(
    ("minutes", "told"), [(5, "5 minutes"), (60, "1 hour"), (90, "1.5 hours"), (240, "4 hours"), (1800, "4 days")]
)
def test_effort_is_told_in_the_unit_that_fits(minutes: int, told: str) -> None:
    assert effort(minutes) == told


def test_the_catalogue_prints_every_action_with_where_to_click() -> None:
    printed = " ".join(CliRunner().invoke(command, []).output.split())
    for action in ACTIONS:
        assert action.id in printed
        assert action.steps[0] in printed
    assert "ChatGPT: Workspace settings → Models" in printed


def test_the_catalogue_speaks_json_with_everything_it_knows() -> None:
    done = CliRunner().invoke(command, ["--json"])
    assert done.exit_code == 0
    told = {each["id"]: each for each in json.loads(done.output)}
    assert set(told) == {each.id for each in ACTIONS}
    model = told["set_default_model"]
    assert model["where"]["chatgpt"] == "Workspace settings → Models"
    assert (model["actionable"], model["expected"], model["source"]) == (1.0, "unknown", "")
    assert set(model) >= {"title", "steps", "owner", "minutes", "measure", "weeks"}


def test_what_can_be_done_about_a_finding_names_its_key_and_its_action() -> None:
    buttons = advice_of(finding(set_default_model)).buttons

    assert [button.do for button in buttons] == [
        "explain x::*",
        f"assign {set_default_model.id} x::*",
        "done x::*",
        "snooze x::* 4",
        "mute x::*",
    ]

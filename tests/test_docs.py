"""The documentation holds what it promises: every command, view and link is there."""

import re
from pathlib import Path

import click
import pytest

import bot.commands
from bot.running.sources_page import sources_page
from insights.views import VIEWS
from storage.discover import discover
from tests.bot.golden import assert_golden

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("command", discover(bot.commands, click.Command), ids=lambda each: each.name)
def test_every_command_is_in_the_readme_and_has_help(command: click.Command) -> None:
    assert f"`ai-usage {command.name}" in README
    assert command.help


@pytest.mark.parametrize("view", VIEWS, ids=lambda each: each.id)
def test_every_view_is_in_the_readme(view) -> None:
    assert f"| `{view.id}` |" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


def test_the_page_about_sources_says_what_the_connectors_declare() -> None:
    assert_golden(ROOT / "docs" / "sources.md", sources_page())

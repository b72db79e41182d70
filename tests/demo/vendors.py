"""Reading the demo's other vendors with the product's own connectors, and what the company really did."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from connectors.connector import Scopes
from connectors.door import Door
from connectors.ingest import Source
from connectors.report import Quiet, RunReport
from connectors.tables.run import ingest_tables
from connectors.tables.state import TableAccess
from demo import Company
from demo.tools import TOOLS, ToolDay, use_tools
from demo.vendor_github import CREDITS_A_PROMPT, ORGANISATION
from demo.vendor_google import ADMIN
from demo.vendor_openai import CENTS_A_CREDIT
from demo.vendors import RunningVendors
from storage.facts import Person
from storage.schema import usage
from storage.store import Store
from tests.connectors.test_conformance import CONNECTORS

KEYS = {tool: f"the key of {tool}" for tool in TOOLS}
LAST_WEEK = date(2026, 6, 1)
MEASURES = {
    "claude": {"sessions", "messages", "input_tokens", "output_tokens", "cost"},
    "claude-code": {"sessions", "input_tokens", "output_tokens", "cost"},
    "cursor": {"prompts", "input_tokens", "output_tokens", "cost"},
    "github-copilot": {"prompts", "sessions", "input_tokens", "output_tokens", "credits"},
    "codex": {"sessions", "prompts", "input_tokens", "output_tokens", "credits"},
    "openai-api": {"input_tokens", "output_tokens"},
    "gemini": {"prompts"},
    "copilot": set(),
}
People = Mapping[date, set[Person]]
Sums = Mapping[date, Mapping[str, float]]


async def at_once(_seconds: float) -> None:
    return None


def source_of(store: Store, tool: str) -> Source:
    return Source(store=store, name=tool, connector=CONNECTORS[tool], door=Door(b"a key long enough", tool))


async def read(
    company: Company,
    vendors: RunningVendors,
    source: Source,
    *,
    key: str = "",
    weeks: int = 18,
    scopes: Scopes | None = None,
    today: date | None = None,
) -> RunReport:
    """Read one tool's last weeks with its connector."""
    tool = source.connector.tool
    access = TableAccess(
        token=key or vendors.keys[tool],
        scopes=scopes or Scopes(workspace=company.workspace_id, organization=ORGANISATION, admin=ADMIN),
        base_url=vendors.base_urls[tool],
        since=company.end - timedelta(weeks=weeks),
    )
    asked = today or company.end + timedelta(days=2)
    return await ingest_tables(source, access, today=asked, progress=Quiet(), sleep=at_once)


def kept(store: Store, tool: str) -> tuple[People, Sums]:
    """Return who was active on each day, and the sums of what they did."""
    people: dict[date, set[Person]] = defaultdict(set)
    sums: dict[date, Counter[str]] = defaultdict(Counter)
    with store.engine.connect() as connection:
        for row in connection.execute(select(usage).where(usage.c.tool == tool)).mappings():
            people[row["day"]].add(Person(row["person"]))
            sums[row["day"]].update({name: row[name] or 0 for name in MEASURES[tool]})
    return people, {day: dict(each) for day, each in sums.items()}


def made(company: Company, tool: str, since: date) -> tuple[People, Sums]:
    """Return the same of what the company did."""
    use, door = use_tools(company)[tool], Door(b"a key long enough", tool)
    unnamed = use.members[-1] if tool == "openai-api" else None
    people: dict[date, set[Person]] = defaultdict(set)
    sums: dict[date, Counter[str]] = defaultdict(Counter)
    for each in use.everything():
        day = company.day(each.day)
        if day < since:
            continue
        own = door.account(f"user-{each.person:020d}") if each.person == unnamed else None
        person = own or door.person(company.people[each.person].email)
        assert person
        people[day].add(person)
        sums[day].update(_told(tool, each))
    return people, {day: {name: pytest.approx(each[name]) for name in MEASURES[tool]} for day, each in sums.items()}


def _told(tool: str, each: ToolDay) -> dict[str, float]:
    cents = sum(use.cents for use in each.models)
    return {
        "sessions": each.sessions,
        "messages": each.prompts,
        "prompts": each.prompts,
        "credits": cents / CENTS_A_CREDIT if tool == "codex" else CREDITS_A_PROMPT * each.prompts,
        "input_tokens": sum(use.input_tokens for use in each.models),
        "output_tokens": sum(use.output_tokens for use in each.models),
        "cost": cents / 100,
    }

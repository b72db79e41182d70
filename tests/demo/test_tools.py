"""The four other vendors of the demo: strict on the wire, and what they serve is what is ingested."""

import base64
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta

import aiohttp
import pytest
from sqlalchemy import select

from connectors.connector import Scopes
from connectors.door import Door
from connectors.errors import PermissionMissingError
from connectors.ingest import Source
from connectors.report import Quiet
from connectors.tables import TableAccess, ingest_tables
from demo import simulate
from demo.tools import TOOLS, use_tools
from demo.vendor_github import CREDITS_A_PROMPT, ORGANISATION
from demo.vendors import start_vendors
from storage.ingestion import read_seats
from storage.schema import usage
from storage.store import open_store
from tests.connectors.tables.test_conformance import CONNECTORS

KEYS = {tool: f"the key of {tool}" for tool in TOOLS}
LAST_WEEK = date(2026, 6, 1)
MEASURES = {
    "claude": {"sessions", "messages", "input_tokens", "output_tokens", "cost"},
    "claude-code": {"sessions", "input_tokens", "output_tokens", "cost"},
    "cursor": {"prompts", "input_tokens", "output_tokens", "cost"},
    "github-copilot": {"prompts", "sessions", "input_tokens", "output_tokens", "credits"},
}


@pytest.fixture(scope="module")
def company():
    return simulate(people=100, weeks=18, last_week=LAST_WEEK)


@pytest.fixture
async def vendors(company):
    running = await start_vendors(company, keys=KEYS)
    yield running
    await running.close()


async def at_once(_seconds: float) -> None:
    return None


async def ingested(company, vendors, tool, tmp_path, *, key=None, weeks=18):
    store = open_store(f"sqlite:///{tmp_path / 'facts.db'}")
    source = Source(store=store, name=tool, connector=CONNECTORS[tool], door=Door(b"a key long enough", tool))
    access = TableAccess(
        token=key or KEYS[tool],
        scopes=Scopes(workspace="", organization=ORGANISATION),
        base_url=vendors.base_urls[tool],
        since=company.end - timedelta(weeks=weeks),
    )
    await ingest_tables(source, access, today=company.end + timedelta(days=2), progress=Quiet(), sleep=at_once)
    return store


def made(company, tool):
    """What the company did, by day: people, and the sums that the tool's vendor tells."""
    people, sums = defaultdict(set), defaultdict(Counter)
    for each in use_tools(company)[tool].everything():
        day = company.day(each.day)
        people[day].add(each.person)
        sums[day].update(
            {
                "sessions": each.sessions,
                "messages": each.prompts,
                "prompts": each.prompts,
                "credits": CREDITS_A_PROMPT * each.prompts,
                "input_tokens": sum(use.input_tokens for use in each.models),
                "output_tokens": sum(use.output_tokens for use in each.models),
                "cost": sum(use.cents for use in each.models) / 100,
            }
        )
    return {day: len(who) for day, who in people.items()}, {
        day: {name: pytest.approx(each[name]) for name in MEASURES[tool]} for day, each in sums.items()
    }


@pytest.mark.parametrize("tool", TOOLS)
async def test_the_facts_of_every_day_are_what_was_served(company, vendors, tool, tmp_path):
    store = await ingested(company, vendors, tool, tmp_path)
    people, sums = defaultdict(set), defaultdict(Counter)
    with store.engine.connect() as connection:
        for row in connection.execute(select(usage)).mappings():
            people[row["day"]].add(row["person"])
            sums[row["day"]].update({name: row[name] or 0 for name in MEASURES[tool]})
    wanted_people, wanted_sums = made(company, tool)
    assert len(wanted_people) > 80
    assert {day: len(who) for day, who in people.items()} == wanted_people
    assert {day: dict(each) for day, each in sums.items()} == wanted_sums


@pytest.mark.parametrize("tool", ["cursor", "github-copilot"])
async def test_every_member_holds_a_seat_and_some_never_use_it(company, vendors, tool, tmp_path):
    store = await ingested(company, vendors, tool, tmp_path, weeks=1)
    use = use_tools(company)[tool]
    assert len(read_seats(store, tool)) == len(use.members)
    assert {each.person for each in use.everything()} < set(use.members)


@pytest.mark.parametrize("tool", TOOLS)
async def test_another_vendors_key_is_refused(company, vendors, tool, tmp_path):
    other = KEYS["cursor" if tool != "cursor" else "claude"]
    with pytest.raises(PermissionMissingError, match="401"):
        await ingested(company, vendors, tool, tmp_path, key=other)


async def test_a_signed_link_answers_only_without_a_key_and_with_its_signature(company, vendors):
    base, signed = vendors.base_urls["github-copilot"], {"Authorization": f"Bearer {KEYS['github-copilot']}"}
    day = str(LAST_WEEK + timedelta(days=1))
    report = f"{base}/orgs/{ORGANISATION}/copilot/metrics/reports/users-1-day?day={day}"
    async with aiohttp.ClientSession() as client:
        async with client.get(report, headers=signed) as answer:
            links = (await answer.json())["download_links"]
        assert len(links) == 2
        for link, headers, status in [
            (links[0], {}, 200),
            (links[0], signed, 400),
            (links[0][:-1] + ("0" if links[0][-1] != "0" else "1"), {}, 403),
        ]:
            async with client.get(link, headers=headers) as answer:
                assert answer.status == status


async def test_one_request_in_forty_is_asked_to_come_again_at_once(vendors):
    shown = {"Authorization": "Basic " + base64.b64encode(f"{KEYS['cursor']}:".encode()).decode()}
    async with aiohttp.ClientSession(headers=shown) as client:
        told = Counter()
        for _ in range(80):
            async with client.get(f"{vendors.base_urls['cursor']}/teams/members") as answer:
                told[answer.status, answer.headers.get("Retry-After")] += 1
    assert told == {(200, None): 78, (429, "0"): 2}


async def test_pages_are_small_idle_people_have_rows_and_some_addresses_are_in_capitals(company, vendors):
    shown = {"x-api-key": KEYS["claude"], "anthropic-version": "2023-06-01"}
    address = f"{vendors.base_urls['claude']}/organizations/analytics/users"
    async with (
        aiohttp.ClientSession(headers=shown) as client,
        client.get(address, params={"date": str(LAST_WEEK), "limit": "5"}) as answer,
    ):
        page = await answer.json()
    assert len(page["data"]) == 5
    assert page["next_page"] == "page_5"
    shown = {"Authorization": "Basic " + base64.b64encode(f"{KEYS['cursor']}:".encode()).decode()}
    midnight = (LAST_WEEK - date(1970, 1, 1)).days * 86_400_000
    body = {"startDate": midnight, "endDate": midnight + 7 * 86_400_000 - 1, "page": 1, "pageSize": 1000}
    async with (
        aiohttp.ClientSession(headers=shown) as client,
        client.post(f"{vendors.base_urls['cursor']}/teams/daily-usage-data", json=body) as answer,
    ):
        rows = (await answer.json())["data"]
    assert {row["isActive"] for row in rows} == {True, False}
    assert {row["email"].islower() for row in rows} == {True, False}


def test_who_uses_what_is_the_seeds_alone_and_some_use_several_tools(company):
    later = simulate(people=100, weeks=18, last_week=LAST_WEEK + timedelta(weeks=5))
    assert use_tools(company) == use_tools(later)
    assert use_tools(replace(company, seed=8)) != use_tools(company)
    members = Counter(person for use in use_tools(company).values() for person in use.members)
    assert max(members.values()) >= 2
    assert sum(company.people[person].account is not None for person in members) > len(members) / 2

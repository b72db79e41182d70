"""The other vendors of the demo: strict on the wire, and what they serve is what is ingested."""

import base64
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import aiohttp
import pytest
from sqlalchemy import select

from connectors.errors import PermissionMissingError
from demo import simulate
from demo.tools import TOOLS, use_tools
from demo.vendor_github import ORGANISATION
from demo.vendor_openai import PROJECT, RESEARCH
from storage.ingestion import read_seats
from storage.reading import company_days, project_days
from storage.schema import usage
from tests.demo.vendors import KEYS, LAST_WEEK, kept, made, read, source_of

SNAPSHOTS = {"copilot"}
"""Tells the last day of each person alone; see test_vendor_microsoft."""


@pytest.mark.parametrize("tool", sorted({*TOOLS} - SNAPSHOTS))
async def test_the_facts_of_every_day_are_what_was_served(company, vendors, tool, store):
    source = source_of(store, tool)
    await read(company, vendors, source)
    since = company.end + timedelta(days=2 - source.connector.retention_days)
    wanted_people, wanted_sums = made(company, tool, since)
    people, sums = kept(store, tool)
    assert len(wanted_people) > 60
    assert people == wanted_people
    assert sums == wanted_sums


@pytest.mark.parametrize("tool", ["cursor", "github-copilot", "copilot"])
async def test_every_member_holds_a_seat_and_some_never_use_it(company, vendors, tool, store):
    await read(company, vendors, source_of(store, tool), weeks=1)
    use = use_tools(company)[tool]
    assert len(read_seats(store, tool)) == len(use.members)
    assert {each.person for each in use.everything()} < set(use.members)


@pytest.mark.parametrize("tool", TOOLS)
async def test_another_vendors_key_is_refused(company, vendors, tool, store):
    other = KEYS["cursor" if tool != "cursor" else "claude"]
    with pytest.raises(PermissionMissingError, match="401"):
        await read(company, vendors, source_of(store, tool), key=other)


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


def numbers(store, tool, first, last):
    """Return the organisation's own numbers of some days, added up over them."""
    told = Counter()
    for measures in company_days(store, tool, first, last).values():
        told.update(measures)
    return told


async def test_what_is_billed_is_what_was_used_and_of_no_person(company, vendors, store):
    for tool in ("claude", "claude-code", "openai-api"):
        await read(company, vendors, source_of(store, tool), weeks=5)
    first, last = company.end - timedelta(days=21), company.end - timedelta(days=1)
    uses = use_tools(company)
    dollars = {
        tool: sum(model.cents for each in use.everything() for model in each.models if company.day(each.day) >= first)
        / 100
        for tool, use in uses.items()
    }
    assert numbers(store, "claude", first, last)["billed_cost"] == pytest.approx(dollars["claude"])
    assert numbers(store, "claude-code", first, last)["billed_cost_of_the_api"] > dollars["claude-code"]
    assert numbers(store, "openai-api", first, last)["billed_cost"] > dollars["openai-api"] > 0
    projects = {project for _, project in project_days(store, "openai-api", first, last)}
    assert projects - {""} == {PROJECT, RESEARCH}
    with store.engine.connect() as connection:
        rows = connection.execute(select(usage.c.cost).where(usage.c.tool == "openai-api")).scalars()
        assert set(rows) == {None}


async def test_how_many_seats_there_are_is_told_of_the_whole_organisation(company, vendors, store):
    for tool in ("claude", "github-copilot", "copilot", "cursor"):
        await read(company, vendors, source_of(store, tool), weeks=1)
    today = company.end + timedelta(days=2)
    uses, seats = use_tools(company), {}
    for tool in ("claude", "github-copilot", "copilot", "cursor"):
        (seats[tool], *_) = reversed(company_days(store, tool, company.end - timedelta(days=7), today).values())
    for tool in ("claude", "github-copilot", "copilot"):
        assert seats[tool]["assigned_seats"] == len(uses[tool].members)
    assert seats["copilot"]["purchased_seats"] > seats["copilot"]["assigned_seats"]
    assert seats["cursor"]["cycle_spend"] >= seats["cursor"]["cycle_spend_beyond_plan"]

"""Microsoft Graph as the demo serves it."""

import csv
import io
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from connectors.connector import Scopes
from connectors.copilot import copilot
from connectors.errors import ConfigurationError
from demo.tools import use_tools
from demo.vendor_microsoft import CLIENT_ID, LAG, TENANT, token
from demo.vendors import start_vendors
from tests.demo.vendors import KEYS, kept, made, read, source_of

DETAIL = "v1.0/copilot/reports/getMicrosoft365CopilotUsageUserDetail"


@pytest.fixture
async def ask(vendors):
    """Ask Graph; return the status and the body."""
    headers = {"Authorization": f"Bearer {token(KEYS['copilot'])}"}
    async with aiohttp.ClientSession(headers=headers) as client:

        async def asked(path, **parameters):
            async with client.get(f"{vendors.base_urls['copilot']}/{path}", params=parameters) as answer:
                return answer.status, await answer.read()

        yield asked


def lines(body):
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


async def test_one_reading_finds_the_last_day_of_each_person(company, vendors, store):
    await read(company, vendors, source_of(store, "copilot"))
    last = {}
    for each in use_tools(company)["copilot"].everything():
        last[each.person] = company.day(each.day)
    wanted = defaultdict(int)
    for day in last.values():
        wanted[day] += 1
    since = company.end + timedelta(days=LAG - copilot.retention_days)
    people, _ = kept(store, "copilot")
    assert {day: len(each) for day, each in people.items()} == {d: n for d, n in wanted.items() if d >= since}


async def test_a_reading_a_day_finds_everybody_on_every_day(company, store):
    today = company.end - timedelta(days=14)
    running = await start_vendors(company, keys=KEYS, today=lambda: today)
    while today < company.end + timedelta(days=LAG):
        today += timedelta(days=1)
        await read(company, running, source_of(store, "copilot"), today=today)
    await running.close()
    since = company.end - timedelta(days=13)
    wanted, _ = made(company, "copilot", since)
    people, _ = kept(store, "copilot")
    assert len(wanted) > 8
    assert {day: each for day, each in people.items() if day >= since} == wanted


async def test_a_client_secret_is_exchanged_for_the_token(company, vendors, store):
    assert copilot.feed.login
    login = vendors.base_urls["copilot"]
    source = replace(source_of(store, "copilot"), connector=replace(copilot, feed=replace(copilot.feed, login=login)))
    scopes = Scopes(tenant=TENANT, client_id=CLIENT_ID)
    assert (await read(company, vendors, source, key=KEYS["copilot"], scopes=scopes)).rows
    with pytest.raises(ConfigurationError, match="client secret"):
        await read(company, vendors, source, key="another", scopes=scopes)
    with pytest.raises(ConfigurationError, match="client_id"):
        await read(company, vendors, source, key=KEYS["copilot"], scopes=replace(scopes, client_id="another"))


async def test_the_report_is_csv_with_a_mark_at_its_start_and_counts_in_its_newer_version(company, ask):
    status, body = await ask(f"{DETAIL}(period='D28',version='v2')")
    assert (status, body[:3]) == (200, b"\xef\xbb\xbf")
    told = lines(body)
    use = use_tools(company)["copilot"]
    begin = 7 * company.weeks - 27
    prompts = sum(each.prompts for day, rows in use.days.items() if day >= begin for each in rows)
    assert sum(int(line["Prompts submitted for all apps"]) for line in told) == prompts
    assert len(told) > len(use.members)
    assert {line["Last Activity Date"] == "" for line in told} == {True, False}
    assert {line["Report Period"] for line in told} == {"28"}
    assert {line["User Principal Name"].islower() for line in told} == {True, False}


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("(period='D30')", 200),
        ("(period='D28')", 400),
        ("(period='D30',version='v2')", 400),
        ("(period='D7',version='v2')", 200),
        ("(version='v2')", 400),
    ],
)
async def test_only_pairs_of_period_and_version_that_exist_are_answered(ask, arguments, status):
    told, body = await ask(DETAIL + arguments)
    assert told == status
    if status == 200:
        assert ("Prompts submitted for all apps" in lines(body)[0]) == ("v2" in arguments)


async def test_users_come_in_pages_with_what_was_selected_and_a_room_without_an_address(vendors, ask):
    link, rows = "v1.0/users?$select=userPrincipalName,mail,assignedLicenses&$top=30", []
    while link:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token(KEYS['copilot'])}"}) as client:
            address = link if link.startswith("http") else f"{vendors.base_urls['copilot']}/{link}"
            async with client.get(address, raise_for_status=True) as answer:
                page = await answer.json()
        assert len(page["value"]) <= 30
        rows += page["value"]
        link = page.get("@odata.nextLink")
    assert len({row["userPrincipalName"] for row in rows}) == len(rows) > 90
    assert {frozenset(row) for row in rows} == {frozenset({"userPrincipalName", "mail", "assignedLicenses"})}
    assert sum(row["mail"] is None for row in rows) == 1
    assert any(row["mail"] and row["mail"].lower() != row["userPrincipalName"] for row in rows)


async def test_names_are_not_concealed_and_licences_are_left(company, ask):
    assert (await ask("v1.0/admin/reportSettings"))[1].endswith(b'"displayConcealedNames": false}')
    _, body = await ask("v1.0/subscribedSkus")
    assert b"Microsoft_365_Copilot" in body
    assert f'"consumedUnits": {len(use_tools(company)["copilot"].members)}'.encode() in body

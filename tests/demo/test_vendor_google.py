"""Google's log and token endpoint as the demo serves them."""

from collections import Counter
from datetime import timedelta

import aiohttp
import pytest

from connectors.connector import Scopes
from connectors.errors import ConfigurationError, PermissionMissingError
from connectors.gemini import PASSIVE, UNKNOWN
from connectors.tables.fold import NOBODY
from demo.tools import use_tools
from demo.vendor_google import ADMIN, SCOPE, token
from tests.demo.vendors import KEYS, LAST_WEEK, read, source_of

LOG = "admin/reports/v1/activity/users/all/applications/gemini_in_workspace_apps"


@pytest.fixture
async def ask(vendors):
    """Ask for the log of some days from the last Monday on; return the answer."""
    headers = {"Authorization": f"Bearer {token(KEYS['gemini'])}"}
    async with aiohttp.ClientSession(headers=headers) as client:

        async def asked(days=1, first=LAST_WEEK, **more):
            span = {"startTime": f"{first}T00:00:00.000Z", "endTime": f"{first + timedelta(days=days)}T00:00:00.000Z"}
            address = f"{vendors.base_urls['gemini']}/{LOG}"
            async with client.get(address, params={**span, **more}, raise_for_status=True) as answer:
                return await answer.json()

        yield asked


def key_of(item):
    return tuple(item["id"][name] for name in ("time", "uniqueQualifier", "applicationName", "customerId"))


async def test_a_day_comes_newest_first_in_pages_that_repeat_an_activity(ask):
    whole = (await ask(maxResults="1000"))["items"]
    items, page = [], await ask(maxResults="7")
    items += page["items"]
    while "nextPageToken" in page:
        page = await ask(maxResults="7", pageToken=page["nextPageToken"])
        items += page["items"]
    assert [each["id"]["time"] for each in whole] == sorted((each["id"]["time"] for each in whole), reverse=True)
    assert list(dict.fromkeys(map(key_of, items))) == list(map(key_of, whole))
    assert max(Counter(map(key_of, items)).values()) == 2


async def test_a_day_without_activities_has_no_items(ask):
    assert set(await ask(first=LAST_WEEK + timedelta(days=8))) == {"kind", "etag"}


async def test_active_events_are_the_prompts_and_most_of_the_others_were_unasked(company, ask):
    items = (await ask(maxResults="1000"))["items"]
    own = [each for each in items if each["actor"]["callerType"] == "USER"]
    kinds = Counter(
        parameter["value"].split("_")[0]
        for item in own
        for event in item["events"]
        for parameter in event["parameters"]
        if parameter["name"] == "event_category"
    )
    day = (LAST_WEEK - company.first_day).days
    assert kinds["active"] == sum(each.prompts for each in use_tools(company)["gemini"].days[day])
    assert kinds["inactive"] > kinds["unknown"] > 0
    assert {"email" in each["actor"] for each in own} == {True, False}


async def test_what_is_nobodys_or_unasked_is_counted_and_left_out(company, vendors, store):
    report = await read(company, vendors, source_of(store, "gemini"), weeks=2)
    assert {PASSIVE, UNKNOWN, NOBODY} <= set(report.skipped)


@pytest.mark.parametrize(
    ("admin", "error", "word"),
    [
        ("somebody@example.com", PermissionMissingError, SCOPE),
        ("nobody", ConfigurationError, "must be the address of an administrator"),
        ("", ConfigurationError, "is not set"),
    ],
)
async def test_the_service_account_is_given_a_token_in_the_administrators_name_alone(
    company, vendors, store, admin, error, word
):
    with pytest.raises(error, match=word):
        await read(company, vendors, source_of(store, "gemini"), scopes=Scopes(admin=admin), weeks=1)
    assert (await read(company, vendors, source_of(store, "gemini"), scopes=Scopes(admin=ADMIN), weeks=1)).rows


@pytest.mark.parametrize(
    "form", [{}, {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b"}]
)
async def test_a_statement_that_nobody_signed_is_refused(vendors, form):
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{vendors.base_urls['gemini']}/token", data=form) as answer,
    ):
        assert (answer.status, set(await answer.json())) == (400, {"error"})

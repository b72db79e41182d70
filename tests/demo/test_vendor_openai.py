"""OpenAI's two APIs as the demo serves them."""

from collections import Counter
from datetime import UTC, datetime

import aiohttp
import pytest

from demo.tools import use_tools
from demo.vendor_openai import SERVICE_ACCOUNT
from tests.demo.vendors import KEYS, LAST_WEEK

MONDAY = int(datetime(LAST_WEEK.year, LAST_WEEK.month, LAST_WEEK.day, tzinfo=UTC).timestamp())
DAY = 86_400


@pytest.fixture
async def ask(vendors):
    """Ask the organisation's API; return the status and the answer."""
    headers = {"Authorization": f"Bearer {KEYS['openai-api']}"}
    async with aiohttp.ClientSession(headers=headers) as client:

        async def asked(path, *parameters):
            address = f"{vendors.base_urls['openai-api']}/organization/{path}"
            async with client.get(address, params=parameters) as answer:
                return answer.status, await answer.json()

        yield asked


@pytest.fixture
async def codex(company, vendors):
    """Ask Codex's analytics for a week; return the answer."""
    headers = {"Authorization": f"Bearer {KEYS['codex']}"}
    async with aiohttp.ClientSession(headers=headers) as client:

        async def asked(start, end, **more):
            path = f"analytics/codex/workspaces/{company.workspace_id}/usage"
            parameters = {"start_time": str(start), "end_time": str(end), **more}
            async with client.get(f"{vendors.base_urls['codex']}/{path}", params=parameters) as answer:
                return await answer.json()

        yield asked


async def test_a_day_on_which_nothing_happened_is_a_bucket_without_results(company, ask):
    after = MONDAY + 7 * DAY
    _, page = await ask("usage/completions", ("start_time", after), ("end_time", after + 2 * DAY))
    assert [(each["start_time"], each["results"]) for each in page["data"]] == [(after, []), (after + DAY, [])]


async def test_buckets_come_in_pages_of_at_most_what_was_asked_for(ask):
    week = (("start_time", MONDAY), ("end_time", MONDAY + 7 * DAY), ("limit", 5))
    _, first = await ask("usage/completions", *week)
    _, second = await ask("usage/completions", *week, ("page", first["next_page"]))
    assert [len(each["data"]) for each in (first, second)] == [5, 2]
    assert [each["has_more"] for each in (first, second)] == [True, False]
    assert second["data"][0]["start_time"] == MONDAY + 5 * DAY


async def test_what_is_not_grouped_by_is_null_and_the_sums_are_the_same(ask):
    day = (("start_time", MONDAY), ("end_time", MONDAY + DAY))
    _, together = await ask("usage/completions", *day)
    _, apart = await ask("usage/completions", *day, ("group_by", "user_id"), ("group_by", "model"))
    (whole,), parts = together["data"][0]["results"], apart["data"][0]["results"]
    assert (whole["user_id"], whole["model"]) == (None, None)
    assert {SERVICE_ACCOUNT, None} < {each["user_id"] for each in parts}
    assert {each["project_id"] for each in parts} == {None}
    for name in ("input_tokens", "output_tokens", "num_model_requests"):
        assert whole[name] == sum(each[name] for each in parts)


async def test_users_are_listed_with_one_service_account_and_one_without_an_address(company, ask):
    rows, after = [], ()
    while True:
        _, page = await ask("users", ("limit", "5"), *after)
        rows += page["data"]
        if not page["has_more"]:
            break
        after = (("after", page["last_id"]),)
    assert len(rows) == len(use_tools(company)["openai-api"].members) + 1 > 5
    assert Counter(each["is_service_account"] for each in rows)[True] == 1
    assert Counter(each["email"] for each in rows if not each["is_service_account"])[None] == 1


async def test_costs_are_dollars_by_project_and_line_and_know_no_users(ask):
    day = (("start_time", MONDAY), ("end_time", MONDAY + DAY))
    status, page = await ask("costs", *day, ("group_by", "project_id"), ("group_by", "line_item"))
    results = page["data"][0]["results"]
    assert status == 200
    assert {each["amount"]["currency"] for each in results} == {"usd"}
    assert len({(each["project_id"], each["line_item"]) for each in results}) == len(results) == 4
    assert all("user_id" not in each for each in results)
    status, page = await ask("projects")
    assert {each["project_id"] for each in results} == {each["id"] for each in page["data"]}


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("usage/completions", ()),
        ("usage/completions", (("start_time", MONDAY), ("limit", "32"))),
        ("usage/completions", (("start_time", MONDAY), ("group_by", "user_id,model"))),
        ("costs", (("start_time", MONDAY), ("limit", "181"))),
        ("costs", (("start_time", 1_700_000_000), ("group_by", "api_key_id"))),
        ("users", (("limit", "101"),)),
        ("users", (("after", "user-nobody"),)),
    ],
)
async def test_a_question_that_the_vendor_refuses_is_refused(ask, path, parameters):
    status, told = await ask(path, *parameters)
    assert (status, told["error"]["type"]) == (400, "invalid_request_error")


async def test_codex_tells_rows_by_user_in_pages_some_idle_and_some_without_an_address(codex):
    rows, page = [], "page_0"
    while page:
        told = await codex(MONDAY - 21 * DAY, MONDAY + 7 * DAY, limit="25", page=page)
        assert len(told["data"]) <= 25
        rows += told["data"]
        page = told["next_page"]
    assert len({(each["user_id"], each["start_time"]) for each in rows}) == len(rows) > 25
    assert {each["totals"]["turns"] > 0 for each in rows} == {True, False}
    assert {each["actor"]["email"] is None for each in rows} == {True, False}
    assert {each["models"] is None for each in rows} == {True, False}


async def test_codex_tells_no_other_workspaces_use(vendors):
    headers = {"Authorization": f"Bearer {KEYS['codex']}"}
    address = f"{vendors.base_urls['codex']}/analytics/codex/workspaces/another/usage"
    async with aiohttp.ClientSession(headers=headers) as client, client.get(address) as answer:
        assert answer.status == 404

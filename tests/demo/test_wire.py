"""The server speaks the vendor's format, and is as strict."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import aiohttp
import pytest

from demo import simulate
from demo.server import start

KEY = "an invented key"
LAST_WEEK = date(2026, 6, 1)
NOW = datetime(2026, 6, 8, 9, tzinfo=UTC)
EVER = "2000-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def company():
    return simulate(people=100, weeks=18, last_week=LAST_WEEK)


@pytest.fixture
async def client(company):
    server = await start(company, key=KEY)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session:
        yield Client(session, server.base_url, company)
    await server.close()


class Client:
    def __init__(self, session, base_url, company):
        self.session, self.base_url = session, base_url
        self.workspace = f"{base_url}/compliance/workspaces/{company.workspace_id}"
        self.organisation = f"{base_url}/compliance/organizations/{company.organisation_id}"

    async def get(self, url, *, headers=None, **params):
        async with self.session.get(url, params=params, headers=headers, allow_redirects=False) as reply:
            return reply.status, await reply.json()


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer wrong", KEY, f"bearer  {KEY}"])
async def test_a_missing_or_wrong_key_is_401(client, key):
    status, _ = await client.get(client.workspace + "/users", headers={"Authorization": key})
    assert status == 401


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"after": EVER}, "event_type"),
        ({"event_type": "COSTS"}, "after"),
        ({"event_type": "COSTS", "after": "2026-06-01T00:00:00"}, "after"),
        ({"event_type": "COSTS", "after": "yesterday"}, "after"),
        ({"event_type": "COSTS", "after": EVER, "before": "2026-06-01"}, "before"),
        ({"event_type": "NONSENSE", "after": EVER}, "event_type"),
        ({"event_type": "COSTS", "after": EVER, "limit": "0"}, "limit"),
        ({"event_type": "COSTS", "after": EVER, "limit": "many"}, "limit"),
    ],
)
async def test_bad_parameters_are_422_and_named(client, params, named):
    status, reply = await client.get(client.workspace + "/logs", **params)
    assert status == 422
    assert reply["detail"][0]["loc"] == ["query", named]


async def test_messages_asked_of_the_organisation_are_400_and_costs_answer_both(client):
    status, reply = await client.get(client.organisation + "/logs", event_type="CONVERSATION_MESSAGE", after=EVER)
    assert status == 400
    assert "workspaces" in reply["detail"]
    of_workspace = await client.get(client.workspace + "/logs", event_type="COSTS", after=EVER)
    assert of_workspace == await client.get(client.organisation + "/logs", event_type="COSTS", after=EVER)
    assert of_workspace[1]["data"]


async def test_a_strange_scope_or_file_is_404(client):
    assert (await client.get(client.base_url + "/compliance/workspaces/other/users"))[0] == 404
    assert (await client.get(client.workspace + "/logs/eclf_none"))[0] == 404


async def test_a_known_type_without_files_is_an_empty_page_without_cursor(client):
    status, reply = await client.get(client.workspace + "/logs", event_type="AUTH_LOG", after=EVER)
    assert (status, reply["data"], reply["has_more"], reply["last_end_time"]) == (200, [], False, None)


async def test_the_cursor_walks_every_file_once_and_is_exclusive(client, company):
    seen, after, more = [], EVER, True
    while more:
        _, page = await client.get(client.workspace + "/logs", event_type="COSTS", after=after, limit="37")
        seen += page["data"]
        after, more = page["last_end_time"], page["has_more"]
    assert len(seen) == len({file["id"] for file in seen})
    ends = [datetime.fromisoformat(file["end_time"]) for file in seen]
    assert ends == sorted(set(ends))
    assert company.weeks * 6 < len(seen) <= company.weeks * 7 + 1
    _, rest = await client.get(client.workspace + "/logs", event_type="COSTS", after=after)
    assert rest["data"] == []
    _, part = await client.get(
        client.workspace + "/logs",
        event_type="COSTS",
        after=seen[3]["end_time"],
        before=seen[6]["end_time"],
    )
    assert [file["id"] for file in part["data"]] == [file["id"] for file in seen[4:6]]


async def test_files_end_before_the_morning_after_the_last_week(client):
    _, page = await client.get(
        client.workspace + "/logs", event_type="CONVERSATION_MESSAGE", after="2026-06-07T00:00:00Z"
    )
    last = datetime.fromisoformat(page["data"][-1]["end_time"])
    assert datetime(2026, 6, 8, tzinfo=UTC) <= last < datetime(2026, 6, 8, 0, 1, tzinfo=UTC)


async def test_a_download_redirects_to_storage_that_refuses_the_key(client):
    _, page = await client.get(client.workspace + "/logs", event_type="CONVERSATION_MESSAGE", after=EVER, limit="1")
    (file,) = page["data"]
    assert file["file_name"] == f"CONVERSATION_MESSAGE_{file['end_time'].replace('Z', '+00:00')}.jsonl"
    async with client.session.get(f"{client.workspace}/logs/{file['id']}", allow_redirects=False) as hop:
        assert hop.status == 307
    location = hop.headers["Location"]
    async with client.session.get(location) as with_key:
        assert with_key.status == 400
    async with aiohttp.ClientSession() as bare:
        async with bare.get(location) as reply:
            body = await reply.read()
        async with bare.get(location.replace(file["id"], "eclf_0")) as forged:
            assert forged.status == 403
    assert len(body) == file["file_size"] <= 15_000_000
    assert hashlib.sha256(body).hexdigest() == file["file_sha256"]


async def test_without_the_archive_only_thirty_days_are_kept(company):
    server = await start(company, key=KEY, archive=False, now=lambda: NOW)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session:
        client = Client(session, server.base_url, company)
        _, page = await client.get(client.workspace + "/logs", event_type="CONVERSATION_MESSAGE", after=EVER)
        ends = [datetime.fromisoformat(file["end_time"]) for file in page["data"]]
        assert NOW - timedelta(days=30) < ends[0] < NOW - timedelta(days=29)
    await server.close()


async def test_users_come_in_pages_with_leavers_and_accounts_without_address(client, company):
    users, after = [], {}
    while True:
        _, page = await client.get(client.workspace + "/users", limit="40", **after)
        users += page["data"]
        if not page["has_more"]:
            break
        after = {"after": page["last_id"]}
    assert len(users) == len({user["id"] for user in users})
    assert {user["status"] for user in users} == {"active", "inactive"}
    assert any(user["email"] is None for user in users)
    assert any(user["email"] and user["email"] != user["email"].lower() for user in users)
    assert set(users[0]) == {"object", "id", "email", "name", "created_at", "role", "status", "is_scim_managed"}
    active = [user for user in users if user["status"] == "active"]
    assert len(active) == sum(1 for person in company.people if person.account and person.account.seat)
    assert (await client.get(client.workspace + "/users", after="user-nobody"))[0] == 422

"""Who may speak to the bot: every way in which a token can be wrong is a 401, and none is a 500."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.teams.adapter import Adapter
from bot.teams.app import PATH, TEAMS_HOSTS, Allowed
from bot.teams.wire import NotAllowedError, NoTokenError, Registration
from storage.conversations import conversation
from tests.bot.teams.conftest import REGISTRATION, Microsoft
from tests.bot.teams.fake_teams import APP, PERSONAL, TENANT

AGO = datetime.now(UTC) - timedelta(hours=1)
ELSEWHERE = "https://evil.example/"


async def status(bot, header: str | None, **activity: object) -> int:
    headers = {"Authorization": header} if header is not None else {}
    answer = await bot.client.post(PATH, json=bot.fake.activity(**activity), headers=headers)
    return answer.status


async def test_what_teams_signed_is_taken_and_answered(bot):
    assert await status(bot, f"Bearer {bot.fake.token()}", text="sales") == 202
    assert (await bot.fake.until(1))[0].conversation == PERSONAL


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer garbage", "Bearer a.b.c", "Basic dXNlcjpwYXNz", "Bearer " + "x" * 5000, "bearer"],
)
async def test_no_token_or_none_at_all_is_unauthorized(bot, header):
    assert await status(bot, header) == 401
    assert await status(bot, None) == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": AGO},
        {"nbf": datetime.now(UTC) + timedelta(hours=1)},
        {"aud": "somebody-else"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/", "appid": APP, "ver": "1.0"},
        {"iss": None},
        {"serviceurl": ELSEWHERE},
        {"serviceurl": None},
    ],
    ids=str,
)
async def test_a_wrong_claim_is_unauthorized(bot, claims):
    assert await status(bot, f"Bearer {bot.fake.token(**claims)}") == 401


async def test_the_signature_has_to_be_microsofts(bot):
    other = rsa.generate_private_key(65537, 2048)
    assert await status(bot, f"Bearer {bot.fake.token(key=other)}") == 401
    assert await status(bot, f"Bearer {bot.fake.token(kid='unknown')}") == 401
    assert await status(bot, f"Bearer {bot.fake.token(kid=None)}") == 401
    claims = jwt.decode(bot.fake.token(), options={"verify_signature": False})
    for forged in (jwt.encode(claims, None, "none"), jwt.encode(claims, "s" * 64, "HS256", headers={"kid": "first"})):
        assert await status(bot, f"Bearer {forged}") == 401
    assert bot.talk.said == []


@pytest.mark.parametrize("endorsements", [("webchat",), ()])
async def test_a_key_has_to_be_endorsed_for_teams(bot, endorsements):
    bot.fake.endorsements = endorsements
    assert await status(bot, f"Bearer {bot.fake.token()}") == 401


async def test_a_token_for_another_channel_or_without_a_service_url_is_refused(bot):
    assert await status(bot, f"Bearer {bot.fake.token()}", channelId="webchat") == 400
    assert await status(bot, f"Bearer {bot.fake.token()}", serviceUrl=None) == 400


async def test_after_microsoft_changed_its_keys_the_new_one_is_looked_up(bot, monkeypatch):
    assert await status(bot, f"Bearer {bot.fake.token()}", text="sales") == 202
    bot.fake.key, bot.fake.kid = rsa.generate_private_key(65537, 2048), "second"
    monkeypatch.setattr("bot.teams.adapter.BETWEEN_LOOKUPS", timedelta(0))
    assert await status(bot, f"Bearer {bot.fake.token()}", text="sales") == 202
    assert bot.fake.lookups == 2


async def test_made_up_keys_do_not_make_us_ask_microsoft_each_time(bot):
    for number in range(20):
        assert await status(bot, f"Bearer {bot.fake.token(kid=str(number))}") == 401
    assert bot.fake.lookups == 1


async def test_without_microsofts_keys_nothing_is_taken_and_teams_may_try_again(bot):
    bot.fake.keys_work = False
    assert await status(bot, f"Bearer {bot.fake.token()}", text="sales") == 503
    assert bot.talk.said == []


@pytest.mark.parametrize(
    "places",
    [
        {"channelData": {"tenant": {"id": "other"}}},
        {"channelData": {}, "conversation": {"id": PERSONAL, "conversationType": "personal", "tenantId": "other"}},
        {"channelData": {}, "conversation": {"id": PERSONAL, "conversationType": "personal"}},
    ],
    ids=["channelData", "conversation", "none"],
)
async def test_another_tenant_is_forbidden(bot, places):
    assert await status(bot, f"Bearer {bot.fake.token()}", **places) == 403
    assert conversation(bot.store, PERSONAL) is None


async def test_our_token_is_sent_to_no_host_that_is_not_teams(bot):
    signed = bot.fake.token(serviceurl=ELSEWHERE)
    assert await status(bot, f"Bearer {signed}", serviceUrl=ELSEWHERE) == 403
    assert conversation(bot.store, PERSONAL) is None


@pytest.mark.parametrize(
    "url", ["http://smba.trafficmanager.net/emea/", "https://smba.trafficmanager.net.evil.example/"]
)
def test_in_production_only_teams_own_hosts_over_tls_are_answered(url):
    allowed = Allowed(tenants=frozenset({TENANT}))
    activity = {"channelData": {"tenant": {"id": TENANT}}, "conversation": {"id": "x"}, "serviceUrl": url}
    with pytest.raises(NotAllowedError):
        allowed.check(activity)
    for host in TEAMS_HOSTS:
        allowed.check(activity | {"serviceUrl": f"https://{host}/emea/"})


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'{"type": 7}', "application/json", 400),
        (b'{"type": "message"}', "application/json", 400),
        (b"[" * 200_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"{}", "text/plain", 400),
        (b"{}", None, 400),
    ],
)
async def test_what_is_no_activity_is_a_bad_request(bot, body, kind, expected):
    headers = {"Authorization": f"Bearer {bot.fake.token()}"} | ({"Content-Type": kind} if kind else {})
    answer = await bot.client.post(PATH, data=body, headers=headers, skip_auto_headers=["Content-Type"])
    assert answer.status == expected


@pytest.mark.parametrize(
    "odd",
    [
        {"conversation": "x"},
        {"from": {}},
        {"recipient": None},
        {"channelData": "x"},
        {"channelData": {"tenant": "x"}},
        {"entities": [None, {"mentioned": 3}]},
        {"value": {"action": []}},
        {"membersAdded": [3]},
        {"text": {"a": 1}},
        {"attachments": "x"},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["message", "invoke", "conversationUpdate", "installationUpdate", "typing"])
async def test_an_oddly_shaped_activity_is_never_a_fault_of_ours(bot, kind, odd):
    assert await status(bot, f"Bearer {bot.fake.token()}", kind=kind, name="adaptiveCard/action", **odd) < 500


@pytest.mark.parametrize(
    "registration",
    [
        Registration(),
        Registration(app_id=APP),
        Registration(app_id=APP, app_password="x"),
        Registration(app_id=APP, app_password="x", tenant_id=TENANT, local=True),
        Registration(app_password="x", tenant_id=TENANT),
    ],
)
def test_half_a_registration_is_refused_and_never_becomes_an_open_door(registration):
    with pytest.raises(ValueError, match="registration"):
        Adapter(registration)


async def test_fetching_our_token_does_not_hold_up_the_loop_and_is_told_when_it_fails(fake):
    class Slow(Microsoft):
        def acquire_token_for_client(self, scopes: list[str]) -> dict[str, str]:
            assert scopes
            time.sleep(0.5)
            return {"error": "invalid_client", "error_description": "AADSTS7000222: the secret has expired"}

    adapter = Adapter(REGISTRATION)
    adapter.credentials.app = Slow()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(NoTokenError, match="expired"):
        await adapter.send(fake.service_url, PERSONAL, {"type": "message"})
    ticking.cancel()
    assert ticks > 20
    assert fake.attempts == 0

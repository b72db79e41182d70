"""From the settings to the routes: half a registration, and a door that stands open by accident, are refused."""

import msgspec
import pytest
from aiohttp import ClientSession

from bot.charts import draw
from bot.installation import Installation, installation_of
from bot.running.serving import teams_voice
from bot.settings import Settings, SettingsError, TeamsSettings, WebSettings, load
from bot.teams.start import allowed_by, registration_of, start_teams
from bot.web.app import start_web
from bot.web.voice import WebVoice
from tests.bot import cards
from tests.bot.teams.fake_teams import APP, TENANT, FakeTeams

WHOLE = TeamsSettings(app_id=APP, app_password="env:TEAMS_APP_PASSWORD", tenant_id=TENANT)


@pytest.fixture
def installation(tmp_path, monkeypatch) -> Installation:
    monkeypatch.setenv("TEAMS_APP_PASSWORD", "secret")
    made = installation_of(msgspec.structs.replace(Settings(), folder=tmp_path))
    yield made
    made.store.close()


def of(settings: TeamsSettings, installation: Installation, host: str = "127.0.0.1"):
    return registration_of(settings, WebSettings(host=host), installation)


def test_a_whole_registration_is_single_tenant(installation):
    made = of(WHOLE, installation)
    assert (made.app_id, made.app_password, made.tenant_id, made.local) == (APP, "secret", TENANT, False)
    assert allowed_by(WHOLE).tenants == {TENANT}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"app_id": ""}, "app_id"),
        ({"app_id": "my-bot"}, "app_id"),
        ({"tenant_id": ""}, "tenant_id"),
        ({"tenant_id": "northwind.onmicrosoft.com"}, "tenant_id"),
        ({"app_password": ""}, "app_password"),
        ({"app_password": "the-secret-itself"}, "app_password"),
        ({"public_url": "http://bot.example"}, "public_url"),
        ({"local": True}, "local"),
    ],
    ids=str,
)
def test_what_is_missing_or_wrong_is_named(installation, change, said):
    with pytest.raises(SettingsError, match=said):
        of(msgspec.structs.replace(WHOLE, **change), installation)


def test_without_a_registration_only_this_machine_may_speak(installation):
    assert of(TeamsSettings(local=True), installation).local
    with pytest.raises(SettingsError, match="host"):
        of(TeamsSettings(local=True), installation, host="0.0.0.0")  # noqa: S104 - refused
    assert "smba.trafficmanager.net" not in allowed_by(TeamsSettings(local=True)).hosts


def test_an_empty_table_is_no_open_door(installation):
    with pytest.raises(SettingsError, match="app_id"):
        of(TeamsSettings(), installation)


def test_the_settings_are_read(tmp_path):
    config = tmp_path / "ai-usage.toml"
    config.write_text(
        f'[teams]\napp_id = "{APP}"\napp_password = "env:X"\ntenant_id = "{TENANT}"\ncharts = "native"\n',
        encoding="utf-8",
    )
    assert load(config).teams == TeamsSettings(app_id=APP, app_password="env:X", tenant_id=TENANT, charts="native")


async def test_beside_the_chat_page_teams_needs_no_token_of_the_page_and_pictures_may_be_shown_elsewhere(installation):
    settings = msgspec.structs.replace(installation.settings, teams=TeamsSettings(local=True))
    local = Installation(settings=settings, store=installation.store)
    teams = await start_teams(local, teams_voice(local), draw)
    voice = WebVoice(ask=lambda *_: cards.OVERVIEW, digest=lambda: cards.DIGEST, draw=draw)
    server = await start_web(WebSettings(port=0), voice, token="page", routes=teams.routes())
    fake = FakeTeams()
    await fake.start()
    async with ClientSession() as session:
        async with session.get(server.url) as page:
            assert page.status == 401
        async with session.post(f"{server.url}/api/messages", json=fake.activity("typing")) as answer:
            assert answer.status == 200
        async with session.get(f"{server.url}/teams/pictures/unknown.png") as picture:
            assert picture.status == 404
            assert "ai-usage" in picture.headers["Server"]
    await teams.close()
    await server.close()
    await fake.stop()


async def test_microsoft_refusing_the_secret_is_told_at_the_start(installation, monkeypatch):
    from bot.teams.adapter import MicrosoftAppCredentials  # noqa: PLC0415

    def refused(self: object, force_refresh: bool = False) -> str:  # noqa: FBT001, FBT002
        raise PermissionError("invalid_client: AADSTS7000215")

    monkeypatch.setattr(MicrosoftAppCredentials, "get_access_token", refused)
    settings = msgspec.structs.replace(installation.settings, teams=WHOLE)
    here = Installation(settings=settings, store=installation.store)
    with pytest.raises(SettingsError, match="AADSTS7000215"):
        await start_teams(here, teams_voice(here), draw)

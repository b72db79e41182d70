"""The whole install, from the button to the first message, against a server of Slack's OAuth that nobody here wrote."""

import asyncio
import re
import shutil
import socket
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.slack.install import AppKeys, Installs, NotInstalledError
from bot.slack.manifest import scopes
from bot.slack.oauth import install_routes
from bot.slack.tokens import new_key
from storage.store import open_store
from tests.e2e.conftest import INSTALL, MODULES

pytestmark = pytest.mark.e2e

SECONDS = 30
SECRET = "invented-client-secret"


@asynccontextmanager
async def emulator(back: str):
    """The server's address. It listens on loopback only, and ends when its input does."""
    if shutil.which("node") is None or not (MODULES / "emulate").is_dir():
        pytest.skip(f"node and npm's emulate are not here: {INSTALL}")
    script = Path(__file__).with_name("slack_install.mjs")
    process = await asyncio.create_subprocess_exec(
        "node",
        str(script),
        str(MODULES.resolve()),
        back,
        ",".join(scopes()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(SECONDS):
            url = (await process.stdout.readline()).decode().strip()
        assert url, "emulate did not start"
        yield url
    finally:
        process.stdin.close()
        async with asyncio.timeout(SECONDS):
            await process.wait()


@asynccontextmanager
async def running(tmp_path, *, secret=SECRET, workspaces=("T000000001",)):
    """The bot's server and the emulator; yields the server's address and the installs."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with emulator(f"{address}/slack/oauth_redirect") as url:
            keys = AppKeys(
                client_id="111.222",
                client_secret=secret,
                token_key=new_key(),
                workspaces=frozenset(workspaces),
                address=address,
            )
            store = open_store(f"sqlite:///{tmp_path}/store.db")
            installs = Installs(keys, store, f"{url}/api/")
            app = web.Application()
            app.add_routes(install_routes(installs))
            runner = web.AppRunner(app)
            await runner.setup()
            await web.SockSite(runner, listening).start()
            try:
                yield address, installs
            finally:
                await runner.cleanup()
                await installs.close()
                store.close()


async def walk(address: str) -> tuple[int, str]:
    """What a browser sees that opens the link, agrees as the installer, and comes back."""
    async with aiohttp.ClientSession() as browser:
        begun = await browser.get(f"{address}/slack/install", allow_redirects=False)
        asked = await browser.get(begun.headers["Location"])
        page = await asked.text()
        form = {
            unescape(name): unescape(value)
            for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
        }
        agreed = await browser.post(asked.url.join(URL_OF_AGREEING), data=form, allow_redirects=False)
        # the cookie is for https only, and this is loopback
        cookie = begun.headers["Set-Cookie"].partition(";")[0]
        back = await browser.get(agreed.headers["Location"], headers={"Cookie": cookie})
        return back.status, await back.text()


URL_OF_AGREEING = aiohttp.client.URL("/oauth/v2/authorize/callback")


async def test_a_workspace_installs_the_app_and_gets_a_message(tmp_path):
    async with asyncio.timeout(SECONDS * 2), running(tmp_path) as (address, installs):
        status, page = await walk(address)
        (bot,), _ = await installs.all()
        client = await installs.client_for(bot.team_id)
        known = await client.auth_test()
        posted = await client.chat_postMessage(channel="C000000001", text="installed")

    assert status == 200
    assert "AI Usage is installed in" in page
    assert (known["team_id"], known["user_id"]) == (bot.team_id, bot.bot_user_id)
    assert set(bot.bot_scopes) == set(scopes())
    assert posted["ok"]


async def test_a_wrong_client_secret_is_told_and_installs_nothing(tmp_path):
    async with asyncio.timeout(SECONDS * 2), running(tmp_path, secret="another") as (address, installs):
        status, page = await walk(address)
        with pytest.raises(NotInstalledError):
            await installs.client_for("T000000001")

    assert status == 401
    assert "client_id and client_secret" in page


async def test_a_workspace_that_is_not_named_is_refused(tmp_path):
    async with asyncio.timeout(SECONDS * 2), running(tmp_path, workspaces=["T0ANOTHER01"]) as (address, installs):
        status, page = await walk(address)
        bots, _ = await installs.all()

    assert status == 403
    assert "may not install this app" in page
    assert bots == []

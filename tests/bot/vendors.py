"""An installation whose five sources lie on loopback servers of the demo's vendors, which can be made to misbehave."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import select

from bot.installation import Installation, installation_of
from bot.settings import load
from demo import vendor_google, vendor_microsoft
from demo.company import Company
from demo.roster import directory_csv
from demo.server import vendor_app
from demo.tools import TOOLS
from demo.vendor_github import ORGANISATION
from demo.vendors import PREFIXES, vendors_app
from storage.schema import usage
from storage.store import Store

ALL = ("chatgpt", *TOOLS)
Trouble = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


@dataclass(kw_only=True)
class Vendors:
    """Where each vendor listens. `troubles` are asked first, and may answer in a vendor's place."""

    base_urls: Mapping[str, str] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    async def hang(self, request: web.Request) -> web.StreamResponse | None:
        """Let every answer to Cursor and GitHub wait until `release` is set."""
        if request.path.startswith(("/cursor", "/github")):
            await asyncio.to_thread(self.release.wait)
        return None


@contextmanager
def served(company: Company) -> Iterator[Vendors]:
    """Run the vendors in a thread of their own, as somebody else's machines would."""
    loop, vendors = asyncio.new_event_loop(), Vendors()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runners: list[web.AppRunner] = []

    @web.middleware
    async def trouble(request: web.Request, handler: Any) -> web.StreamResponse:
        vendors.asked.append(request.path)
        for each in vendors.troubles:
            if (answer := await each(request)) is not None:
                return answer
        return await handler(request)

    async def start() -> None:
        keys = {tool: f"the key of {tool}" for tool in TOOLS}
        origins = []
        for app in (vendor_app(company, key="the key of chatgpt"), vendors_app(company, keys=keys)):
            app.middlewares.append(trouble)
            runners.append(web.AppRunner(app, access_log=None, shutdown_timeout=0.1))
            await runners[-1].setup()
            await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
            origins.append(f"http://127.0.0.1:{runners[-1].addresses[0][1]}")
        others = {tool: origins[1] + PREFIXES[tool] for tool in TOOLS}
        vendors.base_urls = {"chatgpt": f"{origins[0]}/v1/compliance", **others}

    async def stop() -> None:
        for each in runners:
            await each.cleanup()

    asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield vendors
    finally:
        vendors.release.set()
        asyncio.run_coroutine_threadsafe(stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def installed(folder: Path, company: Company, vendors: Vendors, *tools: str, wrong_key: str = "") -> Installation:
    """Write the settings of `tools` and the directory into `folder`, and open the store there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people.csv").write_text(directory_csv(company), encoding="utf-8")
    tables = ['[privacy]\nkey = "file:identity.key"\n\n[sources.directory]\nkind = "csv"\npath = "people.csv"\n']
    write_secret(folder / "identity.key", "a key that is long enough")
    for tool in tools:
        write_secret(folder / f"{tool}.key", "wrong" if tool == wrong_key else _shown(tool))
        scopes = {
            "chatgpt": f'workspace = "{company.workspace_id}"\norganization = "{company.organisation_id}"\n',
            "codex": f'workspace = "{company.workspace_id}"\n',
            "github-copilot": f'organization = "{ORGANISATION}"\n',
        }
        tables.append(
            f'[sources.{tool}]\nkey = "file:{tool}.key"\nbase_url = "{vendors.base_urls[tool]}"\n{scopes.get(tool, "")}'
        )
    (folder / "ai-usage.toml").write_text("\n".join(tables), encoding="utf-8")
    return installation_of(load(folder / "ai-usage.toml"))


def _shown(tool: str) -> str:
    """Return what opens a vendor: the key, or what the vendor's sign-in gives for it."""
    key = f"the key of {tool}"
    return {"gemini": vendor_google.token, "copilot": vendor_microsoft.token}.get(tool, str)(key)


def write_secret(path: Path, value: str) -> None:
    path.touch(mode=0o600)
    path.write_text(value, encoding="utf-8")


def facts(store: Store, source: str) -> list[tuple[Any, ...]]:
    """Return a source's facts, in the order of the key."""
    wanted = select(usage).where(usage.c.source == source).order_by(*usage.primary_key.columns)
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(wanted)]

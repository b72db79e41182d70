"""Four vendors on one loopback server, each under its own prefix and with its own key: what `demo.tools` made.

Strict where they are: a wrong key is 401, a signed link refuses a request that shows a key. Pages are small, and one
request in forty is answered with 429 and `Retry-After: 0`.
"""

import base64
import hashlib
import hmac
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from demo import vendor_anthropic, vendor_cursor, vendor_github
from demo.company import Company
from demo.tools import TOOLS, use_tools

BUSY_EVERY = 40
PREFIXES = {"claude": "/anthropic/v1", "claude-code": "/anthropic/v1", "cursor": "/cursor", "github-copilot": "/github"}
OWNED = {
    "/anthropic/v1/organizations/analytics/": "claude",
    "/anthropic/v1/organizations/usage_report/": "claude-code",
    "/cursor/": "cursor",
    "/github/": "github-copilot",
}
"""Whose key opens what. Signed links lie elsewhere."""


def vendors_app(company: Company, *, keys: Mapping[str, str]) -> web.Application:
    """Return the server of the four vendors. `keys` has each tool's, by tool."""
    uses = use_tools(company)
    app = web.Application(middlewares=[_door(keys, itertools.count(1))])
    app.add_routes(vendor_anthropic.routes(company, uses["claude"], uses["claude-code"]))
    app.add_routes(vendor_cursor.routes(company, uses["cursor"]))
    secret = hashlib.sha256(company.workspace_id.encode()).digest()
    app.add_routes(vendor_github.routes(company, uses["github-copilot"], secret))
    return app


def _door(keys: Mapping[str, str], numbers: Iterator[int]) -> Middleware:
    """Return what looks at the key before anything else, and is busy now and then."""

    @web.middleware
    async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
        for prefix, tool in OWNED.items():
            if request.path.startswith(prefix) and not _opens(request, tool, keys[tool]):
                return web.json_response({"error": {"message": "missing or invalid API key"}}, status=401)
        if next(numbers) % BUSY_EVERY == 0:
            return web.json_response({"error": {"message": "slow down"}}, status=429, headers={"Retry-After": "0"})
        return await handler(request)

    return look


def _opens(request: web.Request, tool: str, key: str) -> bool:
    match tool:
        case "cursor":
            name, wanted = "Authorization", f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"
        case "github-copilot":
            name, wanted = "Authorization", f"Bearer {key}"
        case _:
            name, wanted = "x-api-key", key
    return hmac.compare_digest(request.headers.get(name, "").encode(), wanted.encode())


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningVendors:
    """A server that listens on loopback. `base_urls` has, by tool, what each connector is given."""

    base_urls: Mapping[str, str]
    _runner: web.AppRunner

    async def close(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()


async def start_vendors(company: Company, *, keys: Mapping[str, str]) -> RunningVendors:
    """Serve the four vendors on 127.0.0.1, on a free port, until closed. See `vendors_app`."""
    runner = web.AppRunner(vendors_app(company, keys=keys), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return RunningVendors(base_urls={tool: f"{origin}{PREFIXES[tool]}" for tool in TOOLS}, _runner=runner)

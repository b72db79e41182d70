"""Every vendor but ChatGPT's on one loopback server, each under its own prefix and with its own key.

What they tell is what `demo.tools` made. Strict where they are: a wrong key is 401, a signed link refuses a request
that shows a key. Pages are small, and one request in forty is answered with 429 and `Retry-After: 0`.
"""

import base64
import hashlib
import hmac
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from demo import vendor_anthropic, vendor_cursor, vendor_github, vendor_google, vendor_microsoft, vendor_openai
from demo.chaos import Chaos, with_chaos
from demo.company import Company
from demo.tools import TOOLS, ToolUse, use_tools

BUSY_EVERY = 40
PREFIXES = {
    "claude": "/anthropic/v1",
    "claude-code": "/anthropic/v1",
    "cursor": "/cursor",
    "github-copilot": "/github",
    "codex": "/chatgpt/v1",
    "openai-api": "/openai/v1",
    "gemini": "/google",
    "copilot": "/microsoft",
}
OWNED = {
    "/anthropic/v1/organizations/analytics/": "claude",
    "/anthropic/v1/organizations/usage_report/": "claude-code",
    "/anthropic/v1/organizations/cost_report": "claude-code",
    "/cursor/": "cursor",
    "/github/": "github-copilot",
    "/chatgpt/v1/": "codex",
    "/openai/v1/": "openai-api",
    "/google/admin/": "gemini",
    "/microsoft/v1.0/": "copilot",
}
"""Whose key opens what. Signed links, and where a key is exchanged for a token, lie elsewhere."""

BY_DAY = ("day", "date", "starting_at")
"""How Anthropic and GitHub are told the one day that a question is about."""


def vendors_app(
    company: Company,
    *,
    keys: Mapping[str, str],
    today: Callable[[], date] | None = None,
    signatory: vendor_google.Signatory | None = None,
    uses: Mapping[str, ToolUse] | None = None,
    late: Collection[date] = (),
) -> web.Application:
    """Return the vendors' server. `keys` has each tool's, by tool.

    `today` is the day on which Microsoft is asked for its report, by default the second after the company's last.
    `signatory` is the service account that may ask Google for tokens; by default nobody may. `uses` is what is told in
    place of what the company does, and days that are `late` are not published by those vendors who are asked by day.
    """
    uses = uses or use_tools(company)
    app = web.Application(middlewares=[_door(keys, itertools.count(1)), _without({str(day) for day in late})])
    app.add_routes(vendor_anthropic.routes(company, uses["claude"], uses["claude-code"]))
    app.add_routes(vendor_cursor.routes(company, uses["cursor"]))
    secret = hashlib.sha256(company.workspace_id.encode()).digest()
    app.add_routes(vendor_github.routes(company, uses["github-copilot"], secret))
    app.add_routes(vendor_openai.routes(company, uses["codex"], uses["openai-api"]))
    app.add_routes(vendor_google.routes(company, uses["gemini"], signatory, keys["gemini"]))
    asked_on = today or (lambda: company.end + timedelta(days=vendor_microsoft.LAG))
    app.add_routes(vendor_microsoft.routes(company, uses["copilot"], keys["copilot"], asked_on))
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


def _without(late: Collection[str]) -> Middleware:
    """Return what answers 404 to a question about a day that is not published yet."""

    @web.middleware
    async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked = next((request.query[name] for name in BY_DAY if name in request.query), "")
        if asked[:10] in late:
            return web.json_response({"error": {"message": "not yet"}}, status=404)
        return await handler(request)

    return look


def _opens(request: web.Request, tool: str, key: str) -> bool:
    match tool:
        case "cursor":
            name, wanted = "Authorization", f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"
        case "claude" | "claude-code":
            name, wanted = "x-api-key", key
        case "gemini":
            name, wanted = "Authorization", f"Bearer {vendor_google.token(key)}"
        case "copilot":
            name, wanted = "Authorization", f"Bearer {vendor_microsoft.token(key)}"
        case _:
            name, wanted = "Authorization", f"Bearer {key}"
    return hmac.compare_digest(request.headers.get(name, "").encode(), wanted.encode())


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningVendors:
    """A server that listens on loopback. By tool: `base_urls` has what each connector is given, and `keys` its key.

    For Gemini that is a service account's key file, for Copilot a bearer token, as the sign-in gives one for the
    client secret; the others are those that the server was started with.
    """

    base_urls: Mapping[str, str]
    keys: Mapping[str, str]
    _runner: web.AppRunner

    async def close(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()


async def start_vendors(
    company: Company,
    *,
    keys: Mapping[str, str],
    today: Callable[[], date] | None = None,
    chaos: Chaos | None = None,
    uses: Mapping[str, ToolUse] | None = None,
    late: Collection[date] = (),
) -> RunningVendors:
    """Serve the vendors on 127.0.0.1, on a free port, until closed. See `vendors_app`; `chaos` makes them faulty."""
    signatory = vendor_google.new_signatory()
    app = vendors_app(company, keys=keys, today=today, signatory=signatory, uses=uses, late=late)
    runner = web.AppRunner(with_chaos(app, chaos) if chaos else app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    given = {tool: keys[tool] for tool in TOOLS}
    given["gemini"] = vendor_google.key_file(signatory, origin)
    given["copilot"] = vendor_microsoft.token(keys["copilot"])
    base_urls = {tool: f"{origin}{PREFIXES[tool]}" for tool in TOOLS}
    return RunningVendors(base_urls=base_urls, keys=given, _runner=runner)

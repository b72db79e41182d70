"""The fake Slack with OAuth: several workspaces and organisations, tokens that are renewed once, and revoked."""

import base64
import itertools
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from tests.bot.slack.fake_slack import BOT, FakeSlack, _arguments, _no, _yes

CLIENT, SECRET = "111.222", "invented-client-secret"


@dataclass
class Installed:
    """One install: what its newest token is, and which refresh token renews it."""

    team: str | None
    enterprise: str | None
    scope: str
    token: str = ""
    refresh: str = ""
    used: set[str] = field(default_factory=set)
    refused: str = ""


@dataclass
class FakeInstalls(FakeSlack):
    """`codes` are what /oauth/v2/authorize gave out; with `lives`, tokens live so many seconds and are renewed."""

    lives: int | None = None
    codes: dict[str, Installed] = field(default_factory=dict)
    known: list[Installed] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    fresh: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def code(self, team: str | None = "T0000000001", enterprise: str | None = None, scope: str = "") -> str:
        code = f"code-{next(self.fresh)}"
        self.codes[code] = Installed(team=team, enterprise=enterprise, scope=scope or self.scopes)
        return code

    def of(self, token: str) -> Installed | None:
        return next((each for each in self.known if each.token == token), None)

    async def _api(self, request: web.Request) -> web.Response:  # noqa: PLR0911 - one a method
        method = request.match_info["method"]
        arguments = await _arguments(request)
        if method == "oauth.v2.access":
            self.calls.append((method, arguments))
            kind, _, given = request.headers.get("Authorization", "").partition(" ")
            if kind != "Basic" or base64.b64decode(given).decode() != f"{CLIENT}:{SECRET}":
                return _no("bad_client_secret")
            return self._access(arguments)
        token = arguments.get("token") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        install = self.of(token)
        if install is None:
            return await super()._api(request)
        self.calls.append((method, {**arguments, "token": token}))
        if install.refused:
            return _no(install.refused)
        match method:
            case "auth.revoke":
                self.revoked.append(token)
                self.known.remove(install)
                return _yes(revoked=True)
            case "auth.test":
                answer = _yes(url="https://x.test/", team_id=install.team, user_id=BOT, bot_id="B0000000001")
                answer.headers["x-oauth-scopes"] = install.scope
                return answer
            case "conversations.info":
                known = self.channels.get(arguments["channel"])
                return _yes(channel=known) if known else _no("channel_not_found")
            case _:
                return self._answer(method, {name: each for name, each in arguments.items() if name != "token"})

    def _access(self, given: dict[str, Any]) -> web.Response:
        if given.get("grant_type") == "refresh_token":
            return self._renew(given["refresh_token"])
        install = self.codes.pop(given.get("code", ""), None)
        if install is None:
            return _no("invalid_code")
        self.known = [each for each in self.known if (each.team, each.enterprise) != (install.team, install.enterprise)]
        self.known.append(install)
        return _yes(
            app_id="A0000000001",
            authed_user={"id": "U0ASKER0001"},
            scope=install.scope,
            token_type="bot",
            bot_user_id=BOT,
            team={"id": install.team, "name": f"Team {install.team}"} if install.team else None,
            enterprise={"id": install.enterprise, "name": "Org"} if install.enterprise else None,
            is_enterprise_install=install.team is None,
            **self._issue(install),
        )

    def _renew(self, refresh: str) -> web.Response:
        install = next((each for each in self.known if refresh == each.refresh or refresh in each.used), None)
        if install is None or refresh in install.used:
            return _no("invalid_refresh_token")
        install.used.add(refresh)
        return _yes(token_type="bot", **self._issue(install))

    def _issue(self, install: Installed) -> dict[str, Any]:
        number = next(self.fresh)
        install.token = f"xoxe.xoxb-{number}-{'t' * 150}"
        if self.lives is None:
            return {"access_token": install.token}
        install.refresh = f"xoxe-1-{number}-{'r' * 220}"
        return {"access_token": install.token, "refresh_token": install.refresh, "expires_in": self.lives}


async def install(client: Any, fake: FakeInstalls, **where: Any) -> Any:
    """Walk through the flow as a browser does; returns the last answer."""
    begun = await client.get("/slack/install", allow_redirects=False)
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    cookie = begun.headers["Set-Cookie"].partition(";")[0]
    back = {"code": fake.code(**where), "state": state}
    return await client.get("/slack/oauth_redirect", params=back, headers={"Cookie": cookie})

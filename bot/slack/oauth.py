"""The two pages by which a workspace installs the app: /slack/install, and where Slack sends the browser back to."""

import logging
from html import escape
from http import HTTPStatus

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store.models.installation import Installation

from bot.reference import new_reference
from bot.slack.install import STATE_LIVES, Installs, bare_client
from bot.slack.manifest import BACK, scopes
from bot.web.page import page

log = logging.getLogger(__name__)

INSTALL = "/slack/install"
WORDS = {
    "access_denied": "Nothing was installed: the request was declined in Slack.",
    "invalid_browser": (
        "This link was opened in another browser, or without its cookie. Begin again, over https, in one browser."
    ),
    "invalid_state": "This link is used up or older than ten minutes. Begin again.",
    "missing_code": "Slack sent no code. Begin again.",
    "invalid_code": "Slack did not take the code. Are client_id and client_secret those of this app? Begin again.",
}


class Flow(AsyncOAuthFlow):
    """Bolt's flow, for the workspaces that may install the app and no others."""

    def __init__(self, installs: Installs) -> None:
        self._installs = installs
        keys = installs.keys
        root = installs.base_url.removesuffix("api/")
        settings = AsyncOAuthSettings(
            client_id=keys.client_id,
            client_secret=keys.client_secret,
            scopes=scopes(),
            user_scopes=[],
            redirect_uri=f"{keys.address}{BACK}" if keys.address else None,
            install_page_rendering_enabled=False,
            authorization_url=f"{root}oauth/v2/authorize",
            installation_store=installs.kept,
            installation_store_bot_only=True,
            state_store=installs.states,
            state_expiration_seconds=STATE_LIVES,
            callback_options=AsyncCallbackOptions(success=_installed, failure=_failed),
        )
        super().__init__(client=bare_client(installs.base_url), logger=log, settings=settings)

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        """Keep the install, or give its token back and refuse: 403."""
        enterprise, team = installation.enterprise_id, installation.team_id
        if not self._installs.may_install(enterprise, team):
            await self._give_back(installation)
            name = installation.team_name or installation.enterprise_name or "This workspace"
            log.warning("Slack: %s (%s) tried to install the app and may not", name, team or enterprise)
            raise web.HTTPForbidden(
                text=_page(
                    "Not installed",
                    f"{name} may not install this app. Whoever runs it can add {team or enterprise} to workspaces "
                    "under [slack] in ai-usage.toml.",
                ),
                content_type="text/html",
            )
        await super().store_installation(request, installation)
        await self._installs.added(enterprise, team)
        log.warning("Slack: %s installed the app", installation.team_name or team or enterprise)

    async def _give_back(self, installation: Installation) -> None:
        try:
            await self.client.auth_revoke(token=installation.bot_token)
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            log.exception("the token of a workspace that may not install the app could not be given back")


def install_routes(installs: Installs) -> list[web.RouteDef]:
    """The routes to mount into the server that browsers and Slack reach."""
    flow = Flow(installs)

    async def begin(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await flow.handle_installation(_bolt_request(request)))

    async def back(request: web.Request) -> web.StreamResponse:
        try:
            return await to_aiohttp_response(await flow.handle_callback(_bolt_request(request)))
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            reference = new_reference()
            log.warning("Slack could not be asked while the app was installed [%s]: %s", reference, error)
            raise web.HTTPServiceUnavailable(
                text=_page("Not installed", f"Slack could not be reached. Begin again. (reference {reference})"),
                content_type="text/html",
            ) from error

    return [web.get(INSTALL, begin, allow_head=False), web.get(BACK, back, allow_head=False)]


def _bolt_request(request: web.Request) -> AsyncBoltRequest:
    return AsyncBoltRequest(body="", query=request.query_string, headers=dict(request.headers))


async def _installed(args: AsyncSuccessArgs) -> BoltResponse:
    name = args.installation.team_name or args.installation.enterprise_name or "your workspace"
    text = (
        f"AI Usage is installed in {name}. Open Slack and type /ai-usage; who may ask is set by whoever runs the bot."
    )
    return _answer(HTTPStatus.OK, "Installed", text)


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    words = WORDS.get(args.reason, f"Slack says: {args.reason[:100]}. Begin again.")
    status = HTTPStatus.BAD_REQUEST if args.suggested_status_code == 200 else HTTPStatus(args.suggested_status_code)
    return _answer(status, "Not installed", words)


def _answer(status: HTTPStatus, title: str, text: str) -> BoltResponse:
    return BoltResponse(status=status, body=_page(title, text), headers={"Content-Type": "text/html; charset=utf-8"})


def _page(title: str, text: str) -> str:
    again = "" if title == "Installed" else f'<p><a href="{INSTALL}">Begin again</a></p>\n'
    body = (
        f'<main>\n<section class="card">\n<h1>{escape(title)}</h1>\n<p>{escape(text)}</p>\n{again}</section>\n</main>\n'
    )
    return page(f"{title} · AI usage", body, kind="digest")

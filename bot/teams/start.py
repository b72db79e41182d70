"""From the settings to the running bot: the registration, who is let in, and that nobody is by accident."""

import logging
from collections.abc import Callable

from bot.card import Chart
from bot.installation import Installation
from bot.settings import SettingsError, TeamsSettings, WebSettings, secret
from bot.teams.adapter import Adapter
from bot.teams.answering import TeamsVoice
from bot.teams.app import TEAMS_HOSTS, Allowed, Teams
from bot.teams.package import GUID
from bot.teams.pictures import Pictures
from bot.teams.post import Office
from bot.teams.wire import NoTokenError, Registration, UnreachableError
from bot.web.guard import is_loopback

log = logging.getLogger(__name__)

HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def registration_of(settings: TeamsSettings, web: WebSettings, installation: Installation) -> Registration:
    """The registration, with its secret. SettingsError for half a one, and for a door left open to others."""
    if settings.local:
        if settings.app_id or settings.app_password:
            raise SettingsError("[teams] local = true is for trying without a registration: remove app_id, or local")
        if not is_loopback(web.host):
            raise SettingsError(
                f'[teams] local = true takes messages from anybody, and [web] host = "{web.host}" lets other machines '
                'in: set host = "127.0.0.1", or register the bot (docs/teams.md)'
            )
        return Registration(local=True)
    for name in ("app_id", "tenant_id"):
        if not GUID.fullmatch(getattr(settings, name)):
            raise SettingsError(
                f'[teams] {name} is "{getattr(settings, name)}": write a GUID; docs/teams.md says where it is found'
            )
    if settings.public_url and not settings.public_url.startswith("https://"):
        raise SettingsError(f'[teams] public_url is "{settings.public_url}": Teams fetches pictures over https only')
    folder = installation.settings.folder
    password = secret(settings.app_password, "teams.app_password", folder)
    return Registration(app_id=settings.app_id, app_password=password, tenant_id=settings.tenant_id)


def allowed_by(settings: TeamsSettings) -> Allowed:
    """Whose messages are taken: those of the bot's own tenant and of the others named, through Teams' own hosts."""
    if settings.local:
        return Allowed(tenants=frozenset(), hosts=HERE, insecure=True)
    hosts = TEAMS_HOSTS | frozenset(settings.service_hosts)
    return Allowed(tenants=frozenset({settings.tenant_id, *settings.tenants}), hosts=hosts)


async def start_teams(installation: Installation, voice: TeamsVoice, draw: Callable[[Chart], bytes]) -> Teams:
    """The bot, ready for its routes to be mounted.

    SettingsError where Microsoft refuses the registration; where it can't be reached the bot goes on trying.
    """
    settings = installation.settings.teams
    assert settings is not None  # noqa: S101 - the caller asks first
    adapter = Adapter(registration_of(settings, installation.settings.web, installation))
    if settings.local:
        log.warning("[teams] local = true: anybody on this machine may speak to the bot")
    try:
        await adapter.sign_in()
    except NoTokenError as error:
        raise SettingsError(f"Microsoft refuses [teams] app_id and app_password: {error}") from error
    except UnreachableError as error:
        log.warning("%s: the bot goes on trying", error)
    pictures = Pictures(draw=draw, store=installation.store, public_url=settings.public_url)
    office = Office(wire=adapter, store=installation.store, pictures=pictures, native=settings.charts == "native")
    return Teams(office=office, voice=voice, allowed=allowed_by(settings))

"""`ai-usage doctor teams`: whether Microsoft takes the registration, Teams reaches us, and where the bot may speak."""

from collections import Counter
from typing import Literal

import aiohttp

from bot.installation import Installation
from bot.teams.adapter import Adapter, Keys, KeysUnreachableError
from bot.teams.app import PATH
from bot.teams.start import registration_of
from bot.teams.wire import NoTokenError, UnreachableError
from storage.conversations import all_conversations

Check = tuple[Literal["ok", "look", "wrong"], str, str]
PATIENCE = aiohttp.ClientTimeout(total=10)


async def checks(installation: Installation) -> list[Check]:
    """What was tried, how it went, and what to do. SettingsError for settings that can't be used at all."""
    settings = installation.settings.teams
    assert settings is not None  # noqa: S101 - the caller asks first
    registration = registration_of(settings, installation.settings.web, installation)
    told: list[Check] = []
    if registration.local:
        told.append(("look", "local = true: anybody on this machine may speak to the bot", "for trying it out only"))
    else:
        told += [await _signed_in(Adapter(registration)), await _keys(Keys()), await _reached(settings.public_url)]
    told.append(_places(installation))
    if not installation.settings.roles.administrators:
        fix = '[roles] administrators = ["…"]: the Object ID of your account in Microsoft Entra, or ["*"] for everybody'
        told.append(("look", "nobody may ask yet", fix))
    return told


async def _signed_in(adapter: Adapter) -> Check:
    try:
        await adapter.sign_in()
    except NoTokenError as error:
        fix = "make a new client secret under Certificates & secrets, and compare app_id and tenant_id"
        return "wrong", f"Microsoft refuses the registration: {error}", fix
    except UnreachableError as error:
        return "wrong", str(error), "let this server reach https://login.microsoftonline.com (HTTPS_PROXY is honoured)"
    return "ok", "Microsoft accepts the registration", ""


async def _keys(keys: Keys) -> Check:
    try:
        await keys.refresh()
    except KeysUnreachableError as error:
        return "wrong", str(error), "let this server reach https://login.botframework.com: nothing is answered without"
    return "ok", "Microsoft's signing keys are there", ""


async def _reached(public_url: str) -> Check:
    if not public_url:
        fix = "[teams] public_url = the https address under which Teams reaches this server"
        return "look", "pictures travel inside the messages, smaller and in fewer colours", fix
    address = public_url.rstrip("/") + PATH
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE, trust_env=True) as session, session.post(address) as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError) as error:
        return "look", f"{address} can't be reached from here: {error}", "look from outside: Teams has to reach it"
    if status != 400:
        fix = f"the proxy before this server has to hand {PATH} and /teams/pictures/ on to it; is `serve` running?"
        return "wrong", f"{address} answers {status}, and this bot would say 400 to an empty message", fix
    return "ok", f"{address} leads here", ""


def _places(installation: Installation) -> Check:
    known = all_conversations(installation.store)
    states = Counter(each.state for each in known)
    if not states["active"]:
        return "look", "nobody has added the app yet", "upload the package and install the app (docs/teams.md)"
    kinds = Counter(each.kind for each in known if each.state == "active")
    said = ", ".join(f"{kinds[kind]} {kind}" for kind in ("personal", "group", "channel") if kinds[kind])
    if states["paused"]:
        fix = "write to the bot there, or add the app again: " + ", ".join(x.id for x in known if x.state == "paused")
        return "look", f"may speak in {said}; {states['paused']} more are paused, since Teams refuses them", fix
    return "ok", f"may speak in {said} conversations", ""

"""What `ai-usage doctor slack` finds: secrets, scopes, each workspace, and the channel of each subscription."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.installation import Installation
from bot.sending.subscriptions import Subscription, subscriptions_of
from bot.settings import SettingsError, SlackSettings
from bot.slack.checking import NEEDED, UNREACHABLE, check_tokens, granted_scopes
from bot.slack.client import refusal, slack_client
from bot.slack.install import Installs, name_of, place_of
from bot.slack.manifest import optional_scopes, scopes
from insights.words import listing

INVITE = "type /invite @AI Usage in the channel"
REINSTALL = "update the app with `ai-usage slack manifest` (App Manifest), then install it again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was tried, how it went, and what to do about it."""

    state: Literal["ok", "look", "wrong"]
    said: str
    fix: str = ""


async def examine_slack(installation: Installation) -> Sequence[Found]:
    """Return what there is to say. SettingsError where it can't even be tried."""
    from bot.running.serving import slack_installs, slack_keys  # noqa: PLC0415 - serving imports this room

    settings = installation.settings.slack
    assert settings is not None  # noqa: S101 - the caller asks first
    keys = slack_keys(settings, installation)
    installs = slack_installs(settings, installation)
    try:
        granted = await check_tokens(settings.mode, settings.base_url, keys, installed=installs is not None)
        found = [Found(state="ok", said=_accepted(settings))]
        if installs is None:
            found += compare_scopes(granted, "the bot token")
            client = slack_client(settings.base_url, keys.bot_token)
        else:
            found += [each async for each in _installs(installs)]
        for subscription in subscriptions_of(installation):
            if subscription.platform != "slack":
                continue
            enterprise, team, channel = place_of(subscription.place)
            try:
                if installs is not None:
                    client = await installs.client_for(team, enterprise)
            except SettingsError as error:
                found.append(Found(state="wrong", said=f"subscription to {subscription.place}: {error}"))
            else:
                found.append(await check_channel(client, subscription, channel))
    finally:
        if installs is not None:
            await installs.close()
    if not installation.settings.roles.administrators:
        fix = '[roles] administrators = ["U0123…"] (a Slack user id), or ["*"] for everybody'
        found.append(Found(state="look", said="nobody may ask yet", fix=fix))
    return found


def _accepted(settings: SlackSettings) -> str:
    match settings.mode:
        case "socket":
            return "Slack accepts the tokens and opens a connection"
        case "http":
            return "Slack accepts the token; requests come to /slack/events, and /healthz answers ok"


async def _installs(installs: Installs) -> AsyncIterator[Found]:
    bots, dead = await installs.all()
    if not bots:
        yield Found(
            state="look", said="no workspace has installed the app yet", fix=f"open {installs.keys.install_url}"
        )
    for bot in bots:
        name, kind = name_of(bot), "organisation" if bot.is_enterprise_install else "workspace"
        called = f"{kind} {bot.enterprise_name if bot.is_enterprise_install else bot.team_name} ({name})"
        if name in dead:
            fix = f"install the app there again: {installs.keys.install_url}"
            yield Found(state="wrong", said=f"{called}: Slack takes its token no more ({dead[name]})", fix=fix)
            continue
        try:
            client = await installs.client_for(bot.team_id, bot.enterprise_id)
            granted = granted_scopes(await client.auth_test())
        except SlackApiError as error:
            yield Found(state="wrong", said=f"{called}: Slack refused ({refusal(error)})", fix=REINSTALL)
        except UNREACHABLE as error:
            yield Found(state="wrong", said=f"{called}: Slack can't be reached: {error}")
        except SettingsError as error:
            yield Found(state="wrong", said=f"{called}: {error}")
        else:
            yield Found(state="ok", said=f"{called}: installed")
            for each in compare_scopes(granted, called):
                yield each
    for missing in sorted(
        installs.keys.workspaces - {each for bot in bots for each in (bot.team_id, bot.enterprise_id)}
    ):
        fix = f"open {installs.keys.install_url}, or take it out of [slack] workspaces"
        yield Found(state="look", said=f"{missing} may install the app and has not", fix=fix)


def compare_scopes(granted: frozenset[str] | None, whose: str) -> Sequence[Found]:
    """Return how what Slack granted differs from the manifest, in both directions."""
    if granted is None:
        return [Found(state="look", said=f"{whose}: the server does not say which scopes it granted")]
    wanted, optional = frozenset(scopes()), optional_scopes()
    missing, declined = wanted - optional - granted, (wanted & optional) - granted
    beyond = granted - wanted
    found = []
    if missing:
        state: Literal["look", "wrong"] = "wrong" if missing & NEEDED else "look"
        found.append(Found(state=state, said=f"{whose} lacks the scopes {_names(missing)}", fix=REINSTALL))
    if declined:
        fix = "docs/slack.md says what does not work without; install the app again to grant them"
        found.append(Found(state="ok", said=f"{whose} was not granted the optional {_names(declined)}", fix=fix))
    if beyond:
        fix = "remove them under OAuth & Permissions, then install the app again"
        found.append(Found(state="look", said=f"{whose} has more scopes than the bot needs: {_names(beyond)}", fix=fix))
    return found or [Found(state="ok", said=f"{whose} has the scopes of the manifest, and no more")]


def _names(of: Iterable[str]) -> str:
    return listing(sorted(of))


async def check_channel(client: AsyncWebClient, subscription: Subscription, channel: str) -> Found:
    """Return whether a subscription's channel is there and the bot may post in it. Nothing is posted."""
    what = f"the {subscription.what} for {subscription.place}"
    if channel.startswith(("U", "W")):
        return await _person(client, what, channel)
    if not channel.startswith(("C", "G", "D")):
        fix = "write the channel's id (C…), at the foot of its About tab: a name can change"
        return Found(state="wrong", said=f"{what}: {channel!r} is not a channel's id", fix=fix)
    try:
        known = (await client.conversations_info(channel=channel)).get("channel") or {}
    except SlackApiError as error:
        return _refused(what, refusal(error))
    except UNREACHABLE as error:
        return Found(state="wrong", said=f"{what}: Slack can't be reached: {error}")
    return _in_channel(what, known, str(known.get("name") or channel))


def _in_channel(what: str, known: Mapping[str, object], called: str) -> Found:
    name = f"#{called}"
    if known.get("is_archived"):
        return Found(state="wrong", said=f"{what}: {name} is archived", fix="name another channel, or unarchive it")
    if known.get("is_member") is False and known.get("is_private"):
        return Found(state="wrong", said=f"{what}: the bot is not in {name}", fix=INVITE)
    if known.get("is_member") is False:
        fix = f"{INVITE}; otherwise only chat:write.public lets it post there, and it can't show pictures in answers"
        return Found(state="look", said=f"{what}: the bot is not in {name}", fix=fix)
    return Found(state="ok", said=f"{what}: {name} is there, and the bot in it")


async def _person(client: AsyncWebClient, what: str, user: str) -> Found:
    try:
        known = (await client.users_info(user=user)).get("user") or {}
    except SlackApiError as error:
        return _refused(what, refusal(error))
    except UNREACHABLE as error:
        return Found(state="wrong", said=f"{what}: Slack can't be reached: {error}")
    if known.get("deleted"):
        return Found(state="wrong", said=f"{what}: this account is deactivated", fix="name somebody else")
    return Found(state="ok", said=f"{what}: this person is there")


def _refused(what: str, code: str) -> Found:
    match code:
        case "channel_not_found":
            said, fix = (
                "there is no such channel, or it is private and the bot not in it",
                f"{INVITE}, or correct the id",
            )
        case "user_not_found":
            said, fix = "there is no such person", "copy the member id from their profile"
        case "missing_scope":
            return Found(state="look", said=f"{what}: can't be checked, a scope is missing", fix=REINSTALL)
        case _:
            said, fix = f"Slack refused ({code or 'no clear answer'})", "try again; docs/slack.md has a table of codes"
    return Found(state="wrong", said=f"{what}: {said}", fix=fix)

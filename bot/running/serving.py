"""`ai-usage serve`: the chat page, Slack and the schedule in one process, wired from the settings."""

import asyncio
import logging
import signal
import traceback
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial

import msgspec
from aiohttp import web
from rich.console import Console

from bot.actions.doing import form, perform
from bot.answers.home import home_of
from bot.answers.offering import again
from bot.card import Digest
from bot.charts import draw
from bot.dialogue import Asker, Reply, Said, reply
from bot.installation import Installation
from bot.people.rights import by_group
from bot.running.crew import Crew
from bot.running.ingestion import ingest_one, roll_up
from bot.running.stopping import Stop
from bot.sending.deliver import Postman
from bot.sending.digest import weekly_digest
from bot.sending.places import place_gone
from bot.sending.rounds import Rounds
from bot.sending.schedule import ROUNDS, start_schedule
from bot.sending.subscription_form import changed, current
from bot.sending.subscriptions import next_run, subscriptions_of
from bot.settings import SettingsError, SlackSettings, secret
from bot.slack.app import Slack, slack_workspace, start_slack
from bot.slack.checking import SlackKeys
from bot.slack.events import slack_routes
from bot.slack.install import Installs, app_keys
from bot.slack.letters import slack_postman
from bot.slack.oauth import install_routes
from bot.slack.voice import Voice
from bot.teams.answering import TeamsVoice
from bot.teams.app import Teams
from bot.teams.letters import teams_postman
from bot.teams.start import start_teams
from bot.web.app import WebServer, start_web
from bot.web.voice import WebVoice
from connectors.errors import ConnectorError, TryAgainError
from connectors.ingest import fault_in_words, next_try
from connectors.report import Quiet, StoppedError
from insights.basis import Basis
from insights.engine import Examination
from storage.heard import first_heard
from storage.reading import last_runs

log = logging.getLogger(__name__)


class NothingToSendError(Exception):
    """There is no complete week of data yet."""


def replying(installation: Installation, as_of: date | None = None) -> Callable[[Said], Reply]:
    """Return the function that replies; each question is asked as of its own day unless `as_of` fixes it."""
    return lambda said: reply(said, installation, as_of)


def digesting(installation: Installation, as_of: date | None = None) -> Callable[[], Digest]:
    """Return the function that writes the latest complete week's digest. It raises NothingToSendError without one."""
    return lambda: _written(installation, installation.basis(as_of))[0]


def _written(installation: Installation, basis: Basis) -> tuple[Digest, Examination]:
    digest, seen = weekly_digest(basis, installation.settings.organisation.name)
    if digest is None:
        raise NothingToSendError("there is no complete week of data yet")
    return digest, seen


def web_voice(installation: Installation, as_of: date | None = None, crew: Crew | None = None) -> WebVoice:
    """Return what the chat page says; with a crew, answers are worked out by it."""
    told = partial(crew.ask, reply) if crew else replying(installation, as_of)
    return WebVoice(
        ask=lambda text, visitor: told(Said(text=text, asker=Asker(platform="web"), thread=f"web:{visitor}")).card,
        digest=digesting(installation, as_of),
        draw=partial(crew.run, draw) if crew else draw,
        organisation=installation.settings.organisation.name,
    )


def teams_voice(installation: Installation, crew: Crew | None = None) -> TeamsVoice:
    """Return what is said in Teams; with a crew, answers are worked out by it."""
    return TeamsVoice(
        reply=partial(crew.ask, reply) if crew else replying(installation),
        perform=partial(crew.ask, perform) if crew else lambda deed, asker: perform(deed, asker, installation),
        first_heard=lambda event: first_heard(installation.store, event, datetime.now(UTC)),
        gone=lambda place: log.info(
            "%d subscriptions of a Teams conversation paused",
            place_gone(installation, place, "the app was removed there"),
        ),
    )


def serve_page_until_stopped(installation: Installation, as_of: date, port: int) -> None:
    """Serve the chat page alone, on loopback, until Ctrl-C."""

    async def run() -> None:
        settings = msgspec.structs.replace(installation.settings.web, port=port)
        server = await start_web(settings, web_voice(installation, as_of))
        Console(highlight=False).print(f"\nThe chat page is open on {server.url} — Ctrl-C stops it.")
        await _stopped()
        await server.close()

    asyncio.run(run())


async def serve(installation: Installation) -> None:
    """Serve everything the settings name until a signal stops it."""
    settings = installation.settings
    console = Console(highlight=False)
    crew = Crew(installation)
    crew.warm_up()
    slack = await _slack(installation, crew) if settings.slack else None
    drawn = partial(crew.run, draw)
    teams = await start_teams(installation, teams_voice(installation, crew), drawn) if settings.teams else None
    web = await _web(installation, crew, slack, teams)
    console.print(f"Chat page: {web.url}")
    if slack is not None:
        console.print(
            f"Slack: {'listening over Socket Mode' if slack.handler else f'events at {web.url}/slack/events'}"
        )
    if teams is not None:
        console.print(f"Teams: messages at {web.url}/api/messages")
    reading = Reading(installation)
    schedule = start_schedule(
        settings,
        ingest=reading.ingest,
        rounds=Rounds(installation, postmen(slack, teams), ask=crew.ask).make,
        not_before=_told_to_wait(installation),
    )
    for run in schedule.next_runs():
        if run.job != ROUNDS:
            console.print(f"{run.job}: next at {run.at:%a %Y-%m-%d %H:%M %Z}")
    for each in subscriptions_of(installation):
        at = next_run(each, datetime.now(UTC))
        when = f"next at {at:%a %Y-%m-%d %H:%M %Z}" if at else f"paused: {each.standing.paused}"
        console.print(f"subscription {each.number}, {each.what} to {each.place}: {when}")
    try:
        await _stopped()
    finally:
        schedule.close()
        crew.close()
        await reading.close()
        if slack is not None:
            await slack.close()
        if teams is not None:
            await teams.close()
        await web.close()


async def _web(installation: Installation, crew: Crew, slack: Slack | None, teams: Teams | None) -> WebServer:
    settings = installation.settings
    token = secret(settings.web.token, "web.token", settings.folder) if settings.web.token else ""
    routes: list[web.RouteDef] = []
    if slack is not None and settings.slack is not None:
        if slack.handler is None:
            routes += slack_routes(slack.app, slack_keys(settings.slack, installation).signing_secret)
        if slack.installs is not None:
            routes += install_routes(slack.installs)
    routes += teams.routes() if teams is not None else ()
    return await start_web(settings.web, web_voice(installation, crew=crew), token=token, routes=routes)


async def _slack(installation: Installation, crew: Crew) -> Slack:
    settings = installation.settings
    assert settings.slack is not None  # noqa: S101 - the caller asks first
    keys = slack_keys(settings.slack, installation)
    slack, voice = settings.slack, slack_voice(installation, crew)
    return await start_slack(
        slack_workspace(slack.base_url, keys, voice, native_charts=slack.native_charts),
        slack.mode,
        slack.base_url,
        keys,
        installs=slack_installs(slack, installation),
        store=installation.store,
        lost=losing(installation),
    )


def losing(installation: Installation) -> Callable[[str, str, str], Awaitable[None]]:
    """Return what pauses the subscriptions of a channel that is gone, given its workspace, id and what happened."""

    async def lost(team: str, channel: str, why: str) -> None:
        await asyncio.to_thread(place_gone, installation, f"{team}:{channel}", why)

    return lost


def slack_voice(installation: Installation, crew: Crew) -> Voice:
    """Return what the Slack app says and does."""
    return Voice(
        reply=partial(crew.ask, reply),
        draw=partial(crew.run, partial(draw, theme="either")),
        again=partial(crew.ask, again),
        perform=partial(crew.ask, perform),
        form=partial(crew.ask, form),
        home=partial(crew.ask, home_of),
        subscription=partial(crew.ask, current),
        change=partial(crew.ask, changed),
        by_group=lambda: by_group(installation),
    )


def slack_keys(settings: SlackSettings, installation: Installation) -> SlackKeys:
    """Return Slack's secrets, those that its mode needs."""
    folder = installation.settings.folder
    over_socket = settings.mode == "socket"
    has_one_token = app_keys(settings, folder) is None
    return SlackKeys(
        bot_token=secret(settings.bot_token, "slack.bot_token", folder) if has_one_token else "",
        app_token=secret(settings.app_token, "slack.app_token", folder) if over_socket else "",
        signing_secret="" if over_socket else secret(settings.signing_secret, "slack.signing_secret", folder),
    )


def slack_installs(settings: SlackSettings, installation: Installation) -> Installs | None:
    """Return where OAuth installed the app, None with a single bot_token. The caller closes it."""
    keys = app_keys(settings, installation.settings.folder)
    return Installs(keys, installation.store, settings.base_url) if keys is not None else None


class Reading:
    """The runs of `serve`: side by side, in threads of their own, so that answers never wait for one to come free."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._pool = ThreadPoolExecutor(
            max_workers=max(len(installation.settings.sources), 1), thread_name_prefix="source"
        )
        self._stop = Stop()
        self._rolling = asyncio.Lock()

    async def ingest(self, source: str) -> datetime | None:
        """Read a source and roll up what came; return when its vendor may be asked again, if that wants patience."""
        again: datetime | None = None
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._read, source)
        except StoppedError:
            return None
        except TryAgainError as error:
            again = next_try(error, datetime.now(UTC))
            log.warning("ingest %s: %s; next try %s", source, error, f"{again:%Y-%m-%d %H:%M} UTC")
        except (ConnectorError, SettingsError) as error:
            log.error("ingest %s: %s", source, error)  # noqa: TRY400 - the message says it all
        except Exception as fault:  # noqa: BLE001 - told without its message, which may hold what must not be told
            told = "".join(traceback.format_tb(fault.__traceback__))
            log.error("ingest %s: %s\n%s", source, fault_in_words(fault), told)  # noqa: TRY400 - the same
        async with self._rolling:
            with suppress(StoppedError):
                await asyncio.to_thread(roll_up, self._installation, self._stop.watching(Quiet()))
        return again

    async def close(self) -> None:
        """End what is being read; what was kept stays."""
        self._stop.end_all()
        await asyncio.to_thread(self._pool.shutdown)

    def _read(self, source: str) -> None:
        ingest_one(self._installation, source, Quiet(), stop=self._stop)


def _told_to_wait(installation: Installation) -> dict[str, datetime]:
    """Return until when the vendors want to be left alone that said so last time."""
    return {each.source: each.next_try for each in last_runs(installation.store) if each.next_try}


def postmen(slack: Slack | None, teams: Teams | None) -> dict[str, Postman]:
    """Return how each platform that is in the settings delivers."""
    found: dict[str, Postman] = {}
    if slack is not None:
        found["slack"] = slack_postman(slack.workspace, slack.installs)
    if teams is not None:
        found["teams"] = teams_postman(teams.office)
    return found


async def _stopped() -> None:
    """Wait for Ctrl-C or a termination signal."""
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, done.set)
    await done.wait()

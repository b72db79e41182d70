"""The real bot, its real store and real HTTP on both sides, before the fake Teams."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.actions.deeds import Deed
from bot.actions.verbs import Done
from bot.card import Card
from bot.dialogue import Asker, Reply, Said
from bot.teams.adapter import Adapter, Keys
from bot.teams.answering import TeamsVoice
from bot.teams.app import PATH, Allowed, Teams
from bot.teams.pictures import Pictures
from bot.teams.post import Office
from bot.teams.wire import Registration
from storage.heard import first_heard
from storage.store import Store, open_store
from tests.bot import cards
from tests.bot.slack.conftest import draw
from tests.bot.teams.fake_teams import APP, OURS, TENANT, FakeTeams

REGISTRATION = Registration(app_id=APP, app_password="secret", tenant_id=TENANT)


class Microsoft:
    """What MSAL's application answers, at once."""

    def acquire_token_silent(self, scopes: list[str], account: object) -> None:
        assert account is None
        assert scopes == ["https://api.botframework.com/.default"]

    def acquire_token_for_client(self, scopes: list[str]) -> dict[str, str]:
        assert scopes
        return {"access_token": OURS}


@dataclass
class Talk:
    """A voice that notes what it was asked, and answers from the corpus of cards."""

    said: list[Said] = field(default_factory=list)
    done: list[tuple[Deed, Asker]] = field(default_factory=list)
    caution: str = ""
    digest: Card = cards.OVERVIEW

    def reply(self, said: Said) -> Reply:
        self.said.append(said)
        match said.text:
            case "break":
                raise ValueError("the store is on fire")
            case "digest":
                return Reply(card=self.digest, caution=self.caution)
            case _:
                return Reply(card=cards.DEPARTMENTS_CARD, caution=self.caution)

    def perform(self, deed: Deed, asker: Asker) -> Done:
        self.done.append((deed, asker))
        match deed.verb:
            case "mute":
                return Done(card=Card(title="Not yours to change", text="Administrators may."))
            case "restore":
                return Done(card=Card(title="Told again", text="Digests may tell it again."), changed=True)
            case "assign":
                return Done(card=Card(title="Yours now", text="Use-case session, due 8 Dec."), changed=True)
            case _:
                return Done(card=Card(title="Snoozed for 4 weeks", text="Until 8 Dec."), changed=True)


@dataclass
class Bot:
    """The bot as Teams meets it. `waited` are the seconds it paused."""

    teams: Teams
    fake: FakeTeams
    client: TestClient
    talk: Talk
    store: Store
    waited: list[float]
    told: list[str]

    async def hear(self, kind: str = "message", token: str | None = None, **more: object) -> web.Response:
        headers = {"Authorization": f"Bearer {token or self.fake.token()}"}
        return await self.client.post(PATH, json=self.fake.activity(kind, **more), headers=headers)

    async def settled(self) -> None:
        await self.teams.close()


@pytest.fixture
async def fake() -> AsyncIterator[FakeTeams]:
    server = FakeTeams()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def adapter(fake: FakeTeams) -> Adapter:
    made = Adapter(REGISTRATION, Keys(f"{fake.url}/openid"))
    made.credentials.app = Microsoft()
    return made


@pytest.fixture
async def bot(fake: FakeTeams, adapter: Adapter, tmp_path) -> AsyncIterator[Bot]:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    waited: list[float] = []
    told: list[str] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    office = Office(wire=adapter, store=store, pictures=Pictures(draw=draw, store=store), pause=pause, tell=told.append)
    talk = Talk()
    allowed = Allowed(tenants=frozenset({TENANT}), hosts=frozenset({"127.0.0.1"}), insecure=True)
    teams = Teams(
        office=office,
        voice=TeamsVoice(
            reply=talk.reply,
            perform=talk.perform,
            first_heard=lambda event: first_heard(store, event, datetime.now(UTC)),
        ),
        allowed=allowed,
    )
    app = web.Application()
    app.add_routes(teams.routes())
    async with TestClient(TestServer(app)) as client:
        yield Bot(teams, fake, client, talk, store, waited, told)
        await teams.close()
    store.close()

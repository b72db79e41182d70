"""Slack's tokens at rest: encrypted with the organisation's own key, in slack_sdk's stores."""

import logging
import re
from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, datetime
from typing import TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore

from bot.settings import SettingsError

log = logging.getLogger(__name__)

SEALED = "fernet:"
"""What a sealed token begins with. No token of Slack's does."""
SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")
_Kept = TypeVar("_Kept", Bot, Installation)
MAKE_ONE = "`ai-usage slack key` makes one"


class TokenKeyError(SettingsError):
    """What is kept can't be opened with the keys given."""


class Seal:
    """Seals with the first of its keys, opens with any: a new key goes first until everything is sealed with it."""

    def __init__(self, keys: str) -> None:
        """`keys` are one or several Fernet keys, the newest first, with spaces, commas or lines between them."""
        try:
            self._fernet = MultiFernet([Fernet(key) for key in re.split(r"[\s,]+", keys.strip())])
        except ValueError:
            raise SettingsError(f"[slack] token_key is no key of 32 bytes in base64: {MAKE_ONE}") from None

    def close(self, token: str | None) -> str | None:
        """Return the token sealed; None and what is sealed already stay."""
        if not token or token.startswith(SEALED):
            return token
        return SEALED + self._fernet.encrypt(token.encode()).decode()

    def open(self, kept: str | None) -> str | None:
        """Return the token. TokenKeyError where none of the keys opens it."""
        if not kept or not kept.startswith(SEALED):
            return kept
        try:
            return self._fernet.decrypt(kept.removeprefix(SEALED)).decode()
        except InvalidToken:
            raise TokenKeyError(
                "[slack] token_key does not open the tokens kept in the store: put the key they were sealed with after "
                "the new one, or install the app again in every workspace"
            ) from None


def new_key() -> str:
    """Return a fresh key."""
    return Fernet.generate_key().decode()


class SealedInstallations(AsyncSQLAlchemyInstallationStore):
    """slack_sdk's store of installs, with every secret sealed on its way in and opened on its way out."""

    def __init__(self, client_id: str, engine: object, seal: Seal) -> None:
        super().__init__(client_id, engine, logger=log)  # type: ignore[arg-type] # the engine's type is storage's
        self._seal = seal

    async def async_save(self, installation: Installation) -> None:
        """Keep an install, sealed, and its bot."""
        await super().async_save(self._sealed(installation))

    async def async_save_bot(self, bot: Bot) -> None:
        """Keep a bot, sealed."""
        await super().async_save_bot(self._sealed(bot))

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """Return the newest bot of an install, opened."""
        found = await super().async_find_bot(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return self._opened(found) if found is not None else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Return the newest install, opened."""
        found = await super().async_find_installation(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            is_enterprise_install=is_enterprise_install,
        )
        return self._opened(found) if found is not None else None

    async def all_bots(self) -> Sequence[Bot]:
        """Return the newest bot of every install, opened: by workspace and organisation."""
        newest = {(bot.enterprise_id, bot.team_id): bot for bot in await self._rows()}
        return [self._opened(bot) for bot in newest.values()]

    async def seal_again(self) -> int:
        """Seal everything kept with the first of the keys; return how many rows that were."""
        count = 0
        async with self.engine.begin() as connection:
            for table in (self.installations, self.bots):
                names = [name for name in SECRETS if name in table.c]
                rows = (await connection.execute(table.select())).mappings().all()
                for row in rows:
                    values = {name: self._seal.close(self._seal.open(row[name])) for name in names}
                    await connection.execute(table.update().where(table.c.id == row["id"]).values(**values))
                    count += 1
        return count

    async def _rows(self) -> list[Bot]:
        table = self.bots
        async with self.engine.connect() as connection:
            asked = table.select().where(table.c.client_id == self.client_id, table.c.bot_token.is_not(None))
            rows = (await connection.execute(asked.order_by(table.c.installed_at, table.c.id))).mappings().all()
        return [Bot(**{name: value for name, value in row.items() if name not in {"id", "client_id"}}) for row in rows]

    def _sealed(self, given: _Kept) -> _Kept:
        return _each(given, self._seal.close)

    def _opened(self, given: _Kept) -> _Kept:
        return _each(given, self._seal.open)


def _each(given: _Kept, change: Callable[[str | None], str | None]) -> _Kept:
    """Return a copy with every secret changed. slack_sdk hands over objects that others go on using."""
    copied = copy(given)
    for name in SECRETS:
        if hasattr(copied, name):
            setattr(copied, name, change(getattr(copied, name)))
    return copied


class States(AsyncSQLAlchemyOAuthStateStore):
    """slack_sdk's store of installs under way. Anybody may begin one, so what ran out is swept at each beginning."""

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """Return a new state."""
        now = datetime.now(UTC).replace(tzinfo=None)
        async with self.engine.begin() as connection:
            await connection.execute(self.oauth_states.delete().where(self.oauth_states.c.expire_at < now))
        return await super().async_issue(*args, **kwargs)

"""What every command works with: the settings, the store, and the basis of every number."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.settings import Settings, SettingsError, find_config, load, secret
from insights.basis import Basis
from storage.contracts import said_contracts
from storage.facts import Contract
from storage.ingestion import replace_contracts
from storage.store import Store, open_store

SQLITE = "sqlite:///"
SHORTEST_KEY = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Installation:
    """One configured, opened installation."""

    settings: Settings
    store: Store

    def basis(self, as_of: date | None = None) -> Basis:
        """Return what numbers are worked out on, as of a day (today in the organisation's time zone)."""
        organisation = self.settings.organisation
        currencies = {terms.currency for terms in self.settings.contracts.values()}
        return Basis(
            store=self.store,
            as_of=as_of or today(self.settings),
            min_group_size=organisation.min_group_size,
            reference_model=organisation.reference_model,
            currency=currencies.pop() if len(currencies) == 1 else "USD",
            country=organisation.country,
        )

    def identity_key(self) -> bytes:
        """Return the organisation's key, under which identities are hashed."""
        value = secret(self.settings.privacy.key, "privacy.key", self.settings.folder)
        if len(value) < SHORTEST_KEY:
            raise SettingsError(
                f"privacy.key is shorter than {SHORTEST_KEY} characters: `ai-usage init` writes a good one"
            )
        return value.encode()


def today(settings: Settings) -> date:
    """Return today's date where the organisation is."""
    return datetime.now(UTC).astimezone(ZoneInfo(settings.organisation.timezone)).date()


def open_installation(config: Path | None) -> Installation:
    """Read the settings and open the store.

    Raises SettingsError or storage.store.StoreError, each with what to fix.
    """
    return installation_of(load(find_config(config)))


def installation_of(settings: Settings) -> Installation:
    """Open the store that `settings` names and bring the contracts in it up to date."""
    store = open_store(_store_url(settings))
    made = Installation(settings=settings, store=store)
    apply_contracts(made)
    return made


def apply_contracts(installation: Installation) -> None:
    """Count with the contracts of the settings, and with those that were said of other tools."""
    named = installation.settings.contracts
    said = (each.contract for tool, each in said_contracts(installation.store).items() if tool not in named)
    told = [
        Contract(
            tool=tool,
            seats=terms.seats,
            price=terms.price,
            currency=terms.currency,
            renews=terms.renews,
            notice_days=terms.notice_days,
            true_up=terms.true_up,
            alert_above=terms.alert_above,
        )
        for tool, terms in named.items()
    ]
    every = [*told, *(each for each in said if each is not None)]
    replace_contracts(installation.store, sorted(every, key=lambda each: each.tool))


def _store_url(settings: Settings) -> str:
    """A SQLite path that is not absolute starts at the settings file, not wherever the command was typed."""
    url = settings.store.url
    if url.startswith(SQLITE) and not url.startswith("sqlite:////"):
        return f"{SQLITE}{settings.folder / url.removeprefix(SQLITE)}"
    return url

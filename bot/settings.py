"""`ai-usage.toml`: its shape, its defaults, and errors that name the setting and the nearest right one.

Secrets are references: "env:NAME" (an environment variable) or "file:PATH" (a file that only its owner may read).
"""

from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import field

DEFAULT_PATH = Path("ai-usage.toml")


class SettingsError(Exception):
    """A setting is missing, unknown or wrong. The message names it and says what to write instead."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file. Unknown settings are refused."""


class Organisation(Part):
    """[organisation] of the file."""

    name: str = "Our organisation"
    timezone: str = "UTC"
    min_group_size: int = 5
    reference_model: str = "gpt-4o"
    country: str = ""


class StoreSettings(Part):
    """[store] of the file."""

    url: str = "sqlite:///ai-usage.db"


class Privacy(Part):
    """[privacy]: `key` is the organisation's own secret under which identities are hashed."""

    key: str = "env:AI_USAGE_KEY"
    retention: str = ""


class Source(Part):
    """[sources.<tool>]: where one vendor's logs are read.

    `kind` and `path` belong to [sources.directory] and to folders of downloaded logs. `organization` is the
    vendor's `org-…` id where a stream is scoped by it.
    """

    kind: str = ""
    path: str = ""
    workspace: str = ""
    organization: str = ""
    key: str = ""
    base_url: str = ""
    schedule: str = "hourly"


class ContractSettings(Part):
    """[contracts.<tool>]: `price` is a seat and month."""

    seats: int | None = None
    price: float | None = None
    currency: str = "USD"
    renews: date | None = None
    notice_days: int | None = None


class SlackSettings(Part):
    """[slack] of the file."""

    mode: Literal["socket", "http"] = "socket"
    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""
    base_url: str = "https://slack.com/api/"
    client_id: str = ""
    client_secret: str = ""


class TeamsSettings(Part):
    """[teams] of the file."""

    app_id: str = ""
    app_password: str = ""
    tenant_id: str = ""
    local: bool = False


class WebSettings(Part):
    """[web]: the chat page. Anything but loopback wants a token."""

    host: str = "127.0.0.1"
    port: int = 8080
    token: str = ""


class Roles(Part):
    """[roles]: platform user ids, or `*` for everybody. Leaders map to the departments they may ask about."""

    administrators: list[str] = field(default_factory=list)
    leaders: dict[str, list[str]] = field(default_factory=dict)
    enablement: list[str] = field(default_factory=list)


class Subscription(Part):
    """[[subscriptions]]: `to` is a channel or person; `at` is local time in `timezone` (else the organisation's)."""

    what: Literal["digest", "renewal"] = "digest"
    audience: Literal["leaders", "administrators", "enablement"] = "leaders"
    to: str
    day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    at: str = "09:00"
    timezone: str = ""


class Settings(Part):
    """The whole file. `folder` is where it lies: relative paths start there."""

    organisation: Organisation = field(default_factory=Organisation)
    store: StoreSettings = field(default_factory=StoreSettings)
    privacy: Privacy = field(default_factory=Privacy)
    sources: dict[str, Source] = field(default_factory=dict)
    contracts: dict[str, ContractSettings] = field(default_factory=dict)
    slack: SlackSettings | None = None
    teams: TeamsSettings | None = None
    web: WebSettings = field(default_factory=WebSettings)
    roles: Roles = field(default_factory=Roles)
    subscriptions: list[Subscription] = field(default_factory=list)
    folder: Path = Path()

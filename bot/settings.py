"""`ai-usage.toml`: its shape, its defaults, and errors that name the setting and the nearest right one.

Secrets are references: "env:NAME" (an environment variable) or "file:PATH" (a file that only its owner may read).
"""

import os
import re
import stat
import tomllib
import zoneinfo
from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import field

DEFAULT_PATH = Path("ai-usage.toml")
MAX_PORT = 65535
COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class SettingsError(Exception):
    """A setting is missing, unknown or wrong. The message names it and says what to write instead."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file. Unknown settings are refused."""


class Organisation(Part, frozen=True):
    """[organisation] of the file."""

    name: str = "Our organisation"
    timezone: str = "UTC"
    min_group_size: int = 5
    reference_model: str = "gpt-4o"
    country: str = ""


class StoreSettings(Part, frozen=True):
    """[store] of the file."""

    url: str = "sqlite:///ai-usage.db"


class Privacy(Part, frozen=True):
    """[privacy]: `key` is the organisation's own secret under which identities are hashed."""

    key: str = "env:AI_USAGE_KEY"
    retention: str = ""


class Source(Part, frozen=True):
    """[sources.<tool>]: where one vendor's logs are read.

    `kind` is the form of [sources.directory], or another way to read a tool: "logs" for Codex. `path` is a file or
    folder to read in place of the API. `organization` is the vendor's `org-…` id where a stream is scoped by it, or
    GitHub's login of it; `enterprise` is GitHub's slug of what holds several. `logins` is a CSV of logins and
    addresses, for a vendor that does not tell addresses. `admin` is the administrator in whose name a service account
    asks, where `key` holds one. With `tenant` and `client_id`, ids of Microsoft's, `key` is the client secret of an
    application. `also` names tables of the vendor that are read only where somebody asks for them. `timeout` is the
    seconds that one of its answers may take.
    """

    kind: str = ""
    path: str = ""
    workspace: str = ""
    organization: str = ""
    enterprise: str = ""
    logins: str = ""
    admin: str = ""
    tenant: str = ""
    client_id: str = ""
    key: str = ""
    base_url: str = ""
    schedule: str = "hourly"
    also: list[str] = field(default_factory=list)
    timeout: float = 120.0


class ContractSettings(Part, frozen=True):
    """[contracts.<tool>]: `price` is a seat and month.

    `true_up` is how often seats beyond those bought are billed. `alert_above` is the share of the seats from which
    `renewal` subscriptions are told what the forecast expects unused.
    """

    seats: int | None = None
    price: float | None = None
    currency: str = "USD"
    renews: date | None = None
    notice_days: int | None = None
    true_up: Literal["none", "monthly", "quarterly"] = "none"
    alert_above: float = 0.15


class BudgetSettings(Part, frozen=True):
    """[budgets.<tool>]: what metered use of a tool may cost a calendar month, in the contracts' currency."""

    monthly: float


class SlackSettings(Part, frozen=True):
    """[slack]: `bot_token` for one workspace; for several `client_id` and what follows it.

    `token_key` seals the tokens in the store, `workspaces` are the ids of those that may install the app (T… of a
    workspace, E… of an organisation), `address` is where Slack and browsers reach this server. With `native_charts`
    Slack draws charts itself where it can, and no picture is uploaded.
    """

    mode: Literal["socket", "http"] = "socket"
    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""
    base_url: str = "https://slack.com/api/"
    client_id: str = ""
    client_secret: str = ""
    token_key: str = ""
    workspaces: list[str] = field(default_factory=list)
    address: str = ""
    native_charts: bool = False


class TeamsSettings(Part, frozen=True):
    """[teams]: the bot's registration, in one tenant. `public_url` is where Teams reaches this server over https.

    Charts are served under it; without it they travel inside the messages. `charts = "native"` lets Teams draw those
    that it can. `tenants` are others whose people may ask; `service_hosts` are hosts of Teams besides the known ones.
    `local` is for trying the bot with a client on this machine, without a registration.
    """

    app_id: str = ""
    app_password: str = ""
    tenant_id: str = ""
    public_url: str = ""
    charts: Literal["picture", "native"] = "picture"
    tenants: list[str] = field(default_factory=list)
    service_hosts: list[str] = field(default_factory=list)
    local: bool = False


class WebSettings(Part, frozen=True):
    """[web]: the chat page. Anything but loopback wants a token."""

    host: str = "127.0.0.1"
    port: int = 8080
    token: str = ""


class Language(Part, frozen=True):
    """[language]: an OpenAI-compatible endpoint that reads what the bot does not understand. Off without the table.

    `base_url` ends before `/chat/completions`; `timeout` is the seconds that an answer may take.
    """

    base_url: str
    model: str
    key: str = ""
    timeout: float = 3.0


class Roles(Part, frozen=True):
    """[roles]: platform user ids, or `*` for everybody. Leaders map to the departments they may ask about."""

    administrators: list[str] = field(default_factory=list)
    leaders: dict[str, list[str]] = field(default_factory=dict)
    enablement: list[str] = field(default_factory=list)


class Subscription(Part, frozen=True, kw_only=True):
    """[[subscriptions]]: `to` is a channel or person; `at` is local time in `timezone` (else the organisation's).

    `day` is Monday for digests and every day for the rest where it is left out. `departments` are those told of beside
    the company (none: all). `thread_only` puts one line into the channel and the rest into its thread, `skip_empty`
    sends nothing in a week without findings. `owner` is the user id of who is told of trouble (else an administrator).
    """

    what: Literal["digest", "alert", "renewal"] = "digest"
    audience: Literal["leaders", "administrators", "enablement"] = "leaders"
    to: str
    day: Literal[
        "", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekdays", "daily"
    ] = ""
    at: str = "09:00"
    timezone: str = ""
    departments: list[str] = field(default_factory=list)
    thread_only: bool = False
    skip_empty: bool = False
    owner: str = ""


class Settings(Part, frozen=True):
    """The whole file. `folder` is where it lies: relative paths start there."""

    organisation: Organisation = field(default_factory=Organisation)
    store: StoreSettings = field(default_factory=StoreSettings)
    privacy: Privacy = field(default_factory=Privacy)
    sources: dict[str, Source] = field(default_factory=dict)
    contracts: dict[str, ContractSettings] = field(default_factory=dict)
    budgets: dict[str, BudgetSettings] = field(default_factory=dict)
    slack: SlackSettings | None = None
    teams: TeamsSettings | None = None
    web: WebSettings = field(default_factory=WebSettings)
    language: Language | None = None
    roles: Roles = field(default_factory=Roles)
    subscriptions: list[Subscription] = field(default_factory=list)
    folder: Path = Path()


TOOLS = (
    "chatgpt",
    "codex",
    "openai-api",
    "copilot",
    "gemini",
    "github-copilot",
    "claude",
    "claude-code",
    "cursor",
)
DIRECTORY = "directory"


def find_config(given: Path | None) -> Path:
    """Return the file to read: the one given, else AI_USAGE_CONFIG, else ai-usage.toml in the working folder."""
    return given or Path(os.environ.get("AI_USAGE_CONFIG") or DEFAULT_PATH)


def load(path: Path) -> Settings:
    """Read and check a settings file.

    Raises SettingsError for a file that is missing, is not TOML, or has an unknown or wrong setting.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"there is no {path}: `ai-usage init` writes one, `--config FILE` names another") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    try:
        _refuse_unknown(raw, Settings, ())
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {_in_words(str(error))}") from error
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None
    settings = msgspec.structs.replace(settings, folder=path.absolute().parent)
    for complaint in _complaints(settings):
        raise SettingsError(f"{path}: {complaint}")
    return settings


def _refuse_unknown(raw: object, kind: type[Part], where: tuple[str, ...]) -> None:
    """Name an unknown setting and the nearest right one; msgspec would stop at naming it."""
    if not isinstance(raw, dict):
        return
    known = {each.name: each.type for each in msgspec.structs.fields(kind) if each.name != "folder"}
    for name, value in raw.items():
        here = ".".join((*where, name))
        if name not in known:
            table = f"[{'.'.join(where)}]" if where else "the file"
            raise SettingsError(f"{table} has no setting {name!r}: {nearest(name, known)}")
        for inner in _parts(known[name]):
            if inner in (Source, ContractSettings, BudgetSettings) and isinstance(value, dict):
                _refuse_unknown_tools(value, inner, here)
            elif isinstance(value, list):
                for each in value:
                    _refuse_unknown(each, inner, (here,))
            else:
                _refuse_unknown(value, inner, (here,))


def _refuse_unknown_tools(tables: dict[str, object], kind: type[Part], where: str) -> None:
    allowed = (*TOOLS, DIRECTORY) if kind is Source else TOOLS
    for tool, value in tables.items():
        if tool not in allowed:
            raise SettingsError(f"[{where}.{tool}] names no known tool: {nearest(tool, allowed)}")
        _refuse_unknown(value, kind, (where, tool))


def _parts(annotation: object) -> list[type[Part]]:
    """The tables that a setting's type speaks of, such as Source in dict[str, Source]."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return [annotation]
    return [part for argument in getattr(annotation, "__args__", ()) for part in _parts(argument)]


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which of `known` was probably meant, or list them."""
    names = sorted(known)
    close = get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"there are {', '.join(names)}"


def _in_words(error: str) -> str:
    """Reword msgspec's "Expected `int`, got `str` - at `$.organisation.min_group_size`"."""
    what, _, place = error.partition(" - at ")
    return f"{place.strip('`').removeprefix('$.') or 'the file'}: {what[0].lower()}{what[1:]}"


def _complaints(settings: Settings) -> Iterator[str]:
    for name, source in settings.sources.items():
        if not source.timeout > 0:
            yield f"sources.{name}.timeout is {source.timeout:g}: write seconds, 120 is usual"
    if (language := settings.language) is not None:
        if not language.base_url.startswith(("http://", "https://")):
            yield f'language.base_url is "{language.base_url}": write an address such as "http://127.0.0.1:11434/v1"'
        if not 0 < language.timeout <= 30:
            yield f"language.timeout is {language.timeout:g}: write seconds, 3 is usual and 30 the most"
    yield from _wrong_values(settings)


def _wrong_values(settings: Settings) -> Iterator[str]:
    organisation = settings.organisation
    zones = [("organisation.timezone", organisation.timezone)]
    zones += [("subscriptions.timezone", each.timezone) for each in settings.subscriptions if each.timezone]
    for name, zone in zones:
        if not is_zone(zone):
            close = get_close_matches(zone, sorted(zoneinfo.available_timezones()), n=1)
            yield f'{name}: there is no time zone "{zone}"' + (f', did you mean "{close[0]}"?' if close else "")
    if organisation.min_group_size < 1:
        yield f"organisation.min_group_size is {organisation.min_group_size}: write how many people, 5 is usual"
    if organisation.country and not COUNTRY.fullmatch(organisation.country):
        yield f'organisation.country is "{organisation.country}": write a code such as "DE" or "US-CA"'
    yield from _wrong_amounts(settings)
    if not 0 <= settings.web.port <= MAX_PORT:
        yield f"web.port is {settings.web.port}: a port is 0 to {MAX_PORT}"
    yield from _wrong_subscriptions(settings)


def _wrong_subscriptions(settings: Settings) -> Iterator[str]:
    for each in settings.subscriptions:
        if not CLOCK.fullmatch(each.at):
            yield f'subscriptions.at is "{each.at}": write a time of day such as "09:00"'
    sent = [f"{each.what}:{each.audience}:{each.to}" for each in settings.subscriptions]
    for key in sorted({key for key in sent if sent.count(key) > 1}):
        yield f"[[subscriptions]] has {key} twice: what is sent goes to a place once"


def _wrong_amounts(settings: Settings) -> Iterator[str]:
    for tool, terms in settings.contracts.items():
        if (terms.seats or 0) < 0 or (terms.price or 0) < 0:
            yield f"contracts.{tool}: seats and price cannot be negative"
        if not 0 < terms.alert_above <= 1:
            yield f"contracts.{tool}.alert_above is {terms.alert_above:g}: write a share of the seats, 0.15 is usual"
    for tool, budget in settings.budgets.items():
        if budget.monthly <= 0:
            yield f"budgets.{tool}.monthly is {budget.monthly:g}: write what a month may cost"


def is_zone(name: str) -> bool:
    """Whether this is the name of an IANA time zone."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def secret(reference: str, setting: str, folder: Path) -> str:
    """Return the secret that `reference` points to: "env:NAME" or "file:PATH" (relative to `folder`).

    Raises SettingsError, which names `setting` and never shows a value.
    """
    kind, _, name = reference.partition(":")
    match kind:
        case "env" if name:
            value = os.environ.get(name, "")
            if not value:
                raise SettingsError(f"{setting} wants the environment variable {name}, which is not set")
            return value.strip()
        case "file" if name:
            return _secret_file(folder / name, setting)
        case _ if not reference:
            raise SettingsError(f'{setting} is not set: write "env:NAME" or "file:PATH"')
        case _:
            raise SettingsError(
                f'{setting} holds a value: secrets are references, "env:NAME" or "file:PATH" (if it is a real secret, '
                "change it: it has been in a file)"
            )


def _secret_file(path: Path, setting: str) -> str:
    try:
        mode = path.stat().st_mode
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{setting}: {path} cannot be read: {error}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{setting}: others may read {path}; run `chmod 600 {path}`")
    if not value:
        raise SettingsError(f"{setting}: {path} is empty")
    return value

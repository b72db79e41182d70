"""What a connector is. One file a vendor holds one instance; `storage.discover.discover` finds it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from connectors.errors import ConfigurationError
from connectors.rows import Accounts, FileList, ParseRows, Request, TablePage

Scope = Literal["workspace", "organization"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """What a key must be allowed to do, and where an administrator allows it."""

    name: str
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One feed of files. `optional` streams are skipped with a warning where they are not switched on."""

    name: str
    scope: Scope
    permission: Permission
    optional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFeed:
    """A vendor that delivers files of events. All of it is pure: what to ask for, and what the answers mean.

    `list_files` takes a stream, the id of its scope and the position after which to list; `fetch_file` the same stream
    and id, and a file's id; `list_users` the workspace and the cursor of a page. The parsers of pages raise ValueError
    for an answer that makes no sense. Without `seats` an account is no licence: it only says whose it is. `estimates`:
    tokens that nobody metered are worked out from characters.
    """

    list_files: Callable[[Stream, str, str], Request]
    parse_files: Callable[[bytes], FileList]
    fetch_file: Callable[[Stream, str, str], Request]
    parse: ParseRows
    list_users: Callable[[str, str | None], Request]
    parse_users: Callable[[bytes], Accounts]
    seats: bool = True
    estimates: bool = True


Sign = Literal["bearer", "x-api-key", "basic"]
"""How a key is shown: `Authorization: Bearer`, the header x-api-key, or as the user name of HTTP Basic."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scopes:
    """The ids that an operator configured: whose data is asked for, and in whose name.

    `enterprise` holds several organizations. `admin` is the administrator for whom a service account asks; `tenant`
    and `client_id` name an application.
    """

    workspace: str = ""
    organization: str = ""
    enterprise: str = ""
    admin: str = ""
    tenant: str = ""
    client_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One report that a vendor gives by day. All of it is pure.

    `ask` returns the requests for the days from the first to the last, both included, at most `span_days` of them.
    `parse` returns what the answer to a request holds; it raises ValueError for one that makes no sense. An `optional`
    table that is not switched on, or that the vendor forbids (403), is left out with a warning. An `opt_in` table is
    read only where the operator names it in `also` of the source. `adds`: its rows are a snapshot that only says that
    somebody was active: it is asked once a run for all the days, and what an earlier reading found stays. `measures`
    are those that only this table reports: the connector's own do not hold an opt-in table's. `whole` are the numbers
    of the whole organisation that it tells: they take the place of those of the same name that were known of its days.
    `per_minute` is the vendor's limit for this table alone; 0: that of the feed counts. `by_person`, beside tables that
    add: it asks person by person, and what was known of those whom it did not ask stays.
    """

    name: str
    permission: Permission
    ask: Callable[[Scopes, date, date], tuple[Request, ...]]
    parse: Callable[[bytes, Request], TablePage]
    span_days: int = 28
    optional: bool = False
    opt_in: bool = False
    adds: bool = False
    measures: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    per_minute: int = 0
    by_person: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TableFeed:
    """A vendor that delivers finished numbers by day. `people` are asked first: who has an account, and which address.

    `headers` go with every request. `per_minute` is the vendor's own limit for a key; 0: none is known. Without `seats`
    an account is no licence: it only says whose it is. With an `oauth_scope` the key may be a service account's: it is
    exchanged for a bearer token of that scope. `login` is the address of Microsoft's sign-in where the key of an
    application, its client secret, is exchanged for the token that is shown; "": the key is shown as it is.
    `account_id` returns a login as an account's id where the vendor knows people by logins, and an operator may have to
    say whose they are; None: its lists tell addresses.
    """

    tables: tuple[Table, ...]
    people: tuple[Table, ...] = ()
    sign: Sign = "bearer"
    headers: Mapping[str, str] = field(default_factory=dict)
    per_minute: int = 0
    seats: bool = True
    oauth_scope: str = ""
    login: str = ""
    account_id: Callable[[str], str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Meter:
    """A table of what each person used up by day, beside a feed of files.

    It is asked where the stream `instead_of` is not read, since both meter the same use. `history_days` is how far back
    the first run reaches, unless told; `restatement_days` how many days are read again. Its requests are made below the
    base address without the ending `beside`.
    """

    table: Table
    instead_of: str
    beside: str = ""
    history_days: int = 365
    restatement_days: int = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Connector:
    """A vendor's usage data: what is read of it, what never is, and how its bytes become rows.

    `measures` are the names of the fields of `storage.facts.Usage` that this tool reports. `retention_days` is how
    long the vendor keeps its files or days, `restatement_days` how far back it corrects them, `lag_hours` how late
    they come. `active` is the vendor's own definition of somebody active, `grain` the finest thing that the vendor
    tells, of which days are made up. `cost` says which of the vendor's reports is the source of cost, where several
    tell of it. `kinds` are other ways to read the same tool, by the `kind` that an operator sets;
    one of them is the source, never two.
    """

    tool: str
    title: str
    base_url: str
    users: Permission
    reads: tuple[str, ...]
    never_reads: tuple[str, ...]
    measures: frozenset[str]
    retention_days: int
    restatement_days: int
    lag_hours: int
    feed: FileFeed | TableFeed
    streams: tuple[Stream, ...] = ()
    active: str = ""
    grain: str = "a person, day and model"
    cost: str = ""
    meter: Meter | None = None
    kinds: Mapping[str, "Connector"] = field(default_factory=dict)


def from_files(connector: Connector) -> Connector:
    """Return the way to read a tool that reads files: the connector itself, else the kind of it that does."""
    ways = (connector, *connector.kinds.values())
    return next((each for each in ways if isinstance(each.feed, FileFeed)), connector)


def opt_in_tables(connector: Connector) -> tuple[Table, ...]:
    """Return the tables that are read only where the operator names them."""
    if not isinstance(connector.feed, TableFeed):
        return ()
    return tuple(each for each in (*connector.feed.people, *connector.feed.tables) if each.opt_in)


def file_feed(connector: Connector) -> FileFeed:
    """Return a connector's feed of files. Raises ConfigurationError for one whose vendor delivers none."""
    if not isinstance(connector.feed, FileFeed):
        raise ConfigurationError(f"{connector.title} delivers no files: it is read from its API")
    return connector.feed


def table_feed(connector: Connector) -> TableFeed:
    """Return a connector's feed of tables. Raises ConfigurationError for one whose vendor delivers files."""
    if not isinstance(connector.feed, TableFeed):
        raise ConfigurationError(f"{connector.title} delivers files, not tables")
    return connector.feed

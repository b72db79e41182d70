"""What a connector is. One file a vendor holds one instance; `storage.discover.discover` finds it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from connectors.rows import Accounts, FileList, ParseRows, Request

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
    for an answer that makes no sense.
    """

    list_files: Callable[[Stream, str, str], Request]
    parse_files: Callable[[bytes], FileList]
    fetch_file: Callable[[Stream, str, str], Request]
    parse: ParseRows
    list_users: Callable[[str, str | None], Request]
    parse_users: Callable[[bytes], Accounts]


@dataclass(frozen=True, kw_only=True, slots=True)
class Connector:
    """A vendor's usage data: what is read of it, what never is, and how its bytes become rows.

    `measures` are the names of the fields of `storage.facts.Usage` that this tool reports. `retention_days` is how
    long the vendor keeps its files, `restatement_days` how far back it corrects them, `lag_hours` how late they come.
    """

    tool: str
    title: str
    base_url: str
    streams: tuple[Stream, ...]
    users: Permission
    reads: tuple[str, ...]
    never_reads: tuple[str, ...]
    measures: frozenset[str]
    retention_days: int
    restatement_days: int
    lag_hours: int
    feed: FileFeed

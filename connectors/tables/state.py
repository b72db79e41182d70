"""What a run over tables goes by: how the vendor is reached, and which of its tables are read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.connector import Scopes, Table, TableFeed
from connectors.ingest import Source
from connectors.net.http import TIMEOUT, Api
from connectors.net.limits import Limits
from connectors.report import Tally
from connectors.tables.logins import Logins
from storage.facts import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class TableAccess:
    """How a vendor's API is reached. `since`: where the first run begins; None: as far back as the vendor keeps.

    `also` names the opt-in tables that are read. `logins` is what the operator says of whose a login is. `timeout` is
    the seconds that a page may take.
    """

    token: str
    scopes: Scopes
    base_url: str = ""
    since: date | None = None
    also: tuple[str, ...] = ()
    logins: Logins = field(default_factory=Logins)
    timeout: float = TIMEOUT

    def __repr__(self) -> str:
        return f"TableAccess(scopes={self.scopes!r}, base_url={self.base_url!r})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run under way. `machines` are the accounts that are no people, as the tables of people told them."""

    api: Api
    source: Source
    feed: TableFeed
    access: TableAccess
    tally: Tally
    today: date
    limits: Limits
    machines: set[Person] = field(default_factory=set)


def read_at_all(tables: Sequence[Table], access: TableAccess) -> list[Table]:
    """Return the tables without those that the operator would have to name and did not."""
    return [each for each in tables if not each.opt_in or each.name in access.also]


def by_window(run: Run) -> list[Table]:
    """The tables whose rows take the place of what was known of a window."""
    return [each for each in read_at_all(run.feed.tables, run.access) if not each.adds]


def snapshots_of(run: Run) -> list[Table]:
    """The tables that add."""
    return [each for each in read_at_all(run.feed.tables, run.access) if each.adds]

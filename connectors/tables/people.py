"""The tables of people, which come first: who has an account, and which address is whose."""

import asyncio
from collections.abc import Sequence

from connectors.errors import ForbiddenError, NotPublishedError
from connectors.ingest import keep_accounts
from connectors.parts.parsing import nonzero
from connectors.rows import Account, TablePage
from connectors.tables.fold import Whole, add_company
from connectors.tables.keeping import keep_company
from connectors.tables.logins import settle
from connectors.tables.pages import from_the_start
from connectors.tables.state import Run, read_at_all
from storage import ingestion

DISPUTED = "a login to which two lists give different addresses: the more trusted one counts"


async def read_people(run: Run) -> None:
    """Read and keep who has an account; a table that is optional and not allowed is told as a warning.

    What such a table tells of the whole organisation, as of now, is kept under today.
    """
    accounts: list[Account] = []
    whole: Whole = {}
    for table in read_at_all(run.feed.people, run.access):
        try:
            pages = await from_the_start(run, table, run.today, run.today, list[TablePage])
        except (ForbiddenError, NotPublishedError) as error:
            if not table.optional:
                raise
            run.tally.warn(f"{table.name} are not read: {error}")
            continue
        for page in pages:
            accounts += page.accounts
            add_company(whole, page.company)
            run.machines.update(person for each in page.machines if (person := run.source.door.account(each)))
            run.tally.skipped.update(page.passed)
            run.tally.skipped.update(page.bad)
    if run.feed.account_id:
        accounts = _settled(run, accounts)
    if accounts:
        await asyncio.to_thread(keep_accounts, run.source, accounts, today=run.today, seats=run.feed.seats)
    if whole:
        await asyncio.to_thread(keep_company, run, whole, {}, [run.today])


def _settled(run: Run, accounts: Sequence[Account]) -> list[Account]:
    """Return the accounts with those of the operator's list, one address an id, and tell who remains without one."""
    logins = run.access.logins
    run.tally.bad_lines(logins.file, logins.bad)
    known = ingestion.account_aliases(run.source.store, run.source.name)
    settled = settle([*accounts, *logins.accounts], run.source.door, known)
    run.tally.skipped.update(nonzero({DISPUTED: settled.disputed}))
    if settled.unknown:
        some = f"{settled.unknown} logins with seats have" if settled.unknown > 1 else "1 login with a seat has"
        run.tally.warn(
            f"{some} no e-mail address, so no department: a CSV with the columns login and email can say whose they "
            f"are; name it in `logins` of [sources.{run.source.name}]"
        )
    return list(settled.accounts)

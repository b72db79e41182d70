"""Whose a login is, where a vendor knows people by logins: the operator's own list, and which of several lists counts.

The list is a CSV with the columns `login` and `email`. Nothing of what it holds is told: errors name line and column.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.door import Door
from connectors.errors import ConfigurationError
from connectors.rows import Account, BadLine
from storage.facts import Person

COLUMNS = {
    "login": ("login", "githublogin", "userlogin", "username"),
    "email": ("email", "workemail", "emailaddress", "mail"),
}
"""Our name of each column, and the names by which it is known, without case, spaces and punctuation."""

BY_SIGN_IN, BY_OPERATOR, BY_VENDOR = range(3)
"""How much an address is to be doubted, least first: what a sign-in proves, an operator says, or a vendor found out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Logins:
    """An operator's list of logins, as accounts without seats. `bad` are the lines skipped, `file` is its name."""

    accounts: tuple[Account, ...] = ()
    bad: tuple[BadLine, ...] = ()
    file: str = ""

    def __repr__(self) -> str:
        return f"Logins({len(self.accounts)} of {self.file!r})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """Accounts with one address an id. `unknown` counts ids that hold a seat and have no address.

    `disputed` counts ids to which lists give different ones.
    """

    accounts: tuple[Account, ...]
    unknown: int
    disputed: int


def read_logins(path: Path, account_id: Callable[[str], str]) -> Logins:
    """Read an operator's list. Raises ConfigurationError where it cannot be read as a whole, naming what is missing."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not in UTF-8: save it as “CSV UTF-8”") from error
    try:
        accounts, bad = _parse(text, account_id)
    except csv.Error as error:
        raise ConfigurationError(f"{path} is no CSV ({error})") from error
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    return Logins(accounts=tuple(accounts), bad=tuple(bad), file=path.name)


def settle(accounts: Sequence[Account], door: Door, known: Mapping[Person, Person]) -> Settled:
    """Return the accounts, each with the address of its id that is doubted least; of several such, the first told.

    `known` is whose an account was so far. An address that the vendor found out takes it from nobody: it is what is
    left of somebody's addresses where a better list is not read today, or no longer has them.
    """
    accounts = [replace(each, email=None) if _takes(each, door, known) else each for each in accounts]
    best: dict[str, Account] = {}
    disputed: set[str] = set()
    told = [each for each in accounts if each.id and door.person(each.email)]
    for each in sorted(told, key=lambda account: account.doubt):
        if door.person(best.setdefault(each.id, each).email) != door.person(each.email):
            disputed.add(each.id)
    held = {each.id for each in accounts if each.active and each.id}
    unknown = {each for each in held - best.keys() if door.account(each) not in known}
    return Settled(
        accounts=tuple(replace(each, email=best[each.id].email) if each.id in best else each for each in accounts),
        unknown=len(unknown),
        disputed=len(disputed),
    )


def _takes(account: Account, door: Door, known: Mapping[Person, Person]) -> bool:
    """Whether somebody's account would become another's by an address that the vendor found out."""
    own = door.account(account.id)
    whose = known.get(own) if own else None
    return account.doubt >= BY_VENDOR and whose is not None and whose != door.person(account.email)


def _parse(text: str, account_id: Callable[[str], str]) -> tuple[list[Account], list[BadLine]]:
    header = text.partition("\n")[0]
    table = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    names = next(table, [])
    login_at, email_at = _place("login", names), _place("email", names)
    accounts: dict[str, Account] = {}
    bad: list[BadLine] = []
    start = table.line_num + 1
    for row in table:
        number, start = start, table.line_num + 1
        if not any(each.strip() for each in row):
            continue
        login, email = (row[at].strip() if at < len(row) else "" for at in (login_at, email_at))
        account = Account(id=account_id(login), email=email, active=False, created=None, doubt=BY_OPERATOR)
        if why := _fault(account, accounts.get(account.id)):
            bad.append(BadLine(line=number, why=why))
        else:
            accounts[account.id] = account
    return list(accounts.values()), bad


def _place(name: str, header: Sequence[str]) -> int:
    plain = ["".join(letter for letter in each.casefold() if letter.isalnum()) for each in header]
    for spelling in COLUMNS[name]:
        if spelling in plain:
            return plain.index(spelling)
    raise ConfigurationError(f"the column {name} is missing: the first line must be “login,email”")


def _fault(account: Account, before: Account | None) -> str:
    """Return what is wrong with a line and how to write it; "" for one that is sound."""
    if not account.id:
        return "login is empty: write the name that the account has at the vendor"
    if not account.email:
        return "email is empty: write the address that the person signs in with, or take the line away"
    if not ("@" in account.email or account.email.startswith(("t~", "p~", "{"))):
        return "email is no address: it has no @"
    if before and (before.email or "").lower() != account.email.lower():
        return "login is in a line above with another address: keep the right one"
    return ""

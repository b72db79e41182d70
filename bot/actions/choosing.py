"""Not to hear of a finding for some weeks, or at all: from the command line, and from whatever has a button for it."""

from collections.abc import Iterable
from datetime import timedelta

from bot.sending.digest import examined, main_tool
from bot.settings import nearest
from insights.basis import Basis
from insights.finding import Finding
from insights.memory.recall import chosen
from storage.findings import Choice, Seen, choices, choose, seen_before
from storage.findings import restore as forget

WEEKS = 4


class UnknownFindingError(Exception):
    """No finding has this key. The message says which one was probably meant."""


def snooze(basis: Basis, key: str, *, weeks: int = WEEKS, who: str = "") -> Choice:
    """Keep a finding quiet for some weeks, unless it gets materially worse. `who` is an opaque id of an account."""
    return _keep(
        basis, chosen(known(basis, key), today=basis.as_of, until=basis.as_of + timedelta(weeks=weeks), who=who)
    )


def dismiss(basis: Basis, key: str, *, reason: str = "", who: str = "") -> Choice:
    """Keep a finding quiet, unless it gets materially worse."""
    return _keep(basis, chosen(known(basis, key), today=basis.as_of, until=None, who=who, reason=reason))


def restore(basis: Basis, key: str) -> None:
    """Hear of a finding again."""
    if not forget(basis.store, key):
        raise UnknownFindingError(_unknown(key, (each.key for each in choices(basis.store)), "snoozed or dismissed"))


def _keep(basis: Basis, choice: Choice) -> Choice:
    choose(basis.store, choice)
    return choice


def known(basis: Basis, key: str) -> Finding | Seen:
    """Return the finding as it is now, or as the newest digest saw it: a button may stand under last week's.

    Raises UnknownFindingError where there is none, and never was.
    """
    _, seen = examined(basis, main_tool(basis))
    by_key: dict[str, Finding | Seen] = {each.key: each for each in reversed(seen_before(basis.store, basis.as_of))}
    by_key |= {each.key: each for each in seen.found}
    if key not in by_key:
        raise UnknownFindingError(_unknown(key, (each.key for each in seen.found), "a finding"))
    return by_key[key]


def _unknown(key: str, known: Iterable[str], what: str) -> str:
    names = tuple(known)
    return f"{key!r} is not {what}: {nearest(key, names) if names else 'there are none'}"

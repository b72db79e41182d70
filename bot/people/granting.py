"""Giving people a role, taking it, and who has one: in words, by administrators."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.card import Card, Table
from bot.format import format_day
from bot.installation import Installation
from bot.people.rights import GROUP, Asker, rights_of
from bot.settings import nearest
from insights.words import listing
from storage.grants import Grant, Role, give, grants, take
from storage.reading import departments

MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
TEAM_MENTION = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>")
IDENTITY = re.compile(r"[\w.:@-]{3,120}")
ROLE_WORDS: dict[str, Role] = {
    "administrator": "administrator",
    "administrators": "administrator",
    "admin": "administrator",
    "enablement": "enablement",
}
COMPANY_WORDS = frozenset({"company", "whole company", "the company"})
HOW = (
    "Write “grant”, a person or user group, and what they may see: departments separated by commas, “company”, "
    "“enablement” or “administrator”."
)


class NotGrantedError(Exception):
    """The words do not say who gets or loses what. The message says what to write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Somebody with a role: `by` and `at` of a grant; None where the settings say so."""

    who: str
    role: Role
    departments: tuple[str, ...] = ()
    by: str | None = None
    at: datetime | None = None


def grant(words: str, by: Asker, installation: Installation, now: datetime | None = None) -> Card:
    """Give a role: "<@U123> sales, marketing", "<@U123> enablement". NotGrantedError says what is wrong."""
    who, what = _who_and_what(words)
    if not what:
        raise NotGrantedError(HOW)
    role, names = _role(what, departments(installation.store))
    made = [
        Grant(who=who, role=role, department=each, by=by.user, at=now or datetime.now(UTC)) for each in names or ("",)
    ]
    new = give(installation.store, made)
    told = f"may now {_may(role, names)}" if new else f"may {_may(role, names)} already"
    return Card(title="Granted" if new else "Nothing changed", text=f"{who} {told}.")


def revoke(words: str, by: Asker, installation: Installation, now: datetime | None = None) -> Card:
    """Take a role again, or all of them: "<@U123>", "<@U123> sales". What the settings say stays."""
    who, what = _who_and_what(words)
    at = now or datetime.now(UTC)
    if not what:
        ended = take(installation.store, who, by=by.user, at=at)
    else:
        role, names = _role(what, departments(installation.store))
        lost = (list(names) or [""]) if role == "leader" else None
        ended = take(installation.store, who, role=role, departments=lost, by=by.user, at=at)
    left = [each for each in holders(installation) if each.who == who and each.at is None]
    stays = f" The settings still give {who} a role: change [roles] there." if left else ""
    if not ended:
        return Card(title="Nothing changed", text=f"{who} was not granted that.{stays}")
    return Card(title="Revoked", text=f"{who} may not any more.{stays}")


def holders(installation: Installation) -> tuple[Holder, ...]:
    """Return everybody with a role, those of the settings first."""
    roles = installation.settings.roles
    told = [Holder(who=each, role="administrator") for each in roles.administrators]
    told += [Holder(who=each, role="enablement") for each in roles.enablement]
    told += [Holder(who=each, role="leader", departments=tuple(names)) for each, names in roles.leaders.items()]
    given: dict[tuple[str, Role], list[Grant]] = {}
    for each in grants(installation.store):
        given.setdefault((each.who, each.role), []).append(each)
    for (who, role), held in given.items():
        names = tuple(each.department for each in held if each.department)
        told.append(Holder(who=who, role=role, departments=names, by=held[-1].by, at=held[-1].at))
    return tuple(told)


def who_card(installation: Installation) -> Card:
    """Return who may ask about what, and who said so."""
    told = holders(installation)
    if not told:
        return Card(title="Who may ask", text=f"Nobody has a role yet. {HOW}")
    rows = tuple(
        (each.who, each.role, "everything" if each.role != "leader" else _seen(each.departments), _since(each))
        for each in told
    )
    people = "One entry" if len(rows) == 1 else f"{len(rows)} entries"
    return Card(
        title="Who may ask",
        text=f"{people}, of people, user groups (“group:”) or everybody (“*”).",
        table=Table(columns=("Who", "Role", "May see", "Since"), rows=rows, caption="Roles"),
        footer="“grant” and “revoke” change what was granted; the rest stands in [roles] of the settings.",
    )


def may_grant(asker: Asker, installation: Installation) -> bool:
    """Only administrators say who may ask, or see who does."""
    return rights_of(asker, installation).administrator


def _since(holder: Holder) -> str:
    if holder.at is None:
        return "settings"
    return f"{format_day(holder.at.date())}, by {holder.by or 'whoever runs the bot'}"


def _seen(names: Sequence[str]) -> str:
    return listing(["the company", *names])


def _may(role: Role, names: Sequence[str]) -> str:
    match role:
        case "administrator":
            return "see everything and change who may ask"
        case "enablement":
            return "see every department"
        case "leader":
            return f"see {_seen(names)}"


def _who_and_what(words: str) -> tuple[str, str]:
    who, _, what = words.strip().partition(" ")
    for pattern, prefix in ((MENTION, ""), (TEAM_MENTION, GROUP)):
        # A mention may hold spaces in its label.
        if found := pattern.match(words.strip()):
            return f"{prefix}{found[1]}", words.strip()[found.end() :].strip()
    if not IDENTITY.fullmatch(who):
        raise NotGrantedError(HOW)
    return who, what.strip()


def _role(what: str, known: Sequence[str]) -> tuple[Role, tuple[str, ...]]:
    """Return the role that the words name, with a leader's departments as the store spells them."""
    said = " ".join(what.lower().split())
    if said in ROLE_WORDS:
        return ROLE_WORDS[said], ()
    if said in COMPANY_WORDS:
        return "leader", ()
    by_name = {each.casefold(): each for each in known}
    # A department's own name may hold a comma.
    if said.casefold() in by_name:
        return "leader", (by_name[said.casefold()],)
    names = []
    for each in filter(None, (" ".join(part.split()) for part in what.split(","))):
        if each.casefold() not in by_name:
            raise NotGrantedError(f"There is no department “{each}”: {_meant(each, known)} {HOW}")
        names.append(by_name[each.casefold()])
    return "leader", tuple(dict.fromkeys(names))


def _meant(name: str, known: Sequence[str]) -> str:
    by_name = {each.lower(): each for each in known}
    said = nearest(name, by_name) if by_name else "no directory was read yet."
    return said[0] + said[1:].rstrip("?") + ("?" if said.endswith("?") else ".")

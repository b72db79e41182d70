"""Who may be told what: administrators and enablement everything, leaders the company and their own departments.

Roles come from [roles] of the settings and from grants in the store: to a user id, to "group:…", a user group of the
platform, or to "*", everybody. Nobody else is told anything.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.card import Button, Card
from bot.installation import Installation
from insights.basis import Basis
from insights.question import Question
from insights.words import listing
from storage.grants import grants
from storage.reading import departments

log = logging.getLogger(__name__)

Platform = Literal["slack", "teams", "web", "terminal"]
EVERYBODY = "*"
GROUP = "group:"
MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Who asks, by the platform's opaque ids: in Slack "T…:U…", and the ids of the user groups they are in.

    Without a user id it is whoever runs the bot, at the terminal or on the chat page: an administrator.
    """

    platform: Platform
    user: str = ""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rights:
    """What somebody may be told. `departments` are a leader's own, as the store spells them.

    `company` says that numbers about the whole company may be told.
    """

    administrator: bool = False
    enablement: bool = False
    departments: tuple[str, ...] = ()
    company: bool = False

    @property
    def everything(self) -> bool:
        """Whether every department may be told of."""
        return self.administrator or self.enablement

    @property
    def anything(self) -> bool:
        """Whether anything at all may be told."""
        return self.everything or self.company

    @property
    def visible(self) -> tuple[str, ...] | None:
        """The departments that may be told of; None means all."""
        return None if self.everything else self.departments


ADMINISTRATOR = Rights(administrator=True, company=True)


def rights_of(asker: Asker, installation: Installation) -> Rights:
    """Return what this person may be told, by the settings and by what they were granted since."""
    if not asker.user and asker.platform in ("terminal", "web"):
        return ADMINISTRATOR
    roles, mine = (
        installation.settings.roles,
        [each for each in grants(installation.store) if is_among(asker, [each.who])],
    )
    given = {each.role for each in mine}
    administrator = is_among(asker, roles.administrators) or "administrator" in given
    enablement = is_among(asker, roles.enablement) or "enablement" in given
    led = [names for who, names in roles.leaders.items() if is_among(asker, [who])]
    led += [[each.department] for each in mine if each.role == "leader"]
    return Rights(
        administrator=administrator,
        enablement=enablement,
        departments=spelt([name for names in led for name in names], departments(installation.store)) if led else (),
        company=administrator or enablement or bool(led),
    )


def is_among(asker: Asker, entries: Iterable[str]) -> bool:
    """Whether a list of a role names this person: by id, with or without its workspace, by group, or as everybody."""
    bare = asker.user.rpartition(":")[2]
    return any(
        entry in (EVERYBODY, asker.user, bare)
        if not entry.startswith(GROUP)
        else entry.removeprefix(GROUP) in asker.groups
        for entry in entries
    )


def by_group(installation: Installation) -> bool:
    """Whether any role is given to a user group, so that it matters who is in which."""
    roles = installation.settings.roles
    given = [each.who for each in grants(installation.store)]
    return any(each.startswith(GROUP) for each in (*roles.administrators, *roles.enablement, *roles.leaders, *given))


def spelt(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The departments as the store spells them; those it does not know are nobody's."""
    by_name = {name.casefold(): name for name in known}
    return tuple(dict.fromkeys(by_name[name.casefold()] for name in names if name.casefold() in by_name))


def seen_by(basis: Basis, rights: Rights) -> Basis:
    """Return the basis on which somebody with these rights is answered: it names only what they may see."""
    return replace(basis, visible=rights.visible)


def narrowed(question: Question, rights: Rights) -> Question | Card:
    """Return the question, or the card that refuses it. What a view tells by department is narrowed by `seen_by`."""
    visible = rights.visible
    if not rights.anything or (visible is not None and not set(question.departments) <= set(visible)):
        return beyond(rights)
    return question


def beyond(rights: Rights, what: str = "") -> Card:
    """Return the refusal of a leader's question that names something besides what they may see, known to us or not."""
    said = f"I can't tell you about {what}." if what else "That is not for you to see."
    own = rights.departments
    return Card(
        title="Not something I can tell you",
        text=(
            f"{said} You may ask about {listing(['the whole company', *own])}; an administrator of this bot can let "
            "you see more."
        ),
        buttons=(Button(label="Whole company", ask="overview"), *(Button(label=each, ask=each) for each in own[:2])),
    )


def stranger(asker: Asker, installation: Installation) -> Card:
    """Return the refusal for somebody who may be told nothing."""
    whom = "" if administrators(installation) else " (whoever runs it adds user ids to [roles] in ai-usage.toml)"
    return Card(
        title="Sorry, I may not answer you yet",
        text=(
            f"Only people with a role are answered. An administrator of this bot can give you one{whom}; your user id "
            f"is {asker.user.rpartition(':')[2] or 'unknown'}."
        ),
    )


def administrators(installation: Installation) -> tuple[str, ...]:
    """The user ids of people to ask for more rights, a few; empty where only groups are named, or nobody is."""
    named = [*installation.settings.roles.administrators]
    named += [each.who for each in grants(installation.store) if each.role == "administrator"]
    return tuple(each for each in named if each != EVERYBODY and not each.startswith(GROUP))[:MOST_NAMED]


def log_refusal(asker: Asker, what: str) -> None:
    """Note who was refused what kind of thing; never their words."""
    log.warning("refused %s %s: %s", asker.platform, asker.user or "(nobody)", what)

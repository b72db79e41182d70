"""Actions in people's own words: "we ran a prompt workshop for Sales on 12 May", "assign office hours for Legal to me".

Words that say more than what was done, where, when and to how many people are not understood as such: "did the workshop
help?" asks something.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from bot.actions.deeds import Deed, NotDoneError
from bot.actions.open_actions import log_card
from bot.actions.taking import RAW
from bot.actions.verbs import not_done, visible
from bot.card import Card
from bot.conversation.names import called
from bot.conversation.text import phrase, tokens
from bot.conversation.times import read_day
from bot.installation import Installation
from bot.people.rights import Asker, Rights, seen_by
from bot.sending.digest import examined, main_tool
from insights.basis import Basis
from insights.words import listing
from storage.taken import ongoing, taken

CALLED = {
    "multi_turn_workshop": "multi turn workshop, prompt workshop, prompt training, workshop, training",
    "share_templates": "prompt templates, templates, template library",
    "use_case_session": "use case session, use case workshop",
    "welcome_session": "starter session, welcome session, onboarding session, onboarding",
    "office_hours": "office hours",
    "lapsing_office_hours": "lapsing office hours, office hours for people who stopped",
    "champions_programme": "champions programme",
    "champions": "champions session, champion hours, champions",
    "peer_session": "peer session, show and tell, demo session",
    "manager_nudge": "team meeting, manager nudge",
    "more_occasions": "weekly tasks, task session",
    "activate_or_reclaim": "seat reclaim, reclaim, unused seats, idle seats, seats, licenses",
    "right_size_tier": "right size tier, fewer seats",
    "set_default_model": "default model",
    "consolidate_tools": "tool consolidation, consolidate tools",
}
"""What people call an action of the catalogue, besides its id."""

_DID = (
    "ran|run|did|done|held|hold|gave|given|had|hosted|organised|organized|shared|set|started|finished|reclaimed|reduced"
    "|took back|taken back"
)
BEGINS = re.compile(
    rf"(?P<verb>did|done|finished|assign|(?:we|i)(?:['’]ve| have)?(?: just| now)? (?:{_DID}))\s+(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
PEOPLE = re.compile(
    r"(?:with|for|reaching|reached|to)?\s*(?:about|around|roughly|some|~)?\s*"
    r"(\d{1,5})\s+(?:people|participants|attendees)\b",
    re.IGNORECASE,
)
PERSON = re.compile(
    r"\bto (?:<@(?P<mention>[UW][A-Z0-9]+)(?:\|[^>]*)?>|(?P<me>me|myself)\b"
    r"|(?P<id>[A-Za-z0-9.-]+:[\w:.@-]+|[UW][A-Z0-9]{5,})(?=\s|$))"
)
FILLING = frozenset(
    phrase(
        "a an the our another one in on at for with by of and to due until from all team department people their them "
        "back was held some"
    )
)
TOGETHER = frozenset(phrase("everybody everyone company organization"))
LOG = re.compile(r"actions? (?:--)?(?:log|history|changes)", re.IGNORECASE)

Verb = Literal["did", "done", "assign"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """What was said of an action; `day` is when it was done, or is due."""

    verb: Verb
    action: str
    departments: tuple[str, ...] = ()
    day: date | None = None
    people: int | None = None
    person: str = ""


def note(text: str, asker: Asker, rights: Rights, installation: Installation, as_of: date | None = None) -> Card | None:
    """Do what somebody says of an action, and return what to tell them; None where they say something else."""
    from bot.actions.doing import perform  # noqa: PLC0415 - it replies to questions too, through what calls this

    basis = seen_by(installation.basis(as_of), rights)
    if LOG.fullmatch(text.strip()):
        return log_card(basis)
    said = noted(text, visible(basis), basis.as_of)
    if said is None:
        return None
    try:
        deed = deed_of(said, basis, asker)
    except NotDoneError as error:
        return not_done(str(error))
    return perform(deed, asker, installation, as_of).card


def noted(text: str, departments: Sequence[str], today: date) -> Noted | None:
    """Return what somebody says was done or is to be done; None where they say or ask something else."""
    begins = BEGINS.fullmatch(text.strip().rstrip("."))
    if begins is None or text.rstrip().endswith("?"):
        return None
    first, rest = begins["verb"].lower(), begins["rest"]
    verb: Verb = "assign" if first == "assign" else "done" if first in ("done", "finished") else "did"
    found = Noted(verb=verb, action="")
    if (people := PEOPLE.search(rest)) is not None:
        found, rest = replace(found, people=int(people[1])), f"{rest[: people.start()]} {rest[people.end() :]}"
    if verb == "assign" and (person := PERSON.search(rest)) is not None:
        who = person["mention"] or person["id"] or ""
        found, rest = replace(found, person=who), f"{rest[: person.start()]} {rest[person.end() :]}"
    day, rest = read_day(" ".join(each.word for each in tokens(rest)), today, ahead=verb == "assign")
    action, stems = _action([each.stem for each in tokens(rest)])
    names, stems = _departments(stems, departments)
    if not action or set(stems) - FILLING - TOGETHER:
        return None
    if TOGETHER & set(stems):
        names = tuple(departments)
    return replace(found, action=action, departments=names, day=day)


def deed_of(said: Noted, basis: Basis, asker: Asker) -> Deed:
    """Return the deed that is meant, about the finding that proposes it where one does. NotDoneError."""
    key = (_ongoing(said, basis) if said.verb != "assign" else "") or _proposing(said, basis)
    if said.verb == "assign":
        if not key:
            where = f" for {listing(said.departments)}" if said.departments else ""
            raise NotDoneError(
                f"Nothing that was found proposes that{where}: “actions” lists what is, and “did …” notes what you did "
                "of your own accord."
            )
        team = asker.user.rpartition(":")[0]
        person = f"{team}:{said.person}" if said.person and team and ":" not in said.person else said.person
        return Deed(verb="assign", key=key, action=said.action, person=person, day=said.day)
    if key:
        return Deed(verb="done", key=key, day=said.day, reached=said.departments, people=said.people)
    return Deed(verb="did", action=said.action, day=said.day, reached=said.departments, people=said.people)


def _ongoing(said: Noted, basis: Basis) -> str:
    mine = (each for each in ongoing(taken(basis.store)) if each.action == said.action)
    return next((each.finding for each in mine if _meant(said, each.departments)), "")


def _proposing(said: Noted, basis: Basis) -> str:
    _, seen = examined(basis, main_tool(basis), limit=None)
    fits = (each for each in seen.found if each.action.id == said.action and _meant(said, each.departments))
    return next((each.key for each in fits), "")


def _meant(said: Noted, departments: Sequence[str]) -> bool:
    return not said.departments or bool(set(said.departments) & set(departments))


def _action(stems: Sequence[str]) -> tuple[str, list[str]]:
    """Return the action of the longest phrase in the words, and the words without it."""
    forms = [(phrase(each), action) for action, names in CALLED.items() for each in names.split(", ")]
    forms += [(phrase(each.replace("_", " ")), each) for each in RAW]
    for form, action in sorted(forms, key=lambda each: -len(each[0])):
        at = _within(form, stems)
        if at is not None:
            return action, [*stems[:at], *stems[at + len(form) :]]
    return "", list(stems)


def _departments(stems: Sequence[str], names: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the departments that the words name, as they come, and the words without them."""
    left, found = list(stems), []
    forms = {form: those[0] for form, those in called(names).items() if len(those) == 1}
    for form in sorted(forms, key=len, reverse=True):
        at = _within(form, left)
        if at is not None:
            found.append((at, forms[form]))
            left[at : at + len(form)] = [","] * len(form)
    return tuple(dict.fromkeys(name for _, name in sorted(found))), [each for each in left if each != ","]


def _within(form: Sequence[str], stems: Sequence[str]) -> int | None:
    size = len(form)
    return next((at for at in range(len(stems) - size + 1) if tuple(stems[at : at + size]) == tuple(form)), None)

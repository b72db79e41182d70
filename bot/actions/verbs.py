"""What each verb does to a finding, and what is said of it then. `bot/actions/doing.py` has seen to the rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import assert_never

from bot.actions.choosing import dismiss, restore, snooze
from bot.actions.deeds import Deed, NotDoneError
from bot.actions.taking import RAW, action_of, assign, did, done, heard_again, now_utc, quiet, title_of
from bot.answers.explaining import explained
from bot.card import Button, Card
from bot.people.rights import Asker
from bot.settings import nearest
from insights.basis import Basis
from insights.catalogue import metrics
from insights.finding import Finding
from insights.words import counted, day, listing
from storage.findings import Seen
from storage.reading import departments
from storage.taken import Taken

LONGEST_REACH = 366
"""Days before today from which "done" is believed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What to tell whoever pressed. `changed`: it concerns all who hear of the finding, and they may be told.

    `brief` is for the `owner` who was given an action: what is to be done, without a number.
    """

    card: Card
    changed: bool = False
    owner: str = ""
    brief: Card | None = None


def carry_out(deed: Deed, about: Finding | Seen, asker: Asker, basis: Basis) -> Done:
    """Do what a deed says about a finding. NotDoneError and UnknownFindingError for what can't be."""
    store, who, now = basis.store, asker.user, now_utc()
    match deed.verb:
        case "explain":
            return Done(card=explained(about, basis) if isinstance(about, Finding) else _gone(about))
        case "mute" | "dismiss":
            choice = dismiss(basis, deed.key, reason=deed.words, who=who)
            quiet(store, about, choice, now=now)
            return _hushed(about, "Muted for everybody", "until it gets materially worse", deed.words)
        case "snooze":
            choice = snooze(basis, deed.key, weeks=deed.weeks, who=who)
            quiet(store, about, choice, now=now)
            until = f"until {day(choice.until)}, unless it gets materially worse" if choice.until else ""
            return _hushed(about, f"Snoozed for {counted(deed.weeks, 'week')}", until)
        case "restore":
            restore(basis, deed.key)
            heard_again(store, deed.key, who=who, now=now)
            told = f"Digests and answers may tell it again: {words_of(about)}"
            return Done(card=Card(title="Told again", text=told), changed=True)
        case "assign":
            return _assigned(deed, about, asker, basis)
        case "done":
            return _finished(deed, about, asker, basis)
        case "table" | "share" | "did":
            raise NotDoneError(f"“{deed.verb}” is not about a finding.")
        case _:
            assert_never(deed.verb)


def _assigned(deed: Deed, about: Finding | Seen, asker: Asker, basis: Basis) -> Done:
    if deed.day is not None and deed.day < basis.as_of:
        raise NotDoneError(f"{_dated(deed.day)} is over: give a day that is still to come.")
    owner = deed.person or asker.user
    kept = assign(basis.store, about, owner=owner, due=deed.day, who=asker.user, action=deed.action, now=now_utc())
    due = f", due {_dated(deed.day)}" if deed.day else ""
    finish = Button(label="Done", do=f"done {deed.key}")
    card = Card(
        title="Yours now" if owner == asker.user else "Assigned",
        text=f"{title_of(kept)}{due}. It is about: {words_of(about)}",
        buttons=(finish, Button(label="Explain", do=f"explain {deed.key}")),
        footer=_looked_at_again(kept),
    )
    made = action_of(kept)
    brief = Card(
        title="An action was assigned to you",
        text=f"{title_of(kept)}{due}. "
        + " ".join(f"{n}. {step}" for n, step in enumerate(made.steps if made else (), 1)),
        buttons=(finish,),
        footer=_looked_at_again(kept),
    )
    return Done(card=card, changed=True, owner=owner, brief=brief if owner != asker.user else None)


def _finished(deed: Deed, about: Finding | Seen, asker: Asker, basis: Basis) -> Done:
    kept = done(
        basis.store,
        about,
        on=_past(deed.day, basis),
        who=asker.user,
        reached=_existing(deed.reached, basis),
        people=deed.people,
        now=now_utc(),
    )
    return _as_done(kept)


def note_done(deed: Deed, asker: Asker, basis: Basis) -> Done:
    """Note what was done and no finding proposed: an action of the catalogue, so that no text is kept."""
    if deed.action not in RAW:
        raise NotDoneError(f"There is no action {deed.action!r}: {nearest(deed.action, RAW)}.")
    kept = did(
        basis.store,
        RAW[deed.action],
        on=_past(deed.day, basis),
        who=asker.user,
        reached=_existing(deed.reached, basis),
        people=deed.people,
        now=now_utc(),
    )
    return _as_done(kept)


def _as_done(kept: Taken) -> Done:
    on = _dated(kept.done) if kept.done else ""
    where = f" in {listing(kept.reached)}" if kept.reached else ""
    people = f", reaching about {counted(kept.people, 'person', 'people')}" if kept.people is not None else ""
    text = f"{title_of(kept)}: done on {on}{where}{people}."
    return Done(card=Card(title="Noted as done", text=text, footer=_looked_at_again(kept)), changed=True)


def _past(on: date | None, basis: Basis) -> date:
    wanted = on or basis.as_of
    if not basis.as_of - timedelta(days=LONGEST_REACH) <= wanted <= basis.as_of:
        raise NotDoneError(f"{_dated(wanted)} is not within the year before today: give the day on which it was done.")
    return wanted


def visible(basis: Basis) -> tuple[str, ...]:
    """Return the departments that whoever asks may be told of."""
    return basis.visible if basis.visible is not None else tuple(departments(basis.store))


def _existing(names: Sequence[str], basis: Basis) -> tuple[str, ...]:
    there = visible(basis)
    for each in names:
        if each not in there:
            raise NotDoneError(f"There is no department “{each}”: {nearest(each, there)}.")
    return tuple(names)


def _hushed(about: Finding | Seen, title: str, until: str, reason: str = "") -> Done:
    why = f" Reason: {reason}." if reason else ""
    card = Card(
        title=title,
        text=f"Digests and answers leave it out {until}: {words_of(about)}{why}",
        buttons=(Button(label="Tell it again", do=f"restore {about.key}"),),
    )
    return Done(card=card, changed=True)


def _gone(about: Seen) -> Card:
    return Card(
        title="Not found any more",
        text=f"It was told in the week of {day(about.week)}, and this week's data does not show it: {words_of(about)}",
    )


def words_of(about: Finding | Seen) -> str:
    """Return a finding in a sentence: its own, or what a past digest's was about."""
    if isinstance(about, Finding):
        return about.headline
    metric = metrics().get(about.metric)
    return f"{metric.title if metric else about.metric} in {listing(about.departments) or 'the whole company'}."


def _looked_at_again(kept: Taken) -> str:
    made = action_of(kept)
    if made is None:
        return ""
    return f"“{metrics()[made.measure].title}” is looked at {counted(made.weeks, 'week')} after it was done."


def _dated(on: date) -> str:
    return f"{day(on)} {on.year}"


def not_done(why: str) -> Card:
    """Return the card that says why something was not done."""
    return Card(title="That did not work", text=why[:1].upper() + why[1:])
